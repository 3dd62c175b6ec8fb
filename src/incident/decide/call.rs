//! Requesting a call, requesting it again, and what follows when its effect is known.

use std::sync::Arc;

use super::{Turn, check};
use crate::incident::effect::{Effect, Judge};
use crate::incident::id::{CallId, StepKey};
use crate::incident::permit::may_repeat;
use crate::incident::record::{Purpose, Record, Resolution, Stage};
use crate::incident::refusal::Refusal;
use crate::incident::render;
use crate::incident::request::Request;
use crate::incident::state::{CallEnd, CallState};
use crate::playbook::Repeat;

/// The first attempt.
pub(super) fn request(
    turn: &mut Turn,
    step: StepKey,
    purpose: Purpose,
    request: Request,
) -> Result<(), Refusal> {
    let call = turn.next_call();
    let hash = request.hash();
    turn.push(Record::CallRequested { call, step, purpose, attempt: 1, request, hash });
    send(turn, call)
}

/// Another attempt of the recorded request.
pub(super) fn again(turn: &mut Turn, id: CallId) -> Result<(), Refusal> {
    let call = find(turn, id)?;
    turn.push(Record::CallRequested {
        call: id,
        step: call.step.clone(),
        purpose: call.purpose,
        attempt: call.attempt + 1,
        request: call.request.clone(),
        hash: call.hash.clone(),
    });
    send(turn, id)
}

/// The pause before a retry is over; a key may have died meanwhile.
pub(super) fn retry_due(turn: &mut Turn, id: CallId) -> Result<(), Refusal> {
    let call = find(turn, id)?;
    if !matches!(call.end, CallEnd::Waiting { .. }) {
        return Err(Refusal::Unexpected);
    }
    let playbook = turn.state.playbook.clone();
    let step = playbook.step(&call.step.id).ok_or(Refusal::Unexpected)?;
    if call.was_in_doubt && may_repeat(step, &call, turn.now).is_err() {
        turn.push(Record::RetryStopped { call: id });
        return Ok(());
    }
    again(turn, id)
}

fn send(turn: &mut Turn, id: CallId) -> Result<(), Refusal> {
    let call = find(turn, id)?;
    let judge = judge(turn, &call)?;
    turn.effect(Effect::Send {
        call: id,
        attempt: call.attempt,
        request: call.request.clone(),
        judge,
    });
    Ok(())
}

fn judge(turn: &Turn, call: &CallState) -> Result<Judge, Refusal> {
    let step = turn.state.playbook.step(&call.step.id).ok_or(Refusal::Unexpected)?;
    let what = render::call_of(step, call.purpose).ok_or(Refusal::Unexpected)?;
    let discover = step.discover.as_ref().filter(|_| call.purpose == Purpose::Act);
    Ok(Judge {
        ok: what.ok.clone(),
        not_done: what.not_done.clone(),
        save: what.save.clone(),
        discover: discover.map(|discover| discover.items.clone()),
        reads: what.repeat == Repeat::Reads,
        keep_body: what.keep_body,
        values: render::values(&turn.state, step, &call.step),
    })
}

/// A call whose end came later than its answer: by probe, or by a person's word.
pub(super) fn resolved(
    turn: &mut Turn,
    id: CallId,
    took_effect: bool,
    how: Resolution,
) -> Result<(), Refusal> {
    let call = find(turn, id)?;
    turn.push(Record::CallResolved { call: id, took_effect, how });
    if took_effect { took_hold(turn, &call) } else { Ok(()) }
}

/// What follows an effect: the proof, or the end of what was undone.
pub(super) fn took_hold(turn: &mut Turn, call: &CallState) -> Result<(), Refusal> {
    let key = &call.step;
    match call.purpose {
        Purpose::Undo => {
            check::end_guards(turn, Some(key), "the step was undone");
            turn.push(Record::StepUndone { step: key.clone() });
            Ok(())
        }
        Purpose::Act => prove_or_complete(turn, key),
    }
}

/// What is done is proven by our own asking, where it can be.
pub(super) fn prove_or_complete(turn: &mut Turn, key: &StepKey) -> Result<(), Refusal> {
    let step = turn.state.playbook.step(&key.id).ok_or(Refusal::Unexpected)?;
    if step.stays_unproven() {
        Ok(())
    } else if step.verify.is_empty() {
        let step = key.clone();
        turn.push(Record::StepCompleted { step, proven: false, reason: None });
        Ok(())
    } else {
        check::start_all(turn, key, Stage::Proof)
    }
}

pub(super) fn find(turn: &Turn, id: CallId) -> Result<Arc<CallState>, Refusal> {
    turn.state.calls.get(&id).cloned().ok_or(Refusal::Unexpected)
}
