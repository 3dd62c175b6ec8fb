//! A scenario as plain data: the world of a drill, and how it answers.

pub mod plan;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde_json::{Map, Value};

use super::fault::Fault;
use super::pattern::Pattern;
use crate::playbook::{Destination, Expression, JsonTemplate, Playbook, Problem, Task, Template};
use plan::Plan;

/// One checked scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub id: String,
    pub title: String,
    /// Markdown for the people who play; empty when the file has none.
    pub text: String,
    /// The id of the playbook that is drilled.
    pub playbook: String,
    /// Words for every screen, message and export of the drill.
    pub banner: String,
    /// The ids of the simulated back ends: those of the playbook, and those behind `hosts`.
    pub backends: Vec<String>,
    /// Which back end stands behind a host that somebody may phone in, by its URL.
    pub hosts: BTreeMap<String, String>,
    /// The vantage points from which checks ask, beside the responder's own machine.
    pub vantages: Vec<String>,
    /// The state of the world at the start.
    pub state: Map<String, Value>,
    pub refuses: Vec<Refuse>,
    /// In file order: the first that fits answers.
    pub routes: Vec<Route>,
    /// In file order: the first that fits strikes.
    pub faults: Vec<Fault>,
    /// The exercise: clock, injects, expectations.
    pub plan: Plan,
    /// SHA-256, in hex, of the file as read.
    pub sha256: String,
}

/// While `when` is true, connections to this back end from this vantage point are refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refuse {
    pub backend: String,
    /// A vantage point, or `here`.
    pub vantage: String,
    /// Sees `state` alone.
    pub when: Expression,
}

/// One way in which a back end answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Where it stands in the file, from 1.
    pub line: usize,
    pub backend: String,
    pub method: String,
    /// As written.
    pub path: String,
    pub pattern: Pattern,
    /// A condition on request and state; `None`: always.
    pub when: Option<Expression>,
    /// Honours `Idempotency-Key`: the same request with the same key gets the first answer again and
    /// changes nothing.
    pub idempotency: bool,
    /// So long takes the answer, milliseconds of wall time; what is asked is done at once.
    pub latency_ms: u64,
    pub set: Vec<Change>,
    pub status: u16,
    pub headers: Vec<(String, Template)>,
    pub body: Answer,
}

/// One change of the state.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Names from the top of the state down; at least one.
    pub path: Vec<Template>,
    pub to: JsonTemplate,
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Empty,
    Json(JsonTemplate),
    Text(Template),
}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// All problems of the file, in its order.
    #[error("{}", Lines(.0))]
    Problems(Vec<Problem>),
    /// The file cannot be read.
    #[error("cannot read the scenario {file}: {source}")]
    Io { file: String, source: std::io::Error },
}

struct Lines<'a>(&'a [Problem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl Scenario {
    /// Reads a scenario; `file` is its name in the problems.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        read::read(text).map_err(|source| ScenarioError::Problems(source.finish(file)))
    }

    /// Reads a scenario from a file.
    pub fn open(path: &Path) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text),
            Err(source) => Err(ScenarioError::Io { file, source }),
        }
    }

    /// What this playbook needs and the scenario does not have, one line each; empty when the drill
    /// can be walked.
    pub fn missing_for(&self, playbook: &Playbook) -> Vec<String> {
        let mut missing = BTreeSet::new();
        if self.playbook != playbook.id {
            missing.insert(format!(
                "the scenario {} is for the playbook {}, not for {}",
                self.id, self.playbook, playbook.id
            ));
        }
        for backend in &playbook.backends {
            if !self.backends.contains(&backend.id) {
                missing.insert(format!("the scenario {} has no back end {}", self.id, backend.id));
            }
        }
        for check in playbook.steps.iter().flat_map(|step| &step.verify) {
            if let Some(via) = check.via.as_ref().filter(|via| !self.vantages.contains(via)) {
                missing.insert(format!("the scenario {} has no vantage point {via}", self.id));
            }
        }
        for step in &playbook.steps {
            let calls = match &step.task {
                Task::Call(call) => Some(call),
                Task::Ask(_) | Task::Decide(_) | Task::Playbook(_) => None,
            };
            for call in calls.into_iter().chain(&step.undo) {
                let plays = |backend: &String| match &call.backend {
                    Destination::Backend(id) => backend == id,
                    // A scenario may have nobody phone in.
                    Destination::Member(_) => self.hosts.values().any(|one| one == backend),
                };
                let no_hosts = call.backend.backend().is_none() && self.hosts.is_empty();
                let reached = self
                    .routes
                    .iter()
                    .any(|route| plays(&route.backend) && route.method == call.method);
                if !reached && !no_hosts {
                    missing.insert(format!(
                        "the scenario {} has no {} route on {}, which the step {} needs",
                        self.id, call.method, call.backend, step.id
                    ));
                }
            }
        }
        missing.into_iter().collect()
    }
}
