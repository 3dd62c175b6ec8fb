//! What the faces get to see: views, replies, and that the engine is idle.

use std::sync::Arc;

use super::{Engine, Reply};
use crate::engine::handle::{Accepted, View};

/// Between two views, where no person waits for one: 60 a second.
pub(super) const PUBLISH_EVERY_US: u64 = 16_667;

impl Engine {
    pub(super) fn publish(&mut self, at_once: bool) {
        let up = self.clock.now().up;
        let changed = self.unpublished || self.views.borrow().state.seq != self.state.seq;
        if !changed {
            return;
        }
        if !at_once && self.idle.is_empty() && up < self.published_up + PUBLISH_EVERY_US {
            self.unpublished = true;
            return;
        }
        self.publish_now(up);
    }

    pub(super) fn publish_now(&mut self, up: u64) {
        self.published_up = up;
        self.unpublished = false;
        let mut view = View::of(&self.state, &self.writer);
        view.read_only = self.read_only.clone().or(view.read_only);
        view.unsaved.clone_from(&self.unsaved);
        view.no_room = !self.has_room();
        view.busy = self.count_busy();
        view.live = self.probes.live();
        view.here.clone_from(&self.here);
        self.views.send_replace(Arc::new(view));
    }

    pub(super) fn reply(replies: Vec<Reply>) {
        for (reply, answer) in replies {
            if let Some(reply) = reply {
                let _ = reply.send(answer.map(|seq| Accepted { seq }));
            }
        }
    }

    pub(super) fn answer_idle(&mut self) {
        if self.idle.is_empty() || self.count_busy() > 0 {
            return;
        }
        self.publish_now(self.clock.now().up);
        let view = self.views.borrow().clone();
        for reply in self.idle.drain(..) {
            let _ = reply.send(view.clone());
        }
    }

    /// What still has an end to wait for. What cannot be recorded has none in the record.
    fn count_busy(&self) -> usize {
        if self.read_only.is_some() || self.room_due.is_some() {
            return self.flying.len();
        }
        View::count_busy(&self.state)
    }
}
