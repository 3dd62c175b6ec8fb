//! Keys in the views, and on a page that is read.

use super::{Request, ask, copy, exercise, palette, panes, trail};
use crate::command::{Command, clocks, plan_things, score_things};
use crate::incident::Row;
use crate::tui::model::{Layer, Model, Page, Pane, Position, Reading, Seen, View};
use crate::tui::{layout, view};

pub(super) fn key(model: &mut Model, command: Option<Command>, seen: &Seen) -> Vec<Request> {
    let Some(command) = command else { return Vec::new() };
    if let Some(view) = View::ALL.into_iter().find(|view| view.command() == command) {
        show(model, view, seen);
        return Vec::new();
    }
    match command {
        Command::Leave => return vec![Request::Leave],
        Command::Open => return open(model, seen),
        Command::Note => return ask::note(model, seen),
        Command::Palette => palette::open(model, seen, ""),
        Command::Messages => {
            model.layer = Layer::Page(Page { reading: Reading::Messages, scroll: 0 });
        }
        Command::Dismiss => dismiss(model),
        Command::RealIncident => return exercise::real(model, seen),
        Command::Next => {
            model.view = View::Steps;
            model.selected = None;
        }
        Command::Fold => model.unfolded = !model.unfolded,
        Command::CopyCurl | Command::CopyText | Command::CopyHead => {
            return copy::copy(model, command, seen);
        }
        Command::Mouse => {
            model.mouse = !model.mouse;
            let words = if model.mouse {
                "The mouse is on: a click marks, it never opens or sends. Hold Shift to select text."
            } else {
                "The mouse is off: the terminal selects text again."
            };
            model.say(words);
            return vec![Request::Mouse(model.mouse)];
        }
        Command::Find
        | Command::Filter
        | Command::Jump
        | Command::NextHit
        | Command::PreviousHit => trail::key(model, command, seen),
        _ => panes::moved(model, command, seen),
    }
    Vec::new()
}

fn show(model: &mut Model, view: View, seen: &Seen) {
    if let Some(why) = view.missing(&seen.snapshot) {
        model.say(why);
        return;
    }
    // Also from the list itself: what came last is what somebody looks for.
    if view == View::Injects {
        model.cursors.insert(view, exercise::first_unread(seen));
    }
    if view == View::Plan && model.view != view {
        model.cursors.insert(view, exercise::first_to_come(seen));
    }
    model.view = view;
}

/// Enter: what is next in the step, or what is marked in a list.
fn open(model: &mut Model, seen: &Seen) -> Vec<Request> {
    if model.is_in_record() {
        let source = view::record::source(model, seen);
        let marked = model.trail().and_then(|trail| trail.at.marked(source));
        if let Some(seq) = marked {
            model.layer = Layer::Page(Page { reading: Reading::Entry(seq), scroll: 0 });
        }
        return Vec::new();
    }
    match model.view {
        View::Scope => {
            let state = seen.snapshot.state();
            let member = state.scope.get(model.cursor(View::Scope));
            let its = |row: &Row<'_>| row.member == member;
            let words = match member.filter(|_| state.timeline().any(|row| its(&row))) {
                // All that can be done for it has its name.
                Some(member) => member.name.one_line().into_owned(),
                None => "scope".to_owned(),
            };
            palette::open(model, seen, &words);
        }
        View::Claims => {
            let claim = seen.snapshot.state().claims.keys().nth(model.cursor(View::Claims));
            let words = claim.map_or_else(|| "claim".to_owned(), |id| format!("claim {id}"));
            palette::open(model, seen, &words);
        }
        View::Timers => {
            let all = clocks(&seen.snapshot);
            let marked = all.get(model.cursor(View::Timers));
            let words = marked.map_or("reminder", |clock| clock.words.as_str());
            palette::open(model, seen, words);
        }
        View::HandOver => palette::open(model, seen, "role"),
        View::Injects => return exercise::open_marked(model, seen),
        View::Plan => {
            let marked = plan_things(&seen.snapshot).into_iter().nth(model.cursor(View::Plan));
            let words = marked.map_or_else(|| "inject".to_owned(), |(words, _)| words);
            palette::open(model, seen, &words);
        }
        View::Score => {
            let marked = score_things(&seen.snapshot).into_iter().nth(model.cursor(View::Score));
            let words = marked.map_or_else(|| "judge".to_owned(), |(words, _)| words);
            palette::open(model, seen, &words);
        }
        View::HotWash => palette::open(model, seen, "hot wash"),
        _ => return ask::open(model, seen),
    }
    Vec::new()
}

/// Esc: a message first, then what is looked for, then back to the steps.
fn dismiss(model: &mut Model) {
    if model.messages.unread().next().is_some() {
        model.messages.dismiss();
        return;
    }
    let Some(trail) = model.trail_mut() else { return };
    if trail.find.take().is_none() {
        trail.filter = None;
    }
}

pub(super) fn page_key(model: &mut Model, command: Option<Command>, seen: &Seen) -> Vec<Request> {
    let regions = layout::regions(model, seen);
    let inner = layout::inside(regions.body);
    let rows = match &model.layer {
        Layer::Page(page) => view::page::rows(page, model, seen, inner.width).len(),
        _ => 0,
    };
    let height = usize::from(inner.height);
    let last = seen.snapshot.state().seq.unwrap_or(0);
    let Layer::Page(page) = &mut model.layer else { return Vec::new() };
    let most = rows.saturating_sub(height);
    let jump = height.saturating_sub(1).max(1);
    match command {
        Some(Command::Cancel) => model.layer = Layer::None,
        Some(Command::Open) => return exercise::answer(model, seen),
        Some(Command::CopyText) => return copy::copy_page(model, seen),
        Some(Command::Up) => page.scroll = page.scroll.saturating_sub(1),
        Some(Command::Down) => page.scroll = (page.scroll + 1).min(most),
        Some(Command::PageUp) => page.scroll = page.scroll.saturating_sub(jump),
        Some(Command::PageDown) => page.scroll = (page.scroll + jump).min(most),
        Some(Command::Top) => page.scroll = 0,
        Some(Command::Bottom) => page.scroll = most,
        Some(command @ (Command::Left | Command::Right)) => {
            if let Reading::Inject(inject) = &page.reading {
                let inject = inject.clone();
                return exercise::beside(model, &inject, command == Command::Right, seen);
            }
            if let Reading::Entry(seq) = &mut page.reading {
                let to = if command == Command::Left { seq.checked_sub(1) } else { Some(*seq + 1) };
                *seq = to.unwrap_or(0).min(last);
                let seq = *seq;
                page.scroll = 0;
                let rows = panes::record_rows(model, seen);
                if let Some(trail) = model.trail_mut() {
                    trail.at = Position::of(seq, rows);
                }
            }
        }
        _ => {}
    }
    Vec::new()
}

/// The pane after this one.
pub(super) fn next_pane(pane: Pane) -> Pane {
    match pane {
        Pane::Timeline => Pane::Step,
        Pane::Step => Pane::Record,
        Pane::Record => Pane::Timeline,
    }
}
