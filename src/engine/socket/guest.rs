//! One connection: who it is, what they ask, and what they are told.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::time::timeout;

use super::lines::{Came, Lines};
use super::wire::{
    FromEngine, Hello, LINE_LIMIT, NAME_LIMIT, Status, ToEngine, VERSION, Welcome, line,
};
use super::{Phase, Room};
use crate::engine::handle::Present;
use crate::incident::{By, Refusal};
use crate::text::Shown;

/// Who connects says who they are within this time.
const HELLO: Duration = Duration::from_secs(10);
/// Who does not read what they are told is dropped after this time.
const PATIENCE: Duration = Duration::from_secs(5);

struct Guest {
    room: Arc<Room>,
    lines: Lines<OwnedReadHalf>,
    to: OwnedWriteHalf,
    by: By,
    may_act: bool,
    told: Option<Status>,
}

/// The connection is over.
enum Over {
    /// With words for its last line.
    Said(Shown),
    /// Nobody would hear them.
    Gone,
}

/// Serves one connection to its end.
pub(super) async fn serve(stream: UnixStream, room: Arc<Room>) {
    let own = rustix::process::geteuid().as_raw();
    let is_own = stream.peer_cred().is_ok_and(|peer| peer.uid() == own);
    let (from, to) = stream.into_split();
    let by = By::console();
    let mut guest = Guest { room, lines: Lines::new(from), to, by, may_act: false, told: None };
    let over = if is_own { guest.live().await } else { bye("this engine belongs to another user") };
    if let Over::Said(words) = over {
        let _ = guest.say(&FromEngine::Bye { words }).await;
    }
}

fn bye(words: impl AsRef<str>) -> Over {
    Over::Said(Shown::new(words))
}

impl Guest {
    async fn live(&mut self) -> Over {
        let Ok(_seat) = self.room.seats.clone().try_acquire_owned() else {
            return bye("too many are attached already");
        };
        let hello = match self.greeted().await {
            Ok(hello) => hello,
            Err(over) => return over,
        };
        let _chair = hello.stays.then(|| Chair::take(&self.room, &self.by, self.may_act));
        let welcome = self.welcome();
        if let Err(over) = self.say(&FromEngine::Hello(welcome)).await {
            return over;
        }
        self.attend().await
    }

    /// The first line says who it is.
    async fn greeted(&mut self) -> Result<Hello, Over> {
        let Ok(came) = timeout(HELLO, self.lines.next()).await else {
            return Err(bye("nothing was said"));
        };
        let ToEngine::Hello(hello) = Self::read(came)? else {
            return Err(bye("the first line must be a hello"));
        };
        if hello.version != VERSION {
            return Err(bye(format!(
                "this engine (stanch {}) speaks version {VERSION} of the protocol, not {}: use the \
                 same stanch on both sides",
                env!("CARGO_PKG_VERSION"),
                hello.version
            )));
        }
        self.by = self.name(&hello).map_err(bye)?;
        self.may_act = hello.may_act;
        Ok(hello)
    }

    /// As it is recorded: on one line, masked, not too long, and not the console's own.
    fn name(&self, hello: &Hello) -> Result<By, String> {
        let handle = &self.room.handle;
        let masked = |text: &Shown| Shown::new(handle.mask(text.as_str()).one_line().trim());
        let by = By { who: masked(&hello.who), role: hello.role.as_ref().map(masked) };
        let role = by.role.clone().filter(|role| !role.is_blank());
        let by = By { role, ..by };
        if by.who.is_blank() || by.who == By::console().who {
            return Err("say who you are: with --who, or `name` in the configuration".to_owned());
        }
        let is_long = |text: &Shown| text.as_str().chars().count() > NAME_LIMIT;
        if is_long(&by.who) || by.role.as_ref().is_some_and(is_long) {
            return Err(format!("a name and a role have at most {NAME_LIMIT} characters"));
        }
        Ok(by)
    }

    fn welcome(&self) -> Welcome {
        let view = self.room.handle.view();
        let opened = view.state.opened.as_ref();
        Welcome {
            version: VERSION,
            stanch: env!("CARGO_PKG_VERSION").to_owned(),
            incident: opened.map_or_else(String::new, |opened| opened.incident.clone()),
            codename: view.state.codename().to_owned(),
            mode: view.state.mode(),
            directory: self.room.record.display().to_string(),
            here: view.here.clone(),
        }
    }

    /// Takes what is asked and tells what changes, until one of the two is gone.
    async fn attend(&mut self) -> Over {
        let mut views = self.room.handle.watch();
        let mut phase = self.room.phase.clone();
        loop {
            let status = Status::of(&views.borrow_and_update());
            if self.told.as_ref() != Some(&status) {
                self.told = Some(status.clone());
                if let Err(over) = self.say(&FromEngine::Status(status)).await {
                    return over;
                }
            }
            tokio::select! {
                came = self.lines.next() => {
                    let heard = match Self::read(came) {
                        Ok(message) => self.hear(message).await,
                        Err(over) => return over,
                    };
                    if let Err(over) = heard {
                        return over;
                    }
                }
                changed = views.changed() => if changed.is_err() {
                    return bye("the engine has ended");
                },
                () = over(&mut phase) => {
                    return bye("the engine has ended");
                }
            }
        }
    }

    fn read(came: Came) -> Result<ToEngine, Over> {
        match came {
            Came::Line(line) => serde_json::from_slice(&line)
                .map_err(|error| bye(format!("this is no message: {error}"))),
            Came::TooLong => Err(bye(format!("a line has at most {LINE_LIMIT} bytes"))),
            Came::End => Err(Over::Gone),
        }
    }

    async fn hear(&mut self, message: ToEngine) -> Result<(), Over> {
        let answer = match message {
            ToEngine::Hello(_) => return Err(bye("the hello was said already")),
            ToEngine::Mask { id, text } => {
                FromEngine::Masked { id, text: self.room.handle.mask(&text) }
            }
            ToEngine::Ask { id, .. } | ToEngine::Keep { id, .. } if !self.may_act => {
                refused(id, &Refusal::OnlyLooks)
            }
            ToEngine::Ask { id, ask } => {
                let (handle, by) = (self.room.handle.clone(), self.by.clone());
                let asked = beside(move || {
                    let accepted = handle.ask(by, ask)?;
                    Ok((accepted.seq, handle.view().head.clone()))
                });
                match asked.await {
                    Ok((seq, head)) => FromEngine::Accepted { id, seq, head },
                    Err(refusal) => refused(id, &refusal),
                }
            }
            ToEngine::Keep { id, base64 } => {
                let Ok(bytes) = STANDARD.decode(base64) else {
                    return Err(bye("what is to be kept must be written as base64"));
                };
                let handle = self.room.handle.clone();
                match beside(move || handle.keep(bytes)).await {
                    Ok(sha256) => FromEngine::Kept { id, sha256 },
                    Err(refusal) => refused(id, &refusal),
                }
            }
        };
        self.say(&answer).await
    }

    async fn say(&mut self, message: &FromEngine) -> Result<(), Over> {
        let line = line(message).map_err(Over::Said)?;
        match timeout(PATIENCE, self.to.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            // Gone, or it does not read: nothing more can be said to it.
            _ => Err(Over::Gone),
        }
    }
}

/// Waits until the socket itself is given up.
async fn over(phase: &mut watch::Receiver<Phase>) {
    drop(phase.wait_for(|phase| *phase == Phase::Over).await);
}

/// On a thread that may wait for a flush.
async fn beside<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(ask).await.unwrap_or(Err(Refusal::Stopping))
}

fn refused(id: u64, refusal: &Refusal) -> FromEngine {
    let words = Shown::new(refusal.to_string());
    FromEngine::Refused { id, kind: refusal.kind(), words }
}

/// Somebody who is told to the others, until this is dropped.
struct Chair {
    room: Arc<Room>,
    number: u64,
}

impl Chair {
    fn take(room: &Arc<Room>, by: &By, may_act: bool) -> Self {
        let number = room.presence.join(Present { by: by.clone(), may_act });
        Self { room: room.clone(), number }
    }
}

impl Drop for Chair {
    fn drop(&mut self) {
        self.room.presence.leave(self.number);
    }
}
