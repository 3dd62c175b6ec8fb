//! The clock: steady over the run, plausible, and the same as that of the back ends.

use std::path::Path;

use chrono::{Datelike as _, Local, TimeDelta};

use super::backends::Sample;
use super::finding::{Finding, Group, Verdict};
use crate::cli::context::Context;
use crate::incident::Now;

const GROUP: Group = Group::Clock;
/// No clock that is right says less: that of the first release.
const RELEASE_YEAR: i32 = 2025;
const LAST_YEAR: i32 = 2100;
/// More than two readings of two clocks can be apart, even on a busy machine.
const STEP: TimeDelta = TimeDelta::milliseconds(250);
/// Apart from the back ends: no longer the inexactness of a header, and beyond what a record's
/// times should differ from theirs.
const SKEW: TimeDelta = TimeDelta::seconds(5);
const BAD_SKEW: TimeDelta = TimeDelta::seconds(60);
/// There while systemd's own client has set the clock.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";
const MEND: &str = "have the clock set by NTP (`timedatectl set-ntp true`, or chrony)";

/// `begun` is when the run began.
pub(super) fn clock(context: &Context, begun: Now, samples: &[Sample]) -> Vec<Finding> {
    let now = context.clock.now();
    let skews: Vec<Skew> = samples.iter().map(Skew::of).collect();
    let zone = context.environment.get("TZ").map(|zone| format!(", TZ={zone}")).unwrap_or_default();
    let local = now.at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S, UTC%:z").to_string();
    let time = if (RELEASE_YEAR..LAST_YEAR).contains(&now.at.year()) {
        Finding::good(GROUP, "time", format!("{local}{zone}"))
    } else {
        let what = format!("{local}{zone}: that year cannot be");
        Finding::mend(GROUP, "time", Verdict::Bad, what, MEND)
    };
    vec![time, steady(begun, now), back_ends(&skews), synchronised(&skews)]
}

fn steady(begun: Now, now: Now) -> Finding {
    let up = i64::try_from(now.up.saturating_sub(begun.up)).unwrap_or(i64::MAX);
    let step = (now.at - begun.at) - TimeDelta::microseconds(up);
    let ms = step.num_milliseconds();
    let finding = if step.abs() < STEP {
        let what = format!("wall clock and boot clock ran together for {} ms", up / 1_000);
        Finding::good(GROUP, "steadiness", what)
    } else {
        let what = format!("the wall clock was set by {ms} ms while this ran");
        let mend = "find out who sets it: a record with such steps is hard to read afterwards";
        Finding::mend(GROUP, "steadiness", Verdict::Warning, what, mend)
    };
    finding.with("step_ms", ms)
}

/// How far this machine's clock is ahead of a back end's.
struct Skew {
    backend: String,
    ahead: TimeDelta,
}

impl Skew {
    fn of(sample: &Sample) -> Self {
        // A header tells whole seconds: in the middle of one, on the average.
        let ahead = sample.here - sample.said - TimeDelta::milliseconds(500);
        Self { backend: sample.backend.clone(), ahead }
    }

    fn words(&self) -> String {
        format!("{} {:+} s", self.backend, seconds(self.ahead))
    }
}

fn seconds(delta: TimeDelta) -> f64 {
    let ms = i32::try_from(delta.num_milliseconds()).unwrap_or(if delta < TimeDelta::zero() {
        i32::MIN
    } else {
        i32::MAX
    });
    (f64::from(ms) / 100.0).round() / 10.0
}

/// One back end may be wrong; where none agrees with us, we are.
fn back_ends(skews: &[Skew]) -> Finding {
    let name = "back ends";
    let nearest = skews.iter().min_by_key(|skew| skew.ahead.abs());
    let farthest = skews.iter().max_by_key(|skew| skew.ahead.abs());
    let (Some(nearest), Some(farthest)) = (nearest, farthest) else {
        return Finding::mend(
            GROUP,
            name,
            Verdict::Unknown,
            "no back end told its time",
            "name a playbook whose back ends have `health`, or compare the clock by hand",
        );
    };
    let list = skews.iter().map(Skew::words).collect::<Vec<_>>().join(", ");
    let what = format!("this clock against theirs: {list}");
    let mend = |verdict, mend: &str| Finding::mend(GROUP, name, verdict, &what, mend);
    let finding = if nearest.ahead.abs() > BAD_SKEW {
        mend(Verdict::Bad, MEND)
    } else if nearest.ahead.abs() > SKEW {
        mend(Verdict::Warning, MEND)
    } else if farthest.ahead.abs() > SKEW {
        mend(Verdict::Warning, "the others agree with this machine: have that back end's clock set")
    } else {
        Finding::good(GROUP, name, &what)
    };
    finding.with("skew_s", seconds(nearest.ahead))
}

fn synchronised(skews: &[Skew]) -> Finding {
    let name = "synchronised";
    if Path::new(SYNCHRONISED).exists() {
        Finding::good(GROUP, name, "systemd-timesyncd has set the clock")
    } else if skews.iter().any(|skew| skew.ahead.abs() <= SKEW) {
        let what = "no trace of systemd-timesyncd; but a back end agrees with this clock";
        Finding::good(GROUP, name, what)
    } else {
        let what = "whether anything keeps this clock right cannot be told from here";
        let mend = "`timedatectl` or `chronyc tracking` tells";
        Finding::mend(GROUP, name, Verdict::Unknown, what, mend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ahead: &[i64]) -> Verdict {
        let skew = |s: &i64| Skew { backend: "x".to_owned(), ahead: TimeDelta::seconds(*s) };
        back_ends(&ahead.iter().map(skew).collect::<Vec<_>>()).verdict
    }

    #[test]
    fn a_clock_that_nobody_agrees_with_is_ours_to_mend() {
        assert_eq!(found(&[]), Verdict::Unknown);
        assert_eq!(found(&[0, -4]), Verdict::Good);
        assert_eq!(found(&[1, 900]), Verdict::Warning);
        assert_eq!(found(&[-20, 30]), Verdict::Warning);
        assert_eq!(found(&[-900, 900]), Verdict::Bad);
    }

    #[test]
    fn a_step_of_the_wall_clock_is_seen() {
        let begun = Now { at: chrono::DateTime::UNIX_EPOCH, up: 5_000_000 };
        let later = |at_ms, up_ms: u64| Now {
            at: begun.at + TimeDelta::milliseconds(at_ms),
            up: begun.up + up_ms * 1_000,
        };
        assert_eq!(steady(begun, later(1_010, 1_000)).verdict, Verdict::Good);
        assert_eq!(steady(begun, later(61_000, 1_000)).verdict, Verdict::Warning);
        assert_eq!(steady(begun, later(-500, 1_000)).verdict, Verdict::Warning);
    }
}
