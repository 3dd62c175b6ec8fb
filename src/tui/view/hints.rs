//! The keys that work here, and what a sequence of keys may become.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::{TextRow, draw_rows, framed};
use crate::command::{Keymap, Place, names};
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::clip;

/// As many as fit, each whole.
pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    places: &[Place],
    keymap: &Keymap,
    theme: &Theme,
) {
    let mut spans = Vec::new();
    let mut used = 0;
    for (key, words) in keymap.hints(places) {
        let wide = key.width() + 1 + words.width();
        if used + wide > usize::from(area.width) {
            break;
        }
        used += wide + 2;
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::styled(format!(" {words}  "), theme.style(Role::Text)));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

/// The keys that may follow, over the bottom of the body.
pub(in crate::tui) fn draw_pending(frame: &mut Frame, body: Rect, model: &Model, theme: &Theme) {
    if model.typed.is_empty() {
        return;
    }
    let pending = model.keymap.pending(model.places(), &model.typed);
    let rows: Vec<TextRow> = pending
        .map(|(left, row)| {
            let text = format!("{:<6} {}", names(left), row.help);
            TextRow { role: Role::Text, text: clip(&text, usize::from(body.width) - 2) }
        })
        .collect();
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(body.height);
    let area = Rect { y: body.bottom() - height, height, ..body };
    let title = format!("{} …", names(&model.typed));
    let inner = framed(frame, area, &title, Role::Focus, theme);
    draw_rows(frame, inner, &rows, 0, theme);
}
