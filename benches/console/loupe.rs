//! The screen's loop, taken apart: what is seen, what a key changes, what is drawn.
//!
//! It does what the face does for one key and no more: looks, updates, looks again, draws.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use stanch::command::{Console, Snapshot};
use stanch::incident::{By, Seq};
use stanch::tui::{Cache, Model, Msg, Seen, Theme, View, draw, update};

use crate::SIZE;

pub(crate) struct Loupe<'a, B: Backend> {
    pub(crate) console: &'a dyn Console,
    pub(crate) terminal: Terminal<B>,
    pub(crate) model: Model,
    theme: Theme,
    by: By,
    cache: Cache,
    snapshot: Option<Snapshot>,
}

/// One message, from its coming to the end of its frame.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) seen: Duration,
    pub(crate) updated: Duration,
    pub(crate) drawn: Duration,
}

impl Spent {
    pub(crate) fn whole(self) -> Duration {
        self.seen + self.updated + self.drawn
    }
}

impl<'a, B: Backend> Loupe<'a, B>
where
    B::Error: std::fmt::Debug,
{
    pub(crate) fn new(console: &'a dyn Console, terminal: Terminal<B>) -> Self {
        let mut model = Model::new(SIZE);
        model.view = View::Record;
        let by = By { who: "ana".into(), role: None };
        let (theme, cache) = (Theme::standard(), Cache::default());
        Self { console, terminal, model, theme, by, cache, snapshot: None }
    }

    /// As the face does, with its own cache.
    pub(crate) fn see(&mut self) -> Seen {
        let snapshot = match self.snapshot.take() {
            Some(snapshot) => snapshot.renewed(self.console),
            None => Snapshot::take(self.console, &self.by),
        };
        self.snapshot = Some(snapshot.clone());
        self.cache.see(self.console, snapshot, &self.model)
    }

    pub(crate) fn take(&mut self, msg: Msg) -> Spent {
        let begun = Instant::now();
        let seen = self.see();
        let first_look = begun.elapsed();
        let begun = Instant::now();
        update(&mut self.model, msg, &seen);
        let updated = begun.elapsed();
        drop(seen);
        let begun = Instant::now();
        let seen = self.see();
        let second_look = begun.elapsed();
        let begun = Instant::now();
        let (model, theme) = (&self.model, &self.theme);
        self.terminal.draw(|frame| draw(frame, model, &seen, theme)).unwrap();
        Spent { seen: first_look + second_look, updated, drawn: begun.elapsed() }
    }

    /// Entries on the screen.
    pub(crate) fn rows(&mut self) -> Seq {
        self.see().lines.len() as Seq
    }

    /// The rows of entries that were not read: none.
    pub(crate) fn absent(&mut self) -> u64 {
        let seen = self.see();
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        terminal.draw(|frame| draw(frame, &self.model, &seen, &self.theme)).unwrap();
        let buffer = terminal.backend().buffer();
        let is_absent = |row: &u16| (0..4).any(|column| buffer[(column, *row)].symbol() == "…");
        (0..SIZE.1).filter(is_absent).count() as u64
    }
}

pub(crate) fn press(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}
