//! All that a face sees of the engine.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::inbox::{Inbox, Message};
use crate::backend::Redactor;
use crate::incident::{Ask, By, CheckId, Refusal, Seq, State};
use crate::journal::{Entry, Head, ReadError, Reader, Writer};
use crate::text::Shown;

/// A face's end of a running engine; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(super) inbox: Inbox,
    pub(super) views: watch::Receiver<Arc<View>>,
    /// For what is on a screen: nobody keeps it for long.
    pub(super) reader: Arc<Mutex<Reader>>,
    /// For what goes over many records.
    pub(super) searcher: Arc<Mutex<Reader>>,
    pub(super) redactor: Redactor,
    /// The directory of the record.
    pub(super) place: Shown,
}

/// What was asked is flushed; `seq` is its last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    pub seq: Seq,
}

/// What is true and flushed, published at most 60 times a second.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub state: State,
    pub head: Head,
    /// Why nothing can be recorded any more, and so nothing done: shown loud.
    pub read_only: Option<Shown>,
    /// Outcomes that came after the disk failed; they are in the emergency file only.
    pub unsaved: Vec<Shown>,
    /// The disk is almost full: running calls are still recorded, nothing new may start.
    pub no_room: bool,
    /// Checks under way: how often asked, and what the last answer said. Not recorded.
    pub live: BTreeMap<CheckId, LiveCheck>,
    /// Requests and checks (not guards) that are not settled yet.
    pub busy: usize,
    /// The faces that show the incident now, that of the engine's own process first.
    pub here: Vec<Present>,
}

/// Somebody at a face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    pub by: By,
    /// Else they only look.
    pub may_act: bool,
}

/// A check under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCheck {
    pub asked: u32,
    pub why: Shown,
}

impl View {
    pub(super) fn of(state: &State, writer: &Writer) -> Self {
        Self {
            state: state.clone(),
            read_only: state.read_only.clone(),
            ..Self::reading(state, writer.head(), None)
        }
    }

    /// Of a record that this process only reads, and what is wrong with it; `head` is its last
    /// record, if it has one.
    pub fn reading(state: &State, head: Option<Head>, trouble: Option<Shown>) -> Self {
        Self {
            state: state.clone(),
            head: head.unwrap_or(Head { seq: 0, hash: String::new() }),
            read_only: trouble,
            unsaved: Vec::new(),
            no_room: false,
            live: BTreeMap::new(),
            here: Vec::new(),
            busy: Self::count_busy(state),
        }
    }

    /// Calls and checks whose end the engine still waits for.
    pub(super) fn count_busy(state: &State) -> usize {
        state.index.under_way.len() + state.index.checking.len()
    }
}

impl Handle {
    /// Asks for something; returns when it is flushed, or refused. Blocks for about as long as a
    /// flush takes: a face that draws calls it from another thread.
    pub fn ask(&self, by: By, ask: Ask) -> Result<Accepted, Refusal> {
        self.round_trip(|reply| Message::Ask { by, ask, reply: Some(reply) })
            .unwrap_or(Err(Refusal::Stopping))
    }

    /// The directory of the record.
    pub fn place(&self) -> Shown {
        self.place.clone()
    }

    /// The newest published view.
    pub fn view(&self) -> Arc<View> {
        self.views.borrow().clone()
    }

    /// Changes whenever a newer view is published.
    pub fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.views.clone()
    }

    /// Waits until no call and no check is under way; guards may be. `None` when the engine ended.
    pub fn idle(&self) -> Option<Arc<View>> {
        self.round_trip(Message::WhenIdle)
    }

    /// Records of the flushed part, by position; what is beyond the head is left out.
    pub fn entries(&self, range: RangeInclusive<Seq>) -> Result<Vec<Entry>, ReadError> {
        let mut entries = Vec::new();
        self.visit(&self.reader, range, &mut |entry, _| entries.push(entry))?;
        Ok(entries)
    }

    /// One record of the flushed part with its line as it stands in the file (without its line
    /// feed); `None` where there is none of this number.
    pub fn line(&self, seq: Seq) -> Result<Option<(Entry, Vec<u8>)>, ReadError> {
        let mut found = None;
        self.visit(&self.reader, seq..=seq, &mut |entry, line| found = Some((entry, line.into())))?;
        Ok(found)
    }

    /// Hands over records of the flushed part, one by one. Never keeps [`Handle::entries`] waiting.
    pub fn search(
        &self,
        range: RangeInclusive<Seq>,
        on_entry: &mut dyn FnMut(Entry),
    ) -> Result<(), ReadError> {
        self.visit(&self.searcher, range, &mut |entry, _| on_entry(entry))
    }

    fn visit(
        &self,
        reader: &Mutex<Reader>,
        range: RangeInclusive<Seq>,
        on_line: &mut dyn FnMut(Entry, &[u8]),
    ) -> Result<(), ReadError> {
        let flushed = self.view().head.seq;
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.visit(range, flushed, on_line)
    }

    /// The text with every known secret masked, and harmless: what somebody is about to write may
    /// hold one.
    pub fn mask(&self, text: &str) -> Shown {
        self.redactor.shown(text)
    }

    /// Keeps bytes, such as what a command printed, as a body that a later ask names: masked, at
    /// most [`KEEP_LIMIT`](super::wire::KEEP_LIMIT) of them. Its hash.
    ///
    /// # Errors
    ///
    /// The engine ends, or the disk does not take it.
    pub fn keep(&self, bytes: Vec<u8>) -> Result<String, Refusal> {
        self.round_trip(|reply| Message::Keep { bytes, reply }).unwrap_or(Err(Refusal::Stopping))
    }

    /// Somebody attached who was not there before.
    pub(super) fn attached(&self, by: By, may_act: bool) {
        self.inbox.send(Message::Attached { by, may_act });
    }

    /// Who is there now.
    pub(super) fn here(&self, all: Vec<Present>) {
        self.inbox.send(Message::Here(all));
    }

    /// Has the engine look at the clock now; for tests that set it.
    pub fn wake(&self) {
        self.inbox.send(Message::Wake);
    }

    /// Ends the engine when what is under way has been recorded, waiting for outcomes at most as
    /// long as the calls themselves may take. Nothing new is started.
    pub fn stop(&self) {
        let _ = self.round_trip(Message::Stop);
    }

    fn round_trip<T>(&self, message: impl FnOnce(SyncSender<T>) -> Message) -> Option<T> {
        let (reply, answer) = sync_channel(1);
        self.inbox.send(message(reply));
        answer.recv().ok()
    }
}
