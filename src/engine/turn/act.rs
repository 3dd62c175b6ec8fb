//! Effects, started only when the records that ask for them are flushed.

use super::Engine;
use super::record::ROOM_EVERY_US;
use crate::engine::inbox::Message;
use crate::engine::probe::ProbeId;
use crate::incident::{CallId, Effect};
use crate::text::Shown;

impl Engine {
    pub(super) fn start(&mut self, effect: Effect) {
        let up = self.clock.now().up;
        match effect {
            Effect::Send { call, attempt, request, judge } => {
                self.flying.insert(call);
                let inbox = self.inbox.clone();
                let done = Box::new(move |result| {
                    inbox.send(Message::Called { call, attempt, result });
                });
                self.network.send(&request, &judge, done);
            }
            Effect::Check { check, request, question } => {
                self.probes.start_check(check, request, question, up);
            }
            Effect::Guard { guard, request, question, alarm_after, at_once } => {
                let what = (request, question);
                self.probes.start_guard(guard, what, alarm_after, at_once, up);
            }
            Effect::Admit { backend, url, secrets } => self.network.admit(&backend, &url, secrets),
            Effect::StopCheck { check } => self.probes.stop(ProbeId::Check(check)),
            Effect::StopGuard { guard } => self.probes.stop(ProbeId::Guard(guard)),
            Effect::RetryLater { call, at_least_ms, at_most_ms } => {
                let jitter = self.random.below(at_most_ms.saturating_sub(at_least_ms));
                self.timers.set(up + (at_least_ms + jitter) * 1_000, call);
            }
            Effect::RemoveBlob { sha256 } => {
                if let Err(error) = self.writer.remove_blob(&sha256) {
                    self.unsaved.push(Shown::new(format!("blob {sha256} still stands: {error}")));
                    self.unpublished = true;
                }
            }
        }
    }

    pub(super) fn ask_due(&mut self) {
        // A check or guard that is recorded is asked even when the disk fails later: it only reads.
        for (probe, request, question) in self.probes.take_due(self.clock.now().up) {
            let inbox = self.inbox.clone();
            let done = Box::new(move |result| inbox.send(Message::Asked { probe, result }));
            self.network.ask(&request, &question, done);
        }
    }

    pub(super) fn retry_later(&mut self, calls: &[CallId]) {
        let due = self.clock.now().up + ROOM_EVERY_US;
        for call in calls {
            self.timers.set(due, *call);
        }
    }
}
