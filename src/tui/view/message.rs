//! The message: a refusal stays until it was read, a success until the next key.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows};
use crate::command::{Command, Place};
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::wrap;

/// The rows of the oldest message that was not read; none without one.
pub(in crate::tui) fn rows(model: &Model, width: u16) -> Vec<TextRow> {
    let Some(message) = model.messages.current() else { return Vec::new() };
    let text = message.text.one_line();
    let (role, text) = if message.stays {
        let waiting = model.messages.unread().count();
        let more = if waiting > 1 { format!(", {} more", waiting - 1) } else { String::new() };
        let key = model.keymap.keys_of(&[Place::Main], Command::Dismiss).first();
        let key = key.map_or_else(String::new, ToString::to_string);
        (Role::Alarm, format!("! {text} [{key}: read{more}]"))
    } else {
        (Role::Good, text.into_owned())
    };
    wrap(&text, usize::from(width), 2).into_iter().map(|text| TextRow { role, text }).collect()
}

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, model: &Model, theme: &Theme) {
    draw_rows(frame, area, &rows(model, area.width), 0, theme);
}
