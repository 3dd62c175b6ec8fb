//! The table of commands: name, words, keys and where they work.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Something that a person can do at a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    Open,
    Up,
    Down,
    PageUp,
    PageDown,
    NextPane,
    PreviousPane,
    Follow,
    Actions,
    Note,
    Help,
    Dismiss,
    Leave,
    Send,
    TakeBack,
    Save,
    Cancel,
    NextField,
    PreviousField,
    /// Words of the plain face only.
    Log,
    Steps,
    Step,
    Show,
}

/// Where a command works; the same key may mean another thing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    Main,
    /// The dialog that shows what will be sent.
    Confirm,
    /// A note, reason or answer being written.
    Form,
    /// The list of what can be done.
    Actions,
    Help,
    /// The line-by-line face.
    Plain,
}

/// A key with or without Ctrl.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
}

impl Key {
    const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false }
    }

    const fn ctrl(letter: char) -> Self {
        Self { code: KeyCode::Char(letter), ctrl: true }
    }

    /// Whether this is the key that was pressed. Shift is part of the character; any other modifier
    /// makes it another key.
    pub fn matches(self, event: &KeyEvent) -> bool {
        self.code == event.code
            && self.ctrl == event.modifiers.contains(KeyModifiers::CONTROL)
            && (event.modifiers - KeyModifiers::CONTROL - KeyModifiers::SHIFT).is_empty()
    }

    /// As written in hints and help: `Enter`, `Ctrl-Y`, `?`.
    pub fn name(self) -> String {
        match self.code {
            KeyCode::Char(letter) if self.ctrl => format!("Ctrl-{}", letter.to_ascii_uppercase()),
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            code => format!("{code}"),
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub command: Command,
    pub place: Place,
    pub keys: &'static [Key],
    /// What is typed in the plain face.
    pub word: Option<&'static str>,
    /// One or two words for the line of hints; empty: only in the help.
    pub hint: &'static str,
    /// What it does, as a sentence's beginning.
    pub help: &'static str,
}

const UP: Key = Key::plain(KeyCode::Up);
const DOWN: Key = Key::plain(KeyCode::Down);
const PAGE_UP: Key = Key::plain(KeyCode::PageUp);
const PAGE_DOWN: Key = Key::plain(KeyCode::PageDown);
const ENTER: Key = Key::plain(KeyCode::Enter);
const ESC: Key = Key::plain(KeyCode::Esc);
const TAB: Key = Key::plain(KeyCode::Tab);
const BACK_TAB: Key = Key::plain(KeyCode::BackTab);

const fn letter(letter: char) -> Key {
    Key::plain(KeyCode::Char(letter))
}

const fn key(
    place: Place,
    command: Command,
    keys: &'static [Key],
    hint: &'static str,
    help: &'static str,
) -> Row {
    Row { command, place, keys, word: None, hint, help }
}

const fn word(command: Command, word: &'static str, help: &'static str) -> Row {
    Row { command, place: Place::Plain, keys: &[], word: Some(word), hint: "", help }
}

/// Everything that a person can do at a face, hints in their order.
pub const TABLE: &[Row] = &[
    key(
        Place::Main,
        Command::Open,
        &[ENTER],
        "open",
        "Open what is next in the selected step. Never confirms a change",
    ),
    key(Place::Main, Command::Actions, &[letter('a')], "actions", "List all that can be done now"),
    key(Place::Main, Command::Note, &[letter('n')], "note", "Write a note into the record"),
    key(Place::Main, Command::NextPane, &[TAB], "pane", "Go to the next pane"),
    key(Place::Main, Command::Help, &[letter('?')], "help", "Show all keys"),
    key(
        Place::Main,
        Command::Leave,
        &[letter('q'), Key::ctrl('c')],
        "leave",
        "Leave; the incident stays as it is and can be resumed",
    ),
    key(Place::Main, Command::Up, &[UP, letter('k')], "", "Up: the step before, or one line"),
    key(Place::Main, Command::Down, &[DOWN, letter('j')], "", "Down: the next step, or one line"),
    key(Place::Main, Command::PageUp, &[PAGE_UP], "", "Scroll the pane up by a page"),
    key(Place::Main, Command::PageDown, &[PAGE_DOWN], "", "Scroll the pane down by a page"),
    key(Place::Main, Command::PreviousPane, &[BACK_TAB], "", "Go to the pane before"),
    key(Place::Main, Command::Follow, &[letter('g')], "", "Go to the step that is next"),
    key(Place::Main, Command::Dismiss, &[ESC], "", "Put away a message that was read"),
    key(
        Place::Confirm,
        Command::Send,
        &[Key::ctrl('y')],
        "send",
        "Send exactly what is shown, once its end was seen",
    ),
    key(
        Place::Confirm,
        Command::TakeBack,
        &[ESC, Key::ctrl('c')],
        "do not send",
        "Send nothing, and take the confirmation back",
    ),
    key(Place::Confirm, Command::PageDown, &[PAGE_DOWN], "more", "Scroll down by a page"),
    key(Place::Confirm, Command::PageUp, &[PAGE_UP], "", "Scroll up by a page"),
    key(Place::Confirm, Command::Down, &[DOWN], "", "Scroll down by a line"),
    key(Place::Confirm, Command::Up, &[UP], "", "Scroll up by a line"),
    key(Place::Form, Command::Save, &[Key::ctrl('s')], "save", "Save what was written"),
    key(
        Place::Form,
        Command::Cancel,
        &[ESC, Key::ctrl('c')],
        "cancel",
        "Close; what was written is kept as a draft",
    ),
    key(Place::Form, Command::NextField, &[TAB], "next field", "Go to the next field"),
    key(Place::Form, Command::PreviousField, &[BACK_TAB], "", "Go to the field before"),
    key(Place::Actions, Command::Open, &[ENTER], "open", "Open the marked action"),
    key(Place::Actions, Command::Cancel, &[ESC, Key::ctrl('c'), letter('q')], "close", "Close"),
    key(Place::Actions, Command::Up, &[UP, letter('k')], "", "Up"),
    key(Place::Actions, Command::Down, &[DOWN, letter('j')], "", "Down"),
    key(
        Place::Help,
        Command::Cancel,
        &[ESC, letter('q'), letter('?'), Key::ctrl('c')],
        "close",
        "Close",
    ),
    key(Place::Help, Command::Down, &[DOWN, letter('j')], "", "Scroll down by a line"),
    key(Place::Help, Command::Up, &[UP, letter('k')], "", "Scroll up by a line"),
    key(Place::Help, Command::PageDown, &[PAGE_DOWN], "more", "Scroll down by a page"),
    key(Place::Help, Command::PageUp, &[PAGE_UP], "", "Scroll up by a page"),
    word(Command::Help, "?", "Show this help"),
    word(Command::Show, "show", "Show the step and what can be done again (or an empty line)"),
    word(Command::Follow, "next", "Go to the step that is next"),
    word(Command::Steps, "steps", "List all steps"),
    word(Command::Step, "step", "step NUMBER: go to that step"),
    word(Command::Note, "note", "note TEXT: write a note; without TEXT, a note of many lines"),
    word(Command::Log, "log", "log [COUNT]: the latest entries of the record"),
    word(Command::Leave, "quit", "Leave; the incident stays as it is and can be resumed"),
];

/// The rows of one place, in the order of the table.
pub fn rows(place: Place) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.place == place)
}

/// What this key does here.
pub fn find(place: Place, event: &KeyEvent) -> Option<Command> {
    rows(place).find(|row| row.keys.iter().any(|key| key.matches(event))).map(|row| row.command)
}

/// What this word does in the plain face.
pub fn find_word(word: &str) -> Option<Command> {
    rows(Place::Plain).find(|row| row.word == Some(word)).map(|row| row.command)
}

/// Keys and words for the line of hints: `Enter open`.
pub fn hints(place: Place) -> impl Iterator<Item = (String, &'static str)> {
    rows(place)
        .filter(|row| !row.hint.is_empty())
        .filter_map(|row| row.keys.first().map(|key| (key.name(), row.hint)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let mut seen = BTreeSet::new();
        for row in TABLE {
            for key in row.keys {
                assert!(seen.insert(format!("{:?} {}", row.place, key.name())), "{row:?}");
            }
        }
    }

    #[test]
    fn enter_and_space_never_send() {
        for row in TABLE.iter().filter(|row| row.command == Command::Send) {
            assert!(row.keys.iter().all(|key| key.ctrl), "{row:?}");
        }
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        assert_eq!(find(Place::Confirm, &enter), None);
    }

    #[test]
    fn letters_reach_the_text_in_a_form() {
        let printing = |key: &Key| matches!(key.code, KeyCode::Char(_)) && !key.ctrl;
        assert!(!rows(Place::Form).any(|row| row.keys.iter().any(printing)));
        assert!(!rows(Place::Confirm).any(|row| row.keys.iter().any(printing)));
    }
}
