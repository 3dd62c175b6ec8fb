//! A connection to an engine: asks and their answers, and what it tells by itself.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::engine::SocketError;
use crate::engine::wire::{
    FromEngine, Hello, LINE_LIMIT, Status, ToEngine, VERSION, Welcome, line,
};
use crate::incident::{Ask, By, Refusal, Seq};
use crate::journal::{Head, JournalError};
use crate::text::Shown;

/// An engine that is there says hello within this time, and takes what is written.
const PATIENCE: Duration = Duration::from_secs(10);
/// Before what is pasted is shown, so long its masking is waited for.
const MASKING: Duration = Duration::from_secs(2);

/// Why nobody could be attached to.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// Nobody listens.
    #[error("no engine listens for this incident")]
    Nobody,
    #[error("the engine does not let you in: {0}")]
    Refused(Shown),
    #[error("the engine says what this stanch does not understand: {0}")]
    Strange(String),
    #[error("the connection to the engine: {0}")]
    Broken(#[from] io::Error),
    #[error(transparent)]
    Socket(#[from] SocketError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A connection on which the engine said hello.
pub struct Link {
    to: Mutex<UnixStream>,
    from: Mutex<Option<BufReader<UnixStream>>>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    last: u64,
    answers: BTreeMap<u64, SyncSender<FromEngine>>,
    is_over: bool,
}

impl Link {
    pub(super) fn connect(
        path: &Path,
        by: &By,
        may_act: bool,
        stays: bool,
    ) -> Result<(Self, Welcome), AttachError> {
        let stream = UnixStream::connect(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AttachError::Nobody,
            _ => AttachError::Broken(error),
        })?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (who, role) = (by.who.clone(), by.role.clone());
        let hello = Hello { version: VERSION, who, role, may_act, stays };
        let hello = line(&ToEngine::Hello(hello)).map_err(AttachError::Refused)?;
        (&stream).write_all(&hello)?;
        let mut from = BufReader::new(stream.try_clone()?);
        let welcome = match next(&mut from) {
            Ok(FromEngine::Hello(welcome)) => welcome,
            Ok(FromEngine::Bye { words }) => return Err(AttachError::Refused(words)),
            Ok(_) => return Err(AttachError::Strange("it did not say hello".to_owned())),
            // It went away between the two.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(AttachError::Nobody);
            }
            Err(error) => return Err(AttachError::Strange(error.to_string())),
        };
        if welcome.version != VERSION {
            let (theirs, program) = (welcome.version, welcome.stanch);
            let words = format!("it is stanch {program} with version {theirs} of the protocol");
            return Err(AttachError::Strange(Shown::new(words).to_string()));
        }
        stream.set_read_timeout(None)?;
        let (to, from) = (Mutex::new(stream), Mutex::new(Some(from)));
        Ok((Self { to, from, waiting: Mutex::default() }, welcome))
    }

    /// Hears the engine until the connection ends; why it did. Hands on what it tells by itself.
    pub fn listen(&self, on_status: &mut dyn FnMut(Status)) -> Shown {
        let from = self.from.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut last = Shown::new("the engine is gone");
        if let Some(mut from) = from {
            while let Ok(message) = next(&mut from) {
                match message {
                    FromEngine::Status(status) => on_status(status),
                    FromEngine::Bye { words } => last = words,
                    FromEngine::Hello(_) => {}
                    FromEngine::Accepted { id, .. }
                    | FromEngine::Refused { id, .. }
                    | FromEngine::Masked { id, .. }
                    | FromEngine::Kept { id, .. } => self.answer(id, message),
                }
            }
        }
        self.close();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_over = true;
        // Whoever waits for an answer learns that none comes.
        waiting.answers.clear();
        last
    }

    fn answer(&self, id: u64, message: FromEngine) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = waiting.answers.remove(&id) {
            let _ = answer.try_send(message);
        }
    }

    /// Ends the connection.
    pub fn close(&self) {
        let stream = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        // Ended already from the other side.
        let _ = stream.shutdown(Shutdown::Both);
    }

    /// Asks; returns when it is flushed, or refused: the position of its last record, and a head.
    ///
    /// # Errors
    ///
    /// The refusal in the engine's own words; or that there was no answer.
    pub fn ask(&self, ask: Ask) -> Result<(Seq, Head), Refusal> {
        match self.round_trip(None, |id| ToEngine::Ask { id, ask })? {
            FromEngine::Accepted { seq, head, .. } => Ok((seq, head)),
            FromEngine::Refused { words, .. } => Err(Refusal::Elsewhere(words)),
            _ => Err(Refusal::Unanswered),
        }
    }

    /// Has the engine keep bytes, masked, as a body that a later ask names; its hash.
    ///
    /// # Errors
    ///
    /// As those of [`ask`](Self::ask).
    pub fn keep(&self, bytes: &[u8]) -> Result<String, Refusal> {
        let base64 = STANDARD.encode(bytes);
        match self.round_trip(None, |id| ToEngine::Keep { id, base64 })? {
            FromEngine::Kept { sha256, .. } => Ok(sha256),
            FromEngine::Refused { words, .. } => Err(Refusal::Elsewhere(words)),
            _ => Err(Refusal::Unanswered),
        }
    }

    /// The text with the secrets masked that the engine knows; `None` where it does not answer.
    pub fn mask(&self, text: &str) -> Option<Shown> {
        let text = text.to_owned();
        match self.round_trip(Some(MASKING), |id| ToEngine::Mask { id, text }) {
            Ok(FromEngine::Masked { text, .. }) => Some(text),
            _ => None,
        }
    }

    fn round_trip(
        &self,
        limit: Option<Duration>,
        message: impl FnOnce(u64) -> ToEngine,
    ) -> Result<FromEngine, Refusal> {
        let (answer, answered) = sync_channel(1);
        let id = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.is_over {
                return Err(Refusal::NoEngine);
            }
            waiting.last += 1;
            let id = waiting.last;
            waiting.answers.insert(id, answer);
            id
        };
        let line = line(&message(id)).map_err(Refusal::Elsewhere)?;
        let written = {
            let stream = self.to.lock().unwrap_or_else(PoisonError::into_inner);
            (&*stream).write_all(&line)
        };
        if written.is_err() {
            self.close();
        }
        match limit {
            None => answered.recv().map_err(|_| Refusal::Unanswered),
            Some(limit) => answered.recv_timeout(limit).map_err(|error| match error {
                RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => Refusal::Unanswered,
            }),
        }
    }
}

/// The next message; an engine that sends more than a line may hold is not heard further.
fn next(from: &mut BufReader<UnixStream>) -> io::Result<FromEngine> {
    let mut line = Vec::new();
    let limit = LINE_LIMIT as u64 + 1;
    from.take(limit).read_until(b'\n', &mut line)?;
    if line.last() != Some(&b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    serde_json::from_slice(&line).map_err(io::Error::other)
}
