//! What an expression may use: an allow-list in an environment that is otherwise empty.

use std::borrow::Cow;
use std::sync::OnceLock;

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, Expression, State, UndefinedBehavior, Value};
use minijinja::{filters, tests};

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

/// Compiles `source` for the one environment of this process.
pub(super) fn compile(source: &str) -> Result<Expression<'static, 'static>, Error> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(build).compile_expression_owned(source.to_owned())
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
    environment.add_filter("items", filters::items);
    environment.add_filter("join", filters::join);
    environment.add_filter("keys", keys);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("list", filters::list);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("map", filters::map);
    environment.add_filter("max", filters::max);
    environment.add_filter("min", filters::min);
    environment.add_filter("reject", filters::reject);
    environment.add_filter("rejectattr", rejectattr);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("select", filters::select);
    environment.add_filter("selectattr", selectattr);
    environment.add_filter("sort", filters::sort);
    environment.add_filter("split", filters::split);
    environment.add_filter("string", filters::string);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("unique", filters::unique);
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

/// The keys of a table, in its order.
fn keys(table: &Value) -> Result<Vec<Value>, Error> {
    if table.kind() == ValueKind::Map {
        Ok(table.try_iter()?.collect())
    } else {
        let what = format!("keys needs a table, this is of kind {}", table.kind());
        Err(Error::new(ErrorKind::InvalidOperation, what))
    }
}

fn selectattr(
    state: &mut State<'_, '_>,
    items: Value,
    attribute: Cow<'_, str>,
    test: Option<Cow<'_, str>>,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    each_has(&items, &attribute)?;
    filters::selectattr(state, items, attribute, test, arguments)
}

fn rejectattr(
    state: &mut State<'_, '_>,
    items: Value,
    attribute: Cow<'_, str>,
    test: Option<Cow<'_, str>>,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    each_has(&items, &attribute)?;
    filters::rejectattr(state, items, attribute, test, arguments)
}

/// minijinja takes a missing attribute for a false one: a mistyped name would select nothing, and
/// a proof that counts what was selected would lie.
fn each_has(items: &Value, attribute: &str) -> Result<(), Error> {
    for item in items.try_iter()? {
        let mut here = item;
        for part in attribute.split('.') {
            here = here.get_attr(part)?;
            if matches!(here.kind(), ValueKind::Undefined | ValueKind::Invalid) {
                let what = format!("an item has no usable `{attribute}`");
                return Err(Error::new(ErrorKind::InvalidOperation, what));
            }
        }
    }
    Ok(())
}
