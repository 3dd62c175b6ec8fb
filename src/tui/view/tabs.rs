//! The row of views, each with its number.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::tui::model::{Model, View};
use crate::tui::theme::{Role, Theme};

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, model: &Model, theme: &Theme) {
    let spans = parts(model).into_iter().flat_map(|(_, is_shown, text)| {
        let role = if is_shown { Role::Selected } else { Role::Muted };
        [Span::styled(text, theme.style(role)), Span::raw(" ")]
    });
    frame.render_widget(Paragraph::new(Line::from(spans.collect::<Vec<_>>())), area);
}

/// The view whose name stands in this column.
pub(in crate::tui) fn view_at(model: &Model, column: u16) -> Option<View> {
    let mut end = 0;
    for (view, _, text) in parts(model) {
        end += text.chars().count() + 1;
        if usize::from(column) < end {
            return Some(view);
        }
    }
    None
}

fn parts(model: &Model) -> Vec<(View, bool, String)> {
    let part = |(index, view): (usize, View)| {
        let is_shown = view == model.view;
        // The mark is for those who do not see the reverse.
        let mark = if is_shown { '>' } else { ' ' };
        (view, is_shown, format!("{mark}{} {}", index + 1, view.title()))
    };
    View::ALL.into_iter().enumerate().map(part).collect()
}
