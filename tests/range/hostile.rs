//! What no good client sends, and what a crash leaves behind.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::json;
use stanch::drill::{Range, RangeError, RecordError, Scenario};

use crate::client::{Send, first_walk, start};

const SMALL: &str = r#"
format = 1
id = "small"
title = "Small"
playbook = "p"
banner = "DRILL"
backends = ["one"]
[state]
words = {}
count = 0
[[routes]]
backend = "one"
request = "PUT /words/{name}"
set = { "words.{{ path.name }}" = "{{ json }}", count = "{{ state.count + 1 }}" }
json = { was = "{{ state.count }}" }
[[routes]]
backend = "one"
request = "GET /words"
json = "{{ state.words }}"
"#;

fn small() -> Scenario {
    Scenario::parse("small.toml", SMALL).unwrap_or_else(|error| panic!("{error}"))
}

fn put(range: &Range, name: &str, value: serde_json::Value) -> Option<u16> {
    let send = Send { json: Some(value), ..Send::default() };
    send.to(range, "one", &format!("PUT /words/{name}")).status
}

fn raw(range: &Range, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(range.address("one", None).unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The range may hang up before it has read everything.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn an_unknown_route_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(small(), directory.path());
    let got = Send::default().to(&range, "one", "POST /nowhere/at/all?x=1");
    assert_eq!(got.status, Some(404));
    assert_eq!(got.json["range"], "no route answers POST /nowhere/at/all on one from here");
    assert_eq!(range.unknown_requests(), 1);

    // Routes that nearly fitted say why they did not.
    let range = start(first_walk(), tempfile::tempdir().unwrap().path());
    let json = Some(json!({"index": {"blocks": {"read": "yes"}}}));
    let got = Send { json, ..Send::default() }.to(&range, "search", "PUT /users/_settings");
    assert_eq!(got.status, Some(404));
    assert_eq!(got.json["routes"].as_array().map(Vec::len), Some(3), "{:?}", got.json);
}

/// Going on to the next route would hide the mistake.
#[test]
fn a_condition_that_cannot_be_evaluated_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    let got = Send::default().to(&range, "search", "PUT /users/_settings");
    assert_eq!(got.status, Some(400));
    let words = got.json["range"].as_str().unwrap();
    assert!(words.contains("the route in line") && words.contains("json"), "{words}");
    assert!(words.ends_with("nothing changed"), "{words}");
}

#[test]
fn hostile_requests_harm_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(small(), directory.path());
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: [Vec<u8>; 3] = [deep.into_bytes(), vec![0xff; 1000], vec![b'x'; 3 << 20]];
    for body in &bodies {
        let head =
            format!("PUT /words/x HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", body.len());
        raw(&range, &[head.as_bytes(), body].concat());
    }
    for bytes in [
        b"".as_slice(),
        b"\0\0\0\0",
        b"GET\r\n\r\n",
        b"GET /words HTTP/9.9\r\n\r\n",
        b"PUT /words/%ff HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}",
        b"PUT /words/x HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{}",
        b"PUT /words/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"PUT /words/x HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
    ] {
        raw(&range, bytes);
    }
    raw(&range, format!("GET /words HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)).as_bytes());
    raw(&range, format!("GET /{} HTTP/1.1\r\n\r\n", "a/".repeat(30_000)).as_bytes());
    assert_eq!(range.state(), json!({"words": {}, "count": 0}));
    assert_eq!(put(&range, "x", json!("fine")), Some(200));
    assert_eq!(range.state()["words"], json!({"x": "fine"}));
}

/// A template that is sent as data is data.
#[test]
fn what_a_client_sends_is_never_evaluated() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(small(), directory.path());
    assert_eq!(put(&range, "%7B%7Bstate.count%7D%7D", json!("{{ state.count }}")), Some(200));
    assert_eq!(put(&range, "a.b", json!({"{{ 1 }}": null})), Some(200));
    let words = json!({"{{state.count}}": "{{ state.count }}", "a.b": {"{{ 1 }}": null}});
    assert_eq!(range.state()["words"], words);
}

#[test]
fn the_state_does_not_grow_without_bound() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(small(), directory.path());
    let large = json!("x".repeat(600_000));
    assert_eq!(put(&range, "a", large.clone()), Some(200));
    assert_eq!(put(&range, "b", large), Some(400));
    assert_eq!(range.state()["count"], 1);
}

/// Wherever the process died, the range goes on with what was flushed.
#[test]
fn any_prefix_of_the_log_is_a_state_that_was() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("range.jsonl");
    let range = start(small(), directory.path());
    let mut states = vec![range.state()];
    for (name, value) in [("a", json!(1)), ("b", json!("\u{202e}\u{1b}[31m")), ("a", json!([2]))] {
        assert_eq!(put(&range, name, value), Some(200));
        states.push(range.state());
    }
    drop(range);
    let whole = std::fs::read(&log).unwrap();
    assert!(whole.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == b'\n'));
    let lines = |length: usize| whole[..length].split(|byte| *byte == b'\n').count() - 1;
    for length in (0..=whole.len()).rev() {
        std::fs::write(&log, &whole[..length]).unwrap();
        let range = start(small(), directory.path());
        assert_eq!(range.state(), states[lines(length).saturating_sub(1)], "{length} bytes");
    }
}

#[test]
fn a_damaged_or_foreign_log_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("range.jsonl");
    let range = start(small(), directory.path());
    put(&range, "a", json!(1));
    put(&range, "b", json!(2));
    drop(range);
    let text = std::fs::read_to_string(&log).unwrap();
    let other = Scenario::parse("other.toml", &SMALL.replace("Small", "Other")).unwrap();
    assert!(matches!(
        Range::start(other, directory.path()),
        Err(RangeError::Record(RecordError::OtherScenario { .. }))
    ));
    for (from, to) in [
        ("\"seq\":1", "\"seq\":7"),
        ("\"set\":[[[\"words\"", "\"set\":[[[\"count\""),
        ("\"set\":[[[", "\"sat\":[[["),
        ("\"at\"", "at"),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        std::fs::write(&log, text.replacen(from, to, 1)).unwrap();
        match Range::start(small(), directory.path()) {
            Err(RangeError::Record(RecordError::Damaged { line, .. })) => assert_eq!(line, 2),
            other => panic!("{to}: {:?}", other.err()),
        }
    }
}

#[test]
fn a_drill_that_was_closed_resumes_closed() {
    let directory = tempfile::tempdir().unwrap();
    let text = SMALL.replace("[state]", "vantages = [\"outside\"]\n[state]")
        + "[[refuse]]\nbackend = \"one\"\nvantage = \"outside\"\nwhen = \"state.count > 0\"\n";
    let scenario =
        || Scenario::parse("small.toml", &text).unwrap_or_else(|error| panic!("{error}"));
    let outside = |range: &Range| {
        Send { via: Some("outside"), ..Send::default() }.to(range, "one", "GET /words").status
    };
    let range = start(scenario(), directory.path());
    assert_eq!(outside(&range), Some(200));
    put(&range, "a", json!(1));
    assert_eq!(outside(&range), None);
    drop(range);
    let range = start(scenario(), directory.path());
    assert_eq!(outside(&range), None);
    assert_eq!(Send::default().to(&range, "one", "GET /words").status, Some(200));
}
