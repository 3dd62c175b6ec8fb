//! Each kind of fault, at the range: it happens as often as the scenario says and then no more, and
//! what it says of the change is true.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use stanch::backend::{Dial, Dialling as _};
use stanch::drill::{Range, Scenario};

use crate::client::start;

const WORLD: &str = r#"
format = 1
id = "faulty"
title = "Faulty"
playbook = "p"
banner = "DRILL"
backends = ["one", "two"]
vantages = ["outside"]
[state]
count = 0
left = 10
job = "none"
shut = false
[[refuse]]
backend = "one"
vantage = "outside"
when = "state.shut"
[[routes]]
backend = "one"
request = "PUT /count"
idempotency = true
set = { count = "{{ state.count + 1 }}" }
json = { was = "{{ state.count }}" }
[[routes]]
backend = "one"
request = "PUT /shut"
set = { shut = true }
[[routes]]
backend = "one"
request = "GET /count"
json = { count = "{{ state.count }}" }
[[routes]]
backend = "one"
request = "DELETE /sessions/{name}"
set = { left = 0 }
json = { deleted = "{{ state.left }}" }
[[routes]]
backend = "one"
request = "POST /jobs"
set = { job = "done" }
json = { job = 7 }
[[routes]]
backend = "one"
request = "GET /jobs"
json = "{{ state.job }}"
[[routes]]
backend = "two"
request = "GET /slow"
latency_ms = 150
json = 1
"#;

fn scenario(faults: &str) -> Scenario {
    Scenario::parse("faulty.toml", &format!("{WORLD}{faults}"))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// One fault of back end `one`.
fn fault(kind: &str, lines: &str) -> Scenario {
    scenario(&format!("[[faults]]\nid = 'F'\nbackend = 'one'\nkind = '{kind}'\n{lines}\n"))
}

/// What came over the wire: all bytes, and how it ended.
#[derive(Debug, PartialEq)]
struct Wire {
    bytes: String,
    end: End,
}

#[derive(Debug, PartialEq)]
enum End {
    Closed,
    Reset,
    Silent,
    Refused,
}

impl Wire {
    fn status(&self) -> u16 {
        let status = self.bytes.split(' ').nth(1).and_then(|word| word.parse().ok());
        status.unwrap_or_default()
    }

    fn body(&self) -> &str {
        self.bytes.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.bytes.split("\r\n\r\n").next().unwrap().lines();
        lines.filter_map(|line| line.split_once(": ")).find(|(one, _)| *one == name).map(|(_, v)| v)
    }
}

fn ask(range: &Range, via: Option<&str>, request: &str, headers: &str) -> Wire {
    ask_for(range, "one", via, request, headers, Duration::from_secs(20))
}

fn ask_for(
    range: &Range,
    backend: &str,
    via: Option<&str>,
    request: &str,
    headers: &str,
    patience: Duration,
) -> Wire {
    let Ok(mut stream) = TcpStream::connect(range.address(backend, via).unwrap()) else {
        return Wire { bytes: String::new(), end: End::Refused };
    };
    stream.set_read_timeout(Some(patience)).unwrap();
    write!(stream, "{request} HTTP/1.1\r\nhost: one\r\n{headers}content-length: 0\r\n\r\n")
        .unwrap();
    let mut bytes = Vec::new();
    let end = match stream.read_to_end(&mut bytes) {
        Ok(_) => End::Closed,
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => End::Reset,
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => End::Silent,
        Err(error) => panic!("{error:?}"),
    };
    Wire { bytes: String::from_utf8_lossy(&bytes).into_owned(), end }
}

fn put(range: &Range) -> Wire {
    ask(range, None, "PUT /count", "")
}

fn get(range: &Range) -> Wire {
    ask(range, None, "GET /count", "")
}

fn struck(range: &Range) -> u64 {
    range.control().struck()[0].struck
}

/// The entries of the log after its head.
fn log(directory: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(directory.join("range.jsonl")).unwrap();
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A range with this fault, for as long as the directory lives.
fn with(kind: &str, lines: &str) -> (tempfile::TempDir, Range) {
    let directory = tempfile::tempdir().unwrap();
    let range = start(fault(kind, lines), directory.path());
    (directory, range)
}

#[test]
fn a_status_comes_as_often_as_it_is_to_and_nothing_changes() {
    let lines = "request = 'PUT /count'\nstatus = 429\nheaders = { Retry-After = '20' }\n\
                 text = 'not now'\ntimes = 2\nskip = 1";
    let (directory, range) = with("status", lines);
    assert_eq!(put(&range).status(), 200, "the first is skipped");
    for _ in 0..2 {
        let wire = put(&range);
        assert_eq!((wire.status(), wire.body()), (429, "not now"), "{wire:?}");
        assert_eq!(wire.header("retry-after"), Some("20"));
        assert_eq!(get(&range).status(), 200, "another request");
    }
    assert_eq!(range.state()["count"], 1);
    assert_eq!(put(&range).status(), 200);
    assert_eq!((range.state()["count"].as_u64(), struck(&range)), (Some(2), 2));
    // Each strike stands in the log, where nothing else is told of it.
    let strikes = log(directory.path());
    let strikes: Vec<_> = strikes.iter().filter(|entry| entry.get("fault").is_some()).collect();
    assert_eq!(strikes.len(), 2);
    assert_eq!(strikes[1]["fault"], json!({"fault": "F", "met": 3}));
    assert_eq!(strikes[1]["set"], json!([]));
}

#[test]
fn a_status_can_hide_what_was_done() {
    let (_directory, range) = with("status", "status = 502\napplied = true");
    assert_eq!(put(&range).status(), 502);
    assert_eq!(range.state()["count"], 1);
    assert_eq!(put(&range).status(), 200);
    assert_eq!(range.state()["count"], 2);
}

#[test]
fn a_reset_comes_before_or_after_the_change() {
    for applied in [false, true] {
        let (directory, range) = with("reset", &format!("applied = {applied}"));
        let headers = "idempotency-key: k\r\n";
        let wire = ask(&range, None, "PUT /count", headers);
        assert_eq!(wire, Wire { bytes: String::new(), end: End::Reset });
        assert_eq!(range.state()["count"], u64::from(applied));
        // Strike and change are one line: no kill comes between.
        assert_eq!(log(directory.path()).len(), 1);
        // Whoever asks again with the same key changes nothing twice.
        let again = ask(&range, None, "PUT /count", headers);
        assert_eq!(again.status(), 200);
        assert_eq!(again.header("idempotent-replayed").is_some(), applied);
        assert_eq!((range.state()["count"].as_u64(), struck(&range)), (Some(1), 1));
    }
}

#[test]
fn silence_lasts_until_the_client_goes() {
    for applied in [false, true] {
        let (_directory, range) = with("timeout", &format!("applied = {applied}"));
        let patience = Duration::from_millis(300);
        let wire = ask_for(&range, "one", None, "PUT /count", "", patience);
        assert_eq!(wire, Wire { bytes: String::new(), end: End::Silent });
        assert_eq!(range.state()["count"], u64::from(applied));
        assert_eq!(put(&range).status(), 200);
    }
    let (_directory, range) = with("timeout", "applied = true\nafter_ms = 50");
    assert_eq!(put(&range).end, End::Reset);
    // Nobody is kept waiting by a drill that plays by itself.
    let directory = tempfile::tempdir().unwrap();
    let range = Range::hurried(fault("timeout", "applied = true"), directory.path()).unwrap();
    assert_eq!(put(&range).end, End::Reset);
    assert_eq!(range.state()["count"], 1);
}

#[test]
fn a_fault_that_is_taken_away_lets_go_of_whoever_waits() {
    for take_away in [
        |range: &Range| range.control().suspend(),
        |range: &Range| range.control().end_faults(),
        |range: &Range| assert!(range.control().disarm("F")),
    ] {
        let (_directory, range) = with("timeout", "applied = true\ntimes = 2");
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| put(&range));
            while struck(&range) == 0 {
                std::thread::yield_now();
            }
            take_away(&range);
            assert_eq!(waiting.join().unwrap().end, End::Reset);
        });
        assert_eq!((put(&range).status(), struck(&range)), (200, 1));
    }
}

#[test]
fn an_answer_takes_its_time_and_what_was_asked_is_done_at_once() {
    let lines = "latency_ms = 200\njitter_ms = 100\nseed = 7\ntimes = 1";
    let (_directory, range) = with("latency", lines);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| put(&range));
        while range.state()["count"] != 1 {
            assert!(!waiting.is_finished(), "the answer was to take longer");
            std::thread::yield_now();
        }
        assert_eq!(waiting.join().unwrap().status(), 200);
    });
    assert!(begun.elapsed() >= Duration::from_millis(200));
    let begun = Instant::now();
    let slow = |range: &Range| ask_for(range, "two", None, "GET /slow", "", Duration::from_secs(9));
    assert_eq!(slow(&range).status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(150), "a route has its own");
    let directory = tempfile::tempdir().unwrap();
    let hurried = Range::hurried(fault("latency", "latency_ms = 600000"), directory.path());
    let hurried = hurried.unwrap();
    assert_eq!((put(&hurried).status(), slow(&hurried).status()), (200, 200));
}

#[test]
fn half_of_the_work_is_told_as_half() {
    let lines = "request = 'DELETE /sessions/{who}'\nfailed_items = 3\n\
                 set = { left = 3, job = '{{ path.who }}' }\n\
                 json = { left = '{{ failed_items }}', had = '{{ state.left }}' }";
    let (_directory, range) = with("partial", lines);
    let delete = || ask(&range, None, "DELETE /sessions/all", "");
    let wire = delete();
    assert_eq!((wire.status(), wire.body()), (207, r#"{"left":3,"had":10}"#));
    assert_eq!((&range.state()["left"], &range.state()["job"]), (&json!(3), &json!("all")));
    assert_eq!((delete().status(), &range.state()["left"]), (200, &json!(0)));
}

#[test]
fn what_is_accepted_can_fail_later() {
    let lines = "request = 'POST /jobs'\nset = { job = 'running' }\n\
                 later = { job = 'failed' }\nafter_calls = 2";
    let (directory, mut range) = with("async_fail", lines);
    let wire = ask(&range, None, "POST /jobs", "");
    assert_eq!((wire.status(), wire.body()), (202, r#"{"job":7}"#), "the route's own answer");
    let look = |range: &Range| ask(range, None, "GET /jobs", "").body().to_owned();
    assert_eq!(look(&range), r#""running""#);
    // Also after a kill it fails; the requests are counted anew then.
    drop(range);
    range = start(fault("async_fail", lines), directory.path());
    for _ in 0..2 {
        assert_eq!(look(&range), r#""running""#);
    }
    for _ in 0..2 {
        assert_eq!(look(&range), r#""failed""#);
    }
    assert_eq!(log(directory.path()).len(), 2);
    drop(range);
    range = start(fault("async_fail", lines), directory.path());
    assert_eq!(look(&range), r#""failed""#);
    assert_eq!(ask(&range, None, "POST /jobs", "").status(), 200);
    assert_eq!(look(&range), r#""done""#);
}

#[test]
fn a_lie_changes_nothing() {
    let (_directory, range) = with("lying_200", "json = { error = 'no such index' }");
    let wire = put(&range);
    assert_eq!((wire.status(), wire.body()), (200, r#"{"error":"no such index"}"#));
    assert_eq!(wire.header("content-type"), Some("application/json"));
    assert_eq!(range.state()["count"], 0);
    assert_eq!((put(&range).body(), struck(&range)), (r#"{"was":0}"#, 1));
}

#[test]
fn half_a_body_is_less_than_was_announced() {
    for applied in [false, true] {
        let (_directory, range) = with("half_body", &format!("applied = {applied}"));
        let wire = put(&range);
        assert_eq!((wire.status(), wire.end == End::Closed), (200, true));
        assert_eq!(wire.header("content-length"), Some("9"));
        assert_eq!(wire.body(), r#"{"wa"#);
        assert_eq!(range.state()["count"], u64::from(applied));
        assert_eq!(put(&range).status(), 200);
    }
}

#[test]
fn what_is_malformed_is_no_json_or_no_http() {
    let (_directory, range) = with("malformed", "");
    let wire = put(&range);
    assert_eq!((wire.status(), wire.header("content-type")), (200, Some("application/json")));
    assert!(serde_json::from_str::<Value>(wire.body()).is_err(), "{wire:?}");
    assert_eq!(range.state()["count"], 1);
    let (_directory, range) = with("malformed", "not = 'http'\napplied = false");
    assert!(!put(&range).bytes.starts_with("HTTP"));
    assert_eq!(range.state()["count"], 0);
    assert_eq!((put(&range).status(), struck(&range)), (200, 1));
}

#[test]
fn a_stale_answer_is_the_one_from_before_and_none_where_nothing_changed() {
    let (directory, mut range) = with("stale", "request = 'GET'\nfor_calls = 2");
    let count = |range: &Range| get(range).body().to_owned();
    assert_eq!(count(&range), r#"{"count":0}"#, "nothing happened yet");
    assert_eq!(struck(&range), 0);
    put(&range);
    // A change that this answer does not show makes it no fresher.
    ask(&range, None, "POST /jobs", "");
    assert_eq!(count(&range), r#"{"count":0}"#);
    drop(range);
    range = start(fault("stale", "request = 'GET'\nfor_calls = 2"), directory.path());
    assert_eq!(count(&range), r#"{"count":0}"#);
    assert_eq!(count(&range), r#"{"count":1}"#);
    assert_eq!(struck(&range), 2);
}

#[test]
fn a_stale_door_is_open_for_a_while() {
    let (_directory, range) = with("stale", "vantage = 'outside'\nfor_calls = 2");
    let outside = || ask(&range, Some("outside"), "GET /count", "");
    assert_eq!(ask(&range, None, "PUT /shut", "").status(), 200);
    for _ in 0..2 {
        assert_eq!(outside().body(), r#"{"count":0}"#);
    }
    assert_eq!(outside().end, End::Refused);
    assert_eq!(get(&range).status(), 200, "from here it was never shut");
    // Taken away, it holds no door.
    let (_directory, range) = with("stale", "vantage = 'outside'\nfor_calls = 2");
    range.control().suspend();
    assert_eq!(ask(&range, None, "PUT /shut", "").status(), 200);
    assert_eq!(ask(&range, Some("outside"), "GET /count", "").end, End::Refused);
}

/// What is met before there is a connection is met by whoever asks before dialling.
#[test]
fn a_dialling_fault_is_counted_where_it_is_dialled() {
    for (kind, wanted) in [("dns", Dial::NoName), ("tls", Dial::NoHandshake)] {
        let (_directory, range) = with(kind, "times = 2\nrequest = 'PUT'");
        let dial = |method| range.control().dial("one", None, method, "/count");
        let met: Vec<_> = ["PUT", "GET", "PUT", "PUT"].map(dial).into();
        assert_eq!(met, [wanted, Dial::Open, wanted, Dial::Open]);
        assert_eq!((put(&range).status(), struck(&range)), (200, 2));
    }
    let (directory, range) = with("refused", "vantage = 'outside'");
    let control = range.control();
    assert_eq!(control.dial("one", None, "GET", "/"), Dial::Open);
    let Dial::Refused(address) = control.dial("one", Some("outside"), "GET", "/") else { panic!() };
    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(control.dial("one", Some("outside"), "GET", "/"), Dial::Open);
    assert_eq!(log(directory.path()).len(), 1);
}

#[test]
fn a_client_that_wants_tls_gets_a_failed_handshake() {
    let (_directory, range) = with("tls", "");
    let mut stream = TcpStream::connect(range.address("one", None).unwrap()).unwrap();
    stream.write_all(&[0x16, 3, 1, 0, 2, 1, 0]).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, [0x15, 3, 3, 0, 2, 2, 40]);
    assert_eq!(put(&range).status(), 200);
}

/// A kill comes after any strike: what was struck stays struck.
#[test]
fn counts_survive_a_restart() {
    let (directory, mut range) = with("status", "status = 503\ntimes = 3");
    for strike in 1..=3 {
        assert_eq!(put(&range).status(), 503);
        drop(range);
        range = start(fault("status", "status = 503\ntimes = 3"), directory.path());
        assert_eq!(struck(&range), strike);
    }
    assert_eq!((put(&range).status(), range.state()["count"].as_u64()), (200, Some(1)));
}

#[test]
fn a_chance_falls_the_same_way_in_each_run() {
    let run = |lines: &str| {
        let (directory, range) = with("status", lines);
        let statuses: Vec<_> = (0..32).map(|_| get(&range).status()).collect();
        drop(directory);
        statuses
    };
    let first = run("status = 503\nchance = 0.5\nseed = 1");
    assert_eq!(first, run("status = 503\nchance = 0.5\nseed = 1"));
    assert_ne!(first, run("status = 503\nchance = 0.5\nseed = 2"));
    let struck = first.iter().filter(|status| **status == 503).count();
    assert!((6..=26).contains(&struck), "{first:?}");
    assert!(run("status = 503\nchance = 1.0\nseed = 1").iter().all(|status| *status == 503));
}

#[test]
fn a_fault_strikes_in_its_window_and_while_it_is_armed() {
    let lines = "status = 503\nfrom = '1h'\nuntil = '2h'\ntimes = 9\narmed = false";
    let (_directory, range) = with("status", lines);
    let control = range.control();
    let at = |minutes| {
        control.set_elapsed(TimeDelta::minutes(minutes));
        get(&range).status()
    };
    assert_eq!(at(90), 200, "not armed");
    assert!(control.arm("F") && !control.arm("G") && !control.disarm("G"));
    assert_eq!([at(59), at(60), at(119), at(120)], [200, 503, 503, 200]);
    at(90);
    control.suspend();
    assert_eq!(get(&range).status(), 200);
    control.unsuspend();
    assert_eq!(get(&range).status(), 503);
    assert!(control.disarm("F"));
    assert_eq!(get(&range).status(), 200);
    control.arm("F");
    control.end_faults();
    control.unsuspend();
    assert_eq!((get(&range).status(), struck(&range)), (200, 4));
}

#[test]
fn one_that_was_never_reached_is_told_too() {
    let text = "[[faults]]\nid = 'A'\nbackend = 'one'\nkind = 'status'\nstatus = 500\n\
                [[faults]]\nid = 'B'\nbackend = 'two'\nkind = 'status'\nstatus = 500\n";
    let directory = tempfile::tempdir().unwrap();
    let range = start(scenario(text), directory.path());
    get(&range);
    let told = range.control().struck();
    let told: Vec<_> = told.iter().map(|told| (told.fault.as_str(), told.struck)).collect();
    assert_eq!(told, [("A", 1), ("B", 0)]);
}

/// A log from before there were faults is gone on with.
#[test]
fn an_old_log_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let range = start(scenario(""), directory.path());
    put(&range);
    drop(range);
    let path = directory.path().join("range.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(r#"{"v":2,"#), "{text}");
    std::fs::write(&path, text.replacen(r#""v":2"#, r#""v":1"#, 1)).unwrap();
    assert_eq!(start(scenario(""), directory.path()).state()["count"], 1);
    std::fs::write(&path, text.replacen(r#""v":2"#, r#""v":3"#, 1)).unwrap();
    let newer = Range::start(scenario(""), directory.path()).err().unwrap().to_string();
    assert!(newer.contains("newer than this program"), "{newer}");
}

#[test]
fn a_fault_that_cannot_be_is_refused_with_its_place() {
    let problems = |lines: &str| match Scenario::parse("x.toml", &format!("{WORLD}{lines}")) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let line = WORLD.lines().count() + 1;
    for (kind, lines, at, words) in [
        ("status", "", 0, "`status` is missing"),
        ("statis", "", 3, "did you mean `status`?"),
        ("status", "status = 503\nchance = 0.5", 5, "needs a `seed`"),
        ("status", "status = 503\nchance = 0\nseed = 1", 5, "above 0"),
        ("status", "status = 503\nseed = 1", 5, "without `chance`"),
        ("status", "status = 503\ntimes = 0", 5, "from 1 to"),
        ("status", "status = 503\ntimes = 1.5", 5, "a whole number"),
        ("status", "status = 503\nfrom = 'soon'", 5, "no duration"),
        ("status", "status = 503\nfrom = '2h'\nuntil = '1h'", 6, "not after `from`"),
        ("status", "status = 503\nvantage = 'outsid'", 5, "did you mean `outside`?"),
        ("status", "status = 503\nrequest = 'put /x'", 5, "no method"),
        ("status", "status = 503\nrequest = 'PUT x'", 5, "begins with `/`"),
        ("status", "status = 503\ntext = '{{ nope }}'", 5, "no value `nope`"),
        ("status", "status = 503\ntext = '{{ path.x }}'", 5, "no capture `x`"),
        ("latency", "", 0, "`latency_ms` is missing"),
        ("latency", "latency_ms = 1\napplied = true", 5, "has no `applied`"),
        ("stale", "applied = true", 4, "it belongs to status, reset, timeout"),
        ("stale", "times = 2", 4, "write `for_calls`"),
        ("reset", "", 0, "`applied` is missing"),
        ("timeout", "after_ms = 5", 0, "`applied` is missing"),
        ("partial", "failed_items = 3", 0, "`set` is missing"),
        ("partial", "set = { lift = 3 }", 4, "did you mean `left`?"),
        ("async_fail", "", 0, "says how the job fails"),
        ("async_fail", "set = { left = 1 }\nafter_calls = 2", 5, "`later` is missing"),
        ("lying_200", "", 0, "lies in its body"),
        ("malformed", "not = 'xml'", 4, "json, http"),
        ("dns", "request = 'GET /x'", 4, "leave the path out"),
        ("dns", "statsu = 1", 4, "did you mean `status`?"),
    ] {
        let text = format!("[[faults]]\nid = 'F'\nbackend = 'one'\nkind = '{kind}'\n{lines}\n");
        let found = problems(&text);
        assert!(found.contains(&format!("x.toml:{}:", line + at)), "{kind} {lines}: {found}");
        assert!(found.contains(words), "{kind} {lines}: {found}");
        assert_eq!(found.matches("x.toml:").count(), 1, "{kind} {lines}: {found}");
    }
    let unknown = problems("[[faults]]\nid = 'F'\nbackend = 'on'\nkind = 'dns'\n");
    assert!(unknown.contains("did you mean `one`?"), "{unknown}");
    let one = "[[faults]]\nid = 'F'\nbackend = 'one'\nkind = 'dns'\n";
    assert!(problems(&format!("{one}{one}")).contains("has this id too"));
}
