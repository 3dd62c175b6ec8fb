//! A list of things, each told in a few lines, with one of them marked.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, set_cursor};
use crate::command::Told;
use crate::tui::theme::{Role, Theme, role};
use crate::tui::wrap::wrap;

/// One thing: the first line names it.
pub(in crate::tui) type Thing = Vec<Told>;

/// Draws the list; says `none` where it is empty.
pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    title: &str,
    things: &[Thing],
    none: &str,
    cursor: usize,
    theme: &Theme,
) {
    let inner = framed(frame, area, title, Role::Focus, theme);
    if things.is_empty() {
        let rows = wrap(none, usize::from(inner.width), 0).into_iter();
        let rows: Vec<TextRow> = rows.map(|text| TextRow { role: Role::Muted, text }).collect();
        draw_rows(frame, inner, &rows, 0, theme);
        set_cursor(frame, inner, 0);
        return;
    }
    let (rows, marked) = rows(things, cursor, inner.width);
    let scroll = scroll(&marked, inner.height);
    draw_rows(frame, inner, &rows, scroll, theme);
    set_cursor(frame, inner, marked.start.saturating_sub(scroll));
}

/// The thing on this row of the screen.
pub(in crate::tui) fn thing_at(
    things: &[Thing],
    cursor: usize,
    area: Rect,
    row: u16,
) -> Option<usize> {
    let (_, marked) = rows(things, cursor, area.width);
    let wanted = scroll(&marked, area.height) + usize::from(row);
    let mut end = 0;
    for (index, thing) in things.iter().enumerate() {
        end += thing_rows(thing, false, area.width).len();
        if wanted < end {
            return Some(index);
        }
    }
    None
}

/// The whole of what is marked is on the screen, where it fits.
pub(in crate::tui) fn scroll(marked: &std::ops::Range<usize>, height: u16) -> usize {
    marked.end.saturating_sub(usize::from(height)).min(marked.start)
}

fn rows(things: &[Thing], cursor: usize, width: u16) -> (Vec<TextRow>, std::ops::Range<usize>) {
    let mut rows = Vec::new();
    let mut marked = 0..0;
    for (index, thing) in things.iter().enumerate() {
        let begin = rows.len();
        rows.extend(thing_rows(thing, index == cursor, width));
        if index == cursor {
            marked = begin..rows.len();
        }
    }
    (rows, marked)
}

fn thing_rows(thing: &Thing, is_marked: bool, width: u16) -> Vec<TextRow> {
    let lines = thing.iter().enumerate().flat_map(|(line, told)| {
        let mark = if is_marked && line == 0 { '>' } else { ' ' };
        let text = format!("{mark} {}", told.text);
        let role = if is_marked && line == 0 { Role::Selected } else { role(told.tone) };
        let rows = wrap(&text, usize::from(width), 4).into_iter();
        rows.map(move |text| TextRow { role, text })
    });
    lines.collect()
}
