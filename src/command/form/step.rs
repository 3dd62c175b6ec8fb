//! A step that is written: its text first, then what would change, and only then why.

use super::{Kind, Question, Slot};
use crate::incident::{Ask, Needs, Offer, change_of_plan};
use crate::playbook::{Phase, Playbook};
use crate::text::Shown;

/// The text, or (once that was looked at) what would change.
pub(super) fn step_questions(offer: &Offer, playbook: &Playbook) -> Vec<Question> {
    if offer.needs == Needs::Reason {
        // Whoever offers it has looked at it already.
        let told = change_of_plan(playbook, &offer.ask).and_then(Result::ok).unwrap_or_default();
        let label = match &offer.ask {
            Ask::Amend { .. } => "What changes",
            _ => "The step",
        };
        let initial = told.to_string();
        return vec![Question { initial, ..Question::new(label, Kind::Told, Slot::Read) }];
    }
    let (label, initial) = match &offer.ask {
        Ask::Amend { step, .. } => {
            ("The step, as it should be", playbook.step_text(step).unwrap_or_default())
        }
        _ => ("The step", template(playbook)),
    };
    let initial = Shown::new(initial).to_string();
    vec![Question { initial, ..Question::new(label, Kind::Document, Slot::Toml) }]
}

/// What has to be looked at before it is sent: the next form of an ask whose text was just written,
/// or every problem of that text. `None` for an ask that can be sent.
pub fn look(offer: &Offer, ask: &Ask, playbook: &Playbook) -> Option<Result<Offer, Shown>> {
    if offer.needs != Needs::Text {
        return None;
    }
    let change = change_of_plan(playbook, ask)?;
    Some(match change {
        Ok(_) => Ok(Offer { ask: ask.clone(), needs: Needs::Reason, ..offer.clone() }),
        Err(refusal) => Err(Shown::new(refusal.to_string())),
    })
}

/// A step to begin with: everything that must be said, and the rest as comments.
fn template(playbook: &Playbook) -> String {
    let backends: Vec<&str> = playbook.backends.iter().map(|one| one.id.as_str()).collect();
    let first = backends.iter().find(|id| !id.contains('.')).copied().unwrap_or_default();
    let backends = backends.join(", ");
    let phases = Phase::ALL.map(Phase::word).join(", ");
    let id = (1..).map(|number| format!("ad-hoc-{number}"));
    let id = id.into_iter().find(|id| playbook.step(id).is_none()).unwrap_or_default();
    format!(
        r#"[[steps]]
id = "{id}"
phase = "contain"  # {phases}
title = ""
danger = "confirm"  # or "type", with target = "what must be typed"
[steps.call]
backend = "{first}"  # {backends}
request = "POST /"
# json = {{ key = "value" }}
repeat = ""  # reads, idempotent, once, or keyed with key_life = "24h"
# Without a proof it stays unproven:
# [[steps.verify]]
# title = "What is true then"
# request = "GET /"
# ok = "status == 200""#
    )
}
