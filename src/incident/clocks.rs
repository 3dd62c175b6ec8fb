//! What runs by the clock beside reminders: since when people know, how bad it is, duties, promised
//! updates, and steps that were put off.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::id::{StepKey, TimerId};
use super::record::{Occurred, Stage};
use super::severity::Severity;
use super::state::State;
use crate::playbook::{Cadence, Duty, Moment};
use crate::text::Shown;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clocks {
    pub declared: Option<Declared>,
    pub aware: Option<Aware>,
    /// By the id of the duty; one that is absent is undecided.
    pub duties: BTreeMap<String, DutyState>,
    /// By the id of the cadence; one that is absent has not started.
    pub promises: BTreeMap<String, Promise>,
    /// Steps that were put off and have not come back, with the time at which they do.
    pub deferred: BTreeMap<StepKey, DateTime<Utc>>,
    /// Steps that came back and wait.
    pub returned: BTreeMap<StepKey, DateTime<Utc>>,
}

/// Somebody said that this is an incident, and how bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub when: Occurred,
    pub severity: Severity,
    /// Of the severity as it is now.
    pub reason: Shown,
}

/// Since when people know; decided by a person, never taken from a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aware {
    pub when: Occurred,
    pub reason: Shown,
}

/// A duty that was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyState {
    /// It applies here.
    pub on: bool,
    /// From when its time counts; absent where it is off.
    pub starts: Option<Occurred>,
    /// Absent where no time is set, and where it is off.
    pub due: Option<DateTime<Utc>>,
    pub reason: Shown,
    /// Of the latest decision.
    pub decided_at: DateTime<Utc>,
    /// The record says that its time came.
    pub is_due: bool,
    pub met: Option<Met>,
}

impl DutyState {
    /// It applies, and nobody did it yet.
    pub fn is_open(&self) -> bool {
        self.on && self.met.is_none()
    }
}

/// How a duty was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    pub when: Occurred,
    pub how: Shown,
}

impl Met {
    /// By how much it came after `due`.
    pub fn late(&self, due: Option<DateTime<Utc>>) -> Option<TimeDelta> {
        due.map(|due| self.when.at - due).filter(|late| *late > TimeDelta::zero())
    }
}

/// A cadence that started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// When the next update is promised.
    pub next: DateTime<Utc>,
    /// The record says that its time came.
    pub is_due: bool,
    /// Those that were given, in order.
    pub given: Vec<Update>,
    /// Why no more are promised.
    pub ended: Option<Shown>,
}

/// One update that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// When it had been promised.
    pub promised: DateTime<Utc>,
    pub when: Occurred,
    pub how: Shown,
}

impl Update {
    /// By how much it came after what was promised.
    pub fn late(&self) -> Option<TimeDelta> {
        Some(self.when.at - self.promised).filter(|late| *late > TimeDelta::zero())
    }
}

/// As what a step is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipKind {
    /// There is nothing to do here.
    NotApplicable,
    /// It would help, and is not done all the same.
    RiskAccepted,
    /// Not now: it comes back by itself.
    Deferred { until: DateTime<Utc> },
}

impl SkipKind {
    /// The words on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::RiskAccepted => "risk accepted",
            Self::Deferred { .. } => "deferred",
        }
    }
}

/// Something whose time comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    Reminder(TimerId),
    Duty(String),
    Update(String),
    /// A step that was put off comes back.
    Step(StepKey),
}

impl State {
    /// When something falls due next that the record does not know of yet, and what; it may have
    /// been due while nothing ran. `None` also once the incident is closed.
    pub fn next_due(&self) -> Option<(DateTime<Utc>, Due)> {
        if self.closed.is_some() || self.moved.is_some() || self.opened.is_none() {
            return None;
        }
        let reminder = self.next_reminder().map(|(at, timer)| (at, Due::Reminder(timer)));
        let duties = self.clocks.duties.iter().filter(|(_, duty)| duty.is_open() && !duty.is_due);
        let duties = duties.filter_map(|(id, duty)| Some((duty.due?, Due::Duty(id.clone()))));
        let promises = self.clocks.promises.iter();
        let promises = promises.filter(|(_, promise)| promise.ended.is_none() && !promise.is_due);
        let promises = promises.map(|(id, promise)| (promise.next, Due::Update(id.clone())));
        let steps = self.clocks.deferred.iter().map(|(key, at)| (*at, Due::Step(key.clone())));
        reminder.into_iter().chain(duties).chain(promises).chain(steps).min()
    }

    /// When everything is due that is not done: it may lie in the past.
    pub fn all_due(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let duties = self.clocks.duties.values().filter(|duty| duty.is_open());
        let promises = self.clocks.promises.values().filter(|promise| promise.ended.is_none());
        let timers = self.open_timers().map(|timer| timer.due);
        let steps = self.clocks.deferred.values().copied();
        timers
            .chain(duties.filter_map(|duty| duty.due))
            .chain(promises.map(|promise| promise.next))
            .chain(steps)
    }

    /// When this moment was, where the record says so.
    pub fn moment(&self, moment: Moment) -> Option<Occurred> {
        match moment {
            Moment::Opened => self.opened_at.map(Occurred::exactly),
            Moment::Declared => self.clocks.declared.as_ref().map(|one| one.when.clone()),
            Moment::Aware => self.clocks.aware.as_ref().map(|one| one.when.clone()),
        }
    }

    /// The duties of the playbook, each with what was decided on it; `None`: undecided.
    pub fn duties(&self) -> impl Iterator<Item = (&Duty, Option<&DutyState>)> {
        self.playbook.duties.iter().map(|duty| (duty, self.clocks.duties.get(&duty.id)))
    }

    /// The cadences of the playbook, each with its promise; `None`: it has not started.
    pub fn promises(&self) -> impl Iterator<Item = (&Cadence, Option<&Promise>)> {
        self.playbook.cadences.iter().map(|one| (one, self.clocks.promises.get(&one.id)))
    }

    /// Until when a step is put off.
    pub fn deferred(&self, step: &str) -> Option<DateTime<Utc>> {
        self.clocks.deferred.get(&self.key(step)).copied()
    }

    /// The proofs before the call say that what it would bring about is so already, and when the
    /// last of them said so. `None` where one of them did not, where there is none, and where
    /// something was sent since.
    pub fn already_true(&self, step: &str) -> Option<DateTime<Utc>> {
        let found = self.latest_checks(step, Stage::Before);
        let all = self.step(step).map_or(0, |step| step.verify.len());
        let passed = found.len() == all && found.values().all(|check| check.passed());
        let first = found.values().map(|check| check.started_at).min().filter(|_| passed)?;
        let calls = self.instance(step).into_iter().flat_map(|instance| &instance.calls);
        let mut sent = calls.filter_map(|id| self.calls.get(id));
        let since = sent.any(|call| call.requested_at >= first);
        found.values().map(|check| check.started_at).max().filter(|_| !since)
    }
}
