//! What is done beside the steps: when, and whether it is done already.

use chrono::{DateTime, Utc};

use super::{Autopilot, EVALUATOR};
use crate::drill::plan::{Act, ClaimAct, Doing};
use crate::incident::exercise::{Control, Exercise};
use crate::incident::{Ask, By, ClaimId, Record, State};
use crate::journal::Entry;
use crate::playbook::Moment;
use crate::text::Shown;

impl Autopilot {
    /// The first act of the solution that is due and not done.
    pub(super) fn act(
        &self,
        state: &State,
        exercise: &Exercise,
        now: DateTime<Utc>,
    ) -> Option<(usize, By, Ask)> {
        let acts = self.plan.solution.acts.iter().enumerate();
        let mut open = acts.filter(|(index, act)| {
            !self.done.contains(index)
                && self.hand.does(*index, &act.what)
                && due(act, exercise).is_some_and(|due| due <= now)
        });
        open.find_map(|(index, act)| {
            let by = match act.what {
                Doing::Judge { .. } => {
                    By { who: Shown::new(EVALUATOR), role: Some(Shown::new(EVALUATOR)) }
                }
                _ => Self::player(),
            };
            Some((index, by, ask(state, &act.what)?))
        })
    }

    /// When something is to be done next without anything happening, by the scenario's clock.
    pub(super) fn moments<'a>(
        &'a self,
        exercise: &'a Exercise,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> + 'a {
        let acts = self.plan.solution.acts.iter().enumerate();
        let acts = acts.filter(|(index, _)| !self.done.contains(index));
        let acts = acts.filter_map(move |(_, act)| due(act, exercise));
        let pause = self.hand.reads_after();
        let reads = exercise.unread().chain(exercise.unanswered()).map(move |one| one.at + pause);
        let begins = exercise.injects.first().map(|first| first.at + self.hand.begins_after());
        acts.chain(reads).chain(begins).filter(move |moment| *moment > now)
    }

    /// The solution answers this inject by an act of its own.
    pub(super) fn is_solved(&self, inject: &str) -> bool {
        let solves =
            |act: &Act| matches!(&act.what, Doing::Reply { inject: one, .. } if one == inject);
        self.plan.solution.acts.iter().any(solves)
    }

    /// Acts whose record is there were done before the drill was taken up.
    pub(super) fn recall(&mut self, entry: &Entry, state: &State) {
        let Some(record) = entry.record.known() else { return };
        let acts = self.plan.solution.acts.iter().enumerate();
        let mut open = acts.filter(|(index, _)| !self.done.contains(index));
        if let Some((index, _)) = open.find(|(_, act)| is_of(&act.what, record, state)) {
            self.done.insert(index);
        }
    }
}

fn due(act: &Act, exercise: &Exercise) -> Option<DateTime<Utc>> {
    let from = match &act.on {
        None => exercise.briefing.start,
        Some(inject) => exercise.arrived(inject)?.at,
    };
    from.checked_add_signed(act.after)
}

/// As it is asked; `None` while what it is about is not there.
fn ask(state: &State, what: &Doing) -> Option<Ask> {
    match what {
        Doing::Ask(ask) => begun(state, ask),
        Doing::Place(place) => place.ask(state),
        Doing::Reply { inject, option, text } => Some(Ask::InjectAnswer {
            inject: inject.clone(),
            option: option.clone(),
            text: text.clone(),
        }),
        Doing::Judge { expectation, verdict, reason } => Some(Ask::Control {
            control: Control::Judge {
                expectation: expectation.clone(),
                verdict: *verdict,
                reason: reason.clone(),
            },
        }),
        Doing::Claim { text, ask } => {
            let claim = claim(state, text)?;
            Some(match ask {
                ClaimAct::Status { status, reason } => {
                    Ask::ClaimAmend { claim, status: *status, reason: reason.clone() }
                }
                ClaimAct::Count { count, source } => {
                    Ask::ClaimCount { claim, count: count.clone(), source: source.clone() }
                }
                ClaimAct::ActAsIf { reason } => {
                    Ask::ClaimActAsIf { claim, act: true, reason: reason.clone() }
                }
            })
        }
    }
}

/// Where the scenario leaves open from when a duty counts, it is the moment that the record knows;
/// until it does, nothing is asked.
fn begun(state: &State, ask: &Ask) -> Option<Ask> {
    let mut ask = ask.clone();
    if let Ask::DutyDecide { duty, on: true, starts: starts @ None, .. } = &mut ask {
        let moment = Moment::of_word(&state.playbook.duty(duty)?.starts).unwrap_or(Moment::Aware);
        *starts = Some(state.moment(moment)?);
    }
    Some(ask)
}

fn claim(state: &State, text: &str) -> Option<ClaimId> {
    state.claims.iter().find(|(_, claim)| claim.text.as_str() == text).map(|(id, _)| *id)
}

/// Whether this record is what the act leaves.
fn is_of(what: &Doing, record: &Record, state: &State) -> bool {
    let claimed = |id: &ClaimId, text: &str| {
        state.claims.get(id).is_some_and(|claim| claim.text.as_str() == text)
    };
    match (what, record) {
        (Doing::Ask(ask), record) => leaves(ask, record),
        // Two records may follow from it: whether it is done is seen from the state.
        (Doing::Place(place), Record::ScopeAdmitted { .. } | Record::ScopeAdded { .. }) => {
            place.ask(state).is_none()
        }
        (Doing::Reply { inject, .. }, Record::InjectAnswered { inject: one, .. }) => inject == one,
        (
            Doing::Judge { expectation, .. },
            Record::ExerciseControlled(Control::Judge { expectation: one, .. }),
        ) => expectation == one,
        (
            Doing::Claim { text, ask },
            Record::ClaimAmended { claim, status, count, act_as_if, .. },
        ) => {
            let same = match ask {
                ClaimAct::Status { status: wanted, .. } => *status == Some(*wanted),
                ClaimAct::Count { count: wanted, .. } => {
                    count.as_ref().is_some_and(|count| count.count == *wanted)
                }
                ClaimAct::ActAsIf { .. } => *act_as_if == Some(true),
            };
            same && claimed(claim, text)
        }
        _ => false,
    }
}

fn leaves(ask: &Ask, record: &Record) -> bool {
    match (ask, record) {
        (Ask::Note { text, .. }, Record::Noted { text: one, .. })
        | (Ask::ClaimMake { text, .. }, Record::ClaimMade { text: one, .. }) => text == one,
        (Ask::Declare { .. }, Record::Declared { .. })
        | (Ask::Aware { .. }, Record::Aware { .. }) => true,
        (Ask::DutyDecide { duty, .. }, Record::DutyDecided { duty: one, .. })
        | (Ask::DutyMet { duty, .. }, Record::DutyMet { duty: one, .. }) => duty == one,
        (Ask::UpdateGive { how, .. }, Record::UpdateGiven { how: one, .. }) => how == one,
        _ => false,
    }
}
