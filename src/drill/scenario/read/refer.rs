//! What the parts of a scenario refer to: names in expressions, back ends, vantage points.

use super::{Item, Reader};
use crate::drill::fields::unknown;
use crate::drill::pattern::Pattern;
use crate::playbook::{Expression, JsonTemplate, Template};

/// What every expression of a route may use.
pub(super) const ROUTE_NAMES: [&str; 10] =
    ["backend", "form", "headers", "json", "path", "query", "secret", "state", "text", "vantage"];

impl Reader<'_> {
    pub(super) fn checked_json(
        &self,
        value: Item<'_, '_>,
        pattern: &Pattern,
        extra: &[&str],
    ) -> Option<JsonTemplate> {
        let json = self.source.json_template(value)?;
        let names = [&ROUTE_NAMES, extra].concat();
        for expression in json.templates().into_iter().flat_map(Template::expressions) {
            self.check_names(value, expression, &names, Some(pattern));
        }
        Some(json)
    }

    pub(super) fn checked_template(
        &self,
        value: Item<'_, '_>,
        pattern: &Pattern,
        extra: &[&str],
    ) -> Option<Template> {
        let template = self.source.template(value)?;
        let names = [&ROUTE_NAMES, extra].concat();
        for expression in template.expressions() {
            self.check_names(value, expression, &names, Some(pattern));
        }
        Some(template)
    }

    /// Every name that an expression uses must be one that it will see.
    pub(super) fn check_names(
        &self,
        value: Item<'_, '_>,
        expression: &Expression,
        roots: &[&str],
        pattern: Option<&Pattern>,
    ) {
        for name in expression.names() {
            let mut words = name.split('.');
            let root = words.next().unwrap_or_default();
            let (what, mend) = match (root, words.next()) {
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
            self.source.mend(value.span().start, what, mend);
        }
    }

    pub(super) fn one_of(
        &self,
        value: Item<'_, '_>,
        what: &str,
        known: &[String],
    ) -> Option<String> {
        let text = self.source.text_of(value)?;
        if known.iter().any(|word| word == text) {
            return Some(text.to_owned());
        }
        let (what, mend) = unknown(what, text, known.iter().map(String::as_str));
        self.source.mend(value.span().start, what, mend);
        None
    }
}
