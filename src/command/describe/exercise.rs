//! What the header tells of a drill: its banner, the scenario's clock, what waits to be read.

use super::super::console::Snapshot;
use super::{Told, Tone, to_read};
use crate::incident::State;
use crate::incident::exercise::{Exercise, ExerciseEnd, Wish};
use crate::text::Shown;

/// The words that stand on every screen of a drill.
pub(super) fn banner(state: &State) -> Option<Told> {
    let exercise = state.exercise.as_deref()?;
    Some(Told::new(Tone::Drill, exercise.briefing.banner.one_line()))
}

/// The clock first, since nothing on the screen is by the time on the wall.
pub(super) fn header(snapshot: &Snapshot) -> Vec<Told> {
    let Some(exercise) = snapshot.state().exercise.as_deref() else { return Vec::new() };
    let mut told = Vec::new();
    if snapshot.desk.is_some() {
        told.push(Told::new(Tone::Warning, "FACILITATOR"));
    }
    told.extend(clock(snapshot, exercise));
    told.extend(mail(exercise));
    if let Some(wish) = exercise.wish {
        let words = match wish {
            Wish::Hint => "a hint is asked for",
            Wish::Onward => "asked to go on",
        };
        told.push(Told::new(Tone::Plain, words));
    }
    told
}

fn clock(snapshot: &Snapshot, exercise: &Exercise) -> Vec<Told> {
    let time = snapshot.now.at.format("%Y-%m-%d %H:%M:%SZ");
    if let Some(over) = over_words(snapshot.state()) {
        return vec![Told::new(Tone::Plain, time.to_string()), Told::new(Tone::Warning, over)];
    }
    match &exercise.paused {
        Some(reason) => vec![
            Told::new(Tone::Plain, time.to_string()),
            Told::new(Tone::Warning, format!("PAUSED: {}", reason.one_line())),
        ],
        None => vec![Told::new(Tone::Plain, format!("{time} \u{d7}{}", exercise.clock.rate()))],
    }
}

/// What waits to be read, and what waits for a decision.
fn mail(exercise: &Exercise) -> Vec<Told> {
    if exercise.is_over() {
        return Vec::new();
    }
    let mut told = Vec::new();
    let unread = to_read(exercise);
    if unread > 0 {
        let noun = if unread == 1 { "inject" } else { "injects" };
        told.push(Told::new(Tone::Warning, format!("{unread} {noun} UNREAD")));
    }
    let read = exercise.unanswered().filter(|one| one.seen.is_some()).count();
    if read > 0 {
        let verb = if read == 1 { "waits" } else { "wait" };
        told.push(Told::new(Tone::Warning, format!("{read} {verb} for a DECISION")));
    }
    told
}

/// That the exercise is over, how and why; `None` while it is not, and where this is no drill.
pub fn over_words(state: &State) -> Option<Shown> {
    let ended = state.exercise.as_deref()?.ended.as_ref()?;
    let how = match ended.how {
        ExerciseEnd::Finished => "EXERCISE OVER",
        ExerciseEnd::Stopped => "EXERCISE OVER, ended",
        ExerciseEnd::RealIncident => "EXERCISE OVER, a REAL incident began",
    };
    Some(Shown::new(format!("{how}: {}", ended.reason.one_line())))
}
