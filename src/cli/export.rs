//! `export`: an incident as a document. Nothing is recorded by it.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use sha2::{Digest, Sha256};

use super::args::{Export, Format};
use super::context::{Context, Read};
use super::show::is_attended;
use super::{Outcome, out};
use crate::export::{Source, jsonl, markdown};
use crate::incident::{Mode, hex};
use crate::journal::Open;

/// To standard output, or to a new file that only its owner can read.
pub(super) fn export(context: &Context, args: &Export) -> anyhow::Result<Outcome> {
    let read = context.read(&args.which, true)?;
    if let Some(finding) = &read.folded.finding {
        out::note(format!("stanch: the export ends before the damage: {finding}"));
    }
    let bytes = document(context, &read, args.format)?;
    if args.output.is_none() && args.format == Format::Jsonl && std::io::stdout().is_terminal() {
        // The very bytes are for a file; a terminal would obey what was edited into them.
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            out::record_line(line)?;
        }
    } else {
        deliver(context, &bytes, args.output.as_deref(), read.state.mode())?;
    }
    Ok(if read.folded.finding.is_some() { Outcome::Bad } else { Outcome::Good })
}

/// To standard output, or to a new file.
pub(super) fn deliver(
    context: &Context,
    bytes: &[u8],
    output: Option<&Path>,
    mode: Mode,
) -> anyhow::Result<()> {
    let Some(path) = output else { return Ok(out::raw(bytes)?) };
    let path = &named(path, mode);
    let mut file = context
        .disk
        .open(path, Open::CreateNew)
        .with_context(|| format!("{} cannot be created", path.display()))?;
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = file.append(rest)?;
        rest = &rest[written..];
    }
    file.sync_all()?;
    out::note(format!("{}: sha256 {}", path.display(), hex(&Sha256::digest(bytes))));
    Ok(())
}

/// A drill says so in the name of every file that is made of it.
fn named(path: &Path, mode: Mode) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if mode == Mode::Live || name.to_lowercase().contains("drill") {
        return path.to_owned();
    }
    path.with_file_name(format!("DRILL-{name}"))
}

fn document(context: &Context, read: &Read, format: Format) -> anyhow::Result<Vec<u8>> {
    let Some(head) = &read.folded.head else { bail!("nothing is recorded yet") };
    Ok(match format {
        Format::Md => {
            let source = Source {
                state: &read.state,
                entries: &read.entries,
                head,
                finding: read.folded.finding.as_ref(),
                is_attended: is_attended(context, read),
            };
            markdown(&source).into_bytes()
        }
        Format::Jsonl => {
            let mut bytes = Vec::new();
            jsonl(&context.disk, &read.listed.dir, &mut bytes)?;
            bytes.flush()?;
            bytes
        }
    })
}
