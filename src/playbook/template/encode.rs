//! How a value is written in each place of a request, so that it never changes the request's shape.

use serde_json::Value;

use crate::playbook::expression::kind;

/// Where a template stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// As it is: a JSON string, a text body, a target. Lists and tables become compact JSON.
    Plain,
    /// A path with an optional query: before the first literal `?` a value becomes one
    /// percent-encoded segment (or part of one), after it as in [`Query`](Self::Query).
    Path,
    /// Percent-encoded.
    Query,
    /// Refused when a control character is in the result.
    Header,
    /// A field's value in `application/x-www-form-urlencoded`, wholly encoded.
    Form,
}

/// Collects the parts of one template.
pub(super) struct Writer {
    place: Place,
    /// Begins with a path, although by now it may be in its query.
    path: bool,
    out: String,
}

impl Writer {
    pub(super) fn new(place: Place) -> Self {
        Self { place, path: place == Place::Path, out: String::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Text of the playbook itself.
    pub(super) fn literal(&mut self, text: &str) {
        match self.place {
            Place::Form => self.out.push_str(&form(text)),
            Place::Path if text.contains('?') => {
                self.place = Place::Query;
                self.out.push_str(text);
            }
            _ => self.out.push_str(text),
        }
    }

    /// A value, encoded; an error says why it cannot stand here.
    pub(super) fn value(&mut self, value: &Value) -> Result<(), String> {
        let text = plain(value, self.place)?;
        match self.place {
            Place::Plain | Place::Header => self.out.push_str(&text),
            Place::Path if text.is_empty() => {
                return Err("yields empty text, which would change the path".to_owned());
            }
            Place::Path => percent(&text, b"-._~*,", &mut self.out),
            Place::Query => percent(&text, b"-._~*", &mut self.out),
            Place::Form => self.out.push_str(&form(&text)),
        }
        Ok(())
    }

    /// Text that is shown and never sent.
    pub(super) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// The result without the checks of its place, for reading only.
    pub(super) fn unchecked(self) -> String {
        self.out
    }

    /// The result, if it can stand in its place.
    pub(super) fn finish(self) -> Result<String, String> {
        let path = self.out.split('?').next().unwrap_or_default();
        if self.path && path.split('/').any(is_dots) {
            return Err("has a `.` or `..` segment in its path".to_owned());
        }
        match self.place {
            Place::Header if self.out.chars().any(char::is_control) => {
                Err("has a control character, which a header cannot carry".to_owned())
            }
            _ => Ok(self.out),
        }
    }
}

/// Whether a path segment means "here" or "above", also when percent-encoded.
pub(in crate::playbook) fn is_dots(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    plain == "." || plain == ".."
}

fn plain(value: &Value, place: Place) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) if place == Place::Plain => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) => {
            Err(format!("yields {}, which cannot stand here: try `| join(\",\")`", kind(value)))
        }
        Value::Null => Err("yields none, which is no text".to_owned()),
    }
}

/// `application/x-www-form-urlencoded`, one name or value.
pub(super) fn form(text: &str) -> String {
    let mut out = String::new();
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push('+');
        }
        percent(word, b"-._*", &mut out);
    }
    out
}

fn percent(text: &str, keep: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}
