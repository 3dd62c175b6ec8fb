//! The selected step: what it does, what exactly is sent, how it is proven.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, pane_role, told_rows};
use crate::command::{action_lines, step_lines};
use crate::tui::model::{Model, Pane, Seen};
use crate::tui::theme::Theme;

/// The rows of the step on the right.
pub(in crate::tui) fn rows(model: &Model, seen: &Seen, width: u16) -> Vec<TextRow> {
    let Some(step) = model.current(&seen.snapshot) else { return Vec::new() };
    let mut told = step_lines(&seen.snapshot, step);
    told.extend(action_lines(&seen.snapshot, step));
    told_rows(&told, width)
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: Theme,
) {
    if area.is_empty() {
        return;
    }
    let rows = rows(model, seen, super::layout::inside(area).width);
    let height = usize::from(area.height.saturating_sub(2));
    let more = rows.len().saturating_sub(model.step_scroll + height);
    let title = if more > 0 { format!("Step, {more} more below") } else { "Step".to_owned() };
    let inner = framed(frame, area, &title, pane_role(model.pane == Pane::Step), theme);
    draw_rows(frame, inner, &rows, model.step_scroll, theme);
    if model.pane == Pane::Step {
        frame.set_cursor_position((inner.x, inner.y));
    }
}
