//! `verify`: find any change in a record.

use super::args::Verify;
use super::context::Context;
use super::{Outcome, out};
use crate::journal::{Head, verify as verify_record};

/// Bad where a line was changed, removed, moved or added, or the head is not the one that was read
/// aloud.
pub(super) fn verify(context: &Context, args: &Verify) -> anyhow::Result<Outcome> {
    let dir = match args.which.incident.as_deref().map(std::path::Path::new) {
        // A damaged record may not even have a first line to find it by.
        Some(dir) if dir.is_dir() => dir.to_owned(),
        _ => context.find(&args.which)?.dir,
    };
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
    match (&args.head, &report.head) {
        (Some(said), Some(head)) if !is_head(said, head) => {
            out::line(
                "The head is not the one given: the end of the record was cut off, or went on \
                 since it was read aloud.",
            )?;
            Ok(Outcome::Bad)
        }
        _ => {
            out::line("good: every line is as it was written")?;
            Ok(Outcome::Good)
        }
    }
}

/// Whether the digits, however grouped, are those of the head.
fn is_head(said: &str, head: &Head) -> bool {
    let digits: String =
        said.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect();
    digits.len() >= 16 && head.hash.starts_with(&digits)
}
