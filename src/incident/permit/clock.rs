//! What may be done with severity, duties, promised updates, and what was done elsewhere.

use super::asked::Asked;
use super::{nearest, reasoned, whole, written};
use crate::incident::clocks::{DutyState, Promise};
use crate::incident::input::{Now, SkipAs};
use crate::incident::record::{Occurred, Purpose};
use crate::incident::refusal::Refusal;
use crate::incident::reminder::{LONGEST_REMINDER, When};
use crate::incident::severity::Severity;
use crate::incident::state::{Progress, State};
use crate::playbook::{Cadence, Duty, Task};
use crate::text::Shown;

pub(super) fn declare(
    state: &State,
    occurred: Option<&Occurred>,
    reason: &Shown,
    now: Now,
) -> Result<(), Refusal> {
    if state.clocks.declared.is_some() {
        return Err(Refusal::AlreadyDeclared);
    }
    aware(occurred, reason, now)
}

pub(super) fn severity(state: &State, severity: Severity, reason: &Shown) -> Result<(), Refusal> {
    let declared = state.clocks.declared.as_ref().ok_or(Refusal::NotDeclared)?;
    if declared.severity == severity {
        return Err(Refusal::SameSeverity(severity.word()));
    }
    reasoned(reason)
}

pub(super) fn aware(occurred: Option<&Occurred>, reason: &Shown, now: Now) -> Result<(), Refusal> {
    whole::in_the_past(occurred, now)?;
    reasoned(reason)
}

pub(super) fn decide(
    state: &State,
    id: &str,
    on: bool,
    starts: Option<&Occurred>,
    reason: &Shown,
    now: Now,
) -> Result<(), Refusal> {
    let duty = duty(state, id)?;
    if on && starts.is_none() {
        return Err(Refusal::NeedsStart(duty.starts.clone()));
    }
    aware(starts, reason, now)
}

pub(super) fn met(
    state: &State,
    id: &str,
    occurred: Option<&Occurred>,
    how: &Shown,
    now: Now,
) -> Result<(), Refusal> {
    duty(state, id)?;
    match state.clocks.duties.get(id) {
        None => return Err(Refusal::DutyUndecided),
        Some(DutyState { on: false, .. }) => return Err(Refusal::DutyIsOff),
        Some(DutyState { met: Some(_), .. }) => return Err(Refusal::DutyIsMet),
        Some(_) => {}
    }
    whole::in_the_past(occurred, now)?;
    written(how)
}

pub(super) fn give(
    state: &State,
    id: &str,
    occurred: Option<&Occurred>,
    how: &Shown,
    next: Option<When>,
    now: Now,
) -> Result<(), Refusal> {
    promise(state, id)?;
    whole::in_the_past(occurred, now)?;
    written(how)?;
    next.map_or(Ok(()), |next| ahead(next, now))
}

pub(super) fn end(state: &State, id: &str, reason: &Shown) -> Result<(), Refusal> {
    promise(state, id)?;
    reasoned(reason)
}

/// As what a step may be left out; whether it may be is asked elsewhere.
pub(super) fn skip_as(skip: Option<SkipAs>, now: Now) -> Result<(), Refusal> {
    match skip {
        Some(SkipAs::Deferred { until }) => ahead(until, now),
        _ => Ok(()),
    }
}

/// It is a fact, not an act: no order and no condition stands against it.
pub(super) fn elsewhere(
    asked: &Asked<'_>,
    (who, place): (&Shown, &Shown),
    occurred: Option<&Occurred>,
    evidence: Option<&Shown>,
    reason: &Shown,
    now: Now,
) -> Result<(), Refusal> {
    if !matches!(asked.step.task, Task::Call(_)) {
        return Err(Refusal::WrongTask("a call"));
    }
    let undoing = match asked.progress {
        Progress::Planned | Progress::Failed { .. } => false,
        Progress::Armed => asked.armed()?.purpose == Purpose::Undo,
        Progress::InDoubt { .. } => asked.call().is_none_or(|call| call.purpose == Purpose::Undo),
        _ => return Err(asked.wrong()),
    };
    if undoing {
        return Err(asked.wrong());
    }
    if asked.checking() {
        return Err(Refusal::AlreadyChecking);
    }
    whole::in_the_past(occurred, now)?;
    written(who)?;
    written(place)?;
    evidence.map_or(Ok(()), written)?;
    reasoned(reason)
}

fn ahead(when: When, now: Now) -> Result<(), Refusal> {
    let due = when.due(now.at).ok_or(Refusal::TooFar)?;
    if due <= now.at {
        return Err(Refusal::NotAhead);
    }
    if due - now.at > LONGEST_REMINDER { Err(Refusal::TooFar) } else { Ok(()) }
}

pub(in crate::incident) fn duty<'a>(state: &'a State, id: &str) -> Result<&'a Duty, Refusal> {
    state.playbook.duty(id).ok_or_else(|| Refusal::UnknownDuty {
        id: Shown::new(id).to_string(),
        nearest: nearest(id, state.playbook.duties.iter().map(|duty| duty.id.as_str())),
    })
}

pub(in crate::incident) fn cadence<'a>(state: &'a State, id: &str) -> Result<&'a Cadence, Refusal> {
    state.playbook.cadence(id).ok_or_else(|| Refusal::UnknownCadence {
        id: Shown::new(id).to_string(),
        nearest: nearest(id, state.playbook.cadences.iter().map(|one| one.id.as_str())),
    })
}

fn promise<'a>(state: &'a State, id: &str) -> Result<&'a Promise, Refusal> {
    let cadence = cadence(state, id)?;
    let promise = state.clocks.promises.get(id);
    let promise = promise.ok_or_else(|| Refusal::NothingPromised(cadence.starts.word()))?;
    if promise.ended.is_some() { Err(Refusal::UpdatesEnded) } else { Ok(promise) }
}
