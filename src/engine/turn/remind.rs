//! Reminders: when the next one is due, and that it came into the record.
//!
//! They are due by the wall clock, and the state alone says which are ahead: so they outlive the
//! engine, a machine that slept, and a disk that was full.

use super::{Engine, Trial};
use crate::incident::{By, Input};

impl Engine {
    /// Boot clock of the moment at which the next reminder is due; `None` while none can be
    /// recorded.
    pub(super) fn next_reminder(&self) -> Option<u64> {
        if self.read_only.is_some() || !self.stopping.is_empty() {
            return None;
        }
        let (due, _) = self.state.next_reminder()?;
        let now = self.clock.now();
        let wait = (due - now.at).num_microseconds().unwrap_or(i64::MAX);
        let up = now.up.saturating_add(u64::try_from(wait).unwrap_or(0));
        // While the disk has no room, it is tried again at that pace.
        Some(up.max(self.room_due.unwrap_or(0)))
    }

    /// Records the reminders that are due. They are no outcome of a call: the reserve is not for
    /// them.
    pub(super) fn remind(&mut self, trial: &mut Trial) {
        let at = self.clock.now().at;
        while let Some((due, timer)) = self.state.next_reminder() {
            if due > at || self.read_only.is_some() || !self.has_room() {
                return;
            }
            let input = Input::TimerDue { timer };
            if let Err(refusal) = self.take(&input, &By::console(), None, trial) {
                tracing::error!(%refusal, timer, "a reminder was not recorded");
                return;
            }
        }
    }
}
