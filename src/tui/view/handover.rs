//! The hand-over page, to be read from its beginning to its end.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, set_cursor, told_rows};
use crate::command::hand_over_lines;
use crate::tui::layout::inside;
use crate::tui::model::{Model, Seen, View};
use crate::tui::theme::{Role, Theme};

/// The page at this width.
pub(in crate::tui) fn rows(seen: &Seen, width: u16) -> Vec<TextRow> {
    told_rows(&hand_over_lines(&seen.snapshot), width)
}

/// The furthest that the page can be scrolled in this area.
pub(in crate::tui) fn most(seen: &Seen, area: Rect) -> usize {
    let inner = inside(area);
    rows(seen, inner.width).len().saturating_sub(usize::from(inner.height))
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    let inner = inside(area);
    let rows = rows(seen, inner.width);
    let height = usize::from(inner.height);
    let scroll = model.cursor(View::HandOver).min(rows.len().saturating_sub(height));
    let more = rows.len().saturating_sub(scroll + height);
    let title = match more {
        0 => "Hand-over".to_owned(),
        1 => "Hand-over, 1 more line below".to_owned(),
        more => format!("Hand-over, {more} more lines below"),
    };
    let inner = framed(frame, area, &title, Role::Focus, theme);
    draw_rows(frame, inner, &rows, scroll, theme);
    set_cursor(frame, inner, 0);
}
