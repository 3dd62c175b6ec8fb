//! Reading a whole record, over all its segments, without changing anything.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, Open, read_full_at};
use super::entry::{Entry, Fact, Head, Version};
use super::error::{Finding, FindingKind, JournalError};
use super::files::JOURNAL;
use super::index::Index;
use super::line::{Frame, LINE_LIMIT, LineFault, decode, frame};
use super::scan::{Bad, Link, Scanned, flushed_later, scan};
use crate::incident::Record;

/// A record goes on elsewhere when a disk fails: more often than this is a circle.
pub(super) const SEGMENT_LIMIT: usize = 64;

/// What a pass over a record found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Of the last good record; `None` where nothing was ever recorded.
    pub head: Option<Head>,
    /// The first thing that is wrong. What stands before it is proven.
    pub finding: Option<Finding>,
}

/// Verifies the record in `dir` with the segments before it, and hands every good entry to
/// `on_entry`, oldest first. Takes no lock and changes nothing.
pub fn fold(
    disk: &dyn Disk,
    dir: &Path,
    on_entry: &mut dyn FnMut(Entry),
) -> Result<Folded, JournalError> {
    fold_with(disk, dir, &Index::default(), &mut |entry| {
        on_entry(entry);
        ControlFlow::Continue(())
    })
}

/// The same until `on_entry` breaks off; `index` knows afterwards where the lines stand.
pub fn fold_with(
    disk: &dyn Disk,
    dir: &Path,
    index: &Index,
    on_entry: &mut OnEntry<'_>,
) -> Result<Folded, JournalError> {
    let chain = walk(disk, dir, Some(index), Some(on_entry))?;
    Ok(Folded { head: chain.head(), finding: chain.finding })
}

/// Takes an entry, and goes on or not.
type OnEntry<'a> = dyn FnMut(Entry) -> ControlFlow<()> + 'a;

/// The directories that hold the record, oldest first; the last is `dir`.
pub fn segments(disk: &dyn Disk, dir: &Path) -> Result<Vec<PathBuf>, JournalError> {
    Ok(find_segments(disk, dir)?.into_iter().map(|segment| segment.dir).collect())
}

/// One directory's part of a record.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) dir: PathBuf,
    /// What its first line must be.
    pub(super) first: Link,
}

impl Segment {
    pub(super) fn journal(&self) -> PathBuf {
        self.dir.join(JOURNAL)
    }
}

/// Goes back from `dir` over the directories that its first lines name.
pub(super) fn find_segments(disk: &dyn Disk, dir: &Path) -> Result<Vec<Segment>, JournalError> {
    let mut found = Vec::new();
    let mut dir = dir.to_owned();
    loop {
        let first = first_line(disk, &dir)?;
        // Only a line that names where it goes on from may stand first without being the first.
        let (first, from) = match first {
            Some((frame, Some(from))) => (Link { seq: frame.seq, prev: frame.prev }, Some(from)),
            _ => (Link::FIRST, None),
        };
        let next = from.map(|from| dir.join(from));
        found.push(Segment { dir, first });
        match next {
            None => break,
            Some(_) if found.len() == SEGMENT_LIMIT => {
                return Err(JournalError::Segments {
                    path: found.swap_remove(0).dir,
                    what: format!(
                        "the record goes back over more than {SEGMENT_LIMIT} directories"
                    ),
                });
            }
            Some(next) => dir = next,
        }
    }
    found.reverse();
    Ok(found)
}

/// The first line and the directory that it goes on from, if it is intact.
fn first_line(
    disk: &dyn Disk,
    dir: &Path,
) -> Result<Option<(Frame, Option<String>)>, JournalError> {
    let path = dir.join(JOURNAL);
    let file = open_journal(disk, dir)?;
    // Nearly all first lines are short.
    for limit in [16 << 10, LINE_LIMIT] {
        let mut bytes = vec![0; limit];
        let read =
            read_full_at(file.as_ref(), &mut bytes, 0).map_err(JournalError::io("read", &path))?;
        let Some(end) = bytes[..read].iter().position(|byte| *byte == b'\n') else { continue };
        let Ok(frame) = frame(&bytes[..end]) else { return Ok(None) };
        let from = match decode(&bytes[..end], &frame).map(|entry| entry.record) {
            Ok(Fact::Known(Record::Continued { from, .. })) => Some(from),
            _ => None,
        };
        return Ok(Some((frame, from)));
    }
    Ok(None)
}

pub(super) fn open_journal(disk: &dyn Disk, dir: &Path) -> Result<Box<dyn DiskFile>, JournalError> {
    let path = dir.join(JOURNAL);
    disk.open(&path, Open::Read).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => JournalError::NoRecord { path: dir.to_owned() },
        _ => JournalError::io("open", &path)(error),
    })
}

/// A whole record as one pass saw it.
pub(super) struct Chain {
    pub(super) segments: Vec<Segment>,
    /// Of the segment in which the pass ended.
    pub(super) last: Scanned,
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) finding: Option<Finding>,
}

impl Chain {
    pub(super) fn head(&self) -> Option<Head> {
        let Link { seq, prev } = self.last.next;
        Some(Head { seq: seq.checked_sub(1)?, hash: prev.to_string() })
    }
}

/// Passes over the record; decodes only where somebody wants the entries.
pub(super) fn walk(
    disk: &dyn Disk,
    dir: &Path,
    index: Option<&Index>,
    mut on_entry: Option<&mut OnEntry<'_>>,
) -> Result<Chain, JournalError> {
    let segments = find_segments(disk, dir)?;
    let (mut records, mut bytes, mut newer) = (0, 0, None);
    let mut next = segments.first().map_or(Link::FIRST, |segment| segment.first);
    for (place, segment) in segments.iter().enumerate() {
        let path = segment.journal();
        let follower = segments.get(place + 1);
        let file = open_journal(disk, &segment.dir)?;
        let (mut line, decoded) = (0, on_entry.is_some());
        let mut counter = index.map(|index| index.counter(segment.first));
        let scanned = scan(file.as_ref(), next, decoded, &mut |frame, length, entry| {
            line += 1;
            if let Some(counter) = &mut counter {
                counter.line(length);
            }
            newer = newer.take().or_else(|| newer_than_we(&path, line, frame, entry.as_ref()));
            if let (Some(on_entry), Some(entry)) = (on_entry.as_mut(), entry) {
                on_entry(entry)?;
            }
            match follower {
                Some(follower) if frame.seq + 1 == follower.first.seq => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })
        .map_err(JournalError::io("read", &path))?;
        records += scanned.lines;
        bytes += scanned.good;
        next = scanned.next;
        let finding = judge(file.as_ref(), segment, &scanned, follower)?;
        if finding.is_some() || follower.is_none() {
            let finding = finding.or(newer);
            return Ok(Chain { segments, last: scanned, records, bytes, finding });
        }
    }
    Err(JournalError::NoRecord { path: dir.to_owned() })
}

/// What is wrong with a segment that a pass went over.
fn judge(
    file: &dyn DiskFile,
    segment: &Segment,
    scanned: &Scanned,
    follower: Option<&Segment>,
) -> Result<Option<Finding>, JournalError> {
    let path = segment.journal();
    match (&scanned.bad, follower) {
        (Some(bad), None) => {
            let flushed = bad.fault.is_intact()
                || flushed_later(file, bad.byte, scanned.next.seq)
                    .map_err(JournalError::io("read", &path))?;
            Ok(Some(describe(path, bad, flushed)))
        }
        (Some(bad), Some(_)) => Ok(Some(describe(path, bad, true))),
        (None, Some(follower)) if follower.first != scanned.next => Ok(Some(Finding {
            kind: FindingKind::Damage,
            path,
            line: scanned.lines,
            byte: scanned.good,
            what: format!(
                "the record ends after {} lines, or with another hash than {} goes on from",
                scanned.lines,
                follower.dir.display()
            ),
            mend: LOOK_FOR_A_COPY.into(),
        })),
        (None, _) => Ok(None),
    }
}

const LOOK_FOR_A_COPY: &str = "what stands before is proven; compare with a copy, and go on with \
                               `resume --continue-in DIR` where the incident is still open";

fn describe(path: PathBuf, bad: &Bad, flushed: bool) -> Finding {
    let (kind, mend) = match &bad.fault {
        LineFault::Newer(_) => (FindingKind::Newer, NEWER),
        _ if flushed => (FindingKind::Damage, LOOK_FOR_A_COPY),
        _ => (
            FindingKind::Tail,
            "nothing says that it was ever flushed: resuming keeps it beside, cuts it, and records \
             that; if the record was complete before, it was changed, so compare with a copy",
        ),
    };
    let what = bad.fault.to_string();
    Finding { kind, path, line: bad.line, byte: bad.byte, what, mend: mend.into() }
}

const NEWER: &str = "read it with the stanch that wrote it, or a newer one";

fn newer_than_we(path: &Path, line: u64, frame: &Frame, entry: Option<&Entry>) -> Option<Finding> {
    let what = match entry.map(|entry| &entry.record) {
        Some(Fact::Unknown { kind, why }) => {
            format!("the line is intact, but this stanch cannot read its record `{kind}` ({why})")
        }
        _ if frame.version > Version::CURRENT => format!(
            "the line is in format {}, this stanch writes {}",
            frame.version,
            Version::CURRENT
        ),
        _ => return None,
    };
    // Where exactly does not matter: nothing is wrong there.
    let (path, mend) = (path.to_owned(), NEWER.into());
    Some(Finding { kind: FindingKind::Newer, path, line, byte: 0, what, mend })
}
