//! Masks secrets in whatever came from outside, in the encodings that servers echo them in.

mod needle;
mod spelling;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::text::Shown;
use needle::Needle;

/// Replaces every known secret by `[secret:<name>]`. Cheap to clone; all clones know the same
/// secrets.
///
/// Masks whole texts only: mask first, cut afterwards, or a cut secret gets through.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Arc<Haystack>>>);

/// What is looked for, as of now.
#[derive(Default, Clone)]
struct Haystack {
    needles: Vec<Arc<Needle>>,
    /// By the first byte of their first character: the needles to try where it is read.
    by_first: Vec<Vec<Arc<Needle>>>,
    /// No spelling of a needle is longer, bytes.
    longest: usize,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Masks `value` as `[secret:<name>]` from now on. Values learnt before stay masked.
    pub fn learn(&self, name: &str, value: &SecretString) {
        let value = value.expose_secret();
        if value.is_empty() {
            return;
        }
        let mut guard = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if guard.needles.iter().any(|needle| needle.is_plain(value)) {
            return;
        }
        let mut next = Haystack::clone(&guard);
        next.needles.extend(Needle::all(name, value).into_iter().map(Arc::new));
        next.index();
        *guard = Arc::new(next);
    }

    /// The bytes with every secret masked.
    pub fn mask(&self, bytes: &[u8]) -> Vec<u8> {
        self.mask_up_to(bytes, bytes.len())
    }

    /// The first `limit` bytes, masked; a secret that the limit would cut is masked whole. Give it
    /// [`overlap`](Self::overlap) bytes more than the limit.
    pub fn mask_up_to(&self, bytes: &[u8], limit: usize) -> Vec<u8> {
        let haystack = self.haystack();
        let limit = limit.min(bytes.len());
        let mut out = Vec::with_capacity(limit);
        let mut from = 0;
        for (span, name) in haystack.spans(bytes, limit) {
            out.extend_from_slice(&bytes[from..span.start]);
            out.extend_from_slice(mark(&name).as_bytes());
            from = span.end;
        }
        if from < limit {
            out.extend_from_slice(&bytes[from..limit]);
        }
        out
    }

    /// How far beyond a cut a secret that begins before it may reach, bytes.
    pub fn overlap(&self) -> usize {
        self.haystack().longest
    }

    /// The text with every secret masked.
    pub fn mask_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let haystack = self.haystack();
        let spans = haystack.spans(text.as_bytes(), text.len());
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        // Whole characters are matched, so the rest is text still.
        Cow::Owned(String::from_utf8_lossy(&self.mask(text.as_bytes())).into_owned())
    }

    /// The text, masked and then made harmless.
    pub fn shown(&self, text: impl AsRef<str>) -> Shown {
        Shown::new(self.mask_text(text.as_ref()))
    }

    /// The value with every secret masked in its strings, keys and numbers.
    pub fn mask_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask_text(&text).into_owned()),
            Value::Number(number) => match self.mask_text(&number.to_string()) {
                Cow::Borrowed(_) => Value::Number(number),
                Cow::Owned(masked) => Value::String(masked),
            },
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.mask_value(item)).collect())
            }
            Value::Object(fields) => Value::Object(
                fields
                    .into_iter()
                    .map(|(key, value)| (self.mask_text(&key).into_owned(), self.mask_value(value)))
                    .collect(),
            ),
            plain => plain,
        }
    }

    /// No secret was read yet: masking changes nothing.
    pub fn is_idle(&self) -> bool {
        self.haystack().needles.is_empty()
    }

    fn haystack(&self) -> Arc<Haystack> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn mark(name: &str) -> String {
    format!("[secret:{name}]")
}

impl Haystack {
    fn index(&mut self) {
        self.by_first = vec![Vec::new(); 256];
        for needle in &self.needles {
            for byte in needle.first_bytes() {
                self.by_first[usize::from(byte)].push(needle.clone());
            }
        }
        self.longest = self.needles.iter().map(|needle| needle.longest()).max().unwrap_or(0);
    }

    /// The places of secrets that begin before `limit`, from left to right, without overlap; of
    /// two at one place the longer.
    fn spans(&self, bytes: &[u8], limit: usize) -> Vec<(Range<usize>, Arc<str>)> {
        let mut spans: Vec<(Range<usize>, Arc<str>)> = Vec::new();
        if self.needles.is_empty() {
            return spans;
        }
        let mut at = 0;
        while at < limit {
            if let Some((end, name)) = self.longest_at(bytes, at) {
                spans.push((at..end, name));
                at = end;
            } else {
                at += 1;
            }
        }
        spans
    }

    fn longest_at(&self, bytes: &[u8], at: usize) -> Option<(usize, Arc<str>)> {
        let firsts = spelling::first_bytes(bytes, at);
        let needles =
            firsts.into_iter().flatten().flat_map(|byte| &self.by_first[usize::from(byte)]);
        let ends = needles.filter_map(|needle| Some((needle.end_at(bytes, at)?, needle)));
        let (end, needle) = ends.max_by_key(|(end, _)| *end)?;
        Some((end, needle.name()))
    }
}
