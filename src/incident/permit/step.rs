//! What may be done with a step that is not in doubt.

use super::asked::Asked;
use super::{reasoned, written};
use crate::incident::input::Now;
use crate::incident::record::Purpose;
use crate::incident::refusal::Refusal;
use crate::incident::state::Progress;
use crate::playbook::{Danger, Task};
use crate::text::Shown;

pub(super) fn start(asked: &Asked<'_>, reason: Option<&Shown>) -> Result<(), Refusal> {
    if !matches!(asked.step.task, Task::Call(_)) {
        return Err(Refusal::WrongTask("a call"));
    }
    if asked.step.danger != Danger::None {
        return Err(Refusal::NeedsConfirmation);
    }
    asked.may_begin(reason)
}

pub(super) fn arm(
    asked: &Asked<'_>,
    purpose: Purpose,
    reason: Option<&Shown>,
    now: Now,
) -> Result<(), Refusal> {
    // An expired confirmation may be looked at again; it was never sent.
    if let Ok(armed) = asked.armed()
        && armed.expires <= now.at
        && armed.purpose == purpose
    {
        return Ok(());
    }
    match purpose {
        Purpose::Act => {
            if !matches!(asked.step.task, Task::Call(_)) {
                return Err(Refusal::WrongTask("a call"));
            }
            if asked.step.danger == Danger::None {
                return Err(Refusal::NeedsNoConfirmation);
            }
            asked.may_begin(reason)
        }
        Purpose::Undo => {
            if asked.step.undo.is_none() {
                return Err(Refusal::NoUndo);
            }
            match asked.progress {
                Progress::Proven | Progress::Done | Progress::Unproven => Ok(()),
                _ => Err(asked.wrong()),
            }
        }
    }
}

pub(super) fn confirm(
    asked: &Asked<'_>,
    hash: &str,
    typed: Option<&str>,
    now: Now,
) -> Result<(), Refusal> {
    let armed = asked.armed()?;
    if armed.expires <= now.at {
        return Err(Refusal::Expired);
    }
    if armed.hash != hash {
        return Err(Refusal::Changed);
    }
    if asked.step.danger == Danger::Type {
        let target = armed.target.clone().unwrap_or_else(|| asked.step.title.as_str().into());
        if typed.map(str::trim) != Some(target.as_str()) {
            return Err(Refusal::TypedOtherwise(target));
        }
    }
    Ok(())
}

pub(super) fn answer(
    asked: &Asked<'_>,
    text: &Shown,
    reason: Option<&Shown>,
) -> Result<(), Refusal> {
    if !matches!(asked.step.task, Task::Ask(_)) {
        return Err(Refusal::WrongTask("a question"));
    }
    asked.may_begin(reason)?;
    written(text)
}

pub(super) fn decide(
    asked: &Asked<'_>,
    option: &Shown,
    because: &Shown,
    reason: Option<&Shown>,
) -> Result<(), Refusal> {
    let Task::Decide(decide) = &asked.step.task else {
        return Err(Refusal::WrongTask("a decision"));
    };
    asked.may_begin(reason)?;
    if !decide.options.iter().any(|one| one == option.as_str()) {
        let options = decide.options.clone();
        return Err(Refusal::NotAnOption { option: option.clone(), options });
    }
    reasoned(because)
}

pub(super) fn skip(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    match asked.progress {
        Progress::Planned | Progress::Failed { .. } => reasoned(reason),
        _ => Err(asked.wrong()),
    }
}

pub(super) fn reopen(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    match asked.progress {
        progress if progress.is_over() => reasoned(reason),
        Progress::Unproven => reasoned(reason),
        _ => Err(asked.wrong()),
    }
}

pub(super) fn check_again(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.progress {
        Progress::Proven | Progress::Unproven | Progress::Done => {}
        _ => return Err(asked.wrong()),
    }
    if asked.step.verify.is_empty() {
        return Err(Refusal::NoProof);
    }
    if asked.checking() { Err(Refusal::AlreadyChecking) } else { Ok(()) }
}

pub(super) fn accept(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    if asked.progress != Progress::Unproven {
        return Err(asked.wrong());
    }
    if asked.checking() {
        return Err(Refusal::AlreadyChecking);
    }
    reasoned(reason)
}
