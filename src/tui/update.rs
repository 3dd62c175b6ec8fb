//! What a key, a paste, a newer view or an answer changes in the model, and what it asks for.

mod ask;
mod attention;
mod confirm;
mod copy;
mod exercise;
mod form;
mod main;
mod mouse;
mod palette;
mod panes;
mod trail;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, KeyEventKind, MouseEvent};

use super::model::{Hunt, Layer, Model, Pressed, Seen};
use crate::command::{Command, Filter, Key, Look, Place};
use crate::engine::Accepted;
use crate::incident::{Ask, Refusal, Seq};
use crate::text::Shown;

/// Something that happened to the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(KeyEvent),
    /// Known secrets in it are masked already.
    Paste(String),
    Mouse(MouseEvent),
    /// The terminal got or lost the focus.
    Focus(bool),
    Resize(u16, u16),
    /// A newer view, or a second has passed.
    Changed,
    /// The engine answered what was asked under this ticket.
    Asked {
        ticket: u64,
        result: Result<Accepted, Refusal>,
    },
    /// A part of the record was looked through.
    Found {
        hunt: Hunt,
        job: u64,
        from: Seq,
        to: Seq,
        found: Result<Vec<Seq>, Shown>,
    },
    /// The entry at the time that was asked for.
    Sought(Result<Seq, Shown>),
    /// What the person wrote in the editor, or why there was none.
    Edited(Result<String, Shown>),
    /// What became of a copy.
    Copied(Result<Shown, Shown>),
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
    /// Look through this part of the record, the newest first, and answer piece by piece.
    Scan {
        hunt: Hunt,
        job: u64,
        filter: Filter,
        from: Seq,
        to: Seq,
    },
    /// Find the first entry at this time or after it.
    Seek(DateTime<Utc>),
    /// Into the clipboard; `what` is for the message.
    Copy {
        what: &'static str,
        text: String,
    },
    /// Into the person's editor.
    Edit(String),
    Mouse(bool),
    /// Call the person, who looks elsewhere.
    Attention(String),
    Suspend,
    Redraw,
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
        Msg::Mouse(event) => {
            mouse::clicked(model, event, seen);
            Vec::new()
        }
        Msg::Focus(focused) => {
            model.focused = focused;
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
        Msg::Found { hunt, job, from, to, found } => {
            trail::found(model, hunt, job, (from, to), found, seen);
            Vec::new()
        }
        Msg::Sought(Ok(seq)) => {
            trail::go_to(model, seq, seen);
            Vec::new()
        }
        Msg::Edited(result) => {
            form::edited(model, result);
            Vec::new()
        }
        Msg::Copied(Ok(words)) => {
            model.say(words);
            Vec::new()
        }
        Msg::Copied(Err(why)) | Msg::Sought(Err(why)) => {
            model.refuse(why);
            Vec::new()
        }
    };
    requests.extend(confirm::settle(model, seen));
    requests.extend(trail::settle(model, seen));
    requests.extend(attention::settle(model, seen));
    panes::settle(model, seen);
    requests
}

fn key(model: &mut Model, event: &KeyEvent, seen: &Seen) -> Vec<Request> {
    let up = seen.snapshot.now.up;
    let pressed = Pressed { code: event.code, modifiers: event.modifiers, up };
    let before = model.last_key.replace(pressed);
    model.messages.fade();
    let (command, was_pending) = look(model, Key::of(event));
    let works_when_small =
        [Command::Leave, Command::Cancel, Command::TakeBack, Command::Suspend, Command::Redraw];
    if model.is_too_small() && !command.is_some_and(|command| works_when_small.contains(&command)) {
        // What cannot be read must not be acted on.
        return Vec::new();
    }
    match command {
        Some(Command::Suspend) => return vec![Request::Suspend],
        Some(Command::Redraw) => return vec![Request::Redraw],
        Some(Command::RealIncident) if seen.snapshot.state().exercise.is_some() => {
            return exercise::real(model, seen);
        }
        _ if was_pending && command.is_none() => return Vec::new(),
        _ => {}
    }
    match model.layer {
        Layer::Confirm(_) => confirm::key(model, event, command, before, seen),
        Layer::Form(_) => form::key(model, event, command, seen),
        Layer::Palette(_) => palette::key(model, event, command, seen),
        Layer::Page(_) => main::page_key(model, command, seen),
        Layer::None => main::key(model, command, seen),
    }
}

/// What the key means with those before it; and whether it belonged to a sequence that is not whole
/// or came to nothing.
fn look(model: &mut Model, key: Key) -> (Option<Command>, bool) {
    let was_pending = !model.typed.is_empty();
    model.typed.push(key);
    match model.keymap.look(model.places(), &model.typed) {
        Look::Command(command) => {
            model.typed.clear();
            (Some(command), was_pending)
        }
        Look::Pending => (None, true),
        Look::Nothing => {
            model.typed.clear();
            // Stopping and drawing anew work from everywhere.
            let anywhere = model.keymap.look(&[Place::Main], &[key]);
            if let Look::Command(
                command @ (Command::Suspend | Command::Redraw | Command::RealIncident),
            ) = anywhere
            {
                return (Some(command), false);
            }
            if was_pending && key.code != crossterm::event::KeyCode::Esc {
                model.say("These keys mean nothing together. ? lists all of them.");
            }
            (None, was_pending)
        }
    }
}

fn paste(model: &mut Model, text: &str) {
    match &mut model.layer {
        Layer::Form(form) => form::paste(form, text),
        Layer::Palette(palette) => palette::paste(palette, text),
        Layer::Confirm(confirm) => confirm.note = Some("Nothing can be pasted here: type it."),
        Layer::None | Layer::Page(_) => {
            model.refuse("Pasted text was not used. Press n first to write a note.");
        }
    }
}
