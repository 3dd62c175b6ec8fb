//! `move`: a record to another disk or machine, and back.

use std::path::Path;

use anyhow::bail;

use super::args::{Move, Which};
use super::context::Context;
use super::{Outcome, out};
use crate::engine::Relocation;
use crate::journal::{Head, Listed, verify};
use crate::text::Shown;

/// Copies the whole incident and closes the old one for writing, or opens that again.
pub(super) fn relocate(context: &Context, args: &Move) -> anyhow::Result<Outcome> {
    let listed = context.find(&Which { incident: Some(args.incident.clone()) })?;
    if args.back {
        let head = relocation(context, &listed)?.back()?;
        told(&head)?;
        out::line("Taken up here again. Where the copy still lies, take it up no more.")?;
        return Ok(Outcome::Good);
    }
    let from = std::path::absolute(&listed.dir)?;
    let into = args.dir.as_deref().unwrap_or_else(|| context.store.root());
    let to = std::path::absolute(into)?.join(listed.directory());
    if to.starts_with(&from) {
        bail!("{} lies there already; name another directory", listed.directory());
    }
    let reason = args.reason.as_deref().unwrap_or("asked for by stanch move");
    relocation(context, &listed)?.go(&to, Shown::new(reason))?;
    arrived(context, &to)
}

fn relocation(context: &Context, listed: &Listed) -> anyhow::Result<Relocation> {
    let (_, playbook) = context.playbook_of(listed)?;
    Ok(Relocation {
        disk: context.disk.clone(),
        clock: context.clock.clone(),
        dir: std::path::absolute(&listed.dir)?,
        playbook: playbook.into(),
        by: context.config.by(),
    })
}

/// What is told is what the copy itself says.
fn arrived(context: &Context, to: &Path) -> anyhow::Result<Outcome> {
    let report = verify(context.disk.as_ref(), to)?;
    out::line(format!("{}: {} records, {} bytes", to.display(), report.records, report.bytes))?;
    if let Some(head) = &report.head {
        told(head)?;
    }
    if let Some(finding) = &report.finding {
        out::line(finding.to_string())?;
        return Ok(Outcome::Bad);
    }
    out::line("Moved: the old record can be read, and takes nothing more.")?;
    out::line("To go on, here or on another machine: stanch resume with that directory.")?;
    Ok(Outcome::Good)
}

fn told(head: &Head) -> std::io::Result<()> {
    out::line(format!("head: {} (record {})", head.spoken(), head.seq))
}
