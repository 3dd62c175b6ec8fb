//! `verify`: find any change in a record.

mod kinship;

use std::path::{Path, PathBuf};

use super::args::{Verify, Which};
use super::context::Context;
use super::{Outcome, out};
use crate::journal::{Head, fold, verify as verify_record};

/// Bad where a line was changed, removed, moved or added, or the head is not the one that was read
/// aloud.
pub(super) fn verify(context: &Context, args: &Verify) -> anyhow::Result<Outcome> {
    let dir = place(context, args.which.incident.as_deref())?;
    if let Some(other) = &args.other {
        return kinship::kinship(context, &dir, &place(context, Some(other))?);
    }
    let report = verify_record(context.disk.as_ref(), &dir)?;
    out::line(format!("{}: {} records, {} bytes", dir.display(), report.records, report.bytes))?;
    if let Some(head) = &report.head {
        out::line(format!("head: {} (record {})", head.spoken(), head.seq))?;
        out::line(format!("head in full: {}", head.hash))?;
    }
    if let Some(finding) = &report.finding {
        out::line(finding.to_string())?;
        return Ok(Outcome::Bad);
    }
    let Some(head) = &report.head else {
        out::line("There is no first record: it was cut off, or never flushed.")?;
        return Ok(Outcome::Bad);
    };
    if let Some(said) = &args.head {
        return compare(context, &dir, said, head);
    }
    out::line("good: every line is as it was written")?;
    Ok(Outcome::Good)
}

fn place(context: &Context, incident: Option<&str>) -> anyhow::Result<PathBuf> {
    match incident.map(Path::new) {
        // A damaged record may not even have a first line to find it by.
        Some(dir) if dir.is_dir() => Ok(dir.to_owned()),
        _ => Ok(context.find(&Which { incident: incident.map(str::to_owned) })?.dir),
    }
}

/// A head that was read aloud vouches for everything before it: it is looked for in the whole chain,
/// since the record may have gone on.
fn compare(context: &Context, dir: &Path, said: &str, head: &Head) -> anyhow::Result<Outcome> {
    let mut found = None;
    fold(context.disk.as_ref(), dir, &mut |entry| {
        if is_head(said, &entry.head()) {
            found = Some(entry.seq);
        }
    })?;
    let Some(seq) = found else {
        out::line(
            "The head that was given is not in this record: its end was cut off, or it is \
             another record.",
        )?;
        return Ok(Outcome::Bad);
    };
    out::line(if seq == head.seq {
        "good: every line is as it was written, and the head is the one given".to_owned()
    } else {
        format!(
            "good: every line is as it was written; the head given is record {seq}, and the record went on"
        )
    })?;
    Ok(Outcome::Good)
}

/// Whether the digits, however grouped, are those of the head.
fn is_head(said: &str, head: &Head) -> bool {
    let digits: String =
        said.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect();
    digits.len() >= 16 && head.hash.starts_with(&digits)
}
