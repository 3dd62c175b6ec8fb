//! The list of all that can be done: what is typed finds it, what is not possible says why.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use unicode_width::UnicodeWidthStr;

use super::list::scroll;
use super::{TextRow, draw_rows, framed};
use crate::command::Item;
use crate::tui::model::Palette;
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::{clip, wrap};

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, palette: &Palette, theme: &Theme) {
    let title = format!("What can be done: {} of {}", palette.found.len(), palette.items.len());
    let inner = framed(frame, area, &title, Role::Focus, theme);
    let [prompt, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    let text = clip(&format!("Find: {}", palette.typed), usize::from(prompt.width));
    let column = u16::try_from(text.width()).unwrap_or(0).min(prompt.width.saturating_sub(1));
    draw_rows(frame, prompt, &[TextRow { role: Role::Key, text }], 0, theme);
    let (rows, marked) = rows(palette, body.width);
    let scroll = scroll(&marked, body.height);
    draw_rows(frame, body, &rows, scroll, theme);
    frame.set_cursor_position((prompt.x + column, prompt.y));
}

/// Rows of what was found, and those of what is marked.
fn rows(palette: &Palette, width: u16) -> (Vec<TextRow>, std::ops::Range<usize>) {
    let mut rows = Vec::new();
    let mut marked = 0..0;
    for (index, item) in palette.found.iter().filter_map(|at| palette.items.get(*at)).enumerate() {
        let begin = rows.len();
        rows.extend(item_rows(item, index == palette.cursor, width));
        if index == palette.cursor {
            marked = begin..rows.len();
        }
    }
    if rows.is_empty() {
        let text = "Nothing has these words.".to_owned();
        rows.push(TextRow { role: Role::Muted, text });
    }
    (rows, marked)
}

fn item_rows(item: &Item, is_marked: bool, width: u16) -> Vec<TextRow> {
    let mark = if is_marked { '>' } else { ' ' };
    let mut text = format!("{mark} ");
    if item.next {
        text.push_str("next: ");
    }
    if let Some(about) = &item.about {
        text = format!("{text}{about}: ");
    }
    text.push_str(item.title.as_str());
    if !item.keys.is_empty() {
        text = format!("{text}  [{}]", item.keys);
    }
    if let Some(why) = &item.not_now {
        text = format!("{text}: not now: {}", why.one_line());
    }
    let role = match (is_marked, &item.not_now, item.next) {
        (true, _, _) => Role::Selected,
        (_, Some(_), _) => Role::Muted,
        (_, None, true) => Role::Title,
        (_, None, false) => Role::Text,
    };
    let width = usize::from(width);
    // Why something is not possible is told whole where it is marked.
    let rows = match (is_marked, &item.not_now) {
        (false, Some(_)) => vec![clip(&text, width)],
        _ => wrap(&text, width, 4),
    };
    rows.into_iter().map(|text| TextRow { role, text }).collect()
}

/// The item on this row of the body below the prompt.
pub(in crate::tui) fn item_at(palette: &Palette, area: Rect, row: u16) -> Option<usize> {
    let (_, marked) = rows(palette, area.width);
    let wanted = scroll(&marked, area.height) + usize::from(row);
    let mut end = 0;
    for (index, item) in palette.found.iter().filter_map(|at| palette.items.get(*at)).enumerate() {
        end += item_rows(item, false, area.width).len();
        if wanted < end {
            return Some(index);
        }
    }
    None
}
