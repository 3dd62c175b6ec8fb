//! The words of a filter: apart at spaces, together in quotes, some after a key.

use super::KEYS;
use crate::text::Shown;

/// One word.
pub(super) struct Word {
    /// Of [`KEYS`]; `None` for a text.
    pub(super) key: Option<&'static str>,
    pub(super) value: String,
}

/// A slip of the finger away from a key, and no more.
const SLIP: usize = 1;

pub(super) fn split(text: &str) -> Result<Vec<Word>, Shown> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = first(rest)?;
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

/// The first word, and what comes after it.
fn first(text: &str) -> Result<(Word, &str), Shown> {
    let key = KEYS.into_iter().find_map(|key| {
        let value = text.strip_prefix(key)?.strip_prefix(':')?;
        Some((key, value))
    });
    let (key, value) = key.map_or((None, text), |(key, value)| (Some(key), value));
    if let Some(inside) = value.strip_prefix('"') {
        let (value, after) = quote(inside).ok_or_else(|| {
            Shown::new(format!("there is no quote at its end: {}", Shown::new(value).clipped(40)))
        })?;
        return Ok((Word { key, value }, after));
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (value, after) = value.split_at(end);
    if key.is_none() {
        refuse_slip(value)?;
    }
    Ok((Word { key, value: value.to_owned() }, after))
}

/// What stands before the closing quote, and what comes after it.
fn quote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.char_indices();
    while let Some((place, c)) = rest.next() {
        match c {
            '"' => return Some((value, &text[place + 1..])),
            '\\' => value.push(rest.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// What is meant as a key must not be looked for as text, and silently not be found.
fn refuse_slip(word: &str) -> Result<(), Shown> {
    let Some((before, key)) = slip(word) else { return Ok(()) };
    Err(Shown::new(format!(
        "there is no `{before}:`; did you mean `{key}:`? Text stands in quotes: {}",
        quoted(word, false)
    )))
}

/// What stands before the colon of this word, and the key that may be meant with it.
fn slip(word: &str) -> Option<(&str, &'static str)> {
    let (before, _) = word.split_once(':')?;
    let meant = |key: &str| {
        before.eq_ignore_ascii_case(key) || strsim::damerau_levenshtein(before, key) <= SLIP
    };
    Some((before, KEYS.into_iter().find(|key| meant(key))?))
}

/// A word so that it is read as the same; in quotes only where it must be.
pub(super) fn quoted(word: &str, has_key: bool) -> String {
    let is_plain = !word.is_empty()
        && !word.starts_with('"')
        && !word.contains(char::is_whitespace)
        && (has_key || slip(word).is_none());
    if is_plain {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}
