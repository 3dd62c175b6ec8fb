//! A page that is read: an entry of the record with its hashes, or the messages so far.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, set_cursor, told_rows};
use crate::command::{Told, Tone, detail_lines, inject_lines};
use crate::text::Shown;
use crate::tui::model::{Model, Page, Reading, Seen};
use crate::tui::theme::{Role, Theme};

/// What stands on the page.
pub(in crate::tui) fn told(page: &Page, model: &Model, seen: &Seen) -> Vec<Told> {
    match &page.reading {
        Reading::Inject(inject) => inject_lines(&seen.snapshot, inject),
        Reading::Entry(_) => match &seen.detail {
            Some(Ok(detail)) => detail_lines(detail),
            Some(Err(why)) => vec![Told::new(Tone::Bad, why)],
            None => vec![Told::new(Tone::Muted, "…")],
        },
        Reading::Messages => {
            let messages = model.messages.all().map(|message| {
                let tone = if message.stays { Tone::Bad } else { Tone::Good };
                Told::new(tone, &message.text)
            });
            let mut told: Vec<Told> = messages.collect();
            if told.is_empty() {
                told.push(Told::new(Tone::Muted, "There were none."));
            }
            told
        }
    }
}

/// The same as rows.
pub(in crate::tui) fn rows(page: &Page, model: &Model, seen: &Seen, width: u16) -> Vec<TextRow> {
    told_rows(&told(page, model, seen), width)
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    page: &Page,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    let title = match &page.reading {
        Reading::Entry(seq) => format!("Entry {seq}"),
        Reading::Inject(inject) => format!("Inject {}", Shown::new(inject).one_line()),
        Reading::Messages => "Messages, the newest first".to_owned(),
    };
    let inner = framed(frame, area, &title, Role::Focus, theme);
    let rows = rows(page, model, seen, inner.width);
    draw_rows(frame, inner, &rows, page.scroll, theme);
    set_cursor(frame, inner, 0);
}
