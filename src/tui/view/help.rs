//! All keys, from the table of commands.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, told_rows};
use crate::command::{Place, TABLE, Told, Tone};
use crate::tui::theme::{Role, Theme};

const PLACES: [(Place, &str); 4] = [
    (Place::Main, "Everywhere"),
    (Place::Confirm, "When something is about to be sent"),
    (Place::Form, "While writing"),
    (Place::Actions, "In the list of actions"),
];

pub(in crate::tui) fn rows(width: u16) -> Vec<TextRow> {
    let mut told = Vec::new();
    for (place, title) in PLACES {
        told.push(Told::new(Tone::Heading, title));
        for row in TABLE.iter().filter(|row| row.place == place) {
            let keys: Vec<String> = row.keys.iter().map(|key| key.name()).collect();
            let keys = keys.join(", ");
            told.push(Told::new(Tone::Plain, format!("  {keys:<10}  {}", row.help)));
        }
    }
    told.push(Told::new(
        Tone::Plain,
        "Nothing is lost when you leave: all that the record shows is on the disk.",
    ));
    told_rows(&told, width)
}

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, scroll: usize, theme: Theme) {
    let inner = framed(frame, area, "Help", Role::Focus, theme);
    draw_rows(frame, inner, &rows(inner.width), scroll, theme);
}
