//! `check`: every problem of a playbook or a scenario at once.

use super::args::Check;
use super::{Outcome, document, out};
use crate::drill::{Scenario, shipped};
use crate::playbook::{json_schema, read};

/// Bad where anything has a problem.
pub(super) fn check(args: &Check) -> anyhow::Result<Outcome> {
    if args.schema {
        out::raw(json_schema().as_bytes())?;
        return Ok(Outcome::Good);
    }
    let all =
        || shipped::playbooks().iter().chain(shipped::drills()).map(|one| one.name.to_owned());
    let names = if args.files.is_empty() { all().collect() } else { args.files.clone() };
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

/// A scenario is told from a playbook by its key `playbook`.
fn check_one(name: &str) -> anyhow::Result<Vec<String>> {
    let text = match shipped::drill(name) {
        Some(_) => document::scenario_text(name)?,
        None => document::playbook_text(name)?,
    };
    let is_scenario = text
        .text
        .lines()
        .take_while(|line| !line.starts_with('['))
        .any(|line| line.starts_with("playbook"));
    if !is_scenario {
        let problems = read(&text.file, &text.text).problems;
        return Ok(problems.iter().map(ToString::to_string).collect());
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
