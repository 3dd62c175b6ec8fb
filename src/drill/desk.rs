//! The facilitator's desk: what is to come, what is expected, and what can be done about it. It
//! knows the whole scenario, so no player's console has one.

mod controls;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::scenario::Scenario;
use super::scenario::plan::{self, Event, Expectation, Since, Trigger};
use crate::incident::exercise::{Arrived, Exercise, Inject, Judgement};
use crate::incident::{Now, Offer, State};
use crate::text::Shown;
pub use controls::is_control;

/// A scenario, seen by who runs it.
#[derive(Debug, Clone)]
pub struct Desk {
    scenario: Arc<Scenario>,
    /// Each fault of the scenario: its id, and what it does.
    faults: Vec<(String, Shown)>,
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

/// What should happen, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected<'a> {
    pub expectation: &'a Expectation,
    pub standing: Standing,
}

/// How an expectation stands, as far as the state of the incident tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// What it counts from has not come.
    Ahead,
    /// It should happen by `due`, and counts half until `late`.
    Open { due: DateTime<Utc>, late: DateTime<Utc> },
    /// Its time is over.
    Past { late: DateTime<Utc> },
    /// It counts from something else than a message.
    Unknown,
    /// A person said so.
    Set(Judgement),
}

/// A fault, and whether somebody changed it by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmedFault<'a> {
    pub id: &'a str,
    pub what: &'a Shown,
    /// `None`: as the scenario has it.
    pub armed: Option<bool>,
}

impl Desk {
    /// For this scenario.
    pub fn new(scenario: Arc<Scenario>) -> Self {
        let faults = scenario.faults.iter().map(|fault| {
            let kind = fault.kind.word();
            let what = format!("{kind} at {}: {}", fault.target.backend, fault.title);
            (fault.id.clone(), Shown::new(what))
        });
        let faults = faults.collect();
        Self { scenario, faults }
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

    /// All expectations, in the order of the scenario.
    pub fn expectations<'a>(&'a self, state: &State, now: Now) -> Vec<Expected<'a>> {
        let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
        let all = self.scenario.plan.expectations.iter();
        let expected = all.map(|expectation| Expected {
            expectation,
            standing: standing(expectation, exercise, now.at),
        });
        expected.collect()
    }

    /// The faults that can be armed.
    pub fn faults<'a>(&'a self, state: &State) -> Vec<ArmedFault<'a>> {
        let changed: BTreeMap<String, bool> =
            state.exercise.as_ref().map(|one| one.faults.clone()).unwrap_or_default();
        let fault = |(id, what): &'a (String, Shown)| ArmedFault {
            id,
            what,
            armed: changed.get(id).copied(),
        };
        self.faults.iter().map(fault).collect()
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

fn standing(expectation: &Expectation, exercise: &Exercise, now: DateTime<Utc>) -> Standing {
    if let Some(judged) = exercise.judged.get(&expectation.id) {
        return Standing::Set(judged.clone());
    }
    let since: Option<&Arrived> = match &expectation.since {
        Since::Inject(inject) => exercise.arrived(inject),
        Since::Event(_) => return Standing::Unknown,
    };
    let Some(since) = since else { return Standing::Ahead };
    let (due, late) = (since.at + expectation.within, since.at + expectation.late_until);
    if now > late { Standing::Past { late } } else { Standing::Open { due, late } }
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
