//! Pages that have a view of their own, to be read from the beginning to the end: the hand-over,
//! and the hot wash of a drill.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, set_cursor, told_rows};
use crate::command::{hand_over_lines, hot_wash_lines};
use crate::tui::layout::inside;
use crate::tui::model::{Model, Seen, View};
use crate::tui::theme::{Role, Theme};

/// The page of this view at this width.
fn rows(view: View, seen: &Seen, width: u16) -> Vec<TextRow> {
    let told = match view {
        View::HotWash => hot_wash_lines(&seen.snapshot),
        _ => hand_over_lines(&seen.snapshot),
    };
    told_rows(&told, width)
}

/// The furthest that the page of this view can be scrolled in this area.
pub(in crate::tui) fn most(view: View, seen: &Seen, area: Rect) -> usize {
    let inner = inside(area);
    rows(view, seen, inner.width).len().saturating_sub(usize::from(inner.height))
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    let inner = inside(area);
    let rows = rows(model.view, seen, inner.width);
    let height = usize::from(inner.height);
    let scroll = model.cursor(model.view).min(rows.len().saturating_sub(height));
    let more = rows.len().saturating_sub(scroll + height);
    let name = if model.view == View::HotWash { "Hot wash" } else { "Hand-over" };
    let title = match more {
        0 => name.to_owned(),
        1 => format!("{name}, 1 more line below"),
        more => format!("{name}, {more} more lines below"),
    };
    let inner = framed(frame, area, &title, Role::Focus, theme);
    draw_rows(frame, inner, &rows, scroll, theme);
    set_cursor(frame, inner, 0);
}
