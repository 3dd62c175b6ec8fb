//! Who was told, and when: updates, claims, answers, duties.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::quality::median;
use crate::drill::plan::DutyNote;
use crate::incident::{ClaimStatus, Record, State};
use crate::journal::Entry;

/// What was communicated.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Communication {
    pub cadences: Vec<Updates>,
    pub claims: Claims,
    pub injects: Answers,
    pub duties: Duties,
}

/// The updates of one cadence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Updates {
    pub cadence: String,
    pub given: usize,
    pub late: usize,
    /// The longest time without one, scenario seconds; until the end where they had not ended.
    pub max_gap_sim_s: Option<i64>,
    pub target_s: i64,
}

/// Claims that were entered, and how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Claims {
    pub logged: usize,
    pub confirmed: usize,
    pub refuted: usize,
    pub disputed: usize,
    pub no_evidence: usize,
    /// Nobody looked.
    pub asserted: usize,
    /// Acted on as if they were so, without being confirmed.
    pub acted_on_unconfirmed: usize,
}

/// How injects were taken in; times are scenario seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    pub arrived: usize,
    pub opened: usize,
    /// `None`: not measured.
    pub median_to_open_s: Option<i64>,
    /// That ask for a decision.
    pub asked: usize,
    pub decided: usize,
    pub median_to_decide_s: Option<i64>,
}

/// Duties of law and contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Duties {
    /// Those of which the scenario says whether they apply, and how many were decided so.
    pub noted: usize,
    pub as_noted: usize,
    pub all: usize,
    pub decided: usize,
    pub met: usize,
    pub met_late: usize,
    /// Their time came before they were met.
    pub overdue: usize,
}

/// What is collected record by record.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// By cadence: when updates were promised first, given, and ended.
    updates: BTreeMap<String, Vec<DateTime<Utc>>>,
    ended: BTreeMap<String, DateTime<Utc>>,
}

impl Collected {
    pub(super) fn heard(&mut self, entry: &Entry) {
        match entry.record.known() {
            Some(Record::UpdatePromised { cadence, .. }) => {
                self.updates.entry(cadence.clone()).or_default().push(entry.moment());
            }
            Some(Record::UpdateGiven { cadence, when, .. }) => {
                self.updates.entry(cadence.clone()).or_default().push(when.at);
            }
            Some(Record::UpdatesEnded { cadence, .. }) => {
                self.ended.insert(cadence.clone(), entry.moment());
            }
            _ => {}
        }
    }

    /// `notes`: which duties apply, as the scenario has it.
    pub(super) fn finish(
        &self,
        state: &State,
        notes: &[DutyNote],
        end: DateTime<Utc>,
    ) -> Communication {
        Communication {
            cadences: self.cadences(state, end),
            claims: claims(state),
            injects: answers(state),
            duties: duties(state, notes),
        }
    }

    fn cadences(&self, state: &State, end: DateTime<Utc>) -> Vec<Updates> {
        let all = state.promises().map(|(cadence, promise)| {
            let until = self.ended.get(&cadence.id).copied().unwrap_or(end);
            let mut times = self.updates.get(&cadence.id).cloned().unwrap_or_default();
            times.sort();
            let began = !times.is_empty();
            times.push(until);
            let gaps = times.windows(2).map(|two| (two[1] - two[0]).num_seconds());
            let given = promise.map(|promise| promise.given.as_slice()).unwrap_or_default();
            Updates {
                cadence: cadence.id.clone(),
                given: given.len(),
                late: given.iter().filter(|update| update.late().is_some()).count(),
                max_gap_sim_s: gaps.max().filter(|_| began).map(|gap| gap.max(0)),
                target_s: i64::try_from(cadence.every.as_secs()).unwrap_or(i64::MAX),
            }
        });
        all.collect()
    }
}

fn claims(state: &State) -> Claims {
    let count = |status| state.claims.values().filter(|claim| claim.status == status).count();
    let acted = state.claims.values().filter(|one| one.act_as_if.is_some() && !one.is_fact());
    Claims {
        logged: state.claims.len(),
        confirmed: count(ClaimStatus::Confirmed),
        refuted: count(ClaimStatus::Refuted),
        disputed: count(ClaimStatus::Disputed),
        no_evidence: count(ClaimStatus::NoEvidence),
        asserted: count(ClaimStatus::Asserted),
        acted_on_unconfirmed: acted.count(),
    }
}

fn answers(state: &State) -> Answers {
    let injects = state.exercise.as_deref().map(|exercise| exercise.injects.as_slice());
    let injects = injects.unwrap_or_default();
    let seconds = |time: TimeDelta| time.num_seconds();
    let opened: Vec<i64> =
        injects.iter().filter_map(|one| Some(seconds(one.seen? - one.at))).collect();
    let asking = || injects.iter().filter(|one| !one.inject.options.is_empty());
    let decided: Vec<i64> =
        asking().filter_map(|one| Some(seconds(one.reply.as_ref()?.at - one.at))).collect();
    Answers {
        arrived: injects.len(),
        opened: opened.len(),
        asked: asking().count(),
        decided: decided.len(),
        median_to_open_s: median(opened),
        median_to_decide_s: median(decided),
    }
}

fn duties(state: &State, notes: &[DutyNote]) -> Duties {
    let mut told = Duties { noted: notes.len(), ..Duties::default() };
    for (planned, duty) in state.duties() {
        told.all += 1;
        let Some(duty) = duty else { continue };
        told.decided += 1;
        let note = notes.iter().find(|note| note.duty == planned.id);
        told.as_noted += usize::from(note.is_some_and(|note| note.applies == duty.on));
        if let Some(met) = &duty.met {
            told.met += 1;
            told.met_late += usize::from(met.late(duty.due).is_some());
        }
        let is_past = duty.due.zip(state.last_at).is_some_and(|(due, now)| due <= now);
        told.overdue += usize::from(duty.is_open() && is_past);
    }
    told
}
