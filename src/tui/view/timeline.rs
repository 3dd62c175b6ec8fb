//! The timeline: phases and steps, each with a mark and a word for where it stands.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, pane_role};
use crate::command::{Tone, standing};
use crate::text::Shown;
use crate::tui::model::{Model, Pane, Seen};
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::clip;

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
    let inner = framed(frame, area, "Steps", pane_role(model.pane == Pane::Timeline), theme);
    let (rows, selected) = rows(model, seen, inner.width);
    let height = usize::from(inner.height);
    // The selected row stays in the middle where there is more above and below.
    let scroll = selected.saturating_sub(height / 2).min(rows.len().saturating_sub(height));
    draw_rows(frame, inner, &rows, scroll, theme);
    let row = u16::try_from(selected.saturating_sub(scroll)).unwrap_or(u16::MAX);
    if model.pane == Pane::Timeline && row < inner.height {
        // A screen reader follows the cursor.
        frame.set_cursor_position((inner.x, inner.y + row));
    }
}

/// All rows, and which of them is selected.
fn rows(model: &Model, seen: &Seen, width: u16) -> (Vec<TextRow>, usize) {
    let width = usize::from(width);
    let current = model.current(&seen.snapshot);
    let mut rows = Vec::new();
    let mut selected = 0;
    let mut phase = None;
    for step in &seen.snapshot.state().playbook.steps {
        if phase != Some(step.phase) {
            phase = Some(step.phase);
            let text = clip(&step.phase.word().to_uppercase(), width);
            rows.push(TextRow { role: Role::Told(Tone::Heading), text });
        }
        let (sign, word, tone) = standing(&seen.snapshot, step);
        let is_selected = current == Some(step.id.as_str());
        let mark = if is_selected { '>' } else { ' ' };
        let title = Shown::new(&step.title);
        let text = clip(&format!("{mark}{sign} {word:<8} {}", title.one_line()), width);
        if is_selected {
            selected = rows.len();
        }
        let role = if is_selected { Role::Selected } else { Role::Told(tone) };
        rows.push(TextRow { role, text });
    }
    (rows, selected)
}
