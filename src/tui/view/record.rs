//! The record, live: its latest entries, and what could not be written into it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{TextRow, draw_rows, framed, pane_role, told_rows};
use crate::command::{Told, Tone};
use crate::incident::RecordLine;
use crate::tui::model::{Model, Pane, Seen};
use crate::tui::theme::Theme;

/// All loaded rows, the newest last.
pub(in crate::tui) fn rows(seen: &Seen, width: u16) -> Vec<TextRow> {
    let mut told: Vec<Told> = seen.record.iter().map(entry).collect();
    let view = &seen.snapshot.view;
    let anomalies = view.state.anomalies.iter();
    told.extend(anomalies.map(|anomaly| {
        Told::new(Tone::Bad, format!("ANOMALY at entry {}: {}", anomaly.seq, anomaly.what))
    }));
    let unsaved = view.unsaved.iter();
    told.extend(unsaved.map(|what| Told::new(Tone::Bad, format!("NOT IN THE RECORD: {what}"))));
    if let Some(trouble) = &seen.trouble {
        told.push(Told::new(Tone::Bad, format!("The record cannot be read: {trouble}")));
    }
    told_rows(&told, width)
}

fn entry(line: &RecordLine) -> Told {
    let tone = match line.kind {
        "call_in_doubt" | "check_failed" | "guard_broken" => Tone::Bad,
        "check_unknown" | "guard_unknown" | "clock_stepped" | "recovered" => Tone::Warning,
        _ => Tone::Plain,
    };
    let time = line.at.format("%H:%M:%SZ");
    Told::new(tone, format!("{} {time} {}: {}", line.seq, line.by, line.words))
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: Theme,
) {
    if area.is_empty() {
        return;
    }
    let title = if model.record_back > 0 {
        format!("Record, {} more below", model.record_back)
    } else {
        "Record".to_owned()
    };
    let inner = framed(frame, area, &title, pane_role(model.pane == Pane::Record), theme);
    let rows = rows(seen, inner.width);
    let height = usize::from(inner.height);
    let scroll = rows.len().saturating_sub(height.saturating_add(model.record_back));
    draw_rows(frame, inner, &rows, scroll, theme);
    if model.pane == Pane::Record {
        let last = rows.len().saturating_sub(scroll + 1).min(height.saturating_sub(1));
        frame.set_cursor_position((inner.x, inner.y + u16::try_from(last).unwrap_or(0)));
    }
}
