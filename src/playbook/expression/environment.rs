//! What an expression may use: an allow-list in an environment that is otherwise empty.

use std::sync::OnceLock;

use minijinja::{Environment, Error, Expression, UndefinedBehavior};
use minijinja::{filters, tests};

use super::strict;

/// More instructions than any expression of the allowed length has.
const FUEL: u64 = 20_000;

/// Every filter that an expression may use. `default` is not among them: it hides missing names.
#[rustfmt::skip]
pub(in crate::playbook) const FILTERS: [&str; 26] = [
    "abs", "bool", "first", "float", "int", "items", "join", "keys", "last", "length", "list",
    "lower", "map", "max", "min", "reject", "rejectattr", "replace", "select", "selectattr",
    "sort", "split", "string", "trim", "unique", "upper",
];

/// Every test (`is …`) that an expression may use.
#[rustfmt::skip]
pub(in crate::playbook) const TESTS: [&str; 17] = [
    "boolean", "endingwith", "eq", "false", "ge", "gt", "in", "le", "lt", "mapping", "ne", "none",
    "number", "sequence", "startingwith", "string", "true",
];

/// Compiles `source`; where it orders values (`ordered`), filters refuse to yield none.
pub(super) fn compile(source: &str, ordered: bool) -> Result<Expression<'static, 'static>, Error> {
    static PLAIN: OnceLock<Environment<'static>> = OnceLock::new();
    static ORDERED: OnceLock<Environment<'static>> = OnceLock::new();
    let environment = if ordered {
        ORDERED.get_or_init(|| {
            let mut environment = build();
            strict::refuse_none(&mut environment);
            environment
        })
    } else {
        PLAIN.get_or_init(build)
    };
    environment.compile_expression_owned(source.to_owned())
}

fn build() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(false);
    add_filters(&mut environment);
    add_tests(&mut environment);
    environment
}

fn add_filters(environment: &mut Environment<'static>) {
    environment.add_filter("abs", filters::abs);
    environment.add_filter("bool", filters::bool);
    environment.add_filter("first", filters::first);
    environment.add_filter("float", filters::float);
    environment.add_filter("int", filters::int);
    environment.add_filter("items", strict::items);
    environment.add_filter("join", filters::join);
    environment.add_filter("keys", strict::keys);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("list", filters::list);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("map", strict::map);
    environment.add_filter("max", strict::max);
    environment.add_filter("min", strict::min);
    environment.add_filter("reject", filters::reject);
    environment.add_filter("rejectattr", strict::rejectattr);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("select", filters::select);
    environment.add_filter("selectattr", strict::selectattr);
    environment.add_filter("sort", strict::sort);
    environment.add_filter("split", filters::split);
    environment.add_filter("string", filters::string);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("unique", strict::unique);
    environment.add_filter("upper", filters::upper);
}

fn add_tests(environment: &mut Environment<'static>) {
    environment.add_test("boolean", tests::is_boolean);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("eq", tests::is_eq);
    environment.add_test("false", tests::is_false);
    environment.add_test("ge", tests::is_ge);
    environment.add_test("gt", tests::is_gt);
    environment.add_test("in", tests::is_in);
    environment.add_test("le", tests::is_le);
    environment.add_test("lt", tests::is_lt);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("ne", tests::is_ne);
    environment.add_test("none", tests::is_none);
    environment.add_test("number", tests::is_number);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("string", tests::is_string);
    environment.add_test("true", tests::is_true);
}
