//! The routes of a scenario file.

use super::refer::ROUTE_NAMES;
use super::{Item, Reader};
use crate::drill::fields::{Fields, unknown};
use crate::drill::pattern::Pattern;
use crate::drill::scenario::{Answer, Change, Route};
use crate::playbook::{JsonTemplate, Template};

impl Reader<'_> {
    pub(super) fn routes(&self, list: Item<'_, '_>) -> Vec<Route> {
        let mut routes: Vec<Route> = Vec::new();
        for item in self.source.items_of(list) {
            let Some(route) = self.route(item) else { continue };
            let same = |other: &&Route| {
                other.when.is_none()
                    && other.backend == route.backend
                    && other.method == route.method
                    && other.pattern == route.pattern
            };
            if let Some(other) = routes.iter().find(same) {
                let what = format!("the route in line {} answers all such requests", other.line);
                let mend = "put this one before it, or give that one a `when`";
                self.source.mend(item.span().start, what, mend);
            }
            routes.push(route);
        }
        routes
    }

    fn route(&self, item: Item<'_, '_>) -> Option<Route> {
        let table = self.source.table_of(item)?;
        let at = item.span().start;
        let known = [
            "backend",
            "request",
            "when",
            "idempotency",
            "latency_ms",
            "set",
            "status",
            "headers",
            "json",
            "text",
        ];
        let fields = Fields::new(self.source, table, at, &known);
        let backend = fields.required("backend");
        let backend = backend.and_then(|value| self.one_of(value, "back end", self.backends));
        let (method, path, pattern) = self.request(fields.required("request")?)?;
        let when = fields.get("when").and_then(|value| {
            let when = self.source.expression(value)?;
            self.check_names(value, &when, &ROUTE_NAMES, Some(&pattern));
            Some(when)
        });
        let idempotency = fields.get("idempotency").and_then(|value| self.source.truth_of(value));
        Some(Route {
            line: self.source.line(at),
            is_shared: false,
            backend: backend?,
            method,
            path,
            when,
            idempotency: idempotency.unwrap_or_default(),
            latency_ms: fields.whole("latency_ms", 0..=60_000).unwrap_or_default().into(),
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

    pub(super) fn status(&self, value: Item<'_, '_>) -> Option<u16> {
        let status = self.source.json(value)?.as_u64().and_then(|code| u16::try_from(code).ok());
        let status = status.filter(|code| (200..600).contains(code));
        if status.is_none() {
            self.source.problem(value.span().start, "a status is a whole number from 200 to 599");
        }
        status
    }

    pub(super) fn headers(
        &self,
        value: Item<'_, '_>,
        pattern: &Pattern,
    ) -> Vec<(String, Template)> {
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
            if let Some(template) = self.checked_template(item, pattern, &[]) {
                headers.push((name.to_string(), template));
            }
        }
        headers
    }

    fn body(&self, fields: &Fields<'_, '_, '_>, pattern: &Pattern) -> Answer {
        self.body_with(fields, pattern, &[])
    }

    /// The body of an answer that sees these names too.
    pub(super) fn body_with(
        &self,
        fields: &Fields<'_, '_, '_>,
        pattern: &Pattern,
        extra: &[&str],
    ) -> Answer {
        match (fields.get("json"), fields.get("text")) {
            (Some(json), text) => {
                if let Some(text) = text {
                    self.source
                        .problem(text.span().start, "an answer has `json` or `text`, not both");
                }
                self.checked_json(json, pattern, extra).map_or(Answer::Empty, Answer::Json)
            }
            (None, Some(text)) => {
                self.checked_template(text, pattern, extra).map_or(Answer::Empty, Answer::Text)
            }
            (None, None) => Answer::Empty,
        }
    }

    pub(super) fn set(&self, value: Item<'_, '_>, pattern: &Pattern) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, item) in self.source.table_of(value).into_iter().flatten() {
            let name = key.get_ref();
            let first = name.split('.').next().unwrap_or_default();
            if !self.state.contains_key(first) {
                let (what, mend) = unknown("state", first, self.state.keys().map(String::as_str));
                self.source.mend(key.span().start, what, mend);
            }
            let path = steps(name).map(Template::parse).collect::<Result<Vec<_>, _>>();
            match path {
                Ok(path) => {
                    for step in path.iter().flat_map(Template::expressions) {
                        self.check_names(item, step, &ROUTE_NAMES, Some(pattern));
                    }
                    if let Some(to) = self.checked_json(item, pattern, &[]) {
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
}

/// The steps of a dotted path; a dot inside `{{ … }}` is none.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    path.split(move |c| {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ => {}
        }
        c == '.' && !inside
    })
}
