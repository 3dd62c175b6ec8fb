//! A console over a record that another writes, or nobody any more: it shows everything, follows
//! the file as it grows, and does nothing. With a connection to the engine that writes it, a
//! [`Remote`](super::Remote) is made of it.

mod follower;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::beside::{Beside, Debrief};
use super::console::{Console, inclusive, no_entry, seen_line, unreadable};
use super::detail::Detail;
use super::filter::Filter;
use crate::drill::Desk;
use crate::engine::wire::Status;
use crate::engine::{Accepted, Clock, View};
use crate::incident::{Ask, By, Now, RecordLine, Refusal, Seq, State};
use crate::journal::{Disk, Entry, Index, JournalError, Reader, Store};
use crate::playbook::Playbook;
use crate::text::Shown;
use follower::Follower;

/// Reads a record; every ask is refused with the reason why it is only read. Following the file
/// ends when this is dropped.
pub struct Reading {
    pub(super) shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    /// The directory of the record.
    place: Shown,
    pub(super) beside: Beside,
}

/// What the one who follows and those who look have in common.
pub(super) struct Shared {
    views: watch::Sender<Arc<View>>,
    said: Mutex<Said>,
    follower: Sender<Nudge>,
    /// For what is on a screen: nobody keeps it for long.
    reader: Mutex<Reader>,
    /// For what goes over many records.
    searcher: Mutex<Reader>,
}

/// What the follower is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nudge {
    /// The file grew.
    Look,
    /// Nobody looks any more.
    Stop,
}

/// What a view is made of.
struct Said {
    /// What the file says; read-only where it is damaged.
    file: View,
    /// What the engine says beside it, or why there is none.
    status: Status,
    /// An engine says it.
    is_attached: bool,
}

impl Shared {
    /// The file grew, or is damaged.
    fn file(&self, file: View) {
        self.publish(|said| said.file = file);
    }

    /// The engine said something new; where its record goes further than what was read, the file is
    /// looked at.
    pub(super) fn status(&self, status: Status, is_attached: bool) {
        let seq = status.seq;
        self.publish(|said| (said.status, said.is_attached) = (status, is_attached));
        if is_attached && self.views.borrow().state.seq.is_none_or(|read| read < seq) {
            // Gone only when nobody looks any more.
            let _ = self.follower.send(Nudge::Look);
        }
    }

    /// All is read that the engine has flushed when it last said so.
    pub(super) fn is_read(&self) -> bool {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.is_attached && said.file.state.seq.is_some_and(|read| read >= said.status.seq)
    }

    /// What stands behind this record may be half written.
    fn flushed(&self) -> Seq {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_attached { said.status.seq } else { Seq::MAX }
    }

    fn publish(&self, change: impl FnOnce(&mut Said)) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut said);
        let status = &said.status;
        let mut view = said.file.clone();
        let fails = status.read_only.is_some() || status.no_room;
        view.read_only = view.read_only.or_else(|| status.read_only.clone());
        view.unsaved.clone_from(&status.unsaved);
        view.no_room = status.no_room;
        view.live.clone_from(&status.live);
        view.here.clone_from(&status.here);
        if fails {
            // What cannot be recorded has no end in the record to wait for.
            view.busy = status.busy;
        }
        self.views.send_replace(Arc::new(view));
    }
}

impl Reading {
    /// Opens the record in `dir`, or where it goes on. Returns at once, with nothing in the view;
    /// that grows as a thread of its own folds the record, and then as the file does, looked at
    /// about four times a second.
    ///
    /// `why` says why it is only read: "held by …", "closed". Where the record is damaged, views
    /// say that instead, and end with the last entry before it.
    pub fn open(
        disk: &Arc<dyn Disk>,
        dir: &Path,
        playbook: Arc<Playbook>,
        why: Shown,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, JournalError> {
        let dir = newest(disk, dir)?;
        let place = Shown::new(Shown::new(dir.to_string_lossy()).one_line());
        let index = Index::default();
        let reader = || Reader::with_index(disk, &dir, &index);
        let view = View::reading(&State::new(playbook.clone()), None, None);
        let status = Status { read_only: Some(why), ..Status::default() };
        let (follower, nudges) = channel();
        let shared = Arc::new(Shared {
            views: watch::channel(Arc::new(view.clone())).0,
            said: Mutex::new(Said { file: view, status: status.clone(), is_attached: false }),
            follower,
            reader: Mutex::new(reader()?),
            searcher: Mutex::new(reader()?),
        });
        shared.status(status, false);
        let follower = Follower::new(disk.clone(), dir.clone(), playbook, shared.clone());
        std::thread::Builder::new()
            .name("reading".to_owned())
            .spawn(move || follower.run(index, &nudges))
            .map_err(|source| JournalError::Io { what: "follow", path: dir, source })?;
        Ok(Self { shared, clock, place, beside: Beside::default() })
    }

    fn visit(
        &self,
        reader: &Mutex<Reader>,
        range: &Range<Seq>,
        on_line: &mut dyn FnMut(Entry, &[u8]),
    ) -> Result<(), Shown> {
        // What was not folded yet is not there yet.
        let last = self.shared.views.borrow().state.seq;
        let Some((last, range)) = last.zip(inclusive(range)) else { return Ok(()) };
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.visit(range, last, on_line).map_err(unreadable)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Gone where the record was damaged.
        let _ = self.shared.follower.send(Nudge::Stop);
    }
}

impl Console for Reading {
    fn ask(&self, _: By, _: Ask) -> Result<Accepted, Refusal> {
        let why = self.shared.views.borrow().read_only.clone();
        Err(Refusal::ReadOnly(why.unwrap_or_default()))
    }

    fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.shared.views.subscribe()
    }

    fn lines(&self, range: Range<Seq>, state: &State) -> Result<Vec<RecordLine>, Shown> {
        let mut lines = Vec::new();
        self.visit(&self.shared.reader, &range, &mut |entry, _| {
            lines.push(seen_line(&entry, state, self.beside.sight()));
        })?;
        Ok(lines)
    }

    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown> {
        let mut found = Vec::new();
        self.visit(&self.shared.searcher, &range, &mut |entry, _| {
            if filter.finds(&entry, state, self.beside.sight()) {
                found.push(entry.seq);
            }
        })?;
        Ok(found)
    }

    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown> {
        let mut found = None;
        self.visit(&self.shared.reader, &(seq..seq.saturating_add(1)), &mut |entry, line| {
            found = Some(Detail::seen(&entry, line, state, self.beside.sight()));
        })?;
        found.ok_or_else(|| no_entry(seq))
    }

    /// No secret is read here, so that none can be known.
    fn mask(&self, text: &str) -> Shown {
        Shown::new(text)
    }

    fn place(&self) -> Option<Shown> {
        Some(self.place.clone())
    }

    fn desk(&self) -> Option<Arc<Desk>> {
        let desk = self.beside.desk.clone()?;
        let view = self.shared.views.borrow().clone();
        let unheard = desk.next()..view.state.seq.map_or(0, |last| last + 1);
        // Why something cannot be read is told where the record is shown.
        let _ = self.visit(&self.shared.reader, &unheard, &mut |entry, _| {
            desk.heard(&entry, &view.state);
        });
        Some(desk)
    }

    fn debrief(&self) -> Option<Arc<dyn Debrief>> {
        self.beside.debrief.clone()
    }

    fn now(&self) -> Now {
        self.clock.now()
    }
}

/// Where the record in `dir` goes on, if it does.
pub(super) fn newest(disk: &Arc<dyn Disk>, dir: &Path) -> Result<PathBuf, JournalError> {
    Ok(Store::new(disk.clone(), dir.to_owned()).look(dir)?.dir)
}
