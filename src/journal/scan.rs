//! One pass over a segment: every line against its own hash and the line before, in bounded memory,
//! on all cores.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::chunk::{Chunk, Chunks, lines};
use super::disk::DiskFile;
use super::entry::{Entry, LineHash};
use super::line::{Frame, LineFault, decode, frame};
use crate::incident::Seq;

/// Below this many bytes threads cost more than they bring.
const ALONE: u64 = 256 << 10;
/// Pieces under way for each thread.
const DEPTH: usize = 2;

/// A line that is intact, and in its place in the chain.
pub(super) struct Seen {
    pub(super) frame: Frame,
    pub(super) entry: Option<Entry>,
    /// With its line feed.
    length: u64,
}

/// Takes a good line, with its length in bytes (its line feed included), and goes on or not.
pub(super) type OnLine<'a> = dyn FnMut(&Frame, u64, Option<Entry>) -> ControlFlow<()> + 'a;

/// What the first line must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) seq: Seq,
    pub(super) prev: LineHash,
}

impl Link {
    /// The beginning of a record.
    pub(super) const FIRST: Self = Self { seq: 0, prev: LineHash::ZERO };

    /// What must follow a line.
    pub(super) fn after(frame: &Frame) -> Self {
        Self { seq: frame.seq + 1, prev: frame.hash }
    }
}

/// The first line that is not right.
#[derive(Debug)]
pub(super) struct Bad {
    /// From 1.
    pub(super) line: u64,
    pub(super) byte: u64,
    pub(super) fault: LineFault,
}

/// What a pass found.
#[derive(Debug)]
pub(super) struct Scanned {
    /// What would have to follow.
    pub(super) next: Link,
    pub(super) lines: u64,
    /// Where the good lines end.
    pub(super) good: u64,
    /// Where the last commit begins.
    pub(super) commit: u64,
    /// How long the file was.
    pub(super) end: u64,
    pub(super) bad: Option<Bad>,
}

/// Passes over `file` and hands every good line to `on`, in order, until that breaks off.
pub(super) fn scan(
    file: &dyn DiskFile,
    from: Link,
    decoded: bool,
    on: &mut OnLine<'_>,
) -> io::Result<Scanned> {
    let end = file.len()?;
    let mut chunks = Chunks::new(file, 0, end);
    let mut scanned = Scanned { next: from, lines: 0, good: 0, commit: 0, end, bad: None };
    let mut take = |lines: Vec<Result<Seen, LineFault>>| scanned.take(lines, on);
    if end < ALONE {
        while let Some(chunk) = chunks.next()? {
            if take(parse(&chunk, decoded)).is_break() {
                break;
            }
        }
    } else {
        in_parallel(&mut chunks, decoded, &mut take)?;
    }
    Ok(scanned)
}

impl Scanned {
    fn take(
        &mut self,
        lines: Vec<Result<Seen, LineFault>>,
        on: &mut OnLine<'_>,
    ) -> ControlFlow<()> {
        for line in lines {
            let seen = match line.and_then(|seen| self.next.check(&seen.frame).map(|()| seen)) {
                Ok(seen) => seen,
                Err(fault) => {
                    self.bad = Some(Bad { line: self.lines + 1, byte: self.good, fault });
                    return ControlFlow::Break(());
                }
            };
            if seen.frame.flushed.is_some() {
                self.commit = self.good;
            }
            self.next = Link::after(&seen.frame);
            self.lines += 1;
            self.good += seen.length;
            on(&seen.frame, seen.length, seen.entry)?;
        }
        ControlFlow::Continue(())
    }
}

impl Link {
    /// Whether this is the line that must stand here.
    pub(super) fn check(&self, frame: &Frame) -> Result<(), LineFault> {
        if frame.seq != self.seq {
            return Err(LineFault::Seq { expected: self.seq, found: frame.seq });
        }
        if frame.prev != self.prev {
            return Err(LineFault::Prev(frame.seq));
        }
        Ok(())
    }
}

/// The lines of a piece up to the first that is bad in itself.
fn parse(chunk: &Chunk, decoded: bool) -> Vec<Result<Seen, LineFault>> {
    let mut seen = Vec::with_capacity(chunk.bytes.len() / 256);
    for line in lines(&chunk.bytes) {
        let parsed = parse_line(line, decoded);
        let bad = parsed.is_err();
        seen.push(parsed);
        if bad {
            break;
        }
    }
    seen
}

fn parse_line(line: &[u8], decoded: bool) -> Result<Seen, LineFault> {
    let Some(text) = line.strip_suffix(b"\n") else {
        return Err(if line.len() < super::LINE_LIMIT {
            LineFault::Unfinished
        } else {
            LineFault::TooLong
        });
    };
    let frame = frame(text)?;
    let entry = if decoded { Some(decode(text, &frame)?) } else { None };
    Ok(Seen { frame, entry, length: line.len() as u64 })
}

type Parsed = Vec<Result<Seen, LineFault>>;

struct Lane {
    jobs: SyncSender<Chunk>,
    done: Receiver<Parsed>,
}

fn in_parallel(
    chunks: &mut Chunks<'_>,
    decoded: bool,
    take: &mut dyn FnMut(Parsed) -> ControlFlow<()>,
) -> io::Result<()> {
    let width = thread::available_parallelism().map_or(1, |cores| cores.get().min(8));
    thread::scope(|scope| {
        let lanes: Vec<Lane> = (0..width)
            .map(|_| {
                let (jobs, todo) = sync_channel::<Chunk>(DEPTH);
                let (results, done) = sync_channel(DEPTH);
                scope.spawn(move || {
                    for chunk in todo {
                        if results.send(parse(&chunk, decoded)).is_err() {
                            break;
                        }
                    }
                });
                Lane { jobs, done }
            })
            .collect();
        let gone = || io::Error::other("a thread that reads the record ended early");
        let (mut sent, mut taken) = (0, 0);
        loop {
            while sent < taken + width * DEPTH {
                let Some(chunk) = chunks.next()? else { break };
                lanes[sent % width].jobs.send(chunk).map_err(|_| gone())?;
                sent += 1;
            }
            if taken == sent {
                return Ok(());
            }
            let parsed = lanes[taken % width].done.recv().map_err(|_| gone())?;
            taken += 1;
            if take(parsed).is_break() {
                return Ok(());
            }
        }
    })
}

/// Whether an intact line from `byte` on says that record `seq` was flushed before it.
pub(super) fn flushed_later(file: &dyn DiskFile, byte: u64, seq: Seq) -> io::Result<bool> {
    let mut chunks = Chunks::new(file, byte, file.len()?);
    while let Some(chunk) = chunks.next()? {
        for line in lines(&chunk.bytes) {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            if frame(text).is_ok_and(|frame| frame.flushed.is_some_and(|flushed| flushed >= seq)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
