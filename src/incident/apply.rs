//! The only thing that changes a state. Total: a record that does not fit is counted as an anomaly
//! and shown; nothing is evaluated here, and nothing can fail.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::id::{CallId, GuardId, Seq, StepKey};
use super::record::{
    Armed, CheckEnd, Disarm, GuardChange, Opened, Purpose, Record, Resolution, Stage, Verdict,
};
use super::request::{Answer, Request};
use super::state::{
    Anomaly, CallEnd, CallState, CheckState, CheckVerdict, GuardState, Instance, Member, Progress,
    State,
};
use crate::playbook::Task;
use crate::text::Shown;

/// What the envelope of a record says that the state needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub seq: Seq,
    pub at: DateTime<Utc>,
    /// Boot clock, microseconds.
    pub up: u64,
}

/// Folds one record into the state.
pub fn apply(state: &mut State, stamp: Stamp, record: &Record) {
    state.seq = Some(stamp.seq);
    state.last_at = Some(stamp.at);
    state.last_up = Some(stamp.up);
    if let Err(what) = fold(state, stamp, record) {
        state.anomalies.push(Anomaly { seq: stamp.seq, what: what.into() });
    }
}

/// Why a record does not fit the state that it met.
type Misfit = String;

fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::Opened(opened) => fold_opened(state, stamp, opened),
        Record::Resumed { boot, .. } => {
            state.boot.clone_from(boot);
            Ok(())
        }
        Record::Closed { reason } => {
            state.closed = Some(reason.clone());
            Ok(())
        }
        Record::InputSet { name, value } => {
            state.inputs.insert(name.clone(), value.as_str().to_owned());
            Ok(())
        }
        Record::ScopeAdded { scope, name, source } => {
            Arc::make_mut(&mut state.scope).push(Member {
                scope: scope.clone(),
                name: name.clone(),
                source: source.clone(),
                at: stamp.at,
            });
            Ok(())
        }
        Record::Noted { .. } => {
            state.notes += 1;
            Ok(())
        }
        Record::Withheld { blob, .. } => {
            state.withheld.insert(blob.clone());
            Ok(())
        }
        Record::Recovered { .. }
        | Record::Continued { .. }
        | Record::ClockStepped { .. }
        | Record::Exported { .. } => Ok(()),
        step => fold_step(state, stamp, step),
    }
}

fn fold_step(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::StepApplies { step, applies } => {
            if *applies {
                state.not_applicable.remove(&step.id);
            } else {
                state.not_applicable.insert(step.id.clone());
            }
            Ok(())
        }
        Record::StepArmed(armed) => fold_armed(state, armed),
        Record::StepDisarmed { step, why } => fold_disarmed(state, step, *why),
        Record::StepStarted { step, .. } => with_step(state, step, |step| {
            step.started_at.get_or_insert(stamp.at);
        }),
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
        Record::StepSkipped { step, reason } => {
            end_step(state, step, stamp, Progress::Skipped, Some(reason))
        }
        Record::StepReopened { step, reason } => fold_reopened(state, step, reason),
        Record::StepUndone { step } => end_step(state, step, stamp, Progress::Undone, None),
        call => fold_call(state, stamp, call),
    }
}

fn fold_call(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::CallRequested { call, step, purpose, attempt, request, hash } => {
            let about = Requested { call: *call, step, purpose: *purpose, request, hash };
            fold_requested(state, stamp, &about, *attempt)
        }
        Record::CallAnswered { call, attempt, verdict, why, answer, saved, retry_within_ms } => {
            Arc::make_mut(&mut state.saved)
                .extend(saved.iter().map(|(name, value)| (name.as_str().into(), value.clone())));
            let end = Ended { attempt: *attempt, why, answer: answer.as_ref() };
            fold_answered(state, *call, &end, Some(*verdict), *retry_within_ms)
        }
        Record::CallInDoubt { call, attempt, why, answer, retry_within_ms } => {
            let end = Ended { attempt: *attempt, why, answer: answer.as_ref() };
            fold_answered(state, *call, &end, None, *retry_within_ms)
        }
        Record::CallResolved { call, took_effect, how } => {
            fold_resolved(state, stamp, *call, *took_effect, how)
        }
        Record::RetryStopped { call } => fold_retry_stopped(state, *call),
        check => fold_check(state, stamp, check),
    }
}

fn fold_check(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::CheckStarted { check, step, index, stage, request } => {
            Arc::make_mut(&mut state.checks).insert(
                *check,
                Arc::new(CheckState {
                    id: *check,
                    step: step.clone(),
                    index: *index,
                    stage: *stage,
                    request: request.clone(),
                    started_at: stamp.at,
                    end: None,
                }),
            );
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
            Arc::make_mut(&mut state.guards).insert(
                *guard,
                Arc::new(GuardState {
                    id: *guard,
                    step: step.clone(),
                    index: *index,
                    request: request.clone(),
                    every_ms: *every_ms,
                    alarm_after: *alarm_after,
                    verdict: CheckVerdict::Passed,
                    since: stamp.at,
                    last: None,
                    ended: None,
                }),
            );
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

fn fold_opened(state: &mut State, stamp: Stamp, opened: &Opened) -> Result<(), Misfit> {
    if state.opened.is_some() {
        return Err("the incident was opened a second time".to_owned());
    }
    state.inputs = opened.inputs.clone();
    state.boot.clone_from(&opened.boot);
    state.opened_at = Some(stamp.at);
    state.opened = Some(Arc::new(opened.clone()));
    Ok(())
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
    let expected = state.key(&key.id).epoch + 1;
    let fits = key.epoch == expected;
    let mut instance = Instance::new(key.clone());
    instance.words = Some(reason.clone());
    Arc::make_mut(&mut state.steps).insert(key.id.as_str().into(), Arc::new(instance));
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
        Task::Call(_) => None,
    });
    if let Some(name) = name {
        Arc::make_mut(&mut state.saved).insert(name.into(), words.as_str().into());
    }
}

struct Requested<'a> {
    call: CallId,
    step: &'a StepKey,
    purpose: Purpose,
    request: &'a Request,
    hash: &'a str,
}

fn fold_requested(
    state: &mut State,
    stamp: Stamp,
    about: &Requested<'_>,
    attempt: u32,
) -> Result<(), Misfit> {
    let id = about.call;
    if let Some(call) = Arc::make_mut(&mut state.calls).get_mut(&id) {
        let call = Arc::make_mut(call);
        call.attempt = attempt;
        call.requested_at = stamp.at;
        call.end = CallEnd::InFlight;
    } else {
        let call = CallState {
            id,
            step: about.step.clone(),
            purpose: about.purpose,
            request: about.request.clone(),
            hash: about.hash.to_owned(),
            attempt,
            requested_at: stamp.at,
            first_requested_at: stamp.at,
            was_in_doubt: false,
            end: CallEnd::InFlight,
            answer: None,
            why: Shown::default(),
        };
        Arc::make_mut(&mut state.calls).insert(id, Arc::new(call));
    }
    with_step(state, about.step, |step| {
        if step.calls.last() != Some(&id) {
            step.calls.push(id);
        }
        if step.progress == Progress::Armed {
            step.armed = None;
        } else if about.purpose == Purpose::Act && step.before.is_none() {
            step.before = Some(Box::new(Progress::Planned));
        }
        step.progress = Progress::Running { call: id };
    })
}

struct Ended<'a> {
    attempt: u32,
    why: &'a Shown,
    answer: Option<&'a Answer>,
}

/// The end of one attempt; no verdict: in doubt. A doubt of an earlier attempt outlives every later
/// end but success: the first request may have taken effect, or may still.
fn fold_answered(
    state: &mut State,
    id: CallId,
    ended: &Ended<'_>,
    verdict: Option<Verdict>,
    retry_within_ms: Option<u64>,
) -> Result<(), Misfit> {
    let call = find_call(state, id)?;
    let expected = call.attempt == ended.attempt && call.end == CallEnd::InFlight;
    call.was_in_doubt |= verdict.is_none();
    call.end = match (verdict, retry_within_ms) {
        (_, Some(within_ms)) => CallEnd::Waiting { within_ms },
        (Some(Verdict::Succeeded), None) => CallEnd::Known(Verdict::Succeeded),
        (Some(verdict), None) if !call.was_in_doubt => CallEnd::Known(verdict),
        _ => CallEnd::InDoubt,
    };
    call.answer = ended.answer.cloned();
    call.why = ended.why.clone();
    let (key, purpose, end) = (call.step.clone(), call.purpose, call.end);
    with_step(state, &key, |step| {
        step.progress = match (end, purpose) {
            (CallEnd::Waiting { .. }, _) => Progress::Retrying { call: id },
            (CallEnd::InDoubt, _) => Progress::InDoubt { call: id },
            (CallEnd::Known(Verdict::Succeeded), Purpose::Act) => Progress::Proving,
            (CallEnd::Known(Verdict::Succeeded), Purpose::Undo) => step.progress,
            (_, Purpose::Act) => Progress::Failed { call: id },
            (_, Purpose::Undo) => step.took_back(),
        };
    })?;
    if expected {
        Ok(())
    } else {
        Err(format!(
            "call {id} was answered for attempt {}, which was not under way",
            ended.attempt
        ))
    }
}

fn fold_resolved(
    state: &mut State,
    stamp: Stamp,
    id: CallId,
    took_effect: bool,
    _how: &Resolution,
) -> Result<(), Misfit> {
    let call = find_call(state, id)?;
    call.end = CallEnd::Resolved { took_effect };
    let (key, purpose) = (call.step.clone(), call.purpose);
    with_step(state, &key, |step| {
        step.progress = match (purpose, took_effect) {
            (Purpose::Act, true) => Progress::Proving,
            (Purpose::Act, false) => Progress::Failed { call: id },
            (Purpose::Undo, true) => Progress::Undone,
            (Purpose::Undo, false) => step.took_back(),
        };
        if step.progress == Progress::Undone {
            step.ended_at = Some(stamp.at);
        }
    })
}

fn fold_retry_stopped(state: &mut State, id: CallId) -> Result<(), Misfit> {
    let call = find_call(state, id)?;
    call.end = if call.was_in_doubt { CallEnd::InDoubt } else { CallEnd::Known(Verdict::NotDone) };
    let (key, purpose, doubt) = (call.step.clone(), call.purpose, call.was_in_doubt);
    with_step(state, &key, |step| {
        step.progress = match (doubt, purpose) {
            (true, _) => Progress::InDoubt { call: id },
            (false, Purpose::Act) => Progress::Failed { call: id },
            (false, Purpose::Undo) => step.took_back(),
        };
    })
}

fn fold_check_end(state: &mut State, verdict: CheckVerdict, end: &CheckEnd) -> Result<(), Misfit> {
    let check = Arc::make_mut(&mut state.checks)
        .get_mut(&end.check)
        .ok_or_else(|| format!("check {} ended, but never started", end.check))?;
    let check = Arc::make_mut(check);
    let again = check.end.replace((verdict, end.clone())).is_some();
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
    let latest: BTreeMap<_, _> = state.latest_checks(&key.id, Stage::Proof);
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

fn find_call(state: &mut State, id: CallId) -> Result<&mut CallState, Misfit> {
    Arc::make_mut(&mut state.calls)
        .get_mut(&id)
        .map(Arc::make_mut)
        .ok_or_else(|| format!("call {id} was never requested"))
}

fn with_guard(
    state: &mut State,
    id: GuardId,
    change: impl FnOnce(&mut GuardState),
) -> Result<(), Misfit> {
    let guard = Arc::make_mut(&mut state.guards)
        .get_mut(&id)
        .ok_or_else(|| format!("guard {id} was never armed"))?;
    change(Arc::make_mut(guard));
    Ok(())
}

/// Changes the current instance of a step, made on its first record.
fn with_step(
    state: &mut State,
    key: &StepKey,
    change: impl FnOnce(&mut Instance),
) -> Result<(), Misfit> {
    if state.playbook.step(&key.id).is_none() {
        return Err(format!("{key} is not a step of the playbook"));
    }
    let instance = Arc::make_mut(&mut state.steps)
        .entry(key.id.as_str().into())
        .or_insert_with(|| Arc::new(Instance::new(StepKey::first(key.id.clone()))));
    if instance.key != *key {
        return Err(format!("{key} is not the current turn of the step, {} is", instance.key));
    }
    change(Arc::make_mut(instance));
    Ok(())
}

/// Folds a record of a kind that this version does not know: what it means for the state cannot be
/// told, so from here on nothing may be written.
pub fn apply_unknown(state: &mut State, stamp: Stamp, kind: &str) {
    state.seq = Some(stamp.seq);
    state.last_at = Some(stamp.at);
    state.last_up = Some(stamp.up);
    let kind = Shown::new(kind);
    state.read_only = Some(Shown::new(format!(
        "record {} is of the kind \u{201c}{kind}\u{201d}, which this version of stanch does not \
         know; open it with a newer one",
        stamp.seq
    )));
}
