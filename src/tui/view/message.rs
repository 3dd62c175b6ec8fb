//! The message: a refusal stays until it was read, a success until the next key.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows};
use crate::command::Tone;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::wrap;

/// The rows of the oldest message that was not read; none without one.
pub(in crate::tui) fn rows(model: &Model, width: u16) -> Vec<TextRow> {
    let stays = model.messages.iter().find(|message| message.stays);
    let Some(message) = stays.or_else(|| model.messages.back()) else { return Vec::new() };
    let text = message.text.one_line();
    let (role, text) = if message.stays {
        let waiting = model.messages.iter().filter(|message| message.stays).count();
        let more = if waiting > 1 { format!(", {} more", waiting - 1) } else { String::new() };
        (Role::Refused, format!("! {text} [Esc: read{more}]"))
    } else {
        (Role::Told(Tone::Good), text.into_owned())
    };
    wrap(&text, usize::from(width), 2).into_iter().map(|text| TextRow { role, text }).collect()
}

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, model: &Model, theme: Theme) {
    draw_rows(frame, area, &rows(model, area.width), 0, theme);
}
