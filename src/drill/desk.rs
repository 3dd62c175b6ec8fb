//! The facilitator's desk: what is to come, what is expected, and what can be done about it. It
//! knows the whole scenario, so no player's console has one.

mod controls;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::scenario::Scenario;
use super::scenario::plan::{self, Event, Expectation, Trigger};
use super::watch::{Standing, Watch};
use crate::incident::exercise::{Exercise, Inject};
use crate::incident::{Now, Offer, Seq, State};
use crate::journal::Entry;
use crate::text::Shown;
pub use controls::is_control;

/// A scenario, seen by who runs it.
#[derive(Debug)]
pub struct Desk {
    scenario: Arc<Scenario>,
    followed: Mutex<Followed>,
}

/// The record, as far as it was heard.
#[derive(Debug)]
struct Followed {
    watch: Watch,
    next: Seq,
}

/// A message of the exercise, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned<'a> {
    /// As it went out, or as it will.
    pub inject: &'a Inject,
    /// What the scenario says of it; `None`: it was written during the drill.
    pub plan: Option<&'a plan::Inject>,
    pub coming: Coming,
}

/// When a message comes, or that it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Coming {
    Arrived(DateTime<Utc>),
    At {
        at: DateTime<Utc>,
        delayed: bool,
    },
    /// After something happened; at the latest then.
    After {
        what: String,
        delay: TimeDelta,
        latest: Option<DateTime<Utc>>,
    },
    /// Where one of these expectations is missed.
    OnMiss(Vec<String>),
    /// It is sent by hand, or never.
    ByHand,
    Skipped(Shown),
}

/// What should happen, and what became of it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected<'a> {
    pub expectation: &'a Expectation,
    pub standing: Standing,
    /// Of several targets, those that are still missing.
    pub missing: Vec<String>,
    /// What a person said of it, which goes before what was found.
    pub judged: Option<Shown>,
}

/// A fault, and whether somebody changed it by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmedFault<'a> {
    pub id: &'a str,
    /// Kind, back end and title.
    pub what: Shown,
    /// It may strike, unless it did so often enough.
    pub is_armed: bool,
    /// What somebody set it to; `None`: it is as the scenario has it.
    pub by_hand: Option<bool>,
}

impl Desk {
    /// For this scenario.
    pub fn new(scenario: Arc<Scenario>) -> Self {
        let watch = Watch::new(Arc::new(scenario.plan.clone()));
        Self { scenario, followed: Mutex::new(Followed { watch, next: 0 }) }
    }

    /// The scenario.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// All messages: those that came, then those to come by their time, then the rest.
    pub fn injects<'a>(&'a self, state: &'a State) -> Vec<Planned<'a>> {
        let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
        let plan = &self.scenario.plan;
        let arrived = exercise.injects.iter().map(|arrived| Planned {
            inject: &arrived.inject,
            plan: plan.inject(&arrived.inject.inject),
            coming: Coming::Arrived(arrived.at),
        });
        let ahead = plan.injects.iter().filter(|one| !has_arrived(exercise, one));
        let ahead = ahead.map(|one| Planned {
            inject: &one.message,
            plan: Some(one),
            coming: self.coming(one, exercise),
        });
        let mut all: Vec<Planned<'a>> = arrived.chain(ahead).collect();
        all.sort_by_key(|one| match &one.coming {
            Coming::Arrived(at) => (0, Some(*at)),
            Coming::At { at, .. } => (1, Some(*at)),
            Coming::After { .. } => (2, None),
            Coming::OnMiss(_) | Coming::ByHand => (3, None),
            Coming::Skipped(_) => (4, None),
        });
        all
    }

    fn coming(&self, inject: &plan::Inject, exercise: &Exercise) -> Coming {
        let id = &inject.message.inject;
        if let Some(reason) = exercise.skipped.get(id) {
            return Coming::Skipped(reason.clone());
        }
        if let Some(at) = exercise.delayed.get(id) {
            return Coming::At { at: *at, delayed: true };
        }
        let start = exercise.briefing.start;
        match &inject.when {
            Trigger::At(after) => Coming::At { at: start + *after, delayed: false },
            Trigger::After { what, delay, latest } => Coming::After {
                what: event_words(what),
                delay: *delay,
                latest: latest.map(|latest| start + latest),
            },
            Trigger::Never => {
                let plan = &self.scenario.plan;
                let waits = |one: &&Expectation| one.on_miss.as_ref() == Some(id);
                let on: Vec<String> =
                    plan.expectations.iter().filter(waits).map(|one| one.id.clone()).collect();
                if on.is_empty() { Coming::ByHand } else { Coming::OnMiss(on) }
            }
        }
    }

    /// All expectations, in the order of the scenario, as far as the desk heard the record.
    pub fn expectations<'a>(&'a self, state: &State, now: Now) -> Vec<Expected<'a>> {
        let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
        let followed = self.followed();
        let expected = self.scenario.plan.expectations.iter().map(|expectation| {
            let missing = followed.watch.missing(expectation).into_iter();
            Expected {
                expectation,
                standing: followed.watch.standing(expectation, now.at, state),
                missing: missing.map(str::to_owned).collect(),
                judged: exercise.judged.get(&expectation.id).map(|judged| judged.reason.clone()),
            }
        });
        expected.collect()
    }

    /// The first record that the desk has not heard yet.
    pub fn next(&self) -> Seq {
        self.followed().next
    }

    /// Takes the next record; `state` is any state that has applied it. Another one than the next is
    /// left out.
    pub fn heard(&self, entry: &Entry, state: &State) {
        let mut followed = self.followed();
        if entry.seq == followed.next {
            followed.watch.heard(entry, state);
            followed.next += 1;
        }
    }

    fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults that can be armed.
    pub fn faults<'a>(&'a self, state: &State) -> Vec<ArmedFault<'a>> {
        let changed = state.exercise.as_ref().map(|exercise| &exercise.faults);
        let faults = self.scenario.faults.iter().map(|fault| {
            let by_hand = changed.and_then(|changed| changed.get(&fault.id)).copied();
            let (kind, backend) = (fault.kind.word(), &fault.target.backend);
            ArmedFault {
                id: &fault.id,
                what: Shown::new(format!("{kind} at {backend}: {}", fault.title)),
                is_armed: by_hand.unwrap_or(fault.armed),
                by_hand,
            }
        });
        faults.collect()
    }

    /// What a facilitator can do beside what the players can, and why the rest cannot be done now.
    /// `now` is by the scenario's clock.
    pub fn controls(&self, state: &State, now: Now) -> Vec<Offer> {
        controls::controls(self, state, now)
    }
}

fn has_arrived(exercise: &Exercise, inject: &plan::Inject) -> bool {
    exercise.arrived(&inject.message.inject).is_some()
}

/// `step_completed close-network [db2]`: which record is waited for.
pub fn event_words(event: &Event) -> String {
    let mut words = event.kind.clone();
    let parts = [
        event.step.as_deref(),
        event.target.as_deref(),
        event.check.as_deref(),
        event.verdict.as_deref(),
        event.duty.as_deref(),
        event.option.as_deref(),
    ];
    for part in parts.into_iter().flatten() {
        words.push(' ');
        words.push_str(part);
    }
    match event.proven {
        Some(true) => words.push_str(", proven"),
        Some(false) => words.push_str(", not proven"),
        None => {}
    }
    if let Some(text) = &event.contains {
        words = format!("{words} with “{text}”");
    }
    words
}
