//! Proofs and guards: started, ended, and what their findings lead to.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Turn, call};
use crate::incident::effect::{CheckResult, Effect, Finding, Question};
use crate::incident::id::{CheckId, GuardId, StepKey};
use crate::incident::record::{CheckEnd, GuardChange, Purpose, Record, Resolution, Stage};
use crate::incident::refusal::Refusal;
use crate::incident::render;
use crate::incident::request::Request;
use crate::incident::state::{CheckState, CheckVerdict, GuardState, Progress};
use crate::playbook::{Check, Step};
use crate::text::Shown;

/// The state before is asked once, and must not keep a person waiting.
const BEFORE_WITHIN_MS: u64 = 10_000;

/// Starts every check of a step. One that cannot be rendered is recorded as unknown: it must not
/// pass for a proof, nor keep the others from being made.
pub(super) fn start_all(turn: &mut Turn, key: &StepKey, stage: Stage) -> Result<(), Refusal> {
    let playbook = turn.state.playbook.clone();
    let step = playbook.step(&key.id).ok_or(Refusal::Unexpected)?;
    for (index, check) in step.verify.iter().enumerate() {
        start(turn, key, step, (index, check), stage);
    }
    if stage == Stage::Proof {
        conclude(turn, key)?;
    }
    Ok(())
}

fn start(
    turn: &mut Turn,
    key: &StepKey,
    step: &Step,
    (index, check): (usize, &Check),
    stage: Stage,
) {
    let id = turn.next_check();
    let rendered = render::check_request(&turn.state, step, check, key);
    let (request, refusal) = match rendered {
        Ok(request) => (request, None),
        Err(refusal) => (unrendered(check, key), Some(refusal)),
    };
    turn.push(Record::CheckStarted {
        check: id,
        step: key.clone(),
        index,
        stage,
        request: request.clone(),
    });
    match refusal {
        None => {
            let question = question(turn, step, check, key, stage);
            turn.effect(Effect::Check { check: id, request, question });
        }
        Some(refusal) => turn.push(Record::CheckUnknown(CheckEnd {
            check: id,
            asked: 0,
            why: refusal.to_string().into(),
            answer: None,
        })),
    }
}

/// Stands in the record for a request that could not be rendered.
fn unrendered(check: &Check, key: &StepKey) -> Request {
    Request {
        backend: render::backend_name(&check.backend, key),
        method: check.method.clone(),
        url: check.path.source().to_owned(),
        headers: Vec::new(),
        body: None,
        auth: crate::playbook::Auth::None,
        via: check.via.clone(),
        timeout_ms: 0,
    }
}

fn question(turn: &Turn, step: &Step, check: &Check, key: &StepKey, stage: Stage) -> Question {
    let millis =
        |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (times, within_ms) = match stage {
        Stage::Before => (1, BEFORE_WITHIN_MS.min(millis(check.within))),
        Stage::Proof | Stage::Doubt => (check.times, millis(check.within)),
    };
    Question {
        ok: check.ok.clone(),
        every_ms: millis(check.every),
        times,
        within_ms,
        once: stage == Stage::Before,
        values: render::values(&turn.state, step, key),
    }
}

/// A check came to its end.
pub(super) fn checked(turn: &mut Turn, id: CheckId, result: &CheckResult) -> Result<(), Refusal> {
    let check = turn.state.checks.get(&id).cloned().ok_or(Refusal::Unexpected)?;
    if check.end.is_some() {
        return Err(Refusal::Unexpected);
    }
    let end = CheckEnd {
        check: id,
        asked: result.asked,
        why: result.why.clone(),
        answer: result.answer.clone(),
    };
    turn.push(match result.finding {
        Finding::Passed => Record::CheckPassed(end),
        Finding::Failed => Record::CheckFailed(end),
        Finding::Unknown => Record::CheckUnknown(end),
    });
    if turn.state.key(&check.step.name()) != check.step {
        return Ok(());
    }
    match check.stage {
        Stage::Before => Ok(()),
        Stage::Proof => conclude(turn, &check.step),
        Stage::Doubt => settle_doubt(turn, &check),
    }
}

/// When the last proof of a step passed, the step is proven and its guards begin.
fn conclude(turn: &mut Turn, key: &StepKey) -> Result<(), Refusal> {
    if turn.state.progress(&key.name()) == Progress::Proving && all_passed(turn, key, Stage::Proof)
    {
        prove(turn, key)?;
    }
    Ok(())
}

/// A passed proof says that the call took effect; a failed one says nothing about a call that may
/// still arrive, so the doubt stays.
fn settle_doubt(turn: &mut Turn, check: &CheckState) -> Result<(), Refusal> {
    let key = &check.step;
    let Progress::InDoubt { call: id } = turn.state.progress(&key.name()) else { return Ok(()) };
    let purpose = call::find(turn, id)?.purpose;
    if purpose == Purpose::Act && all_passed(turn, key, Stage::Doubt) {
        let how = Resolution::Probe { check: check.id };
        turn.push(Record::CallResolved { call: id, took_effect: true, how });
        prove(turn, key)?;
    }
    Ok(())
}

fn all_passed(turn: &Turn, key: &StepKey, stage: Stage) -> bool {
    let latest = turn.state.latest_checks(&key.name(), stage);
    !latest.is_empty() && latest.values().all(|check| check.passed())
}

fn prove(turn: &mut Turn, key: &StepKey) -> Result<(), Refusal> {
    turn.push(Record::StepCompleted { step: key.clone(), proven: true, reason: None });
    let playbook = turn.state.playbook.clone();
    let step = playbook.step(&key.id).ok_or(Refusal::Unexpected)?;
    end_amended_guards(turn, key, step);
    for (index, check) in step.verify.iter().enumerate() {
        let guarded =
            turn.state.live_guards().any(|guard| guard.step == *key && guard.index == index);
        if let (Some(guard), false) = (&check.guard, guarded) {
            let every_ms = u64::try_from(guard.every.as_millis()).unwrap_or(u64::MAX);
            let id = turn.next_guard();
            turn.push(Record::GuardArmed {
                guard: id,
                step: key.clone(),
                index,
                request: render::check_request(&turn.state, step, check, key)?,
                every_ms,
                alarm_after: guard.alarm_after,
            });
            start_guard(turn, id, false)?;
        }
    }
    Ok(())
}

/// A guard that asks what is no longer the proof of its step makes room for one that does.
fn end_amended_guards(turn: &mut Turn, key: &StepKey, step: &Step) {
    let stale =
        |guard: &&GuardState| guard.step == *key && guard.check() != step.verify.get(guard.index);
    let ids: Vec<GuardId> = turn.state.live_guards().filter(stale).map(|guard| guard.id).collect();
    for guard in ids {
        turn.push(Record::GuardEnded { guard, why: Shown::new("the proof was amended") });
        turn.effect(Effect::StopGuard { guard });
    }
}

/// Sets a recorded guard going.
fn start_guard(turn: &mut Turn, id: GuardId, at_once: bool) -> Result<(), Refusal> {
    let guard = turn.state.guards.get(&id).cloned().ok_or(Refusal::Unexpected)?;
    let step = guard.plan.step(&guard.step.id).ok_or(Refusal::Unexpected)?;
    let check = guard.check().ok_or(Refusal::Unexpected)?;
    let mut question = question(turn, step, check, &guard.step, Stage::Proof);
    question.every_ms = guard.every_ms;
    turn.effect(Effect::Guard {
        guard: id,
        request: guard.request.clone(),
        question,
        alarm_after: guard.alarm_after,
        at_once,
    });
    Ok(())
}

/// A guard found something else than before, or its summary fell due.
pub(super) fn guarded(
    turn: &mut Turn,
    id: GuardId,
    result: &CheckResult,
    silent_ms: Option<u64>,
) -> Result<(), Refusal> {
    let guard = turn.state.guards.get(&id).ok_or(Refusal::Unexpected)?;
    if guard.ended.is_some() {
        return Err(Refusal::Unexpected);
    }
    turn.push(change(id, result, silent_ms));
    Ok(())
}

fn change(guard: GuardId, result: &CheckResult, silent_ms: Option<u64>) -> Record {
    let change = GuardChange {
        guard,
        asked: result.asked,
        silent_ms,
        why: result.why.clone(),
        answer: result.answer.clone(),
    };
    match result.finding {
        Finding::Passed => Record::GuardHolds(change),
        Finding::Failed => Record::GuardBroken(change),
        Finding::Unknown => Record::GuardUnknown(change),
    }
}

/// Ends the guards of one step, or of all.
pub(super) fn end_guards(turn: &mut Turn, key: Option<&StepKey>, why: &str) {
    let ids: Vec<GuardId> = turn
        .state
        .live_guards()
        .filter(|guard| key.is_none_or(|key| guard.step == *key))
        .map(|guard| guard.id)
        .collect();
    for guard in ids {
        turn.push(Record::GuardEnded { guard, why: Shown::new(why) });
        turn.effect(Effect::StopGuard { guard });
    }
}

/// Ends the checks of a step that are still being made; nothing was found.
pub(super) fn stop_running(turn: &mut Turn, key: &StepKey, why: &str) {
    for check in running(turn).into_iter().filter(|check| check.step == *key) {
        turn.push(Record::CheckUnknown(CheckEnd {
            check: check.id,
            asked: 0,
            why: Shown::new(why),
            answer: None,
        }));
        turn.effect(Effect::StopCheck { check: check.id });
    }
}

fn running(turn: &Turn) -> Vec<Arc<CheckState>> {
    turn.state.running_checks().cloned().collect()
}

/// After a pause: checks that were under way are made from the start (they only read), and guards
/// are unknown until they have been asked again, which happens at once.
pub(super) fn resume(turn: &mut Turn, left_at: Option<DateTime<Utc>>) -> Result<(), Refusal> {
    let playbook = turn.state.playbook.clone();
    for check in running(turn) {
        let step = playbook.step(&check.step.id);
        let definition = step.and_then(|step| Some((step, step.verify.get(check.index)?)));
        let (step, definition) = definition.ok_or(Refusal::Unexpected)?;
        let question = question(turn, step, definition, &check.step, check.stage);
        let request = check.request.clone();
        turn.effect(Effect::Check { check: check.id, request, question });
    }
    let guards: Vec<GuardState> = turn.state.live_guards().cloned().collect();
    // By the wall clock, since the machine may have been started anew.
    let silence = left_at.map(|left| turn.now.at - left);
    let silent_ms = silence.and_then(|silence| u64::try_from(silence.num_milliseconds()).ok());
    for guard in guards {
        if guard.verdict != CheckVerdict::Unknown {
            let why = Shown::new("nobody asked while stanch was not running");
            turn.push(Record::GuardUnknown(GuardChange {
                guard: guard.id,
                asked: 0,
                silent_ms,
                why,
                answer: None,
            }));
        }
        start_guard(turn, guard.id, true)?;
    }
    Ok(())
}
