//! What a record about a check or a guard makes of it, and of its step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Misfit, Stamp, with_step};
use crate::incident::id::{GuardId, StepKey};
use crate::incident::record::{CheckEnd, GuardChange, Record, Stage};
use crate::incident::state::{CheckState, CheckVerdict, GuardState, Progress, State};
use crate::text::Shown;

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::CheckStarted { check, step, index, stage, request } => {
            let started = CheckState {
                id: *check,
                step: step.clone(),
                index: *index,
                stage: *stage,
                title: title(state, &step.id, *index),
                request: request.clone(),
                started_at: stamp.at,
                end: None,
            };
            state.index.check(&started);
            state.checks.insert(*check, Arc::new(started));
            with_step(state, step, |step| {
                step.checks.push(*check);
                if *stage == Stage::Proof {
                    step.progress = Progress::Proving;
                }
            })
        }
        Record::CheckPassed(end) => fold_check_end(state, CheckVerdict::Passed, end),
        Record::CheckFailed(end) => fold_check_end(state, CheckVerdict::Failed, end),
        Record::CheckUnknown(end) => fold_check_end(state, CheckVerdict::Unknown, end),
        Record::GuardArmed { guard, step, index, request, every_ms, alarm_after } => {
            let armed = GuardState {
                id: *guard,
                step: step.clone(),
                index: *index,
                plan: state.playbook.clone(),
                request: request.clone(),
                every_ms: *every_ms,
                alarm_after: *alarm_after,
                verdict: CheckVerdict::Passed,
                since: stamp.at,
                last: None,
                ended: None,
            };
            state.index.guard(&armed);
            state.guards.insert(*guard, Arc::new(armed));
            with_step(state, step, |step| step.guards.push(*guard))
        }
        Record::GuardHolds(change) => fold_guard(state, stamp, CheckVerdict::Passed, change),
        Record::GuardBroken(change) => fold_guard(state, stamp, CheckVerdict::Failed, change),
        Record::GuardUnknown(change) => fold_guard(state, stamp, CheckVerdict::Unknown, change),
        Record::GuardEnded { guard, why } => {
            with_guard(state, *guard, |guard| guard.ended = Some(why.clone()))
        }
        other => Err(format!("{} is folded nowhere", other.kind())),
    }
}

fn title(state: &State, step: &str, index: usize) -> Shown {
    let check = state.playbook.step(step).and_then(|step| step.verify.get(index));
    check.map_or_else(Shown::default, |check| Shown::new(&check.title))
}

fn fold_check_end(state: &mut State, verdict: CheckVerdict, end: &CheckEnd) -> Result<(), Misfit> {
    let check = state
        .checks
        .get_mut(&end.check)
        .ok_or_else(|| format!("check {} ended, but never started", end.check))?;
    let check = Arc::make_mut(check);
    let again = check.end.replace((verdict, end.clone())).is_some();
    state.index.check(check);
    let (key, is_proof) = (check.step.clone(), check.stage == Stage::Proof);
    if is_proof && all_ended_not_all_passed(state, &key) {
        with_step(state, &key, |step| {
            if step.progress == Progress::Proving {
                step.progress = Progress::Unproven;
            }
        })?;
    }
    if again { Err(format!("check {} ended twice", end.check)) } else { Ok(()) }
}

fn all_ended_not_all_passed(state: &State, key: &StepKey) -> bool {
    let latest: BTreeMap<_, _> = state.latest_checks(&key.name(), Stage::Proof);
    latest.values().all(|check| check.end.is_some()) && !latest.values().all(|check| check.passed())
}

fn fold_guard(
    state: &mut State,
    stamp: Stamp,
    verdict: CheckVerdict,
    change: &GuardChange,
) -> Result<(), Misfit> {
    with_guard(state, change.guard, |guard| {
        if guard.verdict != verdict {
            guard.since = stamp.at;
        }
        guard.verdict = verdict;
        guard.last = Some(change.clone());
    })
}

fn with_guard(
    state: &mut State,
    id: GuardId,
    change: impl FnOnce(&mut GuardState),
) -> Result<(), Misfit> {
    let guard = state.guards.get_mut(&id).ok_or_else(|| format!("guard {id} was never armed"))?;
    let guard = Arc::make_mut(guard);
    change(guard);
    state.index.guard(guard);
    Ok(())
}
