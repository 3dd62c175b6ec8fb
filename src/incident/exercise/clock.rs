//! The scenario's clock: only the scenario is accelerated, calls and pauses stay in wall time.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Scenario seconds that pass in a second, in thousandths: exact, and the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(u32);

impl Rate {
    /// Real time.
    pub const REAL: Self = Self(1_000);
    /// The slowest and the fastest: beyond, nobody could follow.
    pub const LIMITS: (Self, Self) = (Self(100), Self(600_000));

    /// From thousandths; `None` outside of [`Rate::LIMITS`].
    pub fn from_thousandths(thousandths: u32) -> Option<Self> {
        let rate = Self(thousandths);
        (rate >= Self::LIMITS.0 && rate <= Self::LIMITS.1).then_some(rate)
    }

    /// Reads `4`, `1.5`.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let part: u32 = format!("{part:0<3}").parse().ok()?;
        Self::from_thousandths(whole.checked_mul(1_000)?.checked_add(part)?)
    }

    /// In thousandths.
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// Scenario time that passes in so much time.
    pub fn scenario(self, time: TimeDelta) -> TimeDelta {
        self.scaled(u64::try_from(time.num_microseconds().unwrap_or(i64::MAX)).unwrap_or(0))
    }

    /// Scenario time that passes in so much boot time, microseconds.
    fn scaled(self, up_us: u64) -> TimeDelta {
        let us = u128::from(up_us) * u128::from(self.0) / 1_000;
        TimeDelta::microseconds(i64::try_from(us).unwrap_or(i64::MAX))
    }

    /// Boot time, microseconds, until so much scenario time has passed; 0 when it has.
    pub fn wait_us(self, scenario: TimeDelta) -> u64 {
        let us = u128::try_from(scenario.num_microseconds().unwrap_or(i64::MAX)).unwrap_or(0);
        // Rounded up: a moment too early, nothing is due yet.
        u64::try_from((us * 1_000).div_ceil(u128::from(self.0))).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000, self.0 % 1_000);
        if part == 0 {
            write!(f, "{whole}")
        } else {
            write!(f, "{whole}.{}", format!("{part:03}").trim_end_matches('0'))
        }
    }
}

/// Where the scenario's clock stands: at `shown` when the boot clock was at `up`, and from there at
/// its rate while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioClock {
    shown: DateTime<Utc>,
    up: u64,
    rate: Rate,
    running: bool,
}

impl ScenarioClock {
    /// Runs from `shown` on.
    pub fn new(shown: DateTime<Utc>, rate: Rate, up: u64) -> Self {
        Self { shown, up, rate, running: true }
    }

    /// What it shows when the boot clock is at `up`, microseconds.
    pub fn at(&self, up: u64) -> DateTime<Utc> {
        if !self.running {
            return self.shown;
        }
        let passed = self.rate.scaled(up.saturating_sub(self.up));
        self.shown.checked_add_signed(passed).unwrap_or(self.shown)
    }

    /// Scenario seconds in a second.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// It does not stand still.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Boot clock, microseconds, at which it shows `moment`; `None` while it stands still.
    pub fn up_at(&self, moment: DateTime<Utc>) -> Option<u64> {
        let wait = self.rate.wait_us(moment - self.shown);
        self.running.then(|| self.up.saturating_add(wait))
    }

    /// The same clock, set: from `shown` on, at `up`.
    #[must_use]
    pub(in crate::incident) fn set(self, shown: DateTime<Utc>, up: u64) -> Self {
        Self { shown, up, ..self }
    }

    #[must_use]
    pub(in crate::incident) fn with_rate(self, rate: Rate) -> Self {
        Self { rate, ..self }
    }

    #[must_use]
    pub(in crate::incident) fn with_running(self, running: bool) -> Self {
        Self { running, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_written_exactly() {
        for (text, written) in [("4", "4"), ("1.5", "1.5"), ("0.125", "0.125"), (" 60 ", "60")] {
            assert_eq!(Rate::parse(text).map(|rate| rate.to_string()).as_deref(), Some(written));
        }
        for wrong in ["", "x", "0", "0.01", "601", "1.2345", "-1", "1.-5"] {
            assert_eq!(Rate::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn it_shows_a_moment_exactly_when_it_says_that_it_will() {
        let start = "2019-12-26T17:00:00Z".parse().unwrap_or_default();
        for rate in [100, 333, 1_000, 7_777, 600_000] {
            let rate = Rate::from_thousandths(rate).unwrap_or(Rate::REAL);
            let clock = ScenarioClock::new(start, rate, 5);
            for seconds in [0, 1, 59, 86_400] {
                let moment = start + TimeDelta::seconds(seconds);
                let up = clock.up_at(moment).unwrap_or(0);
                assert!(clock.at(up) >= moment, "not too early");
                assert!(up == 5 || clock.at(up - 1) < moment, "nor too late");
            }
        }
    }

    #[test]
    fn it_stands_still_while_it_does_not_run() {
        let start = DateTime::default();
        let clock = ScenarioClock::new(start, Rate::REAL, 0).with_running(false);
        assert_eq!(clock.at(u64::MAX), start);
        assert_eq!(clock.up_at(start), None);
    }
}
