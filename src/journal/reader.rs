//! Single lines of a record by number, for faces that show a part of it.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chunk::{Chunks, lines};
use super::disk::{Disk, DiskFile};
use super::entry::Entry;
use super::error::{Finding, FindingKind, JournalError};
use super::fold::{find_segments, open_journal};
use super::line::{LineFault, decode, frame};
use super::scan::Link;
use crate::incident::Seq;

/// Every so many lines the offset is remembered.
const STRIDE: u64 = 128;

/// Reads entries by number from a record that may still grow. Every line that it hands out was
/// checked against its own hash and the line before it.
pub struct Reader {
    segments: Vec<Part>,
}

struct Part {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    first: Seq,
    /// The offset of line `first + index * STRIDE`.
    offsets: Vec<u64>,
    /// How far the lines were counted.
    next: Seq,
    end: u64,
}

/// Entries could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("{0}")]
    Finding(Finding),
}

impl Reader {
    /// Opens the record in `dir` with the segments before it.
    pub fn open(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Self, JournalError> {
        let segments = find_segments(disk.as_ref(), dir)?.into_iter().map(|segment| {
            Ok(Part {
                file: open_journal(disk.as_ref(), &segment.dir)?,
                path: segment.journal(),
                first: segment.first.seq,
                offsets: vec![0],
                next: segment.first.seq,
                end: 0,
            })
        });
        Ok(Self { segments: segments.collect::<Result<_, JournalError>>()? })
    }

    /// The entries of `range`, oldest first, but none behind `flushed`: what stands there may not
    /// be true yet. Entries that do not exist are left out.
    pub fn entries(
        &mut self,
        range: RangeInclusive<Seq>,
        flushed: Seq,
    ) -> Result<Vec<Entry>, ReadError> {
        let (mut from, last) = (*range.start(), flushed.min(*range.end()));
        let mut entries: Vec<Entry> = Vec::new();
        for index in 0..self.segments.len() {
            let until = self.segments.get(index + 1).map_or(last, |next| last.min(next.first - 1));
            if from <= until {
                self.segments[index].read(from, until, &mut entries)?;
                from = from.max(until + 1);
            }
        }
        Ok(entries)
    }
}

impl Part {
    fn read(&mut self, from: Seq, until: Seq, out: &mut Vec<Entry>) -> Result<(), ReadError> {
        self.count_to(until).map_err(JournalError::io("read", &self.path))?;
        let from = from.max(self.first);
        let until = until.min(self.next.wrapping_sub(1));
        if from > until || self.next == self.first {
            return Ok(());
        }
        let slot = (from - self.first) / STRIDE;
        let mut seq = self.first + slot * STRIDE;
        let start = self.offsets[usize::try_from(slot).unwrap_or(usize::MAX)];
        let mut byte = start;
        let mut chunks = Chunks::new(self.file.as_ref(), start, self.end);
        let mut before: Option<Link> = None;
        while let Some(chunk) = chunks.next().map_err(JournalError::io("read", &self.path))? {
            for line in lines(&chunk.bytes) {
                if seq > until {
                    return Ok(());
                }
                if seq >= from {
                    let entry = read_line(line, seq, before.as_ref());
                    let entry = entry.map_err(|fault| self.finding(seq, byte, &fault))?;
                    before = Some(Link { seq: entry.seq + 1, prev: entry.hash });
                    out.push(entry);
                }
                seq += 1;
                byte += line.len() as u64;
            }
        }
        Ok(())
    }

    /// Counts lines on, as far as `seq`.
    fn count_to(&mut self, seq: Seq) -> std::io::Result<()> {
        if seq < self.next {
            return Ok(());
        }
        let mut chunks = Chunks::new(self.file.as_ref(), self.end, self.file.len()?);
        while let Some(chunk) = chunks.next()? {
            for line in lines(&chunk.bytes) {
                if !line.ends_with(b"\n") || self.next > seq {
                    return Ok(());
                }
                self.next += 1;
                self.end += line.len() as u64;
                if (self.next - self.first).is_multiple_of(STRIDE) {
                    self.offsets.push(self.end);
                }
            }
        }
        Ok(())
    }

    fn finding(&self, seq: Seq, byte: u64, fault: &LineFault) -> ReadError {
        ReadError::Finding(Finding {
            kind: FindingKind::Damage,
            path: self.path.clone(),
            line: seq - self.first + 1,
            byte,
            what: fault.to_string(),
            mend: "`stanch verify` says more".into(),
        })
    }
}

fn read_line(line: &[u8], seq: Seq, before: Option<&Link>) -> Result<Entry, LineFault> {
    let text = line.strip_suffix(b"\n").ok_or(LineFault::Unfinished)?;
    let frame = frame(text)?;
    before.unwrap_or(&Link { seq, prev: frame.prev }).check(&frame)?;
    decode(text, &frame)
}
