//! The shipped playbook, its scenario and its answers belong together.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stanch::drill::{Range, Scenario, shipped};
use stanch::playbook::{
    Auth, Body, Call, Check, Danger, Expression, Place, Playbook, Task, Template, Values, read,
};

use crate::client::{Got, Send, first_walk, start};

fn playbook() -> Playbook {
    let document = shipped::playbook("exposed-database").unwrap();
    let checked = read(document.path, document.text);
    let words: Vec<_> = checked.problems.iter().map(ToString::to_string).collect();
    assert!(words.is_empty(), "{}", words.join("\n"));
    checked.playbook.unwrap()
}

/// What expressions see in a drill with the inputs of the file.
fn values(playbook: &Playbook) -> Values {
    let inputs: serde_json::Map<String, Value> = playbook
        .inputs
        .iter()
        .map(|input| (input.id.clone(), json!(input.default.clone().unwrap())))
        .collect();
    Values::default()
        .with("inputs", Value::Object(inputs))
        .with("backends", playbook.backend_values())
        .with("incident", json!({"id": "amber-heron-1", "codename": "amber heron"}))
}

/// A call or a check of the playbook.
struct Question<'a> {
    backend: &'a str,
    auth: Option<&'a Auth>,
    via: Option<&'a str>,
    method: &'a str,
    path: &'a Template,
    body: &'a Body,
    ok: Option<&'a Expression>,
}

impl<'a> From<&'a Call> for Question<'a> {
    fn from(call: &'a Call) -> Self {
        let Call { backend, auth, method, path, body, ok, .. } = call;
        let backend = backend.backend().unwrap();
        Self { backend, auth: auth.as_ref(), via: None, method, path, body, ok: ok.as_ref() }
    }
}

impl<'a> From<&'a Check> for Question<'a> {
    fn from(check: &'a Check) -> Self {
        let Check { backend, auth, via, method, path, body, ok, .. } = check;
        let (backend, via) = (backend.backend().unwrap(), via.as_deref());
        Self { backend, auth: auth.as_ref(), via, method, path, body, ok: Some(ok) }
    }
}

impl Question<'_> {
    /// Sends it as the client of a drill does, and judges the answer.
    fn ask(&self, range: &Range, playbook: &Playbook, values: &Values) -> bool {
        let auth = self.auth.unwrap_or(&playbook.backend(self.backend).unwrap().auth);
        let authorization = match auth {
            Auth::None => None,
            Auth::Bearer { secret } => Some(format!("Bearer drill:{secret}")),
            Auth::ApiKey { secret } => Some(format!("ApiKey drill:{secret}")),
            Auth::Header { secret, .. } => Some(format!("drill:{secret}")),
            Auth::Basic { .. } => panic!("the shipped playbook has no basic auth"),
        };
        let body = self.body.text(values).unwrap();
        let send = Send {
            via: self.via,
            authorization: authorization.as_deref(),
            key: Some("key-of-this-step"),
            json: body.map(|body| serde_json::from_str(&body).unwrap()),
        };
        let path = self.path.text(values, Place::Path).unwrap();
        let got = send.to(range, self.backend, &format!("{} {path}", self.method));
        let values = judged(values, &got);
        self.ok.map_or_else(
            || got.status.is_some_and(|status| (200..300).contains(&status)),
            |ok| ok.condition(&values).unwrap_or_else(|error| panic!("{path}: {error}: {got:?}")),
        )
    }
}

fn judged(values: &Values, got: &Got) -> Values {
    let refused = got.status.is_none();
    let values = values.clone().with("status", json!(got.status)).with("json", got.json.clone());
    values.with("refused", json!(refused)).with("timed_out", json!(false))
}

/// Every proof fails before its step and passes after it, and nothing else.
#[test]
fn every_step_is_proven_by_the_range() {
    let playbook = playbook();
    let scenario = first_walk();
    assert_eq!(scenario.missing_for(&playbook), Vec::<String>::new());
    let directory = tempfile::tempdir().unwrap();
    let range = start(scenario, directory.path());
    let values = values(&playbook);
    for step in &playbook.steps {
        let Task::Call(call) = &step.task else { continue };
        let proofs: Vec<Question<'_>> = step.verify.iter().map(Question::from).collect();
        // Outside, closing the network already stops what the block stops inside.
        let before: Vec<_> = proofs.iter().map(|one| one.ask(&range, &playbook, &values)).collect();
        assert!(before.is_empty() || before.contains(&false), "{}: {before:?}", step.id);
        assert!(Question::from(call).ask(&range, &playbook, &values), "{}", step.id);
        for (proof, check) in proofs.iter().zip(&step.verify) {
            assert!(proof.ask(&range, &playbook, &values), "{}: {}", step.id, check.title);
        }
        // Sending it again does no harm: all of them say so.
        let state = range.state();
        assert!(Question::from(call).ask(&range, &playbook, &values), "{} again", step.id);
        assert_eq!(range.state(), state, "{} again", step.id);
    }
    let state = range.state();
    assert_eq!(state["network"], "closed");
    assert_eq!(state["blocked"], "*");
    assert_eq!(state["signing_key"], "amber-heron-1");
    assert_eq!(state["links"], json!({"alexa": 0, "google-assistant": 0, "ifttt": 0}));
    assert_eq!(state["notices"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(range.unknown_requests(), 0);
}

#[test]
fn an_undo_is_answered_too() {
    let playbook = playbook();
    let directory = tempfile::tempdir().unwrap();
    let range = start(first_walk(), directory.path());
    let step = playbook.step("block-reads").unwrap();
    let Task::Call(call) = &step.task else { panic!("block-reads is a call") };
    assert!(Question::from(call).ask(&range, &playbook, &values(&playbook)));
    assert_eq!(range.state()["blocked"], "*");
    let undo = step.undo.as_ref().unwrap();
    assert!(Question::from(undo).ask(&range, &playbook, &values(&playbook)));
    assert_eq!(range.state()["blocked"], "");
}

/// The answers name only what the playbook asks, and all of it.
#[test]
fn the_answers_walk_the_whole_playbook() {
    let playbook = playbook();
    let values = values(&playbook);
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/playbooks/exposed-database/answers/first-walk.toml");
    let file: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut answers: BTreeMap<String, toml::Value> =
        file["steps"].as_table().unwrap().clone().into_iter().collect();
    for step in &playbook.steps {
        let answer = answers.remove(&step.id);
        let word = |key: &str| answer.as_ref()?.get(key)?.as_str().map(str::to_owned);
        let reads = matches!(&step.task, Task::Call(_)) && step.danger == Danger::None;
        let asked = reads || step.is_heading();
        assert_eq!(answer.is_none(), asked, "{}", step.id);
        match (&step.task, step.danger) {
            (Task::Ask(_), _) => assert!(word("answer").is_some(), "{}", step.id),
            (Task::Decide(decide), _) => {
                assert!(decide.options.contains(&word("option").unwrap()));
                assert!(word("reason").is_some());
            }
            (Task::Call(_), Danger::Type) => {
                let target = step.target.as_ref().unwrap().text(&values, Place::Plain).unwrap();
                assert_eq!(word("typed"), Some(target), "{}", step.id);
            }
            (Task::Call(_), Danger::Confirm) => {
                assert_eq!(answer.unwrap()["confirm"].as_bool(), Some(true), "{}", step.id);
            }
            (Task::Call(_), Danger::None) | (Task::Playbook(_), _) => {}
        }
    }
    assert!(answers.is_empty(), "no such step: {answers:?}");
}

#[test]
fn every_shipped_scenario_fits_its_shipped_playbook() {
    for document in shipped::drills() {
        let scenario = Scenario::parse(document.path, document.text).unwrap();
        assert_eq!(scenario.id, document.name);
        assert!(shipped::playbook(&scenario.playbook).is_some());
    }
    assert!(!shipped::drills().is_empty());
    for document in shipped::playbooks() {
        let checked = read(document.path, document.text);
        assert_eq!(checked.playbook.map(|playbook| playbook.id).as_deref(), Some(document.name));
    }
}
