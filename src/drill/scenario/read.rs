//! From the text of a scenario file to a checked [`Scenario`], or every problem in it.

mod refer;
mod route;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Refuse, Scenario};
use crate::drill::fields::{Fields, Source};
use crate::drill::pattern::is_name;
use crate::drill::world::HERE;
use crate::incident::hex;
<<<<<<< HEAD
use crate::playbook::{Expression, JsonTemplate, Template};

/// A longer file is not read.
const FILE_LIMIT: usize = 1024 * 1024;
/// What every expression of a route may use.
const ROUTE_NAMES: [&str; 10] =
    ["backend", "form", "headers", "json", "path", "query", "secret", "state", "text", "vantage"];
=======
use crate::playbook::FILE_LIMIT;
use crate::text::is_hidden;
>>>>>>> drill

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
            "format", "id", "title", "text", "playbook", "banner", "backends", "vantages", "state",
            "refuse", "routes",
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
        Scenario {
            id: fields.text("id"),
            title: fields.text("title"),
            text: fields.optional_text("text"),
            playbook: fields.text("playbook"),
            banner: fields.text("banner"),
            refuses: refuses.unwrap_or_default(),
            routes,
            backends: self.backends,
            vantages: self.vantages,
            state: self.state,
            sha256: hex(&Sha256::digest(text)),
        }
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
<<<<<<< HEAD

    fn route(&self, item: Item<'_, '_>) -> Option<Route> {
        let table = self.source.table_of(item)?;
        let at = item.span().start;
        let known = [
            "backend",
            "request",
            "when",
            "idempotency",
            "set",
            "status",
            "headers",
            "json",
            "text",
        ];
        let fields = Fields::new(self.source, table, at, &known);
        let backend = fields.required("backend");
        let backend = backend.and_then(|value| self.one_of(value, "back end", &self.backends));
        let (method, path, pattern) = self.request(fields.required("request")?)?;
        let when = fields.get("when").and_then(|value| {
            let when = self.source.expression(value)?;
            self.check_names(value, &when, &ROUTE_NAMES, Some(&pattern));
            Some(when)
        });
        let idempotency = fields.get("idempotency").and_then(|value| self.source.truth_of(value));
        Some(Route {
            line: self.source.line(at),
            backend: backend?,
            method,
            path,
            when,
            idempotency: idempotency.unwrap_or_default(),
            set: fields.get("set").map(|value| self.set(value, &pattern)).unwrap_or_default(),
            status: fields.get("status").and_then(|value| self.status(value)).unwrap_or(200),
            headers: fields
                .get("headers")
                .map(|value| self.headers(value, &pattern))
                .unwrap_or_default(),
            body: self.body(&fields, &pattern),
            pattern,
        })
    }

    fn request(&self, value: Item<'_, '_>) -> Option<(String, String, Pattern)> {
        let text = self.source.text_of(value)?;
        let at = value.span().start;
        let Some((method, path)) = text.split_once(' ') else {
            self.source.problem(at, "a request is a method and a path: `GET /{index}/_search`");
            return None;
        };
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.source
                .problem(at, format!("`{method}` is no method: capitals such as GET or PUT"));
        }
        match Pattern::parse(path) {
            Ok(pattern) => Some((method.to_owned(), path.to_owned(), pattern)),
            Err(what) => {
                self.source.problem(at, what);
                None
            }
        }
    }

    fn status(&self, value: Item<'_, '_>) -> Option<u16> {
        let status = self.source.json(value)?.as_u64().and_then(|code| u16::try_from(code).ok());
        let status = status.filter(|code| (200..600).contains(code));
        if status.is_none() {
            self.source.problem(value.span().start, "a status is a whole number from 200 to 599");
        }
        status
    }

    fn headers(&self, value: Item<'_, '_>, pattern: &Pattern) -> Vec<(String, Template)> {
        let Some(table) = self.source.table_of(value) else { return Vec::new() };
        let mut headers = Vec::new();
        for (key, item) in table {
            let name = key.get_ref();
            let framing = ["connection", "content-length", "transfer-encoding"];
            let reserved = framing.iter().any(|word| name.eq_ignore_ascii_case(word));
            if reserved || hyper::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
                let what = format!("`{name}` is no header that an answer can set");
                self.source.problem(key.span().start, what);
            }
            if let Some(template) = self.checked_template(item, pattern) {
                headers.push((name.to_string(), template));
            }
        }
        headers
    }

    fn body(&self, fields: &Fields<'_, '_, '_>, pattern: &Pattern) -> Answer {
        match (fields.get("json"), fields.get("text")) {
            (Some(json), text) => {
                if let Some(text) = text {
                    self.source
                        .problem(text.span().start, "an answer has `json` or `text`, not both");
                }
                self.checked_json(json, pattern).map_or(Answer::Empty, Answer::Json)
            }
            (None, Some(text)) => {
                self.checked_template(text, pattern).map_or(Answer::Empty, Answer::Text)
            }
            (None, None) => Answer::Empty,
        }
    }

    fn set(&self, value: Item<'_, '_>, pattern: &Pattern) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, item) in self.source.table_of(value).into_iter().flatten() {
            let name = key.get_ref();
            let first = name.split('.').next().unwrap_or_default();
            if !self.state.contains_key(first) {
                let what = unknown("state", first, self.state.keys().map(String::as_str));
                self.source.problem(key.span().start, what);
            }
            let path = steps(name).map(Template::parse).collect::<Result<Vec<_>, _>>();
            match path {
                Ok(path) => {
                    for step in path.iter().flat_map(Template::expressions) {
                        self.check_names(item, step, &ROUTE_NAMES, Some(pattern));
                    }
                    if let Some(to) = self.checked_json(item, pattern) {
                        self.flatten(key.span().start, path, to, &mut changes);
                    }
                }
                Err(error) => self.source.problem(key.span().start, error.to_string()),
            }
        }
        changes
    }

    /// A table in `set` changes what it names and leaves its neighbours alone.
    fn flatten(&self, at: usize, path: Vec<Template>, to: JsonTemplate, changes: &mut Vec<Change>) {
        match to {
            JsonTemplate::Object(items) if !items.is_empty() => {
                for (key, item) in items {
                    match Template::parse(&key) {
                        Ok(step) => {
                            let mut deeper = path.clone();
                            deeper.push(step);
                            self.flatten(at, deeper, item, changes);
                        }
                        Err(error) => self.source.problem(at, error.to_string()),
                    }
                }
            }
            to => changes.push(Change { path, to }),
        }
    }

    fn checked_json(&self, value: Item<'_, '_>, pattern: &Pattern) -> Option<JsonTemplate> {
        let json = self.source.json_template(value)?;
        for expression in json.templates().into_iter().flat_map(Template::expressions) {
            self.check_names(value, expression, &ROUTE_NAMES, Some(pattern));
        }
        Some(json)
    }

    fn checked_template(&self, value: Item<'_, '_>, pattern: &Pattern) -> Option<Template> {
        let template = self.source.template(value)?;
        for expression in template.expressions() {
            self.check_names(value, expression, &ROUTE_NAMES, Some(pattern));
        }
        Some(template)
    }

    /// Every name that an expression uses must be one that it will see.
    fn check_names(
        &self,
        value: Item<'_, '_>,
        expression: &Expression,
        roots: &[&str],
        pattern: Option<&Pattern>,
    ) {
        for name in expression.names() {
            let mut words = name.split('.');
            let root = words.next().unwrap_or_default();
            let what = match (root, words.next()) {
                (root, _) if !roots.contains(&root) => {
                    unknown("value", root, roots.iter().copied())
                }
                ("state", Some(word)) if !self.state.contains_key(word) => {
                    unknown("state", word, self.state.keys().map(String::as_str))
                }
                ("path", Some(word)) => {
                    let captures: Vec<_> =
                        pattern.into_iter().flat_map(Pattern::captures).collect();
                    if captures.contains(&word) {
                        continue;
                    }
                    unknown("capture", word, captures.into_iter())
                }
                _ => continue,
            };
            self.source.problem(value.span().start, what);
        }
    }

    fn one_of(&self, value: Item<'_, '_>, what: &str, known: &[String]) -> Option<String> {
        let text = self.source.text_of(value)?;
        if known.iter().any(|word| word == text) {
            return Some(text.to_owned());
        }
        let problem = unknown(what, text, known.iter().map(String::as_str));
        self.source.problem(value.span().start, problem);
        None
    }
}

fn unknown<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match similar(word, known.clone()) {
        Some(near) => format!("unknown {what} `{word}`: did you mean `{near}`?"),
        None => {
            let known: Vec<_> = known.collect();
            let known = if known.is_empty() { "there is none".into() } else { known.join(", ") };
            format!("unknown {what} `{word}`: known are {known}")
        }
    }
=======
>>>>>>> drill
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
