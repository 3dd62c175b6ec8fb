//! What a record about the drill itself makes of the state.

use std::sync::Arc;

use super::{Misfit, Stamp};
use crate::incident::exercise::{
    Arrived, Control, Ended, Exercise, Hint, Inject, Judgement, Reply, ScenarioClock,
};
use crate::incident::record::Record;
use crate::incident::state::State;

/// The scenario's clock goes on from the last record: while nothing ran, nobody played.
pub(super) fn taken_up(state: &mut State, stamp: Stamp) {
    if let Some(exercise) = &mut state.exercise {
        let exercise = Arc::make_mut(exercise);
        exercise.clock = exercise.clock.set(stamp.at, stamp.up);
    }
}

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    let Some(exercise) = &mut state.exercise else {
        return Err(format!("{} stands in what is no drill", record.kind()));
    };
    let exercise = Arc::make_mut(exercise);
    match record {
        Record::InjectArrived(inject) => fold_arrived(exercise, stamp, inject),
        Record::InjectSeen { inject } => with_arrived(exercise, inject, |arrived| {
            arrived.seen.get_or_insert(stamp.at);
        }),
        Record::InjectAnswered { inject, option, text } => {
            with_arrived(exercise, inject, |arrived| {
                arrived.seen.get_or_insert(stamp.at);
                let (option, text) = (option.clone(), text.clone());
                arrived.reply = Some(Reply { option, text, at: stamp.at });
            })
        }
        Record::ExerciseControlled(control) => {
            fold_controlled(exercise, stamp, control);
            Ok(())
        }
        Record::HotWashAnswered { question, text } => {
            exercise.hot_wash.retain(|(asked, _)| asked != question);
            exercise.hot_wash.push((question.clone(), text.clone()));
            Ok(())
        }
        other => Err(format!("{} is folded nowhere", other.kind())),
    }
}

fn fold_arrived(exercise: &mut Exercise, stamp: Stamp, inject: &Inject) -> Result<(), Misfit> {
    if exercise.arrived(&inject.inject).is_some() {
        return Err(format!("the inject {} arrived a second time", inject.inject));
    }
    exercise.delayed.remove(&inject.inject);
    exercise.skipped.remove(&inject.inject);
    let (inject, seq, at) = (inject.clone(), stamp.seq, stamp.at);
    exercise.injects.push(Arrived { inject, seq, at, seen: None, reply: None });
    Ok(())
}

fn with_arrived(
    exercise: &mut Exercise,
    inject: &str,
    change: impl FnOnce(&mut Arrived),
) -> Result<(), Misfit> {
    let mut all = exercise.injects.iter_mut();
    let found = all.find(|one| one.inject.inject == inject);
    found.map(change).ok_or_else(|| format!("the inject {inject} never arrived"))
}

fn fold_controlled(exercise: &mut Exercise, stamp: Stamp, control: &Control) {
    let clock = exercise.clock;
    let now: ScenarioClock = clock.set(clock.at(stamp.up), stamp.up);
    match control {
        Control::Pause { reason, back_to } => {
            let shown = back_to.unwrap_or_else(|| clock.at(stamp.up));
            exercise.clock = clock.set(shown, stamp.up).with_running(false);
            exercise.paused = Some(reason.clone());
        }
        Control::Resume => {
            exercise.clock = now.with_running(true);
            exercise.paused = None;
        }
        Control::Rate { rate } => exercise.clock = now.with_rate(*rate),
        Control::Jump { to, .. } => {
            exercise.clock = clock.set(*to, stamp.up);
            exercise.wish = None;
        }
        Control::Skip { inject, reason } => {
            exercise.skipped.insert(inject.clone(), reason.clone());
            exercise.delayed.remove(inject);
        }
        Control::Delay { inject, until, .. } => {
            exercise.delayed.insert(inject.clone(), *until);
            exercise.skipped.remove(inject);
        }
        Control::Ask { wish } => exercise.wish = Some(*wish),
        Control::Hint { expectation, text, cost } => {
            exercise.wish = None;
            let (expectation, text) = (expectation.clone(), text.clone());
            exercise.hints.push(Hint { expectation, text, cost: *cost, at: stamp.at });
        }
        Control::Judge { expectation, verdict, reason } => {
            let (verdict, reason) = (*verdict, reason.clone());
            let judgement = Judgement { verdict, reason, at: stamp.at };
            exercise.judged.insert(expectation.clone(), judgement);
        }
        Control::Arm { fault, .. } => drop(exercise.faults.insert(fault.clone(), true)),
        Control::Disarm { fault, .. } => drop(exercise.faults.insert(fault.clone(), false)),
        Control::End { how, reason, faults } => {
            exercise.clock = now.with_running(false);
            let (reason, faults) = (reason.clone(), faults.clone());
            exercise.ended = Some(Ended { how: *how, reason, faults, at: stamp.at });
        }
    }
}
