//! What became of the expectations of a scenario: a pure fold of the record.
//!
//! The director, the facilitator's face and the score ask the same watch, so that what fires a
//! contingency is what stands on the scorecard.

mod fits;
mod track;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::plan::{Event, Expectation, Inject, Plan, Since, Trigger};
use crate::incident::exercise::{Control, Judged};
use crate::incident::{By, Record, Seq, State};
use crate::journal::Entry;
use crate::text::Shown;
use track::Track;

/// A record, and when it was written by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub seq: Seq,
    pub scenario: DateTime<Utc>,
    pub wall: DateTime<Utc>,
}

impl Moment {
    /// Of this record.
    pub fn of(entry: &Entry) -> Self {
        Self { seq: entry.seq, scenario: entry.moment(), wall: entry.at }
    }
}

/// How an expectation stands; all times are by the scenario's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What its time counts from has not happened.
    NotBegun,
    /// It can still be met until `until`, and late until `late_until`.
    Open {
        began: Moment,
        until: DateTime<Utc>,
        late_until: DateTime<Utc>,
    },
    Met {
        at: Moment,
    },
    Late {
        at: Moment,
    },
    /// Since then it cannot be met any more.
    Missed {
        since: DateTime<Utc>,
    },
    /// The exercise ended before its window closed, or nobody ticked it.
    NotObserved,
    /// What its time counts from did not happen, and will not.
    Void,
}

impl Standing {
    /// The verdict; `None` while there is none.
    pub fn verdict(self) -> Option<Judged> {
        match self {
            Self::NotBegun | Self::Open { .. } => None,
            Self::Met { .. } => Some(Judged::Met),
            Self::Late { .. } => Some(Judged::Late),
            Self::Missed { .. } => Some(Judged::Missed),
            Self::NotObserved => Some(Judged::NotObserved),
            Self::Void => Some(Judged::Void),
        }
    }

    /// The word on every face and in every export.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotBegun => "not begun",
            Self::Open { .. } => "open",
            other => other.verdict().map_or("", Judged::word),
        }
    }
}

/// A verdict that a person set, and who; a later one stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judging {
    pub verdict: Judged,
    pub reason: Shown,
    pub by: By,
    pub at: Moment,
}

/// Follows a drill, record by record.
#[derive(Debug, Clone)]
pub struct Watch {
    plan: Arc<Plan>,
    /// What the scenario's clock showed at the first record.
    start: Option<DateTime<Utc>>,
    arrivals: BTreeMap<String, Moment>,
    /// For each inject that waits for an event, the first record that fits.
    triggers: BTreeMap<String, Moment>,
    /// By the id of the expectation.
    tracks: BTreeMap<String, Track>,
    judgings: BTreeMap<String, Judging>,
    /// Leaps of the clock that a person made over what was open: from where to where.
    leaps: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    ended: Option<Moment>,
}

impl Watch {
    /// Before the first record.
    pub fn new(plan: Arc<Plan>) -> Self {
        let ids = plan.expectations.iter().map(|one| one.id.clone());
        let tracks = ids.map(|id| (id, Track::default())).collect();
        Self {
            plan,
            start: None,
            arrivals: BTreeMap::new(),
            triggers: BTreeMap::new(),
            tracks,
            judgings: BTreeMap::new(),
            leaps: Vec::new(),
            ended: None,
        }
    }

    /// Takes one record, in order; `state` has applied it.
    pub fn heard(&mut self, entry: &Entry, state: &State) {
        let Some(record) = entry.record.known() else { return };
        let at = Moment::of(entry);
        match record {
            Record::Opened(opened) => {
                self.start = opened.exercise.as_ref().map(|briefing| briefing.start);
            }
            Record::InjectArrived(inject) => {
                self.arrivals.entry(inject.inject.clone()).or_insert(at);
            }
            // Who wishes to go on leaps by their own will, and the scenario over its own gaps.
            Record::ExerciseControlled(Control::Jump { to, .. }) if entry.by != By::console() => {
                self.leaps.push((at.scenario, *to));
            }
            Record::ExerciseControlled(Control::Judge { expectation, verdict, reason }) => {
                let (by, reason) = (entry.by.clone(), reason.clone());
                let judging = Judging { verdict: *verdict, reason, by, at };
                self.judgings.insert(expectation.clone(), judging);
            }
            _ => {}
        }
        // Evaluators go on when the players have stopped; what else happens then counts no more.
        if self.ended.is_some() {
            return;
        }
        let plan = self.plan.clone();
        for inject in &plan.injects {
            let Trigger::After { what, .. } = &inject.when else { continue };
            self.first(&inject.message.inject, what, entry, state, at);
        }
        for expectation in &plan.expectations {
            let begins = match &expectation.since {
                Since::Inject(inject) => self.arrivals.get(inject).copied(),
                Since::Event(event) => event.fits(entry, state).then_some(at),
            };
            if let Some(track) = self.tracks.get_mut(&expectation.id) {
                track.began = track.began.or(begins);
                track.heard(&plan, expectation, (entry, at), state);
            }
        }
        if let Record::ExerciseControlled(Control::End { .. }) = record {
            self.ended = Some(at);
        }
    }

    fn first(&mut self, inject: &str, what: &Event, entry: &Entry, state: &State, at: Moment) {
        if !self.triggers.contains_key(inject) && what.fits(entry, state) {
            self.triggers.insert(inject.to_owned(), at);
        }
    }

    /// The scenario that is followed.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What the scenario's clock showed at the first record.
    pub fn start(&self) -> Option<DateTime<Utc>> {
        self.start
    }

    /// When the inject with this id arrived.
    pub fn arrived(&self, inject: &str) -> Option<Moment> {
        self.arrivals.get(inject).copied()
    }

    /// When the exercise ended.
    pub fn ended(&self) -> Option<Moment> {
        self.ended
    }

    /// When the time of an expectation began.
    pub fn began(&self, expectation: &str) -> Option<Moment> {
        self.tracks.get(expectation)?.began
    }

    /// The record that met an expectation in the right order, however late; of several targets, that
    /// of the last one.
    pub fn matched(&self, expectation: &Expectation) -> Option<Moment> {
        self.tracks.get(&expectation.id)?.matched(expectation)
    }

    /// The first record that would have met an expectation, had it not come in the wrong order.
    pub fn out_of_order(&self, expectation: &str) -> Option<Moment> {
        self.tracks.get(expectation)?.out_of_order
    }

    /// The record that would have met an expectation, had it not come after what it had to come
    /// before.
    pub fn too_late(&self, expectation: &str) -> Option<Moment> {
        let track = self.tracks.get(expectation)?;
        track.out_of_order.filter(|_| track.is_too_late())
    }

    /// Of an expectation with several targets: those that are still missing.
    pub fn missing<'a>(&'a self, expectation: &'a Expectation) -> Vec<&'a str> {
        let track = self.tracks.get(&expectation.id);
        track.map(|track| track.missing(expectation)).unwrap_or_default()
    }

    /// What a person said of an expectation.
    pub fn judging(&self, expectation: &str) -> Option<&Judging> {
        self.judgings.get(expectation)
    }

    /// How an expectation stands at `now` by the scenario's clock; what a person said goes before
    /// what was found.
    pub fn standing(
        &self,
        expectation: &Expectation,
        now: DateTime<Utc>,
        state: &State,
    ) -> Standing {
        self.judged(expectation, self.found(expectation, now, state))
    }

    /// The same by the record alone.
    pub fn found(&self, expectation: &Expectation, now: DateTime<Utc>, state: &State) -> Standing {
        let over = self.ended.map(|ended| ended.scenario);
        self.reckoned(expectation, over.unwrap_or(now), over.is_some(), state)
    }

    /// The same as if the exercise ended at `now`, where it has not ended.
    pub fn found_at_end(
        &self,
        expectation: &Expectation,
        now: DateTime<Utc>,
        state: &State,
    ) -> Standing {
        let over = self.ended.map(|ended| ended.scenario);
        self.reckoned(expectation, over.unwrap_or(now), true, state)
    }

    fn reckoned(
        &self,
        expectation: &Expectation,
        now: DateTime<Utc>,
        is_over: bool,
        state: &State,
    ) -> Standing {
        let Some(track) = self.tracks.get(&expectation.id) else { return Standing::NotBegun };
        if track.began.is_none() && (is_over || Self::will_not_begin(expectation, state)) {
            return Standing::Void;
        }
        track.standing(expectation, now, is_over, &self.leaps)
    }

    /// The inject that it counts from was taken out.
    fn will_not_begin(expectation: &Expectation, state: &State) -> bool {
        match &expectation.since {
            Since::Inject(inject) => is_skipped(inject, state),
            Since::Event(_) => false,
        }
    }

    /// What a person said of it goes before what was found.
    pub fn judged(&self, expectation: &Expectation, found: Standing) -> Standing {
        let Some(judging) = self.judgings.get(&expectation.id) else { return found };
        let at = self.matched(expectation).unwrap_or(judging.at);
        match judging.verdict {
            Judged::Met => Standing::Met { at },
            Judged::Late => Standing::Late { at },
            Judged::Missed => match found {
                Standing::Missed { .. } => found,
                _ => Standing::Missed { since: judging.at.scenario },
            },
            Judged::NotObserved => Standing::NotObserved,
            Judged::Void => Standing::Void,
        }
    }

    /// When the next contingency is due, and for which expectation: its window passes without
    /// anything that fits. It may lie in the past. `None`: none is to come as things are.
    pub fn next_deadline(&self, state: &State) -> Option<(DateTime<Utc>, String)> {
        let all = self.deadlines(state).map(|(at, expectation)| (at, expectation.id.clone()));
        all.min()
    }

    /// The expectations whose contingency is due by `now`, in file order.
    pub fn missed_now(&self, now: DateTime<Utc>, state: &State) -> Vec<&Expectation> {
        let due = self.deadlines(state).filter(|(at, _)| *at <= now);
        due.map(|(_, expectation)| expectation).collect()
    }

    fn deadlines<'a, 'b>(
        &'a self,
        state: &'b State,
    ) -> impl Iterator<Item = (DateTime<Utc>, &'a Expectation)> + use<'a, 'b> {
        let all = self.plan.expectations.iter().filter(|_| self.ended.is_none());
        all.filter_map(|expectation| {
            let contingency = expectation.on_miss.as_deref()?;
            let track = self.tracks.get(&expectation.id)?;
            let judging = self.judgings.get(&expectation.id);
            // Done in the wrong order is missed, but there is nothing to bring play back to.
            let is_done = track.matched(expectation).is_some()
                || track.is_too_late()
                || judging.is_some_and(|judging| judging.verdict != Judged::Missed);
            if is_done || self.arrivals.contains_key(contingency) || is_skipped(contingency, state)
            {
                return None;
            }
            let due = later(track.began?.scenario, expectation.within);
            let delayed = state.exercise.as_ref().and_then(|one| one.delayed.get(contingency));
            // Strictly after: what comes in the last moment is in time.
            let due = later(due, TimeDelta::microseconds(1));
            Some((delayed.map_or(due, |delayed| due.max(*delayed)), expectation))
        })
    }

    /// When this inject is due, where it waits for an event and has not arrived: because the event
    /// happened, or because it comes at the latest then.
    pub fn due_after(&self, inject: &Inject) -> Option<DateTime<Utc>> {
        let id = &inject.message.inject;
        let Trigger::After { delay, latest, .. } = &inject.when else { return None };
        if self.arrivals.contains_key(id) {
            return None;
        }
        let happened = self.triggers.get(id).map(|at| later(at.scenario, *delay));
        let latest = latest.and_then(|latest| Some(later(self.start?, latest)));
        happened.into_iter().chain(latest).min()
    }

    /// When the event happened that an inject waits for.
    pub fn triggered(&self, inject: &str) -> Option<Moment> {
        self.triggers.get(inject).copied()
    }
}

fn is_skipped(inject: &str, state: &State) -> bool {
    state.exercise.as_ref().is_some_and(|exercise| exercise.skipped.contains_key(inject))
}

/// The same moment where there is none so late.
fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(at)
}
