//! The list of what can be done, and why the rest cannot.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed};
use crate::command::Tone;
use crate::tui::model::Actions;
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::wrap;

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, actions: &Actions, theme: Theme) {
    let inner = framed(frame, area, "What can be done", Role::Focus, theme);
    let mut rows = Vec::new();
    let mut selected = 0..0;
    for (index, offer) in actions.offers.iter().enumerate() {
        let is_selected = index == actions.cursor;
        let mark = if is_selected { '>' } else { ' ' };
        let (tone, text) = match &offer.refusal {
            None => (Tone::Plain, format!("{mark} {}", offer.title)),
            Some(why) => (Tone::Muted, format!("{mark} {}: not now: {why}", offer.title)),
        };
        let role = if is_selected { Role::Selected } else { Role::Told(tone) };
        let text = crate::text::Shown::new(text);
        let begin = rows.len();
        let wrapped = wrap(&text.one_line(), usize::from(inner.width), 4);
        rows.extend(wrapped.into_iter().map(|text| TextRow { role, text }));
        if is_selected {
            selected = begin..rows.len();
        }
    }
    let height = usize::from(inner.height);
    let scroll = selected.end.saturating_sub(height).min(selected.start);
    draw_rows(frame, inner, &rows, scroll, theme);
    let row = u16::try_from(selected.start - scroll).unwrap_or(0);
    if row < inner.height {
        frame.set_cursor_position((inner.x, inner.y + row));
    }
}
