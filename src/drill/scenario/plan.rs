//! What a scenario plans: its clock, who plays, what is told to them and what is expected of them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::incident::Ask;
use crate::incident::exercise::{Inject as Message, Judged, Rate};
use crate::pilot::{Answers, Place};
use crate::text::Shown;

/// The exercise that a scenario describes, beside its world.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub version: String,
    pub clock: ClockPlan,
    /// In the order of their times; without any the exercise has no end of its own.
    pub modules: Vec<Module>,
    pub roles: Vec<Role>,
    pub objectives: Vec<Objective>,
    /// What is said by others in the scenario, for the facilitator and the check of notices.
    pub claims: Vec<Rumour>,
    /// In file order.
    pub injects: Vec<Inject>,
    /// In file order.
    pub expectations: Vec<Expectation>,
    /// Which duties of the playbook apply here, as whoever wrote the scenario sees it.
    pub duties: Vec<DutyNote>,
    /// Asked at the hot wash.
    pub questions: Vec<Shown>,
    pub scoring: Scoring,
    /// What a perfect player does: for the autopilot.
    pub solution: Solution,
}

/// The scenario's clock at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockPlan {
    /// `None`: when the drill is begun.
    pub start: Option<DateTime<Utc>>,
    /// Outside of modules.
    pub rate: Rate,
    pub max_rate: Rate,
}

/// A stretch of the exercise with a rate of its own; between two of them the clock jumps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    pub id: String,
    pub title: Shown,
    /// From the scenario's start.
    pub start: TimeDelta,
    pub end: TimeDelta,
    pub rate: Rate,
}

/// Somebody in the exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub id: String,
    pub title: Shown,
    pub kind: RoleKind,
}

/// On which side a role stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleKind {
    Player,
    Controller,
    Evaluator,
    Observer,
}

/// What the exercise is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    pub id: String,
    pub title: Shown,
    /// A threshold, in words.
    pub target: Shown,
    /// All weights sum up to 100.
    pub weight: u32,
}

/// Something that others say in the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rumour {
    pub id: String,
    pub text: Shown,
    pub by: Shown,
    /// How it stands in truth: the word of a `ClaimStatus`.
    pub status: String,
}

/// A message to the players, and when it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inject {
    /// Line of its table in the file, from 1.
    pub line: usize,
    /// As it is delivered; `why` is set then.
    pub message: Message,
    pub kind: InjectKind,
    pub when: Trigger,
    /// The option that is best; an index into those of the message. For controllers only.
    pub best: Option<usize>,
    /// What to look for. For controllers only.
    pub evaluator: Shown,
    /// Ids of claims.
    pub claims: Vec<String>,
}

/// By what a message can come.
pub const CHANNELS: [&str; 13] = [
    "brief",
    "ticket",
    "email",
    "chat",
    "direct-message",
    "phone",
    "press",
    "social",
    "pager",
    "log",
    "decision",
    "status-page",
    "hint",
];

/// What an inject is for (HSEEP: MSEL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InjectKind {
    /// It is told, and nothing is expected.
    Information,
    Inject,
    /// It comes only where an expectation is missed.
    Contingency,
    /// It is about the exercise itself: its start, a break, what a key does.
    Facilitation,
}

/// When an inject goes out by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a scenario has few of them")]
pub enum Trigger {
    /// From the scenario's start.
    At(TimeDelta),
    /// So long after a record that fits; at the latest then.
    After { what: Event, delay: TimeDelta, latest: Option<TimeDelta> },
    /// Where an expectation is missed, or by hand.
    Never,
}

/// Which records are meant: all that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// `step_completed`, `check_passed`, …: `event` in the file.
    pub kind: String,
    /// The id of the step, whatever its member.
    pub step: Option<String>,
    /// The member of the scope: of the step, or that is added or admitted.
    pub target: Option<String>,
    /// The title of the check.
    pub check: Option<String>,
    /// Of an outcome: `succeeded`, `failed`, `not_done`, `not_sent`.
    pub verdict: Option<String>,
    /// Of a completed step: every check passed.
    pub proven: Option<bool>,
    /// The id of the duty or of the cadence.
    pub duty: Option<String>,
    /// Of a decision or of an answered inject; the severity of a declaration; the status of a claim.
    pub option: Option<String>,
    /// What the words of the record contain, in any case; of a claim that is amended, also its text.
    pub contains: Option<String>,
}

/// What should happen, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Line of its table in the file, from 1.
    pub line: usize,
    pub id: String,
    pub title: Shown,
    /// The inject that it stands under.
    pub inject: String,
    pub objective: String,
    pub what: What,
    /// From what its time counts.
    pub since: Since,
    pub within: TimeDelta,
    /// At least `within`; twice that where the file says nothing.
    pub late_until: TimeDelta,
    pub points: u32,
    pub critical: bool,
    /// The contingency that goes out when `within` has passed without it.
    pub on_miss: Option<String>,
    /// Only what happens after its time began counts; else also what was done ahead.
    pub fresh: bool,
    /// The name of the time that it ends: `declare`, `contain`, `revoke`, `unlink`, `notify`, ….
    pub measures: Option<String>,
    /// Given when the players ask for one.
    pub hint: Option<Shown>,
}

/// How an expectation is found met.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a scenario has few of them")]
pub enum What {
    /// A record that fits, or one for each of `each` as its target; before or after the first that
    /// fits another.
    Record { event: Event, each: Vec<String>, before: Option<Event>, after: Option<Event> },
    /// The inject with this id was answered; `best`: with its best option.
    Answer { inject: String, best: bool },
    /// An evaluator ticks it.
    Manual(Shown),
}

/// From what the time of an expectation counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// The inject with this id arrived.
    Inject(String),
    /// The first record that fits.
    Event(Event),
}

/// Whether a duty applies in the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyNote {
    /// Line of its table in the file, from 1.
    pub line: usize,
    /// The id of the duty in the playbook.
    pub duty: String,
    pub applies: bool,
}

/// How points become ratings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scoring {
    /// Points for each hint.
    pub hint_cost: u32,
    /// The best rating that an objective can have with a critical expectation missed.
    pub critical_miss: Rating,
}

/// HSEEP's ratings, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Rating {
    /// Performed without challenges.
    P,
    /// With some challenges.
    S,
    /// With major challenges.
    M,
    /// Unable to be performed.
    U,
}

/// What a perfect player does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Solution {
    /// For the steps of the playbook, in its order, and for the scope.
    pub answers: Answers,
    /// Steps that wait, each until the inject with this id arrived.
    pub hold: BTreeMap<String, String>,
    /// Everything else, each once.
    pub acts: Vec<Act>,
}

/// One thing that a perfect player does beside the steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Line of its table in the file, from 1.
    pub line: usize,
    /// After which inject arrived; else from the start.
    pub on: Option<String>,
    /// So long after that, scenario time.
    pub after: TimeDelta,
    pub what: Doing,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Doing {
    /// As it is asked at every face.
    Ask(Box<Ask>),
    /// How the claim with this text stands.
    Claim { text: String, ask: ClaimAct },
    /// A member of the scope is entered, and admitted where its host is given.
    Place(Place),
    /// An evaluator's tick.
    Judge { expectation: String, verdict: Judged, reason: Shown },
    /// An answer to an inject.
    Reply { inject: String, option: Option<Shown>, text: Shown },
}

/// What is said of a claim that was entered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimAct {
    Status { status: crate::incident::ClaimStatus, reason: Shown },
    Count { count: Shown, source: Shown },
    ActAsIf { reason: Shown },
}

impl Default for ClockPlan {
    fn default() -> Self {
        Self { start: None, rate: Rate::REAL, max_rate: Rate::LIMITS.1 }
    }
}

impl Default for Scoring {
    fn default() -> Self {
        Self { hint_cost: 3, critical_miss: Rating::U }
    }
}

impl Plan {
    /// When the module begins that follows this moment, if one does.
    pub fn next_module(&self, elapsed: TimeDelta) -> Option<&Module> {
        self.modules.iter().find(|module| module.start > elapsed)
    }

    /// The inject with this id.
    pub fn inject(&self, id: &str) -> Option<&Inject> {
        self.injects.iter().find(|inject| inject.message.inject == id)
    }

    /// The expectation with this id.
    pub fn expectation(&self, id: &str) -> Option<&Expectation> {
        self.expectations.iter().find(|one| one.id == id)
    }
}
