//! Severity, duties, promised updates, what was put off and what was done elsewhere; and whatever
//! falls due.

use chrono::TimeDelta;

use super::{Turn, call, check};
use crate::incident::clocks::{Due, SkipKind};
use crate::incident::id::StepKey;
use crate::incident::input::{Ask, SkipAs};
use crate::incident::permit;
use crate::incident::record::{Disarm, DoneElsewhere, Occurred, Record};
use crate::incident::refusal::Refusal;
use crate::incident::reminder::When;
use crate::incident::state::Progress;
use crate::playbook::{Cadence, Deadline};
use crate::text::Shown;

/// What a person asks of them; any other ask changes nothing.
pub(super) fn asked(turn: &mut Turn, ask: Ask) -> Result<(), Refusal> {
    let now = Occurred::exactly(turn.now.at);
    match ask {
        Ask::Declare { severity, occurred, reason } => {
            let when = occurred.unwrap_or(now);
            turn.push(Record::Declared { severity, when, reason });
        }
        Ask::SetSeverity { severity, reason } => {
            turn.push(Record::SeveritySet { severity, reason });
        }
        Ask::Aware { occurred, reason } => {
            turn.push(Record::Aware { when: occurred.unwrap_or(now), reason });
        }
        Ask::DutyDecide { duty, on, starts, reason } => decided(turn, duty, on, starts, reason)?,
        Ask::DutyMet { duty, occurred, how } => {
            turn.push(Record::DutyMet { duty, when: occurred.unwrap_or(now), how });
        }
        Ask::UpdateGive { cadence, occurred, how, next } => {
            let when = occurred.unwrap_or(now);
            let due = next_update(turn, &cadence, &when, next)?;
            turn.push(Record::UpdateGiven { cadence, when, how, due });
        }
        Ask::UpdatesEnd { cadence, reason } => {
            turn.push(Record::UpdatesEnded { cadence, reason });
        }
        _ => {}
    }
    Ok(())
}

/// Its time is counted here, once; a duty that is off has none.
fn decided(
    turn: &mut Turn,
    duty: String,
    on: bool,
    starts: Option<Occurred>,
    reason: Shown,
) -> Result<(), Refusal> {
    let starts = starts.filter(|_| on);
    let deadline = permit::duty(&turn.state, &duty)?.due;
    let due = match &starts {
        Some(starts) if deadline != Deadline::Soon => {
            Some(deadline.due(starts.at).ok_or(Refusal::TooFar)?)
        }
        _ => None,
    };
    turn.push(Record::DutyDecided { duty, on, starts, due, reason });
    Ok(())
}

fn next_update(
    turn: &Turn,
    cadence: &str,
    given: &Occurred,
    next: Option<When>,
) -> Result<chrono::DateTime<chrono::Utc>, Refusal> {
    let cadence = permit::cadence(&turn.state, cadence)?;
    let due = match next {
        Some(next) => next.due(turn.now.at),
        None => given.at.checked_add_signed(every(cadence)),
    };
    due.ok_or(Refusal::TooFar)
}

fn every(cadence: &Cadence) -> TimeDelta {
    TimeDelta::from_std(cadence.every).unwrap_or(TimeDelta::MAX)
}

/// Cadences begin by themselves, as soon as their moment is known.
pub(super) fn begin_cadences(turn: &mut Turn) {
    if turn.state.closed.is_some() {
        return;
    }
    let playbook = turn.state.playbook.clone();
    for cadence in &playbook.cadences {
        if turn.state.clocks.promises.contains_key(&cadence.id) {
            continue;
        }
        let begun = turn.state.moment(cadence.starts);
        let due = begun.and_then(|begun| begun.at.checked_add_signed(every(cadence)));
        if let Some(due) = due {
            turn.push(Record::UpdatePromised { cadence: cadence.id.clone(), due });
        }
    }
}

pub(super) fn skip(
    turn: &mut Turn,
    step: StepKey,
    skip: Option<SkipAs>,
    reason: Shown,
) -> Result<(), Refusal> {
    let skip = match skip {
        None => None,
        Some(SkipAs::NotApplicable) => Some(SkipKind::NotApplicable),
        Some(SkipAs::RiskAccepted) => Some(SkipKind::RiskAccepted),
        Some(SkipAs::Deferred { until }) => {
            let until = until.due(turn.now.at).ok_or(Refusal::TooFar)?;
            Some(SkipKind::Deferred { until })
        }
    };
    turn.push(Record::StepSkipped { step, reason, skip });
    Ok(())
}

/// What was to be sent is put away, and the proof begins.
pub(super) fn elsewhere(turn: &mut Turn, done: DoneElsewhere) -> Result<(), Refusal> {
    let key = done.step.clone();
    check::stop_running(turn, &key, "it was recorded as done elsewhere");
    if turn.state.progress(&key.name()) == Progress::Armed {
        turn.push(Record::StepDisarmed { step: key.clone(), why: Disarm::ByPerson });
    }
    turn.push(Record::StepDoneElsewhere(done));
    call::prove_or_complete(turn, &key)
}

/// The time of something came.
pub(super) fn due(turn: &mut Turn, due: &Due) -> Result<(), Refusal> {
    if turn.state.closed.is_some() {
        return Err(Refusal::Closed);
    }
    let at = match due {
        Due::Reminder(timer) => {
            let timer = turn.state.timers.get(timer);
            timer.filter(|timer| !timer.is_due && timer.done.is_none()).map(|timer| timer.due)
        }
        Due::Duty(id) => {
            let duty = turn.state.clocks.duties.get(id);
            duty.filter(|duty| duty.is_open() && !duty.is_due).and_then(|duty| duty.due)
        }
        Due::Update(id) => {
            let promise = turn.state.clocks.promises.get(id);
            let promise = promise.filter(|one| one.ended.is_none() && !one.is_due);
            promise.map(|promise| promise.next)
        }
        Due::Step(key) => turn.state.clocks.deferred.get(key).copied(),
    };
    if at.is_none_or(|at| at > turn.now.at) {
        return Err(Refusal::Unexpected);
    }
    turn.push(due_record(due.clone()));
    Ok(())
}

fn due_record(due: Due) -> Record {
    match due {
        Due::Reminder(timer) => Record::TimerDue { timer },
        Due::Duty(duty) => Record::DutyDue { duty },
        Due::Update(cadence) => Record::UpdateDue { cadence },
        Due::Step(step) => Record::StepReturned { step },
    }
}

/// Whatever fell due while nothing ran, in the order of its time.
pub(super) fn overdue(turn: &mut Turn) {
    while let Some((at, due)) = turn.state.next_due() {
        if at > turn.now.at {
            break;
        }
        turn.push(due_record(due));
    }
}
