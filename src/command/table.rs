//! The table of commands: name, words, keys and where they work.

use super::key::Sequence;

/// Something that a person can do at a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Command {
    Open,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextPane,
    PreviousPane,
    Next,
    Palette,
    Note,
    Fold,
    Dismiss,
    Messages,
    Leave,
    ShowSteps,
    ShowRecord,
    ShowScope,
    ShowClaims,
    ShowNotes,
    ShowTimers,
    ShowTimeline,
    ShowHandOver,
    ShowInjects,
    ShowPlan,
    ShowScore,
    ShowHotWash,
    RealIncident,
    CopyCurl,
    CopyText,
    CopyHead,
    Mouse,
    Suspend,
    Redraw,
    Find,
    NextHit,
    PreviousHit,
    Filter,
    Jump,
    Send,
    TakeBack,
    Elsewhere,
    Save,
    Cancel,
    NextField,
    PreviousField,
    Editor,
    Left,
    Right,
    Reload,
    /// Words of the plain face only.
    Log,
    Remind,
    Steps,
    Step,
    Show,
    All,
    Entry,
    Inject,
}

/// Where a command works; the same key may mean another thing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The list of incidents, playbooks and drills.
    Home,
    /// Every view of an incident.
    Main,
    /// The view of the record, before the keys of every view.
    Record,
    /// An inject that is read, before the keys of every page.
    Inject,
    /// A page to read: an entry of the record, the messages.
    Page,
    /// The dialog that shows what will be sent.
    Confirm,
    /// A note, reason or answer being written.
    Form,
    /// The list of everything, for finding and for help.
    Palette,
    /// The line-by-line face.
    Plain,
}

impl Place {
    /// Those with keys, in the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Main,
        Self::Record,
        Self::Confirm,
        Self::Form,
        Self::Palette,
        Self::Inject,
        Self::Page,
        Self::Home,
    ];

    /// In the configuration: `[keys.main]`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Main => "main",
            Self::Record => "record",
            Self::Inject => "inject",
            Self::Page => "page",
            Self::Confirm => "confirm",
            Self::Form => "form",
            Self::Palette => "palette",
            Self::Plain => "plain",
        }
    }

    /// In the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Home => "on the home screen",
            Self::Main => "in every view",
            Self::Record => "in the record",
            Self::Inject => "on an inject that is read",
            Self::Page => "on a page that is read",
            Self::Confirm => "when something is about to be sent",
            Self::Form => "while writing",
            Self::Palette => "in this list",
            Self::Plain => "line by line",
        }
    }

    /// Whether what is typed there is text.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Confirm | Self::Form | Self::Palette)
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub command: Command,
    /// In the configuration and the help: `copy-curl`.
    pub name: &'static str,
    pub place: Place,
    /// The keys that it has unless the configuration says others.
    pub keys: &'static [&'static str],
    /// One or two words for the line of hints; empty: only in the help.
    pub hint: &'static str,
    /// What it does, as a sentence's beginning.
    pub help: &'static str,
}

impl Row {
    /// The keys of the table.
    pub fn sequences(&self) -> Vec<Sequence> {
        self.keys.iter().filter_map(|keys| Sequence::parse(keys)).collect()
    }
}

const fn row(
    place: Place,
    command: Command,
    name: &'static str,
    keys: &'static [&'static str],
    hint: &'static str,
    help: &'static str,
) -> Row {
    Row { command, name, place, keys, hint, help }
}

const fn word(command: Command, name: &'static str, help: &'static str) -> Row {
    row(Place::Plain, command, name, &[], "", help)
}

use Command as C;
use Place::{Confirm, Form, Home, Inject, Main, Page, Palette, Record};

/// Everything that a person can do at a face, hints in their order.
pub const TABLE: &[Row] = &[
    row(
        Main,
        C::Open,
        "open",
        &["Enter"],
        "open",
        "Open what is next in the selected step, or what is marked. Never confirms a change",
    ),
    row(
        Main,
        C::Palette,
        "palette",
        &["?", "a", ":", "Ctrl-P"],
        "actions, help",
        "List all that can be done, with its keys: type to find, Enter does it",
    ),
    row(Main, C::Note, "note", &["n"], "note", "Write a note into the record"),
    row(Main, C::NextPane, "next-pane", &["Tab"], "pane", "Go to the next pane"),
    row(Main, C::ShowSteps, "show-steps", &["1", "g s"], "", "Show the steps"),
    row(Main, C::ShowRecord, "show-record", &["2", "g r"], "", "Show the whole record"),
    row(Main, C::ShowScope, "show-scope", &["3", "g o"], "", "Show the scope and the evidence"),
    row(Main, C::ShowClaims, "show-claims", &["4", "g c"], "", "Show the claims"),
    row(Main, C::ShowNotes, "show-notes", &["5", "g d"], "", "Show notes and decisions"),
    row(
        Main,
        C::ShowTimers,
        "show-timers",
        &["6", "g a"],
        "",
        "Show duties, promised updates and reminders",
    ),
    row(Main, C::ShowTimeline, "show-timeline", &["7", "g t"], "", "Show the timeline, drawn"),
    row(Main, C::ShowHandOver, "show-hand-over", &["8", "g h"], "", "Show the hand-over page"),
    row(Main, C::ShowInjects, "show-injects", &["9", "g i"], "", "In a drill: show the injects"),
    row(
        Main,
        C::ShowPlan,
        "show-plan",
        &["0", "g p"],
        "",
        "Of a facilitator: show the injects that came and that are to come",
    ),
    row(
        Main,
        C::ShowScore,
        "show-score",
        &["-", "g e"],
        "",
        "Of a facilitator: show what is expected, and the faults",
    ),
    row(
        Main,
        C::ShowHotWash,
        "show-hot-wash",
        &["=", "g w"],
        "",
        "After a drill: show how it went, and answer the questions",
    ),
    row(
        Main,
        C::RealIncident,
        "real-incident",
        &["Ctrl-R"],
        "",
        "In a drill, from everywhere: declare a REAL incident, which ends the drill",
    ),
    row(Main, C::Leave, "leave", &["q", "Ctrl-C"], "leave", "Leave; the incident can be resumed"),
    row(Main, C::Up, "up", &["Up", "k"], "", "Up: the one before, or one line"),
    row(Main, C::Down, "down", &["Down", "j"], "", "Down: the next one, or one line"),
    row(Main, C::PageUp, "page-up", &["PgUp", "Ctrl-B"], "", "Up by a page"),
    row(Main, C::PageDown, "page-down", &["PgDn", "Ctrl-F"], "", "Down by a page"),
    row(Main, C::Top, "top", &["Home", "g g"], "", "Go to the first"),
    row(Main, C::Bottom, "bottom", &["End", "G"], "", "Go to the last, and follow the record"),
    row(Main, C::PreviousPane, "previous-pane", &["Shift-Tab"], "", "Go to the pane before"),
    row(Main, C::Next, "next", &["g n", "."], "", "Go to the step that is next"),
    row(Main, C::Fold, "fold", &["z"], "", "Fold or unfold what is long in the step"),
    row(Main, C::CopyCurl, "copy-curl", &["y c"], "", "Copy the request of the step as curl"),
    row(Main, C::CopyText, "copy-text", &["y y"], "", "Copy what is marked, or the step, as text"),
    row(Main, C::CopyHead, "copy-head", &["y h"], "", "Copy the head of the record"),
    row(Main, C::Messages, "messages", &["!"], "", "Show the messages again, also those put away"),
    row(Main, C::Dismiss, "dismiss", &["Esc"], "", "Put away a message that was read"),
    row(Main, C::Mouse, "mouse", &["t m"], "", "Turn the mouse on or off; a click only marks"),
    row(Main, C::Suspend, "suspend", &["Ctrl-Z"], "", "Stop, and leave the terminal to the shell"),
    row(Main, C::Redraw, "redraw", &["Ctrl-L"], "", "Draw the whole screen again"),
    row(Record, C::Open, "open", &["Enter"], "entry", "Show the marked entry with its hashes"),
    row(Record, C::Find, "find", &["/"], "find", "Find entries: go to the hits with ] and ["),
    row(Record, C::NextHit, "next-hit", &["]"], "", "Go to the next hit"),
    row(Record, C::PreviousHit, "previous-hit", &["["], "", "Go to the hit before"),
    row(
        Record,
        C::Filter,
        "filter",
        &["f"],
        "filter",
        "Show only some entries: kind:call step:block-reads who:ana and words",
    ),
    row(Record, C::Jump, "jump", &["#"], "jump", "Go to an entry by its number or time"),
    row(
        Confirm,
        C::Send,
        "send",
        &["Ctrl-Y"],
        "send",
        "Send exactly what is shown, once its end was seen",
    ),
    row(
        Confirm,
        C::TakeBack,
        "take-back",
        &["Esc", "Ctrl-C"],
        "do not send",
        "Send nothing, and take the confirmation back",
    ),
    row(
        Confirm,
        C::Elsewhere,
        "done-elsewhere",
        &["Ctrl-E"],
        "done elsewhere",
        "Send nothing, and record that it was done elsewhere",
    ),
    row(Confirm, C::PageDown, "page-down", &["PgDn"], "more", "Down by a page"),
    row(Confirm, C::PageUp, "page-up", &["PgUp"], "", "Up by a page"),
    row(Confirm, C::Down, "down", &["Down"], "", "Down by a line"),
    row(Confirm, C::Up, "up", &["Up"], "", "Up by a line"),
    row(Form, C::Save, "save", &["Ctrl-S"], "save", "Save what was written"),
    row(
        Form,
        C::Cancel,
        "cancel",
        &["Esc", "Ctrl-C"],
        "cancel",
        "Close; what was written is kept as a draft",
    ),
    row(Form, C::NextField, "next-field", &["Tab"], "next field", "Go to the next field"),
    row(Form, C::Editor, "editor", &["Ctrl-O"], "editor", "Write it in your editor"),
    row(Form, C::PreviousField, "previous-field", &["Shift-Tab"], "", "Go to the field before"),
    row(Palette, C::Open, "open", &["Enter"], "do it", "Do what is marked, or open it"),
    row(Palette, C::Cancel, "cancel", &["Esc", "Ctrl-C"], "close", "Close the list"),
    row(Palette, C::Up, "up", &["Up", "Ctrl-K"], "", "Up"),
    row(Palette, C::Down, "down", &["Down", "Ctrl-J"], "", "Down"),
    row(Palette, C::PageUp, "page-up", &["PgUp"], "", "Up by a page"),
    row(Palette, C::PageDown, "page-down", &["PgDn"], "", "Down by a page"),
    row(
        Inject,
        C::Open,
        "open",
        &["Enter"],
        "answer, or close",
        "Answer the inject, or decide about it; close one that asks for nothing",
    ),
    row(Page, C::Cancel, "cancel", &["Esc", "q", "Enter", "Ctrl-C"], "close", "Close the page"),
    row(Page, C::CopyText, "copy-text", &["y y"], "copy", "Copy the page as text"),
    row(Page, C::Left, "left", &["Left", "["], "before", "Go to the entry before"),
    row(Page, C::Right, "right", &["Right", "]"], "after", "Go to the entry after"),
    row(Page, C::Up, "up", &["Up", "k"], "", "Up by a line"),
    row(Page, C::Down, "down", &["Down", "j"], "", "Down by a line"),
    row(Page, C::PageUp, "page-up", &["PgUp", "Ctrl-B"], "", "Up by a page"),
    row(Page, C::PageDown, "page-down", &["PgDn", "Ctrl-F"], "more", "Down by a page"),
    row(Page, C::Top, "top", &["Home", "g g"], "", "Go to the beginning"),
    row(Page, C::Bottom, "bottom", &["End", "G"], "", "Go to the end"),
    row(Home, C::Open, "open", &["Enter"], "open", "Open what is marked"),
    row(Home, C::Send, "send", &["Ctrl-Y"], "", "Open the live incident that was asked about"),
    row(Home, C::NextPane, "next-pane", &["Tab"], "next list", "Go to the next list"),
    row(Home, C::PreviousPane, "previous-pane", &["Shift-Tab"], "", "Go to the list before"),
    row(Home, C::Reload, "reload", &["r"], "look again", "Look at all incidents again"),
    row(Home, C::Leave, "leave", &["q", "Ctrl-C"], "leave", "Leave"),
    row(Home, C::Dismiss, "dismiss", &["Esc"], "", "Put away a message or a question"),
    row(Home, C::Up, "up", &["Up", "k"], "", "Up"),
    row(Home, C::Down, "down", &["Down", "j"], "", "Down"),
    row(Home, C::PageUp, "page-up", &["PgUp"], "", "Up by a page"),
    row(Home, C::PageDown, "page-down", &["PgDn"], "", "Down by a page"),
    row(Home, C::Top, "top", &["Home", "g g"], "", "Go to the first"),
    row(Home, C::Bottom, "bottom", &["End", "G"], "", "Go to the last"),
    row(Home, C::Suspend, "suspend", &["Ctrl-Z"], "", "Stop, and leave the terminal to the shell"),
    row(Home, C::Redraw, "redraw", &["Ctrl-L"], "", "Draw the whole screen again"),
    word(C::Palette, "?", "? [WORDS]: this help, or what can be done that has these words"),
    word(C::Show, "show", "Show the step and what can be done again (or an empty line)"),
    word(C::All, "all", "List everything that can be done, in every step"),
    word(C::Next, "next", "Go to the step that is next"),
    word(C::Steps, "steps", "List all steps"),
    word(C::Step, "step", "step NUMBER: go to that step"),
    word(C::Note, "note", "note TEXT: write a note; without TEXT, a note of many lines"),
    word(C::Remind, "remind", "remind 20m Ana: load-balancer logs: a reminder; alone, it asks"),
    word(C::Log, "log", "log [COUNT] [FILTER]: the latest entries, such as log 5 kind:call"),
    word(C::Entry, "entry", "entry NUMBER: one entry of the record with its hashes"),
    word(C::ShowScope, "scoped", "What is in the scope, and the evidence"),
    word(C::ShowClaims, "claims", "The claims, with who says so and how they stand"),
    word(C::ShowNotes, "notes", "Notes and decisions"),
    word(C::ShowTimers, "timers", "Duties, promised updates, what was put off, reminders"),
    word(C::ShowTimeline, "timeline", "When each phase and step was worked on"),
    word(C::ShowHandOver, "handover", "The hand-over page: all that a stranger must know"),
    word(C::ShowInjects, "injects", "In a drill: the injects, numbered, and the hints"),
    word(C::Inject, "inject", "inject NUMBER: read that inject, by its number or its id"),
    word(C::ShowPlan, "plan", "Of a facilitator: the injects that came and that are to come"),
    word(C::ShowScore, "score", "Of a facilitator: what is expected, and the faults"),
    word(C::ShowHotWash, "debrief", "After a drill: how it went, and the questions"),
    word(C::RealIncident, "real", "In a drill: declare a REAL incident, which ends the drill"),
    word(C::CopyCurl, "curl", "The request of the step as a command for curl"),
    word(C::Leave, "quit", "Leave; the incident stays as it is and can be resumed"),
];

/// The rows of one place, in the order of the table.
pub fn rows(place: Place) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.place == place)
}

/// What this word does in the plain face.
pub fn find_word(word: &str) -> Option<Command> {
    rows(Place::Plain).find(|row| row.name == word).map(|row| row.command)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_is_named_rightly_and_every_command_once_in_a_place() {
        let mut seen = BTreeSet::new();
        for row in TABLE {
            assert_eq!(row.sequences().len(), row.keys.len(), "{row:?}");
            assert!(seen.insert((row.place, row.command)), "{row:?}");
            assert_eq!(row.keys.is_empty(), row.place == Place::Plain, "{row:?}");
        }
    }

    #[test]
    fn a_name_means_one_command() {
        for row in TABLE.iter().filter(|row| row.place != Place::Plain) {
            let same = |other: &&Row| other.place != Place::Plain && other.name == row.name;
            assert!(TABLE.iter().filter(same).all(|other| other.command == row.command), "{row:?}");
        }
    }
}
