//! What is asked about a drill itself: answers to injects, its clock, its end, what the facilitator
//! sends and judges.

use chrono::TimeDelta;

use super::{Kind, Question, Slot};
use crate::drill::plan::CHANNELS;
use crate::incident::exercise::{Control, Delivery, ExerciseEnd, Inject, Judged, Rate};
use crate::incident::offer::REAL;
use crate::incident::{Ask, Needs, When};
use crate::text::Shown;

/// How options are written on one line.
const BETWEEN: char = '|';

pub(super) fn questions(ask: &Ask, needs: &Needs) -> Vec<Question> {
    match ask {
        Ask::InjectAnswer { .. } => match needs {
            Needs::OptionAndReason(options) => vec![
                Question::new("Answer", Kind::Choice(options.clone()), Slot::Choice),
                Question::new("Because", Kind::Text, Slot::Text),
            ],
            _ => vec![Question::new("Answer", Kind::Text, Slot::Text)],
        },
        Ask::HotWash { .. } => vec![Question::new("Answer", Kind::Text, Slot::Text)],
        Ask::Deliver { inject } if *needs != Needs::Nothing => to_send(inject),
        Ask::Control { control } => of_control(control, needs),
        _ => Vec::new(),
    }
}

fn written(label: &'static str, kind: Kind, slot: Slot, initial: &Shown) -> Question {
    // What stands for something that nobody wrote yet is no beginning.
    let initial = if initial.as_str() == "…" { String::new() } else { initial.to_string() };
    Question { initial, ..Question::new(label, kind, slot) }
}

/// One of the scenario is edited; one that is in none is written whole.
fn to_send(inject: &Inject) -> Vec<Question> {
    let subject = written("Subject", Kind::Line, Slot::Value, &inject.subject);
    let body = written("What they read", Kind::Text, Slot::Text, &inject.body);
    if inject.why != Delivery::AdHoc {
        return vec![subject, body];
    }
    // A hint is given by itself.
    let channels = CHANNELS.into_iter().filter(|channel| *channel != "hint");
    let channels = channels.map(str::to_owned).collect();
    vec![
        Question::new("By which channel", Kind::Choice(channels), Slot::Name),
        Question::new("From", Kind::Line, Slot::Source),
        subject,
        body,
        Question::optional("What they choose from, such as wait | publish, if it asks", Slot::Data),
    ]
}

fn of_control(control: &Control, needs: &Needs) -> Vec<Question> {
    match control {
        Control::Rate { .. } => vec![Question::new(
            "Scenario seconds in a second, from 0.1 to 600, such as 4",
            Kind::Line,
            Slot::Value,
        )],
        Control::Jump { what, .. } => {
            vec![written(
                "What for: the clock leaps at once, and what is open does not count",
                Kind::Line,
                Slot::Text,
                what,
            )]
        }
        Control::Delay { .. } => vec![Question::new(
            "So much later, such as 20m; or until when by the scenario's clock, such as 18:05Z",
            Kind::Line,
            Slot::When,
        )],
        Control::Hint { text, cost, .. } => vec![
            written("Hint", Kind::Text, Slot::Text, text),
            written("Points that it costs", Kind::Line, Slot::Value, &cost.to_string().into()),
        ],
        Control::Judge { .. } => match needs {
            Needs::OptionAndReason(words) => {
                vec![Question::new("It is", Kind::Choice(words.clone()), Slot::Choice)]
            }
            _ => Vec::new(),
        },
        Control::End { how: ExerciseEnd::RealIncident, .. } => {
            vec![Question::new("Type REAL: this drill ends, faults go", Kind::Line, Slot::Read)]
        }
        _ => Vec::new(),
    }
}

/// Nobody should have to think of words when something real begins.
pub(super) fn known_reason(control: &Control) -> &'static str {
    match control {
        Control::End { how: ExerciseEnd::RealIncident, .. } => "A real incident began.",
        _ => "",
    }
}

/// Whether the act is nothing without a reason.
pub(super) fn wants_reason(control: &Control) -> bool {
    matches!(
        control,
        Control::Pause { .. }
            | Control::Skip { .. }
            | Control::Delay { .. }
            | Control::Judge { .. }
            | Control::Arm { .. }
            | Control::Disarm { .. }
            | Control::End { .. }
    )
}

/// Puts one answer into its blank; what does not fit is told.
pub(super) fn put(ask: &mut Ask, slot: Slot, answer: &str) -> Result<(), Shown> {
    let words = Shown::new(answer);
    match (slot, ask) {
        (Slot::Choice, Ask::InjectAnswer { option, .. }) => *option = Some(words),
        (Slot::Text, Ask::InjectAnswer { text, .. } | Ask::HotWash { text, .. }) => *text = words,
        (slot, Ask::Deliver { inject }) => put_inject(inject, slot, words),
        (slot, Ask::Control { control }) => return put_control(control, slot, answer),
        _ => {}
    }
    Ok(())
}

fn put_inject(inject: &mut Inject, slot: Slot, words: Shown) {
    match slot {
        Slot::Name => words.as_str().clone_into(&mut inject.channel),
        Slot::Source => inject.from = words,
        Slot::Value => inject.subject = words,
        Slot::Text if inject.why == Delivery::AdHoc => inject.body = words,
        Slot::Text if inject.body.as_str().trim() != words.as_str() => {
            inject.original = Some(std::mem::replace(&mut inject.body, words));
        }
        Slot::Data => {
            let options = words.as_str().split(BETWEEN).map(str::trim);
            inject.options = options.filter(|one| !one.is_empty()).map(Shown::new).collect();
        }
        _ => {}
    }
}

fn put_control(control: &mut Control, slot: Slot, answer: &str) -> Result<(), Shown> {
    match (slot, control) {
        (Slot::Value, Control::Rate { rate }) => {
            *rate = Rate::parse(answer).ok_or_else(|| {
                Shown::new(format!("{answer} is no rate: write 1, 4 or 0.5, from 0.1 to 600"))
            })?;
        }
        (Slot::When, Control::Delay { until, .. }) => {
            let when = When::parse(answer).map_err(|error| Shown::new(error.to_string()))?;
            // What stands there is when it would come: a time of day is the one nearest to that.
            let from = match when {
                When::Clock { .. } => *until - TimeDelta::hours(12),
                When::After { .. } | When::At { .. } => *until,
            };
            *until = when.due(from).ok_or("that is too far ahead")?;
        }
        (Slot::Value, Control::Hint { cost, .. }) => {
            *cost = answer.parse().map_err(|_| {
                Shown::new(format!("{answer} is no number of points: write 0, 3 or 10"))
            })?;
        }
        (Slot::Text, Control::Hint { text, .. } | Control::Jump { what: text, .. }) => {
            *text = Shown::new(answer);
        }
        (Slot::Choice, Control::Judge { verdict, .. }) => {
            let chosen = Judged::ALL.into_iter().find(|one| one.word() == answer);
            *verdict = chosen.unwrap_or(*verdict);
        }
        (Slot::Read, Control::End { .. }) if answer != REAL => {
            return Err(Shown::new(format!("type {REAL}, in capital letters, or go back")));
        }
        (Slot::Reason, control) => put_reason(control, Shown::new(answer)),
        _ => {}
    }
    Ok(())
}

fn put_reason(control: &mut Control, words: Shown) {
    match control {
        Control::Pause { reason, .. }
        | Control::Skip { reason, .. }
        | Control::Delay { reason, .. }
        | Control::Judge { reason, .. }
        | Control::Arm { reason, .. }
        | Control::Disarm { reason, .. }
        | Control::End { reason, .. } => *reason = words,
        _ => {}
    }
}
