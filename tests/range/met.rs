//! What the console makes of each kind of fault: the engine against the range, over real connections.
//! It shows and records what it knows, is in doubt where it must be, and changes nothing twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use stanch::backend::{Http, HttpOptions};
use stanch::drill::{Range, Scenario};
use stanch::engine::{self, Clock as _, Handle, Launch, Ports, SystemClock, SystemRandom, View};
use stanch::incident::{
    Ask, By, CallEnd, CheckVerdict, Mode, Opened, Progress, Purpose, StepKey, Verdict,
};
use stanch::journal::RealDisk;
use stanch::playbook::{Playbook, read};

const PLAYBOOK: &str = r#"
format = 1
id = "met"
title = "Three ways to change something"

[backends.one]
title = "One"
url = "https://one.example.com"
timeout = "1s"

# Twice is twice: never sent again by itself.
[[steps]]
id = "append"
phase = "contain"
title = "Append"
danger = "confirm"
[steps.call]
backend = "one"
request = "POST /entries"
repeat = "once"
ok = "status == 200 and 'entry' in json"
[[steps.verify]]
title = "There is one"
request = "GET /entries"
ok = "json.count == 1"
every = "1s"
within = "20s"

# The key makes it one.
[[steps]]
id = "keyed"
phase = "contain"
title = "Append with a key"
danger = "confirm"
[steps.call]
backend = "one"
request = "POST /keyed"
repeat = "keyed"
key_life = "1h"

# Twice is once, and some answers say that nothing happened.
[[steps]]
id = "sweep"
phase = "contain"
title = "Sweep"
danger = "confirm"
[steps.call]
backend = "one"
request = "DELETE /sessions"
repeat = "idempotent"
ok = "status == 200 and json.left == 0"
not_done = "status in [429, 503]"
[[steps.verify]]
title = "None is left, twice in a row"
request = "GET /sessions"
ok = "json.left == 0"
times = 2
every = "1s"
within = "20s"
"#;

const WORLD: &str = r#"
format = 1
id = "met"
title = "Met"
playbook = "met"
banner = "DRILL"
backends = ["one"]
[state]
count = 0
left = 10
[[routes]]
backend = "one"
request = "POST /entries"
set = { count = "{{ state.count + 1 }}" }
json = { entry = "{{ state.count + 1 }}" }
[[routes]]
backend = "one"
request = "GET /entries"
json = { count = "{{ state.count }}" }
[[routes]]
backend = "one"
request = "POST /keyed"
idempotency = true
set = { count = "{{ state.count + 1 }}" }
json = { entry = "{{ state.count + 1 }}" }
[[routes]]
backend = "one"
request = "DELETE /sessions"
set = { left = 0 }
json = { left = 0 }
[[routes]]
backend = "one"
request = "GET /sessions"
json = { left = "{{ state.left }}" }
"#;

fn playbook() -> Arc<Playbook> {
    let checked = read("met.toml", PLAYBOOK);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    Arc::new(checked.playbook.unwrap())
}

fn person() -> By {
    By { who: "ana".into(), role: None }
}

/// An incident in which one step is carried out against a range with one fault.
struct Met {
    directory: tempfile::TempDir,
    range: Range,
    handle: Handle,
    step: StepKey,
}

/// How the call of the step stands.
struct Call {
    end: CallEnd,
    attempt: u32,
    was_in_doubt: bool,
    why: String,
    latency_us: u64,
}

impl Met {
    /// Confirms the step that the fault, of this kind and with these lines, lies in wait for.
    fn with(step: &str, kind: &str, lines: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let fault = format!("[[faults]]\nid = 'F'\nbackend = 'one'\nkind = '{kind}'\n{lines}\n");
        let scenario = Scenario::parse("met.toml", &format!("{WORLD}{fault}"))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(scenario.missing_for(&playbook()), Vec::<String>::new());
        let range = Range::start(scenario, directory.path()).unwrap();
        let handle = open(directory.path(), &range);
        let met = Self { directory, range, handle, step: StepKey::first(step) };
        let arm = Ask::Arm { step: met.step.clone(), purpose: Purpose::Act, reason: None };
        met.handle.ask(person(), arm).unwrap();
        let view = met.handle.idle().unwrap();
        let hash = view.state.instance(&met.step.name()).unwrap().armed.clone().unwrap().hash;
        met.ask(Ask::Confirm { step: met.step.clone(), hash, typed: None });
        met
    }

    fn ask(&self, ask: Ask) {
        self.handle.ask(person(), ask).unwrap();
    }

    /// Waits until the step stands like this.
    fn until(&self, wanted: impl Fn(Progress) -> bool) -> Arc<View> {
        let mut views = self.handle.watch();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let name = self.step.name();
        runtime
            .block_on(async {
                let found = views.wait_for(|view| wanted(view.state.progress(&name)));
                let found = tokio::time::timeout(Duration::from_secs(60), found).await;
                found.map(|view| view.unwrap().clone())
            })
            .unwrap_or_else(|late| {
                panic!("{late}: {:?}", self.handle.view().state.progress(&name));
            })
    }

    /// The one call that the step made.
    fn call(&self) -> Call {
        let view = self.handle.view();
        assert_eq!(view.state.calls.len(), 1);
        let call = &view.state.calls.get_min().unwrap().1;
        Call {
            end: call.end,
            attempt: call.attempt,
            was_in_doubt: call.was_in_doubt,
            why: call.why.as_str().to_owned(),
            latency_us: call.answer.as_ref().map_or(0, |answer| answer.latency_us),
        }
    }

    /// Waits for the doubt, and says why there is one.
    fn doubt(&self) -> String {
        self.until(|progress| matches!(progress, Progress::InDoubt { .. }));
        let call = self.call();
        assert_eq!((call.end, call.attempt), (CallEnd::InDoubt, 1));
        call.why
    }

    /// Settles the doubt by the step's own proof.
    fn settle(&self) -> CallEnd {
        self.ask(Ask::Probe { step: self.step.clone() });
        self.until(|progress| !matches!(progress, Progress::InDoubt { .. } | Progress::Proving));
        self.call().end
    }

    fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.directory.path().join("range.jsonl")).unwrap();
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many entries of the range's log change something.
    fn changes(&self) -> usize {
        let changes = |entry: &&Value| entry["set"].as_array().is_some_and(|set| !set.is_empty());
        self.log().iter().filter(changes).count()
    }

    fn struck(&self) -> u64 {
        self.range.control().struck()[0].struck
    }

    fn left(&self) -> u64 {
        self.range.state()["left"].as_u64().unwrap()
    }

    fn count(&self) -> u64 {
        self.range.state()["count"].as_u64().unwrap()
    }
}

impl Drop for Met {
    fn drop(&mut self) {
        self.handle.stop();
    }
}

fn open(directory: &Path, range: &Range) -> Handle {
    let backends = BTreeMap::from([("one".to_owned(), "https://one.example.com".to_owned())]);
    let http = Http::new(HttpOptions {
        dialling: Some(Arc::new(range.control())),
        ..HttpOptions::drill(backends.clone(), range.addresses.clone(), range.vantages.clone())
    })
    .unwrap();
    let redactor = http.redactor();
    let ports = Ports {
        disk: Arc::new(RealDisk),
        clock: Arc::new(SystemClock),
        network: Arc::new(http),
        random: Box::new(SystemRandom),
        redactor,
    };
    let launch = Launch {
        dir: directory.join("incident"),
        playbook: playbook(),
        by: person(),
        emergency: directory.join("emergency.jsonl"),
        pilots: Vec::new(),
    };
    let opened = Opened {
        incident: "0123456789abcdef".to_owned(),
        codename: "amber-heron".to_owned(),
        mode: Mode::Drill,
        playbook: "met".to_owned(),
        title: "Three ways to change something".to_owned(),
        playbook_sha256: String::new(),
        scenario_sha256: None,
        exercise: None,
        sub_playbooks: BTreeMap::default(),
        version: "0".to_owned(),
        boot: SystemClock.boot(),
        inputs: BTreeMap::new(),
        backends,
    };
    engine::open(ports, launch, opened).unwrap()
}

fn at(entry: &Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(entry["at"].as_str().unwrap()).unwrap().to_utc()
}

#[test]
fn a_reset_after_the_change_is_in_doubt_and_the_proof_settles_it_without_another() {
    let met = Met::with("append", "reset", "request = 'POST /entries'\napplied = true");
    let why = met.doubt();
    assert!(why.contains("the connection broke"), "{why}");
    assert_eq!(met.settle(), CallEnd::Resolved { took_effect: true });
    assert_eq!(met.handle.view().state.progress("append"), Progress::Proven);
    assert_eq!((met.count(), met.changes(), met.struck()), (1, 1, 1));
}

#[test]
fn a_reset_before_the_change_is_as_much_in_doubt_and_no_proof_makes_it_done() {
    let met = Met::with("append", "reset", "request = 'POST /entries'\napplied = false");
    met.doubt();
    // The proof is asked again for as long as it may be: the person says what they see meanwhile.
    assert_eq!((met.count(), met.changes(), met.struck()), (0, 0, 1));
    let reason = "the list is empty".into();
    met.ask(Ask::Resolve { step: met.step.clone(), took_effect: false, reason });
    assert_eq!(met.call().end, CallEnd::Resolved { took_effect: false });
}

#[test]
fn a_key_makes_the_second_attempt_the_first() {
    let met = Met::with("keyed", "reset", "request = 'POST /keyed'\napplied = true");
    met.until(|progress| progress == Progress::Done);
    let call = met.call();
    assert_eq!((call.attempt, call.was_in_doubt), (2, true));
    assert_eq!((met.count(), met.changes(), met.struck()), (1, 1, 1));
}

#[test]
fn one_503_is_not_done_and_one_retry_does_it() {
    let met = Met::with("sweep", "status", "request = 'DELETE'\nstatus = 503");
    met.until(|progress| progress == Progress::Proven);
    let call = met.call();
    assert_eq!((call.attempt, call.was_in_doubt), (2, false));
    assert_eq!(call.end, CallEnd::Known(Verdict::Succeeded));
    assert_eq!((met.left(), met.changes(), met.struck()), (0, 1, 1));
}

#[test]
fn nothing_is_called_before_retry_after_is_over() {
    let lines = "request = 'DELETE'\nstatus = 429\nheaders = { Retry-After = '2' }";
    let met = Met::with("sweep", "status", lines);
    met.until(|progress| progress == Progress::Proven);
    assert_eq!((met.call().attempt, met.struck(), met.changes()), (2, 1, 1));
    let log = met.log();
    let waited = at(&log[1]) - at(&log[0]);
    assert!(waited >= TimeDelta::seconds(2), "{waited}");
}

/// Whatever came that is no answer leaves a doubt, and the proof ends it: one change.
#[test]
fn what_cannot_be_read_is_in_doubt() {
    for (kind, lines, words) in [
        ("malformed", "", "`ok`"),
        ("malformed", "not = 'http'", "the connection broke"),
        ("half_body", "", "200 OK, but then"),
        ("timeout", "applied = true", "no answer came in time"),
        ("status", "status = 502\napplied = true", "502 Bad Gateway"),
    ] {
        let met = Met::with("append", kind, &format!("request = 'POST /entries'\n{lines}"));
        let why = met.doubt();
        assert!(why.contains(words), "{kind} {lines}: {why}");
        assert_eq!(met.settle(), CallEnd::Resolved { took_effect: true }, "{kind} {lines}");
        assert_eq!((met.count(), met.changes(), met.struck()), (1, 1, 1), "{kind} {lines}");
    }
}

#[test]
fn an_answer_that_lies_is_no_success() {
    let lines = "request = 'POST /entries'\njson = { error = 'read-only' }";
    let met = Met::with("append", "lying_200", lines);
    let why = met.doubt();
    assert!(why.contains("200 OK: `ok` does not hold"), "{why}");
    assert_eq!((met.count(), met.changes(), met.struck()), (0, 0, 1));
}

#[test]
fn the_rest_of_a_partial_success_is_done() {
    let lines = "request = 'DELETE'\nset = { left = 3 }\njson = { left = '{{ failed_items }}' }\n\
                 failed_items = 3";
    let met = Met::with("sweep", "partial", lines);
    let view = met.until(|progress| progress == Progress::Proven);
    assert_eq!((met.call().attempt, met.left(), met.struck()), (2, 0, 1));
    assert_eq!(view.state.checks.values().filter(|check| check.passed()).count(), 1);
}

/// One green answer is no proof where two in a row are asked for.
#[test]
fn a_stale_answer_is_not_believed() {
    let met = Met::with("sweep", "stale", "request = 'GET /sessions'\nskip = 1\nfor_calls = 1");
    let view = met.until(|progress| progress == Progress::Proven);
    // The first was made before the call.
    let check = view.state.checks.values().next_back().unwrap();
    let (verdict, end) = check.end.as_ref().unwrap();
    // Fresh, stale, fresh, fresh.
    assert_eq!((*verdict, end.asked, met.struck()), (CheckVerdict::Passed, 4, 1));
}

#[test]
fn what_fails_before_there_is_a_connection_was_not_sent() {
    for (kind, words) in [
        ("dns", "the name was not found"),
        ("tls", "TLS failed"),
        ("refused", "the connection was refused"),
    ] {
        let met = Met::with("append", kind, "request = 'POST'");
        met.until(|progress| matches!(progress, Progress::Failed { .. }));
        let call = met.call();
        assert_eq!((call.end, call.attempt), (CallEnd::Known(Verdict::NotSent), 1), "{kind}");
        assert!(call.why.contains(words), "{kind}: {}", call.why);
        assert_eq!((met.count(), met.changes(), met.struck()), (0, 0, 1), "{kind}");
        assert_eq!(met.range.unknown_requests(), 0);
    }
}

/// The host is slow, and the console waits: one change.
#[test]
fn a_slow_answer_is_waited_for() {
    let met = Met::with("append", "latency", "request = 'POST'\nlatency_ms = 300");
    met.until(|progress| progress == Progress::Proven);
    let call = met.call();
    assert!(call.latency_us >= 300_000);
    assert_eq!((met.count(), met.changes(), call.attempt), (1, 1, 1));
}

/// What was accepted and fails afterwards is not proven.
#[test]
fn a_job_that_fails_later_is_no_proof() {
    let lines = "request = 'POST /entries'\nlater = { count = 7 }";
    let met = Met::with("append", "async_fail", lines);
    // It says 202, and the playbook wants 200: who only looked for a 2xx would have been content.
    let why = met.doubt();
    assert!(why.contains("202 Accepted"), "{why}");
    assert_eq!(met.count(), 0);
}
