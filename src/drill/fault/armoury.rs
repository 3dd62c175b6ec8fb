//! Which faults are armed, and how often each was met and struck.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Fault, FaultKind};
use crate::incident::exercise::FaultTold;

/// One strike, as the range's log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::drill) struct Strike {
    pub(in crate::drill) fault: String,
    /// How many fitting requests it had met by then, this one included.
    pub(in crate::drill) met: u64,
}

/// A request, as far as faults look at it.
#[derive(Debug, Clone, Copy)]
pub(in crate::drill) struct Ask<'a> {
    pub(in crate::drill) backend: &'a str,
    pub(in crate::drill) vantage: &'a str,
    pub(in crate::drill) method: &'a str,
    /// Decoded.
    pub(in crate::drill) segments: &'a [String],
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    armed: bool,
    met: u64,
    struck: u64,
}

/// The faults of a scenario at work.
#[derive(Debug, Default)]
pub(in crate::drill) struct Armoury {
    /// In the order of the scenario's faults.
    counts: Vec<Count>,
    elapsed: TimeDelta,
    suspended: bool,
    ended: bool,
}

impl Armoury {
    pub(in crate::drill) fn new(faults: &[Fault]) -> Self {
        let count = |fault: &Fault| Count { armed: fault.armed, ..Count::default() };
        Self { counts: faults.iter().map(count).collect(), ..Self::default() }
    }

    /// Arms or disarms; false if there is no such fault. How often it struck stays as it is.
    pub(in crate::drill) fn set(&mut self, faults: &[Fault], id: &str, armed: bool) -> bool {
        let Some(index) = faults.iter().position(|fault| fault.id == id) else { return false };
        self.counts[index].armed = armed;
        true
    }

    pub(in crate::drill) fn suspend(&mut self, suspended: bool) {
        self.suspended = suspended;
    }

    /// Nothing strikes any more, whatever is armed.
    pub(in crate::drill) fn end(&mut self) {
        self.ended = true;
    }

    pub(in crate::drill) fn set_elapsed(&mut self, elapsed: TimeDelta) {
        self.elapsed = elapsed;
    }

    /// The first fault in file order that strikes here, of those that `wanted` holds for. Every
    /// fault that the request fits has met it.
    pub(in crate::drill) fn strike(
        &mut self,
        faults: &[Fault],
        ask: Ask<'_>,
        mut wanted: impl FnMut(&Fault) -> bool,
    ) -> Option<(usize, Strike)> {
        for (index, fault) in faults.iter().enumerate() {
            if !(self.may_strike(index, fault) && fault.fits(ask) && wanted(fault)) {
                continue;
            }
            let count = &mut self.counts[index];
            count.met += 1;
            let falls = fault.chance.is_none_or(|chance| chance.falls(&fault.id, count.met));
            if count.met > fault.skip && falls {
                return Some((index, Strike { fault: fault.id.clone(), met: count.met }));
            }
        }
        None
    }

    /// Whether a fault that `wanted` holds for would strike whoever comes from there next.
    pub(in crate::drill) fn threatens(
        &self,
        faults: &[Fault],
        mut wanted: impl FnMut(&Fault) -> bool,
    ) -> bool {
        let mut each = faults.iter().enumerate();
        each.any(|(index, fault)| wanted(fault) && self.may_strike(index, fault))
    }

    /// Counts a strike that stands in the log.
    pub(in crate::drill) fn struck(&mut self, faults: &[Fault], strike: &Strike) {
        if let Some(index) = faults.iter().position(|fault| fault.id == strike.fault) {
            let count = &mut self.counts[index];
            count.struck += 1;
            count.met = count.met.max(strike.met);
        }
    }

    /// Every fault with how often it struck, in file order.
    pub(in crate::drill) fn told(&self, faults: &[Fault]) -> Vec<FaultTold> {
        let told = |(fault, count): (&Fault, &Count)| FaultTold {
            fault: fault.id.clone(),
            struck: count.struck,
        };
        faults.iter().zip(&self.counts).map(told).collect()
    }

    /// Whether the fault in this place is armed, and nothing holds all of them back.
    pub(in crate::drill) fn is_on(&self, index: usize) -> bool {
        let armed = self.counts.get(index).is_some_and(|count| count.armed);
        armed && !self.suspended && !self.ended
    }

    fn may_strike(&self, index: usize, fault: &Fault) -> bool {
        let count = self.counts[index];
        self.is_on(index)
            && fault.times.is_none_or(|times| count.struck < times)
            && fault.window.holds(self.elapsed)
    }
}

impl Fault {
    fn fits(&self, ask: Ask<'_>) -> bool {
        let target = &self.target;
        target.backend == ask.backend
            && target.vantage.as_ref().is_none_or(|vantage| vantage == ask.vantage)
            && target.method.as_ref().is_none_or(|method| method == ask.method)
            && target.path.as_ref().is_none_or(|path| path.matches(ask.segments).is_some())
    }

    /// It keeps a shut door open, since it answers from when it was not.
    pub(in crate::drill) fn holds_open(&self, backend: &str, vantage: &str) -> bool {
        self.kind == FaultKind::Stale
            && self.skip == 0
            && self.target.backend == backend
            && self.target.method.is_none()
            && self.target.path.is_none()
            && self.target.vantage.as_ref().is_none_or(|one| one == vantage)
    }

    /// How long the answer to the request with this number takes, milliseconds.
    pub(in crate::drill) fn delay(&self, met: u64) -> u64 {
        match self.kind {
            FaultKind::Latency { base, jitter, seed } => {
                base + below(drawn(seed, &self.id, met), jitter.saturating_add(1))
            }
            _ => 0,
        }
    }
}

impl super::Chance {
    fn falls(&self, id: &str, met: u64) -> bool {
        const STEPS: u32 = 1 << 30;
        let drawn = below(drawn(self.seed, id, met), u64::from(STEPS));
        u32::try_from(drawn).is_ok_and(|drawn| f64::from(drawn) < self.of * f64::from(STEPS))
    }
}

/// A number that looks random and is the same for the same arguments.
fn drawn(seed: u64, id: &str, met: u64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(met.to_le_bytes());
    hash.update(id);
    hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Evenly from 0 to below `limit`.
fn below(drawn: u64, limit: u64) -> u64 {
    let wide = u128::from(drawn) * u128::from(limit);
    u64::try_from(wide >> 64).unwrap_or_default()
}
