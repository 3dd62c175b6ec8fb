//! From the playbook and what is known now to a request: the only place where templates meet state.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::apply::saved_name;
use super::id::StepKey;
use super::record::Purpose;
use super::refusal::Refusal;
use super::request::{Request, hex};
use super::state::{Member, State};
use crate::playbook::{
    Auth, Body, Call, Check, Destination, ExpressionError, Place, Repeat, Step, Task, Template,
    Values, host,
};
use crate::text::Shown;

/// What the expressions of one step see: `inputs`, `backends`, `incident`, of `saved` only what the
/// step itself and those it requires have saved, and the `member` that it is done for.
pub(super) fn values(state: &State, step: &Step, key: &StepKey) -> Values {
    let opened = state.opened.as_deref();
    let saved: Map<String, Value> = visible_names(state, step)
        .into_iter()
        .filter_map(|(name, for_member)| {
            let kept = if for_member { saved_name(name, key) } else { name.into() };
            let value = Value::clone(state.saved.get(kept.as_ref())?);
            Some((step.local(name)?.to_owned(), value))
        })
        .collect();
    let incident = json!({
        "id": opened.map_or("", |opened| &opened.incident),
        "codename": opened.map_or("", |opened| &opened.codename),
    });
    let values = state.playbook.values_of(step, &state.inputs, &incident);
    let values = values.with("saved", saved.into());
    match member_of(state, step, key) {
        Some(member) => values.with("member", member_value(member)),
        None => values,
    }
}

/// The member of the scope that this instance is done for.
fn member_of<'a>(state: &'a State, step: &Step, key: &StepKey) -> Option<&'a Member> {
    state.member(step.each.as_deref()?, key.member.as_deref()?)
}

/// Where it is, is known only when a person said so.
fn member_value(member: &Member) -> Value {
    match &member.admitted {
        None => json!({ "name": member.name }),
        Some(admission) => json!({
            "name": member.name,
            "url": admission.url,
            "host": host(&admission.url),
        }),
    }
}

/// Names saved by a step and by everything that it requires, however far back; whether each is kept
/// for the member. What is saved for members of another scope has no one value.
fn visible_names<'a>(state: &'a State, step: &'a Step) -> BTreeSet<(&'a str, bool)> {
    let each = step.each.as_deref();
    let mut seen = BTreeSet::from([step.id.as_str()]);
    let mut open = vec![step];
    let mut names = BTreeSet::new();
    while let Some(step) = open.pop() {
        if step.each.is_none() || step.each.as_deref() == each {
            let for_member = step.each.is_some();
            names.extend(saved_names(step).into_iter().map(|name| (name, for_member)));
        }
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
    let mut request = parts.render(state, step, key)?;
    if let Repeat::Keyed { .. } = call.repeat {
        let key = idempotency_key(state, key, purpose);
        request.headers.push(("Idempotency-Key".to_owned(), key));
    }
    Ok(request)
}

/// The request of a check.
pub(super) fn check_request(
    state: &State,
    step: &Step,
    check: &Check,
    key: &StepKey,
) -> Result<Request, Refusal> {
    let parts = Parts {
        backend: &check.backend,
        auth: check.auth.as_ref(),
        via: check.via.as_deref(),
        method: &check.method,
        path: &check.path,
        headers: &check.headers,
        body: &check.body,
    };
    parts.render(state, step, key)
}

/// What a person must recognise, or type: where the playbook says nothing, the host of the member
/// that the call goes to.
pub(super) fn target(
    state: &State,
    step: &Step,
    call: &Call,
    key: &StepKey,
) -> Result<Option<Shown>, Refusal> {
    if let Some(template) = &step.target {
        let text = template.text(&values(state, step, key), Place::Plain).map_err(cannot)?;
        return Ok(Some(Shown::new(text)));
    }
    let to_member = matches!(call.backend, Destination::Member(_));
    let member = member_of(state, step, key).filter(|_| to_member);
    Ok(member
        .and_then(|member| member.admitted.as_ref())
        .map(|admission| Shown::new(host(&admission.url))))
}

/// What a request names as its back end.
pub(super) fn backend_name(to: &Destination, key: &StepKey) -> String {
    match to {
        Destination::Backend(id) => id.clone(),
        Destination::Member(scope) => {
            format!("{scope}/{}", key.member.as_deref().unwrap_or_default())
        }
    }
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
    backend: &'a Destination,
    auth: Option<&'a Auth>,
    via: Option<&'a str>,
    method: &'a str,
    path: &'a Template,
    headers: &'a [(String, Template)],
    body: &'a Body,
}

/// Where a request goes, and with what.
struct Peer<'a> {
    url: &'a str,
    auth: &'a Auth,
    timeout: Duration,
}

/// A member has no back end of the playbook that would say how long to wait.
const MEMBER_TIMEOUT: Duration = Duration::from_secs(30);

impl Parts<'_> {
    /// A member is reached only as admitted, and no secret goes there unless the step itself names
    /// one and the admission allows it.
    fn peer<'a>(
        &'a self,
        state: &'a State,
        step: &Step,
        key: &StepKey,
    ) -> Result<Peer<'a>, Refusal> {
        let scope = match self.backend {
            Destination::Member(scope) => scope,
            Destination::Backend(id) => {
                let backend = state.playbook.backend(id);
                let none = || Refusal::CannotRender(format!("no back end {id}").into());
                let backend = backend.ok_or_else(none)?;
                let auth = self.auth.unwrap_or(&backend.auth);
                return Ok(Peer { url: &backend.url, auth, timeout: backend.timeout });
            }
        };
        let member =
            member_of(state, step, key).ok_or_else(|| Refusal::EmptyScope(Shown::new(scope)))?;
        let (scope, name) = (Shown::new(scope), member.name.clone());
        let Some(admission) = &member.admitted else {
            return Err(Refusal::NotAdmitted { scope, name });
        };
        let auth = self.auth.unwrap_or(&Auth::None);
        match auth.secret().map(str::to_owned) {
            Some(secret) if !admission.secrets => {
                Err(Refusal::NoSecretsThere { scope, name, secret })
            }
            _ => Ok(Peer { url: &admission.url, auth, timeout: MEMBER_TIMEOUT }),
        }
    }

    fn render(&self, state: &State, step: &Step, key: &StepKey) -> Result<Request, Refusal> {
        let peer = self.peer(state, step, key)?;
        let values = &values(state, step, key);
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
            backend: backend_name(self.backend, key),
            method: self.method.to_owned(),
            url: format!("{}{path}", peer.url),
            headers,
            body: self.body.text(values).map_err(cannot)?,
            auth: peer.auth.clone(),
            via: self.via.map(str::to_owned),
            timeout_ms: u64::try_from(peer.timeout.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn cannot(error: ExpressionError) -> Refusal {
    Refusal::CannotRender(error.to_string().into())
}
