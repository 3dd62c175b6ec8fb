//! A TOML document and its tables, read key by key, with every problem told.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::playbook::{Problem, similar};
use crate::text::{Shown, is_hidden};

/// The problems of one file, as they are found.
pub(super) struct Findings<'a> {
    file: &'a str,
    text: &'a str,
    found: RefCell<Vec<(usize, String, Option<String>)>>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: RefCell::default() }
    }

    /// Something is wrong at this byte.
    pub(super) fn add(&self, at: usize, what: impl Into<String>) {
        self.found.borrow_mut().push((at, what.into(), None));
    }

    /// Likewise, and this mends it.
    pub(super) fn mend(&self, at: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.found.borrow_mut().push((at, what.into(), Some(mend.into())));
    }

    /// The document that the text is; without one where it is not TOML.
    pub(super) fn document(&self) -> Option<Spanned<DeTable<'a>>> {
        self.hidden_characters();
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(self.text.len(), |span| span.start);
            self.add(at, format!("this is not TOML: {}", error.message()));
        }
        errors.is_empty().then_some(document)
    }

    /// What a reader of the file would not see.
    fn hidden_characters(&self) {
        for (at, c) in self.text.char_indices() {
            let line_end = c == '\r' && self.text[at..].starts_with("\r\n");
            if is_hidden(c) && c != '\t' && !line_end {
                let what = format!("a hidden character stands here, U+{:04X}", u32::from(c));
                self.mend(at, what, "remove it");
            }
        }
    }

    /// All of them in the order of the file, safe to print.
    pub(super) fn finish(self) -> Vec<Problem> {
        let mut found = self.found.into_inner();
        found.sort();
        let place = |at: usize| {
            let before = self.text.get(..at).unwrap_or(self.text);
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
        };
        let safe = |text: &str| Shown::new(text).one_line().into_owned();
        found
            .into_iter()
            .map(|(at, what, mend)| {
                let (line, column) = place(at);
                let mend = mend.map(|mend| safe(&mend));
                Problem { file: safe(self.file), line, column, what: safe(&what), mend }
            })
            .collect()
    }
}

/// One table, and which of its keys were looked at.
pub(super) struct Table<'a> {
    findings: &'a Findings<'a>,
    fields: &'a DeTable<'a>,
    known: RefCell<BTreeSet<&'static str>>,
    /// Where the table stands.
    pub(super) at: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new(findings: &'a Findings<'a>, fields: &'a DeTable<'a>, at: usize) -> Self {
        Self { findings, fields, known: RefCell::default(), at }
    }

    fn field(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().insert(key);
        self.fields.get(key)
    }

    /// Whether the key is there, and where.
    pub(super) fn place(&self, key: &'static str) -> Option<usize> {
        self.field(key).map(|value| value.span().start)
    }

    /// A text that is not empty, and where it stands.
    pub(super) fn text(&self, key: &'static str) -> Option<(String, usize)> {
        let value = self.field(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some((text.to_string(), at)),
            DeValue::String(_) => {
                self.findings.add(at, format!("`{key}` is empty"));
                None
            }
            other => {
                self.findings.add(at, format!("`{key}` is {}, not text", kind(other)));
                None
            }
        }
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let texts = self.texts_with_places(key)?;
        Some(texts.into_iter().map(|(text, _)| text).collect())
    }

    /// A list of texts, and where each stands.
    pub(super) fn texts_with_places(&self, key: &'static str) -> Option<Vec<(String, usize)>> {
        let value = self.field(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            let what = format!("`{key}` is {}, not a list of texts", kind(value.get_ref()));
            let mend = format!("write like `{key} = [\"one\", \"two\"]`");
            self.findings.mend(value.span().start, what, mend);
            return None;
        };
        let text = |item: &Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::String(text) => Some((text.to_string(), item.span().start)),
            other => {
                let what = format!("this is {}, not text", kind(other));
                self.findings.add(item.span().start, what);
                None
            }
        };
        // Every wrong item is told, not only the first.
        let texts: Vec<Option<_>> = items.iter().map(text).collect();
        texts.into_iter().collect()
    }

    /// True or false.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.field(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        let what = format!("`{key}` is {}, not true or false", kind(value.get_ref()));
        self.findings.add(value.span().start, what);
        None
    }

    /// A number that is whole and not negative.
    pub(super) fn number(&self, key: &'static str) -> Option<u64> {
        let value = self.field(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            self.findings.add(value.span().start, format!("`{key}` is not a whole number"));
        }
        number
    }

    /// One of these words, as what it means.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let (text, at) = self.text(key)?;
        let meant = words.iter().find(|(word, _)| *word == text);
        if meant.is_none() {
            let names = || words.iter().map(|(word, _)| *word);
            let mend = match similar(&text, names()) {
                Some(word) => format!("did you mean `{word}`?"),
                None => format!("write one of `{}`", names().collect::<Vec<_>>().join("`, `")),
            };
            self.findings.mend(at, format!("`{key}` cannot be `{text}`"), mend);
        }
        meant.map(|(_, value)| *value)
    }

    /// A table inside this one.
    pub(super) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.field(key)?;
        let table = inner(self.findings, key, value);
        table.map(|fields| Table::new(self.findings, fields, value.span().start))
    }

    /// The named tables inside the table `key`: `[key.name]`.
    pub(super) fn named(&self, key: &'static str) -> Vec<(String, Table<'a>)> {
        let Some(outer) = self.field(key).and_then(|value| inner(self.findings, key, value)) else {
            return Vec::new();
        };
        let mut named = Vec::new();
        for (name, value) in outer {
            let at = name.span().start;
            if !is_name(name.get_ref()) {
                let what = format!("`{}` cannot be a name", name.get_ref());
                let mend = "use lower-case letters, digits, `-` and `_`, at most 64";
                self.findings.mend(at, what, mend);
            } else if let Some(fields) = inner(self.findings, name.get_ref(), value) {
                let table = Table::new(self.findings, fields, at);
                named.push((name.get_ref().to_string(), table));
            }
        }
        named
    }

    /// Tells every key that was not looked at; `advice` may know better than "did you mean".
    pub(super) fn finish(self, advice: impl Fn(&str) -> Option<&'static str>) {
        let known = self.known.into_inner();
        for key in self.fields.keys() {
            let (word, at) = (key.get_ref().as_ref(), key.span().start);
            if known.contains(word) {
                continue;
            }
            let what = format!("there is no key `{word}` here");
            match (advice(word), similar(word, known.iter().copied())) {
                (Some(advice), _) => self.findings.mend(at, what, advice),
                (None, Some(meant)) => {
                    self.findings.mend(at, what, format!("did you mean `{meant}`?"));
                }
                (None, None) => {
                    let list: Vec<_> = known.iter().map(|key| format!("`{key}`")).collect();
                    self.findings.mend(at, what, format!("known are {}", list.join(", ")));
                }
            }
        }
    }
}

fn inner<'a>(
    findings: &Findings<'_>,
    key: &str,
    value: &'a Spanned<DeValue<'a>>,
) -> Option<&'a DeTable<'a>> {
    match value.get_ref() {
        DeValue::Table(fields) => Some(fields),
        other => {
            let what = format!("`{key}` is {}, not a table", kind(other));
            findings.add(value.span().start, what);
            None
        }
    }
}

/// Whether the text can be the name of something.
pub(super) fn is_name(text: &str) -> bool {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(inner)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
