//! An answer as expressions see it: raw, before anything is masked.

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::exchange::Arrival;
use crate::playbook::Values;

/// What an answer adds to the names that expressions see.
///
/// `status` is a number, or none when nothing came; `headers` a table by lower-case name; `text`
/// the body; `json` the body read as JSON, or none; `refused` and `timed_out` are booleans.
const NAMES: [&str; 7] =
    ["status", "headers", "text", "json", "refused", "timed_out", "latency_ms"];

/// `values` with the answer beside them.
pub(super) fn values(arrival: &Arrival, values: &Values) -> Values {
    let status = arrival.head.as_ref().map(|(status, _)| status.as_u16());
    let headers = arrival.head.as_ref().map_or_else(Map::new, |(_, headers)| table(headers));
    let json = if arrival.truncated { None } else { serde_json::from_slice(&arrival.body).ok() };
    let text = String::from_utf8_lossy(arrival.capped()).into_owned();
    let is = |fact: fn(&super::fault::Fault) -> bool| arrival.fault.as_ref().is_some_and(fact);
    let seen = [
        status.map_or(Value::Null, Value::from),
        Value::Object(headers),
        Value::String(text),
        json.unwrap_or(Value::Null),
        Value::Bool(is(|fault| fault.refused)),
        Value::Bool(is(|fault| fault.timed_out)),
        Value::from(arrival.latency_us / 1_000),
    ];
    NAMES.into_iter().zip(seen).fold(values.clone(), |all, (name, value)| all.with(name, value))
}

fn table(headers: &HeaderMap) -> Map<String, Value> {
    let all = |name| {
        let lines: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        Value::String(lines.join(", "))
    };
    headers.keys().map(|name| (name.as_str().to_owned(), all(name))).collect()
}
