//! What falls due by the clock: when the next is, and that it came into the record.
//!
//! Reminders, duties, promised updates and steps that were put off go by the wall clock, and the
//! state alone says which are ahead: so they outlive the engine, a machine that slept, and a disk
//! that was full.

use super::{Engine, Trial};
use crate::incident::{By, Input};

impl Engine {
    /// Boot clock of the moment at which something falls due next; `None` while nothing can be
    /// recorded.
    pub(super) fn next_moment(&self) -> Option<u64> {
        if self.read_only.is_some() || !self.stopping.is_empty() {
            return None;
        }
        let (at, _) = self.state.next_due()?;
        let now = self.clock.now();
        let up = self.state.up_at(at, now)?;
        // While the disk has no room, it is tried again at that pace.
        Some(up.max(self.room_due.unwrap_or(0)))
    }

    /// Records what is due. It is no outcome of a call: the reserve is not for it.
    pub(super) fn remind(&mut self, trial: &mut Trial) {
        let now = self.now().at;
        while let Some((at, due)) = self.state.next_due() {
            if at > now || self.read_only.is_some() || !self.has_room() {
                return;
            }
            let input = Input::Due { due };
            if let Err(refusal) = self.take(&input, &By::console(), None, trial) {
                tracing::error!(%refusal, ?input, "what is due was not recorded");
                return;
            }
        }
    }
}
