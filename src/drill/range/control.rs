//! The handle of a running range: faults are armed and held back through it, from any thread.

use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;

use super::Shared;
use crate::backend::{Dial, Dialling};
use crate::drill::fault::FaultKind;
use crate::drill::world::HERE;
use crate::incident::exercise::FaultTold;

/// Arms and disarms the faults of a range. Cheap to clone; a range that has ended takes no notice.
#[derive(Clone)]
pub struct RangeControl {
    pub(super) shared: Arc<Shared>,
}

impl RangeControl {
    /// Lets a fault strike; false if the scenario has none with this id. One that has struck as
    /// often as it may stays used up.
    pub fn arm(&self, fault: &str) -> bool {
        let known = self.shared.world().arm(fault, true);
        self.shared.look_again();
        known
    }

    /// Takes a fault away; false if there is none with this id. Whoever waits because of it is
    /// released.
    pub fn disarm(&self, fault: &str) -> bool {
        let known = self.shared.world().arm(fault, false);
        self.shared.look_again();
        known
    }

    /// Takes all faults away until [`unsuspend`](Self::unsuspend): the exercise is paused.
    pub fn suspend(&self) {
        self.shared.world().suspend(true);
        self.shared.look_again();
    }

    /// They are as they were before.
    pub fn unsuspend(&self) {
        self.shared.world().suspend(false);
        self.shared.look_again();
    }

    /// Takes all faults away for good: the exercise is over, or a real incident began.
    pub fn end_faults(&self) {
        self.shared.world().end_faults();
        self.shared.look_again();
    }

    /// How far the scenario is, from its start: what the windows of faults go by. Zero until told.
    pub fn set_elapsed(&self, elapsed: TimeDelta) {
        self.shared.world().set_elapsed(elapsed);
        self.shared.look_again();
    }

    /// Every fault of the scenario with how often it struck, over all runs, in file order.
    pub fn struck(&self) -> Vec<FaultTold> {
        self.shared.world().told()
    }
}

impl fmt::Debug for RangeControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeControl").finish_non_exhaustive()
    }
}

impl Dialling for RangeControl {
    fn dial(&self, backend: &str, via: Option<&str>, method: &str, path: &str) -> Dial {
        match self.shared.world().dialled(backend, via.unwrap_or(HERE), method, path) {
            Some(FaultKind::Dns) => Dial::NoName,
            Some(FaultKind::Tls) => Dial::NoHandshake,
            Some(FaultKind::Refused) => Dial::Refused(self.shared.nowhere),
            _ => Dial::Open,
        }
    }
}
