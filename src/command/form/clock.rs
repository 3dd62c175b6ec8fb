//! What is asked about severity, duties, promised updates, what is put off and what was done
//! elsewhere.

use super::{Kind, Question, Slot};
use crate::incident::{Ask, Needs, SkipAs};

pub(super) fn questions(ask: &Ask, needs: &Needs) -> Vec<Question> {
    let choice = |label| match needs {
        Needs::OptionAndReason(words) => {
            Some(Question::new(label, Kind::Choice(words.clone()), Slot::Choice))
        }
        _ => None,
    };
    let when = |label| Question::optional(label, Slot::When);
    match ask {
        Ask::Skip { skip: Some(SkipAs::Deferred { .. }), .. } => {
            vec![Question::new("Until when, such as 20m, 4h or 10:00Z", Kind::Line, Slot::When)]
        }
        Ask::Skip { .. } => choice("Why it is left out").into_iter().collect(),
        Ask::DoneElsewhere { .. } => vec![
            Question::optional("By whom, if known", Slot::Who),
            Question::optional("Where: which console, which machine, if known", Slot::Place),
            when("When, such as 2026-11-22 02:10Z, if known"),
            Question::optional("Evidence: where it can be seen, if known", Slot::Evidence),
        ],
        Ask::Declare { .. } => choice("Severity; if unsure, the worse one")
            .into_iter()
            .chain([when("Since when, such as 2026-11-22 02:10Z, if not now")])
            .collect(),
        Ask::SetSeverity { .. } => {
            choice("Severity; if unsure, the worse one").into_iter().collect()
        }
        Ask::Aware { .. } => vec![when("Since when, such as 2026-11-22 02:10Z, if not now")],
        Ask::DutyDecide { starts, .. } => {
            let written = starts.as_ref().map(crate::incident::Occurred::written);
            let initial = written.unwrap_or_default();
            let label = "If on: its time counts from, such as 2026-11-22 02:10Z";
            choice("Does it apply?")
                .into_iter()
                .chain([Question { initial, ..when(label) }])
                .collect()
        }
        Ask::DutyMet { .. } => {
            vec![
                Question::new("How it was met: who was told, by which way", Kind::Text, Slot::How),
                when(EARLIER),
            ]
        }
        Ask::UpdateGive { .. } => vec![
            Question::new("What was said, to whom, and where", Kind::Text, Slot::How),
            when(EARLIER),
            Question::optional("Next one, such as 20m or 06:00Z, if not as usual", Slot::Next),
        ],
        _ => Vec::new(),
    }
}

const EARLIER: &str = "When, such as 2026-11-22 02:10Z, if earlier than now";

/// What the console itself can say of the reason.
pub(super) fn known_reason(ask: &Ask) -> String {
    match ask {
        Ask::DoneElsewhere { reason, .. } if reason.as_str() != "…" => reason.to_string(),
        Ask::Control { control } => super::exercise::known_reason(control).to_owned(),
        _ => String::new(),
    }
}
