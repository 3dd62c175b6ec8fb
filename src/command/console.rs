//! What a face needs of a running engine, so that faces can be driven without one.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use tokio::sync::watch;

use super::beside::{Beside, Debrief, HotWash, all_offers};
use super::evidence;
use crate::drill::Desk;
use crate::engine::{Accepted, Clock, Handle, View};
use crate::incident::words::{Sight, by_words};
use crate::incident::{Ask, By, Now, Offer, RecordLine, Refusal, Seq, State, permit_to};
use crate::journal::{Entry, Fact, ReadError};
use crate::text::Shown;

use super::detail::Detail;
use super::filter::Filter;

/// The engine as a face sees it.
pub trait Console: Send + Sync {
    /// Asks for something; returns when it is flushed, or refused. Blocks.
    fn ask(&self, by: By, ask: Ask) -> Result<Accepted, Refusal>;

    /// Changes whenever a newer view is published; closed when the engine is gone.
    fn watch(&self) -> watch::Receiver<Arc<View>>;

    /// Entries of the record in words; short where the record ends. The error says what cannot be
    /// read.
    fn lines(&self, range: Range<Seq>, state: &State) -> Result<Vec<RecordLine>, Shown>;

    /// The positions in this range whose entries the filter finds, in their order. To be called off
    /// the thread that draws, a few thousand entries at a time: then it can be given up between two
    /// pieces. Never keeps [`lines`](Self::lines) waiting.
    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown>;

    /// All that one entry says, also of a kind that this version cannot read.
    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown>;

    /// What somebody is about to write, such as what was pasted, before it is shown: with the
    /// secrets that are known masked, and harmless.
    fn mask(&self, text: &str) -> Shown;

    /// Where the record lies on this machine, if it does.
    fn place(&self) -> Option<Shown> {
        None
    }

    /// The time by the engine's clocks.
    fn now(&self) -> Now;

    /// The desk of who runs the drill, with all of the record heard; a player's console has none.
    fn desk(&self) -> Option<Arc<Desk>> {
        None
    }

    /// What is told when the drill is over, where this console knows it.
    fn debrief(&self) -> Option<Arc<dyn Debrief>> {
        None
    }

    /// What could be asked now.
    fn offers(&self, state: &State, now: Now) -> Vec<Offer> {
        all_offers(self, state, now)
    }

    /// The one thing to do next.
    fn recommended(&self, state: &State, now: Now) -> Option<Offer> {
        crate::incident::recommended(state, now)
    }
}

/// A running engine's handle as a console.
pub struct Attached {
    pub handle: Handle,
    /// The clock that the engine goes by.
    pub clock: Arc<dyn Clock>,
    pub beside: Beside,
}

impl Attached {
    /// As a player's, or a live incident's.
    pub fn new(handle: Handle, clock: Arc<dyn Clock>) -> Self {
        Self { handle, clock, beside: Beside::default() }
    }
}

impl Console for Attached {
    fn ask(&self, by: By, ask: Ask) -> Result<Accepted, Refusal> {
        let ask = evidence::hashed(ask).map_err(Refusal::Evidence)?;
        self.handle.ask(by, ask)
    }

    fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.handle.watch()
    }

    fn lines(&self, range: Range<Seq>, state: &State) -> Result<Vec<RecordLine>, Shown> {
        let Some(range) = inclusive(&range) else { return Ok(Vec::new()) };
        let entries = self.handle.entries(range).map_err(unreadable)?;
        let sight = self.beside.sight();
        Ok(entries.iter().map(|entry| seen_line(entry, state, sight)).collect())
    }

    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown> {
        let mut found = Vec::new();
        let Some(range) = inclusive(&range) else { return Ok(found) };
        let searched = self.handle.search(range, &mut |entry| {
            if filter.finds(&entry, state, self.beside.sight()) {
                found.push(entry.seq);
            }
        });
        searched.map_err(unreadable).map(|()| found)
    }

    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown> {
        let found = self.handle.line(seq).map_err(unreadable)?;
        let (entry, line) = found.ok_or_else(|| no_entry(seq))?;
        Ok(Detail::seen(&entry, &line, state, self.beside.sight()))
    }

    fn mask(&self, text: &str) -> Shown {
        self.handle.mask(text)
    }

    fn place(&self) -> Option<Shown> {
        Some(self.handle.place())
    }

    fn desk(&self) -> Option<Arc<Desk>> {
        let desk = self.beside.desk.clone()?;
        let view = self.handle.watch().borrow().clone();
        let unheard = desk.next()..view.state.seq.map_or(0, |last| last + 1);
        // Why something cannot be read is told where the record is shown.
        let entries = inclusive(&unheard).and_then(|range| self.handle.entries(range).ok());
        for entry in entries.unwrap_or_default() {
            desk.heard(&entry, &view.state);
        }
        Some(desk)
    }

    fn debrief(&self) -> Option<Arc<dyn Debrief>> {
        self.beside.debrief.clone()
    }

    fn now(&self) -> Now {
        self.clock.now()
    }
}

/// The same positions, both ends included; `None` where there are none.
pub(super) fn inclusive(range: &Range<Seq>) -> Option<RangeInclusive<Seq>> {
    let last = range.end.checked_sub(1).filter(|last| *last >= range.start)?;
    Some(range.start..=last)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn unreadable(error: ReadError) -> Shown {
    Shown::new(error.to_string())
}

pub(super) fn no_entry(seq: Seq) -> Shown {
    Shown::new(format!("there is no entry {seq} in this record"))
}

/// An entry in words, also one that this version cannot read, as players may read it.
pub fn record_line(entry: &Entry, state: &State) -> RecordLine {
    seen_line(entry, state, Sight::Player)
}

/// The same for whoever may see so much.
pub fn seen_line(entry: &Entry, state: &State, sight: Sight) -> RecordLine {
    let (seq, at, by) = (entry.seq, entry.moment(), &entry.by);
    match &entry.record {
        Fact::Known(record) => {
            RecordLine::seen(sight, seq, at, by, entry.occurred.as_ref(), record, state)
        }
        Fact::Unknown { kind, why } => {
            let words = format!("a record of the unknown kind {kind}: {why}");
            RecordLine { seq, at, by: by_words(by), kind: "unknown", words: Shown::new(words) }
        }
    }
}

/// All that a screen is drawn from, taken at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub view: Arc<View>,
    pub offers: Arc<Vec<Offer>>,
    pub next: Option<Offer>,
    pub now: Now,
    /// When the offers were asked for, by the boot clock, microseconds.
    pub taken_up: u64,
    pub by: By,
    /// Where the record lies on this machine, if it does.
    pub place: Option<Shown>,
    /// Of a facilitator.
    pub desk: Option<Arc<Desk>>,
    /// What is told and asked when the drill is over.
    pub hot_wash: Option<Arc<HotWash>>,
}

/// Offers change by themselves only when a confirmation expires: so old they may be, microseconds.
const OFFERS_AGE_US: u64 = 250_000;

impl Snapshot {
    /// Takes the newest view and asks the core what can be done.
    pub fn take(console: &dyn Console, by: &By) -> Self {
        let view = console.watch().borrow().clone();
        Self::of(console, by, view, None)
    }

    /// `before`: what was told of the drill at the hot wash, and still holds.
    fn of(console: &dyn Console, by: &By, view: Arc<View>, before: Option<Arc<HotWash>>) -> Self {
        let now = view.state.by_its_clock(console.now());
        let mut offers = console.offers(&view.state, now);
        let mut next = console.recommended(&view.state, now);
        for offer in &mut offers {
            if offer.refusal.is_none() {
                // Some of it only certain people can ask, whatever stands in its blanks.
                offer.refusal = permit_to(&view.state, by, &offer.ask).err();
            }
        }
        if let Some(why) = &view.read_only {
            // The core does not know the disk; the engine would refuse all of them.
            for offer in &mut offers {
                offer.refusal.get_or_insert(Refusal::ReadOnly(why.clone()));
            }
            next = None;
        }
        let told_anew = || HotWash::of(console, &view.state).map(Arc::new);
        let hot_wash = before.filter(|told| told.is_of(&view.state)).or_else(told_anew);
        Self {
            hot_wash,
            desk: console.desk(),
            view,
            offers: Arc::new(offers),
            next,
            now,
            taken_up: now.up,
            by: by.clone(),
            place: console.place(),
        }
    }

    /// Takes the newest view; what can be done is asked again only where the view is another, or
    /// older than a quarter of a second. The engine judges once more whatever is asked.
    #[must_use]
    pub fn renewed(self, console: &dyn Console) -> Self {
        let view = console.watch().borrow().clone();
        let now = view.state.by_its_clock(console.now());
        let age = now.up.saturating_sub(self.taken_up);
        if Arc::ptr_eq(&view, &self.view) && age < OFFERS_AGE_US {
            return Self { now, ..self };
        }
        Self::of(console, &self.by, view, self.hot_wash)
    }

    /// The person is attached to look, and to nothing else.
    pub fn only_looks(&self) -> bool {
        let mut own = self.view.here.iter().filter(|one| one.by == self.by).peekable();
        own.peek().is_some() && own.all(|one| !one.may_act)
    }

    /// The incident.
    pub fn state(&self) -> &State {
        &self.view.state
    }

    /// Why nothing can be recorded any more.
    pub fn read_only(&self) -> Option<&Shown> {
        self.view.read_only.as_ref().or(self.view.state.read_only.as_ref())
    }

    /// The instance that is next, or the first one, by its name.
    pub fn next_step(&self) -> Option<&str> {
        let next = self.next.as_ref().and_then(|offer| offer.step.as_deref());
        let first = || self.offers.iter().find_map(|offer| offer.step.as_deref());
        let any = || self.state().playbook.steps.first().map(|step| step.id.as_str());
        next.or_else(first).or_else(any)
    }

    /// What could be done with this step.
    pub fn offers_of<'a>(&'a self, step: &'a str) -> impl Iterator<Item = &'a Offer> {
        self.offers.iter().filter(move |offer| offer.step.as_deref() == Some(step))
    }

    /// What could be done with the incident as a whole.
    pub fn offers_of_incident(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.step.is_none())
    }

    /// What is next in this step, if it can be done.
    pub fn recommended_in(&self, step: &str) -> Option<&Offer> {
        self.offers
            .iter()
            .find(|offer| {
                offer.step.as_deref() == Some(step) && offer.recommended && offer.refusal.is_none()
            })
            .or_else(|| self.next.as_ref().filter(|offer| offer.step.as_deref() == Some(step)))
    }

    /// The offer with this verb and no step.
    pub fn incident_offer(&self, verb: &str) -> Option<&Offer> {
        self.offers_of_incident().find(|offer| offer.verb == verb)
    }
}
