//! Calls, checks and what goes with them.

use super::reads;
use crate::playbook::model::{Body, Call, Check, Destination, Guard, JsonTemplate, Repeat};
use crate::playbook::problem::Problems;
use crate::playbook::record::{Record, Typed};

/// A call or an undo; the latter goes to `backend` unless it names another.
pub(super) fn call(
    record: &Record,
    backend: Option<&Destination>,
    problems: &mut Problems,
) -> Option<Call> {
    let body = body(record, problems);
    let repeat = repeat(record, problems);
    let (method, path) = record.request("request")?;
    let saves = record.table.field("save").is_some();
    Some(Call {
        backend: record.destination("backend").or_else(|| backend.cloned())?,
        auth: record.auth("auth"),
        method: method.to_owned(),
        path: path.clone(),
        headers: record.templates("headers"),
        body: body?,
        ok: record.expression("ok"),
        not_done: record.expression("not_done"),
        repeat: repeat?,
        save: if saves {
            let pairs = record.expressions("save").iter();
            pairs.map(|item| (item.name.clone(), item.value.clone())).collect()
        } else {
            Vec::new()
        },
        keep_body: record.truth("keep_body")?,
    })
}

fn body(record: &Record, problems: &mut Problems) -> Option<Body> {
    let given: Vec<_> =
        ["json", "form", "text"].into_iter().filter(|name| record.has(name)).collect();
    if let [_, second, ..] = given.as_slice() {
        let what = format!("a request has one body, this one has {}", given.join(" and "));
        problems.add(record.at(second), what);
        return None;
    }
    let Some(name) = given.first() else { return Some(Body::Empty) };
    match &record.get(name)?.typed {
        Typed::Json(json) => Some(Body::Json(JsonTemplate::clone(json))),
        Typed::Templates(_) => Some(Body::Form(record.templates(name))),
        Typed::Template(text) => Some(Body::Text(text.clone())),
        _ => None,
    }
}

fn repeat(record: &Record, problems: &mut Problems) -> Option<Repeat> {
    let (method, _) = record.request("request")?;
    let word = record.text("repeat");
    if record.has("key_life") && word.as_deref() != Some("keyed") {
        let what = "`key_life` has a meaning only with `repeat = \"keyed\"`";
        problems.add(record.at("key_life"), what);
        return None;
    }
    match word.as_deref() {
        None if record.has("repeat") => None,
        None if reads(method) => Some(Repeat::Reads),
        None => {
            let what = format!("a {method} changes something: say what repeating it does");
            let mend = "add repeat = \"idempotent\", \"keyed\" or \"once\" (or \"reads\")";
            problems.mend(record.at("request"), what, mend);
            None
        }
        Some("reads") if matches!(method, "PUT" | "PATCH" | "DELETE") => {
            let what = format!("a {method} does more than read");
            problems.mend(record.at("repeat"), what, "write `idempotent`, `keyed` or `once`");
            None
        }
        Some("reads") => Some(Repeat::Reads),
        Some("idempotent") => Some(Repeat::Idempotent),
        Some("once") => Some(Repeat::Once),
        Some(_) => keyed(record, problems),
    }
}

fn keyed(record: &Record, problems: &mut Problems) -> Option<Repeat> {
    if !record.has("key_life") {
        let what =
            "`repeat = \"keyed\"` needs `key_life`: how long does the server honour the key?";
        problems.mend(record.at("repeat"), what, "add key_life = \"24h\", as its manual says");
    }
    Some(Repeat::Keyed { life_s: record.duration("key_life")?.as_secs() })
}

/// A proof; it asks `backend` unless it names another.
pub(super) fn check(
    record: &Record,
    backend: Option<&Destination>,
    problems: &mut Problems,
) -> Option<Check> {
    let body = body(record, problems);
    if !record.has("backend") && backend.is_none() {
        problems.add(record.at, "a proof of a step without a call must name its `backend`");
    }
    let (method, path) = record.request("request")?;
    if !reads(method) && method != "POST" {
        let what = format!("a proof must only read, and {method} changes something");
        problems.mend(record.at("request"), what, "use GET, HEAD, or a POST that only reads");
    }
    let (every, within) = (record.duration("every")?, record.duration("within")?);
    let times = record.whole("times")?;
    let needed = every.saturating_mul(times.saturating_sub(1));
    if needed > within {
        let what = format!("{times} passes in a row take longer than `within` allows");
        let mend = format!("allow more than {}s, or ask more often", needed.as_secs());
        problems.mend(record.at("within"), what, mend);
    }
    Some(Check {
        title: record.text("title")?,
        backend: record.destination("backend").or_else(|| backend.cloned())?,
        auth: record.auth("auth"),
        via: record.text("via"),
        method: method.to_owned(),
        path: path.clone(),
        headers: record.templates("headers"),
        body: body?,
        ok: record.expression("ok")?,
        every,
        times,
        within,
        guard: match record.record("guard") {
            Some(guard) => Some(Guard {
                every: guard.duration("every")?,
                alarm_after: guard.whole("alarm_after")?,
            }),
            None => None,
        },
    })
}
