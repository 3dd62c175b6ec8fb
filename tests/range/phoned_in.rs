//! A second host is phoned in: added to the scope, admitted, contained and proven, by the engine
//! against the range, with no file edited and no secret sent there.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use stanch::backend::{Http, HttpOptions};
use stanch::drill::{Range, Scenario};
use stanch::engine::{self, Clock as _, Handle, Launch, Ports, SystemClock, SystemRandom};
use stanch::incident::{Ask, By, CallEnd, Mode, Opened, Progress, Purpose, StepKey, Verdict};
use stanch::journal::RealDisk;
use stanch::playbook::{Playbook, read};

const PLAYBOOK: &str = r#"
format = 1
id = "second-host"
title = "One host, and then another"

[backends.search]
title = "Search"
url = "https://search.example.com:9200"
auth = { scheme = "api-key", secret = "search-admin" }

[[steps]]
id = "close-host"
phase = "contain"
title = "Close the host"
each = { scope = "database" }
[steps.call]
backend = { scope = "database" }
request = "PUT /_closed"
json = { name = "{{ member.name }}" }
repeat = "idempotent"
[[steps.verify]]
title = "Strangers get no connection"
via = "outside"
request = "GET /_search"
ok = "refused"
every = "1s"
within = "10s"
guard = { every = "1s" }
"#;

const SCENARIO: &str = r#"
format = 1
id = "phoned-in"
title = "A reader phones"
playbook = "second-host"
banner = "DRILL"
backends = ["search", "stats"]
vantages = ["outside"]

[hosts]
"https://stats.example.com:9200" = "stats"

[state]
closed = false
name = ""
secret = "nobody asked"
authorized = true

[[refuse]]
backend = "stats"
vantage = "outside"
when = "state.closed"

[[routes]]
backend = "stats"
request = "PUT /_closed"
set = { closed = true, name = "{{ json.name }}", secret = "{{ secret }}", authorized = "{{ 'authorization' in headers }}" }

[[routes]]
backend = "stats"
request = "GET /_search"
json = { hits = 1 }
"#;

fn playbook() -> Arc<Playbook> {
    let checked = read("second-host.toml", PLAYBOOK);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    Arc::new(checked.playbook.unwrap())
}

fn person() -> By {
    By { who: "ana".into(), role: None }
}

fn range(directory: &Path) -> Range {
    let scenario = Scenario::parse("phoned-in.toml", SCENARIO).unwrap();
    assert_eq!(scenario.missing_for(&playbook()), Vec::<String>::new());
    Range::start(scenario, directory).unwrap()
}

fn ports(range: &Range) -> Ports {
    let search = ("search".to_owned(), "https://search.example.com:9200".to_owned());
    let http = Http::new(HttpOptions {
        hosts: range.hosts.clone(),
        ..HttpOptions::drill(
            BTreeMap::from([search]),
            range.addresses.clone(),
            range.vantages.clone(),
        )
    })
    .unwrap();
    let redactor = http.redactor();
    Ports {
        disk: Arc::new(RealDisk),
        clock: Arc::new(SystemClock),
        network: Arc::new(http),
        random: Box::new(SystemRandom),
        redactor,
    }
}

fn launch(directory: &Path) -> Launch {
    Launch {
        dir: directory.join("incident"),
        playbook: playbook(),
        by: person(),
        emergency: directory.join("emergency.jsonl"),
        pilots: Vec::new(),
    }
}

fn open(directory: &Path, range: &Range) -> Handle {
    let opened = Opened {
        incident: "0123456789abcdef".to_owned(),
        codename: "amber-heron".to_owned(),
        mode: Mode::Drill,
        playbook: "second-host".to_owned(),
        title: "One host, and then another".to_owned(),
        playbook_sha256: String::new(),
        scenario_sha256: None,
        exercise: None,
        sub_playbooks: BTreeMap::default(),
        version: "0".to_owned(),
        boot: SystemClock.boot(),
        inputs: BTreeMap::new(),
        backends: BTreeMap::from([(
            "search".to_owned(),
            "https://search.example.com:9200".to_owned(),
        )]),
    };
    engine::open(ports(range), launch(directory), opened).unwrap()
}

fn phone_in(handle: &Handle, name: &str, url: &str) {
    let scope = || "database".to_owned();
    let add = Ask::AddScope { scope: scope(), name: name.into(), source: "a reader".into() };
    handle.ask(person(), add).unwrap();
    let early = Ask::Arm {
        step: StepKey::named(&format!("close-host[{name}]")),
        purpose: Purpose::Act,
        reason: None,
    };
    let refused = handle.ask(person(), early).unwrap_err().to_string();
    assert!(refused.contains("is not admitted"), "{refused}");
    let admit = Ask::Admit {
        scope: scope(),
        name: name.into(),
        url: url.into(),
        secrets: false,
        reason: "it is in our inventory".into(),
    };
    handle.ask(person(), admit).unwrap();
}

fn close(handle: &Handle, name: &str) {
    let step = StepKey::named(&format!("close-host[{name}]"));
    let arm = Ask::Arm { step: step.clone(), purpose: Purpose::Act, reason: None };
    handle.ask(person(), arm).unwrap();
    let view = handle.idle().unwrap();
    let armed = view.state.instance(&step.name()).unwrap().armed.clone().unwrap();
    let confirm = Ask::Confirm { step, hash: armed.hash, typed: None };
    handle.ask(person(), confirm).unwrap();
}

/// Stops the engine, and waits until it has given the record free.
fn ended(handle: Handle) {
    let mut views = handle.watch();
    handle.stop();
    drop(handle);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { while views.changed().await.is_ok() {} });
}

#[test]
fn it_is_contained_and_proven_and_gets_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let range = range(directory.path());
    let handle = open(directory.path(), &range);
    phone_in(&handle, "stats.example.com", "https://stats.example.com:9200");
    close(&handle, "stats.example.com");
    let view = handle.idle().unwrap();
    assert_eq!(view.state.progress("close-host[stats.example.com]"), Progress::Proven);
    let state = range.state();
    assert_eq!((&state["closed"], &state["name"]), (&json!(true), &json!("stats.example.com")));
    assert_eq!((&state["secret"], &state["authorized"]), (&json!(null), &json!(false)));
    assert_eq!(range.unknown_requests(), 0);
    ended(handle);

    // Taken up again, its guard asks on: the host is admitted as the record says.
    let handle = engine::resume(ports(&range), launch(directory.path())).unwrap();
    let mut views = handle.watch();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let holds = runtime.block_on(async {
        let holds = |view: &Arc<stanch::engine::View>| {
            view.state.live_guards().any(|guard| {
                guard.last.as_ref().is_some_and(|last| last.asked > 0)
                    && guard.verdict == stanch::incident::CheckVerdict::Passed
            })
        };
        let found = tokio::time::timeout(std::time::Duration::from_secs(60), views.wait_for(holds));
        found.await.is_ok()
    });
    assert!(holds, "{:?}", handle.view().state.guards);
    handle.stop();
}

#[test]
fn a_host_that_the_range_does_not_know_is_not_there_and_no_live_one_is_called() {
    let directory = tempfile::tempdir().unwrap();
    let range = range(directory.path());
    let live = TcpListener::bind("127.0.0.1:0").unwrap();
    live.set_nonblocking(true).unwrap();
    let handle = open(directory.path(), &range);
    phone_in(&handle, "db9", &format!("http://{}", live.local_addr().unwrap()));
    close(&handle, "db9");
    let mut views = handle.watch();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let view = runtime.block_on(async {
        let answered = |view: &Arc<stanch::engine::View>| {
            view.state.calls.values().any(|call| !matches!(call.end, CallEnd::InFlight))
        };
        views.wait_for(answered).await.unwrap().clone()
    });
    let call = view.state.calls.get_min().unwrap().1.clone();
    assert!(call.why.as_str().contains("nobody is at http://127.0.0.1"), "{}", call.why);
    let sent = matches!(call.end, CallEnd::Known(Verdict::Succeeded) | CallEnd::InDoubt);
    assert!(!sent, "{:?}", call.end);
    assert!(live.accept().is_err(), "somebody called a live host");
    handle.stop();
}
