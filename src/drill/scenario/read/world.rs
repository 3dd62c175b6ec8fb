//! The world of a scenario: its back ends, their state, and how they answer. A file of its own may
//! hold it for several scenarios; what a scenario says itself then goes before that.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toml::de::DeTable;

use super::{Item, Reader};
use crate::drill::fault::Fault;
use crate::drill::fields::{Fields, Source};
use crate::drill::pattern::is_name;
use crate::drill::scenario::{Refuse, Route};
use crate::drill::world::HERE;
use crate::playbook::base_url;

/// The keys of a world.
pub(super) const KEYS: [&str; 6] = ["backends", "hosts", "vantages", "state", "refuse", "routes"];

/// What a drill is played against.
#[derive(Default)]
pub(super) struct World {
    pub(super) backends: Vec<String>,
    pub(super) hosts: BTreeMap<String, String>,
    pub(super) vantages: Vec<String>,
    pub(super) state: Map<String, Value>,
    pub(super) refuses: Vec<Refuse>,
    pub(super) routes: Vec<Route>,
    /// Of the scenario alone.
    pub(super) faults: Vec<Fault>,
}

/// The world of the file with this root, over the one that it shares with others.
pub(super) fn world(source: &Source<'_>, root: &DeTable<'_>, shared: Option<World>) -> World {
    let fields = Fields::known(source, root);
    if shared.is_none() {
        fields.required("backends");
        fields.required("routes");
    }
    let mut world = shared.unwrap_or_default();
    let state = fields.get("state").and_then(|state| Some((state, source.json(state)?)));
    match state {
        Some((_, Value::Object(state))) => lay_over(&mut world.state, state),
        Some((value, _)) => source.problem(value.span().start, "`state` is a table"),
        None => {}
    }
    let backends = fields.get("backends").map(|list| names(source, list)).unwrap_or_default();
    let vantages = fields.get("vantages").map(|list| vantages(source, list)).unwrap_or_default();
    add(&mut world.backends, backends);
    add(&mut world.vantages, vantages);
    let reader = Reader {
        source,
        backends: &world.backends,
        vantages: &world.vantages,
        state: &world.state,
    };
    let refuses = source.tables_of(fields.get("refuse"));
    let refuses: Vec<Refuse> =
        refuses.into_iter().filter_map(|(table, at)| reader.refuse(table, at)).collect();
    let routes = fields.get("routes").map(|list| reader.routes(list)).unwrap_or_default();
    let hosts = fields.get("hosts").map(|table| reader.hosts(table)).unwrap_or_default();
    let faults = fields.get("faults").map(|list| reader.faults(list)).unwrap_or_default();
    world.faults = faults;
    world.refuses.splice(0..0, refuses);
    world.routes.splice(0..0, routes);
    world.hosts.extend(hosts);
    world
}

/// Each once.
fn add(known: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

/// Key by key; only tables go on being what they were beside what is said of them.
fn lay_over(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => lay_over(under, over),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}

impl Reader<'_> {
    /// URLs as of back ends, each with the back end that stands behind it.
    fn hosts(&self, table: Item<'_, '_>) -> BTreeMap<String, String> {
        let mut hosts = BTreeMap::new();
        for (key, value) in self.source.table_of(table).into_iter().flatten() {
            let url = base_url(key.get_ref());
            if let Err(what) = &url {
                self.source.problem(key.span().start, format!("the URL of a host {what}"));
            }
            let backend = self.one_of(value, "back end", self.backends);
            if let (Ok(url), Some(backend)) = (url, backend) {
                hosts.insert(url, backend);
            }
        }
        hosts
    }

    fn refuse(&self, table: &DeTable<'_>, at: usize) -> Option<Refuse> {
        let fields = Fields::new(self.source, table, at, &["backend", "vantage", "when"]);
        let backend = self.one_of(fields.required("backend")?, "back end", self.backends)?;
        let mut places = self.vantages.to_vec();
        places.push(HERE.to_owned());
        let vantage = self.one_of(fields.required("vantage")?, "vantage point", &places)?;
        let value = fields.required("when")?;
        let when = self.source.expression(value)?;
        self.check_names(value, &when, &["state"], None);
        Some(Refuse { backend, vantage, when })
    }
}

/// A list of identifiers, each once.
fn names(source: &Source<'_>, list: Item<'_, '_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for item in source.items_of(list) {
        let Some(name) = source.text_of(item) else { continue };
        if !is_name(name) {
            let what = format!("`{name}` is no identifier: a-z, 0-9 and `_`, not a digit first");
            source.problem(item.span().start, what);
        } else if found.iter().any(|other| other == name) {
            source.problem(item.span().start, format!("`{name}` stands twice"));
        } else {
            found.push(name.to_owned());
        }
    }
    found
}

fn vantages(source: &Source<'_>, list: Item<'_, '_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for item in source.items_of(list) {
        let Some(name) = source.text_of(item) else { continue };
        let dashed = is_name(&name.replace('-', "_"));
        if name == HERE || !dashed || found.iter().any(|other| other == name) {
            let what = format!(
                "`{name}` cannot name a vantage point: a-z, 0-9, `-`, each once, and `{HERE}` is \
                 this machine"
            );
            source.problem(item.span().start, what);
        } else {
            found.push(name.to_owned());
        }
    }
    found
}
