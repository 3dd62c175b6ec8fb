//! What the screen remembers: view, focus, cursors, scroll, what is being written. Nothing here
//! survives a crash, and nothing must.

mod form;
mod layer;
mod message;
mod trail;

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::command::{Command, Detail, Key, Keymap, Place, Snapshot};
use crate::incident::{RecordLine, Seq};
use crate::text::Shown;

pub(super) use form::{Field, Form, Prompt, Use};
pub use layer::Layer;
pub(super) use layer::{Confirm, Page, Palette, Reading, Subject};
pub(super) use message::Messages;
pub use trail::Hunt;
pub(super) use trail::{Hits, Position, Source, Trail};

/// What a screen is made from beside the model.
#[derive(Debug, Clone)]
pub struct Seen {
    pub snapshot: Snapshot,
    /// The entries of the record that the screen needs.
    pub lines: Arc<BTreeMap<Seq, RecordLine>>,
    /// The entry that is read on a page.
    pub detail: Option<Result<Detail, Shown>>,
    /// Why the record cannot be read.
    pub trouble: Option<Shown>,
}

/// The state of the view.
#[derive(Debug)]
pub struct Model {
    /// Columns and rows.
    pub size: (u16, u16),
    pub view: View,
    /// The step that the person went to; `None` follows what is next.
    pub selected: Option<String>,
    pub pane: Pane,
    pub layer: Layer,
    pub keymap: Arc<Keymap>,
    /// The terminal tells clicks.
    pub mouse: bool,
    /// The terminal has the focus, as far as it says so.
    pub focused: bool,
    /// Keys of a sequence that is not whole yet.
    pub(super) typed: Vec<Key>,
    pub(super) step_scroll: usize,
    /// What is long in the step is shown whole.
    pub(super) unfolded: bool,
    /// Where the person is in the record.
    pub(super) record: Trail,
    /// Where the person is in notes and decisions.
    pub(super) notes: Trail,
    /// The marked row of each list.
    pub(super) cursors: BTreeMap<View, usize>,
    pub(super) messages: Messages,
    pub(super) drafts: BTreeMap<String, Vec<String>>,
    pub(super) asked: BTreeMap<u64, Asked>,
    pub(super) tickets: u64,
    /// The step whose confirmation opens as soon as it is armed.
    pub(super) opening: Option<String>,
    pub(super) last_key: Option<Pressed>,
    /// The step shown last: another one begins at its top.
    pub(super) shown: Option<String>,
    /// What alarmed and what was under way when the screen was last looked at.
    pub(super) watched: Option<Watched>,
}

/// What the screen is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Steps, the selected step, and the latest entries of the record.
    Steps,
    Record,
    Scope,
    Claims,
    Notes,
    Timers,
    Timeline,
    HandOver,
    /// Of a drill.
    Injects,
    /// Of a facilitator.
    Plan,
    /// Likewise.
    Score,
    /// When a drill is over.
    HotWash,
}

impl View {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Steps,
        Self::Record,
        Self::Scope,
        Self::Claims,
        Self::Notes,
        Self::Timers,
        Self::Timeline,
        Self::HandOver,
        Self::Injects,
        Self::Plan,
        Self::Score,
        Self::HotWash,
    ];

    /// The same where there is little room.
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Timeline => "Time",
            Self::HandOver => "Hand",
            other => other.title(),
        }
    }

    /// On the row of views.
    pub fn title(self) -> &'static str {
        match self {
            Self::Steps => "Steps",
            Self::Record => "Record",
            Self::Scope => "Scope",
            Self::Claims => "Claims",
            Self::Notes => "Notes",
            Self::Timers => "Clocks",
            Self::Timeline => "Timeline",
            Self::HandOver => "Handover",
            Self::Injects => "Injects",
            Self::Plan => "Plan",
            Self::Score => "Score",
            Self::HotWash => "Hot wash",
        }
    }

    /// The command that shows it.
    pub(super) fn command(self) -> Command {
        match self {
            Self::Steps => Command::ShowSteps,
            Self::Record => Command::ShowRecord,
            Self::Scope => Command::ShowScope,
            Self::Claims => Command::ShowClaims,
            Self::Notes => Command::ShowNotes,
            Self::Timers => Command::ShowTimers,
            Self::Timeline => Command::ShowTimeline,
            Self::HandOver => Command::ShowHandOver,
            Self::Injects => Command::ShowInjects,
            Self::Plan => Command::ShowPlan,
            Self::Score => Command::ShowScore,
            Self::HotWash => Command::ShowHotWash,
        }
    }

    /// Why there is nothing that it could show.
    pub(super) fn missing(self, snapshot: &Snapshot) -> Option<&'static str> {
        let exercise = snapshot.state().exercise.as_deref();
        match self {
            Self::Injects | Self::HotWash if exercise.is_none() => Some("This is no drill."),
            Self::HotWash if snapshot.hot_wash.is_none() => {
                Some("The hot wash begins when the exercise is over.")
            }
            Self::Plan | Self::Score if snapshot.desk.is_none() => {
                Some("Only the console of a facilitator shows that.")
            }
            _ => None,
        }
    }
}

/// A region of the view of the steps that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Timeline,
    Step,
    Record,
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
    Arm {
        step: String,
    },
    Confirm,
    Form,
    /// That this inject was opened: nobody waits for the answer.
    Seen {
        inject: String,
    },
}

/// What a person who looks away must be called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Watched {
    pub(super) broken: usize,
    pub(super) doubts: usize,
    pub(super) overdue: usize,
    pub(super) busy: bool,
    /// Injects that came, and hints.
    pub(super) injects: usize,
    pub(super) hints: usize,
    /// The players of a drill ask for something.
    pub(super) wishes: bool,
    /// The exercise is.
    pub(super) over: bool,
}

impl Model {
    /// A fresh view of this size.
    pub fn new(size: (u16, u16)) -> Self {
        Self {
            size,
            view: View::Steps,
            selected: None,
            pane: Pane::Timeline,
            layer: Layer::None,
            keymap: Arc::default(),
            mouse: false,
            focused: true,
            typed: Vec::new(),
            step_scroll: 0,
            unfolded: false,
            record: Trail::default(),
            notes: Trail::default(),
            cursors: BTreeMap::new(),
            messages: Messages::default(),
            drafts: BTreeMap::new(),
            asked: BTreeMap::new(),
            tickets: 0,
            opening: None,
            last_key: None,
            shown: None,
            watched: None,
        }
    }

    /// Where a key is looked up, one place after the other.
    pub fn places(&self) -> &'static [Place] {
        match self.layer {
            Layer::None if self.is_in_record() => &[Place::Record, Place::Main],
            Layer::None => &[Place::Main],
            Layer::Confirm(_) => &[Place::Confirm],
            Layer::Form(_) => &[Place::Form],
            Layer::Palette(_) => &[Place::Palette],
            Layer::Page(Page { reading: Reading::Inject(_), .. }) => &[Place::Inject, Place::Page],
            Layer::Page(_) => &[Place::Page],
        }
    }

    /// Whether the record, or notes and decisions, have the focus.
    pub(super) fn is_in_record(&self) -> bool {
        match self.view {
            View::Record | View::Notes => true,
            View::Steps => self.pane == Pane::Record,
            _ => false,
        }
    }

    /// The way through the record that has the focus, if one has.
    pub(super) fn trail(&self) -> Option<&Trail> {
        match self.view {
            View::Notes => Some(&self.notes),
            _ => self.is_in_record().then_some(&self.record),
        }
    }

    pub(super) fn trail_mut(&mut self) -> Option<&mut Trail> {
        match self.view {
            View::Notes => Some(&mut self.notes),
            _ if self.is_in_record() => Some(&mut self.record),
            _ => None,
        }
    }

    /// The step on the right.
    pub fn current<'a>(&'a self, snapshot: &'a Snapshot) -> Option<&'a str> {
        self.selected.as_deref().or_else(|| snapshot.next_step())
    }

    /// The marked row of a list.
    pub(super) fn cursor(&self, view: View) -> usize {
        self.cursors.get(&view).copied().unwrap_or(0)
    }

    /// Whether what is next can be opened at all.
    pub(super) fn is_too_small(&self) -> bool {
        self.size.0 < super::MIN_SIZE.0 || self.size.1 < super::MIN_SIZE.1
    }

    pub(super) fn say(&mut self, text: impl AsRef<str>) {
        self.messages.say(text);
    }

    pub(super) fn refuse(&mut self, text: impl AsRef<str>) {
        self.messages.refuse(text);
    }
}
