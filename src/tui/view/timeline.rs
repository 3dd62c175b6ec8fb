//! The incident so far, drawn to the width: a lane for each step, when it was worked on, its calls,
//! and whether its guards hold.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{framed, set_cursor};
use crate::command::{Lane, lanes};
use crate::incident::words::elapsed_words;
use crate::tui::model::{Model, Seen, View};
use crate::tui::theme::{Role, Theme, role};
use crate::tui::wrap::clip;

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    let inner = framed(frame, area, "Timeline", Role::Focus, theme);
    let state = seen.snapshot.state();
    let Some(begin) = state.opened_at else { return };
    let end = seen.snapshot.now.at.max(begin + TimeDelta::seconds(1));
    let names = usize::from(inner.width / 3).min(40);
    let scale = Scale { begin, end, width: usize::from(inner.width).saturating_sub(names + 1) };
    let all = lanes(&seen.snapshot);
    let mut lines: Vec<Line> = vec![axis(&scale, names, theme), legend(inner.width, theme)];
    let height = usize::from(inner.height).saturating_sub(lines.len());
    let scroll = model.cursor(View::Timeline).min(all.len().saturating_sub(height));
    lines.extend(all.iter().skip(scroll).take(height).map(|lane| row(lane, &scale, names, theme)));
    frame.render_widget(Paragraph::new(lines), inner);
    set_cursor(frame, inner, 0);
}

/// From times to columns.
struct Scale {
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
    width: usize,
}

impl Scale {
    fn column(&self, at: DateTime<Utc>) -> usize {
        let all = (self.end - self.begin).num_milliseconds().max(1);
        let gone = (at - self.begin).num_milliseconds().clamp(0, all);
        let last = self.width.saturating_sub(1);
        let column = i128::from(gone) * i128::try_from(last).unwrap_or(0) / i128::from(all);
        usize::try_from(column).unwrap_or(0).min(last)
    }
}

/// When it began, and how long it is now.
fn axis(scale: &Scale, names: usize, theme: &Theme) -> Line<'static> {
    let begin = scale.begin.format("%H:%M:%SZ").to_string();
    let end = format!("{} now", elapsed_words(scale.end - scale.begin));
    let gap = scale.width.saturating_sub(begin.len() + end.len());
    let text = format!("{:names$} {begin}{}{end}", "", " ".repeat(gap));
    Line::from(Span::styled(clip(&text, names + 1 + scale.width), theme.style(Role::Muted)))
}

fn legend(width: u16, theme: &Theme) -> Line<'static> {
    let text = if width < 78 {
        "█ work c call ! bad ─ holds x broken"
    } else {
        "█ worked on  c call  ! failed or in doubt  ─ guard holds  x broken  ? unknown"
    };
    Line::from(Span::styled(text, theme.style(Role::Muted)))
}

fn row(lane: &Lane, scale: &Scale, names: usize, theme: &Theme) -> Line<'static> {
    let name = clip(lane.name.as_str(), names);
    let pad = names.saturating_sub(unicode_width::UnicodeWidthStr::width(name.as_str()));
    let heading = theme.style(if lane.is_phase { Role::Heading } else { role(lane.tone) });
    let mut spans = vec![Span::styled(format!("{name}{} ", " ".repeat(pad)), heading)];
    let cells = cells(lane, scale);
    // One span for each run of cells that are dressed alike.
    let mut run = String::new();
    let mut dress = None;
    for (sign, role) in cells {
        if dress.is_some_and(|before| before != role) {
            spans.push(Span::styled(std::mem::take(&mut run), theme.style(dress.unwrap_or(role))));
        }
        dress = Some(role);
        run.push(sign);
    }
    spans.push(Span::styled(run, theme.style(dress.unwrap_or(Role::Text))));
    Line::from(spans)
}

fn cells(lane: &Lane, scale: &Scale) -> Vec<(char, Role)> {
    let mut cells = vec![(' ', Role::Text); scale.width];
    for span in &lane.spans {
        let from = scale.column(span.from);
        let to = scale.column(span.to.unwrap_or(scale.end));
        for cell in cells.iter_mut().take(to + 1).skip(from) {
            *cell = (span.sign, role(span.tone));
        }
    }
    for (at, sign, tone) in &lane.marks {
        if let Some(cell) = cells.get_mut(scale.column(*at)) {
            *cell = (*sign, role(*tone));
        }
    }
    cells
}
