//! Single lines of a record by number, for faces that show a part of it.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chunk::{Chunks, lines};
use super::disk::{Disk, DiskFile};
use super::entry::Entry;
use super::error::{Finding, FindingKind, JournalError};
use super::fold::{find_segments, open_journal};
use super::index::Index;
use super::line::{LineFault, decode, frame};
use super::scan::Link;
use crate::incident::Seq;

/// Reads entries by number from a record that may still grow. Every line that it hands out was
/// checked against its own hash and the line before it.
pub struct Reader {
    segments: Vec<Part>,
    index: Index,
}

struct Part {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    first: Link,
}

/// Entries could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("{0}")]
    Finding(Finding),
}

/// Takes an entry and its line as it stands in the file, without the line feed.
type OnLine<'a> = dyn FnMut(Entry, &[u8]) + 'a;

impl Reader {
    /// Opens the record in `dir` with the segments before it. The first entry that is asked for has
    /// the lines before it counted.
    pub fn open(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Self, JournalError> {
        Self::with_index(disk, dir, &Index::default())
    }

    /// The same with what is known already of where the lines stand: only what the index does not
    /// know has to be counted. It must be of this record.
    pub fn with_index(
        disk: &Arc<dyn Disk>,
        dir: &Path,
        index: &Index,
    ) -> Result<Self, JournalError> {
        let segments = find_segments(disk.as_ref(), dir)?.into_iter().map(|segment| {
            Ok(Part {
                file: open_journal(disk.as_ref(), &segment.dir)?,
                path: segment.journal(),
                first: segment.first,
            })
        });
        let segments = segments.collect::<Result<_, JournalError>>()?;
        Ok(Self { segments, index: index.clone() })
    }

    /// The entries of `range`, oldest first, but none behind `flushed`: what stands there may not
    /// be true yet. Entries that do not exist are left out.
    pub fn entries(
        &mut self,
        range: RangeInclusive<Seq>,
        flushed: Seq,
    ) -> Result<Vec<Entry>, ReadError> {
        let mut entries = Vec::new();
        self.visit(range, flushed, &mut |entry, _| entries.push(entry))?;
        Ok(entries)
    }

    /// The same one by one, each with its line as it stands in the file (without the line feed).
    /// Those before a fault are handed over.
    pub fn visit(
        &mut self,
        range: RangeInclusive<Seq>,
        flushed: Seq,
        on_line: &mut OnLine<'_>,
    ) -> Result<(), ReadError> {
        let (mut from, last) = (*range.start(), flushed.min(*range.end()));
        for (place, part) in self.segments.iter().enumerate() {
            let follower = self.segments.get(place + 1);
            let until = follower.map_or(last, |next| last.min(next.first.seq.saturating_sub(1)));
            if from <= until {
                part.read(&self.index, from, until, on_line)?;
                from = from.max(until.saturating_add(1));
            }
        }
        Ok(())
    }

    /// How long the newest segment is, bytes.
    pub fn length(&self) -> Result<u64, JournalError> {
        let Some(part) = self.segments.last() else { return Ok(0) };
        part.file.len().map_err(JournalError::io("read", &part.path))
    }
}

impl Part {
    fn read(
        &self,
        index: &Index,
        from: Seq,
        until: Seq,
        on_line: &mut OnLine<'_>,
    ) -> Result<(), ReadError> {
        self.count_to(index, until).map_err(JournalError::io("read", &self.path))?;
        let Some(span) = index.span(self.first, from, until) else { return Ok(()) };
        let (mut seq, mut byte) = (span.seq, span.start);
        let mut chunks = Chunks::new(self.file.as_ref(), span.start, span.end);
        let mut before: Option<Link> = None;
        while let Some(chunk) = chunks.next().map_err(JournalError::io("read", &self.path))? {
            for line in lines(&chunk.bytes) {
                if seq > span.until {
                    return Ok(());
                }
                if seq >= from {
                    let entry = read_line(line, seq, before.as_ref());
                    let entry = entry.map_err(|fault| self.finding(seq, byte, &fault))?;
                    before = Some(Link { seq: entry.seq + 1, prev: entry.hash });
                    on_line(entry, line.strip_suffix(b"\n").unwrap_or(line));
                }
                seq += 1;
                byte += line.len() as u64;
            }
        }
        Ok(())
    }

    /// Counts lines on, as far as `seq` and not a line further: what stands behind it may be cut
    /// again.
    fn count_to(&self, index: &Index, seq: Seq) -> std::io::Result<()> {
        let mut counter = index.counter(self.first);
        let (next, end) = counter.at();
        if seq < next {
            return Ok(());
        }
        let length = self.file.len()?.max(end);
        let mut chunks = Chunks::new(self.file.as_ref(), end, length);
        while let Some(chunk) = chunks.next()? {
            for line in lines(&chunk.bytes) {
                if !line.ends_with(b"\n") || counter.at().0 > seq {
                    return Ok(());
                }
                counter.line(line.len() as u64);
            }
        }
        Ok(())
    }

    fn finding(&self, seq: Seq, byte: u64, fault: &LineFault) -> ReadError {
        ReadError::Finding(Finding {
            kind: FindingKind::Damage,
            path: self.path.clone(),
            line: seq - self.first.seq + 1,
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
