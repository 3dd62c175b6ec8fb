//! A clock that leaps over every wait, so that hours are played in seconds.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::engine::Clock;
use crate::incident::Now;

/// While an answer is awaited no time passes: what comes first does not depend on how fast this
/// machine is.
pub struct LeapingClock {
    begun: DateTime<Utc>,
    /// Since then, microseconds.
    passed: Mutex<u64>,
}

impl LeapingClock {
    /// Shows `begun` at first.
    pub fn new(begun: DateTime<Utc>) -> Self {
        Self { begun, passed: Mutex::new(0) }
    }

    fn passed(&self) -> std::sync::MutexGuard<'_, u64> {
        self.passed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The boot clock does not begin at zero: some count back from it.
const UP: u64 = 3_600_000_000;

impl Clock for LeapingClock {
    fn now(&self) -> Now {
        let passed = *self.passed();
        let since = TimeDelta::microseconds(i64::try_from(passed).unwrap_or(i64::MAX));
        Now { at: self.begun + since, up: UP + passed }
    }

    fn boot(&self) -> String {
        // Each process has its own: durations hold within one.
        format!("leaping-{}", std::process::id())
    }

    fn nap(&self, wait: Duration, is_waiting: bool) -> Duration {
        if is_waiting {
            // The answer itself ends it.
            return Duration::from_secs(1);
        }
        *self.passed() += u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        Duration::ZERO
    }
}
