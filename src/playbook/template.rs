//! Text with `{{ expressions }}` in it, and what it becomes in each place of a request.

mod encode;

use std::collections::BTreeSet;

use serde_json::Value;

use super::expression::{Expression, ExpressionError, VALUE_LIMIT, Values, expression_end};
use super::model::{Body, JsonTemplate};

pub use encode::Place;
pub(super) use encode::is_dots;

/// A template may have so many literals and expressions.
const PART_LIMIT: usize = 200;

/// Text with expressions in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Literal(String),
    Expression(Expression),
}

impl Template {
    /// Splits and compiles; errors carry the byte in `source`.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        let mut parts = Vec::new();
        let mut from = 0;
        while let Some(open) = source[from..].find("{{").map(|at| from + at) {
            literal(&source[from..open], from, &mut parts)?;
            if parts.len() > PART_LIMIT {
                let what = format!("a text holds at most {} expressions", PART_LIMIT / 2);
                return Err(ExpressionError::Syntax { what, at: open });
            }
            let begin = open + 2;
            let end = expression_end(&source[begin..]).map(|at| begin + at).ok_or_else(|| {
                let what = "this `{{` is never closed by `}}`".to_owned();
                ExpressionError::Syntax { what, at: open }
            })?;
            parts.push(Part::Expression(Expression::parse_at(&source[begin..end], begin)?));
            from = end + 2;
        }
        literal(&source[from..], from, &mut parts)?;
        Ok(Self { source: source.to_owned(), parts })
    }

    /// As written in the file.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Literals and expressions in turn.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(expression) => Some(expression),
            Part::Literal(_) => None,
        })
    }

    /// The names that its expressions use.
    pub fn names(&self) -> BTreeSet<String> {
        self.expressions().flat_map(Expression::names).collect()
    }

    /// A JSON value: exactly one expression keeps its type, everything else is text.
    pub fn value(&self, values: &Values) -> Result<Value, ExpressionError> {
        match self.parts.as_slice() {
            [Part::Expression(expression)] => expression.value(values),
            _ => self.text(values, Place::Plain).map(Value::String),
        }
    }

    /// Text, with the values (and in a form the literals too) encoded for `place`.
    pub fn text(&self, values: &Values, place: Place) -> Result<String, ExpressionError> {
        let mut writer = encode::Writer::new(place);
        for part in &self.parts {
            match part {
                Part::Literal(text) => writer.literal(text),
                Part::Expression(expression) => {
                    let value = expression.value(values)?;
                    writer.value(&value).map_err(|what| fault(expression.source(), what))?;
                }
            }
            if writer.len() > VALUE_LIMIT {
                return Err(fault(&self.source, format!("is longer than {VALUE_LIMIT} bytes")));
            }
        }
        writer.finish().map_err(|what| fault(&self.source, what))
    }

    /// The same for reading ahead: an expression that cannot be evaluated yet stays as it is
    /// written.
    pub fn partial(&self, values: &Values, place: Place) -> String {
        let mut writer = encode::Writer::new(place);
        for part in &self.parts {
            match part {
                Part::Literal(text) => writer.literal(text),
                Part::Expression(expression) => {
                    let value = expression.value(values).map_err(|error| error.to_string());
                    if value.and_then(|value| writer.value(&value)).is_err() {
                        writer.raw(&format!("{{{{ {} }}}}", expression.source().trim()));
                    }
                }
            }
        }
        writer.unchecked()
    }
}

fn literal(text: &str, at: usize, parts: &mut Vec<Part>) -> Result<(), ExpressionError> {
    let stray = [
        ("{%", "statements (`{% … %}`) are not part of this format"),
        ("{#", "comments (`{# … #}`) are not part of this format"),
        ("}}", "this `}}` closes nothing: write `{{ \"}}\" }}` for the two characters"),
    ];
    for (mark, what) in stray {
        if let Some(inside) = text.find(mark) {
            return Err(ExpressionError::Syntax { what: what.to_owned(), at: at + inside });
        }
    }
    if !text.is_empty() {
        parts.push(Part::Literal(text.to_owned()));
    }
    Ok(())
}

fn fault(source: &str, what: String) -> ExpressionError {
    ExpressionError::Place { source_text: source.trim().to_owned(), what }
}

impl JsonTemplate {
    /// The JSON value with every template evaluated.
    pub fn value(&self, values: &Values) -> Result<Value, ExpressionError> {
        self.walk(&|template| template.value(values))
    }

    /// The same for reading ahead, see [`Template::partial`].
    pub fn partial(&self, values: &Values) -> Value {
        let lenient = |template: &Template| {
            let text = || Value::String(template.partial(values, Place::Plain));
            Ok::<_, std::convert::Infallible>(template.value(values).unwrap_or_else(|_| text()))
        };
        match self.walk(&lenient) {
            Ok(value) => value,
        }
    }

    /// The templates in it, in file order.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Bool(_) | Self::Number(_) => Vec::new(),
            Self::Text(template) => vec![template],
            Self::Array(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Object(items) => items.iter().flat_map(|(_, item)| item.templates()).collect(),
        }
    }

    fn walk<E>(&self, text: &impl Fn(&Template) -> Result<Value, E>) -> Result<Value, E> {
        match self {
            Self::Bool(truth) => Ok(Value::Bool(*truth)),
            Self::Number(number) => Ok(Value::Number(number.clone())),
            Self::Text(template) => text(template),
            Self::Array(items) => items.iter().map(|item| item.walk(text)).collect(),
            Self::Object(items) => {
                items.iter().map(|(name, item)| Ok((name.clone(), item.walk(text)?))).collect()
            }
        }
    }
}

impl Body {
    /// What goes over the wire; `None` without a body.
    pub fn text(&self, values: &Values) -> Result<Option<String>, ExpressionError> {
        match self {
            Self::Empty => Ok(None),
            Self::Json(json) => Ok(Some(json.value(values)?.to_string())),
            Self::Text(template) => template.text(values, Place::Plain).map(Some),
            Self::Form(fields) => {
                let field = |(name, value): &(String, Template)| {
                    Ok(format!("{}={}", encode::form(name), value.text(values, Place::Form)?))
                };
                let fields: Result<Vec<_>, _> = fields.iter().map(field).collect();
                Ok(Some(fields?.join("&")))
            }
        }
    }

    /// The `Content-Type` that goes with it, unless the playbook names one; `None` without a body.
    pub fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Empty => None,
            Self::Json(_) => Some("application/json"),
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Text(_) => Some("text/plain; charset=utf-8"),
        }
    }

    /// The templates in it, in file order.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Empty => Vec::new(),
            Self::Json(json) => json.templates(),
            Self::Form(fields) => fields.iter().map(|(_, template)| template).collect(),
            Self::Text(template) => vec![template],
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values() -> Values {
        Values::default()
            .with("inputs", json!({"index": "users-*,a b/c?d", "n": 3, "dots": "..", "empty": ""}))
            .with("evil", json!("a\r\nX-Other: b"))
            .with("list", json!(["x", 1]))
    }

    fn text(source: &str, place: Place) -> Result<String, ExpressionError> {
        Template::parse(source)?.text(&values(), place)
    }

    #[test]
    fn one_expression_keeps_its_type() {
        let value = |source: &str| Template::parse(source).unwrap().value(&values()).unwrap();
        assert_eq!(value("{{ inputs.n }}"), json!(3));
        assert_eq!(value("{{ none }}"), Value::Null);
        assert_eq!(value("{{ list }}"), json!(["x", 1]));
        assert_eq!(value("n={{ inputs.n }}"), json!("n=3"));
        assert_eq!(value("{{ '}}' ~ {'a': {'b': 1}}.a.b }}!"), json!("}}1!"));
        assert_eq!(value("all of {{ list }}"), json!("all of [\"x\",1]"));
        assert_eq!(value(""), json!(""));
    }

    #[test]
    fn values_are_encoded_by_their_place() {
        assert_eq!(
            text(
                "/{{ inputs.index }}/_search?size={{ inputs.n }}&q={{ inputs.index }}",
                Place::Path
            ),
            Ok("/users-*,a%20b%2Fc%3Fd/_search?size=3&q=users-*%2Ca%20b%2Fc%3Fd".to_owned())
        );
        assert_eq!(
            text("q {{ inputs.index }}", Place::Form),
            Ok("q+users-*%2Ca+b%2Fc%3Fd".to_owned())
        );
        assert_eq!(text("v {{ inputs.n }}", Place::Header), Ok("v 3".to_owned()));
    }

    #[test]
    fn a_value_never_changes_the_shape_of_a_request() {
        for (source, place) in [
            ("/{{ inputs.dots }}/x", Place::Path),
            ("/.{{ '.' }}/x", Place::Path),
            ("/../x", Place::Path),
            ("/%2e%2E/x", Place::Path),
            ("/{{ inputs.empty }}/_settings", Place::Path),
            ("/{{ list }}", Place::Path),
            ("/{{ none }}", Place::Path),
            ("/x?{{ none }}", Place::Path),
            ("{{ evil }}", Place::Header),
            ("{{ list }}", Place::Form),
        ] {
            assert!(text(source, place).is_err(), "{source}");
        }
        assert_eq!(text("/x?p={{ inputs.dots }}", Place::Path), Ok("/x?p=..".to_owned()));
        assert_eq!(text("/...{{ inputs.dots }}", Place::Path), Ok("/.....".to_owned()));
    }

    #[test]
    fn what_is_unknown_stays_as_written() {
        let partial =
            |source: &str| Template::parse(source).unwrap().partial(&values(), Place::Path);
        assert_eq!(
            partial("/{{ saved.x }}/{{inputs.n}}?y={{ saved.y|upper }}"),
            "/{{ saved.x }}/3?y={{ saved.y|upper }}"
        );
    }

    #[test]
    fn faults_have_a_place() {
        for (source, at) in [
            ("a {{ b", 2),
            ("{{ a }} }}", 8),
            ("{% if %}", 0),
            ("ab{{ 1 + }}", 7),
            ("é{{ x|no }}", 7),
        ] {
            match Template::parse(source) {
                Err(ExpressionError::Syntax { at: found, .. }) => assert_eq!(found, at, "{source}"),
                other => panic!("{source}: {other:?}"),
            }
        }
    }
}
