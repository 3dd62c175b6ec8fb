//! What an input leads to: records to flush and effects to start after that, or a refusal.
//!
//! Pure: everything is rendered and judged from the state, the playbook and the time passed in.

mod call;
mod check;
mod clock;
mod exercise;
mod outcome;
mod people;
mod person;
mod plan;
mod register;
mod resume;
mod settle;

use super::apply::{Stamp, apply};
use super::effect::Effect;
use super::id::{CallId, CheckId, GuardId};
use super::input::{Input, Now};
use super::permit;
use super::record::Record;
use super::refusal::Refusal;
use super::state::State;

/// An accepted input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// In order; to be flushed together. Empty where the input changes nothing.
    pub records: Vec<Record>,
    /// To be started only when the records are flushed.
    pub effects: Vec<Effect>,
}

/// Decides on one input.
pub fn decide(state: &State, input: &Input, now: Now) -> Result<Decision, Refusal> {
    let mut turn = Turn::new(state, now);
    match input {
        Input::Open { opened, .. } => {
            if state.opened.is_some() {
                return Err(Refusal::AlreadyOpen);
            }
            turn.push(Record::Opened(opened.clone()));
        }
        Input::Resume { boot, version, .. } => resume::resume(&mut turn, boot, version)?,
        Input::Attached { may_act, .. } => {
            permit::writable(&turn.state)?;
            turn.push(Record::Attached { may_act: *may_act });
        }
        Input::Visit { boot, version, .. } => {
            permit::writable(&turn.state)?;
            let (boot, version) = (boot.clone(), version.clone());
            turn.push(Record::Visited { boot, version });
        }
        Input::Person { by, ask } => person::person(&mut turn, by, ask)?,
        Input::Move { to, reason, .. } => people::moved(&mut turn, to, reason)?,
        Input::Arrive { from, host, .. } => people::arrived(&mut turn, from, host)?,
        Input::Called { call, attempt, result } => {
            outcome::called(&mut turn, *call, *attempt, result)?;
        }
        Input::Checked { check, result } => check::checked(&mut turn, *check, result)?,
        Input::Guarded { guard, result, silent_ms } => {
            check::guarded(&mut turn, *guard, result, *silent_ms)?;
        }
        Input::RetryDue { call } => call::retry_due(&mut turn, *call)?,
        Input::Due { due } => clock::due(&mut turn, due)?,
    }
    if turn.state.moved.is_none() {
        settle::settle(&mut turn);
    }
    Ok(Decision { records: turn.records, effects: turn.effects })
}

/// A decision in the making: its scratch state is what the records so far lead to.
struct Turn {
    state: State,
    now: Now,
    records: Vec<Record>,
    effects: Vec<Effect>,
}

impl Turn {
    fn new(state: &State, now: Now) -> Self {
        Self { state: state.clone(), now, records: Vec::new(), effects: Vec::new() }
    }

    fn push(&mut self, record: Record) {
        let seq = self.state.seq.map_or(0, |seq| seq + 1);
        let stamp = Stamp { seq, at: self.now.at, wall: self.now.at, up: self.now.up };
        apply(&mut self.state, stamp, &record);
        self.records.push(record);
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn next_call(&self) -> CallId {
        self.state.calls.get_max().map_or(1, |(id, _)| id + 1)
    }

    fn next_check(&self) -> CheckId {
        self.state.checks.get_max().map_or(1, |(id, _)| id + 1)
    }

    fn next_guard(&self) -> GuardId {
        self.state.guards.get_max().map_or(1, |(id, _)| id + 1)
    }
}
