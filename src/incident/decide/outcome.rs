//! What came back from a call: known, in doubt, tried again, or left to a person.

use std::collections::BTreeMap;

use super::{Turn, call};
use crate::incident::effect::{CallOutcome, CallResult, Effect};
use crate::incident::id::CallId;
use crate::incident::permit::{may_repeat, repeat_of};
use crate::incident::record::{Record, Resolution, ScopeSource, Verdict};
use crate::incident::refusal::Refusal;
use crate::incident::state::{CallEnd, CallState};
use crate::playbook::{Repeat, Step};
use crate::text::Shown;

/// Attempts that are made without a person, the first included.
const ATTEMPTS: u32 = 5;
/// Full jitter: the n-th pause is random below `BASE * 2^n`, at most `CAP`. After the article on
/// exponential backoff and jitter in the AWS architecture blog.
const BASE_MS: u64 = 200;
const CAP_MS: u64 = 30_000;

pub(super) fn called(
    turn: &mut Turn,
    id: CallId,
    attempt: u32,
    result: &CallResult,
) -> Result<(), Refusal> {
    let call = call::find(turn, id)?;
    if call.end != CallEnd::InFlight || call.attempt != attempt {
        return Err(Refusal::Unexpected);
    }
    let retry = retry(turn, &call, result);
    let retry_within_ms = retry.map(|(_, at_most_ms)| at_most_ms);
    turn.push(ended(id, attempt, result, retry_within_ms));
    if let Some((at_least_ms, at_most_ms)) = retry {
        turn.effect(Effect::RetryLater { call: id, at_least_ms, at_most_ms });
    }
    if result.outcome == (CallOutcome::Known { verdict: Verdict::Succeeded }) {
        add_discovered(turn, &call, result);
        if call.was_in_doubt {
            let how = Resolution::Retry { attempt };
            turn.push(Record::CallResolved { call: id, took_effect: true, how });
        }
        call::took_hold(turn, &call)?;
    }
    Ok(())
}

fn ended(id: CallId, attempt: u32, result: &CallResult, retry_within_ms: Option<u64>) -> Record {
    let (why, answer) = (result.why.clone(), result.answer.clone());
    match result.outcome {
        CallOutcome::Known { verdict } => {
            let saved =
                if verdict == Verdict::Succeeded { result.saved.clone() } else { BTreeMap::new() };
            Record::CallAnswered { call: id, attempt, verdict, why, answer, saved, retry_within_ms }
        }
        CallOutcome::InDoubt => {
            Record::CallInDoubt { call: id, attempt, why, answer, retry_within_ms }
        }
    }
}

/// The bounds of the pause before another attempt, where one is harmless and worth it.
fn retry(turn: &Turn, call: &CallState, result: &CallResult) -> Option<(u64, u64)> {
    let step = turn.state.playbook.step(&call.step.id)?;
    let wanted = match result.outcome {
        CallOutcome::Known { verdict } => matches!(verdict, Verdict::NotDone | Verdict::NotSent),
        CallOutcome::InDoubt => true,
    } || lost_read(step, call, result);
    let repeatable =
        repeat_of(step, call.purpose)? != Repeat::Once && may_repeat(step, call, turn.now).is_ok();
    if !wanted || !repeatable || call.attempt >= ATTEMPTS {
        return None;
    }
    let at_least = result.retry_after_ms.unwrap_or(0);
    let jitter = BASE_MS.saturating_mul(1 << call.attempt.min(20)).min(CAP_MS);
    Some((at_least, at_least + jitter))
}

/// A read whose answer was lost, or is the server's own failure, failed without effect: it may be
/// tried again. A refusal (4xx) stays one.
fn lost_read(step: &Step, call: &CallState, result: &CallResult) -> bool {
    let status = result.answer.as_ref().and_then(|answer| answer.status);
    repeat_of(step, call.purpose) == Some(Repeat::Reads)
        && result.outcome == (CallOutcome::Known { verdict: Verdict::Failed })
        && status.is_none_or(|status| status >= 500)
}

fn add_discovered(turn: &mut Turn, call: &CallState, result: &CallResult) {
    let playbook = turn.state.playbook.clone();
    let Some(discover) = playbook.step(&call.step.id).and_then(|step| step.discover.as_ref())
    else {
        return;
    };
    for name in &result.discovered {
        let name = &Shown::new(name.one_line());
        let known = |name: &Shown| {
            turn.state
                .scope
                .iter()
                .any(|member| member.scope == discover.scope && member.name == *name)
        };
        if !name.is_blank() && !known(name) {
            turn.push(Record::ScopeAdded {
                scope: discover.scope.clone(),
                name: name.clone(),
                source: ScopeSource::Call { call: call.id },
            });
        }
    }
}
