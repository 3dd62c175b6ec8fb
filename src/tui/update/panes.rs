//! Moving in the panes: selection, focus, scroll.

use crate::command::Command;
use crate::tui::layout::{self, inside};
use crate::tui::model::{Actions, Layer, Model, Pane, Seen};
use crate::tui::view::{record, step};

/// The list of what can be done with the selected step and with the incident.
pub(super) fn open_actions(model: &mut Model, seen: &Seen) {
    let snapshot = &seen.snapshot;
    let of_step = model.current(snapshot).into_iter().flat_map(|step| snapshot.offers_of(step));
    let offers: Vec<_> = of_step.chain(snapshot.offers_of_incident()).cloned().collect();
    if offers.is_empty() {
        model.refuse("Nothing can be done now.");
        return;
    }
    model.layer = Layer::Actions(Actions { offers, cursor: 0 });
}

pub(super) fn moved(model: &mut Model, command: Command, seen: &Seen) {
    let regions = layout::regions(model, seen);
    match command {
        Command::NextPane => model.pane = next(model.pane),
        Command::PreviousPane => model.pane = next(next(model.pane)),
        Command::Follow => model.selected = None,
        Command::Up => scroll(model, seen, -1),
        Command::Down => scroll(model, seen, 1),
        Command::PageUp | Command::PageDown => {
            let region = match model.pane {
                Pane::Timeline => regions.timeline,
                Pane::Step => regions.step,
                Pane::Record => regions.record,
            };
            let page = isize::try_from(inside(region).height).unwrap_or(1).max(1);
            scroll(model, seen, if command == Command::PageUp { -page } else { page });
        }
        _ => {}
    }
}

fn next(pane: Pane) -> Pane {
    match pane {
        Pane::Timeline => Pane::Step,
        Pane::Step => Pane::Record,
        Pane::Record => Pane::Timeline,
    }
}

fn scroll(model: &mut Model, seen: &Seen, by: isize) {
    match model.pane {
        Pane::Timeline => select(model, seen, by),
        Pane::Step => model.step_scroll = model.step_scroll.saturating_add_signed(by),
        Pane::Record => {
            model.record_back = model.record_back.saturating_add_signed(by.saturating_neg());
        }
    }
}

fn select(model: &mut Model, seen: &Seen, by: isize) {
    let steps = &seen.snapshot.state().playbook.steps;
    let current = model.current(&seen.snapshot);
    let at = steps.iter().position(|step| Some(step.id.as_str()) == current).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(steps.len().saturating_sub(1));
    if let Some(step) = steps.get(to) {
        model.selected = Some(step.id.clone());
    }
}

/// Keeps scrolls within what there is, and begins another step at its top.
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
    if regions.record.height > 0 {
        let inner = inside(regions.record);
        let rows = record::rows(seen, inner.width).len();
        model.record_back = model.record_back.min(rows.saturating_sub(inner.height.into()));
    }
    if let Layer::Help { scroll } = &mut model.layer {
        let rows = crate::tui::view::help::rows(model.size.0.saturating_sub(2)).len();
        let height = usize::from(model.size.1.saturating_sub(2));
        *scroll = (*scroll).min(rows.saturating_sub(height));
    }
}
