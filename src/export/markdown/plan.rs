//! Where the plan was changed: each amended and added step with its requests before and after, the
//! change, and why.

use std::fmt::Write as _;

use super::{code, utc};
use crate::incident::Record;
use crate::incident::words::request_lines;
use crate::incident::{Purpose, Request};
use crate::journal::{Entry, Fact};
use crate::text::Shown;

/// Nothing where nothing was changed.
pub(super) fn changes(out: &mut String, entries: &[Entry]) -> std::fmt::Result {
    let mut steps: Vec<&str> = Vec::new();
    for step in entries.iter().filter_map(|entry| changed(known(entry)?)) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Changes of the plan\n")?;
    steps.into_iter().try_for_each(|step| one(out, step, entries))
}

/// The step whose part in the plan a record changes.
fn changed(record: &Record) -> Option<&str> {
    match record {
        Record::StepAmended { step, .. } => Some(step),
        Record::StepAdded { id, .. } => Some(id),
        _ => None,
    }
}

fn known(entry: &Entry) -> Option<&Record> {
    match &entry.record {
        Fact::Known(record) => Some(record),
        Fact::Unknown { .. } => None,
    }
}

/// What was shown, sent and changed of one step, in the order of the record.
fn one(out: &mut String, step: &str, entries: &[Entry]) -> std::fmt::Result {
    writeln!(out, "### {}\n", code(step))?;
    for entry in entries {
        let Some(record) = known(entry) else { continue };
        let head = format!("Record {}, {} by {}", entry.seq, utc(entry.at), code(&entry.by.who));
        match record {
            Record::StepAdded { id, toml, reason } if id == step => {
                writeln!(out, "{head}: **added**, in no playbook, because {}\n", code(reason))?;
                fenced(out, "toml", toml)?;
            }
            Record::StepAmended { step: id, diff, reason, .. } if id == step => {
                writeln!(out, "{head}: **amended**, because {}\n", code(reason))?;
                fenced(out, "diff", diff)?;
            }
            Record::StepArmed(armed) if armed.step.id == step => {
                let what = format!("{}shown, not sent yet", undo(armed.purpose));
                request(out, &head, &what, &armed.request)?;
            }
            Record::CallRequested { call, step: key, purpose, attempt, request: sent, .. }
                if key.id == step =>
            {
                let what = format!("{}**sent**, call {call}, attempt {attempt}", undo(*purpose));
                request(out, &head, &what, sent)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn undo(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Act => "",
        Purpose::Undo => "undo ",
    }
}

fn request(out: &mut String, head: &str, what: &str, request: &Request) -> std::fmt::Result {
    writeln!(out, "{head}: {what}\n")?;
    let lines: Vec<String> = request_lines(request).iter().map(ToString::to_string).collect();
    fenced(out, "http", &Shown::new(lines.join("\n")))
}

/// A block that nothing inside can end.
fn fenced(out: &mut String, language: &str, text: &Shown) -> std::fmt::Result {
    let longest = text.as_str().split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}{language}\n{text}\n{fence}\n")
}
