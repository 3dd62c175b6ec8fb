//! What a record about a step makes of it.

use std::sync::Arc;

use serde_json::Value;

use super::{Misfit, Stamp, call, clock, saved_name, with_step};
use crate::incident::id::StepKey;
use crate::incident::record::{Armed, Disarm, Record};
use crate::incident::state::{Instance, Progress, State};
use crate::playbook::Task;
use crate::text::Shown;

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::StepApplies { step, applies } => {
            if *applies {
                state.not_applicable.remove(&*step.name());
            } else {
                state.not_applicable.insert(step.name().into_owned());
            }
            Ok(())
        }
        Record::StepArmed(armed) => fold_armed(state, armed),
        Record::StepDisarmed { step, why } => fold_disarmed(state, step, *why),
        Record::StepStarted { step, .. } => {
            clock::forget(state, step);
            with_step(state, step, |step| {
                step.started_at.get_or_insert(stamp.at);
            })
        }
        Record::StepAnswered { step, text } => {
            save_words(state, step, text);
            end_step(state, step, stamp, Progress::Done, Some(text))
        }
        Record::Decided { step, option, reason } => {
            save_words(state, step, option);
            let words = Shown::new(format!("{option}: {reason}"));
            end_step(state, step, stamp, Progress::Done, Some(&words))
        }
        Record::StepCompleted { step, proven, reason } => {
            let progress = if *proven { Progress::Proven } else { Progress::Done };
            end_step(state, step, stamp, progress, reason.as_ref())
        }
        Record::StepSkipped { step, reason, skip } => {
            end_step(state, step, stamp, Progress::Skipped, Some(reason))?;
            clock::fold_skipped(state, step, *skip);
            Ok(())
        }
        Record::StepReturned { step } => clock::fold_returned(state, stamp, step),
        Record::StepDoneElsewhere(done) => clock::fold_elsewhere(state, stamp, done),
        Record::StepReopened { step, reason } => fold_reopened(state, step, reason),
        Record::StepUndone { step } => end_step(state, step, stamp, Progress::Undone, None),
        other => call::fold(state, stamp, other),
    }
}

fn fold_armed(state: &mut State, armed: &Armed) -> Result<(), Misfit> {
    with_step(state, &armed.step, |step| {
        if step.progress != Progress::Armed {
            step.before = Some(Box::new(step.progress));
        }
        step.progress = Progress::Armed;
        step.armed = Some(Box::new(armed.clone()));
    })
}

fn fold_disarmed(state: &mut State, step: &StepKey, _why: Disarm) -> Result<(), Misfit> {
    with_step(state, step, |step| {
        step.armed = None;
        step.progress = step.before.take().map_or(Progress::Planned, |before| *before);
    })
}

fn fold_reopened(state: &mut State, key: &StepKey, reason: &Shown) -> Result<(), Misfit> {
    let expected = state.key(&key.name()).epoch + 1;
    let fits = key.epoch == expected;
    clock::forget(state, &state.key(&key.name()));
    let mut instance = Instance::new(key.clone());
    instance.words = Some(reason.clone());
    state.steps.insert(key.name().into(), Arc::new(instance));
    if fits { Ok(()) } else { Err(format!("{key} was reopened, {expected} was expected")) }
}

fn end_step(
    state: &mut State,
    key: &StepKey,
    stamp: Stamp,
    progress: Progress,
    words: Option<&Shown>,
) -> Result<(), Misfit> {
    with_step(state, key, |step| {
        step.progress = progress;
        step.before = None;
        step.armed = None;
        step.started_at.get_or_insert(stamp.at);
        step.ended_at = Some(stamp.at);
        if let Some(words) = words {
            step.words = Some(words.clone());
        }
    })
}

/// A manual step may keep its answer for later steps.
fn save_words(state: &mut State, key: &StepKey, words: &Shown) {
    let name = state.playbook.step(&key.id).and_then(|step| match &step.task {
        Task::Ask(ask) => ask.save.clone(),
        Task::Decide(decide) => decide.save.clone(),
        Task::Call(_) | Task::Playbook(_) => None,
    });
    if let Some(name) = name {
        let value = Value::from(words.as_str());
        state.saved.insert(saved_name(&name, key).into(), Arc::new(value));
    }
}
