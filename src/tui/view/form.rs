//! A note, an answer, a reason: the questions, and what is being written.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use tui_textarea::TextArea;

use super::{TextRow, draw_rows, framed};
use crate::command::Kind;
use crate::text::Shown;
use crate::tui::model::{Field, Form, Use};
use crate::tui::theme::{Role, Theme};
use crate::tui::wrap::{clip, wrap};

pub(in crate::tui) fn draw(frame: &mut Frame, area: Rect, form: &Form, theme: &Theme) {
    let title = match &form.purpose {
        Use::Offer(offer) => Shown::new(&offer.title),
        Use::Prompt(prompt) => prompt.title().into(),
    };
    let title = clip(&title.one_line(), usize::from(area.width.saturating_sub(4)));
    let inner = framed(frame, area, &title, Role::Focus, theme);
    // Where not all fields fit, the one with the focus has the room.
    let all_fit = usize::from(inner.height) >= form.fields.len() * LEAST_ROWS;
    let others = form.fields.len().saturating_sub(1) * LEAST_ROWS;
    let room = usize::from(inner.height).saturating_sub(others);
    let constraints = form.fields.iter().enumerate().map(|(index, field)| {
        match (&field.question.kind, index == form.focus) {
            // What is to be read before the rest is written.
            (Kind::Told, _) if all_fit => {
                let rows = rows_of(&field.text, inner.width) + 1;
                Constraint::Length(u16::try_from(rows.min(room)).unwrap_or(u16::MAX))
            }
            (Kind::Line, _) if all_fit => Constraint::Length(2),
            (Kind::Choice(options), _) if all_fit => {
                Constraint::Max(u16::try_from(options.len() + 1).unwrap_or(u16::MAX))
            }
            (_, true) => Constraint::Fill(3),
            (_, false) if all_fit => Constraint::Fill(2),
            (_, false) => Constraint::Length(1),
        }
    });
    let wrong = form.wrong.as_deref().map(|wrong| wrap(wrong, usize::from(inner.width), 2));
    let wrong_rows =
        wrong.as_ref().map_or(0, Vec::len).min(usize::from(inner.height.saturating_sub(2)));
    let [inner, below] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(u16::try_from(wrong_rows).unwrap_or(0)),
    ])
    .areas(inner);
    let rows = wrong.unwrap_or_default().into_iter().map(|text| TextRow { role: Role::Bad, text });
    draw_rows(frame, below, &rows.collect::<Vec<_>>(), 0, theme);
    let areas = Layout::vertical(constraints).split(inner);
    for (index, (field, area)) in form.fields.iter().zip(areas.iter()).enumerate() {
        draw_field(frame, *area, field, index == form.focus, form.sending, theme);
    }
}

/// A label and a few rows of text.
const LEAST_ROWS: usize = 4;

/// How many rows a text needs, up to what a screen may have.
fn rows_of(text: &TextArea<'static>, width: u16) -> usize {
    let lines = text.lines().iter().take(usize::from(u8::MAX));
    lines.map(|line| wrap(line, usize::from(width), 0).len().max(1)).sum()
}

fn draw_field(
    frame: &mut Frame,
    area: Rect,
    field: &Field,
    focused: bool,
    sending: bool,
    theme: &Theme,
) {
    let [label, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let mark = if focused { '>' } else { ' ' };
    let state = match (sending, field.question.optional) {
        (true, _) => " (being saved)",
        (false, true) => " (may be left empty)",
        (false, false) => "",
    };
    // Whoever says why must know that there is more of it to read.
    let hidden = match field.question.kind {
        Kind::Told => rows_of(&field.text, area.width).saturating_sub(usize::from(body.height)),
        _ => 0,
    };
    let more = match hidden {
        0 => String::new(),
        hidden if focused => format!(", {hidden} more below: Down"),
        hidden => format!(", {hidden} more below: Shift-Tab, then Down"),
    };
    let label_text = format!("{mark} {}{state}{more}", field.question.label);
    let text = clip(&label_text, usize::from(area.width));
    let role = if focused { Role::Focus } else { Role::Heading };
    draw_rows(frame, label, &[TextRow { role, text }], 0, theme);
    if body.is_empty() {
        return;
    }
    match &field.question.kind {
        Kind::Choice(options) => draw_choice(frame, body, options, field.choice, theme),
        Kind::Line | Kind::Text | Kind::Document | Kind::Told => {
            draw_text(frame, body, &field.text, focused, theme);
        }
    }
}

fn draw_choice(frame: &mut Frame, area: Rect, options: &[String], choice: usize, theme: &Theme) {
    let rows: Vec<TextRow> = options
        .iter()
        .enumerate()
        .map(|(index, option)| {
            let chosen = index == choice;
            let mark = if chosen { "(x)" } else { "( )" };
            let option = Shown::new(option);
            let text = clip(&format!("  {mark} {}", option.one_line()), usize::from(area.width));
            let role = if chosen { Role::Selected } else { Role::Text };
            TextRow { role, text }
        })
        .collect();
    let scroll = (choice + 1).saturating_sub(usize::from(area.height));
    draw_rows(frame, area, &rows, scroll, theme);
}

fn draw_text(
    frame: &mut Frame,
    area: Rect,
    text: &TextArea<'static>,
    focused: bool,
    theme: &Theme,
) {
    // Only what can be on the screen: a pasted log has thousands of lines. Styles are the theme's
    // affair; the model holds none.
    let tui_textarea::DataCursor(row, column) = text.cursor();
    let height = usize::from(area.height);
    let first = row.saturating_sub(height);
    let window = text.lines().iter().skip(first).take(2 * height + 1).cloned().collect();
    let mut window = TextArea::new(window);
    window.set_wrap_mode(tui_textarea::WrapMode::WordOrGlyph);
    let at = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
    window.move_cursor(tui_textarea::CursorMove::Jump(at(row - first), at(column)));
    let plain = theme.style(Role::Text);
    window.set_cursor_line_style(plain);
    window.set_cursor_style(if focused { theme.style(Role::Selected) } else { plain });
    frame.render_widget(&window, area);
}
