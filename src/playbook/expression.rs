//! Expressions: minijinja without statements, strict, with fuel and an allow-list.

mod environment;
mod node;
mod strict;
mod tokens;
mod values;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub(super) use environment::{FILTERS, TESTS};
pub(super) use tokens::expression_end;
pub use values::Values;

use node::{Care, Node};

/// An expression may be this long, bytes.
pub const EXPRESSION_LIMIT: usize = 4 * 1024;
/// What an expression or a template yields may be this large, bytes.
pub const VALUE_LIMIT: usize = 1024 * 1024;

/// A compiled and checked expression; cheap to clone.
#[derive(Clone)]
pub struct Expression {
    source: Arc<str>,
    at: usize,
    /// It orders values with `<` or `>`, so some values in it are an error.
    care: Care,
    compiled: Arc<minijinja::Expression<'static, 'static>>,
}

/// Why an expression or a template cannot be read, or yields nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// It cannot be read; `at` is the byte in the text where.
    #[error("{what}")]
    Syntax { what: String, at: usize },
    /// It names what is not there, or does what cannot be done.
    #[error("`{source_text}` cannot be evaluated: {what}")]
    Evaluation { source_text: String, what: String },
    /// A condition yields something else than true or false.
    #[error("`{source_text}` yields {got}, not true or false: write a comparison")]
    NotBoolean { source_text: String, got: String },
    /// It yields a value that cannot stand where the template puts it.
    #[error("`{source_text}` {what}")]
    Place { source_text: String, what: String },
}

impl Expression {
    /// Compiles `source`; errors carry the byte in it.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        Self::parse_at(source, 0)
    }

    /// Compiles `source`, which begins at byte `at` of a larger text.
    pub(super) fn parse_at(source: &str, at: usize) -> Result<Self, ExpressionError> {
        let syntax =
            |what: String, inside: usize| ExpressionError::Syntax { what, at: at + inside };
        if source.len() > EXPRESSION_LIMIT {
            return Err(syntax(
                format!("this expression is longer than {EXPRESSION_LIMIT} bytes"),
                0,
            ));
        }
        if source.trim().is_empty() {
            return Err(syntax("an expression is missing here".to_owned(), 0));
        }
        let traits = tokens::examine(source).map_err(|(what, inside)| syntax(what, inside))?;
        let compiled = environment::compile(source, traits.ordered).map_err(|error| {
            let inside = error.range().map_or(0, |range| range.start.min(source.len()));
            syntax(plain_words(&error), inside)
        })?;
        Ok(Self {
            source: source.into(),
            at,
            care: Care {
                no_none: traits.ordered,
                no_numeric_text: traits.ordered && !traits.converts,
            },
            compiled: Arc::new(compiled),
        })
    }

    /// As written in the file.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The byte in the surrounding template at which it begins.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Evaluates; a missing name is an error wherever it stands.
    pub fn value(&self, values: &Values) -> Result<Value, ExpressionError> {
        let fault = |what: String| ExpressionError::Evaluation {
            source_text: self.source.trim().to_owned(),
            what,
        };
        let root = minijinja::Value::from_object(Node::root(values, self.care));
        let result = self.compiled.eval(root).map_err(|error| fault(plain_words(&error)))?;
        node::to_json(&result).map_err(fault)
    }

    /// Evaluates a condition; anything but true or false is an error.
    pub fn condition(&self, values: &Values) -> Result<bool, ExpressionError> {
        match self.value(values)? {
            Value::Bool(truth) => Ok(truth),
            other => Err(ExpressionError::NotBoolean {
                source_text: self.source.trim().to_owned(),
                got: kind(&other).to_owned(),
            }),
        }
    }

    /// The names that it uses, dotted as far as they are written: `saved.indices`, `json.a.b`.
    pub fn names(&self) -> BTreeSet<String> {
        self.compiled.undeclared_variables(true).into_iter().collect()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

/// What a value is, in the words of an error.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "none",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// minijinja's error without its own framing (`in <expression>:1`).
fn plain_words(error: &minijinja::Error) -> String {
    use minijinja::ErrorKind;
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "it takes too long".to_owned(),
        (ErrorKind::UndefinedError, _) => "it uses a value that is not there".to_owned(),
        (ErrorKind::SyntaxError, Some(detail)) => detail.replace("template", "expression"),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values() -> Values {
        Values::default()
            .with("status", json!(200))
            .with("text", json!("hello"))
            .with(
                "json",
                json!({"acknowledged": true, "hits": [{"n": 1}, {"n": 2}], "nothing": null}),
            )
            .with("inputs", json!({"index": "users-*"}))
    }

    fn eval(source: &str) -> Result<Value, ExpressionError> {
        Expression::parse(source)?.value(&values())
    }

    #[test]
    fn values_keep_their_type() {
        assert_eq!(eval("status").unwrap(), json!(200));
        assert_eq!(eval("none").unwrap(), Value::Null);
        assert_eq!(eval("json").unwrap(), values().get("json").unwrap().clone());
        assert_eq!(eval("json.hits | map(attribute='n') | list").unwrap(), json!([1, 2]));
        assert_eq!(eval("json.hits | length").unwrap(), json!(2));
        assert_eq!(eval("json.hits[-1].n").unwrap(), json!(2));
        assert_eq!(
            eval("{'b': [1.5, true], 'a': none}").unwrap(),
            json!({"b": [1.5, true], "a": null})
        );
        assert_eq!(eval("'acknowledged' in json and 'x' not in json").unwrap(), json!(true));
        assert_eq!(eval("json | items | first").unwrap(), json!(["acknowledged", true]));
    }

    #[test]
    fn a_missing_name_is_an_error_wherever_it_stands() {
        for source in [
            "nope",
            "status == 200 and json.nope",
            "status == 200 and nope",
            "json.nope == true",
            "not json.nope",
            "json.nope.deeper",
            "json.hits[7]",
            "json['nope']",
            "[json.nope]",
            "1 if status == 404",
            "json.hits | map(attribute='nope') | list",
            "json.hits | selectattr('nope') | list",
            "json.hits | rejectattr('nope') | list | length",
            "json.hits | sort(attribute='nope') | list | length",
            "json.hits | max(attribute='n.o')",
            "json.hits | map(attribute='nope', default=1) | list",
        ] {
            let error = eval(source).unwrap_err();
            assert!(matches!(error, ExpressionError::Evaluation { .. }), "{source}: {error:?}");
        }
        let error = eval("status == 200 and json.hits[0].nope").unwrap_err();
        assert!(error.to_string().contains("json.hits[0] has no `nope`"), "{error}");
    }

    #[test]
    fn a_condition_must_be_true_or_false() {
        let condition = |source: &str| Expression::parse(source).unwrap().condition(&values());
        assert!(condition("json.acknowledged").unwrap());
        assert!(!condition("status in [401, 403]").unwrap());
        for source in ["status", "text", "json", "none", "json.hits"] {
            assert!(
                matches!(condition(source), Err(ExpressionError::NotBoolean { .. })),
                "{source}"
            );
        }
    }

    /// minijinja orders none before every number: a call without an answer would pass
    /// `status < 300`.
    #[test]
    fn none_has_no_order() {
        let none = Values::default().with("status", Value::Null).with("refused", json!(true));
        let condition = |source: &str| Expression::parse(source).unwrap().condition(&none);
        assert!(condition("status < 300").is_err());
        assert!(condition("300 > status").is_err());
        assert!(condition("[none, 3] | first < 3").is_err());
        assert!(condition("[none, 3] | min < 3").is_err());
        assert!(condition("[none, 3] | select('lt', 3) | list | length == 1").is_err());
        assert!(condition("[status] | select('lt', 300) | list | length == 1").is_err());
        assert!(condition("refused or status < 300").unwrap());
        assert!(!condition("status in [401, 403]").unwrap());
        assert!(condition("status == none").unwrap());
    }

    /// minijinja orders all text behind all numbers, and some systems write counts as text.
    #[test]
    fn numbers_as_text_have_no_order() {
        let values = Values::default().with("json", json!([{"docs.count": "0", "name": "a"}]));
        let condition = |source: &str| Expression::parse(source).unwrap().condition(&values);
        let error = condition("json[0]['docs.count'] > 5").unwrap_err();
        assert!(error.to_string().contains("| int"), "{error}");
        assert!(condition("json | map(attribute='name') | list | length > 0").unwrap());
        assert!(!condition("json[0]['docs.count'] | int > 5").unwrap());
        assert!(condition("json[0]['docs.count'] == '0'").unwrap());
        assert!(condition("json[0].name < 'b'").unwrap());
    }

    #[test]
    fn what_is_not_on_the_list_is_refused_with_its_place() {
        for (source, at) in [
            ("status | frobnicate", 9),
            ("json | default('x')", 7),
            ("status is frob", 10),
            ("range(3)", 0),
            ("text.upper()", 5),
            ("text[::-1]", 6),
            ("json[0:{'a':1}.a:2]", 16),
            ("status ==", 7),
            ("", 0),
            ("{% if x %}", 1),
            ("'open", 0),
        ] {
            match Expression::parse(source) {
                Err(ExpressionError::Syntax { at: found, .. }) => assert_eq!(found, at, "{source}"),
                other => panic!("{source}: {other:?}"),
            }
        }
    }

    #[test]
    fn names_are_dotted() {
        let names = Expression::parse("saved.token ~ inputs['x'] ~ json.a.b[0].c").unwrap().names();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["inputs", "json.a.b", "saved.token"]);
    }

    /// Deep and long expressions end with an answer, also on a small stack.
    #[test]
    fn bombs_end() {
        let small = std::thread::Builder::new().stack_size(1024 * 1024);
        let work = small.spawn(|| {
            let long = |head: &str, again: &str, tail: &str| {
                [EXPRESSION_LIMIT, 950, 490].map(|length| {
                    let room = length - head.len() - tail.len();
                    format!("{head}{}{tail}", again.repeat(room / again.len()))
                })
            };
            let chains = [
                long("json", ".a", ""),
                long("json", "[0]", ""),
                long("", "not ", "true"),
                long("", "-", "1"),
                long("1", "+1", ""),
                long("1", "**9", ""),
                long("", "(", ""),
                long("", "[", ""),
                long("", "{1:", ""),
                long("text", "|trim", ""),
                long("1", " if 1 else 1", ""),
                long("text", "~text", ""),
                long("1", " and 1", ""),
                long("1", "<1", ""),
            ];
            let others = [
                "'x' * 1000000000".to_owned(),
                "[1] * 1000000000".to_owned(),
                "9999999999 ** 9999999999".to_owned(),
                "1 % 0".to_owned(),
                "1 // 0".to_owned(),
                "1 / 0".to_owned(),
                "(-9223372036854775807 - 1) // -1".to_owned(),
                "text[99999999999999999999:]".to_owned(),
                "text[-99999999999999999999:-9223372036854775808]".to_owned(),
                "json | join(json)".to_owned(),
                "[1, 'a', none, json, [2], 1.5] | sort".to_owned(),
            ];
            for source in chains.into_iter().flatten().chain(others) {
                // Either answer is right; only the return matters.
                if let Ok(expression) = Expression::parse(&source) {
                    let _ = expression.names();
                    let _ = expression.value(&values());
                }
            }
        });
        work.unwrap().join().unwrap();
    }

    #[test]
    fn large_results_are_refused() {
        let large = Values::default().with("text", json!("x".repeat(VALUE_LIMIT)));
        let value = |source: &str| Expression::parse(source).unwrap().value(&large);
        assert!(value("text ~ text").is_err());
        assert!(value("[text, text]").is_err());
        assert!(value("text | length").is_ok());
    }
}
