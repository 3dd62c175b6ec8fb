//! Playbooks and scenarios: shipped ones by name, others by path.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::drill::{Scenario, shipped};
use crate::playbook::{FILE_LIMIT, Playbook, Problem, read};

/// A document's text, and the name that problems call it by.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) file: String,
    pub(super) text: String,
}

/// The playbook that is meant.
pub(super) fn playbook_text(name: &str) -> anyhow::Result<Text> {
    text_of(name, shipped::playbook(name), "playbook", || names(shipped::playbooks()))
}

/// The scenario that is meant.
pub(super) fn scenario_text(name: &str) -> anyhow::Result<Text> {
    text_of(name, shipped::drill(name), "drill", || names(shipped::drills()))
}

fn text_of(
    name: &str,
    document: Option<shipped::Document>,
    what: &str,
    shipped: impl Fn() -> String,
) -> anyhow::Result<Text> {
    if let Some(document) = document {
        return Ok(Text { file: document.path.to_owned(), text: document.text.to_owned() });
    }
    let path = Path::new(name);
    let length = std::fs::metadata(path)
        .with_context(|| format!("there is no {what} {name}; shipped are: {}", shipped()))?
        .len();
    if length > FILE_LIMIT as u64 {
        bail!("{name} is {length} bytes long; a {what} has at most {FILE_LIMIT}");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    Ok(Text { file: name.to_owned(), text })
}

fn names(documents: &[shipped::Document]) -> String {
    documents.iter().map(|document| document.name).collect::<Vec<_>>().join(", ")
}

/// A checked playbook, or every problem.
pub(super) fn parse_playbook(file: &str, text: &str) -> anyhow::Result<Playbook> {
    let checked = read(file, text);
    match checked.playbook {
        Some(playbook) if checked.problems.is_empty() => Ok(playbook),
        _ => bail!("the playbook has problems\n{}", lines(&checked.problems)),
    }
}

/// A checked scenario, or every problem.
pub(super) fn parse_scenario(text: &Text) -> anyhow::Result<Scenario> {
    Scenario::parse(&text.file, &text.text).context("the scenario has problems")
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
