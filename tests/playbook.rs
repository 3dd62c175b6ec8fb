//! A playbook is read whole, or everything that is wrong with it is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use stanch::playbook::{
    Auth, Body, Checked, Danger, Destination, FILE_LIMIT, Phase, Place, Repeat, Task, Values,
    format_page, json_schema, plan, read,
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/playbooks").join(name)
}

fn joined<T: std::fmt::Display>(items: &[T], end: &str) -> String {
    items.iter().flat_map(|item| [item.to_string(), end.to_owned()]).collect()
}

fn numbered(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

fn shown(checked: &Checked) -> String {
    joined(&checked.problems, "\n")
}

#[test]
fn a_good_playbook_is_read_whole() {
    let text = fs::read_to_string(folder("good").join("exposed-database.toml")).unwrap();
    let checked = read("exposed-database.toml", &text);
    assert_eq!(shown(&checked), "");
    let playbook = checked.playbook.unwrap();
    assert_eq!(playbook.id, "exposed-database");
    assert_eq!(playbook.inputs[0].default.as_deref(), Some("*"));
    let search = playbook.backend("search").unwrap();
    assert_eq!(search.auth, Auth::ApiKey { secret: "search-admin".to_owned() });
    assert_eq!((search.host(), search.timeout), ("search.example.com", Duration::from_secs(30)));
    assert_eq!(search.health.as_deref(), Some("GET /"));

    let list = playbook.step("list-indices").unwrap();
    assert_eq!(list.danger, Danger::None);
    assert!(matches!(&list.task, Task::Call(call) if call.repeat == Repeat::Reads));

    let block = playbook.step("block-reads").unwrap();
    assert_eq!((block.phase, block.danger), (Phase::Contain, Danger::Confirm));
    assert_eq!(
        (block.after.as_slice(), block.requires.as_slice()),
        (["close-network".to_owned()].as_slice(), ["list-indices".to_owned()].as_slice())
    );
    let check = &block.verify[0];
    assert_eq!((check.every.as_secs(), check.times, check.within.as_secs()), (5, 2, 120));
    assert_eq!((check.auth.as_ref(), check.via.as_deref()), (Some(&Auth::None), Some("outside")));
    assert_eq!(check.guard.as_ref().unwrap().alarm_after, 2);
    let undo = block.undo.as_ref().unwrap();
    assert_eq!(undo.backend, Destination::Backend("search".to_owned()));
    let values = Values::default().with("inputs", serde_json::json!({"index": "users"}));
    assert_eq!(undo.path.text(&values, Place::Path).unwrap(), "/users/_settings");
    assert_eq!(
        undo.body.text(&values).unwrap().as_deref(),
        Some(r#"{"index":{"blocks":{"read":null}}}"#)
    );

    let revoke = playbook.step("revoke-tokens").unwrap();
    let Task::Call(call) = &revoke.task else { panic!("{revoke:?}") };
    assert_eq!((call.repeat, call.keep_body), (Repeat::Keyed { life_s: 86400 }, true));
    assert!(matches!(&call.body, Body::Form(fields) if fields[0].0 == "rule"));
    assert!(
        matches!(&playbook.step("tell").unwrap().task, Task::Decide(decide) if decide.options.len() == 2)
    );
}

#[test]
fn a_step_for_each_member_of_a_scope_is_read() {
    let text = fs::read_to_string(folder("good").join("each.toml")).unwrap();
    let checked = read("each.toml", &text);
    assert_eq!(shown(&checked), "");
    let playbook = checked.playbook.unwrap();
    assert_eq!(playbook.scopes(), ["database"]);
    assert!(playbook.reaches("database") && !playbook.reaches("host"));
    let member = || Destination::Member("database".to_owned());
    let cut = playbook.step("cut").unwrap();
    assert_eq!(cut.each.as_deref(), Some("database"));
    let to: Vec<_> = cut.destinations().cloned().collect();
    let edge = || Destination::Backend("edge".to_owned());
    assert_eq!(to, [edge(), edge(), member()], "the undo goes where the call goes");
    let lock = playbook.step("lock").unwrap();
    assert!(matches!(&lock.task, Task::Call(call) if call.backend == member()));
    let planned = joined(&plan(&playbook, &BTreeMap::new()), "\n");
    assert!(planned.contains("  each: database\n"), "{planned}");
    assert!(planned.contains("PUT {{ member.url }}/_lock"), "{planned}");
}

/// Each bad playbook has beside it what is said of it. `UPDATE_EXPECTED=1` writes it anew.
#[test]
fn bad_playbooks_are_told_everything() {
    let mut seen = 0;
    for entry in fs::read_dir(folder("bad")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let checked = read(&name, &text);
        assert!(checked.playbook.is_none() && !checked.problems.is_empty(), "{name}");
        let expected = path.with_extension("problems");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, shown(&checked)).unwrap();
        }
        let expected = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(shown(&checked), expected, "{name}");
    }
    assert!(seen >= 10, "the folder of bad playbooks has only {seen}");
}

/// Reads each text, which must be refused within the limit.
fn refused_within(limit: Duration, texts: impl IntoIterator<Item = String>) {
    for text in texts {
        let begin = Instant::now();
        let checked = read("bomb.toml", &text);
        let taken = begin.elapsed();
        let head = text.chars().take(40).collect::<String>();
        assert!(!checked.problems.is_empty() && checked.problems.len() < 1000, "{head}");
        assert!(taken < limit, "{head}: {taken:?}");
    }
}

#[test]
fn deep_nesting_is_refused_at_once() {
    let deep =
        |open: &str, close: &str| format!("x = {}1{}", open.repeat(10_000), close.repeat(10_000));
    refused_within(
        Duration::from_millis(100),
        [
            deep("[", "]"),
            deep("{a=", "}"),
            "[".repeat(10_000),
            format!("{} = 1", vec!["a"; 10_000].join(".")),
            format!("[{}]", vec!["a"; 10_000].join(".")),
            format!("[[steps]]\nwhen = '{}'", "(".repeat(10_000)),
            format!("title = '{}'", "{{".repeat(10_000)),
            "x".repeat(FILE_LIMIT + 1),
        ],
    );
}

/// Files up to the allowed size, each made to be slow. The limit leaves room for a busy machine.
#[test]
fn long_files_are_refused_soon() {
    refused_within(
        Duration::from_secs(5),
        [
            "[[steps]]\n".repeat(100_000),
            "a = 1\n".repeat(150_000),
            numbered(40_000, |key| format!("unknown_key_{key} = 1\n")),
            format!("x = {{{}}}", numbered(40_000, |key| format!("k{key} = 1, "))),
            format!("[[steps]]\nafter = [{}]", numbered(60_000, |key| format!("'s{key}',"))),
            format!("[[steps]]\n[steps.call]\njson = [{}]", "'{{ a }}',".repeat(80_000)),
            format!("[[steps]]\n[steps.call]\ntext = '{}'", "{{a}}".repeat(150_000)),
            numbered(500, |step| {
                let all = numbered(300, |other| format!("'s{other}',"));
                format!("[[steps]]\nid = 's{step}'\nrequires = [{all}]\n")
            }),
        ],
    );
}

/// The documents come from the field table. `UPDATE_DOCS=1` writes them anew.
#[test]
fn the_documents_are_those_of_the_field_table() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, text) in
        [("playbook-format.md", format_page()), ("playbook.schema.json", json_schema())]
    {
        let path = docs.join(name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::create_dir_all(&docs).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, text, "{name} is old: run the tests with UPDATE_DOCS=1");
    }
}

#[test]
fn every_reference_of_the_schema_leads_somewhere() {
    fn references<'v>(value: &'v serde_json::Value, found: &mut Vec<&'v str>) {
        match value {
            serde_json::Value::Array(items) => {
                for item in items {
                    references(item, found);
                }
            }
            serde_json::Value::Object(map) => {
                found.extend(map.get("$ref").and_then(serde_json::Value::as_str));
                map.values().for_each(|item| references(item, found));
            }
            _ => {}
        }
    }
    let schema: serde_json::Value = serde_json::from_str(&json_schema()).unwrap();
    let mut found = Vec::new();
    references(&schema, &mut found);
    assert!(found.len() >= 10);
    for reference in found {
        assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn the_plan_shows_what_would_be_sent() {
    let playbook = read("good.toml", GOOD).playbook.unwrap();
    let inputs = BTreeMap::from([("index".to_owned(), "users/../a b".to_owned())]);
    let planned = plan(&playbook, &inputs);
    let text = joined(&planned, "\n\n");
    insta::assert_snapshot!(text);
    let default = plan(&playbook, &BTreeMap::new());
    let block = default[2].request.as_ref().unwrap();
    assert_eq!(block.url, "https://search.example.com:9200/*/_settings");
}

const GOOD: &str = include_str!("playbooks/good/exposed-database.toml");

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        let checked = read("any.toml", &text);
        prop_assert_eq!(checked.playbook.is_some(), checked.problems.is_empty());
    }

    /// A good file with a piece taken out, and another put in.
    #[test]
    fn any_change_is_answered(from in 0..GOOD.len(), length in 0..200_usize, other in 0..GOOD.len(), more in "[\\[\\]{}\"'=\\.#a-z0-9\n \u{202e}\u{0}-\u{9f}]{0,12}") {
        let cut = |at: usize| (at.min(GOOD.len())..=GOOD.len()).find(|at| GOOD.is_char_boundary(*at)).unwrap();
        let piece = &GOOD[cut(other)..cut(other + length)];
        let text = format!("{}{more}{piece}{}", &GOOD[..cut(from)], &GOOD[cut(from + length / 2)..]);
        let checked = read("any.toml", &text);
        prop_assert_eq!(checked.playbook.is_some(), checked.problems.is_empty());
        for problem in &checked.problems {
            prop_assert!(problem.line >= 1 && problem.column >= 1);
            prop_assert!(problem.line <= text.lines().count() + 1, "{}", problem);
        }
    }
}
