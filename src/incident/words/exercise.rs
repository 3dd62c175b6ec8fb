//! The drill itself in words.

use crate::incident::exercise::{Control, Delivery, ExerciseEnd, Inject, Wish};
use crate::text::Shown;

/// The channel, from whom, and the subject.
pub(super) fn came(inject: &Inject) -> String {
    told(inject, "")
}

/// The same, and why it came.
pub(super) fn arrived(inject: &Inject) -> String {
    let Inject { why, .. } = inject;
    let why = match why {
        Delivery::Planned => "",
        Delivery::Contingency { .. } => ", as a contingency",
        Delivery::ByHand => ", by hand",
        Delivery::AdHoc => ", written during the drill",
    };
    let edited = if inject.original.is_some() { ", edited" } else { "" };
    told(inject, &format!("{why}{edited}"))
}

fn told(inject: &Inject, why: &str) -> String {
    let Inject { inject: id, channel, from, subject, .. } = inject;
    let (id, channel) = (Shown::new(id), Shown::new(channel));
    format!("inject {id} arrived{why}: {channel} from {from}: {subject}")
}

pub(super) fn answered(inject: &str, option: Option<&Shown>, text: &Shown) -> String {
    let inject = Shown::new(inject);
    match option {
        Some(option) => format!("inject {inject} answered: {option}, because: {text}"),
        None => format!("inject {inject} answered: {text}"),
    }
}

pub(super) fn controlled(control: &Control) -> String {
    match control {
        Control::Pause { reason, back_to: None } => format!("exercise paused: {reason}"),
        Control::Pause { reason, back_to: Some(to) } => {
            let to = to.format("%Y-%m-%d %H:%M:%SZ");
            format!("exercise paused, the scenario's clock set back to {to}: {reason}")
        }
        Control::Resume => "exercise resumed".to_owned(),
        Control::Rate { rate } => format!("scenario clock goes at \u{d7}{rate} from here"),
        Control::Jump { to, what } => {
            format!("scenario clock jumped to {}: {what}", to.format("%Y-%m-%d %H:%M:%SZ"))
        }
        Control::Skip { inject, reason } => {
            format!("inject {} will not come: {reason}", Shown::new(inject))
        }
        Control::Delay { inject, until, reason } => {
            let until = until.format("%Y-%m-%d %H:%M:%SZ");
            format!("inject {} comes at {until}: {reason}", Shown::new(inject))
        }
        Control::Ask { wish: Wish::Hint } => "a hint was asked for".to_owned(),
        Control::Ask { wish: Wish::Onward } => "asked to go on to what comes next".to_owned(),
        Control::Hint { text, cost: 0, .. } => format!("hint: {text}"),
        Control::Hint { text, cost, .. } => format!("hint, for {}: {text}", points_words(*cost)),
        Control::Judge { expectation, verdict, reason } => {
            let expectation = Shown::new(expectation);
            format!("expectation {expectation} set to {}: {reason}", verdict.word())
        }
        Control::Arm { fault, reason } => format!("fault {} armed: {reason}", Shown::new(fault)),
        Control::Disarm { fault, reason } => {
            format!("fault {} disarmed: {reason}", Shown::new(fault))
        }
        Control::End { how, reason, faults } => {
            let how = match how {
                ExerciseEnd::Finished => "exercise over, the scenario came to its end",
                ExerciseEnd::Stopped => "exercise over, it was ended",
                ExerciseEnd::RealIncident => "exercise over, a REAL incident began",
            };
            let struck = |one: &&crate::incident::exercise::FaultTold| one.struck > 0;
            let count = faults.iter().filter(struck).count();
            let faults = match faults.len() {
                0 => String::new(),
                all => format!("; {count} of {all} faults struck"),
            };
            format!("{how}: {reason}{faults}")
        }
    }
}

/// So many points.
pub fn points_words(points: u32) -> String {
    if points == 1 { "1 point".to_owned() } else { format!("{points} points") }
}

/// What players read until the exercise is over, where the controllers did something.
pub(super) const VEILED: &str = "something by those who run the exercise; told when it is over";
