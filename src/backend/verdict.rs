//! The rules: what an answer, or its absence, says about the effect.
//!
//! Everything is evaluated here, once, on the raw answer.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use serde_json::Value;

use super::exchange::Arrival;
use super::fault::{Fault, cut_words};
use super::view;
use crate::incident::{CallOutcome, Finding, Judge, Question, Verdict};
use crate::playbook::Values;

/// One saved value may be this large as JSON, bytes: it becomes part of a line of the record.
const SAVED_LIMIT: usize = 16 * 1024;
/// One answer may add so many names to the scope.
const DISCOVERED_LIMIT: usize = 1_000;

/// How a call ended, still raw.
#[derive(Debug, PartialEq)]
pub(super) struct Judged {
    pub(super) outcome: CallOutcome,
    pub(super) why: String,
    pub(super) saved: BTreeMap<String, Value>,
    pub(super) discovered: Vec<String>,
}

impl Judged {
    fn known(verdict: Verdict, why: String) -> Self {
        let outcome = CallOutcome::Known { verdict };
        Self { outcome, why, saved: BTreeMap::new(), discovered: Vec::new() }
    }

    /// Nobody can know whether it took effect; of a call that changes nothing, it does not matter.
    fn unsettled(reads: bool, why: String) -> Self {
        if reads {
            return Self::known(Verdict::Failed, why);
        }
        Self { outcome: CallOutcome::InDoubt, ..Self::known(Verdict::Failed, why) }
    }

    pub(super) fn succeeded(&self) -> bool {
        self.outcome == CallOutcome::Known { verdict: Verdict::Succeeded }
    }
}

/// Judges how a call ended.
pub(super) fn call(arrival: &Arrival, judge: &Judge) -> Judged {
    let status = match (&arrival.fault, &arrival.head) {
        (Some(fault), _) if !fault.sent => {
            return Judged::known(Verdict::NotSent, fault.why.clone());
        }
        (Some(fault), Some((status, _))) => {
            let why = format!("{}, but then {}", words(*status), fault.why);
            return Judged::unsettled(judge.reads, why);
        }
        (Some(fault), None) => return Judged::unsettled(judge.reads, fault.why.clone()),
        (None, None) => return Judged::unsettled(judge.reads, "no answer came".to_owned()),
        (None, Some((status, _))) => *status,
    };
    // Judging by the status alone spares reading the body as JSON.
    let evaluates = judge.ok.is_some()
        || judge.not_done.is_some()
        || judge.discover.is_some()
        || !judge.save.is_empty();
    let values = if evaluates { view::values(arrival, &judge.values) } else { Values::default() };
    answered(status, &cut(arrival), judge, &values)
}

fn answered(status: StatusCode, cut: &str, judge: &Judge, values: &Values) -> Judged {
    let said = words(status);
    let mut aside = String::new();
    match judge.not_done.as_ref().map(|not_done| not_done.condition(values)) {
        Some(Ok(true)) => {
            return Judged::known(Verdict::NotDone, format!("{said}: `not_done` holds"));
        }
        Some(Err(error)) => aside = format!("; `not_done`: {error}"),
        Some(Ok(false)) | None => {}
    }
    let held = match &judge.ok {
        None if status.is_success() => Ok(()),
        None => Err(String::new()),
        Some(ok) => match ok.condition(values) {
            Ok(true) => Ok(()),
            Ok(false) => Err(": `ok` does not hold".to_owned()),
            Err(error) => Err(format!(": `ok`: {error}")),
        },
    };
    match held {
        Ok(()) => gains(judge, values).map_or_else(
            |what| Judged::unsettled(judge.reads, format!("{said}, but {what}{cut}")),
            |(saved, discovered)| Judged {
                saved,
                discovered,
                ..Judged::known(Verdict::Succeeded, format!("{said}{aside}{cut}"))
            },
        ),
        Err(what) if status.is_redirection() => Judged::known(
            Verdict::Failed,
            format!("{said}{what}; redirects are not followed{aside}{cut}"),
        ),
        Err(what) if status.is_client_error() => {
            Judged::known(Verdict::Failed, format!("{said}{what}{aside}{cut}"))
        }
        Err(what) => Judged::unsettled(judge.reads, format!("{said}{what}{aside}{cut}")),
    }
}

/// What a success yields, or why that cannot be had.
fn gains(judge: &Judge, values: &Values) -> Result<(BTreeMap<String, Value>, Vec<String>), String> {
    let mut saved = BTreeMap::new();
    for (name, expression) in &judge.save {
        let value = expression.value(values).map_err(|error| format!("`save.{name}`: {error}"))?;
        let size = value.to_string().len();
        if size > SAVED_LIMIT {
            return Err(format!(
                "`save.{name}` yields {size} bytes, more than {SAVED_LIMIT}: save less of it"
            ));
        }
        saved.insert(name.clone(), value);
    }
    let Some(discover) = &judge.discover else { return Ok((saved, Vec::new())) };
    let found = discover.value(values).map_err(|error| format!("`discover`: {error}"))?;
    Ok((saved, found_names(found)?))
}

fn found_names(found: Value) -> Result<Vec<String>, String> {
    let Value::Array(items) = found else {
        return Err("`discover` does not yield a list of names".to_owned());
    };
    if items.len() > DISCOVERED_LIMIT {
        return Err(format!(
            "`discover` yields {} names, more than {DISCOVERED_LIMIT}: narrow it",
            items.len()
        ));
    }
    items
        .into_iter()
        .map(|item| match item {
            Value::String(name) => Ok(name),
            other => Err(format!("`discover` yields {other}, which is not a name")),
        })
        .collect()
}

/// Judges one asking of a question.
pub(super) fn question(arrival: &Arrival, question: &Question) -> (Finding, String) {
    let said = match (&arrival.fault, &arrival.head) {
        // An answer that broke off proves nothing, and least of all that none was given.
        (Some(fault), Some((status, _))) => {
            return (Finding::Unknown, format!("{}, but then {}", words(*status), fault.why));
        }
        (Some(Fault { refused: false, timed_out: false, why, .. }), None) => {
            return (Finding::Unknown, why.clone());
        }
        (Some(fault), None) => fault.why.clone(),
        (None, None) => return (Finding::Unknown, "no answer came".to_owned()),
        (None, Some((status, _))) => words(*status),
    };
    let cut = cut(arrival);
    match question.ok.condition(&view::values(arrival, &question.values)) {
        Ok(true) => (Finding::Passed, format!("{said}{cut}")),
        Ok(false) => (Finding::Failed, format!("{said}: `ok` does not hold{cut}")),
        Err(error) => (Finding::Unknown, format!("{said}: `ok`: {error}{cut}")),
    }
}

fn cut(arrival: &Arrival) -> String {
    if arrival.truncated { format!("; {}", cut_words()) } else { String::new() }
}

/// `404 Not Found`.
fn words(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("{} {reason}", status.as_u16()).trim_end().to_owned()
}
