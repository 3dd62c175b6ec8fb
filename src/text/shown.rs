//! Text made harmless at ingest: nothing in it can act on a terminal or hide itself from a reader.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text in which every character is visible: line feeds stay, tabs become spaces, all other
/// control, format, bidi and invisible characters stand as what they are called.
///
/// Built only by [`Shown::new`], which is idempotent; cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Shown(Arc<str>);

impl Shown {
    /// Makes `text` harmless.
    pub fn new(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        // Nearly all that a long record holds.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            return Self(text.into());
        }
        Self(sanitise(text).into())
    }

    /// The harmless text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same on one line: line feeds become `⏎`.
    pub fn one_line(&self) -> Cow<'_, str> {
        if self.0.contains('\n') {
            Cow::Owned(self.0.replace('\n', "⏎"))
        } else {
            Cow::Borrowed(&self.0)
        }
    }

    /// At most `limit` characters, with `…` where it was cut.
    #[must_use]
    pub fn clipped(&self, limit: usize) -> Self {
        match self.0.char_indices().nth(limit) {
            None => self.clone(),
            Some((end, _)) => Self(format!("{}…", &self.0[..end]).into()),
        }
    }

    /// Nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

/// Whether a reader could not see this character, or a terminal would act on it: C0 (but line
/// feed), DEL, C1, format characters (bidi, zero width, tags, variation selectors), line and
/// paragraph separators, private use, non-characters.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{10ffff}')
        || (u32::from(c) & 0xfffe) == 0xfffe
        || ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

/// A line longer in marks than this is an attack on the reader, not a language.
const COMBINING_LIMIT: usize = 4;

fn sanitise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut combining = 0;
    for c in text.chars() {
        if is_combining(c) {
            combining += 1;
            if combining > COMBINING_LIMIT {
                continue;
            }
        } else {
            combining = 0;
        }
        match c {
            '\t' => out.push_str("    "),
            // The control pictures block mirrors C0: one visible cell, no meaning to a terminal.
            '\0'..='\u{1f}' if c != '\n' => {
                out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => out.push('\u{2421}'),
            c if is_hidden(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// The blocks of combining marks that stack without bound on one cell.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl AsRef<str> for Shown {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Shown {
    /// A record may have been edited by hand: what is read is made harmless again.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A bare `Cow` would always be copied.
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
        Text::deserialize(deserializer).map(|text| Self::new(text.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_text_is_left_alone() {
        let text = "Zürich 東京 — 24,000 tokens\nsecond line 👍";
        assert_eq!(Shown::new(text).as_str(), text);
    }

    #[test]
    fn what_a_terminal_would_act_on_becomes_visible() {
        let shown = Shown::new("a\x1b]0;x\x07b\u{9b}31m\u{202e}c\u{200b}\u{e0041}\t\r\x7f");
        assert_eq!(shown.as_str(), "a␛]0;x␇b<U+009B>31m<U+202E>c<U+200B><U+E0041>    ␍␡");
        assert!(!shown.as_str().chars().any(is_hidden));
    }

    #[test]
    fn it_is_idempotent_and_marks_do_not_pile_up() {
        let once = Shown::new(format!("x{}y\x1b", "\u{301}".repeat(50)));
        assert_eq!(Shown::new(once.as_str()), once);
        assert_eq!(once.as_str().chars().filter(|c| *c == '\u{301}').count(), COMBINING_LIMIT);
    }
}
