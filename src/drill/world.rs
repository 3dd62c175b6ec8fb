//! The simulated world: which route answers a request, what it changes, what it says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::incoming::Incoming;
use super::pattern;
use super::record::{Entry, Keyed, Log, RecordError, Reply};
use super::scenario::{Answer, Change, Route, Scenario};
use crate::playbook::{Expression, ExpressionError, Place, Values};

/// The vantage of the responder's own machine.
pub const HERE: &str = "here";
/// The state never grows beyond this, bytes of JSON.
const STATE_LIMIT: usize = 1024 * 1024;

/// How often a route answered since the range was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteCount {
    pub backend: String,
    /// Method and path pattern, as in the scenario.
    pub request: String,
    /// Of the route in the scenario's file.
    pub line: usize,
    pub count: u64,
}

/// The state of the simulated back ends, and the log that it is the fold of.
pub(super) struct World {
    scenario: Arc<Scenario>,
    state: Map<String, Value>,
    /// By back end and key.
    keyed: BTreeMap<(String, String), Keyed>,
    counts: Vec<u64>,
    unknown: u64,
    log: Log,
}

impl World {
    /// The world as the log in `directory` says, or as the scenario begins.
    pub(super) fn open(scenario: Arc<Scenario>, directory: &Path) -> Result<Self, RecordError> {
        let (log, entries) = Log::open(directory, &scenario)?;
        let state = scenario.state.clone();
        let counts = vec![0; scenario.routes.len()];
        let mut world = Self { scenario, state, keyed: BTreeMap::new(), counts, unknown: 0, log };
        for (index, entry) in entries.into_iter().enumerate() {
            // The head is line 1.
            world.apply(entry).map_err(|what| world.log.damaged(index + 2, what))?;
        }
        Ok(world)
    }

    pub(super) fn state(&self) -> &Map<String, Value> {
        &self.state
    }

    /// How often each route answered, and how many requests met none.
    pub(super) fn counts(&self) -> (Vec<RouteCount>, u64) {
        let count = |(route, count): (&Route, &u64)| RouteCount {
            backend: route.backend.clone(),
            request: format!("{} {}", route.method, route.path),
            line: route.line,
            count: *count,
        };
        (self.scenario.routes.iter().zip(&self.counts).map(count).collect(), self.unknown)
    }

    /// Whether connections to `backend` from `vantage` are refused now.
    pub(super) fn refuses(&self, backend: &str, vantage: &str) -> Result<bool, ExpressionError> {
        let values = Values::default().with("state", Value::Object(self.state.clone()));
        for refuse in &self.scenario.refuses {
            let meant = refuse.backend == backend && refuse.vantage == vantage;
            if meant && refuse.when.condition(&values)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Answers a request; a change is flushed before.
    pub(super) fn answer(&mut self, incoming: &Incoming) -> Reply {
        let Some(segments) = pattern::segments(&incoming.path) else {
            return trouble(400, "the path is not percent-encoded UTF-8 that begins with `/`");
        };
        let scenario = self.scenario.clone();
        let fitting: Vec<_> = scenario
            .routes
            .iter()
            .enumerate()
            .filter(|(_, route)| {
                route.backend == incoming.backend && route.method == incoming.method
            })
            .filter_map(|(index, route)| Some((index, route, route.pattern.matches(&segments)?)))
            .collect();
        if let Some((index, reply)) = self.again(incoming, &fitting) {
            self.counts[index] += 1;
            return reply;
        }
        let base = self.values(incoming);
        let mut reasons = Vec::new();
        for (index, route, captured) in fitting {
            let values = base.clone().with("path", Value::Object(captured));
            match route.when.as_ref().map_or(Ok(true), |when| when.condition(&values)) {
                Ok(true) => {
                    self.counts[index] += 1;
                    return self.carry_out(incoming, route, &values);
                }
                Ok(false) => reasons.push(format!("{}: `when` is false", route.place())),
                // Going on to the next route would hide a scenario's mistake.
                Err(error) => return unchanged(route, &error),
            }
        }
        self.unknown += 1;
        no_route(incoming, &reasons)
    }

    /// The kept answer to a request whose key is known.
    fn again(
        &self,
        incoming: &Incoming,
        fitting: &[(usize, &Route, Map<String, Value>)],
    ) -> Option<(usize, Reply)> {
        let (index, ..) = fitting.iter().find(|(_, route, _)| route.idempotency)?;
        let kept = self.keyed.get(&(incoming.backend.clone(), incoming.key()?.to_owned()))?;
        if kept.fingerprint != incoming.fingerprint() {
            return Some((*index, trouble(422, "this Idempotency-Key belongs to another request")));
        }
        let mut reply = kept.reply.clone();
        reply.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
        Some((*index, reply))
    }

    fn carry_out(&mut self, incoming: &Incoming, route: &Route, values: &Values) -> Reply {
        let (changes, reply) = match planned(route, values) {
            Ok(plan) => plan,
            Err(error) => return unchanged(route, &error),
        };
        let key = incoming.key().filter(|_| route.idempotency);
        if changes.is_empty() && key.is_none() {
            return reply;
        }
        if let Err(what) = changed(&self.state, &changes) {
            return unchanged(route, &what);
        }
        #[expect(clippy::disallowed_methods, reason = "for readers; nothing is decided by it")]
        let now = chrono::Utc::now();
        let entry = Entry {
            seq: self.log.next(),
            at: now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            backend: incoming.backend.clone(),
            vantage: incoming.vantage.clone(),
            request: incoming.line(),
            set: changes,
            keyed: key.map(|key| Keyed {
                key: key.to_owned(),
                fingerprint: incoming.fingerprint(),
                reply: reply.clone(),
            }),
        };
        match self.log.append(&entry) {
            // It fitted a moment ago.
            Ok(()) => self.apply(entry).map_or_else(|what| trouble(500, &what), |()| reply),
            Err(error) => trouble(500, &format!("{error}; nothing changed")),
        }
    }

    fn apply(&mut self, entry: Entry) -> Result<(), String> {
        self.state = changed(&self.state, &entry.set)?;
        if let Some(keyed) = entry.keyed {
            self.keyed.insert((entry.backend, keyed.key.clone()), keyed);
        }
        Ok(())
    }

    /// What expressions see, but for the captures.
    fn values(&self, incoming: &Incoming) -> Values {
        let text = String::from_utf8_lossy(&incoming.body).into_owned();
        let values = match serde_json::from_slice(&incoming.body) {
            Ok(json) => Values::default().with("json", json),
            Err(_) if incoming.body.is_empty() => Values::default().with("json", Value::Null),
            // A route that looks at it answers 400, as most APIs would.
            Err(_) => Values::default(),
        };
        values
            .with("backend", json!(incoming.backend))
            .with("vantage", json!(incoming.vantage))
            .with("secret", incoming.secret().map_or(Value::Null, Value::String))
            .with("headers", Value::Object(incoming.headers.clone()))
            .with("query", Value::Object(pattern::pairs(&incoming.query).unwrap_or_default()))
            .with("form", Value::Object(incoming.form()))
            .with("state", Value::Object(self.state.clone()))
            .with("text", Value::String(text))
    }
}

type Changes = Vec<(Vec<String>, Value)>;

/// What a route would change and say.
fn planned(route: &Route, values: &Values) -> Result<(Changes, Reply), ExpressionError> {
    let step = |change: &Change| {
        let path = change.path.iter().map(|step| step.text(values, Place::Plain));
        Ok((path.collect::<Result<Vec<_>, _>>()?, change.to.value(values)?))
    };
    let changes = route.set.iter().map(step).collect::<Result<Vec<_>, _>>()?;
    let (kind, body) = match &route.body {
        Answer::Empty => (None, String::new()),
        Answer::Json(json) => (Some("application/json"), json.value(values)?.to_string()),
        Answer::Text(text) => (Some("text/plain; charset=utf-8"), text.text(values, Place::Plain)?),
    };
    let header = |(name, value): &(String, crate::playbook::Template)| {
        Ok((name.to_ascii_lowercase(), value.text(values, Place::Header)?))
    };
    let mut headers = route.headers.iter().map(header).collect::<Result<Vec<_>, _>>()?;
    if let Some(kind) = kind.filter(|_| !headers.iter().any(|(name, _)| name == "content-type")) {
        headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    Ok((changes, Reply { status: route.status, headers, body }))
}

/// The state after these changes; an error says which one does not fit.
fn changed(state: &Map<String, Value>, changes: &Changes) -> Result<Map<String, Value>, String> {
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
    if serde_json::to_string(&state).map_or(0, |json| json.len()) > STATE_LIMIT {
        return Err(format!("the state would be longer than {STATE_LIMIT} bytes"));
    }
    Ok(state)
}

fn no_route(incoming: &Incoming, reasons: &[String]) -> Reply {
    let Incoming { method, path, backend, vantage, .. } = incoming;
    let what = format!("no route answers {method} {path} on {backend} from {vantage}");
    let reply = json!({ "range": what, "routes": reasons }).to_string();
    Reply { status: 404, headers: json_headers(), body: reply }
}

/// The answer where a route could not be carried out.
fn unchanged(route: &Route, error: &dyn std::fmt::Display) -> Reply {
    trouble(400, &format!("the route in {}: {error}; nothing changed", route.place()))
}

/// An answer of the range itself, not of a simulated back end.
pub(super) fn trouble(status: u16, what: &str) -> Reply {
    Reply { status, headers: json_headers(), body: json!({ "range": what }).to_string() }
}

fn json_headers() -> Vec<(String, String)> {
    vec![("content-type".to_owned(), "application/json".to_owned())]
}

/// Evaluates every refusal once, so that a broken one is found at the start.
pub(super) fn check_refusals(world: &World, scenario: &Scenario) -> Result<(), ExpressionError> {
    let values = Values::default().with("state", Value::Object(world.state.clone()));
    let conditions: Vec<&Expression> = scenario.refuses.iter().map(|refuse| &refuse.when).collect();
    conditions.into_iter().try_for_each(|when| when.condition(&values).map(|_| ()))
}
