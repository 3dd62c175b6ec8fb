//! `log`: the record, in words or as it is.

use std::path::Path;
use std::time::Duration;

use super::args::Log;
use super::context::{Context, known, note_missing};
use super::{Outcome, out};
use crate::command::seen_line;
use crate::engine::fold_entry;
use crate::incident::words::Sight;
use crate::incident::{Record, Seq, State};
use crate::journal::{Entry, JOURNAL, Open, Reader, segments};

/// How often a growing record is looked at: another process writes it, and a file gives no signal.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Entries, or bytes, that are taken at a time.
const BATCH: Seq = 1_000;
const CHUNK: usize = 1 << 20;

/// Prints the record from its beginning, or what the filter finds of it; with `follow`, until the
/// incident is closed.
pub(super) fn log(context: &Context, args: &Log) -> anyhow::Result<Outcome> {
    let dir = context.find(&args.which)?.dir;
    // The lines as they are need not be understood, nor even be good.
    if args.json && args.filter.is_none() {
        as_it_is(context, &dir, args)
    } else {
        entries(context, &dir, args)
    }
}

/// Entries that were understood: in words, or their lines as they are.
fn entries(context: &Context, dir: &Path, args: &Log) -> anyhow::Result<Outcome> {
    let mut listed = context.store.look(dir)?;
    let (playbook, missing) = context.playbook_or_none(&listed);
    if let Some(why) = missing {
        note_missing(&why);
    }
    // Of a drill that is over everything may be told.
    let sight = if context.is_over(&listed) { Sight::Facilitator } else { Sight::Player };
    let mut state = State::new(playbook.into());
    let mut reader = Reader::open(&context.disk, &listed.dir)?;
    let mut next: Seq = 0;
    loop {
        let now = context.store.look(dir)?;
        if now.dir != listed.dir {
            reader = Reader::open(&context.disk, &now.dir)?;
        }
        listed = now;
        let last = listed.last.as_ref().map_or(0, |last| last.seq);
        let mut batch = Vec::new();
        let read = reader.visit(next..=next + BATCH - 1, last, &mut |entry, line| {
            let line = args.json.then(|| line.to_vec());
            batch.push((entry, line));
        });
        for (entry, line) in &batch {
            fold_entry(&mut state, entry);
            if args.filter.as_ref().is_some_and(|filter| !filter.matches(entry, &state)) {
                continue;
            }
            match line {
                Some(line) => out::record_line(line)?,
                None => out::line(seen_line(entry, &state, sight).line())?,
            }
        }
        // What stands before a fault is good.
        read?;
        next += batch.len() as Seq;
        if batch.iter().any(|(entry, _)| is_end(entry)) || (batch.is_empty() && !args.follow) {
            return Ok(Outcome::Good);
        }
        if batch.is_empty() {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

fn is_end(entry: &Entry) -> bool {
    matches!(known(entry), Some(Record::Closed { .. }))
}

/// The lines themselves, whole ones only. A line that stanch wrote passes unchanged; one that was
/// edited to act on the terminal does not.
fn as_it_is(context: &Context, dir: &Path, args: &Log) -> anyhow::Result<Outcome> {
    let mut printed = 0;
    loop {
        // It may go on elsewhere meanwhile.
        let segments = segments(context.disk.as_ref(), &context.store.look(dir)?.dir)?;
        let Some(segment) = segments.get(printed) else { return Ok(Outcome::Good) };
        printed += 1;
        let is_last = printed == segments.len();
        segment_as_it_is(context, segment, args.follow && is_last)?;
    }
}

/// One segment; with `follow`, until the incident is closed or goes on in another.
fn segment_as_it_is(context: &Context, segment: &Path, follow: bool) -> anyhow::Result<()> {
    let file = context.disk.open(&segment.join(JOURNAL), Open::Read)?;
    let mut offset = 0;
    let mut kept = Vec::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        let moved = follow && context.store.look(segment)?.dir != segment;
        let read = file.read_at(&mut buffer, offset)?;
        offset += read as u64;
        kept.extend_from_slice(&buffer[..read]);
        let whole = kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut ended = false;
        for line in kept.drain(..whole).collect::<Vec<_>>().split_inclusive(|b| *b == b'\n') {
            out::record_line(line)?;
            ended |= follow && says_closed(line);
        }
        if ended || (read == 0 && (!follow || moved)) {
            return Ok(());
        }
        if read == 0 {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// Nothing comes after it that is worth waiting for.
fn says_closed(line: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Kind<'a> {
        kind: &'a str,
    }
    serde_json::from_slice::<Kind>(line).is_ok_and(|line| line.kind == "closed")
}
