//! From the text of a scenario file to a checked [`Scenario`], or every problem in it.

mod fault;
mod refer;
mod route;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::plan::Plan;
use super::{Refuse, Scenario};
use crate::drill::fields::{Fields, Source};
use crate::drill::pattern::is_name;
use crate::drill::world::HERE;
use crate::incident::hex;
use crate::playbook::{FILE_LIMIT, base_url};
use crate::text::is_hidden;

type Item<'v, 'i> = &'v Spanned<DeValue<'i>>;

/// Reads the whole file; `Err` holds what is wrong with it.
pub(super) fn read(text: &str) -> Result<Scenario, Source<'_>> {
    if text.len() > FILE_LIMIT {
        let source = Source::new("");
        source.problem(0, format!("this file is larger than {FILE_LIMIT} bytes, it is not read"));
        return Err(source);
    }
    let source = Source::new(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(text.len(), |span| span.start);
        // A hidden character was told already, in better words.
        if !text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_hidden) {
            source.problem(at, format!("this is not TOML: {}", error.message()));
        }
    }
    // A table that fell apart would only cause problems that are none.
    if !errors.is_empty() {
        return Err(source);
    }
    let reader = Reader::new(&source, root.get_ref());
    let scenario = reader.scenario(root.get_ref(), text);
    if source.is_clean() { Ok(scenario) } else { Err(source) }
}

/// What routes may refer to.
struct Reader<'s> {
    source: &'s Source<'s>,
    backends: Vec<String>,
    vantages: Vec<String>,
    state: Map<String, Value>,
}

impl<'s> Reader<'s> {
    fn new(source: &'s Source<'s>, root: &DeTable<'_>) -> Self {
        let known = [
            "format", "id", "title", "text", "playbook", "banner", "backends", "hosts", "vantages",
            "state", "refuse", "routes", "faults",
        ];
        let fields = Fields::new(source, root, 0, &known);
        if let Some(format) = fields.required("format")
            && source.json(format) != Some(Value::from(1))
        {
            source.problem(format.span().start, "this version reads `format = 1` only");
        }
        let state = fields.get("state").and_then(|state| source.json(state));
        let state = match state {
            Some(Value::Object(state)) => state,
            Some(_) => {
                source.problem(0, "`state` is a table");
                Map::new()
            }
            None => Map::new(),
        };
        let backends = fields.required("backends").map(|list| names(source, list));
        let vantages = fields.get("vantages").map(|list| vantages(source, list));
        Self {
            source,
            backends: backends.unwrap_or_default(),
            vantages: vantages.unwrap_or_default(),
            state,
        }
    }

    fn scenario(self, root: &DeTable<'_>, text: &str) -> Scenario {
        // The keys of the root were looked at once already.
        let fields = Fields::known(self.source, root);
        let refuses = fields.get("refuse").map(|list| {
            self.source.items_of(list).iter().filter_map(|item| self.refuse(item)).collect()
        });
        let routes = fields.required("routes").map(|list| self.routes(list)).unwrap_or_default();
        let faults = fields.get("faults").map(|list| self.faults(list)).unwrap_or_default();
        Scenario {
            id: fields.text("id"),
            title: fields.text("title"),
            text: fields.optional_text("text"),
            playbook: fields.text("playbook"),
            banner: fields.text("banner"),
            refuses: refuses.unwrap_or_default(),
            routes,
            faults,
            hosts: fields.get("hosts").map(|table| self.hosts(table)).unwrap_or_default(),
            backends: self.backends,
            vantages: self.vantages,
            state: self.state,
            plan: Plan::default(),
            sha256: hex(&Sha256::digest(text)),
        }
    }

    /// URLs as of back ends, each with the back end that stands behind it.
    fn hosts(&self, table: Item<'_, '_>) -> BTreeMap<String, String> {
        let mut hosts = BTreeMap::new();
        for (key, value) in self.source.table_of(table).into_iter().flatten() {
            let url = base_url(key.get_ref());
            if let Err(what) = &url {
                self.source.problem(key.span().start, format!("the URL of a host {what}"));
            }
            let backend = self.one_of(value, "back end", &self.backends);
            if let (Ok(url), Some(backend)) = (url, backend) {
                hosts.insert(url, backend);
            }
        }
        hosts
    }

    fn refuse(&self, item: Item<'_, '_>) -> Option<Refuse> {
        let table = self.source.table_of(item)?;
        let at = item.span().start;
        let fields = Fields::new(self.source, table, at, &["backend", "vantage", "when"]);
        let backend = self.one_of(fields.required("backend")?, "back end", &self.backends)?;
        let mut places = self.vantages.clone();
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
