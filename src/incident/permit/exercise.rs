//! What may be done with the drill itself.

use super::{reasoned, written};
use crate::incident::exercise::{Control, Delivery, Exercise, Inject, Wish};
use crate::incident::input::{Ask, Now};
use crate::incident::refusal::Refusal;
use crate::incident::state::State;
use crate::text::Shown;

/// While a drill is paused or over nobody plays: the clock stands still, and so do they.
pub(super) fn in_play(state: &State, ask: &Ask) -> Result<(), Refusal> {
    let Some(exercise) = state.exercise.as_deref() else { return Ok(()) };
    let is_beside = matches!(
        ask,
        Ask::Note { .. }
            | Ask::Deliver { .. }
            | Ask::InjectSeen { .. }
            | Ask::Control { .. }
            | Ask::HotWash { .. }
            | Ask::Withhold { .. }
            | Ask::CommandEnd { .. }
            | Ask::Close { .. }
            | Ask::TakeRole { .. }
            | Ask::GiveUpRole { .. }
    );
    match (&exercise.ended, &exercise.paused) {
        _ if is_beside => Ok(()),
        (Some(_), _) => Err(Refusal::ExerciseOver),
        (None, Some(_)) => Err(Refusal::IsPaused),
        (None, None) => Ok(()),
    }
}

/// What is asked of the exercise; any other ask is left to the others.
pub(super) fn asked(state: &State, ask: &Ask, now: Now) -> Result<(), Refusal> {
    let exercise = state.exercise.as_deref().ok_or(Refusal::NoDrill)?;
    match ask {
        Ask::HotWash { question, text } => {
            if exercise.ended.is_none() {
                return Err(Refusal::NotEnded);
            }
            written(question)?;
            written(text)
        }
        // Evaluators go on looking when the players have stopped.
        Ask::Control { control: Control::Judge { reason, .. } } => reasoned(reason),
        _ if exercise.ended.is_some() => Err(Refusal::ExerciseOver),
        Ask::Deliver { inject } => deliver(exercise, inject),
        Ask::InjectSeen { inject } => {
            let arrived = exercise.arrived(inject).ok_or_else(|| unknown(inject))?;
            if arrived.seen.is_some() { Err(Refusal::WasSeen) } else { Ok(()) }
        }
        Ask::InjectAnswer { inject, option, text } => {
            let arrived = exercise.arrived(inject).ok_or_else(|| unknown(inject))?;
            answered(&arrived.inject, option.as_ref(), text)
        }
        Ask::Control { control } => controlled(exercise, control, now),
        _ => Ok(()),
    }
}

fn unknown(inject: &str) -> Refusal {
    Refusal::UnknownInject(Shown::new(inject).clipped(40).to_string())
}

fn deliver(exercise: &Exercise, inject: &Inject) -> Result<(), Refusal> {
    if exercise.arrived(&inject.inject).is_some() {
        return Err(Refusal::HasArrived);
    }
    if inject.inject.trim().is_empty() || inject.channel.trim().is_empty() {
        return Err(Refusal::Blank);
    }
    written(&inject.subject)?;
    if matches!(inject.why, Delivery::AdHoc) { written(&inject.body) } else { Ok(()) }
}

fn answered(inject: &Inject, option: Option<&Shown>, text: &Shown) -> Result<(), Refusal> {
    if inject.options.is_empty() {
        return written(text);
    }
    let Some(option) = option else { return Err(Refusal::Blank) };
    if !inject.options.contains(option) {
        let options = inject.options.iter().map(|one| one.as_str().to_owned()).collect();
        return Err(Refusal::NotAnOption { option: option.clone(), options });
    }
    reasoned(text)
}

fn controlled(exercise: &Exercise, control: &Control, now: Now) -> Result<(), Refusal> {
    match control {
        Control::Pause { reason, .. } => {
            if exercise.paused.is_some() {
                return Err(Refusal::IsPaused);
            }
            reasoned(reason)
        }
        Control::Resume if exercise.paused.is_none() => Err(Refusal::NotPaused),
        Control::Rate { rate } if *rate == exercise.clock.rate() => Err(Refusal::SameRate),
        Control::Jump { to, what } => {
            if *to <= now.at {
                return Err(Refusal::ClockOnlyAhead);
            }
            written(what)
        }
        Control::Skip { inject, reason } | Control::Delay { inject, reason, .. } => {
            if exercise.arrived(inject).is_some() {
                return Err(Refusal::HasArrived);
            }
            reasoned(reason)
        }
        Control::Ask { wish } if exercise.wish == Some(*wish) => Err(Refusal::IsAskedFor),
        Control::Ask { wish: Wish::Onward } => match exercise.unanswered().next() {
            Some(one) => Err(Refusal::AsksForDecision(one.inject.subject.clone())),
            None => Ok(()),
        },
        Control::Hint { text, .. } => written(text),
        Control::Arm { reason, .. }
        | Control::Disarm { reason, .. }
        | Control::End { reason, .. } => reasoned(reason),
        Control::Resume | Control::Rate { .. } | Control::Ask { .. } | Control::Judge { .. } => {
            Ok(())
        }
    }
}
