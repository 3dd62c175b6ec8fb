//! What stands on a terminal that is too small to show a request safely.

use ratatui::Frame;

use super::{TextRow, draw_rows, told_rows};
use crate::command::{Told, Tone, summary};
use crate::tui::MIN_SIZE;
use crate::tui::model::{Model, Seen};
use crate::tui::theme::Theme;

pub(in crate::tui) fn draw(frame: &mut Frame, model: &Model, seen: &Seen, theme: Theme) {
    let area = frame.area();
    let mut told: Vec<Told> = summary(&seen.snapshot).into_iter().take(1).collect();
    let (columns, rows) = model.size;
    let (least_columns, least_rows) = MIN_SIZE;
    told.push(Told::new(
        Tone::Plain,
        format!(
            "Too small: {columns}x{rows}. Make it {least_columns}x{least_rows}. Nothing can be \
             confirmed until then; q leaves."
        ),
    ));
    let rows: Vec<TextRow> = told_rows(&told, area.width);
    draw_rows(frame, area, &rows, 0, theme);
}
