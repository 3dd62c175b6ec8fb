//! What others say about the incident, who says it, and what became of it: a claim is a fact only
//! when it was confirmed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::ClaimId;
use crate::text::Shown;

/// How a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStatus {
    /// Somebody says so; nobody looked yet.
    Asserted,
    Confirmed,
    Refuted,
    /// Somebody looked, and found nothing for it or against it.
    NoEvidence,
    /// Those who looked do not agree.
    Disputed,
}

impl ClaimStatus {
    /// All of them, in the order in which a face offers them.
    pub const ALL: [Self; 5] =
        [Self::Asserted, Self::Confirmed, Self::Refuted, Self::NoEvidence, Self::Disputed];

    /// The word on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asserted => "asserted",
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::NoEvidence => "no evidence",
            Self::Disputed => "disputed",
        }
    }

    /// The status of this word; `None` for any other.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// A number that somebody gave for a claim. Counts stand side by side: none replaces another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// As it was said: `2.4 million users`, `about 24,000 tokens`.
    pub count: Shown,
    pub source: Shown,
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub id: ClaimId,
    pub text: Shown,
    /// Who says so.
    pub source: Shown,
    /// The kind of data that it is about.
    pub data: Option<Shown>,
    pub made_at: DateTime<Utc>,
    pub status: ClaimStatus,
    /// Why it stands so; absent while it is only asserted.
    pub reason: Option<Shown>,
    /// In the order in which they were entered.
    pub counts: Vec<Count>,
    /// Why it is acted on as if it were so, where it is.
    pub act_as_if: Option<Shown>,
}

impl Claim {
    /// Only what is confirmed may be told as a fact.
    pub fn is_fact(&self) -> bool {
        self.status == ClaimStatus::Confirmed
    }
}
