//! Expressions and templates: any text is answered, and evaluation is cheap.

use proptest::prelude::*;
use serde_json::json;
use stanch::playbook::{Expression, Place, Template, Values};

fn values() -> Values {
    Values::default()
        .with("status", json!(200))
        .with("json", json!({"a": [1, 2.5, null, "x", {"b": true}], "n": null}))
        .with("text", json!("héllo"))
        .with("inputs", json!({"index": "a/b c"}))
}

const WORDS: &[&str] = &[
    "status",
    "json",
    "json.a",
    "json.n",
    "text",
    "inputs.index",
    "nope",
    "1",
    "-1",
    "1.5",
    "9e99",
    "'x'",
    "none",
    "true",
    "and",
    "or",
    "not",
    "in",
    "is",
    "==",
    "!=",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "~",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "|",
    "if",
    "else",
    "length",
    "join",
    "map",
    "list",
    "sort",
    "first",
    "last",
    "int",
    "float",
    "upper",
    "items",
    "attribute=",
    "select",
    "selectattr",
    "unique",
    "max",
    "split",
    "replace",
    "string",
    "{{",
    "}}",
    "\"",
    "\\",
    "?",
    "/",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        if let Ok(template) = Template::parse(&text) {
            let _ = template.value(&values());
        }
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.value(&values());
        }
    }

    #[test]
    fn any_words_are_answered(picked in prop::collection::vec(prop::sample::select(WORDS), 1..12)) {
        let source = picked.join(" ");
        if let Ok(expression) = Expression::parse(&source) {
            let _ = expression.names();
            let _ = expression.value(&values());
        }
        let _ = Template::parse(&format!("/{source}/{{{{ {source} }}}}?{source}"));
    }

    /// Whatever a value holds, the path keeps its segments and the query its fields.
    #[test]
    fn a_value_stays_in_its_place(text in any::<String>()) {
        let values = Values::default().with("x", json!(text));
        let template = Template::parse("/a/{{ x }}/b?c={{ x }}&d=1").unwrap();
        match template.text(&values, Place::Path) {
            Ok(path) => {
                prop_assert!(path.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(path.matches('/').count(), 3);
                prop_assert_eq!(path.matches('?').count(), 1);
                prop_assert_eq!(path.matches('&').count(), 1);
                prop_assert_eq!(path.matches('#').count(), 0);
            }
            Err(_) => prop_assert!(text.is_empty() || text == "." || text == ".."),
        }
        let header = Template::parse("v {{ x }}").unwrap().text(&values, Place::Header);
        prop_assert_eq!(header.is_err(), text.chars().any(char::is_control));
    }
}
