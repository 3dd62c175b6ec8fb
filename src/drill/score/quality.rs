//! How good the record is: reasons, evidence, how soon things were written down, silences.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::incident::exercise::Control;
use crate::incident::{By, Precision, Record, State};
use crate::journal::Entry;

/// The quality of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Quality {
    pub entries: u64,
    /// That people wrote.
    pub by_people: u64,
    /// Decisions, for which there is a why.
    pub decisions: u64,
    /// Those that tell it.
    pub with_reason: u64,
    pub notes: u64,
    /// Files and outputs of commands.
    pub evidence: usize,
    /// Entries that tell when it happened, at another time than when it was recorded.
    pub backdated_entries: u64,
    /// Between what happened and its entry, where an entry tells; scenario seconds. `None`: not
    /// measured.
    pub median_record_lag_s: Option<i64>,
    /// The longest time in which nobody wrote anything, while the exercise ran.
    pub longest_silent_gap_sim_s: Option<i64>,
}

/// What is collected record by record.
#[derive(Debug, Default)]
pub(super) struct Collected {
    told: Quality,
    lags: Vec<i64>,
    /// When somebody wrote last, or the exercise began; later by what the clock leapt since.
    quiet_since: Option<DateTime<Utc>>,
    is_over: bool,
}

impl Collected {
    pub(super) fn heard(&mut self, entry: &Entry) {
        let told = &mut self.told;
        told.entries += 1;
        let is_person = entry.by != By::console();
        told.by_people += u64::from(is_person);
        let Some(record) = entry.record.known() else { return };
        told.notes += u64::from(matches!(record, Record::Noted { .. }));
        if let Some(has_reason) = has_reason(record) {
            told.decisions += 1;
            told.with_reason += u64::from(has_reason);
        }
        if let Some(lag) = lag(entry, record) {
            self.lags.push(lag.num_seconds());
            told.backdated_entries += u64::from(lag > TimeDelta::zero());
        }
        self.listen(entry, record, is_person);
    }

    fn listen(&mut self, entry: &Entry, record: &Record, is_person: bool) {
        if self.is_over {
            return;
        }
        let now = entry.moment();
        let since = *self.quiet_since.get_or_insert(now);
        let gap = &mut self.told.longest_silent_gap_sim_s;
        let quiet = (now - since).num_seconds().max(0);
        *gap = Some(gap.unwrap_or(0).max(quiet));
        if is_person {
            self.quiet_since = Some(now);
        }
        match record {
            // Over what the clock leaps nobody can write anything.
            Record::ExerciseControlled(Control::Jump { to, .. }) => {
                let leapt = (*to - now).max(TimeDelta::zero());
                self.quiet_since = self.quiet_since.map(|since| since + leapt);
            }
            Record::ExerciseControlled(Control::End { .. }) => self.is_over = true,
            _ => {}
        }
    }

    pub(super) fn finish(&self, state: &State) -> Quality {
        let outputs = state.commands.values().filter(|command| command.end.is_some()).count();
        Quality {
            evidence: state.evidence.len() + outputs,
            median_record_lag_s: median(self.lags.clone()),
            ..self.told.clone()
        }
    }
}

/// Whether a decision tells why; `None` for what is none.
fn has_reason(record: &Record) -> Option<bool> {
    match record {
        Record::Decided { reason, .. }
        | Record::StepSkipped { reason, .. }
        | Record::StepReopened { reason, .. }
        | Record::StepAmended { reason, .. }
        | Record::StepAdded { reason, .. }
        | Record::ScopeAdmitted { reason, .. }
        | Record::Declared { reason, .. }
        | Record::SeveritySet { reason, .. }
        | Record::Aware { reason, .. }
        | Record::DutyDecided { reason, .. }
        | Record::UpdatesEnded { reason, .. } => Some(!reason.is_blank()),
        Record::StepDoneElsewhere(done) => Some(!done.reason.is_blank()),
        Record::InjectAnswered { option: Some(_), text, .. } => Some(!text.is_blank()),
        Record::StepCompleted { proven: false, reason: Some(reason), .. } => {
            Some(!reason.is_blank())
        }
        Record::ClaimAmended { status: Some(_), reason, .. } => {
            Some(reason.as_ref().is_some_and(|reason| !reason.is_blank()))
        }
        _ => None,
    }
}

/// From when it happened to its entry, where the entry tells; none where it tells no more exactly
/// than that it may have happened just then.
fn lag(entry: &Entry, record: &Record) -> Option<TimeDelta> {
    let when = record.when().or(entry.occurred.as_ref())?;
    let grain = match when.precision {
        Precision::Second => TimeDelta::seconds(1),
        Precision::Minute => TimeDelta::minutes(1),
        Precision::Hour => TimeDelta::hours(1),
        Precision::Day => TimeDelta::days(1),
    };
    let lag = (entry.moment() - when.at).max(TimeDelta::zero());
    Some(if lag < grain { TimeDelta::zero() } else { lag })
}

/// The middle one; the lower of two.
pub(super) fn median(mut all: Vec<i64>) -> Option<i64> {
    all.sort_unstable();
    let middle = all.len().checked_sub(1)? / 2;
    all.get(middle).copied()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle_one_of_several() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![4, 3, 2, 1]), Some(2));
    }
}
