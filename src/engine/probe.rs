//! When to put a question again, and what several answers amount to: the pacing of checks and
//! guards. No I/O here; the engine asks and tells.

use std::collections::BTreeMap;

use super::handle::LiveCheck;
use crate::incident::{CheckId, CheckResult, Finding, GuardId, Question, Request};

/// A check or a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ProbeId {
    Check(CheckId),
    Guard(GuardId),
}

/// A guard that keeps finding the same says so now and then: silence must not pass for safety.
const SUMMARY_EVERY_US: u64 = 3_600_000_000;
/// A guard that is asked late by less than this, or by less than its own pause, is not late: a disk
/// or a network may be slow. By more, the machine slept.
const LATE_US: u64 = 30_000_000;

/// One question and what was heard so far.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) request: Request,
    pub(super) question: Question,
    /// Of guards.
    alarm_after: u32,
    /// Boot clock, microseconds: no proof after this.
    deadline: u64,
    asked: u32,
    passed_in_row: u32,
    missed_in_row: u32,
    /// Of guards: what was last recorded, and when.
    reported: Option<(Finding, u64)>,
    last: Option<CheckResult>,
    /// Boot clock of the next asking; `None` while an answer is awaited.
    due: Option<u64>,
    /// Boot clock of the last asking.
    asked_at: u64,
    /// How long nobody had asked, microseconds, until that is told with a finding.
    silence: Option<u64>,
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// Ask again later; nothing to record.
    Wait,
    /// The check is settled.
    Settled(CheckResult),
    /// The guard has something to record, and goes on; so long had nobody asked before,
    /// milliseconds.
    Report(CheckResult, Option<u64>),
}

/// All questions that are open.
#[derive(Debug, Default)]
pub(super) struct Probes(BTreeMap<ProbeId, Probe>);

impl Probes {
    pub(super) fn start_check(
        &mut self,
        id: CheckId,
        request: Request,
        question: Question,
        up: u64,
    ) {
        let deadline = up.saturating_add(micros(question.within_ms));
        self.0.insert(ProbeId::Check(id), Probe::new(request, question, 1, deadline, up));
    }

    pub(super) fn start_guard(
        &mut self,
        id: GuardId,
        (request, question): (Request, Question),
        alarm_after: u32,
        at_once: bool,
        up: u64,
    ) {
        let pause = if at_once { 0 } else { micros(question.every_ms) };
        let mut probe = Probe::new(request, question, alarm_after, u64::MAX, up + pause);
        let found = if at_once { Finding::Unknown } else { Finding::Passed };
        probe.reported = Some((found, up));
        self.0.insert(ProbeId::Guard(id), probe);
    }

    pub(super) fn stop(&mut self, id: ProbeId) {
        self.0.remove(&id);
    }

    /// An answer is awaited.
    pub(super) fn is_waiting(&self) -> bool {
        self.0.values().any(|probe| probe.due.is_none())
    }

    /// Boot clock of the next asking.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.0.values().filter_map(|probe| probe.due).min()
    }

    /// Takes what is to be asked now; each is awaited from then on.
    pub(super) fn take_due(&mut self, up: u64) -> Vec<(ProbeId, Request, Question)> {
        self.0
            .iter_mut()
            // One that fell silent is told as that first.
            .filter(|(id, probe)| probe.is_due(up) && !(is_guard(**id) && probe.fell_silent(up)))
            .map(|(id, probe)| {
                probe.due = None;
                probe.asked_at = up;
                (*id, probe.request.clone(), probe.question.clone())
            })
            .collect()
    }

    /// Guards that nobody asked for longer than they may be left alone, since the machine slept,
    /// and for how long, milliseconds: told once, and unknown until they answer.
    pub(super) fn take_silent(&mut self, up: u64) -> Vec<(GuardId, u64)> {
        let guards = self.0.iter_mut().filter_map(|(id, probe)| match id {
            ProbeId::Guard(id) => Some((*id, probe)),
            ProbeId::Check(_) => None,
        });
        guards.filter_map(|(id, probe)| Some((id, probe.fall_silent(up)? / 1_000))).collect()
    }

    /// Hears one answer. An answer to a question that was stopped meanwhile is dropped: it only
    /// read.
    pub(super) fn hear(&mut self, id: ProbeId, result: CheckResult, up: u64) -> Word {
        let Some(probe) = self.0.get_mut(&id) else { return Word::Wait };
        let word = match id {
            ProbeId::Check(_) => probe.hear_check(result, up),
            ProbeId::Guard(_) => probe.hear_guard(result, up),
        };
        if let Word::Settled(_) = word {
            self.0.remove(&id);
        }
        word
    }

    /// Checks under way, for the faces.
    pub(super) fn live(&self) -> BTreeMap<CheckId, LiveCheck> {
        self.0
            .iter()
            .filter_map(|(id, probe)| match id {
                ProbeId::Check(id) => Some((*id, probe)),
                ProbeId::Guard(_) => None,
            })
            .map(|(id, probe)| {
                let why = probe.last.as_ref().map(|last| last.why.clone()).unwrap_or_default();
                (id, LiveCheck { asked: probe.asked, why })
            })
            .collect()
    }
}

impl Probe {
    fn new(
        request: Request,
        question: Question,
        alarm_after: u32,
        deadline: u64,
        due: u64,
    ) -> Self {
        Self {
            request,
            question,
            alarm_after,
            deadline,
            asked: 0,
            passed_in_row: 0,
            missed_in_row: 0,
            reported: None,
            last: None,
            due: Some(due),
            asked_at: due,
            silence: None,
        }
    }

    fn count(&mut self, result: &CheckResult) {
        self.asked += 1;
        if result.finding == Finding::Passed {
            self.passed_in_row += 1;
            self.missed_in_row = 0;
        } else {
            self.passed_in_row = 0;
            self.missed_in_row += 1;
        }
        self.last = Some(result.clone());
    }

    fn hear_check(&mut self, result: CheckResult, up: u64) -> Word {
        self.count(&result);
        let proven = self.passed_in_row >= self.question.times;
        let next = up.saturating_add(micros(self.question.every_ms));
        if self.question.once || proven || next > self.deadline {
            // A pass that was not repeated often enough is no proof.
            let finding = match result.finding {
                Finding::Passed if !proven => Finding::Failed,
                finding => finding,
            };
            return Word::Settled(CheckResult { finding, asked: self.asked, ..result });
        }
        self.due = Some(next);
        Word::Wait
    }

    fn hear_guard(&mut self, result: CheckResult, up: u64) -> Word {
        if self.is_late(up, self.asked_at) {
            // Asked before the machine slept: the answer says nothing about now.
            self.due = Some(self.asked_at.saturating_add(micros(self.question.every_ms)));
            return Word::Wait;
        }
        self.count(&result);
        self.due = Some(up.saturating_add(micros(self.question.every_ms)));
        let (reported, reported_at) = self.reported.unwrap_or((Finding::Unknown, up));
        // Chance misses are forgiven only where the guard was known to hold just before.
        let settled = result.finding == Finding::Passed
            || self.missed_in_row >= self.alarm_after
            || reported == Finding::Unknown;
        let changed = settled && result.finding != reported;
        let summary = up.saturating_sub(reported_at) >= SUMMARY_EVERY_US;
        if !changed && !summary {
            return Word::Wait;
        }
        let finding = if settled { result.finding } else { reported };
        self.reported = Some((finding, up));
        let asked = std::mem::take(&mut self.asked);
        let silence = self.silence.take().map(|silence| silence / 1_000);
        Word::Report(CheckResult { finding, asked, ..result }, silence)
    }

    fn is_late(&self, up: u64, since: u64) -> bool {
        up.saturating_sub(since) > micros(self.question.every_ms).max(LATE_US)
    }

    fn is_due(&self, up: u64) -> bool {
        self.due.is_some_and(|due| due <= up)
    }

    fn fell_silent(&self, up: u64) -> bool {
        self.silence.is_none() && self.due.is_some_and(|due| self.is_late(up, due))
    }

    fn fall_silent(&mut self, up: u64) -> Option<u64> {
        let due = self.due.filter(|_| self.fell_silent(up))?;
        let pause = micros(self.question.every_ms);
        let silence = up.saturating_sub(due.saturating_sub(pause));
        self.silence = Some(silence);
        self.reported = Some((Finding::Unknown, up));
        self.missed_in_row = 0;
        Some(silence)
    }
}

fn is_guard(id: ProbeId) -> bool {
    matches!(id, ProbeId::Guard(_))
}

fn micros(millis: u64) -> u64 {
    millis.saturating_mul(1_000)
}
