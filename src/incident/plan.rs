//! What a change of the plan would be, before anybody asks for it.

use super::input::Ask;
use super::refusal::Refusal;
use crate::playbook::{Playbook, Problem};
use crate::text::Shown;

/// What an ask would change of the plan, as a diff or as the text that is new; `None` for an ask that
/// changes nothing of it.
///
/// # Errors
///
/// Every problem of the text, or that nothing is changed.
pub fn change_of_plan(playbook: &Playbook, ask: &Ask) -> Option<Result<Shown, Refusal>> {
    match ask {
        Ask::Amend { step, toml, .. } => Some(amended(playbook, step, toml)),
        Ask::AddStep { toml, .. } => Some(added(playbook, toml).map(|(_, toml)| toml)),
        _ => None,
    }
}

/// The diff between a step as it is and as it is written here.
pub(super) fn amended(playbook: &Playbook, step: &str, toml: &Shown) -> Result<Shown, Refusal> {
    let before = Shown::new(playbook.step_text(step).ok_or(Refusal::NoStepText)?);
    let toml = trimmed(toml);
    if before == toml {
        return Err(Refusal::SameStep);
    }
    playbook.amended(step, toml.as_str()).map_err(bad)?;
    Ok(diff(&before, &toml))
}

/// The id of a new step, and its text.
pub(super) fn added(playbook: &Playbook, toml: &Shown) -> Result<(String, Shown), Refusal> {
    let toml = trimmed(toml);
    let (_, id) = playbook.with_step(toml.as_str()).map_err(bad)?;
    Ok((id, toml))
}

/// A step's text without what is blank around it.
pub(super) fn trimmed(toml: &Shown) -> Shown {
    Shown::new(toml.as_str().trim())
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn bad(problems: Vec<Problem>) -> Refusal {
    Refusal::BadStep(problems.iter().map(ToString::to_string).collect())
}

/// What is different, line by line, with three lines around it.
fn diff(before: &Shown, after: &Shown) -> Shown {
    let (before, after) = (format!("{before}\n"), format!("{after}\n"));
    let diff = similar::TextDiff::from_lines(&before, &after);
    Shown::new(diff.unified_diff().header("before", "after").to_string().trim_end())
}
