//! Reads a playbook, or tells everything that is wrong with it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use toml::de::DeTable;

use super::build;
use super::decode::Decoder;
use super::fields::PLAYBOOK;
use super::graph::{Graph, STEP_LIMIT};
use super::library::{Library, empty};
use super::model::{Auth, Playbook, Step, Task};
use super::names::Names;
use super::problem::{Problem, Problems};
use super::record::Record;
use super::span;
use super::sub::{Files, Place};
use crate::text::is_hidden;

/// A larger file is not read.
pub const FILE_LIMIT: usize = 1024 * 1024;

/// What reading a file gave: a playbook when there is no problem, and never with one.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub playbook: Option<Playbook>,
    /// In the order of the file; those of its sub-playbooks after its own.
    pub problems: Vec<Problem>,
}

/// Reads `text` and checks it whole; problems speak of it as `file_name`. A step that names another
/// playbook is a problem: see [`read_with`].
pub fn read(file_name: &str, text: &str) -> Checked {
    read_with(file_name, text, &empty)
}

/// The same with a library of sub-playbooks: they are read too, and their problems told with their
/// own file, line and column.
pub fn read_with(file_name: &str, text: &str, library: &dyn Library) -> Checked {
    let checked = read_kept(file_name, text, None, library);
    let playbook = checked.playbook.map(|mut playbook| {
        playbook.secrets = Arc::new(secrets(&playbook));
        playbook
    });
    Checked { playbook, ..checked }
}

/// The same of a text that was amended since it had this hash.
pub(super) fn read_kept(
    file_name: &str,
    text: &str,
    sha256: Option<&str>,
    library: &dyn Library,
) -> Checked {
    let mut files = Files::new(library);
    let place = Place { at: "", file: file_name, text, sha256, above: None };
    let playbook = files.read(&place);
    let playbook = playbook.filter(|_| files.problems.is_empty());
    Checked { playbook, problems: files.problems }
}

/// One file, as far as it could be read.
pub(super) struct Parsed {
    pub(super) file: Record,
    /// Of each step.
    pub(super) spans: Vec<Option<Range<usize>>>,
    /// Without what other files say.
    pub(super) playbook: Option<Playbook>,
}

/// Reads one file by itself; `None` where it is no TOML.
pub(super) fn parse(text: &str, problems: &mut Problems) -> Option<Parsed> {
    if text.len() > FILE_LIMIT {
        problems.add(0, format!("this file is larger than {FILE_LIMIT} bytes, it is not read"));
        return None;
    }
    hidden_characters(text, problems);
    let (found, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(text.len(), |span| span.start);
        // A hidden character was told already, in better words.
        if !text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_hidden) {
            problems.add(at, format!("this is not TOML: {}", error.message()));
        }
    }
    let broken = !errors.is_empty();
    let mut decoder = Decoder { text, problems, broken, expressions: 0 };
    let file = decoder.table(found.get_ref(), 0, &PLAYBOOK, &[]);
    if broken {
        // What is lost would look like many more mistakes than there are.
        return None;
    }
    let graph = Graph::new(file.tables("steps"), problems);
    graph.cycles(problems);
    graph.unreachable(problems);
    let names = Names::new(&file, problems);
    for step in file.tables("steps").iter().take(STEP_LIMIT) {
        names.check(step, &graph, problems);
    }
    let playbook = build::playbook(&file, problems);
    Some(Parsed { spans: span::steps(found.get_ref(), text), file, playbook })
}

/// Which secret goes to which back end.
fn secrets(playbook: &Playbook) -> BTreeSet<(String, String)> {
    let of_backends = playbook
        .backends
        .iter()
        .filter_map(|backend| Some((backend.id.clone(), backend.auth.secret()?.to_owned())));
    let of_steps = playbook.steps.iter().flat_map(named_secrets);
    of_backends.chain(of_steps).collect()
}

/// The secrets that a step itself names, each with the back end that it goes to.
pub(super) fn named_secrets(step: &Step) -> Vec<(String, String)> {
    let call = match &step.task {
        Task::Call(call) => Some(call),
        _ => None,
    };
    let calls = call.into_iter().chain(&step.undo).map(|call| (&call.backend, &call.auth));
    let checks = step.verify.iter().map(|check| (&check.backend, &check.auth));
    calls
        .chain(checks)
        .filter_map(|(backend, auth)| {
            Some((backend.to_string(), auth.as_ref().and_then(Auth::secret)?.to_owned()))
        })
        .collect()
}

/// What a reader of the file would not see, or what would show it in another order.
pub(crate) fn hidden_characters(text: &str, problems: &mut Problems) {
    for (at, c) in text.char_indices() {
        let line_end = c == '\r' && text[at..].starts_with("\r\n");
        if is_hidden(c) && c != '\t' && !line_end {
            let what = format!("a hidden character stands here, U+{:04X}", u32::from(c));
            problems.mend(at, what, "remove it");
        }
    }
}
