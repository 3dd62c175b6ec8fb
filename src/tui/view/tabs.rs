//! The row of views, each with its key.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::command::{Place, Snapshot, to_read};
use crate::tui::model::{Model, View};
use crate::tui::theme::{Role, Theme};

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    snapshot: &Snapshot,
    theme: &Theme,
) {
    let spans = parts(model, snapshot, area.width).into_iter().flat_map(|(view, text, gap)| {
        let role = if view == model.view { Role::Selected } else { Role::Muted };
        [Span::styled(text, theme.style(role)), Span::raw(gap)]
    });
    frame.render_widget(Paragraph::new(Line::from(spans.collect::<Vec<_>>())), area);
}

/// The view whose name stands in this column of the screen.
pub(in crate::tui) fn view_at(
    model: &Model,
    snapshot: &Snapshot,
    area: Rect,
    column: u16,
) -> Option<View> {
    let column = usize::from(column.saturating_sub(area.x));
    let mut end = 0;
    for (view, text, gap) in parts(model, snapshot, area.width) {
        end += text.width() + gap.len();
        if column < end {
            return Some(view);
        }
    }
    None
}

/// What stands for a view, and the gap behind it.
type Part = (View, String, &'static str);

/// In as many words as fit: with gaps, without them, with shorter words, and at last only those of a
/// drill by name.
fn parts(model: &Model, snapshot: &Snapshot, width: u16) -> Vec<Part> {
    let views = View::ALL.into_iter().filter(|view| view.missing(snapshot).is_none());
    let views: Vec<View> = views.collect();
    let in_words = |gap: &'static str, name: &dyn Fn(View) -> &'static str| -> Vec<Part> {
        views.iter().map(|view| part(*view, name(*view), gap, model, snapshot)).collect()
    };
    let of_drill = |view: View| match view {
        View::Injects | View::Plan | View::Score | View::HotWash => view.title(),
        _ if view == model.view => view.title(),
        _ => "",
    };
    let fits = |parts: &Vec<Part>| {
        let wide: usize = parts.iter().map(|(_, text, gap)| text.width() + gap.len()).sum();
        // The gap behind the last one may fall off.
        let gap = parts.last().map_or(0, |(_, _, gap)| gap.len());
        wide <= usize::from(width) + gap
    };
    [in_words(" ", &View::title), in_words("", &View::title), in_words("", &View::short_title)]
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| in_words("", &of_drill))
}

fn part(
    view: View,
    name: &'static str,
    gap: &'static str,
    model: &Model,
    snapshot: &Snapshot,
) -> Part {
    // The mark is for those who do not see the reverse.
    let mark = if view == model.view { '>' } else { ' ' };
    let keys = model.keymap.keys_of(&[Place::Main], view.command());
    let key = keys.first().map(ToString::to_string).unwrap_or_default();
    if name.is_empty() {
        return (view, format!("{mark}{key}"), gap);
    }
    let exercise = snapshot.state().exercise.as_deref().filter(|exercise| !exercise.is_over());
    let unread = match (view, exercise.map(to_read)) {
        (View::Injects, Some(unread)) if unread > 0 => format!(" {unread}"),
        _ => String::new(),
    };
    (view, format!("{mark}{key} {name}{unread}"), gap)
}
