//! Keys, and sequences of keys, as they are named in hints, help and the configuration.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with or without Ctrl or Alt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
}

/// Keys with a name of more than one letter, as they are shown.
const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

impl Key {
    /// The key that was pressed; Shift is part of the character.
    pub fn of(event: &KeyEvent) -> Self {
        let has = |modifier| event.modifiers.contains(modifier);
        let code = match event.code {
            KeyCode::Tab if has(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Self { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) }
    }

    /// Reads `Enter`, `Ctrl-Y`, `Alt-x`, `F5`, `?`; upper and lower case count only for a single
    /// letter without Ctrl.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            let lower = rest.to_ascii_lowercase();
            if lower.starts_with("ctrl-") && rest.len() > 5 && !ctrl {
                (rest, ctrl) = (&rest[5..], true);
            } else if lower.starts_with("alt-") && rest.len() > 4 && !alt {
                (rest, alt) = (&rest[4..], true);
            } else {
                break;
            }
        }
        Some(Self { code: code(rest, ctrl)?, ctrl, alt })
    }

    /// Whether nobody presses it by accident or out of habit: Ctrl, Alt or a function key, and not
    /// Enter.
    pub fn is_deliberate(self) -> bool {
        let is_function = matches!(self.code, KeyCode::F(_));
        (self.ctrl || self.alt || is_function) && self.code != KeyCode::Enter
    }

    /// Whether the key alone puts a character into a text.
    pub fn prints(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }
}

fn code(text: &str, ctrl: bool) -> Option<KeyCode> {
    let mut letters = text.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        // A terminal tells Ctrl with a small letter.
        let letter = if ctrl { letter.to_ascii_lowercase() } else { letter };
        return (!letter.is_control() && letter != ' ').then_some(KeyCode::Char(letter));
    }
    if let Some((_, code)) = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Some(*code);
    }
    let number = text.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(letter) if self.ctrl => write!(f, "{}", letter.to_ascii_uppercase()),
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => write!(f, "{code}"),
        }
    }
}

/// Keys that are pressed one after the other: `g r`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence(Vec<Key>);

/// Nobody remembers a longer one.
const LONGEST_SEQUENCE: usize = 3;

impl Sequence {
    /// Reads the names of one to three keys with spaces between them.
    pub fn parse(text: &str) -> Option<Self> {
        let keys: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
        keys.filter(|keys| (1..=LONGEST_SEQUENCE).contains(&keys.len())).map(Self)
    }

    /// The keys, never none.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// What is left of it once these were pressed; `None` where they do not begin it.
    pub fn after(&self, typed: &[Key]) -> Option<&[Key]> {
        self.0.strip_prefix(typed)
    }

    /// Whether one of the two hides the other.
    pub fn collides(&self, other: &Self) -> bool {
        self.after(&other.0).is_some() || other.after(&self.0).is_some()
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&names(&self.0))
    }
}

/// The names of keys with spaces between them.
pub fn names(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in ["Enter", "Ctrl-Y", "Alt-x", "F5", "?", "G", "Shift-Tab", "Ctrl-PgDn", "-"] {
            assert_eq!(Key::parse(name).unwrap().to_string(), name);
        }
        assert_eq!(Key::parse("ctrl-y"), Key::parse("Ctrl-Y"));
        for wrong in ["", "Ctrl-", "Entr", "F13", "ab", " "] {
            assert_eq!(Key::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_sequence_hides_what_it_begins() {
        let read = |text| Sequence::parse(text).unwrap();
        assert!(read("g").collides(&read("g r")));
        assert!(read("g r").collides(&read("g r")));
        assert!(!read("g r").collides(&read("g s")));
        assert_eq!(Sequence::parse("a b c d"), None);
        assert_eq!(read("Ctrl-X  e").to_string(), "Ctrl-X e");
    }

    #[test]
    fn shift_tab_is_told_in_two_ways() {
        let tab = KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT);
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Key::of(&tab), Key::of(&back));
    }
}
