//! What records are made of: each a part that several of them, or the state, have in common.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::incident::exercise::Briefing;
use crate::incident::id::{CallId, CheckId, GuardId, StepKey};
use crate::incident::request::{Answer, Request};
use crate::text::Shown;

/// The first record: what the rest is read against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Random, so that no two records can be spliced.
    pub incident: String,
    /// Two words that people say aloud: `amber-heron`.
    pub codename: String,
    pub mode: Mode,
    /// The playbook's id and title, and the SHA-256 of the file as opened.
    pub playbook: String,
    pub title: String,
    pub playbook_sha256: String,
    /// The SHA-256 of each sub-playbook as opened, by the step that stands for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sub_playbooks: BTreeMap<String, String>,
    /// Of the scenario, in a drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario_sha256: Option<String>,
    /// What a drill is about, and where its clock begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<Briefing>,
    /// stanch's version.
    pub version: String,
    /// Names the boot of the machine: durations hold within one boot only.
    pub boot: String,
    /// Values of the inputs at the start.
    pub inputs: BTreeMap<String, String>,
    /// The logical URL of each back end, profiles applied.
    pub backends: BTreeMap<String, String>,
}

/// Live systems, or the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Live,
    Drill,
}

impl Mode {
    /// The word on every screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "LIVE",
            Self::Drill => "DRILL",
        }
    }
}

/// A confirmation that waits for its second key: what will be sent, until when it may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Armed {
    pub step: StepKey,
    pub purpose: Purpose,
    pub request: Request,
    /// The hash of `request`: what the confirmation names.
    pub hash: String,
    /// What must be recognised, or typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Shown>,
    pub expires: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_order: Option<Shown>,
}

/// What is known of a step that was done by another way than this console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneElsewhere {
    pub step: StepKey,
    /// Who did it, as far as it is known.
    pub who: Shown,
    /// Where: a console of the provider, a shell on the machine.
    pub place: Shown,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Occurred>,
    /// Where it can be seen: a ticket, a line of an audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Shown>,
    /// How it is known.
    pub reason: Shown,
}

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Act,
    Undo,
}

/// Why a confirmation was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disarm {
    ByPerson,
    Expired,
    /// Resuming voids it.
    Resumed,
    /// What would be sent is no longer what was shown.
    Changed,
}

/// How a call ended, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Succeeded,
    /// Refused by the back end: no effect.
    Failed,
    /// The back end said "not now" (`not_done`): no effect.
    NotDone,
    /// It did not leave: DNS, refused, TLS, anything before the first byte.
    NotSent,
}

/// What ended a doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The step's own checks answered.
    Probe { check: CheckId },
    /// The same request, under the same key, was answered.
    Retry { attempt: u32 },
    /// A person says so, and why.
    Person { reason: Shown },
}

/// When a check is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before the call: the state as found.
    Before,
    /// After it: the proof.
    Proof,
    /// To settle a doubt.
    Doubt,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckEnd {
    pub check: CheckId,
    /// How often the question was put.
    pub asked: u32,
    pub why: Shown,
    /// The last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// A guard's finding changed, or its summary fell due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardChange {
    pub guard: GuardId,
    /// Askings since the guard's last record.
    pub asked: u32,
    /// So long had nobody asked before this, milliseconds: the machine slept, or stanch did not
    /// run. Absent where it was asked in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_ms: Option<u64>,
    pub why: Shown,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// Where a member of the scope came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeSource {
    /// Found in the answer of this call.
    Call { call: CallId },
    /// Added by hand; the text says who told.
    Person { source: Shown },
}

/// Who a record is by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct By {
    pub who: Shown,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Shown>,
}

impl By {
    /// The console itself: outcomes, timers, guards.
    pub fn console() -> Self {
        Self { who: Shown::new("stanch"), role: None }
    }
}

/// When a thing happened, where that is not when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurred {
    pub at: DateTime<Utc>,
    pub precision: Precision,
}

/// How exactly a time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    Second,
    Minute,
    Hour,
    Day,
}
