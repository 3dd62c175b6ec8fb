//! The faults of a scenario as data: where a back end of the range misbehaves, how, and how often.
//!
//! They are counted, so that a drill goes the same way each time; a probability needs a seed.

mod armoury;

use chrono::TimeDelta;

use super::pattern::Pattern;
use super::scenario::{Answer, Change};
use crate::playbook::Template;

pub(super) use armoury::{Armoury, Ask, Strike};

/// One way in which a back end misbehaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Where it stands in the file, from 1.
    pub line: usize,
    pub id: String,
    /// For the facilitator and the scorecard; the id where the file has none.
    pub title: String,
    pub target: Target,
    pub kind: FaultKind,
    /// It strikes so often; `None`: without end.
    pub times: Option<u64>,
    /// So many fitting requests pass before it strikes first.
    pub skip: u64,
    pub chance: Option<Chance>,
    pub window: Window,
    /// From the start; else the facilitator arms it.
    pub armed: bool,
}

/// Which requests are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub backend: String,
    /// `None`: any.
    pub method: Option<String>,
    /// `None`: any.
    pub path: Option<Pattern>,
    /// A vantage point or `here`; `None`: from anywhere.
    pub vantage: Option<String>,
}

/// A probability that falls the same way in each run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// Above 0, at most 1.
    pub of: f64,
    pub seed: u64,
}

/// When it can strike: scenario time, from the start of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    pub from: Option<TimeDelta>,
    pub until: Option<TimeDelta>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// What is asked is done at once; the answer takes so long, milliseconds of wall time.
    Latency { base: u64, jitter: u64, seed: u64 },
    /// Another answer than the route's: `status`, `partial`, `async_fail`, `lying_200`.
    Answer(Box<Substitute>),
    /// The connection is reset.
    Reset { applied: bool },
    /// No answer comes; after so many milliseconds of wall time the connection is reset, or never.
    Timeout { applied: bool, after_ms: Option<u64> },
    /// Half of the announced body comes, and then the end.
    HalfBody { applied: bool },
    /// What comes is no JSON, or not even HTTP.
    Malformed { applied: bool, http: bool },
    /// The answer is the last one that differed from today's.
    Stale,
    /// Nobody listens.
    Refused,
    /// The handshake fails.
    Tls,
    /// The name is not known.
    Dns,
}

/// An answer in the place of the route's.
#[derive(Debug, Clone, PartialEq)]
pub struct Substitute {
    /// The word of the kind in the file.
    pub word: &'static str,
    pub status: u16,
    pub headers: Vec<(String, Template)>,
    /// `None`: the route's.
    pub body: Option<Answer>,
    /// What `failed_items` is in the body.
    pub failed_items: Option<serde_json::Value>,
    pub changes: Changes,
}

/// What is changed where another answer is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Changes {
    /// What the route changes.
    Route,
    /// These, in the place of the route's.
    Own(Vec<Change>),
    /// These, and later those: once so many more requests reached the back end.
    Later { now: Vec<Change>, then: Vec<Change>, calls: u64 },
}

impl FaultKind {
    /// The word in the file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::Answer(substitute) => substitute.word,
            Self::Reset { .. } => "reset",
            Self::Timeout { .. } => "timeout",
            Self::HalfBody { .. } => "half_body",
            Self::Malformed { .. } => "malformed",
            Self::Stale => "stale",
            Self::Refused => "refused",
            Self::Tls => "tls",
            Self::Dns => "dns",
        }
    }

    /// It strikes before there is a connection.
    pub(super) fn is_dialled(&self) -> bool {
        matches!(self, Self::Refused | Self::Tls | Self::Dns)
    }
}

impl Window {
    /// Whether it is open at this moment of the scenario.
    pub(super) fn holds(&self, elapsed: TimeDelta) -> bool {
        self.from.is_none_or(|from| from <= elapsed) && self.until.is_none_or(|end| elapsed < end)
    }
}
