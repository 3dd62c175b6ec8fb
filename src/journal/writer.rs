//! The one that writes a record: a pending commit in memory, then one write and one flush.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::ballast::Ballast;
use super::blob;
use super::chunk::lines;
use super::disk::{Disk, DiskFile, append_all};
use super::entry::{Draft, Entry, Fact, Head};
use super::error::{CommitError, JournalError, PushError};
use super::files::JOURNAL;
use super::index::{Counter, Index};
use super::line::{Stamp, decode, encode, frame};
use super::lock::{Holder, Lock};
use super::scan::Link;
use crate::incident::Now;

/// How a record is opened for writing.
#[derive(Debug, Clone)]
pub struct Options {
    pub holder: Holder,
    /// Bytes kept free for the results of running calls.
    pub ballast: u64,
}

impl Options {
    /// 8 MiB of ballast: some thousands of results.
    pub fn new(holder: Holder) -> Self {
        Self { holder, ballast: 8 << 20 }
    }
}

/// What a commit is worth when the disk is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It begins something: refused below the reserve.
    Intent,
    /// It says how something ended: the reserve is there for it.
    Result,
}

/// Whether something new may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Ample,
    /// The reserve is in use: results only.
    Reserve,
}

/// A place in the pending commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    length: usize,
    next: Link,
}

/// Writes one record; holds its lock.
pub struct Writer {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    file: Box<dyn DiskFile>,
    _lock: Lock,
    ballast: Ballast,
    /// What follows the last flushed line.
    flushed: Link,
    /// Counts the flushed lines: where the last of them ends, and for readers where each stands.
    counter: Counter,
    pending: Vec<u8>,
    /// What follows the last pending line.
    next: Link,
    poison: Option<String>,
    scenario_time: Option<DateTime<Utc>>,
}

impl Writer {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        file: Box<dyn DiskFile>,
        lock: Lock,
        ballast: Ballast,
        next: Link,
        counter: Counter,
    ) -> Self {
        Self {
            disk,
            dir,
            file,
            _lock: lock,
            ballast,
            flushed: next,
            counter,
            pending: Vec::new(),
            next,
            poison: None,
            scenario_time: None,
        }
    }

    /// The directory of the record.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        self.disk.as_ref()
    }

    /// The last flushed record; `None` before the first.
    pub fn head(&self) -> Option<Head> {
        head(self.flushed)
    }

    pub(super) fn shared_disk(&self) -> Arc<dyn Disk> {
        self.disk.clone()
    }

    /// Where the flushed lines end in the newest segment, bytes.
    pub(super) fn flushed_bytes(&self) -> u64 {
        self.counter.at().1
    }

    /// The lines that the next commit writes.
    pub(super) fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// The last record, if the next commit is done.
    pub(super) fn pending_head(&self) -> Option<Head> {
        head(self.next)
    }

    /// Where the flushed lines stand, now and as they come: for a [`Reader`](super::Reader).
    pub fn index(&self) -> Index {
        self.counter.index()
    }

    /// Why nothing can be written any more.
    pub fn poisoned(&self) -> Option<&str> {
        self.poison.as_deref()
    }

    /// The scenario's clock, that every line from now on bears as `sim`.
    pub fn set_scenario_time(&mut self, time: Option<DateTime<Utc>>) {
        self.scenario_time = time;
    }

    /// Adds a line to the pending commit; returns it as read back from its bytes, which is the only
    /// form that may be applied.
    pub fn push(&mut self, draft: &Draft, now: Now) -> Result<Entry, PushError> {
        let first = self.pending.is_empty();
        let stamp = Stamp {
            seq: self.next.seq,
            prev: self.next.prev,
            flushed: if first { self.next.seq.checked_sub(1) } else { None },
            now,
            sim: self.scenario_time,
        };
        let start = self.pending.len();
        encode(&mut self.pending, &stamp, draft)?;
        let line = &self.pending[start..self.pending.len() - 1];
        let read_back = frame(line).and_then(|frame| Ok((frame, decode(line, &frame)?)));
        let problem = match read_back {
            Ok((frame, entry)) => match &entry.record {
                Fact::Known(_) => {
                    self.next = Link::after(&frame);
                    return Ok(entry);
                }
                Fact::Unknown { why, .. } => why.clone(),
            },
            Err(fault) => fault.to_string(),
        };
        self.pending.truncate(start);
        Err(PushError::Unreadable(problem))
    }

    /// Where the pending commit stands, to come back to.
    pub fn mark(&self) -> Mark {
        Mark { length: self.pending.len(), next: self.next }
    }

    /// Drops what was pushed since `mark`, which must be of the same pending commit.
    pub fn rollback_to(&mut self, mark: Mark) {
        if mark.length <= self.pending.len() && mark.next.seq >= self.flushed.seq {
            self.pending.truncate(mark.length);
            self.next = mark.next;
        }
    }

    /// Whether something new may be begun. Tries to win the reserve back if it was used.
    pub fn room(&mut self) -> Room {
        if self.poison.is_none() {
            self.ballast.refill(self.disk.as_ref());
        }
        if self.ballast.is_full() { Room::Ample } else { Room::Reserve }
    }

    /// Writes the pending lines and flushes them. Only what this returns may be shown as saved or
    /// acted on. After any error nothing is pending.
    pub fn commit(&mut self, urgency: Urgency) -> Result<Head, CommitError> {
        let pending = std::mem::take(&mut self.pending);
        let next = std::mem::replace(&mut self.next, self.flushed);
        if let Some(why) = &self.poison {
            return Err(CommitError::Poisoned { path: self.dir.clone(), why: why.clone() });
        }
        if pending.is_empty() {
            return self.head().ok_or(CommitError::Nothing);
        }
        if urgency == Urgency::Intent && self.room() == Room::Reserve {
            return Err(self.full(self.ballast.why()));
        }
        self.write(&pending, urgency)?;
        if let Err(error) = self.file.sync_data() {
            // The kernel may have dropped the pages and called them clean: asking again would lie.
            return Err(self.poison(format!("flushing {JOURNAL} failed: {error}")));
        }
        for line in lines(&pending) {
            self.counter.line(line.len() as u64);
        }
        self.counter.publish();
        self.flushed = next;
        self.next = next;
        self.pending = pending;
        self.pending.clear();
        self.head().ok_or(CommitError::Nothing)
    }

    fn write(&mut self, lines: &[u8], urgency: Urgency) -> Result<(), CommitError> {
        loop {
            let Err(error) = append_all(self.file.as_mut(), lines) else { return Ok(()) };
            if !is_full(&error) {
                return Err(self.poison(format!("writing to {JOURNAL} failed: {error}")));
            }
            // Else the next commit would be glued to half a line.
            if let Err(error) = self.file.set_len(self.counter.at().1) {
                return Err(self.poison(format!("cutting half a line from {JOURNAL}: {error}")));
            }
            if urgency == Urgency::Intent || !self.ballast.release(self.disk.as_ref()) {
                return Err(self.full("the disk is full".into()));
            }
        }
    }

    fn full(&self, why: String) -> CommitError {
        CommitError::Full { path: self.dir.clone(), why }
    }

    fn poison(&mut self, why: String) -> CommitError {
        self.poison = Some(why.clone());
        CommitError::Poisoned { path: self.dir.clone(), why }
    }

    /// Keeps a body under its hash, flushed with its name; returns the hash. To be called before the
    /// line that names it is committed.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<String, JournalError> {
        blob::put(self.disk.as_ref(), &self.dir, bytes)
    }

    /// Removes a body from every segment; one that is not there is no error.
    pub fn remove_blob(&self, sha256: &str) -> Result<(), JournalError> {
        for dir in super::fold::segments(self.disk.as_ref(), &self.dir)? {
            blob::remove(self.disk.as_ref(), &dir, sha256)?;
        }
        Ok(())
    }
}

fn head(next: Link) -> Option<Head> {
    Some(Head { seq: next.seq.checked_sub(1)?, hash: next.prev.to_string() })
}

/// No room: on the disk, in the quota, or below the limit of a file's size.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
