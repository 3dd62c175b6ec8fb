//! What a record about a claim, a reminder or a piece of evidence makes of the state.

use std::sync::Arc;

use super::{Misfit, Stamp};
use crate::incident::claim::{Claim, ClaimStatus, Count};
use crate::incident::evidence::Evidence;
use crate::incident::id::{ClaimId, TimerId};
use crate::incident::ran::{CommandEnd, CommandRun};
use crate::incident::record::Record;
use crate::incident::reminder::{Done, Timer};
use crate::incident::state::State;
use crate::text::Shown;

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::ClaimMade { claim, text, source, data } => {
            let made = Claim {
                id: *claim,
                text: text.clone(),
                source: source.clone(),
                data: data.clone(),
                made_at: stamp.at,
                status: ClaimStatus::Asserted,
                reason: None,
                counts: Vec::new(),
                act_as_if: None,
            };
            fold_made(state, made)
        }
        Record::ClaimAmended { claim, status, count, act_as_if, reason } => {
            let about = Amended {
                status: *status,
                count: count.as_ref(),
                act_as_if: *act_as_if,
                reason: reason.as_ref(),
            };
            fold_amended(state, *claim, &about)
        }
        Record::TimerSet { timer, what, who, due } => {
            let set = Timer {
                id: *timer,
                what: what.clone(),
                who: who.clone(),
                set_at: stamp.at,
                due: *due,
                is_due: false,
                done: None,
            };
            fold_set(state, set)
        }
        Record::TimerDue { timer } => with_timer(state, *timer, |timer| timer.is_due = true),
        Record::TimerDone { timer, how } => {
            let done = Done { at: stamp.at, how: how.clone() };
            with_timer(state, *timer, |timer| timer.done = Some(done))
        }
        Record::CommandStarted { run, argv, host, .. } => {
            let started = CommandRun {
                seq: stamp.seq,
                at: stamp.at,
                argv: argv.clone(),
                host: host.clone(),
                end: None,
            };
            fold_started(state, run, started)
        }
        Record::CommandEnded { run, end } => fold_ended(state, run, end),
        Record::EvidenceAttached { path, sha256, bytes, about } => {
            state.evidence.push_back(Arc::new(Evidence {
                seq: stamp.seq,
                at: stamp.at,
                path: path.clone(),
                sha256: sha256.clone(),
                bytes: *bytes,
                about: about.clone(),
            }));
            Ok(())
        }
        other => Err(format!("{} is folded nowhere", other.kind())),
    }
}

fn fold_made(state: &mut State, claim: Claim) -> Result<(), Misfit> {
    let id = claim.id;
    if state.claims.contains_key(&id) {
        return Err(format!("claim {id} was made a second time"));
    }
    state.claims.insert(id, Arc::new(claim));
    Ok(())
}

fn fold_started(state: &mut State, run: &str, started: CommandRun) -> Result<(), Misfit> {
    if state.commands.contains_key(run) {
        return Err(format!("the command {run} was started a second time"));
    }
    state.commands.insert(run.into(), Arc::new(started));
    Ok(())
}

fn fold_ended(state: &mut State, run: &str, end: &CommandEnd) -> Result<(), Misfit> {
    let command = state.commands.get_mut(run);
    let command = command.ok_or_else(|| format!("the command {run} was never started"))?;
    let command = Arc::make_mut(command);
    if command.end.is_some() {
        return Err(format!("the command {run} ended a second time"));
    }
    command.end = Some(end.clone());
    Ok(())
}

struct Amended<'a> {
    status: Option<ClaimStatus>,
    count: Option<&'a Count>,
    act_as_if: Option<bool>,
    reason: Option<&'a Shown>,
}

fn fold_amended(state: &mut State, id: ClaimId, about: &Amended<'_>) -> Result<(), Misfit> {
    let claim = state.claims.get_mut(&id).ok_or_else(|| format!("claim {id} was never made"))?;
    let claim = Arc::make_mut(claim);
    if let Some(status) = about.status {
        claim.status = status;
        claim.reason = about.reason.cloned();
    }
    claim.counts.extend(about.count.cloned());
    if let Some(act) = about.act_as_if {
        claim.act_as_if = act.then(|| about.reason.cloned().unwrap_or_default());
    }
    Ok(())
}

fn fold_set(state: &mut State, timer: Timer) -> Result<(), Misfit> {
    let id = timer.id;
    if state.timers.contains_key(&id) {
        return Err(format!("reminder {id} was set a second time"));
    }
    state.index.timer(&timer);
    state.timers.insert(id, Arc::new(timer));
    Ok(())
}

fn with_timer(
    state: &mut State,
    id: TimerId,
    change: impl FnOnce(&mut Timer),
) -> Result<(), Misfit> {
    let timer = state.timers.get_mut(&id).ok_or_else(|| format!("reminder {id} was never set"))?;
    let timer = Arc::make_mut(timer);
    change(timer);
    state.index.timer(timer);
    Ok(())
}
