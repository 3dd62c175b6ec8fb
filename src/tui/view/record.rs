//! The record: its latest entries below the steps, and all of it in a view of its own.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{draw_rows, framed, pane_role, set_cursor, told_rows};
use crate::command::{Told, Tone};
use crate::incident::{RecordLine, Seq};
use crate::tui::layout;
use crate::tui::model::{Hits, Model, Pane, Seen, Source, Trail, View};
use crate::tui::theme::{Role, Theme, role};
use crate::tui::wrap::clip;

/// What the trail of this view goes through.
pub(in crate::tui) fn source<'a>(model: &'a Model, seen: &'a Seen) -> Source<'a> {
    if model.view == View::Notes {
        return Source::Said(&seen.snapshot);
    }
    match &model.record.filter {
        Some(hits) => Source::Found(&hits.found),
        None => Source::All(seen.snapshot.state().seq.map_or(0, |last| last + 1)),
    }
}

fn trail(model: &Model) -> &Trail {
    if model.view == View::Notes { &model.notes } else { &model.record }
}

/// The entries that the screen needs.
pub(in crate::tui) fn wanted(model: &Model, seen: &Seen) -> Vec<Seq> {
    let area = layout::regions(model, seen).record;
    let (source, trail) = (source(model, seen), trail(model));
    let height = usize::from(area.height.saturating_sub(2));
    let window = if model.view == View::Steps {
        // Upwards from the marked one.
        let end = (trail.at.index(source) + 1).min(source.len());
        end.saturating_sub(height)..end
    } else {
        trail.at.window(source, height)
    };
    window.filter_map(|index| source.at(index)).collect()
}

fn told(line: &RecordLine) -> Told {
    let tone = match line.kind {
        "call_in_doubt" | "check_failed" | "guard_broken" | "timer_due" => Tone::Bad,
        "check_unknown" | "guard_unknown" | "clock_stepped" | "recovered" => Tone::Warning,
        _ => Tone::Plain,
    };
    let time = line.at.format("%H:%M:%SZ");
    Told::new(tone, format!("{} {time} {}: {}", line.seq, line.by, line.words))
}

/// What could not be written, and what did not fit: below the newest entry.
fn troubles(seen: &Seen) -> Vec<Told> {
    let view = &seen.snapshot.view;
    let anomalies = view.state.anomalies.iter().map(|anomaly| {
        Told::new(Tone::Bad, format!("ANOMALY at entry {}: {}", anomaly.seq, anomaly.what))
    });
    let unsaved =
        view.unsaved.iter().map(|what| Told::new(Tone::Bad, format!("NOT IN THE RECORD: {what}")));
    let trouble = seen
        .trouble
        .iter()
        .map(|trouble| Told::new(Tone::Bad, format!("The record cannot be read: {trouble}")));
    anomalies.chain(unsaved).chain(trouble).collect()
}

/// The latest entries, or those up to the marked one, each whole.
pub(in crate::tui) fn draw_latest(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    if area.is_empty() {
        return;
    }
    let focused = model.pane == Pane::Record;
    let source = source(model, seen);
    let below = source.len().saturating_sub(model.record.at.index(source) + 1);
    let title = title("Record", model, below);
    let inner = framed(frame, area, &title, pane_role(focused), theme);
    let marked = model.record.at.cursor.filter(|_| focused);
    let mut rows = Vec::new();
    for seq in wanted(model, seen) {
        let Some(line) = seen.lines.get(&seq) else { continue };
        let mut told = told(line);
        if Some(seq) == marked {
            told.text = format!(">{}", told.text).into();
        }
        let mut of_entry = told_rows(&[told], inner.width);
        if Some(seq) == marked {
            for row in &mut of_entry {
                row.role = Role::Selected;
            }
        }
        rows.extend(of_entry);
    }
    if model.record.at.cursor.is_none() {
        rows.extend(told_rows(&troubles(seen), inner.width));
    }
    let scroll = rows.len().saturating_sub(usize::from(inner.height));
    draw_rows(frame, inner, &rows, scroll, theme);
    if focused {
        set_cursor(frame, inner, rows.len().saturating_sub(scroll + 1));
    }
}

fn title(what: &str, model: &Model, below: usize) -> String {
    let mut title = what.to_owned();
    if let Some(hits) = model.record.filter.as_ref().filter(|_| what == "Record") {
        title = format!("{title}, only {}: {}", hits.words, found_words(hits));
    }
    if let Some(hits) = model.record.find.as_ref().filter(|_| what == "Record") {
        title = format!("{title}, find {}: {}", hits.words, found_words(hits));
    }
    if below > 0 { format!("{title}, {below} more below") } else { title }
}

/// `12 found`, and while it still looks, how far it has come.
fn found_words(hits: &Hits) -> String {
    let found = hits.found.len();
    if hits.from == 0 {
        return format!("{found} found");
    }
    let all = hits.to.max(1);
    format!("{found} found, {}% looked through", (all - hits.from) * 100 / all)
}

/// One entry a row.
pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    let (source, trail) = (source(model, seen), trail(model));
    let what = if model.view == View::Notes { "Notes and decisions" } else { "Record" };
    let height = usize::from(area.height.saturating_sub(2));
    let window = trail.at.window(source, height);
    let title = title(what, model, source.len().saturating_sub(window.end));
    let width = usize::from(area.width.saturating_sub(4));
    let inner = framed(frame, area, &clip(&title, width), Role::Focus, theme);
    if source.len() == 0 {
        let none = Told::new(Tone::Muted, "Nothing here yet.");
        draw_rows(frame, inner, &told_rows(&[none], inner.width), 0, theme);
        return;
    }
    let marked = trail.at.index(source);
    let mut lines = Vec::new();
    for index in window.clone() {
        let line = source.at(index).and_then(|seq| seen.lines.get(&seq));
        lines.push(entry(line, index == marked, model, inner.width, theme));
    }
    if marked + 1 == source.len() && what == "Record" {
        let troubles = troubles(seen);
        let keep =
            lines.len().saturating_sub((lines.len() + troubles.len()).saturating_sub(height));
        lines.drain(..lines.len() - keep.min(lines.len()));
        lines.extend(troubles.iter().map(|told| {
            let text = clip(told.text.as_str(), usize::from(inner.width));
            Line::from(Span::styled(text, theme.style(role(told.tone))))
        }));
    }
    frame.render_widget(Paragraph::new(lines), inner);
    set_cursor(frame, inner, marked.saturating_sub(window.start));
}

fn entry(
    line: Option<&RecordLine>,
    is_marked: bool,
    model: &Model,
    width: u16,
    theme: &Theme,
) -> Line<'static> {
    let mark = if is_marked { '>' } else { ' ' };
    let (text, tone) = match line {
        Some(line) => {
            let told = told(line);
            (format!("{mark}{}", told.text.one_line()), told.tone)
        }
        None => (format!("{mark}…"), Tone::Muted),
    };
    let text = clip(&text, usize::from(width));
    if is_marked {
        return Line::from(Span::styled(text, theme.style(Role::Selected)));
    }
    let is_hit = line
        .zip(model.record.find.as_ref())
        .is_some_and(|(line, hits)| hits.found.binary_search(&line.seq).is_ok());
    let role = if is_hit { Role::Match } else { role(tone) };
    Line::from(Span::styled(text, theme.style(role)))
}

/// An entry as text.
pub(in crate::tui) fn text_of(seen: &Seen, seq: Seq) -> Option<String> {
    Some(told(seen.lines.get(&seq)?).text.to_string())
}
