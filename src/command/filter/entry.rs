//! What of an entry a filter looks at.

use std::borrow::Cow;

use super::kinds::UNKNOWN;
use crate::command::record_line;
use crate::incident::record::ScopeSource;
use crate::incident::{CallId, CheckId, GuardId, Record, State};
use crate::journal::{Entry, Fact};

/// Its kind begins with one of these.
pub(super) fn has_kind(entry: &Entry, kinds: &[String]) -> bool {
    let begins = |begin: &String| match &entry.record {
        Fact::Known(record) => record.kind().starts_with(begin.as_str()),
        Fact::Unknown { kind, .. } => {
            kind.starts_with(begin.as_str()) || UNKNOWN.starts_with(begin.as_str())
        }
    };
    kinds.is_empty() || kinds.iter().any(begins)
}

/// It belongs to an instance whose name begins with one of these: its step's id alone finds those of
/// all members.
pub(super) fn has_step(entry: &Entry, steps: &[String], state: &State) -> bool {
    if steps.is_empty() {
        return true;
    }
    let step = entry.record.known().and_then(|record| step_of(record, state));
    step.is_some_and(|step| steps.iter().any(|begin| step.starts_with(begin.as_str())))
}

/// One of these (in small letters) occurs in the name or role of who did it.
pub(super) fn is_by(entry: &Entry, who: &[String]) -> bool {
    let by = &entry.by;
    let named = |part: &String| {
        contains(by.who.as_str(), part)
            || by.role.as_ref().is_some_and(|role| contains(role.as_str(), part))
    };
    who.is_empty() || who.iter().any(named)
}

/// All of these (in small letters) occur in its words.
pub(super) fn has_texts(entry: &Entry, texts: &[String], state: &State) -> bool {
    if texts.is_empty() {
        return true;
    }
    let line = record_line(entry, state);
    texts.iter().all(|text| contains(line.words.as_str(), text))
}

/// Whatever the case; `part` is in small letters.
fn contains(text: &str, part: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(part);
    }
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let Some(first) = part.first() else { return true };
    let rest = text.len().checked_sub(part.len());
    rest.is_some_and(|last| {
        (0..=last).any(|at| {
            text[at].eq_ignore_ascii_case(first)
                && text[at..at + part.len()].eq_ignore_ascii_case(part)
        })
    })
}

/// The name of the instance that a record belongs to. One that names only a call, check or guard belongs
/// to the step of that, once `state` knows it.
fn step_of<'a>(record: &'a Record, state: &'a State) -> Option<Cow<'a, str>> {
    let of_call = |call: &CallId| state.calls.get(call).map(|call| call.step.name());
    let of_check = |check: &CheckId| state.checks.get(check).map(|one| one.step.name());
    let of_guard = |guard: &GuardId| state.guards.get(guard).map(|one| one.step.name());
    match record {
        Record::StepArmed(armed) => Some(armed.step.name()),
        Record::StepDoneElsewhere(done) => Some(done.step.name()),
        Record::StepAmended { step, .. } | Record::StepAdded { id: step, .. } => {
            Some(step.as_str().into())
        }
        Record::StepApplies { step, .. }
        | Record::StepDisarmed { step, .. }
        | Record::StepStarted { step, .. }
        | Record::StepAnswered { step, .. }
        | Record::Decided { step, .. }
        | Record::StepCompleted { step, .. }
        | Record::StepSkipped { step, .. }
        | Record::StepReturned { step }
        | Record::StepReopened { step, .. }
        | Record::StepUndone { step }
        | Record::CallRequested { step, .. }
        | Record::CheckStarted { step, .. }
        | Record::GuardArmed { step, .. } => Some(step.name()),
        Record::ScopeAdded { source: ScopeSource::Call { call }, .. }
        | Record::CallAnswered { call, .. }
        | Record::CallInDoubt { call, .. }
        | Record::CallResolved { call, .. }
        | Record::RetryStopped { call } => of_call(call),
        Record::CheckPassed(end) | Record::CheckFailed(end) | Record::CheckUnknown(end) => {
            of_check(&end.check)
        }
        Record::GuardHolds(change) | Record::GuardBroken(change) | Record::GuardUnknown(change) => {
            of_guard(&change.guard)
        }
        Record::GuardEnded { guard, .. } => of_guard(guard),
        Record::ScopeAdded { source: ScopeSource::Person { .. }, .. }
        | Record::ScopeAdmitted { .. }
        | Record::Opened(_)
        | Record::Resumed { .. }
        | Record::Recovered { .. }
        | Record::Continued { .. }
        | Record::ClockStepped { .. }
        | Record::Closed { .. }
        | Record::RoleTaken { .. }
        | Record::RoleLeft { .. }
        | Record::HandOverOffered { .. }
        | Record::HandOverDeclined { .. }
        | Record::RoleHandedOver { .. }
        | Record::Moved { .. }
        | Record::Arrived { .. }
        | Record::InputSet { .. }
        | Record::Noted { .. }
        | Record::Attached { .. }
        | Record::Visited { .. }
        | Record::CommandStarted { .. }
        | Record::CommandEnded { .. }
        | Record::ClaimMade { .. }
        | Record::ClaimAmended { .. }
        | Record::TimerSet { .. }
        | Record::TimerDue { .. }
        | Record::TimerDone { .. }
        | Record::Declared { .. }
        | Record::SeveritySet { .. }
        | Record::Aware { .. }
        | Record::DutyDecided { .. }
        | Record::DutyDue { .. }
        | Record::DutyMet { .. }
        | Record::UpdatePromised { .. }
        | Record::UpdateGiven { .. }
        | Record::UpdateDue { .. }
        | Record::UpdatesEnded { .. }
        | Record::EvidenceAttached { .. }
        | Record::Withheld { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn a_text_is_found_whatever_its_case() {
        for (text, part) in [("In DOUBT", "doubt"), ("Zürich ÄRGER", "zürich ärger"), ("a", "")]
        {
            assert!(contains(text, part), "{text}");
        }
        for (text, part) in [("doub", "doubt"), ("", "x"), ("Ä", "a")] {
            assert!(!contains(text, part), "{text}");
        }
    }
}
