//! The simulated world: which route answers a request, what it changes, what it says.

mod plan;
mod strike;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::fault::{Armoury, Strike};
use super::flush::Flushed;
use super::incoming::Incoming;
use super::pattern;
use super::record::{Entry, Keyed, Later, Log, RecordError, Reply};
use super::scenario::{Route, Scenario};
use crate::playbook::{ExpressionError, Values};
use plan::{ChangeSet, Found, Plan, changed, length, unchanged};

/// The vantage of the responder's own machine.
pub const HERE: &str = "here";
/// So many earlier states are kept for answers that are stale.
const PAST: usize = 32;

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
    /// `state`; while a request is answered also what that brings. One map, so that nothing is
    /// copied for a request.
    values: Values,
    /// Of the state's JSON, bytes: it has no more.
    size: usize,
    /// Earlier states, the last one last; none where no answer can be stale.
    past: VecDeque<Value>,
    /// By back end and key.
    keyed: BTreeMap<(String, String), Keyed>,
    counts: Vec<u64>,
    unknown: u64,
    armoury: Armoury,
    /// What faults change later.
    pending: Vec<Pending>,
    log: Log,
}

/// Changes that come about once so many more requests have reached the back end.
struct Pending {
    /// The entry that they stand in.
    seq: u64,
    backend: String,
    left: u64,
    set: ChangeSet,
}

/// What becomes of a request.
pub(super) struct Turn {
    /// Up to this entry the log has to be on the disk before anything leaves.
    pub(super) up_to: u64,
    /// Doors may have to open or shut before anything leaves.
    pub(super) doors: bool,
    /// Before anything leaves, milliseconds.
    pub(super) delay_ms: u64,
    /// The fault that struck: where it stands in the scenario.
    pub(super) fault: Option<usize>,
    pub(super) act: Act,
}

/// What the client gets.
pub(super) enum Act {
    Reply(Reply),
    /// The head and half of the body.
    Half(Reply),
    /// Bytes that are no HTTP.
    Babble,
    Reset,
    /// Nothing, and then a reset after so many milliseconds, or never.
    Silence(Option<u64>),
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
enum Undone {
    /// The change does not fit the state.
    #[error("{0}")]
    Misfit(String),
    #[error(transparent)]
    Log(#[from] RecordError),
}

/// One thing to write into the log.
#[derive(Default)]
struct Deed {
    set: ChangeSet,
    keyed: Option<Keyed>,
    strike: Option<Strike>,
    later: Option<Later>,
    landed: Option<u64>,
}

impl World {
    /// The world as the log in `directory` says, or as the scenario begins.
    pub(super) fn open(scenario: Arc<Scenario>, directory: &Path) -> Result<Self, RecordError> {
        let (log, entries) = Log::open(directory, &scenario)?;
        let mut world = Self {
            values: Values::default().with("state", Value::Object(scenario.state.clone())),
            size: length(&scenario.state),
            past: VecDeque::new(),
            keyed: BTreeMap::new(),
            counts: vec![0; scenario.routes.len()],
            unknown: 0,
            armoury: Armoury::new(&scenario.faults),
            pending: Vec::new(),
            scenario,
            log,
        };
        for (index, entry) in entries.into_iter().enumerate() {
            let mut size = world.size;
            let next = changed(world.state(), &mut size, &entry.set);
            // The head is line 1.
            let next = next.map_err(|what| world.log.damaged(index + 2, what))?;
            world.size = size;
            world.apply(entry, next);
        }
        Ok(world)
    }

    pub(super) fn state(&self) -> &Map<String, Value> {
        static NOTHING: std::sync::LazyLock<Map<String, Value>> =
            std::sync::LazyLock::new(Map::new);
        self.values.get("state").and_then(Value::as_object).unwrap_or(&NOTHING)
    }

    /// Tells how far the log is on the disk.
    pub(super) fn flushed(&self) -> watch::Receiver<Flushed> {
        self.log.flushed()
    }

    /// Nothing happens in it any more, whoever still holds it.
    pub(super) fn close(&mut self) {
        self.log.close();
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
        Ok(self.shuts(backend, vantage)? && !self.holds_open(backend, vantage))
    }

    /// Whether the state says that they are.
    fn shuts(&self, backend: &str, vantage: &str) -> Result<bool, ExpressionError> {
        for refuse in &self.scenario.refuses {
            let meant = refuse.backend == backend && refuse.vantage == vantage;
            if meant && refuse.when.condition(&self.values)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Answers a request; what it changes is in the log then, and soon on the disk.
    pub(super) fn answer(&mut self, incoming: &Incoming) -> Turn {
        let Some(segments) = pattern::segments(&incoming.path) else {
            let what = "the path is not percent-encoded UTF-8 that begins with `/`";
            return self.turn(trouble(400, what));
        };
        if !self.log.is_sound() {
            let what = "the range's log cannot be written any more: start the drill anew";
            return self.turn(trouble(500, what));
        }
        let landed = self.land(&incoming.backend);
        self.dress(incoming);
        let plan = self.plan(incoming, &segments);
        let turn = match self.struck(incoming, &segments, &plan) {
            Some((struck, strike)) => self.misbehave(incoming, &segments, plan, struck, strike),
            None if self.is_behind_a_door(incoming) => {
                Turn { act: Act::Reset, ..self.turn(plan.reply) }
            }
            None => self.carry_out(incoming, plan, None),
        };
        self.undress();
        Turn { doors: turn.doors || landed, ..turn }
    }

    /// Somebody came in through a door that is shut: another one's stale answer held it open.
    fn is_behind_a_door(&self, incoming: &Incoming) -> bool {
        let holds = |fault: &super::Fault| fault.holds_open(&incoming.backend, &incoming.vantage);
        self.scenario.faults.iter().any(holds)
            && self.shuts(&incoming.backend, &incoming.vantage).unwrap_or_default()
    }

    /// Puts what a request brings beside the state.
    fn dress(&mut self, incoming: &Incoming) {
        let values = Arc::make_mut(&mut self.values.0);
        let text = String::from_utf8_lossy(&incoming.body).into_owned();
        match serde_json::from_slice(&incoming.body) {
            Ok(json) => drop(values.insert("json".to_owned(), json)),
            Err(_) if incoming.body.is_empty() => {
                values.insert("json".to_owned(), Value::Null);
            }
            // A route that looks at it answers 400, as most APIs would.
            Err(_) => {}
        }
        let query = pattern::pairs(&incoming.query).unwrap_or_default();
        for (name, value) in [
            ("backend", json!(incoming.backend)),
            ("vantage", json!(incoming.vantage)),
            ("secret", incoming.secret().map_or(Value::Null, Value::String)),
            ("headers", Value::Object(incoming.headers.clone())),
            ("query", Value::Object(query)),
            ("form", Value::Object(incoming.form())),
            ("text", Value::String(text)),
        ] {
            values.insert(name.to_owned(), value);
        }
    }

    fn undress(&mut self) {
        Arc::make_mut(&mut self.values.0).retain(|name, _| name == "state");
    }

    /// Does what was planned, and says so.
    fn carry_out(&mut self, incoming: &Incoming, plan: Plan, strike: Option<Strike>) -> Turn {
        self.carry_out_with(incoming, plan, strike, None)
    }

    fn carry_out_with(
        &mut self,
        incoming: &Incoming,
        plan: Plan,
        strike: Option<Strike>,
        later: Option<Later>,
    ) -> Turn {
        match plan.found {
            Found::Route(index) => self.counts[index] += 1,
            Found::Nothing => self.unknown += 1,
            Found::Mistake => {}
        }
        let doors = !plan.set.is_empty();
        let deed = Deed { set: plan.set, keyed: plan.keyed, strike, later, landed: None };
        let reply = match (self.record(&Origin::of(incoming), deed), plan.found) {
            (Ok(()), _) => plan.reply,
            (Err(Undone::Misfit(what)), Found::Route(index)) => {
                unchanged(&self.scenario.routes[index], &what)
            }
            (Err(error), _) => trouble(500, &format!("{error}; nothing changed")),
        };
        Turn { doors, delay_ms: plan.latency_ms, ..self.turn(reply) }
    }

    fn turn(&self, reply: Reply) -> Turn {
        let up_to = self.log.next() - 1;
        Turn { up_to, doors: false, delay_ms: 0, fault: None, act: Act::Reply(reply) }
    }

    /// Brings about what faults change later, where its time has come.
    fn land(&mut self, backend: &str) -> bool {
        let mut landed = false;
        let mut at = 0;
        while let Some(pending) = self.pending.get_mut(at) {
            if pending.backend != backend {
                at += 1;
            } else if pending.left > 0 {
                pending.left -= 1;
                at += 1;
            } else {
                let Pending { seq, backend, set, .. } = self.pending.remove(at);
                let deed = Deed { set, landed: Some(seq), ..Deed::default() };
                let origin = Origin { backend: &backend, vantage: HERE, request: String::new() };
                match self.record(&origin, deed) {
                    Ok(()) => landed = true,
                    Err(error) => {
                        tracing::warn!(%error, "what a fault was to change stays as it is");
                    }
                }
            }
        }
        landed
    }

    /// Writes what happened, and makes it so. The error says why nothing is.
    fn record(&mut self, origin: &Origin<'_>, deed: Deed) -> Result<(), Undone> {
        let Deed { set, keyed, strike, later, landed } = deed;
        if set.is_empty() && keyed.is_none() && strike.is_none() && landed.is_none() {
            return Ok(());
        }
        let mut size = self.size;
        let next = changed(self.state(), &mut size, &set).map_err(Undone::Misfit)?;
        #[expect(clippy::disallowed_methods, reason = "for readers; nothing is decided by it")]
        let now = chrono::Utc::now();
        let entry = Entry {
            seq: self.log.next(),
            at: now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            backend: origin.backend.to_owned(),
            vantage: origin.vantage.to_owned(),
            request: origin.request.clone(),
            set,
            keyed,
            fault: strike,
            later,
            landed,
        };
        self.log.append(&entry)?;
        self.size = size;
        self.apply(entry, next);
        Ok(())
    }

    /// `next`: the state after it.
    fn apply(&mut self, entry: Entry, next: Option<Map<String, Value>>) {
        let stale = |fault: &super::Fault| fault.kind == super::FaultKind::Stale;
        if let Some(next) = next {
            let values = Arc::make_mut(&mut self.values.0);
            let before = values.insert("state".to_owned(), Value::Object(next));
            if self.scenario.faults.iter().any(stale) {
                self.past.extend(before);
                while self.past.len() > PAST {
                    self.past.pop_front();
                }
            }
        }
        if let Some(strike) = &entry.fault {
            self.armoury.struck(&self.scenario.faults, strike);
        }
        if let Some(seq) = entry.landed {
            self.pending.retain(|pending| pending.seq != seq);
        }
        if let Some(Later { set, calls }) = entry.later {
            let backend = entry.backend.clone();
            self.pending.push(Pending { seq: entry.seq, backend, left: calls, set });
        }
        if let Some(keyed) = entry.keyed {
            self.keyed.insert((entry.backend, keyed.key.clone()), keyed);
        }
    }
}

/// Who asked for what, as the log has it.
struct Origin<'a> {
    backend: &'a str,
    vantage: &'a str,
    request: String,
}

impl<'a> Origin<'a> {
    fn of(incoming: &'a Incoming) -> Self {
        let Incoming { backend, vantage, .. } = incoming;
        Self { backend, vantage, request: incoming.line() }
    }
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
    let mut conditions = scenario.refuses.iter().map(|refuse| &refuse.when);
    conditions.try_for_each(|when| when.condition(&world.values).map(|_| ()))
}
