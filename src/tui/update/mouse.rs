//! A click marks what it is on, and a wheel scrolls; neither ever opens or sends.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Constraint, Layout, Position as Cell, Rect};

use super::panes;
use crate::tui::layout::{self, inside};
use crate::tui::model::{Layer, Model, Pane, Seen, View};
use crate::tui::view::{list, palette, record, steps, tabs, things};

/// Rows that a turn of the wheel goes by.
const WHEEL: isize = 3;

pub(super) fn clicked(model: &mut Model, event: MouseEvent, seen: &Seen) {
    if !model.mouse || model.is_too_small() {
        return;
    }
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            mark(model, Cell::new(event.column, event.row), seen);
        }
        MouseEventKind::ScrollUp => wheel(model, seen, -WHEEL),
        MouseEventKind::ScrollDown => wheel(model, seen, WHEEL),
        _ => {}
    }
}

fn wheel(model: &mut Model, seen: &Seen, by: isize) {
    match &mut model.layer {
        Layer::None => panes::scroll(model, seen, by),
        Layer::Palette(palette) => {
            let last = palette.found.len().saturating_sub(1);
            palette.cursor = palette.cursor.saturating_add_signed(by).min(last);
        }
        // What must be read before it is confirmed is not scrolled by accident.
        Layer::Confirm(_) | Layer::Form(_) => {}
        Layer::Page(page) => page.scroll = page.scroll.saturating_add_signed(by),
    }
}

fn mark(model: &mut Model, at: Cell, seen: &Seen) {
    let regions = layout::regions(model, seen);
    match &mut model.layer {
        Layer::None => {}
        Layer::Palette(palette) => {
            let [_, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)])
                .areas(inside(regions.body));
            let row = within(body, at).and_then(|row| palette::item_at(palette, body, row));
            palette.cursor = row.unwrap_or(palette.cursor);
            return;
        }
        Layer::Confirm(_) | Layer::Form(_) | Layer::Page(_) => return,
    }
    if regions.tabs.contains(at) {
        model.view = tabs::view_at(model, &seen.snapshot, regions.tabs, at.x).unwrap_or(model.view);
        return;
    }
    for (region, pane) in [
        (regions.timeline, Pane::Timeline),
        (regions.step, Pane::Step),
        (regions.record, Pane::Record),
    ] {
        if model.view == View::Steps && region.contains(at) {
            model.pane = pane;
        }
    }
    if let Some(row) = within(inside(regions.timeline), at) {
        let step = steps::step_at(model, seen, inside(regions.timeline), row)
            .map(std::borrow::Cow::into_owned);
        model.selected = step.or(model.selected.take());
    }
    mark_in_view(model, at, &regions, seen);
}

fn mark_in_view(model: &mut Model, at: Cell, regions: &layout::Regions, seen: &Seen) {
    let view = model.view;
    if matches!(view, View::Record | View::Notes) {
        let Some(row) = within(inside(regions.record), at) else { return };
        let source = record::source(model, seen);
        let rows = panes::record_rows(model, seen);
        let Some(place) = model.trail().map(|trail| trail.at) else { return };
        let first = place.window(source, rows).start;
        let seq = source.at(first + usize::from(row));
        if let (Some(seq), Some(trail)) = (seq, model.trail_mut()) {
            trail.at.cursor = Some(seq);
            trail.at.row = usize::from(row);
        }
    } else if let Some(things) = things::of(view, &seen.snapshot) {
        let area = inside(regions.body);
        let row = within(area, at);
        let marked = row.and_then(|row| list::thing_at(&things, model.cursor(view), area, row));
        if let Some(marked) = marked {
            model.cursors.insert(view, marked);
        }
    }
}

/// The row within the area.
fn within(area: Rect, at: Cell) -> Option<u16> {
    area.contains(at).then(|| at.y - area.y)
}
