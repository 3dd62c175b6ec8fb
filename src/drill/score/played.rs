//! How long people really played: the time by the wall without pauses, and without the time in which
//! no engine ran or the machine slept.

use chrono::{DateTime, Utc};

use crate::incident::exercise::{Control, Exercise};
use crate::incident::{Record, Seq, State};
use crate::journal::Entry;

/// All in microseconds.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "what they measure")]
pub(super) struct Played {
    pub(super) played_us: u64,
    pub(super) paused_us: u64,
    pub(super) away_us: u64,
    began: Option<DateTime<Utc>>,
    last: Option<Last>,
    /// After each record, in order.
    until: Vec<(Seq, u64)>,
}

#[derive(Debug)]
struct Last {
    wall: DateTime<Utc>,
    scenario: DateTime<Utc>,
    up: u64,
    boot: String,
    is_paused: bool,
    is_over: bool,
}

impl Played {
    pub(super) fn heard(&mut self, entry: &Entry, state: &State) {
        self.began.get_or_insert(entry.at);
        if let Some(last) = &self.last
            && !last.is_over
        {
            let since = if last.boot == state.boot && entry.up >= last.up {
                entry.up - last.up
            } else {
                u64::try_from((entry.at - last.wall).num_microseconds().unwrap_or(0)).unwrap_or(0)
            };
            let (active, paused, away) = shares(entry, state, last, since);
            self.played_us += active;
            self.paused_us += paused;
            self.away_us += away;
        }
        let exercise = state.exercise.as_deref();
        self.last = Some(Last {
            wall: entry.at,
            scenario: entry.moment(),
            up: entry.up,
            boot: state.boot.clone(),
            is_paused: exercise.is_some_and(|exercise| exercise.paused.is_some()),
            is_over: exercise.is_some_and(Exercise::is_over),
        });
        self.until.push((entry.seq, self.played_us));
    }

    /// When the first record was written, by the wall clock.
    pub(super) fn began(&self) -> Option<DateTime<Utc>> {
        self.began
    }

    /// Seconds of play between two records; negative where the second came first.
    pub(super) fn seconds_between(&self, from: Seq, to: Seq) -> i64 {
        let until = |seq: Seq| {
            let at = self.until.partition_point(|(one, _)| *one <= seq);
            let us = at.checked_sub(1).and_then(|at| self.until.get(at)).map_or(0, |(_, us)| *us);
            i64::try_from(us / 1_000_000).unwrap_or(i64::MAX)
        };
        until(to) - until(from)
    }
}

/// Of the time since the last record: played, paused, away.
fn shares(entry: &Entry, state: &State, last: &Last, passed: u64) -> (u64, u64, u64) {
    match entry.record.known() {
        // Nothing ran meanwhile.
        Some(Record::Resumed { .. } | Record::Visited { .. } | Record::Arrived { .. }) => {
            (0, 0, passed)
        }
        _ if last.is_paused => (0, passed, 0),
        // The machine slept: the clock was set back to when it fell asleep.
        Some(Record::ExerciseControlled(Control::Pause { back_to: Some(back_to), .. })) => {
            let rate = state.exercise.as_deref().map(|exercise| exercise.clock.rate());
            let played = rate.map_or(0, |rate| rate.wait_us(*back_to - last.scenario)).min(passed);
            (played, 0, passed - played)
        }
        _ => (passed, 0, 0),
    }
}
