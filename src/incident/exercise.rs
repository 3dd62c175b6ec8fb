//! A drill as the record tells it: its clock, the injects that arrived, what the facilitator did, how
//! it ended. Nothing here knows what is still to come.

mod clock;
mod control;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use clock::{Rate, ScenarioClock};
pub use control::{Control, ExerciseEnd, FaultTold, Judged, Wish};

use super::id::Seq;
use crate::text::Shown;

/// What the first record of a drill says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Briefing {
    /// The scenario's id, version and title.
    pub scenario: String,
    pub version: String,
    pub title: Shown,
    /// On every screen, message and export.
    pub banner: Shown,
    /// What the scenario's clock shows at the first record.
    pub start: DateTime<Utc>,
    pub rate: Rate,
    /// The SHA-256 of the world that the scenario shares with others, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub world_sha256: Option<String>,
}

/// A message to the players, whole, as they get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inject {
    /// Its id in the scenario; one that was written during the drill has one of its own.
    pub inject: String,
    /// `ticket`, `press`, `phone`, ….
    pub channel: String,
    pub from: Shown,
    /// Roles; empty: everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Shown>,
    pub subject: Shown,
    pub body: Shown,
    /// What there is to choose from, where it asks for a decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Shown>,
    pub why: Delivery,
    /// The body as the scenario has it, where it was edited before it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Shown>,
}

/// Why an inject came when it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Its time came, or what it waits for happened.
    Planned,
    /// This expectation was missed.
    Contingency { missed: String },
    /// The facilitator sent it before, or instead of, its time.
    ByHand,
    /// It is in no scenario: it was written during the drill.
    AdHoc,
}

/// An inject that arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    pub inject: Inject,
    pub seq: Seq,
    /// Scenario time.
    pub at: DateTime<Utc>,
    /// When somebody opened it first.
    pub seen: Option<DateTime<Utc>>,
    pub reply: Option<Reply>,
}

/// What was answered to an inject; a later answer stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// One of its options.
    pub option: Option<Shown>,
    pub text: Shown,
    pub at: DateTime<Utc>,
}

/// A hint that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub expectation: Option<String>,
    pub text: Shown,
    /// Points.
    pub cost: u32,
    pub at: DateTime<Utc>,
}

/// A verdict that a person set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Judged,
    pub reason: Shown,
    pub at: DateTime<Utc>,
}

/// How and when the exercise ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub how: ExerciseEnd,
    pub reason: Shown,
    pub faults: Vec<FaultTold>,
    pub at: DateTime<Utc>,
}

/// The drill so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    pub briefing: Briefing,
    pub clock: ScenarioClock,
    /// Why the clock stands still, while it does.
    pub paused: Option<Shown>,
    /// In the order in which they came.
    pub injects: Vec<Arrived>,
    /// Injects that will not come, and why.
    pub skipped: BTreeMap<String, Shown>,
    /// Injects that come later than planned: when.
    pub delayed: BTreeMap<String, DateTime<Utc>>,
    /// Faults that the facilitator armed (true) or disarmed.
    pub faults: BTreeMap<String, bool>,
    pub judged: BTreeMap<String, Judgement>,
    pub hints: Vec<Hint>,
    /// What the players wish for and have not got yet.
    pub wish: Option<Wish>,
    pub ended: Option<Ended>,
    /// Questions of the hot wash, each with its answer.
    pub hot_wash: Vec<(Shown, Shown)>,
}

impl Exercise {
    /// At the first record; `up`: boot clock, microseconds.
    pub fn new(briefing: &Briefing, up: u64) -> Self {
        Self {
            briefing: briefing.clone(),
            clock: ScenarioClock::new(briefing.start, briefing.rate, up),
            paused: None,
            injects: Vec::new(),
            skipped: BTreeMap::new(),
            delayed: BTreeMap::new(),
            faults: BTreeMap::new(),
            judged: BTreeMap::new(),
            hints: Vec::new(),
            wish: None,
            ended: None,
            hot_wash: Vec::new(),
        }
    }

    /// The inject with this id, if it arrived.
    pub fn arrived(&self, inject: &str) -> Option<&Arrived> {
        self.injects.iter().find(|one| one.inject.inject == inject)
    }

    /// Those that nobody opened yet.
    pub fn unread(&self) -> impl Iterator<Item = &Arrived> {
        self.injects.iter().filter(|one| one.seen.is_none())
    }

    /// Those that ask for a decision and have none.
    pub fn unanswered(&self) -> impl Iterator<Item = &Arrived> {
        self.injects.iter().filter(|one| !one.inject.options.is_empty() && one.reply.is_none())
    }

    /// Players may know what the controllers did: it is over.
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }
}
