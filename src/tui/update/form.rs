//! Keys in a form: text, choices, saving, and the draft that is kept.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::CursorMove;

use super::{Request, ask};
use crate::command::{Command, Kind, filled};
use crate::incident::Ask;
use crate::text::Shown;
use crate::tui::model::{Asked, Field, Form, Layer, Model, Seen};

pub(super) fn key(
    model: &mut Model,
    event: &KeyEvent,
    command: Option<Command>,
    _seen: &Seen,
) -> Vec<Request> {
    match command {
        Some(Command::Save) => return save(model),
        Some(Command::Cancel) => {
            cancel(model);
            return Vec::new();
        }
        _ => {}
    }
    let Layer::Form(form) = &mut model.layer else { return Vec::new() };
    let count = form.fields.len().max(1);
    match command {
        Some(Command::NextField) => form.focus = (form.focus + 1) % count,
        Some(Command::PreviousField) => form.focus = (form.focus + count - 1) % count,
        _ => write(form, event),
    }
    Vec::new()
}

fn write(form: &mut Form, event: &KeyEvent) {
    if form.sending {
        return;
    }
    let last = form.focus + 1 >= form.fields.len();
    let Some(field) = form.fields.get_mut(form.focus) else { return };
    match (&field.question.kind, event.code) {
        (Kind::Choice(_), KeyCode::Up) => field.choice = field.choice.saturating_sub(1),
        (Kind::Choice(options), KeyCode::Down) => {
            field.choice = (field.choice + 1).min(options.len().saturating_sub(1));
        }
        (Kind::Choice(_) | Kind::Line, KeyCode::Enter) => {
            if !last {
                form.focus += 1;
            }
        }
        (Kind::Choice(_), _) => {}
        (Kind::Line | Kind::Text, _) => edit(field, event),
    }
}

fn edit(field: &mut Field, event: &KeyEvent) {
    let text = &mut field.text;
    let shifted = event.modifiers - KeyModifiers::SHIFT;
    match event.code {
        KeyCode::Char(c) if shifted.is_empty() => {
            text.insert_str(Shown::new(c.to_string()).as_str());
        }
        KeyCode::Enter => text.insert_newline(),
        KeyCode::Backspace => {
            text.delete_char();
        }
        KeyCode::Delete => {
            text.delete_next_char();
        }
        KeyCode::Left => text.move_cursor(CursorMove::Back),
        KeyCode::Right => text.move_cursor(CursorMove::Forward),
        KeyCode::Up => text.move_cursor(CursorMove::Up),
        KeyCode::Down => text.move_cursor(CursorMove::Down),
        KeyCode::Home => text.move_cursor(CursorMove::Head),
        KeyCode::End => text.move_cursor(CursorMove::End),
        _ => {}
    }
}

/// Puts pasted text where the cursor is, made harmless.
pub(super) fn paste(form: &mut Form, pasted: &str) {
    if form.sending {
        return;
    }
    let Some(field) = form.fields.get_mut(form.focus) else { return };
    // A terminal sends the line ends of a paste as carriage returns.
    let text = Shown::new(pasted.replace("\r\n", "\n").replace('\r', "\n"));
    match field.question.kind {
        Kind::Choice(_) => {}
        Kind::Line => {
            field.text.insert_str(text.as_str().replace('\n', " "));
        }
        Kind::Text => {
            field.text.insert_str(text.as_str());
        }
    }
}

fn save(model: &mut Model) -> Vec<Request> {
    let Layer::Form(form) = &mut model.layer else { return Vec::new() };
    if form.sending {
        return Vec::new();
    }
    match filled(&form.offer, &form.answers()) {
        Ok(ask) => {
            form.sending = true;
            if let Ask::Arm { step, .. } = &ask {
                model.opening = Some(step.id.clone());
            }
            vec![ask::send(model, ask, Asked::Form)]
        }
        Err(why) => {
            model.say(format!("Not saved. {why}."));
            Vec::new()
        }
    }
}

fn cancel(model: &mut Model) {
    let layer = std::mem::replace(&mut model.layer, Layer::None);
    let Layer::Form(form) = layer else { return };
    let answers = form.answers();
    if form.sending {
        // It may have been recorded already; its answer will say so.
        return;
    }
    let key = Form::draft_key(&form.offer);
    if form.fields.iter().any(|field| !field.text.is_empty()) {
        model.drafts.insert(key, answers);
        model.say("Not saved; the draft is kept until you leave.");
    } else {
        model.drafts.remove(&key);
    }
}
