//! What the screen remembers: focus, cursors, scroll, what is being written. Nothing here survives
//! a crash, and nothing must.

use std::collections::{BTreeMap, VecDeque};

use crossterm::event::{KeyCode, KeyModifiers};
use tui_textarea::TextArea;

use crate::command::{Kind, Place, Question, Snapshot};
use crate::incident::{CallId, Offer, RecordLine};
use crate::text::Shown;

/// What a screen is made from beside the model.
#[derive(Debug, Clone)]
pub struct Seen {
    pub snapshot: Snapshot,
    /// The latest entries of the record, oldest first.
    pub record: Vec<RecordLine>,
    /// Why the record cannot be read.
    pub trouble: Option<Shown>,
}

/// The state of the view.
#[derive(Debug)]
pub struct Model {
    /// Columns and rows.
    pub size: (u16, u16),
    /// The step that the person went to; `None` follows what is next.
    pub selected: Option<String>,
    pub pane: Pane,
    pub layer: Layer,
    pub(super) step_scroll: usize,
    /// Rows of the record below the visible ones.
    pub(super) record_back: usize,
    pub(super) messages: VecDeque<Message>,
    pub(super) drafts: BTreeMap<String, Vec<String>>,
    pub(super) asked: BTreeMap<u64, Asked>,
    pub(super) tickets: u64,
    /// The step whose confirmation opens as soon as it is armed.
    pub(super) opening: Option<String>,
    pub(super) last_key: Option<Pressed>,
    /// The step shown last: another one begins at its top.
    pub(super) shown: Option<String>,
}

/// A region that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Timeline,
    Step,
    Record,
}

/// What lies over the panes and takes the keys.
#[derive(Debug)]
pub enum Layer {
    None,
    Confirm(Confirm),
    Form(Box<Form>),
    Actions(Actions),
    Help { scroll: usize },
}

/// A line for the person: a refusal stays until Esc, a success until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: Shown,
    pub(super) stays: bool,
}

/// A key press and when it came, microseconds of the boot clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pressed {
    pub(super) code: KeyCode,
    pub(super) modifiers: KeyModifiers,
    pub(super) up: u64,
}

/// What was asked of the engine and not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Plain,
    Arm { step: String },
    Confirm,
    Form,
}

/// The dialog that shows what will be sent.
#[derive(Debug)]
pub struct Confirm {
    pub(super) subject: Subject,
    /// Letter by letter, where the target has to be typed.
    pub(super) typed: String,
    pub(super) scroll: usize,
    /// The last row was on the screen, at the size that it has now.
    pub(super) end_seen: bool,
    /// Until then every key is ignored: it was meant for the screen before.
    pub(super) quiet_until: u64,
    /// It was sent to the engine; a second press must do nothing.
    pub(super) sending: bool,
    /// Why the last key did nothing.
    pub(super) note: Option<&'static str>,
}

/// What the dialog is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// The armed request with this hash.
    Armed { step: String, hash: String },
    /// The request of a doubtful call, once more.
    Retry { step: String, call: CallId },
}

/// Something being written.
#[derive(Debug)]
pub struct Form {
    pub(super) offer: Offer,
    pub(super) fields: Vec<Field>,
    pub(super) focus: usize,
    pub(super) sending: bool,
}

/// One question of a form with what was written.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) question: Question,
    pub(super) text: TextArea<'static>,
    /// Which option, where the question is a choice.
    pub(super) choice: usize,
}

/// The list of what can be done, as it was when it was opened: nothing moves below the cursor.
#[derive(Debug)]
pub struct Actions {
    pub(super) offers: Vec<Offer>,
    pub(super) cursor: usize,
}

impl Model {
    /// A fresh view of this size.
    pub fn new(size: (u16, u16)) -> Self {
        Self {
            size,
            selected: None,
            pane: Pane::Timeline,
            layer: Layer::None,
            step_scroll: 0,
            record_back: 0,
            messages: VecDeque::new(),
            drafts: BTreeMap::new(),
            asked: BTreeMap::new(),
            tickets: 0,
            opening: None,
            last_key: None,
            shown: None,
        }
    }

    /// Where a key is looked up.
    pub fn place(&self) -> Place {
        match self.layer {
            Layer::None => Place::Main,
            Layer::Confirm(_) => Place::Confirm,
            Layer::Form(_) => Place::Form,
            Layer::Actions(_) => Place::Actions,
            Layer::Help { .. } => Place::Help,
        }
    }

    /// The step on the right.
    pub fn current<'a>(&'a self, snapshot: &'a Snapshot) -> Option<&'a str> {
        self.selected.as_deref().or_else(|| snapshot.next_step())
    }

    /// So many entries of the record are wanted for the screen.
    pub fn entries_wanted(&self) -> u64 {
        let rows = self.record_back.saturating_add(usize::from(self.size.1));
        u64::try_from(rows).unwrap_or(u64::MAX)
    }

    /// Whether what is next can be opened at all.
    pub(super) fn is_too_small(&self) -> bool {
        self.size.0 < super::MIN_SIZE.0 || self.size.1 < super::MIN_SIZE.1
    }

    pub(super) fn say(&mut self, text: impl AsRef<str>) {
        self.messages.push_back(Message { text: Shown::new(text), stays: false });
    }

    pub(super) fn refuse(&mut self, text: impl AsRef<str>) {
        let message = Message { text: Shown::new(text), stays: true };
        if !self.messages.contains(&message) {
            self.messages.push_back(message);
        }
    }
}

impl Form {
    /// A form for the offer's questions, with the draft that was left.
    pub(super) fn new(offer: Offer, questions: Vec<Question>, draft: Option<&Vec<String>>) -> Self {
        let fields = questions
            .into_iter()
            .enumerate()
            .map(|(index, question)| Field::new(question, draft.and_then(|draft| draft.get(index))))
            .collect();
        Self { offer, fields, focus: 0, sending: false }
    }

    /// Names the draft of this form.
    pub(super) fn draft_key(offer: &Offer) -> String {
        format!("{} {} {}", offer.verb, offer.step.as_deref().unwrap_or_default(), offer.title)
    }

    pub(super) fn answers(&self) -> Vec<String> {
        self.fields.iter().map(Field::answer).collect()
    }
}

impl Field {
    fn new(question: Question, draft: Option<&String>) -> Self {
        let lines = draft.map_or_else(Vec::new, |d| d.split('\n').map(str::to_owned).collect());
        let choice = match (&question.kind, draft) {
            (Kind::Choice(options), Some(draft)) => options.iter().position(|o| o == draft),
            _ => None,
        };
        let mut text = TextArea::new(lines);
        text.move_cursor(tui_textarea::CursorMove::Bottom);
        text.move_cursor(tui_textarea::CursorMove::End);
        text.set_wrap_mode(tui_textarea::WrapMode::WordOrGlyph);
        Self { question, text, choice: choice.unwrap_or(0) }
    }

    fn answer(&self) -> String {
        match &self.question.kind {
            Kind::Choice(options) => options.get(self.choice).cloned().unwrap_or_default(),
            Kind::Line | Kind::Text => self.text.lines().join("\n"),
        }
    }
}
