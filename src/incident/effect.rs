//! What the core asks of the world, as data. Only the engine carries these out, and only after the
//! records that came with them are flushed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::id::{CallId, CheckId, GuardId};
use super::record::Verdict;
use super::request::{Answer, Request};
use crate::playbook::{Expression, Values};
use crate::text::Shown;

/// One request to the world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send the recorded request once and judge the answer.
    Send {
        call: CallId,
        attempt: u32,
        request: Request,
        judge: Judge,
    },
    /// Put a question until it is settled.
    Check {
        check: CheckId,
        request: Request,
        question: Question,
    },
    /// Put a question for as long as the incident is open; the first time at once, or after the
    /// first pause.
    Guard {
        guard: GuardId,
        request: Request,
        question: Question,
        alarm_after: u32,
        at_once: bool,
    },
    /// From now on this member of the scope may be reached at this URL, and at no other.
    Admit {
        backend: String,
        url: String,
        /// Secrets may go there.
        secrets: bool,
    },
    StopCheck {
        check: CheckId,
    },
    StopGuard {
        guard: GuardId,
    },
    /// Come back with `RetryDue` after a random pause between the two, milliseconds (full jitter
    /// above a floor).
    RetryLater {
        call: CallId,
        at_least_ms: u64,
        at_most_ms: u64,
    },
    /// Remove `blobs/<sha256>`.
    RemoveBlob {
        sha256: String,
    },
}

/// How an answer to a call is judged; evaluated once, on the raw answer, before redaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    pub ok: Option<Expression>,
    pub not_done: Option<Expression>,
    pub save: Vec<(String, Expression)>,
    /// Yields the names that the answer adds to the scope.
    pub discover: Option<Expression>,
    /// The call changes nothing: a lost answer is a failure, not a doubt.
    pub reads: bool,
    /// Keep the redacted body as a blob.
    pub keep_body: bool,
    /// What the expressions see beside the answer: `inputs`, `saved`, `backends`, `incident`.
    pub values: Values,
}

/// A check or guard, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub ok: Expression,
    pub every_ms: u64,
    /// Passes in a row.
    pub times: u32,
    /// Ignored for guards.
    pub within_ms: u64,
    /// One asking is enough, whatever it finds: the state before a call.
    pub once: bool,
    pub values: Values,
}

/// How a sent call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// The end is known.
    Known { verdict: Verdict },
    /// It may have taken effect, or not.
    InDoubt,
}

/// What came back from a call; redacted and sanitised.
#[derive(Debug, Clone, PartialEq)]
pub struct CallResult {
    pub outcome: CallOutcome,
    pub why: Shown,
    pub answer: Option<Answer>,
    pub saved: BTreeMap<String, Value>,
    pub discovered: Vec<Shown>,
    /// What the back end asked for in `Retry-After`, milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The redacted body, to be flushed as a blob before the line that names it.
    pub body: Option<Vec<u8>>,
}

/// What one asking of a question found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    Passed,
    Failed,
    /// Could not be asked or judged.
    Unknown,
}

/// What a check or guard found in the end, or since its last word.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    pub finding: Finding,
    pub asked: u32,
    pub why: Shown,
    pub answer: Option<Answer>,
}

impl CheckResult {
    /// Nothing was asked, so nothing is known.
    pub fn unasked() -> Self {
        let why = Shown::new("nobody asked meanwhile");
        Self { finding: Finding::Unknown, asked: 0, why, answer: None }
    }
}
