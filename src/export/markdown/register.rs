//! Claims, reminders and evidence, each where there is any.

use std::fmt::Write as _;

use super::{code, utc};
use crate::incident::claim::Claim;
use crate::incident::words::ended_words;
use crate::incident::{CommandRun, State};
use crate::text::Shown;

/// Who says what, and what became of it. Only what is confirmed is a fact.
pub(super) fn claims(out: &mut String, state: &State) -> std::fmt::Result {
    if state.claims.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Claims\n\nWhat others say. Only what is confirmed is a fact.\n")?;
    writeln!(out, "| # | Claim | By | Data | Status | Why | Counts | Acted on |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for claim in state.claims.values() {
        let optional = |text: Option<&Shown>| text.map(code).unwrap_or_default();
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

/// What people ran beside the playbook.
pub(super) fn commands(out: &mut String, state: &State) -> std::fmt::Result {
    if state.commands.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Commands\n\n| Record | At (UTC) | Command | On | How it ended |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    let mut all: Vec<&CommandRun> = state.commands.values().map(AsRef::as_ref).collect();
    all.sort_by_key(|command| command.seq);
    for command in all {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            command.seq,
            utc(command.at),
            code(command.line()),
            code(&command.host),
            command.end.as_ref().map_or_else(
                || "**nobody recorded it**".to_owned(),
                |end| code(Shown::new(ended_words(end)))
            ),
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::incident::{ClaimStatus, Count, Record, Stamp, apply};
    use crate::playbook::read;

    fn folded(records: &[Record]) -> State {
        let text = r#"
            format = 1
            id = "small"
            title = "Small"
            [[steps]]
            id = "ask"
            phase = "learn"
            title = "Ask"
            ask = { question = "Why?" }
        "#;
        let mut state = State::new(Arc::new(read("small.toml", text).playbook.unwrap()));
        let at = DateTime::<Utc>::UNIX_EPOCH;
        for (seq, record) in (0..).zip(records) {
            apply(&mut state, Stamp { seq, at, wall: at, up: 0 }, record);
        }
        state
    }

    fn told(state: &State) -> String {
        let mut out = String::new();
        claims(&mut out, state).unwrap();
        reminders(&mut out, state).unwrap();
        evidence(&mut out, state).unwrap();
        out
    }

    #[test]
    fn what_others_say_is_told_as_said_and_nothing_leaves_its_cell() {
        assert_eq!(told(&folded(&[])), "");
        let amended = |status, count, act_as_if| Record::ClaimAmended {
            claim: 1,
            status,
            count,
            act_as_if,
            reason: Some("we | looked".into()),
        };
        let count = Count { count: "24,500".into(), source: "a `reader`".into() };
        let state = folded(&[
            Record::ClaimMade {
                claim: 1,
                text: "tokens | leaked".into(),
                source: "a consultant".into(),
                data: Some("tokens".into()),
            },
            amended(Some(ClaimStatus::Disputed), None, None),
            amended(None, Some(count), None),
            amended(None, None, Some(true)),
            Record::TimerSet {
                timer: 1,
                what: "call".into(),
                who: None,
                due: DateTime::<Utc>::UNIX_EPOCH,
            },
            Record::EvidenceAttached {
                path: "/srv/dump".into(),
                sha256: "00".into(),
                bytes: 7,
                about: "the leak".into(),
            },
        ]);
        let told = told(&state);
        let rows: Vec<&str> = told.lines().filter(|line| line.starts_with("| 1 |")).collect();
        assert_eq!(
            rows,
            [
                "| 1 | `tokens \u{2502} leaked` | `a consultant` | `tokens` | disputed | \
                 `we \u{2502} looked` | `24,500` (says `` a `reader` ``) | `we \u{2502} looked` |",
                "| 1 | `call` |  | 1970-01-01 00:00:00 | **open** |  |",
            ]
        );
        assert!(told.contains("| 5 | `/srv/dump` | 7 | `00` | `the leak` |"), "{told}");
    }
}
