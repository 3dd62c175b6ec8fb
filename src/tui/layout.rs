//! Where each region stands, for drawing, for scrolling and for clicks alike.

use ratatui::layout::{Constraint, Layout, Rect};

use super::model::{Layer, Model, Pane, Seen, View};
use super::view::{header, message};

/// The regions of the main screen; one that is not shown has no height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Regions {
    pub(super) header: Rect,
    /// The row of views.
    pub(super) tabs: Rect,
    /// All between header and messages.
    pub(super) body: Rect,
    pub(super) timeline: Rect,
    pub(super) step: Rect,
    pub(super) record: Rect,
    pub(super) message: Rect,
    pub(super) hints: Rect,
}

/// Two columns need this much; below it one pane has the screen.
const WIDE: (u16, u16) = (80, 20);

/// The whole screen.
pub(super) fn screen(model: &Model) -> Rect {
    Rect::new(0, 0, model.size.0, model.size.1)
}

/// The regions at the model's size.
pub(super) fn regions(model: &Model, seen: &Seen) -> Regions {
    let screen = screen(model);
    let header_rows = rows(header::rows(&seen.snapshot, screen.width).len()).min(screen.height / 3);
    let message_rows = rows(message::rows(model, screen.width).len()).min(screen.height / 3);
    let is_wide = screen.width >= WIDE.0 && screen.height >= WIDE.1;
    let [header, tabs, body, message, hints] = Layout::vertical([
        Constraint::Length(header_rows),
        Constraint::Length(u16::from(is_wide)),
        Constraint::Fill(1),
        Constraint::Length(message_rows),
        Constraint::Length(1),
    ])
    .areas(screen);
    let regions = Regions { header, tabs, body, message, hints, ..Regions::default() };
    match (model.view, model.pane) {
        (View::Steps, _) if is_wide => three_panes(regions),
        (View::Steps, Pane::Timeline) => Regions { timeline: body, ..regions },
        (View::Steps, Pane::Step) => Regions { step: body, ..regions },
        (View::Steps | View::Record | View::Notes, _) => Regions { record: body, ..regions },
        _ => regions,
    }
}

fn three_panes(regions: Regions) -> Regions {
    let body = regions.body;
    let record_rows = if body.height >= 30 { 10 } else { 6 };
    let [upper, record] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(record_rows)]).areas(body);
    let left = if body.width >= 110 { 46 } else { 32 };
    let [timeline, step] =
        Layout::horizontal([Constraint::Length(left), Constraint::Fill(1)]).areas(upper);
    Regions { timeline, step, record, ..regions }
}

/// The regions of the confirmation. It has the whole screen, or the middle of a large one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialog {
    pub(super) frame: Rect,
    pub(super) body: Rect,
    pub(super) status: Rect,
    pub(super) typed: Rect,
    pub(super) hints: Rect,
}

/// Where the confirmation stands; `None` where it would not be wholly visible.
pub(super) fn dialog(model: &Model, typed: bool) -> Option<Dialog> {
    if model.is_too_small() {
        return None;
    }
    let screen = screen(model);
    let frame = if screen.width >= 104 && screen.height >= 30 {
        let (columns, lines) = (100, screen.height - 6);
        Rect::new((screen.width - columns) / 2, 3, columns, lines)
    } else {
        screen
    };
    let [body, status, typed, hints] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(2),
        Constraint::Length(u16::from(typed)),
        Constraint::Length(1),
    ])
    .areas(inside(frame));
    Some(Dialog { frame, body, status, typed, hints })
}

/// What is left of an area within its border.
pub(super) fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Whether a layer has the whole body, so that the view below needs no drawing.
pub(super) fn covers(model: &Model) -> bool {
    matches!(model.layer, Layer::Palette(_) | Layer::Form(_) | Layer::Page(_))
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
