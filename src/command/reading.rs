//! A console over a record that another writes, or nobody any more: it shows everything, follows
//! the file as it grows, and does nothing.

mod follower;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::console::{Console, inclusive, no_entry, record_line, unreadable};
use super::detail::Detail;
use super::filter::Filter;
use crate::engine::{Accepted, Clock, View};
use crate::incident::{Ask, By, Now, RecordLine, Refusal, Seq, State};
use crate::journal::{Disk, Entry, Index, JournalError, Reader, Store};
use crate::playbook::Playbook;
use crate::text::Shown;
use follower::Follower;

/// Reads a record; every ask is refused with the reason why it is only read. Following the file
/// ends when this is dropped.
pub struct Reading {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    /// Its end tells the follower.
    _stop: SyncSender<()>,
}

/// What the one who follows and those who look have in common.
struct Shared {
    why: Shown,
    views: watch::Sender<Arc<View>>,
    /// For what is on a screen: nobody keeps it for long.
    reader: Mutex<Reader>,
    /// For what goes over many records.
    searcher: Mutex<Reader>,
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
        let index = Index::default();
        let reader = || Reader::with_index(disk, &dir, &index);
        let view = View::reading(&State::new(playbook.clone()), None, why.clone());
        let shared = Arc::new(Shared {
            why,
            views: watch::channel(Arc::new(view)).0,
            reader: Mutex::new(reader()?),
            searcher: Mutex::new(reader()?),
        });
        let follower = Follower::new(disk.clone(), dir.clone(), playbook, shared.clone());
        let (stop, stopped) = sync_channel(0);
        std::thread::Builder::new()
            .name("reading".to_owned())
            .spawn(move || follower.run(index, &stopped))
            .map_err(|source| JournalError::Io { what: "follow", path: dir, source })?;
        Ok(Self { shared, clock, _stop: stop })
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

impl Console for Reading {
    fn ask(&self, _: By, _: Ask) -> Result<Accepted, Refusal> {
        let why = self.shared.views.borrow().read_only.clone();
        Err(Refusal::ReadOnly(why.unwrap_or_else(|| self.shared.why.clone())))
    }

    fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.shared.views.subscribe()
    }

    fn lines(&self, range: Range<Seq>, state: &State) -> Result<Vec<RecordLine>, Shown> {
        let mut lines = Vec::new();
        self.visit(&self.shared.reader, &range, &mut |entry, _| {
            lines.push(record_line(&entry, state));
        })?;
        Ok(lines)
    }

    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown> {
        let mut found = Vec::new();
        self.visit(&self.shared.searcher, &range, &mut |entry, _| {
            if filter.matches(&entry, state) {
                found.push(entry.seq);
            }
        })?;
        Ok(found)
    }

    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown> {
        let mut found = None;
        self.visit(&self.shared.reader, &(seq..seq.saturating_add(1)), &mut |entry, line| {
            found = Some(Detail::new(&entry, line, state));
        })?;
        found.ok_or_else(|| no_entry(seq))
    }

    /// No secret is read here, so that none can be known.
    fn mask(&self, text: &str) -> Shown {
        Shown::new(text)
    }

    fn now(&self) -> Now {
        self.clock.now()
    }
}

/// Where the record in `dir` goes on, if it does.
fn newest(disk: &Arc<dyn Disk>, dir: &Path) -> Result<PathBuf, JournalError> {
    Ok(Store::new(disk.clone(), dir.to_owned()).look(dir)?.dir)
}
