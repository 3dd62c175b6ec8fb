//! A scenario as plain data: the world of a drill, and how it answers.

mod fit;
pub mod plan;
mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::pattern::Pattern;
use crate::incident::hex;
use crate::playbook::{Expression, FILE_LIMIT, JsonTemplate, Problem, Template};
use plan::Plan;

/// One checked scenario.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// The file of the world that it shares with others, where it does.
    pub world: Option<WorldFile>,
    /// SHA-256, in hex, of the file as read; with a shared world, of the hashes of both.
    pub sha256: String,
}

/// A world that several scenarios share: `[state]`, `[[routes]]` and what goes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldFile {
    /// As problems call it.
    pub file: String,
    pub text: String,
}

/// Finds a shared world by its path as a scenario names it, from the directory of the scenario;
/// `Err` says in words why there is none.
pub type WorldLibrary<'a> = dyn Fn(&str) -> Result<WorldFile, String> + 'a;

/// What reading a scenario gave: one when there is no problem, and never with one.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedScenario {
    pub scenario: Option<Scenario>,
    /// In the order of the file; those of its world after its own.
    pub problems: Vec<Problem>,
    /// What may be meant so.
    pub warnings: Vec<Problem>,
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
    /// Where it stands in its file, from 1.
    pub line: usize,
    /// It stands in the file of the shared world.
    pub is_shared: bool,
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

impl WorldFile {
    /// In hex.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.text))
    }

    /// From a file at this path from that of a scenario.
    pub fn beside(scenario: &Path, path: &str) -> Result<Self, String> {
        let path = scenario.parent().unwrap_or(Path::new("")).join(path);
        let length = std::fs::metadata(&path).map_err(|error| error.to_string())?.len();
        if length > FILE_LIMIT as u64 {
            return Err(format!("it is {length} bytes long, and has at most {FILE_LIMIT}"));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        Ok(Self { file: path.display().to_string(), text })
    }
}

impl Route {
    /// Where it is found by whoever wrote it.
    pub fn place(&self) -> String {
        let line = self.line;
        if self.is_shared { format!("line {line} of the world") } else { format!("line {line}") }
    }
}

impl Scenario {
    /// Reads a scenario that shares no world; `file` is its name in the problems.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        Self::parse_with(file, text, &|_| Err("no other file can be read here".to_owned()))
    }

    /// The same with a world that it may share.
    pub fn parse_with(
        file: &str,
        text: &str,
        library: &WorldLibrary<'_>,
    ) -> Result<Self, ScenarioError> {
        let CheckedScenario { scenario, problems, .. } = Self::check(file, text, library);
        scenario.ok_or(ScenarioError::Problems(problems))
    }

    /// Everything that is wrong with a scenario, or may be.
    pub fn check(file: &str, text: &str, library: &WorldLibrary<'_>) -> CheckedScenario {
        read::read(file, text, library)
    }

    /// Reads a scenario from a file, and the world that it shares from beside it.
    pub fn open(path: &Path) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse_with(&file, &text, &|world| WorldFile::beside(path, world)),
            Err(source) => Err(ScenarioError::Io { file, source }),
        }
    }
}
