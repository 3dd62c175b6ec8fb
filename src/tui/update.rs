//! What a key, a paste, a newer view or an answer changes in the model, and what it asks for.

mod ask;
mod confirm;
mod form;
mod panes;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::model::{Layer, Model, Pressed, Seen};
use crate::command::{Command, Place, find};
use crate::engine::Accepted;
use crate::incident::{Ask, Refusal};

/// Something that happened to the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(KeyEvent),
    Paste(String),
    Resize(u16, u16),
    /// A newer view, or a second has passed.
    Changed,
    /// The engine answered what was asked under this ticket.
    Asked {
        ticket: u64,
        result: Result<Accepted, Refusal>,
    },
}

/// What the screen wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Ask {
        ticket: u64,
        ask: Ask,
    },
    /// Throw away what was typed and not read yet: it was meant for the screen before.
    DiscardInput,
    Leave,
}

/// The only thing that changes a model. `seen` is what the screen shows, taken now: its clock is
/// the one that guards are measured by.
pub fn update(model: &mut Model, msg: Msg, seen: &Seen) -> Vec<Request> {
    let mut requests = match msg {
        Msg::Key(event) if event.kind == KeyEventKind::Release => Vec::new(),
        Msg::Key(event) => key(model, &event, seen),
        Msg::Paste(text) => {
            paste(model, &text);
            Vec::new()
        }
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            confirm::resized(model);
            Vec::new()
        }
        Msg::Changed => Vec::new(),
        Msg::Asked { ticket, result } => {
            ask::answered(model, ticket, result);
            Vec::new()
        }
    };
    requests.extend(confirm::settle(model, seen));
    panes::settle(model, seen);
    requests
}

fn key(model: &mut Model, event: &KeyEvent, seen: &Seen) -> Vec<Request> {
    let up = seen.snapshot.now.up;
    let pressed = Pressed { code: event.code, modifiers: event.modifiers, up };
    let before = model.last_key.replace(pressed);
    model.messages.retain(|message| message.stays);
    let place = model.place();
    let command = find(place, event);
    if model.is_too_small()
        && !matches!(command, Some(Command::Leave | Command::Cancel | Command::TakeBack))
    {
        // What cannot be read must not be acted on.
        return Vec::new();
    }
    match place {
        Place::Confirm => confirm::key(model, event, command, before, seen),
        Place::Form => form::key(model, event, command, seen),
        Place::Actions => actions_key(model, command, seen),
        Place::Help => {
            help_key(model, command);
            Vec::new()
        }
        Place::Main | Place::Plain => main_key(model, command, seen),
    }
}

fn paste(model: &mut Model, text: &str) {
    match &mut model.layer {
        Layer::Form(form) => form::paste(form, text),
        Layer::Confirm(confirm) => confirm.note = Some("Nothing can be pasted here: type it."),
        Layer::None | Layer::Actions(_) | Layer::Help { .. } => {
            model.refuse("Pasted text was not used. Press n first to write a note.");
        }
    }
}

fn main_key(model: &mut Model, command: Option<Command>, seen: &Seen) -> Vec<Request> {
    match command {
        Some(Command::Leave) => return vec![Request::Leave],
        Some(Command::Open) => return ask::open(model, seen),
        Some(Command::Note) => return ask::note(model, seen),
        Some(Command::Actions) => panes::open_actions(model, seen),
        Some(Command::Help) => model.layer = Layer::Help { scroll: 0 },
        Some(Command::Dismiss) => {
            model.messages.pop_front();
        }
        Some(command) => panes::moved(model, command, seen),
        None => {}
    }
    Vec::new()
}

fn actions_key(model: &mut Model, command: Option<Command>, seen: &Seen) -> Vec<Request> {
    let Layer::Actions(actions) = &mut model.layer else { return Vec::new() };
    match command {
        Some(Command::Up) => actions.cursor = actions.cursor.saturating_sub(1),
        Some(Command::Down) => {
            actions.cursor = (actions.cursor + 1).min(actions.offers.len().saturating_sub(1));
        }
        Some(Command::Cancel) => model.layer = Layer::None,
        Some(Command::Open) => {
            let chosen = actions.offers.get(actions.cursor).cloned();
            model.layer = Layer::None;
            if let Some(offer) = chosen {
                return ask::take(model, offer, seen);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn help_key(model: &mut Model, command: Option<Command>) {
    let page = usize::from(model.size.1 / 2);
    let Layer::Help { scroll } = &mut model.layer else { return };
    match command {
        Some(Command::Up) => *scroll = scroll.saturating_sub(1),
        Some(Command::Down) => *scroll += 1,
        Some(Command::PageUp) => *scroll = scroll.saturating_sub(page),
        Some(Command::PageDown) => *scroll += page,
        Some(Command::Cancel) => model.layer = Layer::None,
        _ => {}
    }
}
