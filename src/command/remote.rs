//! A console over an engine in another process: what is asked goes through its socket, the record
//! is read from its file.
//!
//! When the engine is gone everything stays readable, and a new one is looked for until the face
//! is left.

mod link;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::beside::{Debrief, all_offers};
use super::console::Console;
use super::detail::Detail;
use super::evidence;
use super::filter::Filter;
use super::reading::{Reading, Shared, newest};
use crate::drill::Desk;
use crate::engine::wire::{Status, Welcome};
use crate::engine::{Accepted, Clock, View, place_of};
use crate::incident::{Ask, By, Now, Offer, RecordLine, Refusal, Seq, State};
use crate::journal::Disk;
use crate::playbook::Playbook;
use crate::text::Shown;
pub use link::{AttachError, Link};

/// How often a new engine is looked for at first, and in the end.
const AGAIN: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// A record that takes longer to read is shown as it grows.
const OPENING: Duration = Duration::from_secs(2);

/// Which engine is attached to, and as whom.
#[derive(Clone)]
pub struct Door {
    pub disk: Arc<dyn Disk>,
    /// Where sockets lie.
    pub runtime: PathBuf,
    /// The directory of the record, or an earlier one from which it goes on.
    pub record: PathBuf,
    pub by: By,
    /// Else they only look.
    pub may_act: bool,
}

impl Door {
    /// The socket of the engine that runs it now, if one does.
    fn socket(&self) -> Result<PathBuf, AttachError> {
        let record = newest(&self.disk, &self.record).unwrap_or_else(|_| self.record.clone());
        Ok(place_of(&self.runtime, &record)?)
    }

    /// Connects for one errand, told to nobody.
    ///
    /// # Errors
    ///
    /// No engine listens, or it does not let us in.
    pub fn visit(&self) -> Result<Arc<Link>, AttachError> {
        let (link, _) = Link::connect(&self.socket()?, &self.by, self.may_act, false)?;
        let link = Arc::new(link);
        let heard = link.clone();
        let listen = move || drop(heard.listen(&mut |_| ()));
        std::thread::Builder::new().name("visit".to_owned()).spawn(listen)?;
        Ok(link)
    }

    fn attach(&self) -> Result<(Link, Welcome), AttachError> {
        Link::connect(&self.socket()?, &self.by, self.may_act, true)
    }
}

/// An engine in another process, as a console.
pub struct Remote {
    reading: Reading,
    shared: Arc<Attachment>,
    /// Its end tells the keeper.
    _stop: Sender<()>,
}

/// What the keeper of the connection and those who ask have in common.
struct Attachment {
    door: Door,
    incident: String,
    /// `None` while there is no engine.
    link: Mutex<Option<Arc<Link>>>,
}

impl Remote {
    /// Attaches, and opens the record. Returns when it is read, or after two seconds: the view of a
    /// long one still grows then.
    ///
    /// # Errors
    ///
    /// No engine listens, it does not let us in, or the record cannot be read.
    pub fn attach(
        door: Door,
        playbook: Arc<Playbook>,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, Welcome), AttachError> {
        let (link, welcome) = door.attach()?;
        let why = "not attached yet".into();
        let reading = Reading::open(&door.disk, &door.record, playbook, why, clock)?;
        let incident = welcome.incident.clone();
        let shared = Arc::new(Attachment { door, incident, link: Mutex::default() });
        let (stop, stopped) = channel();
        let (kept, file) = (shared.clone(), reading.shared.clone());
        std::thread::Builder::new()
            .name("attached".to_owned())
            .spawn(move || kept.keep(link, &file, &stopped))
            .map_err(AttachError::Broken)?;
        let remote = Self { reading, shared, _stop: stop };
        remote.wait()?;
        Ok((remote, welcome))
    }

    /// The same as a facilitator's: it sees the whole record, and what is to come.
    #[must_use]
    pub fn with_desk(mut self, desk: Arc<Desk>) -> Self {
        self.reading.beside.desk = Some(desk);
        self
    }

    /// The same with what is told when the drill is over.
    #[must_use]
    pub fn with_debrief(mut self, debrief: Arc<dyn Debrief>) -> Self {
        self.reading.beside.debrief = Some(debrief);
        self
    }

    /// Until all is read that the engine has flushed.
    fn wait(&self) -> Result<(), AttachError> {
        let mut views = self.watch();
        let file = self.reading.shared.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let read = async { while !file.is_read() && views.changed().await.is_ok() {} };
        let _ = runtime.block_on(async { tokio::time::timeout(OPENING, read).await });
        Ok(())
    }

    /// An engine is there now.
    pub fn is_attached(&self) -> bool {
        self.link().is_some()
    }

    fn link(&self) -> Option<Arc<Link>> {
        self.shared.link.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let Some(link) = self.link() {
            link.close();
        }
    }
}

impl Attachment {
    /// Hears what the engine says; when it is gone, looks for another one.
    fn keep(&self, link: Link, file: &Shared, stop: &Receiver<()>) {
        let mut next = Some(link);
        while let Some(link) = next {
            let link = Arc::new(link);
            self.set(Some(link.clone()));
            let last = link.listen(&mut |status| file.status(status, true));
            self.set(None);
            let why = format!(
                "{last}; it is looked for again, and `stanch resume` takes the incident up"
            );
            file.status(Status { read_only: Some(Shown::new(why)), ..Status::default() }, false);
            next = self.again(stop);
        }
    }

    fn set(&self, link: Option<Arc<Link>>) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = link;
    }

    /// The next engine of the same incident; `None` when nobody waits for one any more.
    fn again(&self, stop: &Receiver<()>) -> Option<Link> {
        let (mut pause, longest) = AGAIN;
        loop {
            match stop.recv_timeout(pause) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => return None,
            }
            match self.door.attach() {
                Ok((link, welcome)) if welcome.incident == self.incident => return Some(link),
                _ => pause = (pause * 2).min(longest),
            }
        }
    }
}

impl Console for Remote {
    fn ask(&self, _: By, ask: Ask) -> Result<Accepted, Refusal> {
        let link = self.link().ok_or(Refusal::NoEngine)?;
        let ask = evidence::hashed(ask).map_err(Refusal::Evidence)?;
        link.ask(ask).map(|(seq, _)| Accepted { seq })
    }

    fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.reading.watch()
    }

    fn lines(&self, range: Range<Seq>, state: &State) -> Result<Vec<RecordLine>, Shown> {
        self.reading.lines(range, state)
    }

    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown> {
        self.reading.scan(range, filter, state)
    }

    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown> {
        self.reading.detail(seq, state)
    }

    /// By the engine, which alone knows the secrets; where it does not answer, nothing can be
    /// written either.
    fn mask(&self, text: &str) -> Shown {
        let masked = self.link().and_then(|link| link.mask(text));
        masked.unwrap_or_else(|| Shown::new(text))
    }

    fn place(&self) -> Option<Shown> {
        self.reading.place()
    }

    fn desk(&self) -> Option<Arc<Desk>> {
        self.reading.desk()
    }

    fn debrief(&self) -> Option<Arc<dyn Debrief>> {
        self.reading.debrief()
    }

    fn now(&self) -> Now {
        self.reading.now()
    }

    fn offers(&self, state: &State, now: Now) -> Vec<Offer> {
        let mut offers = all_offers(self, state, now);
        if !self.shared.door.may_act {
            for offer in &mut offers {
                offer.refusal = Some(Refusal::OnlyLooks);
            }
        }
        offers
    }

    fn recommended(&self, state: &State, now: Now) -> Option<Offer> {
        let may_act = self.shared.door.may_act;
        may_act.then(|| crate::incident::recommended(state, now)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_copy_of_a_record_has_another_socket() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
            place_of(Path::new("/run/user/1000/stanch"), &dir.path().join(name)).unwrap()
        };
        assert_ne!(at("one"), at("two"));
        assert_eq!(at("one"), at("two/../one"));
        assert!(at("one").as_os_str().len() < 60);
    }
}
