//! The only thing that changes a state. Total: a record that does not fit is counted as an anomaly
//! and shown; nothing is evaluated here, and nothing can fail.

mod call;
mod check;
mod clock;
mod exercise;
mod people;
mod plan;
mod register;
mod step;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::exercise::Exercise;
use super::id::{Seq, StepKey};
use super::record::{Opened, Record};
use super::state::{Admission, Anomaly, Instance, Member, State};
use crate::text::Shown;

/// What the envelope of a record says that the state needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub seq: Seq,
    /// In a drill by the scenario's clock: everything that people go by is in scenario time there.
    pub at: DateTime<Utc>,
    /// By the wall clock.
    pub wall: DateTime<Utc>,
    /// Boot clock, microseconds.
    pub up: u64,
}

/// Folds one record into the state.
pub fn apply(state: &mut State, stamp: Stamp, record: &Record) {
    state.seq = Some(stamp.seq);
    state.last_at = Some(stamp.at);
    state.last_wall = Some(stamp.wall);
    state.last_up = Some(stamp.up);
    if record.is_said() {
        state.said.push_back(stamp.seq);
    }
    if let Err(what) = fold(state, stamp, record) {
        state.anomalies.push(Anomaly { seq: stamp.seq, what: what.into() });
    }
}

/// Why a record does not fit the state that it met.
type Misfit = String;

fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    match record {
        Record::Opened(opened) => fold_opened(state, stamp, opened),
        Record::Resumed { boot, .. } | Record::Visited { boot, .. } => {
            state.boot.clone_from(boot);
            exercise::taken_up(state, stamp);
            Ok(())
        }
        Record::Closed { reason } => {
            state.closed = Some(reason.clone());
            Ok(())
        }
        Record::RoleTaken { .. }
        | Record::RoleLeft { .. }
        | Record::HandOverOffered { .. }
        | Record::HandOverDeclined { .. }
        | Record::RoleHandedOver { .. }
        | Record::Moved { .. }
        | Record::Arrived { .. } => people::fold(state, stamp, record),
        Record::InputSet { name, value } => {
            state.inputs.insert(name.clone(), value.as_str().to_owned());
            Ok(())
        }
        Record::ScopeAdded { scope, name, source } => {
            Arc::make_mut(&mut state.scope).push(Member {
                scope: scope.clone(),
                name: name.clone(),
                source: source.clone(),
                at: stamp.at,
                admitted: None,
            });
            Ok(())
        }
        Record::ScopeAdmitted { scope, name, url, secrets, reason } => {
            let (url, secrets, reason) = (url.clone(), *secrets, reason.clone());
            let admission = Admission { url, secrets, reason, at: stamp.at };
            fold_admitted(state, scope, name, admission)
        }
        Record::Noted { .. } => {
            state.notes += 1;
            Ok(())
        }
        Record::Withheld { blob, .. } => {
            call::fold_withheld(state, blob);
            Ok(())
        }
        Record::ClaimMade { .. }
        | Record::ClaimAmended { .. }
        | Record::TimerSet { .. }
        | Record::TimerDue { .. }
        | Record::TimerDone { .. }
        | Record::CommandStarted { .. }
        | Record::CommandEnded { .. }
        | Record::EvidenceAttached { .. } => register::fold(state, stamp, record),
        Record::Declared { .. }
        | Record::SeveritySet { .. }
        | Record::Aware { .. }
        | Record::DutyDecided { .. }
        | Record::DutyDue { .. }
        | Record::DutyMet { .. }
        | Record::UpdatePromised { .. }
        | Record::UpdateGiven { .. }
        | Record::UpdateDue { .. }
        | Record::UpdatesEnded { .. } => clock::fold(state, stamp, record),
        Record::Recovered { .. }
        | Record::Continued { .. }
        | Record::ClockStepped { .. }
        | Record::Attached { .. } => Ok(()),
        Record::InjectArrived(_)
        | Record::InjectSeen { .. }
        | Record::InjectAnswered { .. }
        | Record::ExerciseControlled(_)
        | Record::HotWashAnswered { .. } => exercise::fold(state, stamp, record),
        Record::StepAmended { step, toml, .. } => plan::amended(state, step, toml),
        Record::StepAdded { id, toml, .. } => plan::added(state, id, toml),
        other => step::fold(state, stamp, other),
    }
}

fn fold_opened(state: &mut State, stamp: Stamp, opened: &Opened) -> Result<(), Misfit> {
    if state.opened.is_some() {
        return Err("the incident was opened a second time".to_owned());
    }
    state.inputs = opened.inputs.clone();
    state.boot.clone_from(&opened.boot);
    state.opened_at = Some(stamp.at);
    state.exercise = opened.exercise.as_ref().map(|one| Arc::new(Exercise::new(one, stamp.up)));
    state.opened = Some(Arc::new(opened.clone()));
    Ok(())
}

fn fold_admitted(
    state: &mut State,
    scope: &str,
    name: &Shown,
    admission: Admission,
) -> Result<(), Misfit> {
    let members = Arc::make_mut(&mut state.scope);
    let found = members.iter_mut().find(|one| one.scope == scope && one.name == *name);
    let Some(member) = found else {
        return Err(format!("{scope} {name} was admitted, and is not in the scope"));
    };
    member.admitted = Some(admission);
    Ok(())
}

/// Why a step has no instance of this key.
fn fits_scope(state: &State, key: &StepKey) -> Result<(), Misfit> {
    let Some(step) = state.playbook.step(&key.id) else {
        return Err(format!("{key} is not a step of the playbook"));
    };
    match (&step.each, &key.member) {
        (None, None) => Ok(()),
        (Some(scope), Some(member)) if state.member(scope, member).is_some() => Ok(()),
        (Some(scope), _) => Err(format!("{key} names no {scope} that is in the scope")),
        (None, Some(_)) => Err(format!("{key} is done once, not for each member of a scope")),
    }
}

/// Changes the current instance of a step, made on its first record.
fn with_step(
    state: &mut State,
    key: &StepKey,
    change: impl FnOnce(&mut Instance),
) -> Result<(), Misfit> {
    fits_scope(state, key)?;
    let instance = state
        .steps
        .entry(key.name().into())
        .or_insert_with(|| Arc::new(Instance::new(StepKey { epoch: 1, ..key.clone() })));
    if instance.key != *key {
        return Err(format!("{key} is not the current turn of the step, {} is", instance.key));
    }
    change(Arc::make_mut(instance));
    Ok(())
}

/// Under which name a value is kept that this instance saved.
pub(super) fn saved_name<'a>(name: &'a str, key: &StepKey) -> Cow<'a, str> {
    match &key.member {
        None => Cow::Borrowed(name),
        Some(member) => Cow::Owned(format!("{name}[{member}]")),
    }
}

/// Folds a record of a kind that this version does not know: what it means for the state cannot be
/// told, so from here on nothing may be written.
pub fn apply_unknown(state: &mut State, stamp: Stamp, kind: &str) {
    state.seq = Some(stamp.seq);
    state.last_at = Some(stamp.at);
    state.last_wall = Some(stamp.wall);
    state.last_up = Some(stamp.up);
    let kind = Shown::new(kind);
    state.read_only = Some(Shown::new(format!(
        "record {} is of the kind \u{201c}{kind}\u{201d}, which this version of stanch does not \
         know; open it with a newer one",
        stamp.seq
    )));
}
