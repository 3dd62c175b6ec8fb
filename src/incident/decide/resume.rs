//! Taking up a record: whatever was under way is told as it is. Nothing that changes a live system
//! is sent here.

use std::sync::Arc;

use super::{Turn, call, check, clock};
use crate::incident::effect::Effect;
use crate::incident::permit::repeat_of;
use crate::incident::record::{Disarm, Purpose, Record, Stage, Verdict};
use crate::incident::refusal::Refusal;
use crate::incident::state::{CallEnd, CallState, Instance, Progress};
use crate::playbook::Repeat;
use crate::text::Shown;

pub(super) fn resume(turn: &mut Turn, boot: &str, version: &str) -> Result<(), Refusal> {
    if let Some(why) = &turn.state.read_only {
        return Err(Refusal::ReadOnly(why.clone()));
    }
    if turn.state.opened.is_none() {
        return Err(Refusal::NotOpen);
    }
    if let Some(to) = &turn.state.moved {
        return Err(Refusal::Moved(to.clone()));
    }
    if turn.state.closed.is_some() {
        return Err(Refusal::Closed);
    }
    let left_at = turn.state.last_at;
    turn.push(Record::Resumed { boot: boot.to_owned(), version: version.to_owned() });
    for instance in instances(turn) {
        if instance.progress == Progress::Armed {
            turn.push(Record::StepDisarmed { step: instance.key.clone(), why: Disarm::Resumed });
        }
    }
    for call in under_way(turn) {
        match call.end {
            CallEnd::InFlight => lost(turn, &call),
            CallEnd::Waiting { .. } => turn.push(Record::RetryStopped { call: call.id }),
            _ => {}
        }
    }
    clock::overdue(turn);
    admitted(turn);
    check::resume(turn, left_at)?;
    for instance in instances(turn) {
        finish(turn, &instance)?;
    }
    Ok(())
}

/// The network forgets whom it may reach; the record does not.
fn admitted(turn: &mut Turn) {
    let scope = turn.state.scope.clone();
    for member in scope.iter() {
        if let Some(admission) = &member.admitted {
            let (url, secrets) = (admission.url.clone(), admission.secrets);
            turn.effect(Effect::Admit { backend: member.backend(), url, secrets });
        }
    }
}

fn instances(turn: &Turn) -> Vec<Arc<Instance>> {
    turn.state.steps.values().cloned().collect()
}

fn under_way(turn: &Turn) -> Vec<Arc<CallState>> {
    turn.state.calls_under_way().cloned().collect()
}

/// Its request may have left, and its answer is lost.
fn lost(turn: &mut Turn, call: &CallState) {
    let why = Shown::new("stanch stopped before an answer was recorded");
    let reads =
        turn.state.playbook.step(&call.step.id).and_then(|step| repeat_of(step, call.purpose))
            == Some(Repeat::Reads);
    let (call, attempt) = (call.id, call.attempt);
    turn.push(if reads {
        Record::CallAnswered {
            call,
            attempt,
            verdict: Verdict::Failed,
            why,
            answer: None,
            saved: std::collections::BTreeMap::new(),
            retry_within_ms: None,
        }
    } else {
        Record::CallInDoubt { call, attempt, why, answer: None, retry_within_ms: None }
    });
}

/// A torn tail may have kept an answer and lost what follows from it: that is decided now.
fn finish(turn: &mut Turn, instance: &Instance) -> Result<(), Refusal> {
    if instance.elsewhere.is_some() {
        let proofs = turn.state.latest_checks(&instance.key.name(), Stage::Proof);
        let undecided = turn.state.progress(&instance.key.name()) == Progress::Proving
            && proofs.values().all(|check| check.end.is_some());
        let key = &instance.key;
        return if undecided { call::prove_or_complete(turn, key) } else { Ok(()) };
    }
    let Some(call) = instance.calls.last().and_then(|id| turn.state.calls.get(id)).cloned() else {
        return Ok(());
    };
    let took_effect = matches!(
        call.end,
        CallEnd::Known(Verdict::Succeeded) | CallEnd::Resolved { took_effect: true }
    );
    let progress = turn.state.progress(&instance.key.name());
    let undecided = match call.purpose {
        Purpose::Undo => matches!(progress, Progress::Running { .. }),
        Purpose::Act => {
            let proofs = turn.state.latest_checks(&instance.key.name(), Stage::Proof);
            progress == Progress::Proving && proofs.values().all(|check| check.end.is_some())
        }
    };
    if took_effect && undecided { call::took_hold(turn, &call) } else { Ok(()) }
}
