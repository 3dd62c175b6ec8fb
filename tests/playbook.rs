//! A playbook is read whole, or everything that is wrong with it is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use stanch::playbook::{
    Auth, Body, Checked, Danger, Deadline, Destination, FILE_LIMIT, Found, Moment, Phase, Place,
    Playbook, Reference, Repeat, Task, Values, Wanted, format_page, json_schema, plan, read,
    read_with,
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

    let duty = playbook.duty("gdpr-33").unwrap();
    assert_eq!((duty.starts.as_str(), duty.due.to_string()), ("aware", "72h".to_owned()));
    assert_eq!(duty.law.as_deref(), Some("GDPR Art. 33"));
    let filing = playbook.duty("sec-8k").unwrap();
    assert_eq!((filing.starts.as_str(), filing.due), ("material", Deadline::BusinessDays(4)));
    let cadence = playbook.cadence("executives").unwrap();
    assert_eq!((cadence.starts, cadence.every.as_secs()), (Moment::Declared, 1800));

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

const WHOLE: &str = r#"format = 1
id = "whole"
title = "Whole"

[inputs.realm]
title = "Which realm?"
default = "customers"

[backends.tokens]
title = "Tokens"
url = "https://tokens.example.com"
auth = { scheme = "bearer", secret = "tokens-admin" }

[[duties]]
id = "gdpr-33"
title = "Tell the authority"
starts = "aware"
due = "72h"

[[steps]]
id = "close"
phase = "contain"
title = "Close it"
ask = { question = "Closed?", save = "how" }

[[steps]]
id = "leak"
phase = "contain"
title = "What leaked"
after = ["close"]
when = "inputs.realm != 'none'"
[steps.playbook]
file = "../leak/playbook.toml"
inputs = { area = "{{ inputs.realm }}/eu" }

[[steps]]
id = "tell"
phase = "notify"
title = "Tell"
after = ["leak"]
ask = { question = "Told?" }
"#;

const LEAK: &str = r#"format = 1
id = "leak"
title = "Leaked credentials"

[inputs.area]
title = "Where?"
[inputs.kid]
title = "Name of the new key"
default = "k2"

[backends.tokens]
title = "Token service"
url = "https://tokens.example.com"
auth = { scheme = "bearer", secret = "tokens-admin" }
[backends.audit]
title = "Audit"
url = "https://audit.example.com"

[[duties]]
id = "gdpr-33"
title = "Tell the authority"
starts = "aware"
due = "72h"
[[cadence]]
id = "owners"
title = "Tell the owners of the keys"
every = "30m"
starts = "declared"

[[steps]]
id = "rotate"
phase = "eradicate"
title = "Rotate the key"
target = "{{ backends.audit.host }}"
[steps.call]
backend = "tokens"
request = "PUT /{{ inputs.area }}/key"
json = { kid = "{{ inputs.kid }}" }
repeat = "idempotent"
save = { old = "json.old" }
[[steps.verify]]
title = "It is seen"
backend = "audit"
request = "GET /{{ saved.old }}"
ok = "status == 200"

[[steps]]
id = "inner"
phase = "learn"
title = "And within"
requires = ["rotate"]
playbook = "inner"
"#;

const INNER: &str = r#"format = 1
id = "inner"
title = "Within"
[inputs.kid]
title = "Key"
[[steps]]
id = "look"
phase = "learn"
title = "Look"
ask = { question = "Seen?", save = "seen" }
[[steps]]
id = "then"
phase = "learn"
title = "Then"
requires = ["look"]
when = "saved.seen == inputs.kid"
ask = { question = "Then?" }
"#;

fn library<'a>(leak: &'a str, inner: &'a str) -> impl Fn(&Wanted<'_>) -> Result<Found, String> {
    let (leak, inner) = (leak.to_owned(), inner.to_owned());
    move |wanted| {
        let (file, text) = match wanted.reference {
            Reference::File(path) => {
                assert_eq!((wanted.at, wanted.beside), ("leak", "whole.toml"));
                (path.clone(), leak.clone())
            }
            Reference::Shipped(name) if name == "inner" => (format!("{name}.toml"), inner.clone()),
            Reference::Shipped(_) => return Err("there is none of this name".to_owned()),
        };
        Ok(Found { file, text, sha256: None })
    }
}

fn whole(leak: &str, inner: &str) -> Checked {
    read_with("whole.toml", WHOLE, &library(leak, inner))
}

#[test]
fn a_playbook_within_another_has_names_of_its_own() {
    let checked = whole(LEAK, INNER);
    assert_eq!(shown(&checked), "");
    let playbook = checked.playbook.unwrap();
    let steps: Vec<&str> = playbook.steps.iter().map(|step| step.id.as_str()).collect();
    let ids = [
        "close",
        "leak",
        "leak.rotate",
        "leak.inner",
        "leak.inner.look",
        "leak.inner.then",
        "tell",
    ];
    assert_eq!(steps, ids);
    let inputs: Vec<&str> = playbook.inputs.iter().map(|input| input.id.as_str()).collect();
    assert_eq!(inputs, ["realm", "leak.kid", "leak.inner.kid"], "what is filled in is no input");
    let backends: Vec<&str> = playbook.backends.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(backends, ["tokens", "leak.audit"], "the same one is shared");
    let duties: Vec<&str> = playbook.duties.iter().map(|duty| duty.id.as_str()).collect();
    let cadences: Vec<&str> = playbook.cadences.iter().map(|one| one.id.as_str()).collect();
    assert_eq!((duties, cadences), (vec!["gdpr-33"], vec!["leak.owners"]));
    let parts: Vec<&str> = playbook.parts().map(|part| part.at.as_str()).collect();
    assert_eq!(parts, ["leak", "leak.inner"]);
    let step = |id: &str| playbook.step(id).unwrap();
    assert_eq!(step("leak.rotate").after, ["close"], "nothing else comes before it");
    assert_eq!(step("leak.inner.look").requires, ["leak.rotate"]);
    assert_eq!(step("leak.inner.then").requires, ["leak.inner.look"]);
    let planned = plan(&playbook, &BTreeMap::from([("realm".to_owned(), "staff".to_owned())]));
    let request = planned[2].request.as_ref().unwrap();
    assert_eq!(request.url, "https://tokens.example.com/staff%2Feu/key");
    assert!(request.body.as_ref().unwrap().contains("k2"));
    assert_eq!(planned[2].target.as_deref(), Some("audit.example.com"));
    assert_eq!(planned[2].proofs[0].request.url, "https://audit.example.com/{{ saved.old }}");
}

#[test]
fn duties_and_cadences_within_another_are_those_of_the_whole() {
    let duty = |title: &str| {
        format!("[[duties]]\nid = \"authority\"\ntitle = \"{title}\"\ndue = \"72h\"\n")
    };
    let cadence = "[[cadence]]\nid = \"team\"\ntitle = \"Team\"\nevery = \"30m\"\n";
    let leak = format!("{LEAK}{}{cadence}", duty("Tell the authority"));
    let inner = format!("{INNER}{}", duty("Tell the exchange"));
    let whole = format!("{WHOLE}{}", duty("Tell the authority"));
    let checked = read_with("whole.toml", &whole, &library(&leak, &inner));
    assert_eq!(shown(&checked), "");
    let playbook = checked.playbook.unwrap();
    let duties: Vec<&str> = playbook.duties.iter().map(|duty| duty.id.as_str()).collect();
    assert_eq!(duties, ["gdpr-33", "authority", "leak.inner.authority"], "what both say is one");
    let cadences: Vec<&str> = playbook.cadences.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(cadences, ["leak.owners", "leak.team"]);
}

#[test]
fn what_is_wrong_within_is_told_where_it_stands() {
    let leak = LEAK.replace("backend = \"audit\"", "backend = \"audti\"");
    let inner = INNER.replace("saved.seen", "saved.sene");
    let told = shown(&whole(&leak, &inner));
    let lines = [
        "../leak/playbook.toml:43:11: there is no back end `audti`\n  mend: did you mean `audit`?",
        "inner.toml:16:9: no step saves `sene`\n  mend: did you mean `seen`?",
    ];
    assert_eq!(told, lines.map(|line| format!("{line}\n")).concat());
    let filled = WHOLE.replace("area =", "aera =");
    let told = shown(&read_with("whole.toml", &filled, &library(LEAK, INNER)));
    let words = "has no input `aera`\n  mend: did you mean `area`?\n";
    assert!(told.starts_with("whole.toml:34:12: ") && told.ends_with(words), "{told}");
    let pinned = WHOLE.replace("inputs = { area", "sha256 = \"00\"\ninputs = { area");
    let told = shown(&read_with("whole.toml", &pinned, &library(LEAK, INNER)));
    assert!(told.contains("whole.toml:34:10: ../leak/playbook.toml is not what it was"), "{told}");
    let is = told.split("its hash is ").nth(1).unwrap().split('\n').next().unwrap();
    let pinned = pinned.replace("\"00\"", &format!("\"{is}\""));
    assert_eq!(shown(&read_with("whole.toml", &pinned, &library(LEAK, INNER))), "");
}

#[test]
fn playbooks_do_not_go_round_nor_without_end() {
    let around = INNER.replace("ask = { question = \"Then?\" }", "playbook = \"inner\"");
    let told = shown(&whole(LEAK, &around));
    assert!(
        told.starts_with("inner.toml:17:12: the playbook `inner` would stand within itself"),
        "{told}"
    );
    // Another text each time.
    let deep = |wanted: &Wanted<'_>| {
        let text = around.replace("Within", wanted.at);
        Ok(Found { file: wanted.at.to_owned(), text, sha256: None })
    };
    let told = shown(&read_with("whole.toml", WHOLE, &deep));
    assert!(told.contains("more than 3 deep"), "{told}");
    let many = numbered(200, |step| {
        format!(
            "[[steps]]\nid = \"s{step}\"\nphase = \"learn\"\ntitle = \"x\"\nplaybook = \"inner\"\n"
        )
    });
    let many = format!("format = 1\nid = \"many\"\ntitle = \"Many\"\n{many}");
    let begin = Instant::now();
    let told = shown(&read_with("many.toml", &many, &library(LEAK, INNER)));
    assert!(told.contains("more than 50 playbooks are named in all"), "{told}");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_step_within_is_amended_in_its_own_file_and_the_rest_stays() {
    let playbook = whole(LEAK, INNER).playbook.unwrap();
    let text = playbook.step_text("leak.rotate").unwrap();
    assert!(text.starts_with("[[steps]]\nid = \"rotate\"\n"), "{text}");
    let amended = playbook.amended("leak.rotate", &text.replace("PUT /", "PUT /v2/")).unwrap();
    let url = plan(&amended, &BTreeMap::new())[2].request.clone().unwrap().url;
    assert_eq!(url, "https://tokens.example.com/v2/customers%2Feu/key");
    let part = |playbook: &Playbook, at| playbook.source(at).unwrap().clone();
    assert_eq!(part(&amended, "leak").sha256, part(&playbook, "leak").sha256, "as it was found");
    assert_eq!(part(&amended, "leak.inner"), part(&playbook, "leak.inner"));
    // The heading too, but not to another playbook, nor away from it.
    let heading = playbook.step_text("leak").unwrap();
    assert!(amended.amended("leak", &heading.replace("/eu", "/us")).is_ok());
    for (from, to, words) in [
        ("../leak/", "../other/", "no other playbook is brought in"),
        ("[steps.playbook]", "[steps.ask]\nquestion = \"?\"\n#", "belongs to"),
    ] {
        let problems = amended.amended("leak", &heading.replace(from, to)).unwrap_err();
        assert!(joined(&problems, "\n").contains(words), "{problems:?}");
    }
    let away = heading.split("[steps.playbook]").next().unwrap().to_owned();
    let problems = amended.amended("leak", &(away + "ask = { question = \"?\" }")).unwrap_err();
    assert!(joined(&problems, "\n").contains("takes steps out of the plan"), "{problems:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// What comes of an amendment is a playbook, or told; and every step but one is as it was.
    #[test]
    fn any_amendment_is_answered(from in 0..800_usize, length in 0..60_usize, more in "[\\[\\]{}\"'=\\.#a-z0-9\n \u{202e}\u{0}-\u{9f}]{0,12}") {
        let playbook = read("good.toml", GOOD).playbook.unwrap();
        let text = playbook.step_text("block-reads").unwrap();
        let cut = |at: usize| (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
        let toml = format!("{}{more}{}", &text[..cut(from)], &text[cut(from + length)..]);
        match playbook.amended("block-reads", &toml) {
            Ok(amended) => {
                prop_assert_eq!(amended.backends, playbook.backends);
                for step in &playbook.steps {
                    let now = amended.steps.iter().find(|one| one.id == step.id).unwrap();
                    prop_assert!(step.id == "block-reads" || now.task == step.task);
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems.iter().filter(|one| one.file == "step block-reads") {
                    prop_assert!(problem.line <= toml.lines().count() + 1, "{}", problem);
                }
            }
        }
    }
}
