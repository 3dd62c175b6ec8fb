//! `check`: every problem of a playbook, a scenario or a theme at once.

use super::args::Check;
use super::{Outcome, document, out};
use crate::config::theme::{SHIPPED, ThemeFile};
use crate::drill::{Scenario, shipped};
use crate::playbook::{Problem, json_schema};

/// Bad where anything has a problem.
pub(super) fn check(args: &Check) -> anyhow::Result<Outcome> {
    if args.schema {
        out::raw(json_schema().as_bytes())?;
        return Ok(Outcome::Good);
    }
    let names = if args.files.is_empty() { shipped_names() } else { args.files.clone() };
    let mut good = true;
    for name in &names {
        let problems = check_one(name)?;
        for problem in &problems {
            out::line(problem)?;
        }
        if problems.is_empty() {
            out::line(format!("{name}: good"))?;
        } else {
            let count = problems.len();
            out::line(format!("{name}: {count} problem{}", if count == 1 { "" } else { "s" }))?;
            good = false;
        }
    }
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

fn shipped_names() -> Vec<String> {
    let documents = shipped::playbooks().iter().chain(shipped::drills()).map(|one| one.name);
    documents.chain(ThemeFile::names()).map(str::to_owned).collect()
}

/// A scenario is told from a playbook by its key `playbook`, a theme by `kind` and `[roles]`.
fn check_one(name: &str) -> anyhow::Result<Vec<String>> {
    if let Some(theme) = SHIPPED.iter().find(|theme| theme.name == name) {
        return Ok(theme_problems(theme.path, theme.text));
    }
    let text = match shipped::drill(name) {
        Some(_) => document::scenario_text(name)?,
        None => document::playbook_text(name)?,
    };
    if ThemeFile::is_meant(&text.text) {
        return Ok(theme_problems(&text.file, &text.text));
    }
    let is_scenario = text
        .text
        .lines()
        .take_while(|line| !line.starts_with('['))
        .any(|line| line.starts_with("playbook"));
    if !is_scenario {
        return Ok(lines(&document::check_playbook(&text.file, &text.text).problems));
    }
    match Scenario::parse(&text.file, &text.text) {
        Err(error) => Ok(vec![error.to_string()]),
        Ok(scenario) => Ok(match shipped::playbook(&scenario.playbook) {
            None => Vec::new(),
            Some(playbook) => {
                let playbook = document::parse_playbook(playbook.path, playbook.text)?;
                scenario.missing_for(&playbook)
            }
        }),
    }
}

/// Its name is that of its file, and nothing that can be wrong.
fn theme_problems(file: &str, text: &str) -> Vec<String> {
    ThemeFile::read(file, file, text).map_or_else(|problems| lines(&problems), |_| Vec::new())
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
