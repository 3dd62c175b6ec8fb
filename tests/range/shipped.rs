//! The shipped playbooks and scenarios belong together. `tests/walk/shipped.rs` walks them.

use serde_json::{Value, json};
use stanch::drill::{Range, shipped};
use stanch::playbook::{
    Auth, Body, Call, Check, Expression, Place, Playbook, Task, Template, Values,
};

use crate::client::{Got, Send, first_walk, start};

fn playbook() -> Playbook {
    let checked = shipped::read("exposed-database").unwrap();
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

#[test]
fn every_shipped_scenario_fits_its_shipped_playbook() {
    for document in shipped::drills() {
        let scenario = shipped::scenario(document).unwrap();
        assert_eq!(scenario.id, document.name);
        let playbook = shipped::read(&scenario.playbook).unwrap().playbook.unwrap();
        assert_eq!(scenario.missing_for(&playbook), Vec::<String>::new(), "{}", document.name);
    }
    assert!(!shipped::drills().is_empty());
    for document in shipped::playbooks() {
        let checked = shipped::read(document.name).unwrap();
        assert_eq!(checked.playbook.map(|playbook| playbook.id).as_deref(), Some(document.name));
    }
}
