//! What is shipped, walked without a face: every step of a playbook is really acted on in its drill,
//! every proof tells before from after, and the simulated world ends as it should.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use rstest::rstest;
use serde_json::{Value, json};
use stanch::drill::{Range, shipped};
use stanch::playbook::{Playbook, Repeat, Task};

use crate::harness::Home;
use crate::record::{lines, range_state};

/// A shipped drill, walked to its end from its shipped answers.
fn walked(home: &Home, playbook: &str, drill: &str) -> Playbook {
    let root = env!("CARGO_MANIFEST_DIR");
    let answers = format!("{root}/playbooks/{playbook}/answers/{drill}.toml");
    let ended = home.run(&["run", "--drill", drill, "--answers", &answers]);
    assert_eq!(ended.code, 0, "{}", ended.told());
    read(playbook)
}

fn read(playbook: &str) -> Playbook {
    let checked = shipped::read(playbook).unwrap();
    checked.playbook.unwrap_or_else(|| panic!("{:?}", checked.problems))
}

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["kind"] == kind)
}

/// The ids of the steps that records of this kind are about.
fn steps<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a str> {
    of_kind(lines, kind).map(|line| line["step"]["id"].as_str().unwrap()).collect()
}

#[rstest]
#[case("exposed-database", "first-walk")]
#[case("leaked-credentials", "key-in-the-open")]
fn every_step_is_acted_on_and_proven(#[case] playbook: &str, #[case] drill: &str) {
    let home = Home::new();
    let playbook = walked(&home, playbook, drill);
    let dir = home.incident();
    let lines = lines(&dir);
    let ended: BTreeMap<_, _> = [
        (steps(&lines, "step_completed"), "call"),
        (steps(&lines, "step_answered"), "ask"),
        (steps(&lines, "decided"), "decide"),
    ]
    .into_iter()
    .flat_map(|(ids, how)| ids.into_iter().map(move |id| (id, how)))
    .collect();
    for step in &playbook.steps {
        let how = match &step.task {
            Task::Call(_) => "call",
            Task::Ask(_) => "ask",
            Task::Decide(_) => "decide",
            // It stands for the steps below it, which are looked at themselves.
            Task::Playbook(_) => continue,
        };
        assert_eq!(ended.get(step.id.as_str()), Some(&how), "{} was not acted on", step.id);
    }
    for none in ["step_skipped", "call_in_doubt", "step_failed", "guard_broken"] {
        assert_eq!(steps(&lines, none), Vec::<&str>::new(), "{none}");
    }
    proofs_tell_before_from_after(&playbook, &lines);
    let show = home.run(&["show"]).text();
    for open in ["planned", "failed", "in doubt", "unproven"] {
        assert!(!show.contains(open), "{open}: {show}");
    }
    said_idempotent_is_idempotent(&playbook, drill, &dir, &lines);
}

/// Before each call that is proven, at least one of its proofs did not hold; after it, all did.
fn proofs_tell_before_from_after(playbook: &Playbook, lines: &[Value]) {
    let passed: Vec<&Value> = of_kind(lines, "check_passed").map(|line| &line["check"]).collect();
    for step in playbook.steps.iter().filter(|step| !step.verify.is_empty()) {
        let of_step = |stage: &str| -> Vec<bool> {
            of_kind(lines, "check_started")
                .filter(|line| line["step"]["id"] == *step.id && line["stage"] == stage)
                .map(|line| passed.contains(&&line["check"]))
                .collect()
        };
        let (before, proof) = (of_step("before"), of_step("proof"));
        assert!(before.contains(&false), "{}: {before:?}", step.id);
        assert!(proof.iter().all(|passed| *passed), "{}: {proof:?}", step.id);
        assert_eq!(proof.len() % step.verify.len(), 0, "{}", step.id);
    }
}

/// Whatever says that twice is the same as once is sent a second time, and the world stays as it is.
fn said_idempotent_is_idempotent(playbook: &Playbook, drill: &str, dir: &Path, lines: &[Value]) {
    let document = shipped::drill(drill).unwrap();
    let scenario = shipped::scenario(&document).unwrap();
    let range = Range::start(scenario, dir).unwrap();
    let before = range.state();
    let mut sent = 0;
    for line in of_kind(lines, "call_requested") {
        let step = playbook.step(line["step"]["id"].as_str().unwrap()).unwrap();
        let Task::Call(call) = &step.task else { panic!("{} is no call", step.id) };
        if matches!(call.repeat, Repeat::Idempotent) {
            send(&range, &line["request"]);
            assert_eq!(range.state(), before, "{} again", step.id);
            sent += 1;
        }
    }
    assert!(sent > 2, "{sent}");
    assert_eq!(range.unknown_requests(), 0);
}

/// Sends a recorded request once more, as the client of a drill does.
fn send(range: &Range, request: &Value) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let url = text(&request["url"]);
    let member = range.hosts.iter().find(|(host, _)| url.starts_with(*host));
    let backend = member.map_or_else(|| text(&request["backend"]), |(_, backend)| backend.clone());
    let path = url.splitn(4, '/').nth(3).unwrap();
    let address = range.address(&backend, None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let method = text(&request["method"]).parse().unwrap();
        let mut out = client.request(method, format!("http://{address}/{path}"));
        for header in request["headers"].as_array().into_iter().flatten() {
            out = out.header(text(&header[0]), text(&header[1]));
        }
        if let Some((name, value)) = placeholder(&request["auth"]) {
            out = out.header(name, value);
        }
        if let Some(body) = request["body"].as_str() {
            out = out.header("content-type", "application/json").body(body.to_owned());
        }
        let answer = out.send().await.unwrap();
        assert!(answer.status().is_success(), "{url}: {answer:?}");
    });
}

/// The header that stands for the secret.
fn placeholder(auth: &Value) -> Option<(String, String)> {
    let secret = format!("drill:{}", auth["secret"].as_str()?);
    let standard = |scheme: &str| ("authorization".to_owned(), format!("{scheme} {secret}"));
    Some(match auth["scheme"].as_str()? {
        "bearer" => standard("Bearer"),
        "api-key" => standard("ApiKey"),
        "header" => (auth["name"].as_str()?.to_owned(), secret),
        "basic" => {
            let pair = format!("{}:{secret}", auth["user"].as_str()?);
            let pair = base64::engine::general_purpose::STANDARD.encode(pair);
            ("authorization".to_owned(), format!("Basic {pair}"))
        }
        other => panic!("{other}"),
    })
}

#[test]
fn the_exposed_database_ends_closed_and_what_leaked_is_useless() {
    let home = Home::new();
    walked(&home, "exposed-database", "first-walk");
    let dir = home.incident();
    let state = range_state(&dir);
    let incident = &lines(&dir)[0]["incident"];
    // Closed, blocked, protected, and kept as it was found.
    assert_eq!((&state["network"], &state["blocked"]), (&json!("closed"), &json!("*")));
    assert_eq!(state["protected"], true);
    assert_eq!(state["images"][0]["status"], "available");
    assert_eq!(state["images"][0]["labels"]["incident"], *incident);
    // So are the two that nobody had in mind, and no secret went there.
    let contained = json!({ "closed": true, "blocked": true });
    for host in ["search-staging.example.com", "stats-old.example.com"] {
        assert_eq!(state["found"][host], contained, "{host}");
    }
    assert_eq!(state["strangers"], json!([]), "the sweep finds nothing any more");
    // Keys of the cluster, but for the console's own; accounts of the disputed database.
    let void = json!(["kX9QsXwBP3m1dYk0aQ2L", "u7TnsXwBzqv4Hn1cRk8e"]);
    assert_eq!((&state["keys_void"], &state["copying"]), (&void, &json!(false)));
    assert_eq!((&state["accounts"], &state["root_rotated"]), (&json!(0), &json!(true)));
    // Tokens, sessions, two-factor, links.
    assert_eq!(state["retired"], json!(["2019-07"]));
    assert_eq!(state["signing_key"], *incident, "the new key bears the incident's name");
    assert_eq!(state["not_before"], 1_577_379_600);
    assert_eq!(state["not_before_pushed"], state["not_before"], "the services know of it too");
    assert_eq!((&state["sessions"], &state["two_factor"]), (&json!(0), &json!(0)));
    assert_eq!(state["links"], json!({ "alexa": 0, "google-assistant": 0, "ifttt": 0 }));
    // Cameras have new certificates, and the old ones are worth nothing.
    assert_eq!((&state["waves"], &state["issuer"]), (&json!("finished"), incident));
    assert_eq!(state["issuers_revoked"], json!(["cameras-2019"]));
    // Everybody was told, once on each way, and the notice was corrected.
    assert_eq!(state["notices"]["n1"]["status"], "monitoring");
    assert_eq!(state["campaigns"]["1"]["status"], "running");
    for (way, count) in [("notices", 1), ("campaigns", 1), ("problems", 1)] {
        assert_eq!(state[way].as_object().unwrap().len(), count, "{way}");
    }
    assert_eq!((state["topics"].as_array().unwrap().len(), &state["messages"]), (1, &json!(1)));
    assert_eq!(state["answers"][0]["public"], true, "the reporter was answered");
}

/// A clock of the law without its source is an opinion.
#[test]
fn every_duty_names_its_source() {
    for name in ["exposed-database", "leaked-credentials"] {
        let playbook = read(name);
        assert!(playbook.duties.len() > 3, "{name}");
        for duty in &playbook.duties {
            assert!(duty.law.is_some() && !duty.text.is_empty(), "{name}: {}", duty.id);
            assert!(duty.role.is_some(), "{name}: {}", duty.id);
        }
    }
}

/// People are told before their sessions end, and the network is closed before anything is looked at.
#[test]
fn what_cannot_wait_comes_first() {
    let playbook = read("exposed-database");
    let at = |id: &str| playbook.steps.iter().position(|step| step.id == id).unwrap();
    let order = [
        "take-report",
        "close-network",
        "block-reads",
        "keep-disk",
        "name-claims",
        "publish-notice",
        "tell-the-people",
        "tell-the-people.tell-in-app",
        "revoke-tokens",
        "refuse-older",
        "log-out-sessions",
    ];
    assert!(order.map(at).is_sorted(), "{:?}", order.map(at));
    for step in ["revoke-tokens", "refuse-older", "unlink-ifttt", "start-camera-waves"] {
        let after = &playbook.step(step).unwrap().after;
        assert!(after.contains(&"publish-notice".to_owned()), "{step}: {after:?}");
    }
}

#[test]
fn a_published_key_ends_useless_and_a_new_one_may_only_read() {
    let home = Home::new();
    walked(&home, "leaked-credentials", "key-in-the-open");
    let state = range_state(&home.incident());
    let keys: Vec<_> = state["keys"].as_array().unwrap().iter().map(|key| &key["id"]).collect();
    assert_eq!(keys, [6500, 7002], "the published one is gone, a new one is there");
    assert_eq!(state["keys"][1]["read_only"], true);
    assert_eq!((&state["secret_id"], &state["token"]), (&json!(false), &json!(false)));
    assert_eq!((&state["deploys"], &state["private"]), (&json!(false), &json!(true)));
    assert_eq!(state["alert"], "resolved");
    // What both nights share was done here too: accounts taken back, people told.
    assert_eq!((&state["accounts"], &state["root_rotated"]), (&json!(0), &json!(true)));
    assert_eq!(state["campaigns"]["1"]["status"], "running");
    for way in ["notices", "problems"] {
        assert_eq!(state[way].as_object().unwrap().len(), 1, "{way}");
    }
    assert_eq!((state["topics"].as_array().unwrap().len(), &state["messages"]), (1, &json!(1)));
}
