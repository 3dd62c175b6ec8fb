//! When the plan may be changed. Whether what is written can be read is found out by who goes on to
//! read it.

use super::asked::known_step;
use super::{reasoned, written};
use crate::incident::refusal::Refusal;
use crate::incident::state::{Progress, State};
use crate::text::Shown;

/// Not while a request, a proof or a doubt of the step is unsettled: what was sent is judged by what
/// the plan said when it was sent.
pub(super) fn amend(state: &State, id: &str, toml: &Shown, reason: &Shown) -> Result<(), Refusal> {
    let step = known_step(state, id)?;
    let unsettled =
        |progress: Progress| progress.is_busy() || matches!(progress, Progress::InDoubt { .. });
    if let Some(row) = state.rows(step).find(|row| unsettled(row.progress)) {
        return Err(Refusal::WrongProgress(row.progress.word()));
    }
    if !state.playbook.has_step_text(step) {
        return Err(Refusal::NoStepText);
    }
    add(toml, reason)
}

pub(super) fn add(toml: &Shown, reason: &Shown) -> Result<(), Refusal> {
    written(toml)?;
    reasoned(reason)
}
