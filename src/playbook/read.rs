//! Reads a playbook, or tells everything that is wrong with it.

use toml::de::DeTable;

use super::build;
use super::decode::Decoder;
use super::fields::PLAYBOOK;
use super::graph::{Graph, STEP_LIMIT};
use super::model::Playbook;
use super::names::Names;
use super::problem::{Problem, Problems};
use crate::text::is_hidden;

/// A larger file is not read.
pub const FILE_LIMIT: usize = 1024 * 1024;

/// What reading a file gave: a playbook when there is no problem, and never with one.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub playbook: Option<Playbook>,
    /// In the order of the file.
    pub problems: Vec<Problem>,
}

/// Reads `text` and checks it whole; problems speak of it as `file_name`.
pub fn read(file_name: &str, text: &str) -> Checked {
    let mut problems = Problems::default();
    if text.len() > FILE_LIMIT {
        problems.add(0, format!("this file is larger than {FILE_LIMIT} bytes, it is not read"));
        return Checked { playbook: None, problems: problems.finish(file_name, text) };
    }
    hidden_characters(text, &mut problems);
    let playbook = parse(text, &mut problems);
    let playbook = playbook.filter(|_| problems.is_empty());
    Checked { playbook, problems: problems.finish(file_name, text) }
}

fn parse(text: &str, problems: &mut Problems) -> Option<Playbook> {
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
    build::playbook(&file, problems)
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
