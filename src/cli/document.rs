//! Playbooks and scenarios: shipped ones by name, others by path.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::drill::{CheckedScenario, Scenario, WorldFile, shipped};
use crate::playbook::{
    Checked, FILE_LIMIT, Found, Library, Playbook, Problem, Reference, Wanted, read_with,
};

/// A document's text, and the name that problems call it by.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "a text has a text")]
pub(super) struct Text {
    pub(super) file: String,
    pub(super) text: String,
    /// What it names stands where?
    pub(super) beside: Beside,
}

/// Where the documents stand that a document names.
#[derive(Debug, Clone)]
pub(super) enum Beside {
    /// Among the shipped ones.
    Shipped,
    /// At paths from the document.
    Disk,
    /// In the directory of an incident; a scenario has one world at most.
    Kept(Option<WorldFile>),
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
        let (file, text) = (document.path.to_owned(), document.text.to_owned());
        return Ok(Text { file, text, beside: Beside::Shipped });
    }
    let path = Path::new(name);
    let length = std::fs::metadata(path)
        .with_context(|| format!("there is no {what} {name}; shipped are: {}", shipped()))?
        .len();
    if length > FILE_LIMIT as u64 {
        bail!("{name} is {length} bytes long; a {what} has at most {FILE_LIMIT}");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    Ok(Text { file: name.to_owned(), text, beside: Beside::Disk })
}

fn names(documents: &[shipped::Document]) -> String {
    documents.iter().map(|document| document.name).collect::<Vec<_>>().join(", ")
}

/// A checked playbook with those that it names, or every problem.
pub(super) fn parse_playbook(file: &str, text: &str) -> anyhow::Result<Playbook> {
    parse_kept(file, text, &find)
}

/// Every problem of a playbook and those that it names.
pub(super) fn check_playbook(file: &str, text: &str) -> Checked {
    read_with(file, text, &find)
}

/// A sub-playbook: a shipped one by name, a file beside the playbook that names it.
fn find(wanted: &Wanted<'_>) -> Result<Found, String> {
    match wanted.reference {
        Reference::Shipped(name) => match shipped::playbook(name) {
            Some(document) => {
                let (file, text) = (document.path.to_owned(), document.text.to_owned());
                Ok(Found { file, text, sha256: None })
            }
            None => Err(format!(
                "none of this name is shipped; there are {}; one of your own is \
                                 named by its file",
                names(shipped::playbooks())
            )),
        },
        Reference::File(path) => {
            let path = Path::new(wanted.beside).parent().unwrap_or(Path::new("")).join(path);
            if !path.is_file() {
                return Err(format!("{} is no file", path.display()));
            }
            let text = text_of(&path.display().to_string(), None, "playbook", String::new);
            text.map(|text| Found { file: text.file, text: text.text, sha256: None })
                .map_err(|error| format!("{error:#}"))
        }
    }
}

/// The same from a library of its own.
pub(super) fn parse_kept(
    file: &str,
    text: &str,
    library: &dyn Library,
) -> anyhow::Result<Playbook> {
    let checked = read_with(file, text, library);
    match checked.playbook {
        Some(playbook) if checked.problems.is_empty() => Ok(playbook),
        _ => bail!("the playbook has problems\n{}", lines(&checked.problems)),
    }
}

/// A checked scenario, or every problem.
pub(super) fn parse_scenario(text: &Text) -> anyhow::Result<Scenario> {
    let CheckedScenario { scenario, problems, .. } = check_scenario(text);
    match scenario {
        Some(scenario) => Ok(scenario),
        None => bail!("the scenario has problems\n{}", lines(&problems)),
    }
}

/// Every problem of a scenario and of the world that it shares, and every warning.
pub(super) fn check_scenario(text: &Text) -> CheckedScenario {
    let world = |path: &str| match &text.beside {
        Beside::Shipped => shipped::world(&text.file, path),
        Beside::Disk => WorldFile::beside(Path::new(&text.file), path),
        Beside::Kept(world) => {
            world.clone().ok_or_else(|| "the first record names no world".to_owned())
        }
    };
    Scenario::check(&text.file, &text.text, &world)
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
