//! The screen as a pure function of the model and what is seen: one region or layer a file.

pub(super) mod confirm;
pub(super) mod form;
pub(super) mod handover;
pub(super) mod header;
pub(super) mod hints;
pub(super) mod list;
pub(super) mod message;
pub(super) mod page;
pub(super) mod palette;
pub(super) mod record;
pub(super) mod step;
pub(super) mod steps;
pub(super) mod tabs;
pub(super) mod things;
pub(super) mod timeline;
pub(super) mod too_small;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::layout;
use super::model::{Layer, Model, Seen, View};
use super::theme::{Role, Theme, role};
use super::wrap::wrap;
use crate::command::Told;

/// Draws the whole screen; nothing where the model's size is not that of the frame.
pub fn draw(frame: &mut Frame, model: &Model, seen: &Seen, theme: &Theme) {
    if (frame.area().width, frame.area().height) != model.size {
        // The terminal changed its size a moment ago; the message that says so is on its way.
        return;
    }
    let whole = frame.area();
    frame.buffer_mut().set_style(whole, theme.ground());
    if model.is_too_small() {
        too_small::draw(frame, model.size, &seen.snapshot, theme);
        return;
    }
    let regions = layout::regions(model, seen);
    if !layout::covers(model) {
        body(frame, &regions, model, seen, theme);
    }
    match &model.layer {
        Layer::Form(form) => form::draw(frame, regions.body, form, theme),
        Layer::Palette(palette) => palette::draw(frame, regions.body, palette, theme),
        Layer::Page(page) => page::draw(frame, regions.body, page, model, seen, theme),
        Layer::None | Layer::Confirm(_) => {}
    }
    header::draw(frame, regions.header, &seen.snapshot, theme);
    tabs::draw(frame, regions.tabs, model, &seen.snapshot, theme);
    message::draw(frame, regions.message, model, theme);
    if let Layer::Confirm(confirm) = &model.layer {
        confirm::draw(frame, model, confirm, seen, theme);
    } else {
        hints::draw(frame, regions.hints, model.places(), &model.keymap, theme);
    }
    hints::draw_pending(frame, regions.body, model, theme);
}

fn body(frame: &mut Frame, regions: &layout::Regions, model: &Model, seen: &Seen, theme: &Theme) {
    match model.view {
        View::Steps => {
            steps::draw(frame, regions.timeline, model, seen, theme);
            step::draw(frame, regions.step, model, seen, theme);
            record::draw_latest(frame, regions.record, model, seen, theme);
        }
        View::Record | View::Notes => record::draw(frame, regions.record, model, seen, theme),
        View::Scope | View::Claims | View::Timers | View::Injects | View::Plan | View::Score => {
            things::draw(frame, regions.body, model, seen, theme);
        }
        View::Timeline => timeline::draw(frame, regions.body, model, seen, theme),
        View::HandOver | View::HotWash => handover::draw(frame, regions.body, model, seen, theme),
    }
}

/// A row of text with its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextRow {
    pub(super) role: Role,
    pub(super) text: String,
}

/// Told lines wrapped to a width.
pub(super) fn told_rows(told: &[Told], width: u16) -> Vec<TextRow> {
    let wrapped = told.iter().flat_map(|told| {
        let role = role(told.tone);
        // What stands indented goes on indented.
        let hang = 2 + told.text.as_str().chars().take_while(|c| *c == ' ').count().min(24);
        let rows = wrap(told.text.as_str(), usize::from(width), hang);
        rows.into_iter().map(move |text| TextRow { role, text })
    });
    wrapped.collect()
}

/// Draws the rows that are visible from `scroll` on.
pub(super) fn draw_rows(
    frame: &mut Frame,
    area: Rect,
    rows: &[TextRow],
    scroll: usize,
    theme: &Theme,
) {
    let visible = rows.iter().skip(scroll).take(usize::from(area.height));
    let lines: Vec<Line> = visible
        .map(|row| Line::from(Span::styled(row.text.as_str(), theme.style(row.role))))
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// A frame with a title over whatever stood there; answers what is inside.
pub(super) fn framed(
    frame: &mut Frame,
    area: Rect,
    title: &str,
    role: Role,
    theme: &Theme,
) -> Rect {
    let block = Block::bordered()
        .border_style(theme.style(role))
        .style(theme.ground())
        .title(Span::styled(format!(" {title} "), theme.style(role)));
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    layout::inside(area)
}

/// The border of a pane.
pub(super) fn pane_role(focused: bool) -> Role {
    if focused { Role::Focus } else { Role::Border }
}

/// The cursor of the terminal on a row of an area: a screen reader follows it.
pub(super) fn set_cursor(frame: &mut Frame, area: Rect, row: usize) {
    if let Some(row) = u16::try_from(row).ok().filter(|row| *row < area.height) {
        frame.set_cursor_position((area.x, area.y + row));
    }
}
