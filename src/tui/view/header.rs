//! The header: what kind of incident, what is alarming, how long, who, and the head of the record.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::command::{Told, summary};
use crate::tui::model::Seen;
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::clip;

const GAP: &str = "  ";

/// The parts flowed into rows: as many to a row as fit, each whole unless it is wider than a row.
pub(in crate::tui) fn rows(seen: &Seen, width: u16) -> Vec<Vec<Told>> {
    let width = usize::from(width);
    let mut rows: Vec<Vec<Told>> = Vec::new();
    let mut used = width;
    for mut part in summary(&seen.snapshot) {
        if part.text.as_str().is_empty() {
            continue;
        }
        part.text = clip(part.text.as_str(), width.saturating_sub(2)).into();
        let wide = part.text.as_str().width() + GAP.len();
        if used + wide > width + GAP.len() || rows.is_empty() {
            rows.push(Vec::new());
            used = 0;
        }
        used += wide;
        if let Some(row) = rows.last_mut() {
            row.push(part);
        }
    }
    rows
}

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, seen: &Seen, theme: Theme) {
    let lines: Vec<Line> = rows(seen, area.width)
        .iter()
        .map(|row| {
            let spans = row.iter().flat_map(|part| {
                let style = theme.style(Role::Told(part.tone));
                [Span::styled(part.text.to_string(), style), Span::raw(GAP)]
            });
            Line::from(spans.collect::<Vec<_>>())
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}
