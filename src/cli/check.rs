//! `check`: every problem of a playbook, a scenario or a theme at once.

use super::args::Check;
use super::document::Text;
use super::open::playbook_beside;
use super::{Outcome, document, out};
use crate::config::theme::{SHIPPED, ThemeFile};
use crate::drill::shipped;
use crate::playbook::{Problem, json_schema};

/// What is to be told of one file, a line or two for each.
#[derive(Default)]
struct Found {
    problems: Vec<String>,
    /// What may be meant so: the file is good all the same.
    warnings: Vec<String>,
}

/// Bad where anything has a problem.
pub(super) fn check(args: &Check) -> anyhow::Result<Outcome> {
    if args.schema {
        out::raw(json_schema().as_bytes())?;
        return Ok(Outcome::Good);
    }
    let names = if args.files.is_empty() { shipped_names() } else { args.files.clone() };
    let mut good = true;
    for name in &names {
        let Found { problems, warnings } = check_one(name)?;
        for one in problems.iter().chain(&warnings) {
            out::line(one)?;
        }
        let warned = match warnings.len() {
            0 => String::new(),
            count => format!(", {}", counted(count, "warning")),
        };
        if problems.is_empty() {
            out::line(format!("{name}: good{warned}"))?;
        } else {
            out::line(format!("{name}: {}{warned}", counted(problems.len(), "problem")))?;
            good = false;
        }
    }
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

fn shipped_names() -> Vec<String> {
    let documents = shipped::playbooks().iter().chain(shipped::drills()).map(|one| one.name);
    documents.chain(ThemeFile::names()).map(str::to_owned).collect()
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A scenario is told from a playbook by its key `playbook`, a theme by `kind` and `[roles]`.
fn check_one(name: &str) -> anyhow::Result<Found> {
    if let Some(theme) = SHIPPED.iter().find(|theme| theme.name == name) {
        return Ok(Found::problems(theme_problems(theme.path, theme.text)));
    }
    let text = match shipped::drill(name) {
        Some(_) => document::scenario_text(name)?,
        None => document::playbook_text(name)?,
    };
    if ThemeFile::is_meant(&text.text) {
        return Ok(Found::problems(theme_problems(&text.file, &text.text)));
    }
    let is_scenario = text
        .text
        .lines()
        .take_while(|line| !line.starts_with('['))
        .any(|line| line.starts_with("playbook"));
    if is_scenario {
        return check_scenario(name, &text);
    }
    Ok(Found::problems(lines(&document::check_playbook(&text.file, &text.text).problems)))
}

/// Against its playbook too, where that is found as a drill would find it.
fn check_scenario(name: &str, text: &Text) -> anyhow::Result<Found> {
    let checked = document::check_scenario(text);
    let warning = |one: &Problem| Problem { what: format!("warning: {}", one.what), ..one.clone() };
    let warnings: Vec<Problem> = checked.warnings.iter().map(warning).collect();
    let mut found = Found { problems: lines(&checked.problems), warnings: lines(&warnings) };
    if let Some(scenario) = checked.scenario {
        let beside = playbook_beside(name);
        let shipped = shipped::playbook(&scenario.playbook).map(|one| one.name.to_owned());
        if let Some(playbook) = beside.or(shipped) {
            let playbook = document::playbook_text(&playbook)?;
            let playbook = document::parse_playbook(&playbook.file, &playbook.text)?;
            found.problems.extend(scenario.missing_for(&playbook));
        }
    }
    Ok(found)
}

impl Found {
    fn problems(problems: Vec<String>) -> Self {
        Self { problems, ..Self::default() }
    }
}

/// Its name is that of its file, and nothing that can be wrong.
fn theme_problems(file: &str, text: &str) -> Vec<String> {
    ThemeFile::read(file, file, text).map_or_else(|problems| lines(&problems), |_| Vec::new())
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
