//! Filters of minijinja made strict: a missing attribute is an error. It takes one for false or
//! for nothing, so a mistyped name would select nothing, and a proof that counts what was selected
//! would lie.

use std::borrow::Cow;

use minijinja::value::{DynObject, Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};

/// The keys of a table, in its order.
pub(super) fn keys(table: &Value) -> Result<Vec<Value>, Error> {
    Ok(items_of(table)?.into_iter().map(|(key, _)| key).collect())
}

/// The pairs of a table, in its order.
pub(super) fn items(table: &Value) -> Result<Vec<Value>, Error> {
    Ok(items_of(table)?.into_iter().map(|(key, value)| Value::from(vec![key, value])).collect())
}

fn items_of(table: &Value) -> Result<Vec<(Value, Value)>, Error> {
    let pairs = table
        .as_object()
        .filter(|_| table.kind() == ValueKind::Map)
        .and_then(DynObject::try_iter_pairs);
    match pairs {
        Some(pairs) => Ok(pairs.collect()),
        None => Err(fault(format!("a table is needed, this is of kind {}", table.kind()))),
    }
}

pub(super) fn map(
    state: &mut State<'_, '_>,
    items: Value,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    for argument in arguments.iter() {
        if let Ok(named) = Kwargs::try_from(Value::clone(argument)) {
            each_has_named(&items, &named)?;
        }
    }
    filters::map(state, items, arguments)
}

pub(super) fn sort(state: &State<'_, '_>, items: Value, named: Kwargs) -> Result<Value, Error> {
    each_has_named(&items, &named)?;
    filters::sort(state, items, named)
}

pub(super) fn unique(state: &State<'_, '_>, items: Value, named: Kwargs) -> Result<Value, Error> {
    each_has_named(&items, &named)?;
    filters::unique(state, items, named)
}

pub(super) fn max(state: &State<'_, '_>, items: Value, named: Kwargs) -> Result<Value, Error> {
    each_has_named(&items, &named)?;
    filters::max(state, items, named)
}

pub(super) fn min(state: &State<'_, '_>, items: Value, named: Kwargs) -> Result<Value, Error> {
    each_has_named(&items, &named)?;
    filters::min(state, items, named)
}

pub(super) fn selectattr(
    state: &mut State<'_, '_>,
    items: Value,
    attribute: Cow<'_, str>,
    test: Option<Cow<'_, str>>,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    each_has(&items, &attribute)?;
    filters::selectattr(state, items, attribute, test, arguments)
}

pub(super) fn rejectattr(
    state: &mut State<'_, '_>,
    items: Value,
    attribute: Cow<'_, str>,
    test: Option<Cow<'_, str>>,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    each_has(&items, &attribute)?;
    filters::rejectattr(state, items, attribute, test, arguments)
}

/// For expressions that order values: what they compare may come out of these.
pub(super) fn refuse_none(environment: &mut Environment<'static>) {
    environment.add_filter("first", |items: &Value| some(filters::first(items)?));
    environment.add_filter("last", |items: Value| some(filters::last(items)?));
    environment.add_filter("max", |state: &State<'_, '_>, items: Value, named: Kwargs| {
        no_none_in(&items)?;
        max(state, items, named)
    });
    environment.add_filter("min", |state: &State<'_, '_>, items: Value, named: Kwargs| {
        no_none_in(&items)?;
        min(state, items, named)
    });
    environment.add_filter("reject", reject_ordered);
    environment.add_filter("select", select_ordered);
}

fn select_ordered(
    state: &mut State<'_, '_>,
    items: Value,
    test: Option<Cow<'_, str>>,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    no_none_in(&items)?;
    filters::select(state, items, test, arguments)
}

fn reject_ordered(
    state: &mut State<'_, '_>,
    items: Value,
    test: Option<Cow<'_, str>>,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Vec<Value>, Error> {
    no_none_in(&items)?;
    filters::reject(state, items, test, arguments)
}

fn some(value: Value) -> Result<Value, Error> {
    if value.is_none() { Err(none_has_no_order()) } else { Ok(value) }
}

fn no_none_in(items: &Value) -> Result<(), Error> {
    if items.try_iter()?.any(|item| item.is_none()) { Err(none_has_no_order()) } else { Ok(()) }
}

fn none_has_no_order() -> Error {
    fault("an item is none, and none has no order".to_owned())
}

fn each_has_named(items: &Value, named: &Kwargs) -> Result<(), Error> {
    match named.peek::<Option<&str>>("attribute")? {
        // Only `sort` knows several; for the others a comma is no name anyway.
        Some(attributes) => {
            attributes.split(',').try_for_each(|attribute| each_has(items, attribute.trim()))
        }
        None => Ok(()),
    }
}

fn each_has(items: &Value, attribute: &str) -> Result<(), Error> {
    for item in items.try_iter()? {
        let mut here = item;
        for part in attribute.split('.') {
            here = match part.parse::<usize>() {
                Ok(index) => here.get_item_by_index(index)?,
                Err(_) => here.get_attr(part)?,
            };
            if matches!(here.kind(), ValueKind::Undefined | ValueKind::Invalid) {
                return Err(fault(format!("an item has no usable `{attribute}`")));
            }
        }
    }
    Ok(())
}

fn fault(what: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, what)
}
