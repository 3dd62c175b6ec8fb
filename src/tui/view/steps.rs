//! The steps by phase, each with a mark and a word for where it stands, and how far each phase is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{TextRow, draw_rows, framed, pane_role, set_cursor};
use crate::command::{standing, step_time};
use crate::incident::State;
use crate::playbook::{Phase, Step};
use crate::text::Shown;
use crate::tui::model::{Model, Pane, Seen};
use crate::tui::theme::{Role, Theme, role};
use crate::tui::wrap::clip;

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
    let inner = framed(frame, area, "Steps", pane_role(model.pane == Pane::Timeline), theme);
    let rows = rows(model, seen, inner.width);
    let selected = selected(&rows);
    let scroll = scroll(&rows, inner.height);
    let texts: Vec<TextRow> = rows.into_iter().map(|row| row.text).collect();
    draw_rows(frame, inner, &texts, scroll, theme);
    dress_bars(frame, inner, theme);
    if model.pane == Pane::Timeline {
        set_cursor(frame, inner, selected.saturating_sub(scroll));
    }
}

/// The bars have roles of their own.
fn dress_bars(frame: &mut Frame, area: Rect, theme: &Theme) {
    for position in area.positions() {
        let Some(cell) = frame.buffer_mut().cell_mut(position) else { continue };
        let role = match cell.symbol() {
            "█" => Role::Bar,
            "░" => Role::BarRest,
            _ => continue,
        };
        // Not on top of what the row wears.
        cell.set_style(Style::reset());
        cell.set_style(theme.ground().patch(theme.style(role)));
    }
}

/// A row, and the step that it is of.
struct Row<'a> {
    step: Option<&'a str>,
    is_selected: bool,
    text: TextRow,
}

/// The step on this row of the screen.
pub(in crate::tui) fn step_at<'a>(
    model: &'a Model,
    seen: &'a Seen,
    area: Rect,
    row: u16,
) -> Option<&'a str> {
    let rows = rows(model, seen, area.width);
    let scroll = scroll(&rows, area.height);
    rows.get(scroll + usize::from(row))?.step
}

fn selected(rows: &[Row<'_>]) -> usize {
    rows.iter().position(|row| row.is_selected).unwrap_or(0)
}

/// The selected row stays in the middle where there is more above and below.
fn scroll(rows: &[Row<'_>], height: u16) -> usize {
    let height = usize::from(height);
    selected(rows).saturating_sub(height / 2).min(rows.len().saturating_sub(height))
}

fn rows<'a>(model: &'a Model, seen: &'a Seen, width: u16) -> Vec<Row<'a>> {
    let width = usize::from(width);
    let state = seen.snapshot.state();
    let current = model.current(&seen.snapshot);
    let mut rows = Vec::new();
    let mut phase = None;
    for step in &state.playbook.steps {
        if phase != Some(step.phase) {
            phase = Some(step.phase);
            let text = phase_row(state, step.phase, width);
            let text = TextRow { role: Role::Heading, text };
            rows.push(Row { step: None, is_selected: false, text });
        }
        let is_selected = current == Some(step.id.as_str());
        let text = step_row(seen, step, is_selected, width);
        rows.push(Row { step: Some(&step.id), is_selected, text });
    }
    rows
}

/// Cells of the bar that says how far a phase is.
const BAR: usize = 8;

/// `CONTAIN     2 of 5 ███░░░░░`
fn phase_row(state: &State, phase: Phase, width: usize) -> String {
    let steps = state.timeline().filter(|(step, _)| step.phase == phase);
    let (mut over, mut all) = (0, 0);
    for (step, progress) in steps {
        all += 1;
        over += usize::from(progress.is_over() || state.not_applicable.contains(&step.id));
    }
    let full = over * BAR / all.max(1);
    let bar: String = "█".repeat(full) + &"░".repeat(BAR - full);
    let name = phase.word().to_uppercase();
    clip(&format!("{name:<11} {over} of {all} {bar}"), width)
}

fn step_row(seen: &Seen, step: &Step, is_selected: bool, width: usize) -> TextRow {
    let (sign, word, tone) = standing(&seen.snapshot, step);
    let mark = if is_selected { '>' } else { ' ' };
    let title = Shown::new(&step.title);
    let text = format!("{mark}{sign} {word:<8} {}", title.one_line());
    let time = step_time(&seen.snapshot, &step.id).filter(|_| width >= 40).unwrap_or_default();
    let room = width.saturating_sub(if time.is_empty() { 0 } else { time.width() + 1 });
    let mut text = clip(&text, room);
    if !time.is_empty() {
        let gap = width.saturating_sub(text.width() + time.width());
        text = format!("{text}{}{time}", " ".repeat(gap));
    }
    TextRow { role: if is_selected { Role::Selected } else { role(tone) }, text }
}
