//! Searches through the record, on threads of their own: the screen never waits for one, and a newer
//! one ends the older.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::UnboundedSender;

use crate::command::{Console, Filter};
use crate::incident::{Seq, State};
use crate::text::Shown;
use crate::tui::model::Hunt;
use crate::tui::update::Msg;

/// Entries that are looked through before the next sign of life.
const PIECE: Seq = 2_000;

/// The searches under way.
pub(super) struct Hunts {
    console: Arc<dyn Console>,
    answers: UnboundedSender<Msg>,
    /// The newest job of each kind: any other ends at its next piece.
    newest: BTreeMap<Hunt, Arc<AtomicU64>>,
}

impl Hunts {
    pub(super) fn new(console: Arc<dyn Console>, answers: UnboundedSender<Msg>) -> Self {
        let newest = [Hunt::Filter, Hunt::Find].map(|hunt| (hunt, Arc::default()));
        Self { console, answers, newest: newest.into() }
    }

    /// Looks through the range, the newest entries first.
    pub(super) fn begin(
        &self,
        hunt: Hunt,
        job: u64,
        filter: Filter,
        range: Range<Seq>,
        state: State,
    ) {
        let Some(newest) = self.newest.get(&hunt).map(Arc::clone) else { return };
        newest.store(job, Ordering::Relaxed);
        let (console, answers) = (Arc::clone(&self.console), self.answers.clone());
        tokio::task::spawn_blocking(move || {
            let mut to = range.end;
            while to > range.start && newest.load(Ordering::Relaxed) == job {
                let from = to.saturating_sub(PIECE).max(range.start);
                let found = console.scan(from..to, &filter, &state);
                let failed = found.is_err();
                let told = answers.send(Msg::Found { hunt, job, from, to, found });
                if failed || told.is_err() {
                    return;
                }
                to = from;
            }
        });
    }
}

/// The first entry at this time or after it, else the last. Some twenty reads in a record of a
/// million, each by its place.
pub(super) fn seek(console: &dyn Console, state: &State, at: DateTime<Utc>) -> Result<Seq, Shown> {
    let last = state.seq.unwrap_or(0);
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low) / 2;
        let lines = console.lines(middle..middle + 1, state)?;
        if lines.first().is_some_and(|line| line.at < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

impl Drop for Hunts {
    fn drop(&mut self) {
        for newest in self.newest.values() {
            newest.store(u64::MAX, Ordering::Relaxed);
        }
    }
}
