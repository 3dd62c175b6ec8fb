//! A way through the record: where the person is, what is looked for, and which entries are shown.

use std::collections::VecDeque;
use std::ops::Range;

use crate::command::{Filter, Snapshot};
use crate::incident::Seq;

/// Where the person is in a list of entries, and what is looked for in it.
#[derive(Debug, Default)]
pub(in crate::tui) struct Trail {
    pub(in crate::tui) at: Position,
    /// Only these are shown.
    pub(in crate::tui) filter: Option<Hits>,
    /// These are marked, and can be gone through.
    pub(in crate::tui) find: Option<Hits>,
}

/// Where the person is in a list of entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Position {
    /// The marked entry; `None` follows the newest.
    pub(in crate::tui) cursor: Option<Seq>,
    /// The row of the marked entry on the screen.
    pub(in crate::tui) row: usize,
}

/// What a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hunt {
    /// Show only what is found.
    Filter,
    /// Go from one to the next.
    Find,
}

/// What was found so far.
#[derive(Debug)]
pub(in crate::tui) struct Hits {
    /// Names the search: answers to an older one are not ours.
    pub(in crate::tui) job: u64,
    pub(in crate::tui) words: String,
    pub(in crate::tui) filter: Filter,
    /// Positions, ascending.
    pub(in crate::tui) found: VecDeque<Seq>,
    /// The part of the record that was looked through: from `from`, up to but not including `to`.
    pub(in crate::tui) from: Seq,
    pub(in crate::tui) to: Seq,
    /// It is under way, from the newest entry backwards.
    pub(in crate::tui) begun: bool,
    /// A part behind `to` is being looked through.
    pub(in crate::tui) growing: bool,
}

impl Hits {
    /// Nothing was looked through yet; it will be, from `to` on backwards.
    pub(in crate::tui) fn new(job: u64, words: String, filter: Filter, to: Seq) -> Self {
        let found = VecDeque::new();
        Self { job, words, filter, found, from: to, to, begun: false, growing: false }
    }

    /// Takes in what was found in a part beside the one that was looked through.
    pub(in crate::tui) fn take(&mut self, from: Seq, to: Seq, found: Vec<Seq>) {
        if to == self.from {
            for seq in found.into_iter().rev() {
                self.found.push_front(seq);
            }
            self.from = from;
        } else if from == self.to {
            self.found.extend(found);
            self.to = to;
        }
    }

    /// The nearest hit behind this entry, or before it.
    pub(in crate::tui) fn beside(&self, seq: Seq, forward: bool) -> Option<Seq> {
        if forward {
            self.found.get(self.found.partition_point(|hit| *hit <= seq)).copied()
        } else {
            let before = self.found.partition_point(|hit| *hit < seq).checked_sub(1)?;
            self.found.get(before).copied()
        }
    }
}

/// The entries that a trail goes through.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) enum Source<'a> {
    /// All, so many.
    All(Seq),
    Found(&'a VecDeque<Seq>),
    /// Notes and decisions.
    Said(&'a Snapshot),
}

impl Source<'_> {
    pub(in crate::tui) fn len(self) -> usize {
        match self {
            Self::All(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Self::Found(found) => found.len(),
            Self::Said(snapshot) => snapshot.state().said.len(),
        }
    }

    pub(in crate::tui) fn at(self, index: usize) -> Option<Seq> {
        match self {
            Self::All(count) => u64::try_from(index).ok().filter(|index| *index < count),
            Self::Found(found) => found.get(index).copied(),
            Self::Said(snapshot) => snapshot.state().said.get(index).copied(),
        }
    }

    /// The position of this entry, or of the nearest before it.
    fn position(self, seq: Seq) -> usize {
        let behind = match self {
            Self::All(count) => usize::try_from(seq.saturating_add(1).min(count)).unwrap_or(0),
            Self::Found(found) => found.partition_point(|hit| *hit <= seq),
            Self::Said(snapshot) => {
                let said = &snapshot.state().said;
                let (mut low, mut high) = (0, said.len());
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if said.get(middle).is_some_and(|hit| *hit <= seq) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                low
            }
        };
        behind.saturating_sub(1)
    }
}

impl Position {
    /// Shows an entry in the middle of so many rows.
    pub(in crate::tui) fn of(seq: Seq, rows: usize) -> Self {
        Self { cursor: Some(seq), row: rows / 2 }
    }

    /// The marked place in the list.
    pub(in crate::tui) fn index(self, source: Source<'_>) -> usize {
        let last = source.len().saturating_sub(1);
        self.cursor.map_or(last, |seq| source.position(seq).min(last))
    }

    /// The marked entry.
    pub(in crate::tui) fn marked(self, source: Source<'_>) -> Option<Seq> {
        source.at(self.index(source))
    }

    /// The places in the list that are on a screen of so many rows.
    pub(in crate::tui) fn window(self, source: Source<'_>, rows: usize) -> Range<usize> {
        let (count, index) = (source.len(), self.index(source));
        let row = if self.cursor.is_none() { rows.saturating_sub(1) } else { self.row };
        let first = index.saturating_sub(row.min(rows.saturating_sub(1)));
        let first = first.min(count.saturating_sub(rows));
        first..(first + rows).min(count)
    }

    /// By so many entries further; at the last one it follows again.
    pub(in crate::tui) fn step(self, source: Source<'_>, by: isize, rows: usize) -> Self {
        let index = self.index(source);
        let to = index.saturating_add_signed(by).min(source.len().saturating_sub(1));
        if to + 1 >= source.len() && by >= 0 {
            return Self::default();
        }
        let row = index.saturating_sub(self.window(source, rows).start).saturating_add_signed(by);
        Self { cursor: source.at(to), row: row.min(rows.saturating_sub(1)) }
    }
}
