//! The thread behind a [`Reading`](super::Reading): folds the record, then follows the file.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{Nudge, Shared, newest};
use crate::engine::{Head, View, fold_entry};
use crate::incident::{Seq, State};
use crate::journal::{Disk, Entry, FindingKind, Index, JournalError, Reader, fold_with};
use crate::playbook::Playbook;
use crate::text::Shown;

/// How often a growing record is looked at: another process writes it, and a file gives no signal.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Entries between two views while the record is folded, and that are read at a time afterwards.
const BATCH: Seq = 4_096;

pub(super) struct Follower {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    playbook: Arc<Playbook>,
    shared: Arc<Shared>,
    state: State,
    head: Option<Head>,
    /// What is wrong with the record.
    trouble: Option<(FindingKind, Shown)>,
    /// The same of its end, which may only be half written yet.
    tail: Option<Shown>,
    /// The length of the file at which its end could not be read: no use in trying again.
    stuck_at: Option<u64>,
}

/// How a look at the file ends.
enum Look {
    /// What stands there is no longer what was read: to be folded from its beginning.
    Anew,
    Stop,
}

impl Follower {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        playbook: Arc<Playbook>,
        shared: Arc<Shared>,
    ) -> Self {
        let state = State::new(playbook.clone());
        let (head, trouble, tail, stuck_at) = (None, None, None, None);
        Self { disk, dir, playbook, shared, state, head, trouble, tail, stuck_at }
    }

    /// Until it is told to stop. `index` is that of the readers.
    pub(super) fn run(mut self, index: Index, nudges: &Receiver<Nudge>) {
        // What is on a screen must not shrink: only the first time it may grow under way.
        let (mut index, mut is_first) = (index, true);
        loop {
            let look = self.fold(&index, is_first, nudges).and_then(|goes_on| {
                if !is_first {
                    self.give_readers(&index)?;
                }
                self.publish();
                if goes_on { self.follow(&index, nudges) } else { Ok(Look::Stop) }
            });
            match look {
                Ok(Look::Anew) => (index, is_first) = (Index::default(), false),
                Ok(Look::Stop) => return,
                Err(error) => {
                    self.trouble = Some((FindingKind::Damage, Shown::new(error.to_string())));
                    return self.publish();
                }
            }
        }
    }

    /// Folds the whole record; whether it may still grow.
    fn fold(
        &mut self,
        index: &Index,
        is_first: bool,
        nudges: &Receiver<Nudge>,
    ) -> Result<bool, JournalError> {
        let mut state = State::new(self.playbook.clone());
        let mut is_stopped = false;
        let length = Reader::with_index(&self.disk, &self.dir, index)?.length()?;
        let disk = self.disk.clone();
        let dir = self.dir.clone();
        let folded = fold_with(disk.as_ref(), &dir, index, &mut |entry| {
            fold_entry(&mut state, &entry);
            if entry.seq % BATCH == BATCH - 1 {
                if is_first {
                    (self.state, self.head) = (state.clone(), Some(entry.head()));
                    self.publish();
                }
                is_stopped = nudges.try_iter().any(|nudge| nudge == Nudge::Stop);
            }
            if is_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if is_stopped {
            return Ok(false);
        }
        (self.state, self.head) = (state, folded.head);
        (self.trouble, self.tail) = (None, None);
        let Some(finding) = folded.finding else { return Ok(true) };
        let words = Shown::new(finding.to_string());
        match finding.kind {
            FindingKind::Tail => (self.tail, self.stuck_at) = (Some(words), Some(length)),
            kind => self.trouble = Some((kind, words)),
        }
        Ok(finding.kind != FindingKind::Damage)
    }

    /// Reads on as the file grows.
    fn follow(&mut self, index: &Index, nudges: &Receiver<Nudge>) -> Result<Look, JournalError> {
        let mut reader = Reader::with_index(&self.disk, &self.dir, index)?;
        loop {
            let is_nudged = match nudges.recv_timeout(LOOK_EVERY) {
                Err(RecvTimeoutError::Timeout) => false,
                Ok(Nudge::Look) => true,
                Ok(Nudge::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(Look::Stop),
            };
            let length = reader.length()?;
            if self.stuck_at == Some(length) {
                if is_nudged {
                    continue;
                }
                // Somebody who is writing just now would have written on meanwhile.
                if let Some(tail) = self.tail.take() {
                    self.trouble = Some((FindingKind::Tail, tail));
                    self.publish();
                }
            } else if !self.read_on(&mut reader) {
                // Half of a write, an end that was cut, or damage: the whole record tells.
                self.stuck_at = Some(length);
                return Ok(Look::Anew);
            }
            let dir = newest(&self.disk, &self.dir)?;
            if dir != self.dir {
                self.dir = dir;
                return Ok(Look::Anew);
            }
        }
    }

    /// Folds what came; `false` where something else stands there than what follows.
    fn read_on(&mut self, reader: &mut Reader) -> bool {
        loop {
            let next = self.state.seq.map_or(0, |seq| seq + 1);
            let mut came: Vec<Entry> = Vec::new();
            let flushed = self.shared.flushed();
            let read = reader.visit(next..=next + BATCH - 1, flushed, &mut |entry, _| {
                came.push(entry);
            });
            let Some((first, last)) = came.first().zip(came.last()) else { return read.is_ok() };
            if self.head.as_ref().is_some_and(|head| head.hash != first.prev.to_string()) {
                return false;
            }
            for entry in &came {
                fold_entry(&mut self.state, entry);
            }
            self.head = Some(last.head());
            // Its end was mended.
            self.trouble.take_if(|(kind, _)| *kind == FindingKind::Tail);
            self.publish();
            if read.is_err() {
                return false;
            }
        }
    }

    /// The readers of the screen go over to what was folded anew.
    fn give_readers(&self, index: &Index) -> Result<(), JournalError> {
        for place in [&self.shared.reader, &self.shared.searcher] {
            let reader = Reader::with_index(&self.disk, &self.dir, index)?;
            *place.lock().unwrap_or_else(PoisonError::into_inner) = reader;
        }
        Ok(())
    }

    fn publish(&self) {
        let trouble = self.trouble.as_ref().map(|(_, words)| words.clone());
        self.shared.file(View::reading(&self.state, self.head.clone(), trouble));
    }
}
