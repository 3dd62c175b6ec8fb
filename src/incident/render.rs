//! From the playbook and what is known now to a request: the only place where templates meet state.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::id::StepKey;
use super::record::Purpose;
use super::refusal::Refusal;
use super::request::{Request, hex};
use super::state::State;
use crate::playbook::{
    Auth, Body, Call, Check, ExpressionError, Place, Repeat, Step, Task, Template, Values,
};
use crate::text::Shown;

/// What the expressions of one step see: `inputs`, `backends`, `incident`, and of `saved` only what
/// the step itself and those it requires have saved.
pub(super) fn values(state: &State, step: &Step) -> Values {
    let opened = state.opened.as_deref();
    let saved: Map<String, Value> = visible_names(state, step)
        .into_iter()
        .filter_map(|name| {
            let value = state.saved.get(name)?;
            Some((step.local(name)?.to_owned(), Value::clone(value)))
        })
        .collect();
    let incident = json!({
        "id": opened.map_or("", |opened| &opened.incident),
        "codename": opened.map_or("", |opened| &opened.codename),
    });
    state.playbook.values_of(step, &state.inputs, &incident).with("saved", saved.into())
}

/// Names saved by a step and by everything that it requires, however far back.
fn visible_names<'a>(state: &'a State, step: &'a Step) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::from([step.id.as_str()]);
    let mut open = vec![step];
    let mut names = BTreeSet::new();
    while let Some(step) = open.pop() {
        names.extend(saved_names(step));
        for id in &step.requires {
            if seen.insert(id)
                && let Some(required) = state.playbook.step(id)
            {
                open.push(required);
            }
        }
    }
    names
}

fn saved_names(step: &Step) -> Vec<&str> {
    match &step.task {
        Task::Call(call) => call.save.iter().map(|(name, _)| name.as_str()).collect(),
        Task::Ask(ask) => ask.save.as_deref().into_iter().collect(),
        Task::Decide(decide) => decide.save.as_deref().into_iter().collect(),
        Task::Playbook(_) => Vec::new(),
    }
}

/// The call that a step makes for this purpose, where it has one.
pub(super) fn call_of(step: &Step, purpose: Purpose) -> Option<&Call> {
    match (purpose, &step.task) {
        (Purpose::Undo, _) => step.undo.as_ref(),
        (Purpose::Act, Task::Call(call)) => Some(call),
        (Purpose::Act, _) => None,
    }
}

/// The request of a step's call, or of its undo.
pub(super) fn call_request(
    state: &State,
    step: &Step,
    call: &Call,
    key: &StepKey,
    purpose: Purpose,
) -> Result<Request, Refusal> {
    let parts = Parts {
        backend: &call.backend,
        auth: call.auth.as_ref(),
        via: None,
        method: &call.method,
        path: &call.path,
        headers: &call.headers,
        body: &call.body,
    };
    let mut request = parts.render(state, &values(state, step))?;
    if let Repeat::Keyed { .. } = call.repeat {
        let key = idempotency_key(state, key, purpose);
        request.headers.push(("Idempotency-Key".to_owned(), key));
    }
    Ok(request)
}

/// The request of a check.
pub(super) fn check_request(state: &State, step: &Step, check: &Check) -> Result<Request, Refusal> {
    let parts = Parts {
        backend: &check.backend,
        auth: check.auth.as_ref(),
        via: check.via.as_deref(),
        method: &check.method,
        path: &check.path,
        headers: &check.headers,
        body: &check.body,
    };
    parts.render(state, &values(state, step))
}

/// What a person must recognise, or type.
pub(super) fn target(state: &State, step: &Step) -> Result<Option<Shown>, Refusal> {
    let Some(template) = &step.target else { return Ok(None) };
    let text = template.text(&values(state, step), Place::Plain).map_err(cannot)?;
    Ok(Some(Shown::new(text)))
}

/// Derived, so that it is the same after a crash and on another machine; a new epoch gets a new one.
fn idempotency_key(state: &State, key: &StepKey, purpose: Purpose) -> String {
    let incident = state.opened.as_deref().map_or("", |opened| &opened.incident);
    let purpose = match purpose {
        Purpose::Act => "act",
        Purpose::Undo => "undo",
    };
    // Length first: no two different tuples may spell the same text.
    let epoch = key.epoch.to_string();
    let member = key.member.as_deref().unwrap_or("");
    let mut hash = Sha256::new();
    for part in ["stanch/1", incident, &key.id, member, purpose, &epoch] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..16])
}

/// What calls and checks have in common.
struct Parts<'a> {
    backend: &'a str,
    auth: Option<&'a Auth>,
    via: Option<&'a str>,
    method: &'a str,
    path: &'a Template,
    headers: &'a [(String, Template)],
    body: &'a Body,
}

impl Parts<'_> {
    fn render(&self, state: &State, values: &Values) -> Result<Request, Refusal> {
        let backend = state
            .playbook
            .backend(self.backend)
            .ok_or_else(|| Refusal::CannotRender(format!("no back end {}", self.backend).into()))?;
        let path = self.path.text(values, Place::Path).map_err(cannot)?;
        let mut headers = Vec::with_capacity(self.headers.len() + 1);
        for (name, template) in self.headers {
            headers.push((name.clone(), template.text(values, Place::Header).map_err(cannot)?));
        }
        if let Some(content_type) = self.body.content_type()
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(("Content-Type".to_owned(), content_type.to_owned()));
        }
        Ok(Request {
            backend: self.backend.to_owned(),
            method: self.method.to_owned(),
            url: format!("{}{path}", backend.url),
            headers,
            body: self.body.text(values).map_err(cannot)?,
            auth: self.auth.unwrap_or(&backend.auth).clone(),
            via: self.via.map(str::to_owned),
            timeout_ms: u64::try_from(backend.timeout.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn cannot(error: ExpressionError) -> Refusal {
    Refusal::CannotRender(error.to_string().into())
}
