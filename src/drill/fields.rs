//! Reads the tables of a TOML file with the place of every problem.

mod typed;

use std::cell::RefCell;
use std::ops::Range;

use serde_json::{Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::playbook::{
    Expression, ExpressionError, JsonTemplate, Problem, Problems, Template, hidden_characters,
    similar,
};

/// The text of a file, and what was found in it so far.
pub(super) struct Source<'a> {
    text: &'a str,
    found: RefCell<Problems>,
    /// What may be meant so, and is told all the same.
    warned: RefCell<Problems>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut found = Problems::default();
        hidden_characters(text, &mut found);
        Self { text, found: RefCell::new(found), warned: RefCell::default() }
    }

    /// Notes a problem at this byte.
    pub(super) fn problem(&self, at: usize, what: impl Into<String>) {
        self.found.borrow_mut().add(at, what);
    }

    /// The same, with how to mend it.
    pub(super) fn mend(&self, at: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.found.borrow_mut().mend(at, what, mend);
    }

    /// Notes what is no mistake for certain, with how to mend it.
    pub(super) fn warn(&self, at: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.warned.borrow_mut().mend(at, what, mend);
    }

    /// Notes that nothing of this name is there.
    pub(super) fn unknown<'k>(
        &self,
        at: usize,
        what: &str,
        word: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let (what, mend) = unknown(what, word, known);
        self.mend(at, what, mend);
    }

    /// The line of this byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        before.split(|byte| *byte == b'\n').count()
    }

    /// All problems and all warnings, each in the order of the file, fit to print.
    pub(super) fn finish(self, file: &str) -> (Vec<Problem>, Vec<Problem>) {
        let Self { text, found, warned } = self;
        (found.into_inner().finish(file, text), warned.into_inner().finish(file, text))
    }

    /// Where a fault inside a string literal stands: exact for strings without escapes.
    fn inside(&self, span: &Range<usize>, offset: usize) -> usize {
        let literal = &self.text[span.clone()];
        let quotes =
            if literal.starts_with("\"\"\"") || literal.starts_with("'''") { 3 } else { 1 };
        (span.start + quotes + offset).min(span.end)
    }

    /// Where a word of a string literal stands; its begin where the literal writes it otherwise.
    pub(super) fn spot(&self, span: &Range<usize>, word: &str) -> usize {
        let literal = self.text.get(span.clone()).unwrap_or_default();
        span.start + literal.find(word).unwrap_or_default()
    }

    fn syntax(&self, span: &Range<usize>, error: &ExpressionError) {
        let offset = match error {
            ExpressionError::Syntax { at, .. } => *at,
            _ => 0,
        };
        self.problem(self.inside(span, offset), error.to_string());
    }

    pub(super) fn template(&self, value: &Spanned<DeValue<'_>>) -> Option<Template> {
        let text = self.text_of(value)?;
        Template::parse(text).map_err(|error| self.syntax(&value.span(), &error)).ok()
    }

    pub(super) fn expression(&self, value: &Spanned<DeValue<'_>>) -> Option<Expression> {
        let text = self.text_of(value)?;
        Expression::parse(text).map_err(|error| self.syntax(&value.span(), &error)).ok()
    }

    pub(super) fn text_of<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        self.expect(value, value.get_ref().as_str(), "text in quotes")
    }

    pub(super) fn table_of<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
    ) -> Option<&'v DeTable<'i>> {
        self.expect(value, value.get_ref().as_table(), "a table")
    }

    pub(super) fn items_of<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
    ) -> &'v [Spanned<DeValue<'i>>] {
        let array = value.get_ref().as_array().map(|array| &array[..]);
        self.expect(value, array, "a list").unwrap_or_default()
    }

    /// The tables of a list, each with where it begins.
    pub(super) fn tables_of<'v, 'i>(
        &self,
        value: Option<&'v Spanned<DeValue<'i>>>,
    ) -> Vec<(&'v DeTable<'i>, usize)> {
        let items = value.map(|list| self.items_of(list)).unwrap_or_default();
        let table = |item| Some((self.table_of(item)?, item.span().start));
        items.iter().filter_map(table).collect()
    }

    pub(super) fn truth_of(&self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        self.expect(value, value.get_ref().as_bool(), "true or false")
    }

    fn expect<T>(&self, value: &Spanned<DeValue<'_>>, found: Option<T>, what: &str) -> Option<T> {
        if found.is_none() {
            let got = value.get_ref().type_str();
            self.problem(value.span().start, format!("expected {what}, found {got}"));
        }
        found
    }

    /// A JSON value whose texts are templates.
    pub(super) fn json_template(&self, value: &Spanned<DeValue<'_>>) -> Option<JsonTemplate> {
        Some(match value.get_ref() {
            DeValue::String(_) => JsonTemplate::Text(self.template(value)?),
            DeValue::Boolean(truth) => JsonTemplate::Bool(*truth),
            DeValue::Array(items) => JsonTemplate::Array(
                items.iter().filter_map(|item| self.json_template(item)).collect(),
            ),
            DeValue::Table(table) => JsonTemplate::Object(
                table
                    .iter()
                    .filter_map(|(key, item)| {
                        Some((key.get_ref().to_string(), self.json_template(item)?))
                    })
                    .collect(),
            ),
            _ => JsonTemplate::Number(self.number(value)?),
        })
    }

    /// A JSON value as it stands.
    pub(super) fn json(&self, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        Some(match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Array(items) => {
                Value::Array(items.iter().filter_map(|item| self.json(item)).collect())
            }
            DeValue::Table(table) => Value::Object(
                table
                    .iter()
                    .filter_map(|(key, item)| Some((key.get_ref().to_string(), self.json(item)?)))
                    .collect(),
            ),
            _ => Value::Number(self.number(value)?),
        })
    }

    fn number(&self, value: &Spanned<DeValue<'_>>) -> Option<Number> {
        let number = match value.get_ref() {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Number::from)
            }
            DeValue::Float(float) => float.as_str().parse().ok().and_then(Number::from_f64),
            _ => None,
        };
        self.expect(value, number, "a value that JSON knows (dates go in quotes)")
    }
}

/// One table with the keys that it may have.
pub(super) struct Fields<'s, 'v, 'i> {
    source: &'s Source<'s>,
    table: &'v DeTable<'i>,
    /// Where the table begins.
    at: usize,
}

impl<'s, 'v, 'i> Fields<'s, 'v, 'i> {
    /// Notes every key of the table that is not in `known`.
    pub(super) fn new(
        source: &'s Source<'s>,
        table: &'v DeTable<'i>,
        at: usize,
        known: &[&str],
    ) -> Self {
        for key in table.keys().filter(|key| !known.contains(&&**key.get_ref())) {
            let at = key.span().start;
            let what = format!("there is no key `{}` here", key.get_ref());
            match similar(key.get_ref(), known.iter().copied()) {
                Some(near) => source.mend(at, what, format!("did you mean `{near}`?")),
                None => source.mend(at, what, format!("there is {}", known.join(", "))),
            }
        }
        Self { source, table, at }
    }

    /// A table at the top of the file whose keys have been looked at.
    pub(super) fn known(source: &'s Source<'s>, table: &'v DeTable<'i>) -> Self {
        Self { source, table, at: 0 }
    }

    /// Where the table begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn get(&self, name: &str) -> Option<&'v Spanned<DeValue<'i>>> {
        self.table.iter().find(|(key, _)| *key.get_ref() == name).map(|(_, value)| value)
    }

    /// Tells where this key has another value than the only one.
    pub(super) fn only(&self, name: &str, value: &Value, what: &str) {
        if let Some(found) = self.get(name)
            && self.source.json(found).as_ref() != Some(value)
        {
            self.source.problem(found.span().start, what);
        }
    }

    pub(super) fn required(&self, name: &str) -> Option<&'v Spanned<DeValue<'i>>> {
        let found = self.get(name);
        if found.is_none() {
            self.source.problem(self.at, format!("`{name}` is missing here"));
        }
        found
    }

    pub(super) fn optional_text(&self, name: &str) -> String {
        let text = self.get(name).and_then(|value| self.source.text_of(value));
        text.unwrap_or_default().to_owned()
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.required(name)
            .and_then(|value| self.source.text_of(value))
            .unwrap_or_default()
            .to_owned()
    }
}

/// What is wrong with a reference, and how to mend it.
pub(super) fn unknown<'a>(
    what: &str,
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> (String, String) {
    let mend = if let Some(near) = similar(word, known.clone()) {
        format!("did you mean `{near}`?")
    } else {
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            "there is none yet".to_owned()
        } else {
            format!("known are: {}", known.join(", "))
        }
    };
    (format!("there is no {what} `{word}`"), mend)
}
