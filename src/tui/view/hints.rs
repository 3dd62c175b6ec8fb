//! The keys that work here, from the table of commands.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::command::{Place, hints};
use crate::tui::theme::{Role, Theme};

/// As many as fit, each whole.
pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, place: Place, theme: Theme) {
    let mut spans = Vec::new();
    let mut used = 0;
    for (key, words) in hints(place) {
        let wide = key.width() + 1 + words.width();
        if used + wide > usize::from(area.width) {
            break;
        }
        used += wide + 2;
        spans.push(Span::styled(key, theme.style(Role::Key)));
        spans.push(Span::raw(format!(" {words}  ")));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}
