//! What is asked of the drill itself.

use chrono::TimeDelta;

use super::{Turn, check};
use crate::incident::exercise::Control;
use crate::incident::input::Ask;
use crate::incident::record::Record;

/// What a person, or the scenario, asks; any other ask changes nothing.
pub(super) fn asked(turn: &mut Turn, ask: Ask) {
    match ask {
        Ask::Deliver { inject } => turn.push(Record::InjectArrived(inject)),
        Ask::InjectSeen { inject } => turn.push(Record::InjectSeen { inject }),
        Ask::InjectAnswer { inject, option, text } => {
            turn.push(Record::InjectAnswered { inject, option, text });
        }
        Ask::Control { control } => {
            if let Control::End { .. } = &control {
                check::end_guards(turn, None, "the exercise ended");
            }
            turn.push(Record::ExerciseControlled(control));
        }
        Ask::HotWash { question, text } => {
            turn.push(Record::HotWashAnswered { question, text });
        }
        _ => {}
    }
}

/// So long for people, who are not accelerated: in a drill more than that by the scenario's clock.
pub(super) fn for_people(turn: &Turn, time: TimeDelta) -> TimeDelta {
    match &turn.state.exercise {
        None => time,
        Some(exercise) => exercise.clock.rate().scenario(time),
    }
}
