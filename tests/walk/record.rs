//! The record and the range's log as tests read them, by code that is not the program's.

use std::path::Path;

use serde_json::{Map, Value};

/// The lines of the record that are whole.
pub(crate) fn lines(dir: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join("journal.jsonl")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn kinds(dir: &Path) -> Vec<String> {
    lines(dir).iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect()
}

/// Whether there is a record of this kind about this step.
pub(crate) fn has(dir: &Path, kind: &str, step: &str) -> bool {
    lines(dir).iter().any(|line| line["kind"] == kind && line["step"]["id"] == step)
}

/// Every check that was begun came to its end.
pub(crate) fn checks_ended(dir: &Path) -> bool {
    let kinds = kinds(dir);
    let begun = kinds.iter().filter(|kind| *kind == "check_started").count();
    let ended = ["check_passed", "check_failed", "check_unknown"];
    begun == kinds.iter().filter(|kind| ended.contains(&kind.as_str())).count()
}

/// What changed the range.
pub(crate) fn range_changes(dir: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join("range.jsonl")).unwrap();
    // The first line says which scenario it is the log of.
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The state of the range: that of the scenario, with every change of the log applied.
pub(crate) fn range_state(dir: &Path) -> Value {
    let state_of = |name: &str| {
        let text = std::fs::read_to_string(dir.join(name)).ok()?;
        let table: toml::Table = toml::from_str(&text).unwrap();
        Some(serde_json::to_value(table.get("state")?).unwrap())
    };
    // What the scenario says is laid over the world that it shares with others.
    let mut state = state_of("world.toml").unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(Value::Object(own)) = state_of("scenario.toml") {
        state.as_object_mut().unwrap().extend(own);
    }
    for entry in range_changes(dir) {
        for change in entry["set"].as_array().unwrap() {
            let path = change[0].as_array().unwrap();
            let mut place = &mut state;
            for name in path {
                let name = name.as_str().unwrap();
                place = place.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
            }
            *place = change[1].clone();
        }
    }
    state
}

/// The record without what no two walks share: see [`same_in_all`]. Everything else stays.
pub(crate) fn normal(dir: &Path) -> Vec<Value> {
    let lines = lines(dir);
    let opened = &lines[0];
    let names = ["incident", "codename"].map(|key| opened[key].as_str().unwrap().to_owned());
    let mut normal: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            assert_eq!(line["seq"], index, "no number is left out");
            same_in_all(line, &names)
        })
        .collect();
    canonical(&mut normal);
    normal
}

/// Times and durations, ports, random names, what is derived from them (the key of a keyed call,
/// hashes), and which lines shared a flush: all that two walks differ in by nature.
fn same_in_all(value: &Value, names: &[String; 2]) -> Value {
    match value {
        Value::Object(fields) => {
            let dropped =
                ["seq", "at", "up", "sim", "start", "prev", "h", "flushed", "boot", "expires"];
            let kept = fields.iter().filter(|(name, _)| !dropped.contains(&name.as_str()));
            let kept = kept.map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    ("latency_us" | "hash" | "incident" | "codename", _) => Value::from("…"),
                    ("address", Value::String(address)) => {
                        Value::from(address.split(':').next().unwrap())
                    }
                    _ => same_in_all(value, names),
                };
                (name.clone(), value)
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => match items.as_slice() {
            // A header line.
            [Value::String(name), Value::String(_)]
                if ["date", "Idempotency-Key"].contains(&name.as_str()) =>
            {
                serde_json::json!([name, "…"])
            }
            items => items.iter().map(|item| same_in_all(item, names)).collect(),
        },
        Value::String(text) => {
            let text = names.iter().fold(text.clone(), |text, name| text.replace(name, "…"));
            Value::from(text)
        }
        other => other.clone(),
    }
}

/// Two checks of one step are asked at the same time, and either may be answered first: the ends of
/// neighbours are put into the order of the checks. Nothing else is moved.
fn canonical(lines: &mut [Value]) {
    let is_end = |line: &Value| {
        let kind = line["kind"].as_str().unwrap();
        kind.starts_with("check_") && kind != "check_started"
    };
    for ends in lines.chunk_by_mut(|a, b| is_end(a) && is_end(b)) {
        ends.sort_by_key(|end| end["check"].as_u64());
    }
}
