//! The header: what kind of incident, what is alarming, how long, who, and the head of the record.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::command::{Snapshot, Told, Tone, summary};
use crate::tui::theme::{Role, Theme, role, tint};
use crate::tui::wrap::clip;

const GAP: &str = "  ";

/// The parts flowed into rows: as many to a row as fit, each whole unless it is wider than a row.
pub(in crate::tui) fn rows(snapshot: &Snapshot, width: u16) -> Vec<Vec<Told>> {
    let width = usize::from(width);
    let mut rows: Vec<Vec<Told>> = Vec::new();
    let mut used = width;
    for mut part in summary(snapshot) {
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

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, snapshot: &Snapshot, theme: &Theme) {
    let codename = snapshot.state().codename();
    let lines: Vec<Line> = rows(snapshot, area.width)
        .iter()
        .map(|row| {
            let spans = row.iter().flat_map(|part| {
                let style = theme.style(dress(part, codename));
                [Span::styled(part.text.to_string(), style), Span::raw(GAP)]
            });
            Line::from(spans.collect::<Vec<_>>())
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// The codename has a colour of its own, so that two incidents are told apart.
fn dress(part: &Told, codename: &str) -> Role {
    match part.tone {
        Tone::Title => tint(codename),
        tone => role(tone),
    }
}
