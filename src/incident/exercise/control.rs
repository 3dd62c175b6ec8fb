//! What people do to a drill itself: each is a record, and stands on the scorecard.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Rate;
use crate::text::Shown;

/// One act of a facilitator, an evaluator, a player who plays alone, or the console itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "control", rename_all = "snake_case")]
pub enum Control {
    Pause {
        reason: Shown,
        /// The clock goes back to this: the machine slept, and nobody played on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back_to: Option<DateTime<Utc>>,
    },
    Resume,
    Rate {
        rate: Rate,
    },
    /// The clock leaps ahead to this moment.
    Jump {
        to: DateTime<Utc>,
        /// What begins there, or why.
        what: Shown,
    },
    /// This inject will not come.
    Skip {
        inject: String,
        reason: Shown,
    },
    /// This inject comes at this moment instead.
    Delay {
        inject: String,
        until: DateTime<Utc>,
        reason: Shown,
    },
    /// The players ask for it; whoever facilitates grants it, or the scenario does.
    Ask {
        wish: Wish,
    },
    Hint {
        /// The expectation that it helps with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expectation: Option<String>,
        text: Shown,
        /// Points.
        cost: u32,
    },
    /// An evaluator's tick, or an override.
    Judge {
        expectation: String,
        verdict: Judged,
        reason: Shown,
    },
    Arm {
        fault: String,
        reason: Shown,
    },
    Disarm {
        fault: String,
        reason: Shown,
    },
    End {
        how: ExerciseEnd,
        reason: Shown,
        /// What became of each fault.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        faults: Vec<FaultTold>,
    },
}

/// What players can wish for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Hint,
    /// Go on to what comes next, without waiting for it.
    Onward,
}

/// A verdict on an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    Met,
    Late,
    Missed,
    NotObserved,
    /// It does not count: what it is about never came.
    Void,
}

impl Judged {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Met, Self::Late, Self::Missed, Self::NotObserved, Self::Void];

    /// On every face and in every export.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::NotObserved => "not observed",
            Self::Void => "void",
        }
    }
}

/// How an exercise ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExerciseEnd {
    /// The scenario came to its end.
    Finished,
    /// Somebody ended it.
    Stopped,
    /// A real incident began.
    RealIncident,
}

/// What became of a fault, as told at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultTold {
    pub fault: String,
    /// How often it struck; 0: never reached.
    pub struck: u64,
}

impl Control {
    /// Whether players may see it at once; the rest they see after the end.
    pub fn is_open(&self) -> bool {
        !matches!(
            self,
            Self::Skip { .. }
                | Self::Delay { .. }
                | Self::Judge { .. }
                | Self::Arm { .. }
                | Self::Disarm { .. }
        )
    }
}
