//! A table of the file after decoding: typed by the field table, each value with its place.

use std::ops::Range;
use std::time::Duration;

use super::expression::Expression;
use super::fields::Table;
use super::model::{Auth, Destination, JsonTemplate};
use super::template::Template;

/// One decoded table.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) table: &'static Table,
    /// Byte of its header, or of its brace.
    pub(super) at: usize,
    pub(super) found: Vec<Found>,
}

/// One decoded key.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: &'static str,
    /// Bytes of the value; of the header for tables; empty at the table's place for a default.
    pub(super) span: Range<usize>,
    /// By default, not by the file.
    pub(super) implied: bool,
    pub(super) typed: Typed,
    /// Names that expressions in it use, each with its byte.
    pub(super) uses: Vec<(String, usize)>,
}

/// Something with a name, and its place.
#[derive(Debug, Clone)]
pub(super) struct Named<T> {
    pub(super) name: String,
    pub(super) at: usize,
    pub(super) value: T,
}

#[derive(Debug)]
pub(super) enum Typed {
    Text(String),
    Whole(u32),
    Truth(bool),
    Duration(Duration),
    /// Each line stands as the name.
    Lines(Vec<Named<()>>),
    Expression(Expression),
    Template(Template),
    Request(String, Template),
    Json(JsonTemplate),
    Templates(Vec<Named<Template>>),
    Expressions(Vec<Named<Expression>>),
    Auth(Auth),
    Table(Record),
    Tables(Vec<Record>),
    Records(Vec<Named<Record>>),
    /// Refused by this version; the problem is told.
    Later,
}

impl Record {
    pub(super) fn get(&self, name: &str) -> Option<&Found> {
        debug_assert!(self.table.field(name).is_some(), "{} has no {name}", self.table.header);
        self.found.iter().find(|found| found.name == name)
    }

    /// Byte of the value, or of the table when the file does not have it.
    pub(super) fn at(&self, name: &str) -> usize {
        self.get(name).filter(|found| !found.implied).map_or(self.at, |found| found.span.start)
    }

    /// The file itself has it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|found| !found.implied)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        match &self.get(name)?.typed {
            Typed::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn whole(&self, name: &str) -> Option<u32> {
        match self.get(name)?.typed {
            Typed::Whole(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        match self.get(name)?.typed {
            Typed::Truth(truth) => Some(truth),
            _ => None,
        }
    }

    pub(super) fn duration(&self, name: &str) -> Option<Duration> {
        match self.get(name)?.typed {
            Typed::Duration(duration) => Some(duration),
            _ => None,
        }
    }

    pub(super) fn lines(&self, name: &str) -> &[Named<()>] {
        match self.get(name).map(|found| &found.typed) {
            Some(Typed::Lines(lines)) => lines,
            _ => &[],
        }
    }

    pub(super) fn expression(&self, name: &str) -> Option<Expression> {
        match &self.get(name)?.typed {
            Typed::Expression(expression) => Some(expression.clone()),
            _ => None,
        }
    }

    pub(super) fn template(&self, name: &str) -> Option<Template> {
        match &self.get(name)?.typed {
            Typed::Template(template) => Some(template.clone()),
            _ => None,
        }
    }

    pub(super) fn request(&self, name: &str) -> Option<(&str, &Template)> {
        match &self.get(name)?.typed {
            Typed::Request(method, path) => Some((method, path)),
            _ => None,
        }
    }

    pub(super) fn auth(&self, name: &str) -> Option<Auth> {
        match &self.get(name)?.typed {
            Typed::Auth(auth) => Some(auth.clone()),
            _ => None,
        }
    }

    /// A back end by its name, or the members of a scope.
    pub(super) fn destination(&self, name: &str) -> Option<Destination> {
        match &self.get(name)?.typed {
            Typed::Text(text) => Some(Destination::Backend(text.clone())),
            Typed::Table(record) => record.text("scope").map(Destination::Member),
            _ => None,
        }
    }

    pub(super) fn templates(&self, name: &str) -> Vec<(String, Template)> {
        match self.get(name).map(|found| &found.typed) {
            Some(Typed::Templates(list)) => {
                list.iter().map(|item| (item.name.clone(), item.value.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The keys of a table of templates, each with its byte.
    pub(super) fn places(&self, name: &str) -> Vec<(&str, usize)> {
        match self.get(name).map(|found| &found.typed) {
            Some(Typed::Templates(list)) => {
                list.iter().map(|item| (item.name.as_str(), item.at)).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn expressions(&self, name: &str) -> &[Named<Expression>] {
        match self.get(name).map(|found| &found.typed) {
            Some(Typed::Expressions(list)) => list,
            _ => &[],
        }
    }

    pub(super) fn record(&self, name: &str) -> Option<&Record> {
        match &self.get(name)?.typed {
            Typed::Table(record) => Some(record),
            _ => None,
        }
    }

    pub(super) fn tables(&self, name: &str) -> &[Record] {
        match self.get(name).map(|found| &found.typed) {
            Some(Typed::Tables(records)) => records,
            _ => &[],
        }
    }

    pub(super) fn named(&self, name: &str) -> &[Named<Record>] {
        match self.get(name).map(|found| &found.typed) {
            Some(Typed::Records(records)) => records,
            _ => &[],
        }
    }
}
