//! What is unsettled, kept beside what happened: looking at a state must not cost its whole history.
//!
//! Each set holds exactly what a walk over all calls, checks, guards and reminders would find; only
//! [`apply`](crate::incident::apply()) changes it.

use chrono::{DateTime, Utc};

use super::{CallEnd, CallState, CheckState, GuardState};
use crate::incident::id::{CallId, CheckId, GuardId, TimerId};
use crate::incident::reminder::Timer;

/// A set whose clones share what neither has changed.
pub type Ids<K> = imbl::OrdSet<K>;

/// The unsettled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Calls in doubt.
    pub doubtful: Ids<CallId>,
    /// Calls in flight, and those whose next attempt is pending.
    pub under_way: Ids<CallId>,
    /// Calls whose kept body was not withheld.
    pub kept: Ids<CallId>,
    /// Checks that are being made.
    pub checking: Ids<CheckId>,
    /// Guards that are still asked.
    pub guarding: Ids<GuardId>,
    /// Reminders that are not done.
    pub reminding: Ids<TimerId>,
    /// Those among them whose time has not been recorded as come, by that time.
    pub ahead: Ids<(DateTime<Utc>, TimerId)>,
}

impl Index {
    /// Puts a call where it belongs now; `withheld` is that of its answer's body.
    pub(in crate::incident) fn call(&mut self, call: &CallState, withheld: bool) {
        let kept = call.answer.as_ref().is_some_and(|one| one.kept && one.sha256.is_some());
        let under_way = matches!(call.end, CallEnd::InFlight | CallEnd::Waiting { .. });
        put(&mut self.doubtful, call.id, call.end == CallEnd::InDoubt);
        put(&mut self.under_way, call.id, under_way);
        put(&mut self.kept, call.id, kept && !withheld);
    }

    pub(in crate::incident) fn check(&mut self, check: &CheckState) {
        put(&mut self.checking, check.id, check.end.is_none());
    }

    pub(in crate::incident) fn guard(&mut self, guard: &GuardState) {
        put(&mut self.guarding, guard.id, guard.ended.is_none());
    }

    pub(in crate::incident) fn timer(&mut self, timer: &Timer) {
        let open = timer.done.is_none();
        put(&mut self.reminding, timer.id, open);
        put(&mut self.ahead, (timer.due, timer.id), open && !timer.is_due);
    }
}

fn put<K: Ord + Clone>(set: &mut Ids<K>, id: K, belongs: bool) {
    if belongs {
        set.insert(id);
    } else {
        set.remove(&id);
    }
}
