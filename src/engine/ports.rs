//! What the engine takes from the world as traits, so that tests can give it another world: clock
//! and ids. Disk is the journal's, network the back end's.

use std::io;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

use crate::incident::Now;

/// The time of this machine.
pub trait Clock: Send + Sync {
    /// Wall clock and boot clock, read together.
    fn now(&self) -> Now;
    /// Names the boot that the boot clock counts from.
    fn boot(&self) -> String;
    /// How long a wait of this length may sleep before the clock is looked at again. The timers of
    /// an operating system stand still while it sleeps; the boot clock does not. `is_waiting`: an
    /// answer from the world may come any time.
    fn nap(&self, wait: Duration, is_waiting: bool) -> Duration;
}

/// The clocks of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// After a machine slept, overdue guards must be asked soon.
const LONGEST_NAP: Duration = Duration::from_secs(5);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Now {
        Now { at: DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6), up: up() }
    }

    fn boot(&self) -> String {
        boot_id()
    }

    fn nap(&self, wait: Duration, _: bool) -> Duration {
        wait.min(LONGEST_NAP)
    }
}

/// Microseconds since boot, suspend included.
fn up() -> u64 {
    #[cfg(target_os = "linux")]
    const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    // On macOS the monotonic clock counts sleep.
    #[cfg(not(target_os = "linux"))]
    const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(SINCE_BOOT);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000).saturating_add(nanos / 1_000)
}

/// The kernel's own name of this boot; where there is none, the second at which it began.
fn boot_id() -> String {
    if let Ok(id) = std::fs::read_to_string("/proc/sys/kernel/random/boot_id") {
        return id.trim().chars().filter(char::is_ascii_hexdigit).take(12).collect();
    }
    let now = SystemClock.now();
    let up = i64::try_from(now.up / 1_000_000).unwrap_or(0);
    // Rounded, since the two clocks are not read at the same instant.
    format!("at-{}", (now.at.timestamp() - up) / 10)
}

/// Where randomness comes from: incident ids, codenames, jitter.
pub trait Random: Send {
    /// Fills the buffer.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()>;

    /// Evenly between 0 and `limit`, both included.
    fn below(&mut self, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        if self.fill(&mut bytes).is_err() {
            // No jitter is better than no retry.
            return limit;
        }
        let wide = u128::from(u64::from_le_bytes(bytes)) * (u128::from(limit) + 1);
        u64::try_from(wide >> 64).unwrap_or(limit)
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        getrandom::fill(buffer).map_err(io::Error::other)
    }
}
