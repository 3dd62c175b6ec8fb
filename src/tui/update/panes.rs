//! Moving in the views: selection, focus, scroll.

use super::main::next_pane;
use crate::command::Command;
use crate::tui::layout::{self, inside};
use crate::tui::model::{Model, Pane, Position, Seen, View};
use crate::tui::view::{handover, record, step, things};

pub(super) fn moved(model: &mut Model, command: Command, seen: &Seen) {
    match command {
        Command::NextPane => turn(model, 1),
        Command::PreviousPane => turn(model, 2),
        Command::Up => scroll(model, seen, -1),
        Command::Down => scroll(model, seen, 1),
        Command::PageUp => scroll(model, seen, -page(model, seen)),
        Command::PageDown => scroll(model, seen, page(model, seen)),
        Command::Top => to_end(model, seen, false),
        Command::Bottom => to_end(model, seen, true),
        _ => {}
    }
}

/// Other views have one pane only.
fn turn(model: &mut Model, times: usize) {
    model.view = View::Steps;
    for _ in 0..times {
        model.pane = next_pane(model.pane);
    }
}

fn page(model: &Model, seen: &Seen) -> isize {
    let regions = layout::regions(model, seen);
    let region = match (model.view, model.pane) {
        (View::Steps, Pane::Timeline) => regions.timeline,
        (View::Steps, Pane::Step) => regions.step,
        (View::Steps, Pane::Record) | (View::Record | View::Notes, _) => regions.record,
        _ => regions.body,
    };
    isize::try_from(inside(region).height).unwrap_or(1).max(1)
}

/// Rows of the record on the screen.
pub(super) fn record_rows(model: &Model, seen: &Seen) -> usize {
    usize::from(inside(layout::regions(model, seen).record).height).max(1)
}

pub(super) fn scroll(model: &mut Model, seen: &Seen, by: isize) {
    if model.is_in_record() {
        along_record(model, seen, by);
        return;
    }
    match (model.view, model.pane) {
        (View::Steps, Pane::Step) => {
            model.step_scroll = model.step_scroll.saturating_add_signed(by);
        }
        (View::Steps, _) => select(model, seen, by),
        (view, _) => {
            let cursor = model.cursor(view).saturating_add_signed(by);
            model.cursors.insert(view, cursor);
        }
    }
}

fn along_record(model: &mut Model, seen: &Seen, by: isize) {
    let rows = record_rows(model, seen);
    let Some(place) = model.trail().map(|trail| trail.at) else { return };
    let to = place.step(record::source(model, seen), by, rows);
    if let Some(trail) = model.trail_mut() {
        trail.at = to;
    }
}

fn to_end(model: &mut Model, seen: &Seen, last: bool) {
    if model.is_in_record() && last {
        if let Some(trail) = model.trail_mut() {
            trail.at = Position::default();
        }
        return;
    }
    let far = if last { isize::MAX / 2 } else { isize::MIN / 2 };
    scroll(model, seen, far);
}

fn select(model: &mut Model, seen: &Seen, by: isize) {
    let names: Vec<_> = seen.snapshot.state().timeline().map(|row| row.name).collect();
    let current = model.current(&seen.snapshot);
    let at = names.iter().position(|name| Some(&**name) == current).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(names.len().saturating_sub(1));
    if let Some(name) = names.get(to) {
        model.selected = Some(name.clone().into_owned());
    }
}

/// Keeps scrolls and cursors within what there is, and begins another step at its top.
pub(super) fn settle(model: &mut Model, seen: &Seen) {
    let current = model.current(&seen.snapshot).map(str::to_owned);
    if current != model.shown {
        model.shown = current;
        model.step_scroll = 0;
    }
    let regions = layout::regions(model, seen);
    if regions.step.height > 0 {
        let inner = inside(regions.step);
        let rows = step::rows(model, seen, inner.width).len();
        model.step_scroll = model.step_scroll.min(rows.saturating_sub(inner.height.into()));
    }
    let count = match model.view {
        View::Timeline => crate::command::lanes(&seen.snapshot).len(),
        view @ (View::HandOver | View::HotWash) => handover::most(view, seen, regions.body) + 1,
        view => things::of(view, &seen.snapshot).map_or(0, |things| things.len()),
    };
    if let Some(cursor) = model.cursors.get_mut(&model.view) {
        *cursor = (*cursor).min(count.saturating_sub(1));
    }
}
