//! What stands on a terminal that is too small to show a request safely.

use ratatui::Frame;

use super::{draw_rows, told_rows};
use crate::command::{Snapshot, Told, Tone, summary};
use crate::tui::MIN_SIZE;
use crate::tui::theme::Theme;

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    size: (u16, u16),
    snapshot: &Snapshot,
    theme: &Theme,
) {
    // In a drill also its banner.
    let first = if snapshot.state().exercise.is_some() { 2 } else { 1 };
    let mut told: Vec<Told> = summary(snapshot).into_iter().take(first).collect();
    told.push(words(size));
    draw_rows(frame, frame.area(), &told_rows(&told, frame.area().width), 0, theme);
}

/// How large it is, and how large it must be.
pub(in crate::tui) fn words((columns, rows): (u16, u16)) -> Told {
    let (least_columns, least_rows) = MIN_SIZE;
    Told::new(
        Tone::Plain,
        format!(
            "Too small: {columns}x{rows}. Make it {least_columns}x{least_rows}. Nothing can be \
             confirmed until then; q leaves."
        ),
    )
}
