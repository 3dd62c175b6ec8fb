//! Expressions and templates: any text is answered, and evaluation is cheap.

use proptest::prelude::*;
use serde_json::json;
use stanch::playbook::{Expression, Place, Template, Values};

fn values() -> Values {
    Values::default()
        .with("status", json!(200))
        .with(
            "json",
            json!({"a": [1, 2.5, null, "x", {"b": true}], "n": null,
            "hits": [{"a": 1, "b": null}, {"a": null, "b": [1]}, {"b": {"c": 2}}]}),
        )
        .with("text", json!("héllo"))
        .with("inputs", json!({"index": "a/b c"}))
}

fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words.split('␠').map(str::trim).collect::<Vec<_>>())
}

const ATOMS: &str = "status ␠ json ␠ json.a ␠ json.n ␠ json.hits ␠ json['hits'] ␠ text ␠ inputs.index \
    ␠ nope ␠ 0 ␠ 1 ␠ 1.5 ␠ 9e99 ␠ 9223372036854775807 ␠ 99999999999999999999 ␠ 'x' ␠ 'lt' ␠ 'ü' ␠ none \
    ␠ true ␠ false ␠ [] ␠ {}";
const OPERATORS: &str =
    "and ␠ or ␠ in ␠ not in ␠ == ␠ != ␠ < ␠ <= ␠ > ␠ >= ␠ + ␠ - ␠ * ␠ / ␠ // ␠ % ␠ ** ␠ ~";
const FILTERS: &str = "abs ␠ bool ␠ first ␠ float ␠ int ␠ int(base=3) ␠ items ␠ join ␠ join(',') ␠ keys \
    ␠ last ␠ length ␠ list ␠ lower ␠ map(attribute='a') ␠ map(attribute='b.c') ␠ map('upper') ␠ map('int') \
    ␠ max ␠ max(attribute='a') ␠ min ␠ reject ␠ reject('none') ␠ rejectattr('b') ␠ replace('x', 'y') \
    ␠ select ␠ select('lt', 2) ␠ selectattr('a', 'gt', 0) ␠ sort ␠ sort(attribute='a,b') \
    ␠ sort(reverse=true) ␠ split ␠ split('x') ␠ string ␠ trim ␠ trim('x') ␠ unique \
    ␠ unique(attribute='b') ␠ upper";
const TESTS: &str = "boolean ␠ endingwith('x') ␠ eq(1) ␠ false ␠ ge(1) ␠ in([1]) ␠ mapping ␠ not none \
    ␠ number ␠ sequence ␠ startingwith(1) ␠ string ␠ lt(2)";

/// Expressions that mostly compile.
fn source() -> impl Strategy<Value = String> {
    one_of(ATOMS).prop_map(str::to_owned).prop_recursive(5, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (two.clone(), one_of(OPERATORS)).prop_map(|((a, b), with)| format!("({a} {with} {b})")),
            (inner.clone(), one_of(FILTERS)).prop_map(|(a, with)| format!("({a} | {with})")),
            (inner.clone(), one_of(TESTS)).prop_map(|(a, is)| format!("({a} is {is})")),
            inner.clone().prop_map(|a| format!("(not {a})")),
            inner.clone().prop_map(|a| format!("(-{a})")),
            two.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
            two.clone().prop_map(|(a, b)| format!("{{'k': {a}, 'l': {b}}}")),
            two.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a})[{b}:{c}]")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("({a} if {b} else {c})")),
        ]
    })
}

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
    fn any_expression_is_answered(source in source()) {
        let expression = Expression::parse(&source);
        prop_assert!(expression.is_ok() || source.len() > 500, "{}: {:?}", source, expression);
        if let Ok(expression) = expression {
            let _ = expression.names();
            if let (Ok(value), Ok(truth)) = (expression.value(&values()), expression.condition(&values())) {
                prop_assert_eq!(value, json!(truth));
            }
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
