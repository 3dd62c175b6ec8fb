//! The post-mortem timeline in Markdown.
//!
//! Text from outside stands in code spans or fences longer than any run of backticks inside it, so
//! that it can neither format nor link.

mod clocks;
mod plan;
mod register;

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::Source;
use crate::incident::state::{CallEnd, Instance};
use crate::incident::words::RecordLine;
use crate::incident::{
    CheckVerdict, Mode, Occurred, Precision, Progress, Record, SkipKind, State, hand_over_page,
};
use crate::journal::{Entry, Fact};
use crate::text::Shown;

/// The whole document.
pub fn markdown(source: &Source<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = head(&mut out, source)
        .and_then(|()| standing(&mut out, source))
        .and_then(|()| hand_over(&mut out, source.state))
        .and_then(|()| steps(&mut out, source.state))
        .and_then(|()| plan::changes(&mut out, source.entries))
        .and_then(|()| decisions(&mut out, source.entries))
        .and_then(|()| clocks::duties(&mut out, source.state))
        .and_then(|()| clocks::promises(&mut out, source.state))
        .and_then(|()| register::claims(&mut out, source.state))
        .and_then(|()| register::reminders(&mut out, source.state))
        .and_then(|()| register::evidence(&mut out, source.state))
        .and_then(|()| register::commands(&mut out, source.state))
        .and_then(|()| timeline(&mut out, source));
    match source.state.opened.as_ref().and_then(|opened| opened.exercise.as_ref()) {
        Some(exercise) => on_every_page(&out, &banner(&exercise.banner)),
        None => out,
    }
}

/// The banner of a drill, as a paragraph of its own.
pub(super) fn banner(words: &Shown) -> String {
    format!("> **DRILL** {}", code(words))
}

/// Under every heading of the second depth: wherever the document is cut, each part says it.
pub(super) fn on_every_page(document: &str, banner: &str) -> String {
    let mut out = String::with_capacity(document.len());
    let mut fence: Option<&str> = None;
    for line in document.split_inclusive('\n') {
        out.push_str(line);
        let ticks = line.trim_end().split(|c| c != '`').next().filter(|ticks| ticks.len() > 2);
        fence = match (fence, ticks) {
            (None, opening) => opening,
            (Some(open), Some(ticks)) if ticks.len() >= open.len() => None,
            (open, _) => open,
        };
        if fence.is_none() && line.starts_with("## ") {
            out.extend(["\n", banner, "\n"]);
        }
    }
    out
}

fn head(out: &mut String, source: &Source<'_>) -> std::fmt::Result {
    let state = source.state;
    let Some(opened) = &state.opened else { return writeln!(out, "# Nothing was opened") };
    writeln!(out, "# {}: {}\n", code(&opened.codename), code(&opened.title))?;
    if opened.mode == Mode::Drill {
        writeln!(out, "**DRILL: nothing of this happened to a live system.**\n")?;
    }
    if let Some(exercise) = &opened.exercise {
        writeln!(out, "{}\n", banner(&exercise.banner))?;
    }
    if let Some(finding) = source.finding {
        let seq = source.head.seq;
        writeln!(
            out,
            "**DAMAGED: told up to record {seq} only.** {}\n",
            code(finding.to_string())
        )?;
    }
    writeln!(out, "| | |\n|---|---|")?;
    writeln!(out, "| Incident | {} |", code(&opened.incident))?;
    writeln!(out, "| Mode | {} |", opened.mode.word())?;
    writeln!(
        out,
        "| Playbook | {} (SHA-256 {}) |",
        code(&opened.playbook),
        code(&opened.playbook_sha256)
    )?;
    for (step, sha256) in &opened.sub_playbooks {
        writeln!(out, "| Playbook under {} | SHA-256 {} |", code(step), code(sha256))?;
    }
    if let (Some(from), Some(to)) = (state.opened_at, state.last_at) {
        let clock = if state.exercise.is_some() { " (scenario)" } else { "" };
        writeln!(out, "| Record from{clock} | {} |", utc(from))?;
        writeln!(out, "| Record to{clock} | {} |", utc(to))?;
    }
    writeln!(out, "| Records | {} |", source.entries.len())?;
    writeln!(out, "| Head of the chain | {} |", code(source.head.spoken()))?;
    writeln!(out, "| Head in full | {} |", code(&source.head.hash))?;
    writeln!(out, "| stanch | {} |\n", code(&opened.version))?;
    writeln!(
        out,
        "Tamper-evident, not tamper-proof: `stanch verify` finds any change in the record, and a \
         cut end by the head above.\n"
    )
}

/// What a reader must know first: what is not settled.
fn standing(out: &mut String, source: &Source<'_>) -> std::fmt::Result {
    let state = source.state;
    writeln!(out, "## Where it stands\n")?;
    for line in super::unattended(state, source.is_attended) {
        writeln!(out, "- {}", code(line))?;
    }
    match &state.closed {
        Some(reason) => writeln!(out, "- Closed: {}", code(reason))?,
        None => match state.exercise.as_ref().and_then(|exercise| exercise.ended.as_ref()) {
            Some(ended) => writeln!(out, "- The exercise is over: {}", code(&ended.reason))?,
            None => writeln!(out, "- Open")?,
        },
    }
    clocks::severity(out, state)?;
    for row in state.timeline() {
        if matches!(
            row.progress,
            Progress::InDoubt { .. } | Progress::Unproven | Progress::Failed { .. }
        ) {
            writeln!(out, "- **{}**: {}", row.progress.word(), code(row.title()))?;
        }
    }
    for guard in state.live_guards() {
        let word = match guard.verdict {
            CheckVerdict::Passed => "holds",
            CheckVerdict::Failed => "**BROKEN**",
            CheckVerdict::Unknown => "**unknown**",
        };
        writeln!(out, "- Guard of {}: {word} since {}", code(guard.step.name()), utc(guard.since))?;
    }
    for anomaly in &state.anomalies {
        writeln!(out, "- Record {} did not fit: {}", anomaly.seq, code(&anomaly.what))?;
    }
    for member in state.scope.iter() {
        write!(out, "- In scope: {} {}", code(&member.scope), code(&member.name))?;
        match &member.admitted {
            Some(admission) => writeln!(out, ", admitted at {}", code(&admission.url))?,
            None => writeln!(out)?,
        }
    }
    writeln!(out)
}

/// While it is open somebody may have to take it over from this document.
fn hand_over(out: &mut String, state: &State) -> std::fmt::Result {
    if state.closed.is_some() || state.opened.is_none() {
        return Ok(());
    }
    let page = hand_over_page(state);
    writeln!(out, "## Hand-over\n\nThe page has the SHA-256 {}.\n", code(page.sha256()))?;
    super::handover::sections(out, &page, "###")
}

fn steps(out: &mut String, state: &State) -> std::fmt::Result {
    writeln!(out, "## Steps\n\n| Phase | Step | State | Began (UTC) | Ended (UTC) | Calls |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for row in state.timeline() {
        let (step, instance) = (row.step, state.instance(&row.name));
        let time = |pick: fn(&Instance) -> Option<DateTime<Utc>>| {
            instance.and_then(pick).map(utc).unwrap_or_default()
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            step.phase.word(),
            code(row.title()),
            if row.is_empty() { "nothing to do" } else { row.progress.word() },
            time(|instance| instance.started_at),
            time(|instance| instance.ended_at),
            calls(state, instance),
        )?;
    }
    writeln!(out)
}

fn calls(state: &State, instance: Option<&Instance>) -> String {
    let ids = instance.map(|instance| instance.calls.as_slice()).unwrap_or_default();
    let words = ids.iter().filter_map(|id| state.calls.get(id)).map(|call| {
        let end = match call.end {
            CallEnd::InFlight => "under way",
            CallEnd::Waiting { .. } => "trying again",
            CallEnd::Known(verdict) => match verdict {
                crate::incident::Verdict::Succeeded => "succeeded",
                crate::incident::Verdict::Failed => "failed",
                crate::incident::Verdict::NotDone => "not done",
                crate::incident::Verdict::NotSent => "not sent",
            },
            CallEnd::InDoubt => "in doubt",
            CallEnd::SetAside => "set aside: done elsewhere",
            CallEnd::Resolved { took_effect: true } => "resolved: took effect",
            CallEnd::Resolved { took_effect: false } => "resolved: no effect",
        };
        let request = &call.request;
        format!("{} {end}", code(format!("{} {}", request.method, request.url)))
    });
    words.collect::<Vec<_>>().join("; ")
}

fn decisions(out: &mut String, entries: &[Entry]) -> std::fmt::Result {
    writeln!(out, "## Decisions\n")?;
    let mut any = false;
    for entry in entries {
        let words = match &entry.record {
            Fact::Known(Record::Decided { step, option, reason }) => {
                format!("{}: {}, because {}", code(step.name()), code(option), code(reason))
            }
            Fact::Known(Record::StepSkipped { step, reason, skip }) => {
                let skip = skip.map_or_else(String::new, |skip| match skip {
                    SkipKind::Deferred { until } => format!(" until {}", utc(until)),
                    kind => format!(" ({})", kind.word()),
                });
                format!("{} was skipped{skip}, because {}", code(step.name()), code(reason))
            }
            Fact::Known(Record::StepDoneElsewhere(done)) => format!(
                "{} was done elsewhere, by {} in {}, known because {}",
                code(done.step.name()),
                code(&done.who),
                code(&done.place),
                code(&done.reason)
            ),
            Fact::Known(Record::StepCompleted { step, reason: Some(reason), .. }) => {
                format!(
                    "{} was taken as done without proof, because {}",
                    code(step.name()),
                    code(reason)
                )
            }
            _ => continue,
        };
        any = true;
        writeln!(out, "- {} {}: {words}", utc(entry.at), code(&entry.by.who))?;
    }
    if !any {
        writeln!(out, "None is recorded.")?;
    }
    writeln!(out)
}

/// By the time at which things happened, then by position in the record.
fn timeline(out: &mut String, source: &Source<'_>) -> std::fmt::Result {
    let is_drill = source.state.exercise.is_some();
    let when = if is_drill { "When (scenario, UTC)" } else { "When (UTC)" };
    writeln!(out, "## Timeline\n\n| # | {when} | Recorded (UTC) | Who | What |")?;
    writeln!(out, "|---|---|---|---|---|")?;
    let mut entries: Vec<&Entry> = source.entries.iter().collect();
    entries.sort_by_key(|entry| {
        let happened = entry.occurred.as_ref().map_or(entry.moment(), |occurred| occurred.at);
        (happened, entry.seq)
    });
    for entry in entries {
        let when = entry.occurred.as_ref().map_or_else(|| utc(entry.moment()), occurred);
        let (who, words) = match &entry.record {
            Fact::Known(record) => {
                let line =
                    RecordLine::new(entry.seq, entry.at, &entry.by, None, record, source.state);
                (line.by, line.words)
            }
            Fact::Unknown { kind, .. } => {
                let words = format!("a record of the unknown kind {kind}");
                (entry.by.who.clone(), Shown::new(words))
            }
        };
        let recorded = utc(entry.at);
        writeln!(
            out,
            "| {} | {when} | {recorded} | {} | {} |",
            entry.seq,
            code(&who),
            code(&words)
        )?;
    }
    Ok(())
}

fn occurred(occurred: &Occurred) -> String {
    match occurred.precision {
        Precision::Second => utc(occurred.at),
        Precision::Minute => format!("about {}", occurred.at.format("%Y-%m-%d %H:%M")),
        Precision::Hour => format!("about {}", occurred.at.format("%Y-%m-%d %H h")),
        Precision::Day => format!("some time on {}", occurred.at.format("%Y-%m-%d")),
    }
}

fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A code span that nothing inside can end: its fence is longer than any run of backticks in it.
/// A bar would end the cell of a table: a box-drawing one stands for it.
pub(super) fn code(text: impl AsRef<str>) -> String {
    let text = Shown::new(text);
    let line = text.one_line().replace('|', "\u{2502}");
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad =
        if line.starts_with('`') || line.ends_with('`') || line.is_empty() { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn nothing_leaves_a_code_span() {
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a|b\nc"), "`a\u{2502}b⏎c`");
        assert_eq!(code("[x](http://a)\x1b[31m"), "`[x](http://a)␛[31m`");
    }
}
