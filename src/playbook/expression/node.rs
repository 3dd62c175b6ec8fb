//! The bridge between JSON and minijinja: a place in a JSON document, converted only where an
//! expression looks.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind};
use serde_json::Value as Json;
use serde_json::{Map, Number};

use super::VALUE_LIMIT;
use super::values::Values;

/// Deeper results are refused: nothing that a playbook sends nests like this.
const DEPTH_LIMIT: usize = 64;

/// A table or list inside the values.
#[derive(Debug, Clone)]
pub(super) struct Node {
    root: Arc<Map<String, Json>>,
    path: Vec<Key>,
    care: Care,
}

/// What a lookup may not find. minijinja orders values of different kinds by their kind: none
/// before every number, text behind, so a proof like `status < 300` would hold without an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Care {
    pub(super) no_none: bool,
    /// A number written as text.
    pub(super) no_numeric_text: bool,
}

#[derive(Debug, Clone)]
enum Key {
    Name(Arc<str>),
    Index(usize),
}

/// A table or a list, looked at.
enum Container<'a> {
    Table(&'a Map<String, Json>),
    List(&'a [Json]),
}

impl Node {
    pub(super) fn root(values: &Values, care: Care) -> Self {
        Self { root: values.0.clone(), path: Vec::new(), care }
    }

    fn container(&self) -> Container<'_> {
        let mut here = Container::Table(&self.root);
        for key in &self.path {
            let next = match (&here, key) {
                (Container::Table(table), Key::Name(name)) => table.get(&**name),
                (Container::List(list), Key::Index(index)) => list.get(*index),
                _ => None,
            };
            here = match next {
                Some(Json::Object(table)) => Container::Table(table),
                Some(Json::Array(list)) => Container::List(list),
                // A node is only made for tables and lists of its own root.
                _ => Container::List(&[]),
            };
        }
        here
    }

    /// What a lookup finds.
    fn child(&self, key: Key, value: &Json) -> Value {
        let what = match value {
            Json::Null if self.care.no_none => "is none, and none has no order",
            Json::String(text) if self.care.no_numeric_text && is_numeric(text) => {
                "is a number written as text, which has no order with numbers: add `| int`"
            }
            _ => return self.item(key, value),
        };
        let what = format!("{} {what}", self.named(&key));
        Value::from(Error::new(ErrorKind::InvalidOperation, what))
    }

    /// What an iteration meets: never an error value, which minijinja cannot compare with another.
    fn item(&self, key: Key, value: &Json) -> Value {
        match value {
            Json::Null => Value::from(()),
            Json::Bool(truth) => Value::from(*truth),
            Json::Number(number) => number_value(number),
            Json::String(text) => Value::from(text.as_str()),
            Json::Array(_) | Json::Object(_) => {
                let mut path = self.path.clone();
                path.push(key);
                Value::from_object(Self { root: self.root.clone(), path, care: self.care })
            }
        }
    }

    fn named(&self, last: &Key) -> String {
        let mut name = String::new();
        for key in self.path.iter().chain([last]) {
            match key {
                Key::Name(part) if name.is_empty() => name.push_str(part),
                Key::Name(part) => name.extend([".", &**part]),
                Key::Index(index) => name.extend(["[", &index.to_string(), "]"]),
            }
        }
        name
    }

    fn missing(&self, what: &str) -> Value {
        let words = match self.path.split_last() {
            None => format!("there is no `{what}` here"),
            Some((last, before)) => {
                let above = Self { path: before.to_vec(), ..self.clone() };
                format!("{} has no `{what}`", above.named(last))
            }
        };
        Value::from(Error::new(ErrorKind::UnknownMethod, words))
    }

    fn to_json(&self) -> Json {
        match self.container() {
            Container::Table(table) => Json::Object(table.clone()),
            Container::List(list) => Json::Array(list.to_vec()),
        }
    }
}

impl Object for Node {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.container() {
            Container::Table(_) => ObjectRepr::Map,
            Container::List(_) => ObjectRepr::Seq,
        }
    }

    /// Also answers `in`, so a missing key is no error here.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match self.container() {
            Container::Table(table) => {
                let name = key.as_str()?;
                Some(self.child(Key::Name(name.into()), table.get(name)?))
            }
            Container::List(list) => {
                let index = key.as_usize()?;
                Some(self.child(Key::Index(index), list.get(index)?))
            }
        }
    }

    /// The way of `a.b`: a missing name is an error with its full name.
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match self.container() {
            Container::Table(table) => Some(match table.get(key) {
                Some(value) => self.child(Key::Name(key.into()), value),
                None => self.missing(key),
            }),
            Container::List(_) => Some(self.missing(key)),
        }
    }

    /// Cheap, unlike asking the items.
    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(match self.container() {
            Container::Table(table) => table.len(),
            Container::List(list) => list.len(),
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.container() {
            Container::Table(table) => {
                let pair = |(name, value): (&String, &Json)| {
                    (Value::from(name.as_str()), self.item(Key::Name(name.as_str().into()), value))
                };
                let pairs: Vec<_> = table.iter().map(pair).collect();
                Enumerator::KeyValueIter(Box::new(pairs.into_iter()))
            }
            Container::List(list) => {
                let items = list.iter().enumerate();
                Enumerator::Values(
                    items.map(|(at, item)| self.item(Key::Index(at), item)).collect(),
                )
            }
        }
    }
}

fn is_numeric(text: &str) -> bool {
    text.trim().parse::<f64>().is_ok()
}

fn number_value(number: &Number) -> Value {
    if let Some(whole) = number.as_i64() {
        Value::from(whole)
    } else if let Some(whole) = number.as_u64() {
        Value::from(whole)
    } else {
        Value::from(number.as_f64().unwrap_or(f64::NAN))
    }
}

/// Back to JSON. What is not there, what cannot be written as JSON and what is too large is an
/// error, in words.
pub(super) fn to_json(value: &Value) -> Result<Json, String> {
    let mut budget = VALUE_LIMIT;
    convert(value, 0, &mut budget)
}

fn convert(value: &Value, depth: usize, budget: &mut usize) -> Result<Json, String> {
    if depth > DEPTH_LIMIT {
        return Err("its result is nested too deep".to_owned());
    }
    spend(1, budget)?;
    if let Some(node) = value.downcast_object_ref::<Node>() {
        let json = node.to_json();
        measure(&json, budget)?;
        return Ok(json);
    }
    match value.kind() {
        ValueKind::None => Ok(Json::Null),
        ValueKind::Bool => Ok(Json::Bool(value.is_true())),
        ValueKind::Number => convert_number(value),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            spend(text.len(), budget)?;
            Ok(Json::String(text.to_owned()))
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| super::plain_words(&error))?;
            items.map(|item| convert(&item, depth + 1, budget)).collect()
        }
        ValueKind::Map => convert_table(value, depth, budget),
        ValueKind::Undefined => Err("it yields a value that is not there".to_owned()),
        ValueKind::Invalid => Err(match value.try_iter() {
            Err(error) => super::plain_words(&error),
            Ok(_) => "it uses a value that is not there".to_owned(),
        }),
        kind => Err(format!("it yields a value of kind {kind}, which JSON does not have")),
    }
}

fn convert_table(value: &Value, depth: usize, budget: &mut usize) -> Result<Json, String> {
    let mut table = Map::new();
    for key in value.try_iter().map_err(|error| super::plain_words(&error))? {
        let name = key.as_str().ok_or("the keys of a table must be text")?;
        spend(name.len(), budget)?;
        let item = value.get_item(&key).map_err(|error| super::plain_words(&error))?;
        table.insert(name.to_owned(), convert(&item, depth + 1, budget)?);
    }
    Ok(Json::Object(table))
}

fn convert_number(value: &Value) -> Result<Json, String> {
    if value.is_integer() {
        if let Ok(whole) = i64::try_from(value.clone()) {
            return Ok(Json::from(whole));
        }
        if let Ok(whole) = u64::try_from(value.clone()) {
            return Ok(Json::from(whole));
        }
        return Err("its result is a number that is too large".to_owned());
    }
    let number = f64::try_from(value.clone()).ok().and_then(Number::from_f64);
    number.map(Json::Number).ok_or_else(|| "its result is not a finite number".to_owned())
}

fn measure(json: &Json, budget: &mut usize) -> Result<(), String> {
    spend(1, budget)?;
    match json {
        Json::String(text) => spend(text.len(), budget),
        Json::Array(list) => list.iter().try_for_each(|item| measure(item, budget)),
        Json::Object(table) => table.iter().try_for_each(|(name, item)| {
            spend(name.len(), budget)?;
            measure(item, budget)
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
    }
}

fn spend(bytes: usize, budget: &mut usize) -> Result<(), String> {
    *budget = budget
        .checked_sub(bytes)
        .ok_or_else(|| format!("its result is larger than {VALUE_LIMIT} bytes"))?;
    Ok(())
}
