//! What follows from any change: updates are promised, steps begin or cease to apply, and a confirmation falls when what
//! would be sent is no longer what was shown.

use std::sync::Arc;

use super::Turn;
use crate::incident::record::{Disarm, Record};
use crate::incident::render;
use crate::incident::state::{Instance, Progress};
use crate::playbook::Step;

pub(super) fn settle(turn: &mut Turn) {
    if turn.records.is_empty() || turn.state.opened.is_none() {
        return;
    }
    super::clock::begin_cadences(turn);
    let playbook = turn.state.playbook.clone();
    for step in playbook.steps.iter().filter(|step| step.when.is_some()) {
        settle_when(turn, step);
    }
    let is_armed = |instance: &&Arc<Instance>| instance.progress == Progress::Armed;
    let armed: Vec<Arc<Instance>> = turn.state.steps.values().filter(is_armed).cloned().collect();
    for step in armed.iter().filter_map(|instance| playbook.step(&instance.key.id)) {
        settle_armed(turn, step);
    }
}

/// A condition that cannot be evaluated yet (it needs what a later step saves) holds the step open:
/// its own requires say what is missing.
fn settle_when(turn: &mut Turn, step: &Step) {
    let Some(when) = &step.when else { return };
    if turn.state.progress(&step.id) != Progress::Planned {
        return;
    }
    let applies = when.condition(&render::values(&turn.state, step)).unwrap_or(true);
    if applies == turn.state.not_applicable.contains(&step.id) {
        let step = turn.state.key(&step.id);
        turn.push(Record::StepApplies { step, applies });
    }
}

fn settle_armed(turn: &mut Turn, step: &Step) {
    let Some(armed) = turn.state.instance(&step.id).and_then(|instance| instance.armed.clone())
    else {
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
