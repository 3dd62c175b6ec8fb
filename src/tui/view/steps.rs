//! The steps by phase, each with a mark and a word for where it stands, and how far each phase is.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{TextRow, draw_rows, framed, pane_role, set_cursor};
use crate::command::{standing, step_time};
use crate::incident::{Row, State};
use crate::playbook::Phase;
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

/// A row, and the instance that it is of.
struct Line<'a> {
    step: Option<Cow<'a, str>>,
    is_selected: bool,
    text: TextRow,
}

/// The instance on this row of the screen.
pub(in crate::tui) fn step_at<'a>(
    model: &'a Model,
    seen: &'a Seen,
    area: Rect,
    row: u16,
) -> Option<Cow<'a, str>> {
    let mut rows = rows(model, seen, area.width);
    let at = scroll(&rows, area.height) + usize::from(row);
    (at < rows.len()).then(|| rows.swap_remove(at))?.step
}

fn selected(rows: &[Line<'_>]) -> usize {
    rows.iter().position(|row| row.is_selected).unwrap_or(0)
}

/// The selected row stays in the middle where there is more above and below.
fn scroll(rows: &[Line<'_>], height: u16) -> usize {
    let height = usize::from(height);
    selected(rows).saturating_sub(height / 2).min(rows.len().saturating_sub(height))
}

fn rows<'a>(model: &'a Model, seen: &'a Seen, width: u16) -> Vec<Line<'a>> {
    let width = usize::from(width);
    let state = seen.snapshot.state();
    let current = model.current(&seen.snapshot);
    let mut rows = Vec::new();
    let mut phase = None;
    for row in state.timeline() {
        if phase != Some(row.step.phase) {
            phase = Some(row.step.phase);
            let text = phase_row(state, row.step.phase, width);
            let text = TextRow { role: Role::Heading, text };
            rows.push(Line { step: None, is_selected: false, text });
        }
        let is_selected = current == Some(&*row.name);
        let text = step_row(seen, &row, is_selected, width);
        rows.push(Line { step: Some(row.name), is_selected, text });
    }
    rows
}

/// Cells of the bar that says how far a phase is.
const BAR: usize = 8;

/// `CONTAIN     2 of 5 ███░░░░░`
fn phase_row(state: &State, phase: Phase, width: usize) -> String {
    let (mut over, mut all) = (0, 0);
    for row in state.timeline().filter(|row| row.step.phase == phase && !row.is_empty()) {
        all += 1;
        // What was put off comes back.
        over += usize::from(state.is_finished(&row));
    }
    let full = over * BAR / all.max(1);
    let bar: String = "█".repeat(full) + &"░".repeat(BAR - full);
    let name = phase.word().to_uppercase();
    clip(&format!("{name:<11} {over} of {all} {bar}"), width)
}

fn step_row(seen: &Seen, row: &Row<'_>, is_selected: bool, width: usize) -> TextRow {
    let (sign, word, tone) = standing(&seen.snapshot, row);
    let mark = if is_selected { '>' } else { ' ' };
    let time = step_time(&seen.snapshot, &row.name).filter(|_| width >= 40).unwrap_or_default();
    let room = width.saturating_sub(if time.is_empty() { 0 } else { time.width() + 1 });
    let head = format!("{mark}{sign} {word:<8} ");
    let title = titled(row, room.saturating_sub(head.width()));
    let mut text = clip(&format!("{head}{title}"), room);
    if !time.is_empty() {
        let gap = width.saturating_sub(text.width() + time.width());
        text = format!("{text}{}{time}", " ".repeat(gap));
    }
    TextRow { role: if is_selected { Role::Selected } else { role(tone) }, text }
}

/// The title, and the member whole where there is room: rows of one step differ in that alone.
fn titled(row: &Row<'_>, room: usize) -> String {
    let Some(member) = row.member else { return row.title().to_string() };
    let title = Shown::new(&row.step.title);
    let (title, name) = (title.one_line(), member.name.one_line());
    // What is left for the title at least, and for the member at least.
    let short = (room / 3).min(title.width());
    let name = clip(&name, room.saturating_sub(short + 2));
    let title = clip(&title, room.saturating_sub(name.width() + 2));
    format!("{title}  {name}")
}
