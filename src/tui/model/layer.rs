//! What lies over the view and takes the keys.

use super::form::Form;
use crate::command::{Item, found, is_typed, reminder_item};
use crate::incident::{CallId, Seq};

/// One layer.
#[derive(Debug)]
pub enum Layer {
    None,
    Confirm(Confirm),
    Form(Box<Form>),
    Palette(Palette),
    Page(Page),
}

/// The dialog that shows what will be sent.
#[derive(Debug)]
pub struct Confirm {
    pub(in crate::tui) subject: Subject,
    /// Letter by letter, where the target has to be typed.
    pub(in crate::tui) typed: String,
    pub(in crate::tui) scroll: usize,
    /// The last row was on the screen, at the size that it has now.
    pub(in crate::tui) end_seen: bool,
    /// Until then every key is ignored: it was meant for the screen before.
    pub(in crate::tui) quiet_until: u64,
    /// It was sent to the engine; a second press must do nothing.
    pub(in crate::tui) sending: bool,
    /// Why the last key did nothing.
    pub(in crate::tui) note: Option<&'static str>,
}

/// What the dialog is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Subject {
    /// The armed request with this hash.
    Armed { step: String, hash: String },
    /// The request of a doubtful call, once more.
    Retry { step: String, call: CallId },
}

/// The list of all that can be done, as it was when it was opened: nothing moves below the cursor.
#[derive(Debug)]
pub struct Palette {
    pub(in crate::tui) items: Vec<Item>,
    pub(in crate::tui) typed: String,
    /// Positions of those that have what is typed.
    pub(in crate::tui) found: Vec<usize>,
    /// Among those found.
    pub(in crate::tui) cursor: usize,
}

impl Palette {
    /// The list, and what is typed already.
    pub(in crate::tui) fn new(items: Vec<Item>, typed: &str) -> Self {
        let mut items = items;
        items.retain(|item| !is_typed(item));
        let mut found: Vec<usize> =
            if typed.is_empty() { (0..items.len()).collect() } else { found(&items, typed) };
        if let Some(item) = reminder_item(typed, &items) {
            found.insert(0, items.len());
            items.push(item);
        }
        Self { items, typed: typed.to_owned(), found, cursor: 0 }
    }

    /// Looks again for what is typed now.
    pub(in crate::tui) fn look(&mut self) {
        let items = std::mem::take(&mut self.items);
        let typed = std::mem::take(&mut self.typed);
        *self = Self::new(items, &typed);
    }

    /// The marked item.
    pub(in crate::tui) fn marked(&self) -> Option<&Item> {
        self.items.get(*self.found.get(self.cursor)?)
    }
}

/// A page that is read.
#[derive(Debug)]
pub struct Page {
    pub(in crate::tui) reading: Reading,
    pub(in crate::tui) scroll: usize,
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Reading {
    Entry(Seq),
    /// The inject with this id.
    Inject(String),
    Messages,
}
