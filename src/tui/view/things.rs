//! The lists of an incident: scope and evidence, claims, what runs by the clock.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::list;
use crate::command::{
    Snapshot, Told, claim_things, clock_things, inject_things, plan_things, scope_things,
    score_things,
};
use crate::tui::model::{Model, Seen, View};
use crate::tui::theme::Theme;

/// What is listed in a view; `None` for a view that is no such list.
pub(in crate::tui) fn of(view: View, snapshot: &Snapshot) -> Option<Vec<Vec<Told>>> {
    match view {
        View::Scope => Some(scope_things(snapshot)),
        View::Claims => Some(claim_things(snapshot)),
        View::Timers => Some(clock_things(snapshot)),
        View::Injects => Some(inject_things(snapshot)),
        View::Plan => Some(plan_things(snapshot).into_iter().map(|(_, told)| told).collect()),
        View::Score => Some(score_things(snapshot).into_iter().map(|(_, told)| told).collect()),
        View::Steps
        | View::Record
        | View::Notes
        | View::Timeline
        | View::HandOver
        | View::HotWash => None,
    }
}

/// Title, and what stands where there is nothing.
fn words(view: View) -> (&'static str, &'static str) {
    match view {
        View::Claims => (
            "Claims",
            "Nobody has claimed anything yet. Enter what is said and who says so, before it is \
             known to be true: press a and type claim.",
        ),
        View::Timers => (
            "Clocks",
            "Nothing runs by the clock: no duty, no promised update, no reminder. To set a reminder, \
             press a and type remind 20m and of what.",
        ),
        View::Injects => (
            "Injects, the newest last",
            "Nothing has come yet. What comes is announced, and stands here; Enter opens it.",
        ),
        View::Plan => ("Plan, for facilitators only", "The scenario has no injects."),
        View::Score => {
            ("Expected, for facilitators only", "The scenario expects nothing, and has no faults.")
        }
        _ => (
            "Scope and evidence",
            "Nothing is in the scope yet. It grows by what calls find, and by what people add: \
             press a and type scope.",
        ),
    }
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    seen: &Seen,
    theme: &Theme,
) {
    let (title, none) = words(model.view);
    let things = of(model.view, &seen.snapshot).unwrap_or_default();
    list::draw(frame, area, title, &things, none, model.cursor(model.view), theme);
}
