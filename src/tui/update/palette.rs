//! Keys in the list of all that can be done.

use crossterm::event::{KeyCode, KeyEvent};

use super::{Request, ask, main};
use crate::command::{Action, Command, Key, items};
use crate::text::Shown;
use crate::tui::layout::{inside, regions};
use crate::tui::model::{Layer, Model, Palette, Seen};

/// Nobody types a longer search.
const LONGEST: usize = 200;

/// Opens the list, with these words typed already.
pub(super) fn open(model: &mut Model, seen: &Seen, typed: &str) {
    let selected = model.current(&seen.snapshot);
    let items = items(&seen.snapshot, selected, &model.keymap, model.places());
    model.layer = Layer::Palette(Palette::new(items, typed));
}

pub(super) fn key(
    model: &mut Model,
    event: &KeyEvent,
    command: Option<Command>,
    seen: &Seen,
) -> Vec<Request> {
    let page = isize::try_from(inside(regions(model, seen).body).height).unwrap_or(2).max(2) / 2;
    let Layer::Palette(palette) = &mut model.layer else { return Vec::new() };
    match command {
        Some(Command::Open) => return run(model, seen),
        Some(Command::Cancel) => model.layer = Layer::None,
        Some(Command::Up) => by(palette, -1),
        Some(Command::Down) => by(palette, 1),
        Some(Command::PageUp) => by(palette, -page),
        Some(Command::PageDown) => by(palette, page),
        _ => write(palette, event),
    }
    Vec::new()
}

fn by(palette: &mut Palette, by: isize) {
    let last = palette.found.len().saturating_sub(1);
    palette.cursor = palette.cursor.saturating_add_signed(by).min(last);
}

fn write(palette: &mut Palette, event: &KeyEvent) {
    match event.code {
        KeyCode::Char(c) if Key::of(event).prints() && palette.typed.chars().count() < LONGEST => {
            palette.typed.push_str(Shown::new(c.to_string()).as_str());
        }
        KeyCode::Backspace => {
            palette.typed.pop();
        }
        _ => return,
    }
    palette.look();
}

/// What is pasted is looked for, on one line.
pub(super) fn paste(palette: &mut Palette, text: &str) {
    let text: String = Shown::new(text).as_str().replace('\n', " ").chars().take(LONGEST).collect();
    palette.typed.push_str(&text);
    palette.look();
}

fn run(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let Layer::Palette(palette) = &model.layer else { return Vec::new() };
    let Some(item) = palette.marked().cloned() else { return Vec::new() };
    if let Some(why) = &item.not_now {
        model.refuse(format!("{}: not now: {why}", item.title));
        return Vec::new();
    }
    model.layer = Layer::None;
    match item.action {
        Action::Offer(offer) => {
            // Whoever begins something in another step goes on there.
            if let Some(step) = &offer.step
                && model.current(&seen.snapshot) != Some(step)
            {
                model.selected = Some(step.clone());
            }
            ask::take(model, *offer, seen)
        }
        Action::Command(command) => run_command(model, command, seen),
        Action::Nothing => Vec::new(),
    }
}

fn run_command(model: &mut Model, command: Command, seen: &Seen) -> Vec<Request> {
    match command {
        Command::Suspend => vec![Request::Suspend],
        Command::Redraw => vec![Request::Redraw],
        command => main::key(model, Some(command), seen),
    }
}
