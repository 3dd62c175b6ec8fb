//! Where the lines of a record stand, so that a reader is at any of them without counting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::scan::Link;
use crate::incident::Seq;

/// Every so many lines the offset is remembered.
const STRIDE: u64 = 128;

/// What is known of where lines stand; grows as somebody counts them. Cheap to clone: all clones
/// know what one of them learns, and nobody waits for one who is counting.
///
/// Whoever writes a record, or passes over all of it, knows where its lines stand: a
/// [`Reader`](super::Reader) with their index need not count them.
#[derive(Debug, Clone, Default)]
pub struct Index(Arc<Mutex<Vec<Counted>>>);

/// The lines of one segment, as far as they were counted.
#[derive(Debug, Clone)]
struct Counted {
    /// What the first line of the segment is: its name.
    first: Link,
    /// The offset of line `first.seq + index * STRIDE`.
    offsets: Vec<u64>,
    /// The number of the line that follows, and where it begins.
    next: Seq,
    end: u64,
}

/// Where to begin to read, and where to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The line at `start`, at most the first that is wanted.
    pub(super) seq: Seq,
    pub(super) start: u64,
    /// Where nothing more that is wanted can stand.
    pub(super) end: u64,
    /// The last line that is wanted and known.
    pub(super) until: Seq,
}

impl Index {
    fn inside(&self) -> MutexGuard<'_, Vec<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where to read the lines from `from` to `until` of a segment; `None` where none is known.
    pub(super) fn span(&self, first: Link, from: Seq, until: Seq) -> Option<Span> {
        let inside = self.inside();
        let counted = inside.iter().find(|counted| counted.first == first)?;
        let (from, until) = (from.max(first.seq), until.min(counted.next.checked_sub(1)?));
        if from > until {
            return None;
        }
        let slot = |seq: Seq| usize::try_from((seq - first.seq) / STRIDE).ok();
        let start = *counted.offsets.get(slot(from)?)?;
        let behind = slot(until)?.checked_add(1)?;
        let end = counted.offsets.get(behind).copied().unwrap_or(counted.end);
        let seq = from - (from - first.seq) % STRIDE;
        Some(Span { seq, start, end, until })
    }

    /// Goes on counting the lines of a segment where it was left.
    pub(super) fn counter(&self, first: Link) -> Counter {
        let mut inside = self.inside();
        if !inside.iter().any(|counted| counted.first == first) {
            inside.push(Counted { first, offsets: vec![0], next: first.seq, end: 0 });
        }
        let counted = inside.iter().find(|counted| counted.first == first);
        let (known, next, end) =
            counted.map_or((1, first.seq, 0), |one| (one.offsets.len(), one.next, one.end));
        Counter { index: self.clone(), first, known, next, end, new: Vec::new() }
    }

    /// Learns of segments that only `other` knows.
    pub fn take_over(&self, other: &Self) {
        if Arc::ptr_eq(&self.0, &other.0) {
            return;
        }
        let others = other.inside().clone();
        let mut inside = self.inside();
        for counted in others {
            if !inside.iter().any(|one| one.first == counted.first) {
                inside.push(counted);
            }
        }
    }
}

/// Counts the lines of one segment; what it counted is known to all when it is dropped, at the
/// latest.
pub(super) struct Counter {
    index: Index,
    first: Link,
    /// How many offsets were known at the beginning.
    known: usize,
    new: Vec<u64>,
    next: Seq,
    end: u64,
}

impl Counter {
    /// The number of the line that follows, and where it begins.
    pub(super) fn at(&self) -> (Seq, u64) {
        (self.next, self.end)
    }

    /// One more line, of so many bytes with its line feed.
    pub(super) fn line(&mut self, length: u64) {
        self.next += 1;
        self.end += length;
        if (self.next - self.first.seq).is_multiple_of(STRIDE) {
            self.new.push(self.end);
            self.publish();
        }
    }

    /// What it counts into.
    pub(super) fn index(&self) -> Index {
        self.index.clone()
    }

    /// Lets all know what was counted so far.
    pub(super) fn publish(&mut self) {
        let mut inside = self.index.inside();
        let Some(counted) = inside.iter_mut().find(|one| one.first == self.first) else { return };
        if counted.next < self.next {
            // Another may have counted a part of the same lines meanwhile.
            let seen = counted.offsets.len().saturating_sub(self.known);
            counted.offsets.extend(self.new.iter().skip(seen));
            (counted.next, counted.end) = (self.next, self.end);
        }
        self.known += std::mem::take(&mut self.new).len();
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.publish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(index: &Index, lines: u64) {
        let mut counter = index.counter(Link::FIRST);
        for _ in 0..lines {
            counter.line(10);
        }
    }

    #[test]
    fn a_span_begins_before_what_is_wanted_and_ends_behind_it() {
        let index = Index::default();
        assert_eq!(index.span(Link::FIRST, 0, 9), None);
        count(&index, 1_000);
        let span = |from, until| index.span(Link::FIRST, from, until).unwrap();
        assert_eq!(span(0, 0), Span { seq: 0, start: 0, end: 1_280, until: 0 });
        assert_eq!(span(130, 300), Span { seq: 128, start: 1_280, end: 3_840, until: 300 });
        assert_eq!(span(999, 5_000), Span { seq: 896, start: 8_960, end: 10_000, until: 999 });
        assert_eq!(index.span(Link::FIRST, 1_000, 2_000), None);
    }

    #[test]
    fn two_who_count_the_same_lines_agree() {
        let index = Index::default();
        let (mut one, mut two) = (index.counter(Link::FIRST), index.counter(Link::FIRST));
        for _ in 0..700 {
            one.line(10);
        }
        for _ in 0..500 {
            two.line(10);
        }
        drop(two);
        drop(one);
        count(&index, 300);
        let all = Index::default();
        count(&all, 1_000);
        for from in (0..1_000).step_by(77) {
            let span = |index: &Index| index.span(Link::FIRST, from, from + 200);
            assert_eq!(span(&index), span(&all), "{from}");
        }
    }
}
