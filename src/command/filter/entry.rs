//! What of an entry a filter looks at.

use super::kinds::UNKNOWN;
use crate::command::seen_line;
use crate::incident::State;
use crate::incident::words::Sight;
use crate::journal::{Entry, Fact};

/// Its kind begins with one of these.
pub(super) fn has_kind(entry: &Entry, kinds: &[String]) -> bool {
    let begins = |begin: &String| match &entry.record {
        Fact::Known(record) => record.kind().starts_with(begin.as_str()),
        Fact::Unknown { kind, .. } => {
            kind.starts_with(begin.as_str()) || UNKNOWN.starts_with(begin.as_str())
        }
    };
    kinds.is_empty() || kinds.iter().any(begins)
}

/// It belongs to an instance whose name begins with one of these: its step's id alone finds those of
/// all members.
pub(super) fn has_step(entry: &Entry, steps: &[String], state: &State) -> bool {
    if steps.is_empty() {
        return true;
    }
    let step = entry.record.known().and_then(|record| state.step_of(record));
    step.is_some_and(|step| steps.iter().any(|begin| step.starts_with(begin.as_str())))
}

/// One of these (in small letters) occurs in the name or role of who did it.
pub(super) fn is_by(entry: &Entry, who: &[String]) -> bool {
    let by = &entry.by;
    let named = |part: &String| {
        contains(by.who.as_str(), part)
            || by.role.as_ref().is_some_and(|role| contains(role.as_str(), part))
    };
    who.is_empty() || who.iter().any(named)
}

/// All of these (in small letters) occur in its words.
pub(super) fn has_texts(entry: &Entry, texts: &[String], state: &State, sight: Sight) -> bool {
    if texts.is_empty() {
        return true;
    }
    let line = seen_line(entry, state, sight);
    texts.iter().all(|text| contains(line.words.as_str(), text))
}

/// Whatever the case; `part` is in small letters.
fn contains(text: &str, part: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(part);
    }
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let Some(first) = part.first() else { return true };
    let rest = text.len().checked_sub(part.len());
    rest.is_some_and(|last| {
        (0..=last).any(|at| {
            text[at].eq_ignore_ascii_case(first)
                && text[at..at + part.len()].eq_ignore_ascii_case(part)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn a_text_is_found_whatever_its_case() {
        for (text, part) in [("In DOUBT", "doubt"), ("Zürich ÄRGER", "zürich ärger"), ("a", "")]
        {
            assert!(contains(text, part), "{text}");
        }
        for (text, part) in [("doub", "doubt"), ("", "x"), ("Ä", "a")] {
            assert!(!contains(text, part), "{text}");
        }
    }
}
