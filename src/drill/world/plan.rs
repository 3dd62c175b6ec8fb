//! What a route would change and say, before anything is done.

use std::fmt::Display;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{World, json_headers, trouble};
use crate::drill::incoming::Incoming;
use crate::drill::record::{Keyed, Reply};
use crate::drill::scenario::{Answer, Change, Route, Scenario};
use crate::playbook::{ExpressionError, Place, Template, Values};

/// The state never grows beyond this, bytes of JSON.
const STATE_LIMIT: usize = 1024 * 1024;

/// Paths into the state, and what is to stand there.
pub(super) type ChangeSet = Vec<(Vec<String>, Value)>;

/// What is to be done and said.
pub(super) struct Plan {
    pub(super) found: Found,
    pub(super) set: ChangeSet,
    pub(super) keyed: Option<Keyed>,
    pub(super) latency_ms: u64,
    pub(super) reply: Reply,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A route, by its place in the scenario.
    Route(usize),
    Nothing,
    /// A condition that cannot be evaluated.
    Mistake,
}

impl Plan {
    fn said(found: Found, reply: Reply) -> Self {
        Self { found, set: Vec::new(), keyed: None, latency_ms: 0, reply }
    }
}

impl World {
    /// What the request that the values are dressed with would do now.
    pub(super) fn plan(&mut self, incoming: &Incoming, segments: &[String]) -> Plan {
        let scenario = self.scenario.clone();
        if let Some(plan) = self.again(&scenario, incoming, segments) {
            return plan;
        }
        planned(&scenario, &mut self.values, incoming, segments)
    }

    /// The kept answer to a request whose key is known.
    fn again(&self, scenario: &Scenario, incoming: &Incoming, segments: &[String]) -> Option<Plan> {
        let key = incoming.key()?.to_owned();
        let mut routes = fitting(scenario, incoming, segments);
        let (index, ..) = routes.find(|(_, route, _)| route.idempotency)?;
        let kept = self.keyed.get(&(incoming.backend.clone(), key))?;
        let found = Found::Route(index);
        if kept.fingerprint != incoming.fingerprint() {
            let what = "this Idempotency-Key belongs to another request";
            return Some(Plan::said(found, trouble(422, what)));
        }
        let mut reply = kept.reply.clone();
        reply.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
        Some(Plan::said(found, reply))
    }
}

/// The routes with the back end, the method and the path of the request, in file order.
fn fitting<'a>(
    scenario: &'a Scenario,
    incoming: &'a Incoming,
    segments: &'a [String],
) -> impl Iterator<Item = (usize, &'a Route, Map<String, Value>)> {
    let asked =
        |route: &Route| route.backend == incoming.backend && route.method == incoming.method;
    let routes = scenario.routes.iter().enumerate().filter(move |(_, route)| asked(route));
    routes.filter_map(|(index, route)| Some((index, route, route.pattern.matches(segments)?)))
}

/// The first route whose condition holds, and what it would do; `values` get the captures of its
/// path.
pub(super) fn planned(
    scenario: &Scenario,
    values: &mut Values,
    incoming: &Incoming,
    segments: &[String],
) -> Plan {
    let mut reasons = Vec::new();
    for (index, route, captured) in fitting(scenario, incoming, segments) {
        capture(values, captured);
        match route.when.as_ref().map_or(Ok(true), |when| when.condition(values)) {
            Ok(true) => return of_route(index, route, incoming, values),
            Ok(false) => reasons.push(format!("line {}: `when` is false", route.line)),
            // Going on to the next route would hide a scenario's mistake.
            Err(error) => return Plan::said(Found::Mistake, unchanged(route, &error)),
        }
    }
    Plan::said(Found::Nothing, no_route(incoming, &reasons))
}

/// Lets expressions see what a path holds.
pub(super) fn capture(values: &mut Values, captured: Map<String, Value>) {
    Arc::make_mut(&mut values.0).insert("path".to_owned(), Value::Object(captured));
}

fn of_route(index: usize, route: &Route, incoming: &Incoming, values: &Values) -> Plan {
    let found = Found::Route(index);
    let done = || {
        let reply = reply(route.status, &route.headers, &route.body, values)?;
        Ok((change_set(&route.set, values)?, reply))
    };
    match done() {
        Ok((set, reply)) => {
            let key = incoming.key().filter(|_| route.idempotency);
            let keyed = key.map(|key| Keyed {
                key: key.to_owned(),
                fingerprint: incoming.fingerprint(),
                reply: reply.clone(),
            });
            Plan { found, set, keyed, latency_ms: route.latency_ms, reply }
        }
        Err(error) => {
            let error: ExpressionError = error;
            Plan::said(found, unchanged(route, &error))
        }
    }
}

/// The changes with every template evaluated.
pub(super) fn change_set(
    changes: &[Change],
    values: &Values,
) -> Result<ChangeSet, ExpressionError> {
    let step = |change: &Change| {
        let path = change.path.iter().map(|step| step.text(values, Place::Plain));
        Ok((path.collect::<Result<Vec<_>, _>>()?, change.to.value(values)?))
    };
    changes.iter().map(step).collect()
}

/// The answer with every template evaluated.
pub(super) fn reply(
    status: u16,
    headers: &[(String, Template)],
    body: &Answer,
    values: &Values,
) -> Result<Reply, ExpressionError> {
    let (kind, body) = match body {
        Answer::Empty => (None, String::new()),
        Answer::Json(json) => (Some("application/json"), json.value(values)?.to_string()),
        Answer::Text(text) => (Some("text/plain; charset=utf-8"), text.text(values, Place::Plain)?),
    };
    let header = |(name, value): &(String, Template)| {
        Ok((name.to_ascii_lowercase(), value.text(values, Place::Header)?))
    };
    let mut headers = headers.iter().map(header).collect::<Result<Vec<_>, _>>()?;
    if let Some(kind) = kind.filter(|_| !headers.iter().any(|(name, _)| name == "content-type")) {
        headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    Ok(Reply { status, headers, body })
}

/// The state after these changes, `None` where there are none; an error says which one does not
/// fit. `size`: what its JSON has at most, bytes.
pub(super) fn changed(
    state: &Map<String, Value>,
    size: &mut usize,
    changes: &ChangeSet,
) -> Result<Option<Map<String, Value>>, String> {
    if changes.is_empty() {
        return Ok(None);
    }
    let mut state = state.clone();
    for (path, to) in changes {
        let mut here = &mut state;
        let (last, above) = path.split_last().ok_or("a change names nothing")?;
        for step in above {
            here = here
                .entry(step.clone())
                .or_insert_with(|| Value::Object(Map::new()))
                .as_object_mut()
                .ok_or_else(|| format!("`{step}` in `{}` is no table", path.join(".")))?;
        }
        here.insert(last.clone(), to.clone());
    }
    // Measured only where it might be too large by now.
    let added: usize = changes.iter().map(most).sum();
    let bound = size.saturating_add(added);
    let bound = if bound > STATE_LIMIT { length(&state) } else { bound };
    if bound > STATE_LIMIT {
        return Err(format!("the state would be longer than {STATE_LIMIT} bytes"));
    }
    *size = bound;
    Ok(Some(state))
}

/// The JSON of something, bytes.
pub(super) fn length(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |json| json.len())
}

/// So many bytes does a change add at most: each character of a name may be escaped.
fn most((path, to): &(Vec<String>, Value)) -> usize {
    path.iter().map(|step| 6 * step.len() + 6).sum::<usize>() + length(to)
}

fn no_route(incoming: &Incoming, reasons: &[String]) -> Reply {
    let Incoming { method, path, backend, vantage, .. } = incoming;
    let what = format!("no route answers {method} {path} on {backend} from {vantage}");
    let reply = json!({ "range": what, "routes": reasons }).to_string();
    Reply { status: 404, headers: json_headers(), body: reply }
}

/// The answer where a route could not be carried out.
pub(super) fn unchanged(route: &Route, error: &dyn Display) -> Reply {
    trouble(400, &format!("the route in {}: {error}; nothing changed", route.place()))
}
