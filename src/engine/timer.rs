//! Pauses before retries, on the boot clock.

use crate::incident::CallId;

/// What is due when; few at any time.
#[derive(Debug, Default)]
pub(super) struct Timers(Vec<(u64, CallId)>);

impl Timers {
    /// `due`: boot clock, microseconds.
    pub(super) fn set(&mut self, due: u64, call: CallId) {
        self.0.push((due, call));
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        self.0.iter().map(|(due, _)| *due).min()
    }

    pub(super) fn take_due(&mut self, up: u64) -> Vec<CallId> {
        let mut due = Vec::new();
        self.0.retain(|(at, call)| {
            let now = *at <= up;
            if now {
                due.push(*call);
            }
            !now
        });
        due
    }
}
