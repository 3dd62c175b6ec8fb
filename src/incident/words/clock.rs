//! Severity, duties, promised updates, what was put off and what was done elsewhere, in words.

use super::{first_words, occurred_words};
use crate::incident::clocks::SkipKind;
use crate::incident::record::{DoneElsewhere, Record};
use crate::incident::state::State;
use crate::playbook::{Cadence, Duty};
use crate::text::Shown;

pub(super) fn words(record: &Record, state: &State) -> String {
    match record {
        Record::Declared { severity, when, reason } => {
            format!("declared {}, since {}: {reason}", severity.word(), occurred_words(when))
        }
        Record::SeveritySet { severity, reason } => {
            format!("severity set to {}: {reason}", severity.word())
        }
        Record::Aware { when, reason } => {
            format!("people are aware since {}: {reason}", occurred_words(when))
        }
        Record::DutyDecided { duty, .. } => {
            format!("duty {} {}", duty_name(duty, state), decided_words(record))
        }
        Record::DutyDue { duty } => format!("duty {} DUE, not met", duty_name(duty, state)),
        Record::DutyMet { duty, when, how } => {
            let name = duty_name(duty, state);
            format!("duty {name} met, {}: {how}", occurred_words(when))
        }
        Record::UpdatePromised { cadence, due } => {
            let due = due.format("%Y-%m-%d %H:%M:%SZ");
            format!("update {} promised for {due}", cadence_name(cadence, state))
        }
        Record::UpdateGiven { cadence, when, how, due } => {
            let (name, when) = (cadence_name(cadence, state), occurred_words(when));
            let due = due.format("%Y-%m-%d %H:%M:%SZ");
            format!("update {name} given, {when}: {how}; the next is promised for {due}")
        }
        Record::UpdateDue { cadence } => {
            format!("update {} DUE, not given", cadence_name(cadence, state))
        }
        Record::UpdatesEnded { cadence, reason } => {
            format!("update {}: no more are promised: {reason}", cadence_name(cadence, state))
        }
        other => other.kind().replace('_', " "),
    }
}

fn decided_words(record: &Record) -> String {
    let Record::DutyDecided { on, starts, due, reason, .. } = record else { return String::new() };
    if !on {
        return format!("is off, it does not apply: {reason}");
    }
    let starts = starts.as_ref().map(|starts| format!(", from {}", occurred_words(starts)));
    let due = match due {
        Some(due) => format!(", due {}", due.format("%Y-%m-%d %H:%M:%SZ")),
        None => ", due as soon as possible".to_owned(),
    };
    format!("is on{}{due}: {reason}", starts.unwrap_or_default())
}

fn duty_name(id: &str, state: &State) -> String {
    state.playbook.duty(id).map_or_else(|| id.to_owned(), |duty| named(id, &duty.title))
}

fn cadence_name(id: &str, state: &State) -> String {
    let cadence = state.playbook.cadence(id);
    cadence.map_or_else(|| id.to_owned(), |cadence| named(id, &cadence.title))
}

fn named(id: &str, title: &str) -> String {
    format!("{id} ({})", first_words(&Shown::new(title)))
}

/// `duty gdpr-33 (Tell the supervisory authority)`.
pub fn duty_title(duty: &Duty) -> String {
    format!("duty {}", named(&duty.id, &duty.title))
}

/// `update executives (Executive update)`.
pub fn cadence_title(cadence: &Cadence) -> String {
    format!("update {}", named(&cadence.id, &cadence.title))
}

/// As what a step was left out: ` as not applicable`, ` until 2026-11-22 10:00:00Z`.
pub(super) fn skip_words(skip: Option<SkipKind>) -> String {
    match skip {
        None => String::new(),
        Some(SkipKind::Deferred { until }) => {
            format!(", deferred until {}", until.format("%Y-%m-%d %H:%M:%SZ"))
        }
        Some(kind) => format!(", {}", kind.word()),
    }
}

pub(super) fn elsewhere_words(done: &DoneElsewhere) -> String {
    let when = done.when.as_ref().map(|when| format!(", {}", occurred_words(when)));
    let evidence = done.evidence.as_ref().map(|evidence| format!("; evidence: {evidence}"));
    format!(
        "{} done elsewhere, by {}, in {}{}: {}{}",
        done.step,
        done.who,
        done.place,
        when.unwrap_or_default(),
        done.reason,
        evidence.unwrap_or_default()
    )
}
