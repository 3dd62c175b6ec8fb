//! From TOML to [`Record`]s by the field table, with every problem on the way.

mod single;
mod structured;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{self, Field, Kind, Need, Table};
use super::problem::{Problems, similar};
use super::record::{Found, Record, Typed};

/// A list, and a table of headers, fields or saved names, may have so many entries.
const ENTRY_LIMIT: usize = 500;
/// A file may have so many templates and expressions.
const EXPRESSION_COUNT_LIMIT: usize = 5000;

/// What the decoder carries along.
pub(super) struct Decoder<'a> {
    pub(super) text: &'a str,
    pub(super) problems: &'a mut Problems,
    /// The file is broken TOML: what seems to be missing may only be lost.
    pub(super) broken: bool,
    /// So many expressions were compiled.
    pub(super) expressions: usize,
}

/// A value on its way: where it stands, and what its expressions use.
struct Here {
    span: Range<usize>,
    uses: Vec<(String, usize)>,
}

impl Decoder<'_> {
    /// Decodes one table; `above` are the tables around it, the nearest last.
    pub(super) fn table(
        &mut self,
        found: &DeTable<'_>,
        at: usize,
        table: &'static Table,
        above: &[&'static Table],
    ) -> Record {
        let mut record = Record { table, at, found: Vec::new() };
        let mut around = above.to_vec();
        around.push(table);
        for (key, value) in found {
            let Some(field) = table.field(key.get_ref()) else {
                self.unknown_key(key.get_ref(), key.span().start, table, above);
                continue;
            };
            let mut here = Here { span: value.span(), uses: Vec::new() };
            if let Some(typed) = self.value(value, field, key.span(), &around, &mut here) {
                let Here { span, uses } = here;
                record.found.push(Found { name: field.name, span, implied: false, typed, uses });
            } else {
                // Told already; the key stands, so that nothing else calls it missing.
                record.found.push(Found {
                    name: field.name,
                    span: here.span,
                    implied: false,
                    typed: Typed::Later,
                    uses: Vec::new(),
                });
            }
        }
        self.fill(&mut record);
        record
    }

    /// Defaults, and what is required and missing.
    fn fill(&mut self, record: &mut Record) {
        for field in record.table.fields {
            if record.found.iter().any(|found| found.name == field.name) {
                continue;
            }
            match field.need {
                Need::Optional => {}
                Need::Required if self.broken => {}
                Need::Required => {
                    let what = format!("{} needs `{}`", record.table.header, field.name);
                    let mend = format!("add `{}`: {}", field.name, field.doc);
                    self.problems.mend(record.at, what, mend);
                }
                Need::Default(text) => {
                    if let Some(found) = self.implied(field, text, record.at) {
                        record.found.push(found);
                    }
                }
            }
        }
    }

    fn implied(&mut self, field: &'static Field, text: &str, at: usize) -> Option<Found> {
        let value = DeValue::parse(text).ok()?;
        let mut here = Here { span: at..at, uses: Vec::new() };
        let typed = self.value(&value, field, at..at, &[], &mut here)?;
        Some(Found { name: field.name, span: at..at, implied: true, typed, uses: Vec::new() })
    }

    fn unknown_key(&mut self, key: &str, at: usize, table: &Table, above: &[&'static Table]) {
        if self.problems.full() {
            return self.problems.add(at, "");
        }
        let what = format!("{} has no key `{key}`", table.header);
        let names = || table.fields.iter().map(|field| field.name);
        if let Some(owner) = above.iter().rev().find(|owner| owner.field(key).is_some()) {
            let what = format!("`{key}` belongs to {}, not to {}", owner.header, table.header);
            let mend = format!("move it above the line {}", table.header);
            self.problems.mend(at, what, mend);
        } else if let Some(meant) = similar(key, names()) {
            self.problems.mend(at, what, format!("did you mean `{meant}`?"));
        } else if let Some(owner) =
            fields::tables().into_iter().find(|other| other.field(key).is_some())
        {
            let what = format!("`{key}` belongs to {}, not to {}", owner.header, table.header);
            self.problems.mend(at, what, format!("move it under {}", owner.header));
        } else {
            let known: Vec<_> = names().collect();
            self.problems.mend(at, what, format!("it has {}", known.join(", ")));
        }
    }

    fn value(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        field: &'static Field,
        key: Range<usize>,
        around: &[&'static Table],
        here: &mut Here,
    ) -> Option<Typed> {
        match field.kind {
            Kind::Later => {
                let what = format!("`{}` is not in this version", field.name);
                self.problems.mend(key.start, what, "leave it out, or do it as an `ask` step");
                None
            }
            Kind::Destination(_) if value.get_ref().is_str() => match value.get_ref() {
                DeValue::String(text) => self.single(text, field, here),
                _ => None,
            },
            Kind::Table(_)
            | Kind::Playbook(_)
            | Kind::Tables(_)
            | Kind::Named(_)
            | Kind::Auth(_)
            | Kind::Destination(_) => self.tables(value, field, key.start, around, here),
            Kind::Json => self.json(value, here).map(Typed::Json),
            Kind::Headers | Kind::Form | Kind::Expressions => self.map(value, field, here),
            Kind::Lines => self.lines(value, field).map(Typed::Lines),
            Kind::Whole(least, most) => self.whole(value, field, least, most),
            Kind::Truth => match value.get_ref() {
                DeValue::Boolean(truth) => Some(Typed::Truth(*truth)),
                _ => self.wrong(value, field, "true or false"),
            },
            _ => match value.get_ref() {
                DeValue::String(text) => {
                    self.hidden(text, here.span.start);
                    self.single(text, field, here)
                }
                _ => self.wrong(value, field, "a text in quotes"),
            },
        }
    }

    fn wrong<T>(&mut self, value: &Spanned<DeValue<'_>>, field: &Field, wants: &str) -> Option<T> {
        let got = value.get_ref().type_str();
        let article = if got.starts_with(['a', 'i']) { "an" } else { "a" };
        let what = format!("`{}` must be {wants}, this is {article} {got}", field.name);
        self.problems.add(value.span().start, what);
        None
    }
}
