//! Which records an event of the scenario means.

use std::borrow::Cow;

use crate::drill::plan::Event;
use crate::incident::words::words;
use crate::incident::{ClaimStatus, Record, State, StepKey, Verdict};
use crate::journal::Entry;
use crate::text::Shown;

impl Event {
    /// All that is given fits the record; `state` has applied it.
    pub fn fits(&self, entry: &Entry, state: &State) -> bool {
        entry.record.known().is_some_and(|record| self.fits_record(record, state))
    }

    fn fits_record(&self, record: &Record, state: &State) -> bool {
        if self.kind != record.kind() {
            return false;
        }
        let (step, member) = step_of(record, state);
        is_wanted(self.step.as_deref(), step.as_deref())
            && is_wanted(self.target.as_deref(), scope_name(record).or(member).as_deref())
            && is_wanted(self.check.as_deref(), check_title(record, state))
            && is_wanted(self.verdict.as_deref(), verdict(record))
            && is_wanted(self.duty.as_deref(), duty(record))
            && is_wanted(self.option.as_deref(), option(record))
            && self.proven.is_none_or(|wanted| is_proven(record) == Some(wanted))
            && self.contains.as_deref().is_none_or(|wanted| is_told(wanted, record, state))
    }

    /// The same event about this member of the scope.
    #[must_use]
    pub fn about(&self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), ..self.clone() }
    }
}

/// Nothing is asked for, or the record says just that.
fn is_wanted(wanted: Option<&str>, told: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| told.is_some_and(|told| told.eq_ignore_ascii_case(wanted)))
}

/// The words of the record have it, in any case; what is said of a claim is also about its text.
fn is_told(wanted: &str, record: &Record, state: &State) -> bool {
    let wanted = wanted.to_lowercase();
    let claimed = match record {
        Record::ClaimAmended { claim, .. } => state.claims.get(claim).map(|claim| &claim.text),
        _ => None,
    };
    let told = words(record, state);
    let mut texts = [Some(&told), claimed].into_iter().flatten();
    texts.any(|text| text.as_str().to_lowercase().contains(&wanted))
}

/// The id of the step that the record belongs to, and its member.
fn step_of<'a>(
    record: &'a Record,
    state: &'a State,
) -> (Option<Cow<'a, str>>, Option<Cow<'a, str>>) {
    match state.step_of(record).map(|name| StepKey::named(&name)) {
        Some(key) => (Some(Cow::Owned(key.id)), key.member.map(Cow::Owned)),
        None => (None, None),
    }
}

/// The member of the scope that is added or admitted.
fn scope_name(record: &Record) -> Option<Cow<'_, str>> {
    match record {
        Record::ScopeAdded { name, .. } | Record::ScopeAdmitted { name, .. } => {
            Some(Cow::Borrowed(name.as_str()))
        }
        _ => None,
    }
}

fn check_title<'a>(record: &Record, state: &'a State) -> Option<&'a str> {
    let of_check = |check| state.checks.get(check).map(|one| one.title.as_str());
    let of_guard = |guard| Some(state.guards.get(guard)?.check()?.title.as_str());
    match record {
        Record::CheckStarted { check, .. } => of_check(check),
        Record::CheckPassed(end) | Record::CheckFailed(end) | Record::CheckUnknown(end) => {
            of_check(&end.check)
        }
        Record::GuardArmed { guard, .. } | Record::GuardEnded { guard, .. } => of_guard(guard),
        Record::GuardHolds(change) | Record::GuardBroken(change) | Record::GuardUnknown(change) => {
            of_guard(&change.guard)
        }
        _ => None,
    }
}

fn verdict(record: &Record) -> Option<&'static str> {
    match record {
        Record::CallAnswered { verdict, .. } => Some(match verdict {
            Verdict::Succeeded => "succeeded",
            Verdict::Failed => "failed",
            Verdict::NotDone => "not_done",
            Verdict::NotSent => "not_sent",
        }),
        _ => None,
    }
}

fn is_proven(record: &Record) -> Option<bool> {
    match record {
        Record::StepCompleted { proven, .. } => Some(*proven),
        _ => None,
    }
}

fn duty(record: &Record) -> Option<&str> {
    match record {
        Record::DutyDecided { duty, .. }
        | Record::DutyDue { duty }
        | Record::DutyMet { duty, .. } => Some(duty),
        Record::UpdatePromised { cadence, .. }
        | Record::UpdateGiven { cadence, .. }
        | Record::UpdateDue { cadence }
        | Record::UpdatesEnded { cadence, .. } => Some(cadence),
        _ => None,
    }
}

fn option(record: &Record) -> Option<&str> {
    match record {
        Record::Decided { option, .. } => Some(option.as_str()),
        Record::InjectAnswered { option, .. } => option.as_ref().map(Shown::as_str),
        Record::Declared { severity, .. } | Record::SeveritySet { severity, .. } => {
            Some(severity.word())
        }
        Record::ClaimAmended { status, .. } => status.map(ClaimStatus::word),
        _ => None,
    }
}
