//! The plan changes: a step is written anew, or one is added.

use super::{Turn, check};
use crate::incident::plan;
use crate::incident::record::{Disarm, Record};
use crate::incident::refusal::Refusal;
use crate::incident::state::Progress;
use crate::text::Shown;

/// A confirmation that is open falls, whatever was changed: it was given for another plan.
pub(super) fn amend(
    turn: &mut Turn,
    step: String,
    toml: &Shown,
    reason: Shown,
) -> Result<(), Refusal> {
    let diff = plan::amended(&turn.state.playbook, &step, toml)?;
    let playbook = turn.state.playbook.clone();
    let rows = playbook.step(&step).into_iter().flat_map(|step| turn.state.rows(step));
    let instances: Vec<_> = rows.map(|row| (turn.state.key(&row.name), row.progress)).collect();
    for (key, progress) in instances {
        check::stop_running(turn, &key, "the step was amended");
        if progress == Progress::Armed {
            turn.push(Record::StepDisarmed { step: key, why: Disarm::Changed });
        }
    }
    turn.push(Record::StepAmended { step, toml: plan::trimmed(toml), diff, reason });
    Ok(())
}

pub(super) fn add(turn: &mut Turn, toml: &Shown, reason: Shown) -> Result<(), Refusal> {
    let (id, toml) = plan::added(&turn.state.playbook, toml)?;
    turn.push(Record::StepAdded { id, toml, reason });
    Ok(())
}
