//! What a record about a call makes of it, and of its step.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Misfit, Stamp, check, saved_name, with_step};
use crate::incident::id::{CallId, StepKey};
use crate::incident::record::{Purpose, Record, Resolution, Verdict};
use crate::incident::request::{Answer, Request};
use crate::incident::state::{CallEnd, CallState, Progress, State};
use crate::text::Shown;

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::CallRequested { call, step, purpose, attempt, request, hash } => {
            let about = Requested { call: *call, step, purpose: *purpose, request, hash };
            fold_requested(state, stamp, &about, *attempt)
        }
        Record::CallAnswered { call, attempt, verdict, why, answer, saved, retry_within_ms } => {
            save(state, *call, saved);
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
        other => check::fold(state, stamp, other),
    }
}

/// For the member that the call was made for, if for one.
fn save(state: &mut State, call: CallId, saved: &BTreeMap<String, Value>) {
    let Some(key) = state.calls.get(&call).map(|call| call.step.clone()) else { return };
    for (name, value) in saved {
        let name = saved_name(name, &key);
        state.saved.insert(name.as_ref().into(), Arc::new(value.clone()));
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
    if let Some(call) = state.calls.get_mut(&id) {
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
        state.calls.insert(id, Arc::new(call));
    }
    index(state, id);
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
    index(state, id);
    let took_hold = after_effect(state, &key);
    with_step(state, &key, |step| {
        step.progress = match (end, purpose) {
            (CallEnd::Waiting { .. }, _) => Progress::Retrying { call: id },
            (CallEnd::InDoubt, _) => Progress::InDoubt { call: id },
            (CallEnd::Known(Verdict::Succeeded), Purpose::Act) => took_hold,
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

/// Where a step is when its call took effect: what nothing can prove is not proven.
pub(super) fn after_effect(state: &State, key: &StepKey) -> Progress {
    match state.playbook.step(&key.id) {
        Some(step) if step.stays_unproven() => Progress::Unproven,
        _ => Progress::Proving,
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
    index(state, id);
    let took_hold = after_effect(state, &key);
    with_step(state, &key, |step| {
        step.progress = match (purpose, took_effect) {
            (Purpose::Act, true) => took_hold,
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
    index(state, id);
    with_step(state, &key, |step| {
        step.progress = match (doubt, purpose) {
            (true, _) => Progress::InDoubt { call: id },
            (false, Purpose::Act) => Progress::Failed { call: id },
            (false, Purpose::Undo) => step.took_back(),
        };
    })
}

/// Whether a call in doubt took effect matters no more.
pub(super) fn set_aside(state: &mut State, id: CallId) {
    if let Ok(call) = find_call(state, id) {
        call.end = CallEnd::SetAside;
        index(state, id);
    }
}

/// The body is gone from every call that kept it.
pub(super) fn fold_withheld(state: &mut State, blob: &str) {
    state.withheld.insert(blob.to_owned());
    let has = |call: &CallState| {
        call.answer.as_ref().is_some_and(|answer| answer.sha256.as_deref() == Some(blob))
    };
    let ids: Vec<CallId> =
        state.kept_calls().filter(|call| has(call)).map(|call| call.id).collect();
    for id in ids {
        index(state, id);
    }
}

/// What the call's end means for what is unsettled.
fn index(state: &mut State, id: CallId) {
    let Some(call) = state.calls.get(&id) else { return };
    let body = call.answer.as_ref().and_then(|answer| answer.sha256.as_ref());
    let withheld = body.is_some_and(|body| state.withheld.contains(body));
    state.index.call(call, withheld);
}

fn find_call(state: &mut State, id: CallId) -> Result<&mut CallState, Misfit> {
    state
        .calls
        .get_mut(&id)
        .map(Arc::make_mut)
        .ok_or_else(|| format!("call {id} was never requested"))
}
