//! Keys in a form: text, choices, saving, and the draft that is kept.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

use super::{Request, ask, trail};
use crate::command::{Command, Key, Kind, filled, look, questions};
use crate::incident::Ask;
use crate::text::Shown;
use crate::tui::model::{Asked, Field, Form, Layer, Model, Seen, Use};

pub(super) fn key(
    model: &mut Model,
    event: &KeyEvent,
    command: Option<Command>,
    seen: &Seen,
) -> Vec<Request> {
    match command {
        Some(Command::Save) => return save(model, seen),
        Some(Command::Cancel) => {
            cancel(model);
            return Vec::new();
        }
        Some(Command::Editor) => return edit_elsewhere(model),
        _ => {}
    }
    let Layer::Form(form) = &mut model.layer else { return Vec::new() };
    let is_prompt = matches!(form.purpose, Use::Prompt(_));
    if is_prompt && event.code == KeyCode::Enter {
        return save(model, seen);
    }
    form.wrong = None;
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
        (Kind::Told, _) => read(field, event),
        (Kind::Line | Kind::Text | Kind::Document, _) => edit(field, event),
    }
}

/// Only moves.
fn read(field: &mut Field, event: &KeyEvent) {
    let moves = [
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
    ];
    if moves.contains(&event.code) {
        edit(field, event);
    }
}

fn edit(field: &mut Field, event: &KeyEvent) {
    let text = &mut field.text;
    let by_word = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match event.code {
        KeyCode::Char(c) if Key::of(event).prints() => {
            text.insert_str(Shown::new(c.to_string()).as_str());
        }
        KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => by_letter(text, c),
        KeyCode::Enter => text.insert_newline(),
        KeyCode::Backspace if by_word => drop(text.delete_word()),
        KeyCode::Backspace => drop(text.delete_char()),
        KeyCode::Delete => drop(text.delete_next_char()),
        KeyCode::Left if by_word => text.move_cursor(CursorMove::WordBack),
        KeyCode::Right if by_word => text.move_cursor(CursorMove::WordForward),
        KeyCode::Left => text.move_cursor(CursorMove::Back),
        KeyCode::Right => text.move_cursor(CursorMove::Forward),
        KeyCode::Up => text.move_cursor(CursorMove::Up),
        KeyCode::Down => text.move_cursor(CursorMove::Down),
        KeyCode::PageUp => (0..PAGE).for_each(|_| text.move_cursor(CursorMove::Up)),
        KeyCode::PageDown => (0..PAGE).for_each(|_| text.move_cursor(CursorMove::Down)),
        KeyCode::Home => text.move_cursor(CursorMove::Head),
        KeyCode::End => text.move_cursor(CursorMove::End),
        _ => {}
    }
}

/// Lines that a page key goes by.
const PAGE: usize = 10;

/// The keys that every shell has in a line.
fn by_letter(text: &mut TextArea<'static>, letter: char) {
    match letter {
        'a' => text.move_cursor(CursorMove::Head),
        'e' => text.move_cursor(CursorMove::End),
        'w' => drop(text.delete_word()),
        'u' => drop(text.delete_line_by_head()),
        'k' => drop(text.delete_line_by_end()),
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
        Kind::Choice(_) | Kind::Told => {}
        Kind::Line => {
            field.text.insert_str(text.as_str().replace('\n', " "));
        }
        Kind::Text | Kind::Document => {
            field.text.insert_str(text.as_str());
        }
    }
}

fn save(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let Layer::Form(form) = &mut model.layer else { return Vec::new() };
    if form.sending {
        return Vec::new();
    }
    let answers = form.answers();
    let offer = match &form.purpose {
        Use::Offer(offer) => offer,
        Use::Prompt(prompt) => {
            let (prompt, words) = (*prompt, answers.first().cloned().unwrap_or_default());
            return match trail::answered(model, prompt, &words, seen) {
                Ok(requests) => {
                    model.layer = Layer::None;
                    requests
                }
                Err(why) => {
                    say_wrong(model, why);
                    Vec::new()
                }
            };
        }
    };
    let playbook = &seen.snapshot.state().playbook;
    match filled(offer, playbook, &answers) {
        Ok(ask) => {
            match look(offer, &ask, playbook) {
                None => {}
                Some(Ok(next)) => {
                    // Who goes back finds what was written.
                    model.drafts.insert(form.draft_key(), answers);
                    let questions = questions(&next, playbook);
                    let next = Form::new(Use::Offer(Box::new(next)), questions, &model.drafts);
                    model.layer = Layer::Form(Box::new(next));
                    return Vec::new();
                }
                Some(Err(why)) => {
                    say_wrong(model, format!("Not saved. {why}"));
                    return Vec::new();
                }
            }
            form.sending = true;
            if let Ask::Arm { step, .. } = &ask {
                model.opening = Some(step.name().into_owned());
            }
            vec![ask::send(model, ask, Asked::Form)]
        }
        Err(why) => {
            say_wrong(model, format!("Not saved. {why}."));
            Vec::new()
        }
    }
}

fn say_wrong(model: &mut Model, why: String) {
    if let Layer::Form(form) = &mut model.layer {
        form.wrong = Some(why);
    }
}

/// The field with the focus goes into the person's editor.
fn edit_elsewhere(model: &mut Model) -> Vec<Request> {
    let Layer::Form(form) = &model.layer else { return Vec::new() };
    let field = form.fields.get(form.focus).filter(|_| !form.sending);
    match field {
        Some(field) if !matches!(field.question.kind, Kind::Choice(_) | Kind::Told) => {
            vec![Request::Edit(field.answer())]
        }
        _ => Vec::new(),
    }
}

/// Back from the editor.
pub(super) fn edited(model: &mut Model, result: Result<String, Shown>) {
    match (result, &mut model.layer) {
        (Ok(text), Layer::Form(form)) => {
            let Some(field) = form.fields.get_mut(form.focus) else { return };
            let text = Shown::new(text.trim_end_matches('\n'));
            match field.question.kind {
                Kind::Line => field.replace(&text.as_str().replace('\n', " ")),
                Kind::Text | Kind::Document | Kind::Choice(_) | Kind::Told => {
                    field.replace(text.as_str());
                }
            }
        }
        (Err(why), _) => model.refuse(why),
        (Ok(_), _) => {}
    }
}

pub(super) fn cancel(model: &mut Model) {
    let layer = std::mem::replace(&mut model.layer, Layer::None);
    let Layer::Form(form) = layer else { return };
    let answers = form.answers();
    if form.sending {
        // It may have been recorded already; its answer will say so.
        return;
    }
    let key = form.draft_key();
    if matches!(form.purpose, Use::Prompt(_)) {
        return;
    }
    if form.is_looked_at() {
        model.say("Not saved; the draft is kept until you leave.");
    } else if form.fields.iter().any(|field| !field.text.is_empty()) {
        model.drafts.insert(key, answers);
        model.say("Not saved; the draft is kept until you leave.");
    } else {
        model.drafts.remove(&key);
    }
}
