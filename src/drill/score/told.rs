//! Small things that a score is made of.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::drill::watch::Moment;
use crate::incident::Seq;
use crate::incident::exercise::ExerciseEnd;
use crate::text::Shown;

/// A record, and when it was written by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mark {
    pub seq: Seq,
    pub sim: DateTime<Utc>,
    pub wall: DateTime<Utc>,
}

impl From<Moment> for Mark {
    fn from(moment: Moment) -> Self {
        Self { seq: moment.seq, sim: moment.scenario, wall: moment.wall }
    }
}

/// What was played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScenarioTold {
    pub id: String,
    pub version: String,
    pub title: Shown,
    /// Of the file that the incident keeps.
    pub sha256: String,
    /// Of the world that it shares with others, where it does.
    pub world_sha256: Option<String>,
}

/// In which incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentTold {
    pub id: String,
    pub codename: String,
    pub playbook: String,
    pub playbook_sha256: String,
    /// By the wall clock.
    pub opened_at: Option<DateTime<Utc>>,
    pub stanch: String,
}

/// The record that this was read from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Chain {
    pub records: u64,
    pub first_seq: Option<Seq>,
    pub last_seq: Option<Seq>,
    /// The hash of the last record.
    pub head: Option<String>,
    /// Places where a record is missing, or does not name the one before.
    pub gaps: u64,
    /// Kinds that this version cannot read.
    pub unknown: u64,
    /// How often a torn tail was cut.
    pub torn: u64,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndTold {
    /// `None`: it has not; everything is told as of the last record.
    pub how: Option<ExerciseEnd>,
    pub reason: Option<Shown>,
    pub by: Option<Shown>,
    /// The end, or the last record.
    pub at: Option<Mark>,
}

impl EndTold {
    /// In words.
    pub fn words(&self) -> String {
        let reason = self.reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        match self.how {
            None => "not over: told as of the last record".to_owned(),
            Some(ExerciseEnd::Finished) => format!("the scenario came to its end{reason}"),
            Some(ExerciseEnd::Stopped) => format!("ended ahead of the scenario's end{reason}"),
            Some(ExerciseEnd::RealIncident) => {
                format!("ended because a real incident began{reason}")
            }
        }
    }
}

/// A question of the hot wash and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    pub question: Shown,
    /// `None`: nobody answered.
    pub text: Option<Shown>,
}

/// Something to be made better; what people have to decide is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Improvement {
    /// The objective that it is about.
    pub capability: Shown,
    pub issue: Shown,
    pub action: String,
    /// Planning, organisation, equipment, training or exercises.
    pub element: String,
    pub owner: String,
    pub contact: String,
    pub start: String,
    pub due: String,
}
