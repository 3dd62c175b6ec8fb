//! How the calls went: attempts, retries, proofs, doubts, and steps out of their order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::incident::record::Resolution;
use crate::incident::state::CallEnd;
use crate::incident::{Answer, CallId, Purpose, Record, Request, State, StepKey, Verdict};
use crate::journal::Entry;

/// The quality of the execution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Execution {
    /// Calls of steps, each with all of its attempts.
    pub api_calls: usize,
    /// Those whose first attempt succeeded.
    pub first_try_success: usize,
    pub retries: u64,
    /// Retries that went out before the time of a `Retry-After` was over.
    pub retries_inside_retry_after: u64,
    /// Retries after an answer that said so.
    pub retries_after_retry_after: u64,
    pub mutations: Part,
    pub unknown_outcomes: Doubts,
    /// Calls that were the same, to the byte, as an earlier one that changed or may have changed
    /// something.
    pub sent_again: usize,
    pub checks: Checks,
    pub guards_broken: u64,
    pub steps_completed: u64,
    pub steps_out_of_order: u64,
    pub steps_skipped_with_reason: u64,
    pub steps_skipped_without_reason: u64,
    pub unproven_accepted: u64,
    pub done_elsewhere: u64,
}

/// Steps that changed something, and how many of them were proven.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    pub proven: usize,
    pub of: usize,
}

/// Calls whose outcome was unknown, and what settled it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Doubts {
    pub all: usize,
    pub by_probe: usize,
    pub by_retry: usize,
    pub by_person: usize,
    pub set_aside: usize,
    pub open: usize,
}

/// Checks that were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checks {
    pub made: u64,
    pub passed: u64,
    pub failed: u64,
    pub unknown: u64,
}

/// What is collected record by record.
#[derive(Debug, Default)]
pub(super) struct Collected {
    told: Execution,
    calls: BTreeMap<CallId, Call>,
    proven: BTreeSet<StepKey>,
}

#[derive(Debug, Default)]
struct Call {
    hash: String,
    changes: bool,
    first_succeeded: bool,
    was_in_doubt: bool,
    settled: Option<Settled>,
    /// Boot clock, microseconds, before which no attempt was wanted.
    not_before: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
enum Settled {
    Probe,
    Retry,
    Person,
}

impl Collected {
    pub(super) fn heard(&mut self, entry: &Entry) {
        let Some(record) = entry.record.known() else { return };
        match record {
            Record::CallRequested { call, attempt, request, hash, .. } => {
                self.requested(*call, *attempt, request, hash, entry.up);
            }
            Record::CallAnswered { call, attempt, verdict, answer, .. } => {
                let known = self.calls.entry(*call).or_default();
                known.first_succeeded |= *attempt == 1 && *verdict == Verdict::Succeeded;
                known.not_before = not_before(entry.up, answer.as_ref());
            }
            Record::CallInDoubt { call, answer, .. } => {
                let known = self.calls.entry(*call).or_default();
                known.was_in_doubt = true;
                known.settled = None;
                known.not_before = not_before(entry.up, answer.as_ref());
            }
            Record::CallResolved { call, how, .. } => {
                let settled = match how {
                    Resolution::Probe { .. } => Settled::Probe,
                    Resolution::Retry { .. } => Settled::Retry,
                    Resolution::Person { .. } => Settled::Person,
                };
                self.calls.entry(*call).or_default().settled = Some(settled);
            }
            // A pause of the machine is none of its clock.
            Record::Resumed { .. } => {
                self.calls.values_mut().for_each(|call| call.not_before = None);
            }
            other => self.other(other),
        }
    }

    fn requested(&mut self, id: CallId, attempt: u32, request: &Request, hash: &str, up: u64) {
        let call = self.calls.entry(id).or_default();
        if attempt > 1 {
            self.told.retries += 1;
            if let Some(not_before) = call.not_before.take() {
                self.told.retries_after_retry_after += 1;
                self.told.retries_inside_retry_after += u64::from(up < not_before);
            }
        }
        hash.clone_into(&mut call.hash);
        call.changes = !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    }

    fn other(&mut self, record: &Record) {
        let told = &mut self.told;
        match record {
            Record::CheckStarted { .. } => told.checks.made += 1,
            Record::CheckPassed(_) => told.checks.passed += 1,
            Record::CheckFailed(_) => told.checks.failed += 1,
            Record::CheckUnknown(_) => told.checks.unknown += 1,
            Record::GuardBroken(_) => told.guards_broken += 1,
            Record::StepStarted { out_of_order, .. } => {
                told.steps_out_of_order += u64::from(out_of_order.is_some());
            }
            Record::StepCompleted { step, proven, reason } => {
                told.steps_completed += 1;
                told.unproven_accepted += u64::from(!*proven && reason.is_some());
                if *proven {
                    self.proven.insert(step.clone());
                }
            }
            Record::StepSkipped { reason, .. } if reason.is_blank() => {
                told.steps_skipped_without_reason += 1;
            }
            Record::StepSkipped { .. } => told.steps_skipped_with_reason += 1,
            Record::StepDoneElsewhere(_) => told.done_elsewhere += 1,
            _ => {}
        }
    }

    pub(super) fn finish(&self, state: &State) -> Execution {
        let mut told = self.told.clone();
        told.api_calls = self.calls.len();
        told.first_try_success = self.calls.values().filter(|call| call.first_succeeded).count();
        told.mutations = self.mutations(state);
        told.unknown_outcomes = self.doubts(state);
        told.sent_again = self.sent_again(state);
        told
    }

    /// Of the steps that brought something about, by what is known at the end.
    fn mutations(&self, state: &State) -> Part {
        let changed: BTreeSet<&StepKey> = state
            .calls
            .values()
            .filter(|call| call.purpose == Purpose::Act && took_effect(call.end))
            .filter(|call| self.calls.get(&call.id).is_some_and(|known| known.changes))
            .map(|call| &call.step)
            .collect();
        let proven = changed.iter().filter(|step| self.proven.contains(**step)).count();
        Part { proven, of: changed.len() }
    }

    fn doubts(&self, state: &State) -> Doubts {
        let mut doubts = Doubts::default();
        for (id, call) in self.calls.iter().filter(|(_, call)| call.was_in_doubt) {
            doubts.all += 1;
            let end = state.calls.get(id).map(|call| call.end);
            match (call.settled, end) {
                (Some(Settled::Probe), _) => doubts.by_probe += 1,
                (Some(Settled::Person), _) => doubts.by_person += 1,
                (None, Some(CallEnd::SetAside)) => doubts.set_aside += 1,
                (Some(Settled::Retry), _)
                | (None, Some(CallEnd::Known(_) | CallEnd::Resolved { .. })) => {
                    doubts.by_retry += 1;
                }
                (None, _) => doubts.open += 1,
            }
        }
        doubts
    }

    fn sent_again(&self, state: &State) -> usize {
        let mut sent = BTreeSet::new();
        let mut again = 0;
        for (id, call) in self.calls.iter().filter(|(_, call)| call.changes) {
            again += usize::from(sent.contains(call.hash.as_str()));
            let end = state.calls.get(id).map(|call| call.end);
            if call.was_in_doubt || end.is_some_and(took_effect) {
                sent.insert(call.hash.as_str());
            }
        }
        again
    }
}

fn took_effect(end: CallEnd) -> bool {
    matches!(end, CallEnd::Known(Verdict::Succeeded) | CallEnd::Resolved { took_effect: true })
}

/// Boot clock, microseconds, until which the answer asks to wait; `None` where it says nothing, or
/// names a time of day.
fn not_before(up: u64, answer: Option<&Answer>) -> Option<u64> {
    let headers = &answer?.headers;
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    let seconds: u64 = value.as_str().trim().parse().ok()?;
    Some(up.saturating_add(seconds.saturating_mul(1_000_000)))
}
