//! What follows from any change: updates are promised, steps begin or cease to apply, and a confirmation falls when what
//! would be sent is no longer what was shown.

use std::sync::Arc;

use super::Turn;
use crate::incident::id::StepKey;
use crate::incident::record::{Disarm, Record};
use crate::incident::render;
use crate::incident::state::{Instance, Progress};
use crate::playbook::{Expression, Step};

pub(super) fn settle(turn: &mut Turn) {
    if turn.records.is_empty() || turn.state.opened.is_none() {
        return;
    }
    super::clock::begin_cadences(turn);
    let playbook = turn.state.playbook.clone();
    for step in &playbook.steps {
        let keys: Vec<StepKey> = turn
            .state
            .rows(step)
            .filter(|row| !row.is_empty())
            // An amendment may have taken the condition out.
            .filter(|row| {
                step.when.is_some()
                    || step.under.is_some()
                    || turn.state.not_applicable.contains(&*row.name)
            })
            .map(|row| turn.state.key(&row.name))
            .collect();
        for key in keys {
            settle_when(turn, step, key);
        }
    }
    let is_armed = |instance: &&Arc<Instance>| instance.progress == Progress::Armed;
    let armed: Vec<Arc<Instance>> = turn.state.steps.values().filter(is_armed).cloned().collect();
    for instance in armed {
        if let Some(step) = playbook.step(&instance.key.id) {
            settle_armed(turn, step, &instance.key);
        }
    }
}

/// A condition that cannot be evaluated yet (it needs what a later step saves) holds the step open:
/// its own requires say what is missing.
fn settle_when(turn: &mut Turn, step: &Step, key: StepKey) {
    let name = key.name().into_owned();
    if turn.state.progress(&name) != Progress::Planned {
        return;
    }
    // A step of a sub-playbook applies where that does.
    let state = &turn.state;
    let above = step.under.as_ref().is_none_or(|above| !state.not_applicable.contains(above));
    let values = || render::values(state, step, &key);
    let holds = |when: &Expression| when.condition(&values()).unwrap_or(true);
    let applies = above && step.when.as_ref().is_none_or(holds);
    if applies == turn.state.not_applicable.contains(&name) {
        turn.push(Record::StepApplies { step: key, applies });
    }
}

fn settle_armed(turn: &mut Turn, step: &Step, key: &StepKey) {
    let Some(armed) = turn.state.instance(&key.name()).and_then(|one| one.armed.clone()) else {
        return;
    };
    let same = render::call_of(step, armed.purpose).is_some_and(|call| {
        render::call_request(&turn.state, step, call, &armed.step, armed.purpose)
            .is_ok_and(|request| request.hash() == armed.hash)
    });
    if !same {
        let step = armed.step.clone();
        super::check::stop_running(turn, &step, "the confirmation was taken back");
        turn.push(Record::StepDisarmed { step, why: Disarm::Changed });
    }
}
