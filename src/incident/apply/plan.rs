//! What a change of the plan makes of the state: the playbook is read anew, from its own text and
//! what the record says.

use std::sync::Arc;

use super::Misfit;
use crate::incident::state::{Instance, State};
use crate::playbook::Problem;
use crate::text::Shown;

pub(super) fn amended(state: &mut State, step: &str, toml: &Shown) -> Result<(), Misfit> {
    let playbook = state.playbook.amended(step, toml.as_str());
    let playbook = playbook.map_err(|problems| misfit(step, &problems))?;
    state.playbook = Arc::new(playbook);
    let is_meant = |instance: &&Arc<Instance>| instance.key.id == step;
    let instances: Vec<_> = state.steps.values().filter(is_meant).cloned().collect();
    for mut instance in instances {
        // What was found by other questions is no answer to these.
        let changed = Arc::make_mut(&mut instance);
        changed.checks_from = changed.checks.len();
        let name = changed.key.name().as_ref().into();
        state.steps.insert(name, instance);
    }
    Ok(())
}

pub(super) fn added(state: &mut State, id: &str, toml: &Shown) -> Result<(), Misfit> {
    let (playbook, found) =
        state.playbook.with_step(toml.as_str()).map_err(|problems| misfit(id, &problems))?;
    state.playbook = Arc::new(playbook);
    if found == id { Ok(()) } else { Err(format!("the step {id} calls itself {found}")) }
}

fn misfit(step: &str, problems: &[Problem]) -> Misfit {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    format!("the new text of {step} cannot be read: {first}")
}
