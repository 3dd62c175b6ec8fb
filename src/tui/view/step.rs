//! The selected step: what it does, what exactly is sent, what came back, how it is proven.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, pane_role, set_cursor, told_rows};
use crate::command::{Told, action_lines, step_sections};
use crate::tui::layout;
use crate::tui::model::{Model, Pane, Seen};
use crate::tui::theme::Theme;

/// What is told of the step on the right, long parts folded or not.
pub(in crate::tui) fn told(model: &Model, seen: &Seen) -> Vec<Told> {
    let Some(step) = model.current(&seen.snapshot) else { return Vec::new() };
    let sections = step_sections(&seen.snapshot, step).into_iter();
    let parts = sections.map(|section| {
        if section.folds() && !model.unfolded { section.folded() } else { section.lines }
    });
    parts.flatten().chain(action_lines(&seen.snapshot, step)).collect()
}

/// The same as rows.
pub(in crate::tui) fn rows(model: &Model, seen: &Seen, width: u16) -> Vec<TextRow> {
    told_rows(&told(model, seen), width)
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    if area.is_empty() {
        return;
    }
    let rows = rows(model, seen, layout::inside(area).width);
    let height = usize::from(area.height.saturating_sub(2));
    let more = rows.len().saturating_sub(model.step_scroll + height);
    let title = if more > 0 { format!("Step, {more} more below") } else { "Step".to_owned() };
    let inner = framed(frame, area, &title, pane_role(model.pane == Pane::Step), theme);
    draw_rows(frame, inner, &rows, model.step_scroll, theme);
    if model.pane == Pane::Step {
        set_cursor(frame, inner, 0);
    }
}
