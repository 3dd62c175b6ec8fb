//! What a record about severity, duties, promised updates or a step that was put off makes of the
//! state.

use std::sync::Arc;

use super::{Misfit, Stamp, call, with_step};
use crate::incident::clocks::{Aware, Clocks, Declared, DutyState, Met, Promise, SkipKind, Update};
use crate::incident::id::StepKey;
use crate::incident::record::{DoneElsewhere, Record};
use crate::incident::state::{Progress, State};

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    let clocks = Arc::make_mut(&mut state.clocks);
    match record {
        Record::Declared { severity, when, reason } => {
            let (when, severity, reason) = (when.clone(), *severity, reason.clone());
            let again = clocks.declared.replace(Declared { when, severity, reason }).is_some();
            if again { Err("it was declared a second time".to_owned()) } else { Ok(()) }
        }
        Record::SeveritySet { severity, reason } => {
            let declared = clocks.declared.as_mut();
            let declared = declared.ok_or_else(|| "it was never declared".to_owned())?;
            declared.severity = *severity;
            declared.reason = reason.clone();
            Ok(())
        }
        Record::Aware { when, reason } => {
            clocks.aware = Some(Aware { when: when.clone(), reason: reason.clone() });
            Ok(())
        }
        Record::DutyDecided { duty, on, starts, due, reason } => {
            let met = clocks.duties.get(duty).and_then(|before| before.met.clone());
            let decided = DutyState {
                on: *on,
                starts: starts.clone(),
                due: *due,
                reason: reason.clone(),
                decided_at: stamp.at,
                is_due: false,
                met,
            };
            clocks.duties.insert(duty.clone(), decided);
            Ok(())
        }
        Record::DutyDue { duty } => with_duty(clocks, duty, |duty| duty.is_due = true),
        Record::DutyMet { duty, when, how } => with_duty(clocks, duty, |duty| {
            duty.met = Some(Met { when: when.clone(), how: how.clone() });
        }),
        other => fold_promise(clocks, other),
    }
}

fn fold_promise(clocks: &mut Clocks, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::UpdatePromised { cadence, due } => {
            let promise = Promise { next: *due, is_due: false, given: Vec::new(), ended: None };
            if clocks.promises.contains_key(cadence) {
                return Err(format!("updates of {cadence} were promised a second time"));
            }
            clocks.promises.insert(cadence.clone(), promise);
            Ok(())
        }
        Record::UpdateGiven { cadence, when, how, due } => with_promise(clocks, cadence, |one| {
            let (when, how) = (when.clone(), how.clone());
            one.given.push(Update { promised: one.next, when, how });
            one.next = *due;
            one.is_due = false;
        }),
        Record::UpdateDue { cadence } => with_promise(clocks, cadence, |one| one.is_due = true),
        Record::UpdatesEnded { cadence, reason } => {
            with_promise(clocks, cadence, |one| one.ended = Some(reason.clone()))
        }
        other => Err(format!("{} is folded nowhere", other.kind())),
    }
}

fn with_duty(
    clocks: &mut Clocks,
    id: &str,
    change: impl FnOnce(&mut DutyState),
) -> Result<(), Misfit> {
    let duty = clocks.duties.get_mut(id);
    duty.map(change).ok_or_else(|| format!("duty {id} was never decided on"))
}

fn with_promise(
    clocks: &mut Clocks,
    id: &str,
    change: impl FnOnce(&mut Promise),
) -> Result<(), Misfit> {
    let promise = clocks.promises.get_mut(id);
    promise.map(change).ok_or_else(|| format!("updates of {id} were never promised"))
}

/// The step is left out; one that is put off says until when.
pub(super) fn fold_skipped(state: &mut State, key: &StepKey, skip: Option<SkipKind>) {
    let clocks = Arc::make_mut(&mut state.clocks);
    clocks.returned.remove(key);
    if let Some(SkipKind::Deferred { until }) = skip {
        clocks.deferred.insert(key.clone(), until);
    }
}

/// It waits again, as if nobody had begun it; what was tried before stays known.
pub(super) fn fold_returned(state: &mut State, stamp: Stamp, key: &StepKey) -> Result<(), Misfit> {
    let clocks = Arc::make_mut(&mut state.clocks);
    if clocks.deferred.remove(key).is_none() {
        return Err(format!("{key} was not put off"));
    }
    clocks.returned.insert(key.clone(), stamp.at);
    with_step(state, key, |step| {
        step.progress = Progress::Planned;
        step.started_at = None;
        step.ended_at = None;
    })
}

/// Nobody waits for it any more.
pub(super) fn forget(state: &mut State, key: &StepKey) {
    let clocks = &state.clocks;
    if clocks.deferred.contains_key(key) || clocks.returned.contains_key(key) {
        let clocks = Arc::make_mut(&mut state.clocks);
        clocks.deferred.remove(key);
        clocks.returned.remove(key);
    }
}

pub(super) fn fold_elsewhere(
    state: &mut State,
    stamp: Stamp,
    done: &DoneElsewhere,
) -> Result<(), Misfit> {
    forget(state, &done.step);
    if let Progress::InDoubt { call } = state.progress(&done.step.name()) {
        call::set_aside(state, call);
    }
    let progress = call::after_effect(state, &done.step);
    with_step(state, &done.step, |step| {
        step.progress = progress;
        step.before = None;
        step.armed = None;
        step.started_at.get_or_insert(stamp.at);
        step.words = Some(done.reason.clone());
        step.elsewhere = Some(Box::new(done.clone()));
    })
}
