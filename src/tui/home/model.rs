//! What the home screen remembers, and what a key does to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::command::{Card, Command, Key, Keymap, Look, Place, Standing, Start};
use crate::text::Shown;
use crate::tui::screen::Left;

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Run the incident in this directory.
    Resume(PathBuf),
    /// Only read it: it is closed.
    Read(PathBuf),
    /// Show it beside the engine that runs it.
    Attach(PathBuf),
    /// Open a live incident on this playbook.
    Open(String),
    Drill(String),
    Leave(Left),
}

impl Choice {
    /// What choosing this incident means.
    pub fn of(card: &Card) -> Self {
        let dir = card.dir.clone();
        match (card.closed, &card.held) {
            (true, _) => Self::Read(dir),
            (false, Some(_)) => Self::Attach(dir),
            (false, None) => Self::Resume(dir),
        }
    }
}

/// Something that happened.
#[derive(Debug)]
pub enum HomeMsg {
    Key(KeyEvent),
    Resize(u16, u16),
    Cards(Result<Vec<Card>, Shown>),
    Standing(PathBuf, Result<Standing, Shown>),
}

/// What the home screen wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeRequest {
    Chosen(Choice),
    Suspend,
    Redraw,
    Reload,
}

/// The state of the home screen.
#[derive(Debug)]
pub struct Home {
    pub(super) size: (u16, u16),
    pub(super) keymap: Arc<Keymap>,
    pub(super) cards: Vec<Card>,
    pub(super) standings: BTreeMap<PathBuf, Result<Standing, Shown>>,
    pub(super) playbooks: Vec<Start>,
    pub(super) drills: Vec<Start>,
    pub(super) cursor: usize,
    /// A live incident on this playbook would be opened by the next key.
    pub(super) asking: Option<Start>,
    /// What was said, and stays until Esc.
    pub(super) message: Option<Shown>,
    typed: Vec<Key>,
    /// Records whose standing is being read.
    looking: Vec<PathBuf>,
}

/// One row that can be marked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Row<'a> {
    Card(&'a Card),
    Playbook(&'a Start),
    Drill(&'a Start),
}

impl Home {
    /// Nothing is known of incidents yet.
    pub fn new(
        size: (u16, u16),
        keymap: Arc<Keymap>,
        playbooks: Vec<Start>,
        drills: Vec<Start>,
    ) -> Self {
        Self {
            size,
            keymap,
            cards: Vec::new(),
            standings: BTreeMap::new(),
            playbooks,
            drills,
            cursor: 0,
            asking: None,
            message: None,
            typed: Vec::new(),
            looking: Vec::new(),
        }
    }

    /// Says something that stays.
    pub(super) fn told(&mut self, told: Option<String>) {
        self.message = told.map(Shown::new);
    }

    /// All rows, incidents first.
    pub(super) fn rows(&self) -> Vec<Row<'_>> {
        let cards = self.cards.iter().map(Row::Card);
        let playbooks = self.playbooks.iter().map(Row::Playbook);
        cards.chain(playbooks).chain(self.drills.iter().map(Row::Drill)).collect()
    }

    /// Open incidents whose record was not read since they were listed; they are taken as being
    /// read from now on.
    pub(super) fn begin_to_look(&mut self) -> Vec<Card> {
        let new = |card: &&Card| {
            !card.closed
                && !self.standings.contains_key(&card.dir)
                && !self.looking.contains(&card.dir)
        };
        let cards: Vec<Card> = self.cards.iter().filter(new).cloned().collect();
        self.looking.extend(cards.iter().map(|card| card.dir.clone()));
        cards
    }

    /// The only thing that changes it.
    pub fn update(&mut self, msg: HomeMsg) -> Option<HomeRequest> {
        match msg {
            HomeMsg::Key(event) => return self.key(&event),
            HomeMsg::Resize(columns, rows) => self.size = (columns, rows),
            HomeMsg::Cards(Ok(cards)) => {
                if cards.is_empty() && self.cards.is_empty() {
                    // Who has no incident yet begins with a drill.
                    self.cursor = self.playbooks.len();
                }
                self.cards = cards;
                // Open ones first, each half as it was.
                self.cards.sort_by_key(|card| card.closed);
                self.standings.clear();
                self.looking.clear();
            }
            HomeMsg::Cards(Err(why)) => self.message = Some(why),
            HomeMsg::Standing(dir, standing) => {
                self.looking.retain(|looking| *looking != dir);
                self.standings.insert(dir, standing);
            }
        }
        self.cursor = self.cursor.min(self.rows().len().saturating_sub(1));
        None
    }

    fn is_too_small(&self) -> bool {
        self.size.0 < crate::tui::MIN_SIZE.0 || self.size.1 < crate::tui::MIN_SIZE.1
    }

    fn key(&mut self, event: &KeyEvent) -> Option<HomeRequest> {
        self.typed.push(Key::of(event));
        let command = match self.keymap.look(&[Place::Home], &self.typed) {
            Look::Pending => return None,
            Look::Command(command) => command,
            Look::Nothing => {
                self.typed.clear();
                return None;
            }
        };
        self.typed.clear();
        if self.is_too_small() && command != Command::Leave {
            return None;
        }
        let asking = self.asking.take();
        let last = self.rows().len().saturating_sub(1);
        let page = usize::from(self.size.1 / 2);
        match command {
            Command::Leave => return Some(HomeRequest::Chosen(Choice::LEAVE)),
            Command::Suspend => return Some(HomeRequest::Suspend),
            Command::Redraw => return Some(HomeRequest::Redraw),
            Command::Reload => return Some(HomeRequest::Reload),
            Command::Send => {
                let playbook = asking?;
                return Some(HomeRequest::Chosen(Choice::Open(playbook.name)));
            }
            Command::Open => return self.open().map(HomeRequest::Chosen),
            Command::Dismiss => self.message = None,
            Command::Up => self.cursor = self.cursor.saturating_sub(1),
            Command::Down => self.cursor = (self.cursor + 1).min(last),
            Command::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Command::PageDown => self.cursor = (self.cursor + page).min(last),
            Command::Top => self.cursor = 0,
            Command::Bottom => self.cursor = last,
            Command::NextPane => self.turn(true),
            Command::PreviousPane => self.turn(false),
            _ => {}
        }
        None
    }

    /// To the beginning of the list after this one, or before.
    fn turn(&mut self, forward: bool) {
        let (cards, playbooks) = (self.cards.len(), self.cards.len() + self.playbooks.len());
        let begins = [0, cards, playbooks];
        let last = self.rows().len().saturating_sub(1);
        let next = if forward {
            begins.into_iter().find(|begin| *begin > self.cursor)
        } else {
            begins.into_iter().rev().find(|begin| *begin < self.cursor)
        };
        self.cursor = next.unwrap_or(if forward { 0 } else { playbooks }).min(last);
    }

    /// Enter: an incident or a drill at once; a live incident only after another key.
    fn open(&mut self) -> Option<Choice> {
        let rows = self.rows();
        match rows.get(self.cursor)? {
            Row::Card(card) => Some(Choice::of(card)),
            Row::Drill(drill) => Some(Choice::Drill(drill.name.clone())),
            Row::Playbook(playbook) => {
                self.asking = Some((*playbook).clone());
                None
            }
        }
    }
}
