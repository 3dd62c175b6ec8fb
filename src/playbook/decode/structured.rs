//! Values that hold others: tables, lists, maps, JSON, auth.

use serde_json::Number;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Decoder, ENTRY_LIMIT, Here};
use crate::playbook::fields::{Field, Kind, Table};
use crate::playbook::model::{Auth, JsonTemplate};
use crate::playbook::record::{Found, Named, Record, Typed};
use crate::playbook::words;

impl Decoder<'_> {
    pub(super) fn tables(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        field: &'static Field,
        key: usize,
        around: &[&'static Table],
        here: &mut Here,
    ) -> Option<Typed> {
        match (field.kind, value.get_ref()) {
            (
                Kind::Table(table) | Kind::Playbook(table) | Kind::Destination(table),
                DeValue::Table(found),
            ) => Some(Typed::Table(self.table(found, value.span().start, table, around))),
            (Kind::Destination(_), _) => {
                self.problems.mend(
                    here.span.start,
                    format!("`{}` must be the name of a back end or a table", field.name),
                    "write like `backend = \"search\"` or `backend = { scope = \"database\" }`",
                );
                None
            }
            (Kind::Playbook(table), DeValue::String(name)) => {
                let span = value.span();
                self.hidden(name, span.start);
                if let Err(what) = words::id(name) {
                    let what = format!("`{}` {what}", field.name);
                    let mend = "name a shipped playbook, or write { file = \"path.toml\" }";
                    self.problems.mend(span.start, what, mend);
                    return None;
                }
                let (at, typed) = (span.start, Typed::Text(name.to_string()));
                let found =
                    vec![Found { name: "id", span, implied: false, typed, uses: Vec::new() }];
                Some(Typed::Table(Record { table, at, found }))
            }
            (Kind::Tables(table), DeValue::Array(items)) => {
                Some(Typed::Tables(self.each_table(items.iter(), field, table, around)))
            }
            (Kind::Tables(table), _) => {
                self.wrong(value, field, &format!("written {}", table.header))
            }
            (Kind::Named(table), DeValue::Table(found)) => {
                Some(Typed::Records(self.named_tables(found, field, table, around)))
            }
            (Kind::Auth(_), DeValue::String(text)) if text == "none" => {
                Some(Typed::Auth(Auth::None))
            }
            (Kind::Auth(table), DeValue::Table(found)) => {
                let record = self.table(found, value.span().start, table, around);
                self.auth(&record).map(Typed::Auth)
            }
            (Kind::Auth(_), _) => {
                self.problems.mend(
                    here.span.start,
                    format!("`{}` must be \"none\" or a table", field.name),
                    "write like `auth = { scheme = \"bearer\", secret = \"name-of-the-secret\" }`",
                );
                None
            }
            (kind, _) => {
                here.span = key..key;
                let header = kind.table().map_or("", |table| table.header);
                let inline = !header.starts_with('[');
                let braces = || format!("a table in braces, `{} = {{ … }}`", field.name);
                let wants = if inline { braces() } else { format!("a table, {header}") };
                self.wrong(value, field, &wants)
            }
        }
    }

    fn each_table<'v, 't: 'v>(
        &mut self,
        items: impl Iterator<Item = &'v Spanned<DeValue<'t>>>,
        field: &'static Field,
        table: &'static Table,
        around: &[&'static Table],
    ) -> Vec<Record> {
        let mut records = Vec::new();
        for item in items {
            if let DeValue::Table(found) = item.get_ref() {
                records.push(self.table(found, item.span().start, table, around));
            } else {
                self.wrong::<()>(item, field, &format!("written {}", table.header));
            }
        }
        records
    }

    fn named_tables(
        &mut self,
        found: &DeTable<'_>,
        field: &'static Field,
        table: &'static Table,
        around: &[&'static Table],
    ) -> Vec<Named<Record>> {
        let mut records = Vec::new();
        for (key, item) in found {
            let at = key.span().start;
            self.hidden(key.get_ref(), at);
            if let Err(what) = words::name(key.get_ref()) {
                self.problems.add(at, format!("the name `{}` {what}", key.get_ref()));
            }
            if let DeValue::Table(inner) = item.get_ref() {
                let value = self.table(inner, at, table, around);
                records.push(Named { name: key.get_ref().to_string(), at, value });
            } else {
                self.wrong::<()>(item, field, &format!("a table, {}", table.header));
            }
        }
        records
    }

    /// Which keys belong to which scheme.
    fn auth(&mut self, record: &Record) -> Option<Auth> {
        let scheme = record.text("scheme")?;
        let secret = record.text("secret")?;
        for (key, owner) in [("user", "basic"), ("name", "header")] {
            if record.has(key) && scheme != owner {
                let what = format!("`{key}` has no meaning with the scheme {scheme}");
                self.problems.add(record.at(key), what);
                return None;
            }
            if !record.has(key) && scheme == owner {
                self.problems.add(record.at, format!("the scheme {owner} needs `{key}`"));
                return None;
            }
        }
        match scheme.as_str() {
            "basic" => self.basic(record, secret),
            "bearer" => Some(Auth::Bearer { secret }),
            "api-key" => Some(Auth::ApiKey { secret }),
            _ => {
                let name = record.text("name")?;
                if let Err(what) = words::secret_header_name(&name) {
                    self.problems.add(record.at("name"), format!("the header `{name}` {what}"));
                    return None;
                }
                Some(Auth::Header { name, secret })
            }
        }
    }

    fn basic(&mut self, record: &Record, secret: String) -> Option<Auth> {
        let user = record.text("user")?;
        if user.contains(':') {
            let what = "a user of the scheme basic cannot have a `:`: the password begins there";
            self.problems.add(record.at("user"), what);
            return None;
        }
        Some(Auth::Basic { user, secret })
    }

    pub(super) fn lines(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        field: &Field,
    ) -> Option<Vec<Named<()>>> {
        let DeValue::Array(items) = value.get_ref() else {
            return self.wrong(value, field, "a list of texts, like [\"a\", \"b\"]");
        };
        let mut lines: Vec<Named<()>> = Vec::new();
        for item in items {
            let at = item.span().start;
            if self.too_many(lines.len(), at, field) {
                break;
            }
            let DeValue::String(text) = item.get_ref() else {
                self.wrong::<()>(item, field, "a list of texts");
                continue;
            };
            self.hidden(text, at);
            if let Err(what) = words::line(text) {
                self.problems.add(at, format!("a text of `{}` {what}", field.name));
            } else if lines.iter().any(|line| line.name == **text) {
                self.problems.add(at, format!("`{text}` stands twice in `{}`", field.name));
            } else {
                lines.push(Named { name: text.to_string(), at, value: () });
            }
        }
        Some(lines)
    }

    pub(super) fn map(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        field: &Field,
        here: &mut Here,
    ) -> Option<Typed> {
        let DeValue::Table(found) = value.get_ref() else {
            return self.wrong(value, field, "a table of names and texts");
        };
        let mut templates = Vec::new();
        let mut expressions = Vec::new();
        for (key, item) in found {
            let (at, name) = (key.span().start, key.get_ref().to_string());
            if self.too_many(templates.len() + expressions.len(), at, field) {
                break;
            }
            self.hidden(&name, at);
            self.map_key(&name, at, field, &templates);
            let DeValue::String(text) = item.get_ref() else {
                self.wrong::<()>(item, field, "a table of names and texts");
                continue;
            };
            self.hidden(text, item.span().start);
            here.span = item.span();
            if matches!(field.kind, Kind::Expressions) {
                let value = self.expression(text, here);
                expressions.extend(value.map(|value| Named { name, at, value }));
            } else {
                let value = self.template(text, here);
                templates.extend(value.map(|value| Named { name, at, value }));
            }
        }
        here.span = value.span();
        Some(match field.kind {
            Kind::Expressions => Typed::Expressions(expressions),
            _ => Typed::Templates(templates),
        })
    }

    fn too_many(&mut self, so_far: usize, at: usize, field: &Field) -> bool {
        if so_far >= ENTRY_LIMIT {
            self.problems.add(at, format!("`{}` has more than {ENTRY_LIMIT} entries", field.name));
        }
        so_far >= ENTRY_LIMIT
    }

    fn map_key<T>(&mut self, name: &str, at: usize, field: &Field, earlier: &[Named<T>]) {
        let rule = match field.kind {
            Kind::Headers => {
                words::header_name(name).map_err(|what| format!("the header `{name}` {what}"))
            }
            Kind::Expressions => {
                words::name(name).map_err(|what| format!("the name `{name}` {what}"))
            }
            _ => Ok(()),
        };
        if let Err(what) = rule {
            self.problems.add(at, what);
        }
        let same = |other: &Named<T>| other.name.eq_ignore_ascii_case(name);
        if matches!(field.kind, Kind::Headers) && earlier.iter().any(same) {
            self.problems.add(at, format!("the header `{name}` stands twice"));
        }
    }

    pub(super) fn json(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        here: &mut Here,
    ) -> Option<JsonTemplate> {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(JsonTemplate::Bool(*truth)),
            DeValue::Integer(number) => {
                let whole = i64::from_str_radix(number.as_str(), number.radix()).ok();
                self.number(whole.map(Number::from), at)
            }
            DeValue::Float(number) => {
                self.number(number.as_str().parse().ok().and_then(Number::from_f64), at)
            }
            DeValue::String(text) => {
                self.hidden(text, at);
                here.span = value.span();
                self.template(text, here).map(JsonTemplate::Text)
            }
            DeValue::Datetime(_) => {
                self.problems.mend(at, "JSON has no dates", "write it as text, in quotes");
                None
            }
            DeValue::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.json(item, here)).collect();
                items.into_iter().collect::<Option<_>>().map(JsonTemplate::Array)
            }
            DeValue::Table(found) => self.json_table(found, here),
        }
    }

    fn json_table(&mut self, found: &DeTable<'_>, here: &mut Here) -> Option<JsonTemplate> {
        let mut entries = Vec::new();
        for (key, item) in found {
            let at = key.span().start;
            self.hidden(key.get_ref(), at);
            if key.get_ref().contains("{{") {
                self.problems.add(at, "a key of a body cannot hold an expression");
            }
            entries.push(self.json(item, here).map(|item| (key.get_ref().to_string(), item)));
        }
        entries.into_iter().collect::<Option<_>>().map(JsonTemplate::Object)
    }

    fn number(&mut self, number: Option<Number>, at: usize) -> Option<JsonTemplate> {
        if number.is_none() {
            self.problems.add(at, "JSON cannot carry this number");
        }
        number.map(JsonTemplate::Number)
    }
}
