//! `show`: where an incident stands, from its record alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::args::Show;
use super::context::{Context, Read};
use super::{Outcome, out};
use crate::command::{Snapshot, clock_things, sign, standing, summary};
use crate::engine::View;
use crate::incident::{offers, recommended};
use crate::journal::{Head, LOCK, Open};
use crate::text::Shown;

/// One page in words. Bad where the record is damaged.
pub(super) fn show(context: &Context, args: &Show) -> anyhow::Result<Outcome> {
    let read = context.read(&args.which, false)?;
    let snapshot = snapshot(context, &read);
    let header: Vec<String> = summary(&snapshot).iter().map(|told| told.text.to_string()).collect();
    out::line(header.join("  "))?;
    out::line(&snapshot.state().playbook.title)?;
    if let Some(finding) = &read.folded.finding {
        out::line(format!("DAMAGED after record {}: {finding}", snapshot.view.head.seq))?;
    }
    for line in crate::export::unattended(&read.state, is_attended(context, &read)) {
        out::line(line)?;
    }
    out::line(format!("Directory: {}", read.listed.dir.display()))?;
    out::line("")?;
    for thing in clock_things(&snapshot) {
        for (index, told) in thing.iter().enumerate() {
            let indent = if index > 0 { "    " } else { "" };
            out::line(format!("{indent}{}", told.text))?;
        }
    }
    for row in snapshot.state().timeline() {
        let (_, word, _) = standing(&snapshot, &row);
        let sign = sign(row.progress);
        out::line(format!("{sign} {:<12} {:<9} {}", word, row.step.phase.word(), row.title()))?;
    }
    match &read.folded.finding {
        None => Ok(Outcome::Good),
        Some(finding) => {
            out::note(format!("stanch: {finding}"));
            Ok(Outcome::Bad)
        }
    }
}

/// An engine holds the record now: what the record says is under way really is.
pub(super) fn is_attended(context: &Context, read: &Read) -> bool {
    let lock = context.disk.open(&read.listed.dir.join(LOCK), Open::Read);
    // The file is closed again at once, and its lock with it.
    lock.is_ok_and(|mut lock| matches!(lock.try_lock(), Ok(false)))
}

/// What a face would see of the record, without an engine.
pub(super) fn snapshot(context: &Context, read: &Read) -> Snapshot {
    let now = context.clock.now();
    // Only an engine moves the scenario's clock.
    let is_attended = is_attended(context, read);
    let now = if is_attended { read.state.by_its_clock(now) } else { read.state.at_rest(now) };
    let nothing = Head { seq: 0, hash: String::new() };
    let view = View {
        state: read.state.clone(),
        head: read.folded.head.clone().unwrap_or(nothing),
        read_only: read.state.read_only.clone(),
        unsaved: Vec::new(),
        no_room: false,
        live: BTreeMap::new(),
        here: Vec::new(),
        busy: 0,
    };
    Snapshot {
        offers: Arc::new(offers(&view.state, now)),
        next: recommended(&view.state, now),
        view: Arc::new(view),
        now,
        taken_up: now.up,
        desk: None,
        hot_wash: None,
        by: context.config.by(),
        place: Some(Shown::new(Shown::new(read.listed.dir.to_string_lossy()).one_line())),
    }
}
