//! Two copies of a record: the same, one the beginning of the other, or a fork.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::{Outcome, out};
use crate::command::record_line;
use crate::incident::State;
use crate::journal::{Entry, Kinship, Listed, Report, compare};
use crate::playbook::Playbook;

/// Bad where one of them does not verify, or they part.
pub(super) fn kinship(context: &Context, a: &Path, b: &Path) -> anyhow::Result<Outcome> {
    let found = compare(&context.disk, a, b)?;
    let mut good = true;
    for (name, dir, report) in [("A", a, &found.a), ("B", b, &found.b)] {
        good &= told(name, dir, report)?;
    }
    let (records_a, records_b) = (found.a.records, found.b.records);
    let words = match &found.kinship {
        Kinship::Same => format!("the same: {records_a} records"),
        Kinship::Begins => {
            format!("A is the beginning of B: B has {} more", more(records_b - records_a))
        }
        Kinship::Follows => {
            format!("B is the beginning of A: A has {} more", more(records_a - records_b))
        }
        Kinship::Fork(parting) => {
            let seq = parting.a.seq;
            out::line(format!("FORK at record {seq}: {}", before(seq)))?;
            // Nothing is folded: what names a call or a check is told without its step.
            let state = State::new(playbook(context, a).into());
            entry("A", &parting.a, &state)?;
            entry("B", &parting.b, &state)?;
            return Ok(Outcome::Bad);
        }
    };
    out::line(words)?;
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

/// One of the two; false where it does not verify.
fn told(name: &str, dir: &Path, report: &Report) -> anyhow::Result<bool> {
    let (records, bytes) = (report.records, report.bytes);
    out::line(format!("{name}: {}: {records} records, {bytes} bytes", dir.display()))?;
    match &report.head {
        Some(head) => out::line(format!("{name}: head {} (record {})", head.spoken(), head.seq))?,
        None => out::line(format!("{name}: there is no first record"))?,
    }
    if let Some(finding) = &report.finding {
        out::line(format!("{name}: NOT GOOD: {finding}"))?;
    }
    Ok(report.is_good() && report.head.is_some())
}

fn playbook(context: &Context, dir: &Path) -> Playbook {
    let listed = context.store.look(dir);
    let opened = listed.unwrap_or_else(|_| Listed::unread(dir));
    context.playbook_or_none(&opened).0
}

fn more(records: u64) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}

fn before(seq: u64) -> String {
    match seq {
        0 => "they are two incidents, not two copies of one".to_owned(),
        1 => "only the first record is the same".to_owned(),
        seq => format!("the {seq} records before it are the same"),
    }
}

/// Its hash, and what it says.
fn entry(name: &str, entry: &Entry, state: &State) -> std::io::Result<()> {
    out::line(format!("{name}: {}", entry.hash))?;
    let kind = entry.record.kind();
    out::line(format!("{name}: {kind}: {}", record_line(entry, state).line()))
}
