//! What a fault makes of a request.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::plan::{ChangeSet, Plan, capture, change_set, planned, reply};
use super::{Act, Deed, Origin, Turn, World, trouble};
use crate::drill::fault::{Ask, Changes, Fault, FaultKind, Strike, Substitute};
use crate::drill::incoming::Incoming;
use crate::drill::record::{Later, Reply};
use crate::drill::scenario::Answer;
use crate::incident::exercise::FaultTold;
use crate::playbook::ExpressionError;

impl World {
    /// Arms or disarms a fault; false if there is none with this id.
    pub(in crate::drill) fn arm(&mut self, id: &str, armed: bool) -> bool {
        self.armoury.set(&self.scenario.faults, id, armed)
    }

    pub(in crate::drill) fn suspend(&mut self, suspended: bool) {
        self.armoury.suspend(suspended);
    }

    pub(in crate::drill) fn end_faults(&mut self) {
        self.armoury.end();
    }

    pub(in crate::drill) fn set_elapsed(&mut self, elapsed: TimeDelta) {
        self.armoury.set_elapsed(elapsed);
    }

    pub(in crate::drill) fn told(&self) -> Vec<FaultTold> {
        self.armoury.told(&self.scenario.faults)
    }

    /// Whether this fault may go on with what it began.
    pub(in crate::drill) fn is_on(&self, index: usize) -> bool {
        self.armoury.is_on(index)
    }

    /// A stale answer is about to come from behind a door that should be shut.
    pub(super) fn holds_open(&self, backend: &str, vantage: &str) -> bool {
        let holds = |fault: &Fault| fault.holds_open(backend, vantage);
        self.armoury.threatens(&self.scenario.faults, holds) && !self.past.is_empty()
    }

    /// The fault that strikes whoever dials, written and flushed.
    pub(in crate::drill) fn dialled(
        &mut self,
        backend: &str,
        vantage: &str,
        method: &str,
        path: &str,
    ) -> Option<FaultKind> {
        let scenario = self.scenario.clone();
        if !scenario.faults.iter().any(|fault| fault.kind.is_dialled()) {
            return None;
        }
        let ask = Ask { backend, vantage, method, segments: &[] };
        let dialled = |fault: &Fault| fault.kind.is_dialled();
        let (index, strike) = self.armoury.strike(&scenario.faults, ask, dialled)?;
        let origin = Origin { backend, vantage, request: format!("{method} {path}") };
        let deed = Deed { strike: Some(strike), ..Deed::default() };
        let written = self.record(&origin, deed).map_err(|error| error.to_string());
        let flushed = written.and_then(|()| self.log.flush().map_err(|error| error.to_string()));
        if let Err(error) = flushed {
            tracing::warn!(%error, "a fault does not strike, since it cannot be recorded");
            return None;
        }
        Some(scenario.faults[index].kind.clone())
    }

    /// The fault that strikes this request, if one does.
    pub(super) fn struck(
        &mut self,
        incoming: &Incoming,
        segments: &[String],
        plan: &Plan,
    ) -> Option<(Struck, Strike)> {
        if self.scenario.faults.is_empty() {
            return None;
        }
        let scenario = self.scenario.clone();
        let shut = self.shuts(&incoming.backend, &incoming.vantage).unwrap_or_default();
        let old = self.old(incoming, segments, plan, shut);
        let Incoming { backend, vantage, method, .. } = incoming;
        let ask = Ask { backend, vantage, method, segments };
        let wanted = |fault: &Fault| match fault.kind {
            FaultKind::Stale => old.is_some(),
            ref kind => !kind.is_dialled() && !shut,
        };
        let (index, strike) = self.armoury.strike(&scenario.faults, ask, wanted)?;
        Some((Struck { index, old }, strike))
    }

    /// The last answer that was another one than today's; none to a request that changes something.
    fn old(
        &self,
        incoming: &Incoming,
        segments: &[String],
        plan: &Plan,
        shut: bool,
    ) -> Option<Reply> {
        let stale = |fault: &Fault| {
            fault.kind == FaultKind::Stale && fault.target.backend == incoming.backend
        };
        if !plan.set.is_empty() || !self.scenario.faults.iter().any(stale) {
            return None;
        }
        let mut values = self.values.clone();
        self.past.iter().rev().find_map(|state: &Value| {
            Arc::make_mut(&mut values.0).insert("state".to_owned(), state.clone());
            let old = planned(&self.scenario, &mut values, incoming, segments);
            (old.set.is_empty() && (shut || old.reply != plan.reply)).then_some(old.reply)
        })
    }

    /// Does and says what the fault makes of `plan`.
    pub(super) fn misbehave(
        &mut self,
        incoming: &Incoming,
        segments: &[String],
        plan: Plan,
        struck: Struck,
        strike: Strike,
    ) -> Turn {
        let scenario = self.scenario.clone();
        let fault = &scenario.faults[struck.index];
        let met = strike.met;
        let undone = |plan: Plan, applied: bool| {
            if applied { plan } else { Plan { set: ChangeSet::new(), keyed: None, ..plan } }
        };
        let mut turn = match &fault.kind {
            FaultKind::Latency { .. } => {
                let turn = self.carry_out(incoming, plan, Some(strike));
                Turn { delay_ms: turn.delay_ms.saturating_add(fault.delay(met)), ..turn }
            }
            FaultKind::Answer(substitute) => {
                let own = self.substitute(fault, substitute, segments, plan);
                match own {
                    Ok((plan, later)) => self.carry_out_with(incoming, plan, Some(strike), later),
                    Err(error) => {
                        let what = format!("the fault in line {}: {error}", fault.line);
                        self.turn(trouble(400, &format!("{what}; nothing changed")))
                    }
                }
            }
            FaultKind::Reset { applied } => {
                let turn = self.carry_out(incoming, undone(plan, *applied), Some(strike));
                Turn { act: Act::Reset, ..turn }
            }
            FaultKind::Timeout { applied, after_ms } => {
                let turn = self.carry_out(incoming, undone(plan, *applied), Some(strike));
                Turn { act: Act::Silence(*after_ms), ..turn }
            }
            FaultKind::HalfBody { applied } => {
                halved(self.carry_out(incoming, undone(plan, *applied), Some(strike)))
            }
            FaultKind::Malformed { applied, http } => {
                let turn = self.carry_out(incoming, undone(plan, *applied), Some(strike));
                if *http { mangled(turn) } else { Turn { act: Act::Babble, ..turn } }
            }
            FaultKind::Stale => {
                let reply = struck.old.unwrap_or_else(|| plan.reply.clone());
                let turn = self.carry_out(incoming, Plan { reply, ..plan }, Some(strike));
                // The door that it held open may have to shut.
                Turn { doors: true, ..turn }
            }
            // These strike before there is a request.
            FaultKind::Refused | FaultKind::Tls | FaultKind::Dns => {
                self.carry_out(incoming, plan, None)
            }
        };
        turn.fault = Some(struck.index);
        turn
    }

    /// What another answer than the route's says and changes.
    fn substitute(
        &self,
        fault: &Fault,
        substitute: &Substitute,
        segments: &[String],
        plan: Plan,
    ) -> Result<(Plan, Option<Later>), ExpressionError> {
        let mut values = self.values.clone();
        let captured = fault.target.path.as_ref().and_then(|path| path.matches(segments));
        capture(&mut values, captured.unwrap_or_default());
        if let Some(failed) = &substitute.failed_items {
            values = values.with("failed_items", failed.clone());
        }
        let Substitute { status, headers, body, .. } = substitute;
        let said = if let Some(body) = body {
            reply(*status, headers, body, &values)?
        } else {
            let own = reply(*status, headers, &Answer::Empty, &values)?;
            let mut headers = plan.reply.headers;
            headers.retain(|(name, _)| own.headers.iter().all(|(other, _)| other != name));
            headers.extend(own.headers);
            Reply { status: *status, headers, body: plan.reply.body }
        };
        let own = |set: ChangeSet| (set, None);
        let ((set, later), keyed) = match &substitute.changes {
            Changes::Route => (own(plan.set), plan.keyed),
            Changes::Own(changes) => (own(change_set(changes, &values)?), None),
            Changes::Later { now, then, calls } => {
                let later = Later { set: change_set(then, &values)?, calls: *calls };
                ((change_set(now, &values)?, Some(later)), None)
            }
        };
        Ok((Plan { set, keyed, reply: said, ..plan }, later))
    }
}

/// Which fault strikes, and what it needs for that.
pub(super) struct Struck {
    index: usize,
    /// The answer from before, for one that is stale.
    old: Option<Reply>,
}

fn halved(turn: Turn) -> Turn {
    match turn.act {
        Act::Reply(reply) => Turn { act: Act::Half(reply), ..turn },
        act => Turn { act, ..turn },
    }
}

/// The answer with the page of some proxy as its body.
fn mangled(turn: Turn) -> Turn {
    let Act::Reply(reply) = turn.act else { return turn };
    let body = "<!doctype html><title>One moment, please</title>".to_owned();
    Turn { act: Act::Reply(Reply { body, ..reply }), ..turn }
}
