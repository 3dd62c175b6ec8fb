//! What the screen has to say: a refusal stays until it was read, a success until the next key, and
//! all of them can be looked up again.

use std::collections::VecDeque;

use crate::text::Shown;

/// So many are kept for looking up.
const KEPT: usize = 200;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Message {
    pub(in crate::tui) text: Shown,
    /// Until it is put away.
    pub(in crate::tui) stays: bool,
}

/// The messages on the screen, and those before.
#[derive(Debug, Default)]
pub(in crate::tui) struct Messages {
    shown: VecDeque<Message>,
    kept: VecDeque<Message>,
}

impl Messages {
    /// Something went well.
    pub(in crate::tui) fn say(&mut self, text: impl AsRef<str>) {
        self.add(Message { text: Shown::new(text), stays: false });
    }

    /// Something did not; it stays.
    pub(in crate::tui) fn refuse(&mut self, text: impl AsRef<str>) {
        self.add(Message { text: Shown::new(text), stays: true });
    }

    fn add(&mut self, message: Message) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(message.clone());
        // The same twice tells nothing more.
        if !(message.stays && self.shown.contains(&message)) {
            self.shown.push_back(message);
        }
    }

    /// A key was pressed: what need not stay goes.
    pub(in crate::tui) fn fade(&mut self) {
        self.shown.retain(|message| message.stays);
    }

    /// The one on the screen was read.
    pub(in crate::tui) fn dismiss(&mut self) {
        let at = self.shown.iter().position(|message| message.stays).unwrap_or(0);
        self.shown.remove(at);
    }

    /// The one to show: the oldest that was not read, else the newest.
    pub(in crate::tui) fn current(&self) -> Option<&Message> {
        self.unread().next().or_else(|| self.shown.back())
    }

    /// Those that stay, the oldest first.
    pub(in crate::tui) fn unread(&self) -> impl Iterator<Item = &Message> {
        self.shown.iter().filter(|message| message.stays)
    }

    /// All that are kept, the newest first.
    pub(in crate::tui) fn all(&self) -> impl Iterator<Item = &Message> {
        self.kept.iter().rev()
    }
}
