//! Claims, reminders and evidence, each where there is any.

use std::fmt::Write as _;

use super::{code, utc};
use crate::incident::State;
use crate::incident::claim::Claim;

/// Who says what, and what became of it. Only what is confirmed is a fact.
pub(super) fn claims(out: &mut String, state: &State) -> std::fmt::Result {
    if state.claims.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Claims\n\nWhat others say. Only what is confirmed is a fact.\n")?;
    writeln!(out, "| # | Claim | By | Data | Status | Why | Counts | Acted on |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for claim in state.claims.values() {
        let optional = |text: Option<&crate::text::Shown>| text.map(code).unwrap_or_default();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            claim.id,
            code(&claim.text),
            code(&claim.source),
            optional(claim.data.as_ref()),
            status(claim),
            optional(claim.reason.as_ref()),
            counts(claim),
            optional(claim.act_as_if.as_ref()),
        )?;
    }
    writeln!(out)
}

fn status(claim: &Claim) -> String {
    let word = claim.status.word();
    if claim.is_fact() { format!("**{word}**") } else { word.to_owned() }
}

fn counts(claim: &Claim) -> String {
    let words = claim
        .counts
        .iter()
        .map(|count| format!("{} (says {})", code(&count.count), code(&count.source)));
    words.collect::<Vec<_>>().join("; ")
}

pub(super) fn reminders(out: &mut String, state: &State) -> std::fmt::Result {
    if state.timers.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Reminders\n\n| # | Of what | For whom | Due (UTC) | Done (UTC) | How |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for timer in state.timers.values() {
        let done = timer.done.as_ref();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            timer.id,
            code(&timer.what),
            timer.who.as_ref().map(code).unwrap_or_default(),
            utc(timer.due),
            done.map_or_else(|| "**open**".to_owned(), |done| utc(done.at)),
            done.and_then(|done| done.how.as_ref()).map(code).unwrap_or_default(),
        )?;
    }
    writeln!(out)
}

pub(super) fn evidence(out: &mut String, state: &State) -> std::fmt::Result {
    if state.evidence.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Evidence\n\n| Record | File | Bytes | SHA-256 | About |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    for piece in &state.evidence {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            piece.seq,
            code(&piece.path),
            piece.bytes,
            code(&piece.sha256),
            code(&piece.about),
        )?;
    }
    writeln!(out)
}
