//! The ways out of a doubt, and what may be sent again.

use std::time::Duration;

use super::asked::Asked;
use super::reasoned;
use crate::incident::input::Now;
use crate::incident::record::Purpose;
use crate::incident::refusal::Refusal;
use crate::incident::render;
use crate::incident::state::{CallEnd, CallState, Progress};
use crate::playbook::{Repeat, Step};
use crate::text::Shown;

/// The call in doubt, or why there is none.
pub(super) fn doubt<'a>(asked: &Asked<'a>) -> Result<&'a CallState, Refusal> {
    match asked.progress {
        Progress::InDoubt { .. } => asked.call().ok_or(Refusal::Unexpected),
        _ => Err(asked.wrong()),
    }
}

pub(super) fn probe(asked: &Asked<'_>) -> Result<(), Refusal> {
    let call = doubt(asked)?;
    if call.purpose == Purpose::Undo {
        return Err(Refusal::ProvesOnlyTheStep);
    }
    if asked.step.verify.is_empty() {
        return Err(Refusal::NoProof);
    }
    if asked.checking() { Err(Refusal::AlreadyChecking) } else { Ok(()) }
}

pub(super) fn retry(asked: &Asked<'_>, now: Now) -> Result<(), Refusal> {
    let call = doubt(asked)?;
    may_repeat(asked.step, call, now)
}

/// Whether sending the call again is harmless now.
pub(in crate::incident) fn may_repeat(
    step: &Step,
    call: &CallState,
    now: Now,
) -> Result<(), Refusal> {
    let Some(repeat) = repeat_of(step, call.purpose) else { return Err(Refusal::NeverRepeat) };
    match repeat {
        Repeat::Reads | Repeat::Idempotent => Ok(()),
        Repeat::Once => Err(Refusal::NeverRepeat),
        Repeat::Keyed { life_s } => {
            let age = (now.at - call.first_requested_at).to_std().unwrap_or_default();
            if age < Duration::from_secs(life_s) {
                Ok(())
            } else {
                Err(Refusal::KeyExpired { ago: format!("{} min", age.as_secs() / 60) })
            }
        }
    }
}

/// What the playbook says of repeating this call.
pub(in crate::incident) fn repeat_of(step: &Step, purpose: Purpose) -> Option<Repeat> {
    render::call_of(step, purpose).map(|call| call.repeat)
}

pub(super) fn resolve(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    doubt(asked)?;
    if asked.checking() {
        return Err(Refusal::AlreadyChecking);
    }
    reasoned(reason)
}

pub(super) fn stop_retry(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.call() {
        Some(call) if matches!(call.end, CallEnd::Waiting { .. }) => Ok(()),
        _ => Err(asked.wrong()),
    }
}
