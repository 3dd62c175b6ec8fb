//! The confirmation: what opens it, what closes it, and the one key that sends.
//!
//! Three guards stand before that key: keys pressed before the dialog could be read are ignored;
//! the end of what will be sent must have been on the screen; and the engine compares the hash.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Request, ask};
use crate::command::Command;
use crate::incident::{Ask, Needs, Offer, Progress};
use crate::text::Shown;
use crate::tui::layout;
use crate::tui::model::{Asked, Confirm, Layer, Model, Pressed, Seen, Subject};
use crate::tui::view::confirm as view;

/// Keys are ignored for this long after the dialog opened, microseconds.
const QUIET_US: u64 = 500_000;
/// And for this long after each of the ignored ones: a key that is held down never gets through.
const REPEAT_US: u64 = 300_000;
/// The key that sends does not count so soon after itself: held down since before the dialog.
const HELD_US: u64 = 1_000_000;

/// No target is longer.
const LONGEST_TYPED: usize = 1000;

/// Opens the confirmation of what is armed for this step.
pub(super) fn open_armed(model: &mut Model, step: &str, seen: &Seen) -> Vec<Request> {
    let instance = seen.snapshot.state().instance(step);
    let armed = instance.and_then(|instance| instance.armed.as_deref());
    if let Some(armed) = armed {
        let subject = Subject::Armed { step: step.to_owned(), hash: armed.hash.clone() };
        return open(model, subject, seen);
    }
    model.refuse("Nothing is waiting to be confirmed any more.");
    Vec::new()
}

/// Opens the confirmation that sends a doubtful request once more.
pub(super) fn open_retry(model: &mut Model, step: &str, seen: &Seen) -> Vec<Request> {
    let call = seen.snapshot.state().doubts().find(|call| call.step.name() == step);
    if let Some(call) = call.map(|call| call.id) {
        return open(model, Subject::Retry { step: step.to_owned(), call }, seen);
    }
    model.refuse("Nothing of this step is in doubt any more.");
    Vec::new()
}

fn open(model: &mut Model, subject: Subject, seen: &Seen) -> Vec<Request> {
    model.opening = None;
    model.layer = Layer::Confirm(Confirm {
        subject,
        typed: String::new(),
        scroll: 0,
        end_seen: false,
        quiet_until: seen.snapshot.now.up.saturating_add(QUIET_US),
        sending: false,
        note: None,
    });
    vec![Request::DiscardInput]
}

/// After a change of size the end must be seen again.
pub(super) fn resized(model: &mut Model) {
    if let Layer::Confirm(confirm) = &mut model.layer {
        confirm.scroll = 0;
        confirm.end_seen = false;
    }
}

/// Opens what was armed, closes what is no longer what was shown, and notes whether the end of it
/// is on the screen.
pub(super) fn settle(model: &mut Model, seen: &Seen) -> Vec<Request> {
    close_if_stale(model, seen);
    let mut requests = Vec::new();
    if matches!(model.layer, Layer::None)
        && let Some(step) = model.opening.clone()
    {
        let instance = seen.snapshot.state().instance(&step);
        if instance.is_some_and(|instance| instance.armed.is_some()) {
            requests = open_armed(model, &step, seen);
        }
    }
    note_end(model, seen);
    requests
}

fn close_if_stale(model: &mut Model, seen: &Seen) {
    let Layer::Confirm(confirm) = &model.layer else { return };
    let Some(why) = stale(&confirm.subject, seen) else { return };
    let ours = confirm.sending;
    model.layer = Layer::None;
    if !ours {
        model.refuse(why);
    }
}

/// Why what the dialog shows can no longer be confirmed.
fn stale(subject: &Subject, seen: &Seen) -> Option<&'static str> {
    let state = seen.snapshot.state();
    match subject {
        Subject::Armed { step, hash } => {
            let instance = state.instance(step);
            match instance.and_then(|instance| instance.armed.as_deref()) {
                Some(armed) if armed.hash != *hash => {
                    Some("Closed, nothing was sent from here: what would be sent has changed.")
                }
                Some(armed) if armed.expires <= seen.snapshot.now.at => {
                    Some("Closed, nothing was sent: the time to confirm it ran out.")
                }
                Some(_) => None,
                None if matches!(state.progress(step), Progress::Running { .. }) => {
                    Some("Closed: it is being sent, confirmed elsewhere.")
                }
                None => Some("Closed, nothing was sent from here: it is no longer armed."),
            }
        }
        Subject::Retry { call, .. } => {
            let doubtful = state.doubts().any(|doubt| doubt.id == *call);
            (!doubtful).then_some("Closed, nothing was sent from here: the doubt is gone.")
        }
    }
}

fn note_end(model: &mut Model, seen: &Seen) {
    let Some((rows, height)) = extent(model, seen) else { return };
    let Layer::Confirm(confirm) = &mut model.layer else { return };
    confirm.scroll = confirm.scroll.min(rows.saturating_sub(height));
    if confirm.scroll + height >= rows {
        confirm.end_seen = true;
    }
}

/// Rows of the dialog's text and of its window; `None` where it is not wholly visible.
fn extent(model: &Model, seen: &Seen) -> Option<(usize, usize)> {
    let Layer::Confirm(confirm) = &model.layer else { return None };
    let typed = view::target(confirm, seen).is_some();
    let body = layout::dialog(model, typed)?.body;
    Some((view::rows(confirm, seen, body.width).len(), usize::from(body.height)))
}

pub(super) fn key(
    model: &mut Model,
    event: &KeyEvent,
    command: Option<Command>,
    before: Option<Pressed>,
    seen: &Seen,
) -> Vec<Request> {
    let up = seen.snapshot.now.up;
    let page = extent(model, seen).map_or(1, |(_, height)| height.saturating_sub(1).max(1));
    let Layer::Confirm(confirm) = &mut model.layer else { return Vec::new() };
    if up < confirm.quiet_until {
        confirm.quiet_until = confirm.quiet_until.max(up.saturating_add(REPEAT_US));
        confirm.note = Some("A key was ignored: it came too soon. Read first, then press it.");
        return Vec::new();
    }
    confirm.note = None;
    match command {
        Some(Command::Send) => {
            if before.is_some_and(|before| is_held(before, event, up)) {
                confirm.note = Some("Ignored: the key was held down. Let go, wait a second.");
                return Vec::new();
            }
            return try_send(model, seen);
        }
        Some(Command::TakeBack) => return take_back(model, seen),
        Some(Command::Elsewhere) => return elsewhere(model, seen),
        Some(Command::Up) => confirm.scroll = confirm.scroll.saturating_sub(1),
        Some(Command::Down) => confirm.scroll += 1,
        Some(Command::PageUp) => confirm.scroll = confirm.scroll.saturating_sub(page),
        Some(Command::PageDown) => confirm.scroll += page,
        _ => type_target(confirm, event, seen),
    }
    Vec::new()
}

fn is_held(before: Pressed, event: &KeyEvent, up: u64) -> bool {
    before.code == event.code
        && before.modifiers == event.modifiers
        && up.saturating_sub(before.up) < HELD_US
}

fn type_target(confirm: &mut Confirm, event: &KeyEvent, seen: &Seen) {
    if confirm.sending || view::target(confirm, seen).is_none() {
        if event.code == KeyCode::Enter {
            confirm.note = Some("Enter never sends.");
        }
        return;
    }
    match event.code {
        KeyCode::Char(c)
            if (event.modifiers - KeyModifiers::SHIFT).is_empty()
                && confirm.typed.chars().count() < LONGEST_TYPED =>
        {
            confirm.typed.push_str(Shown::new(c.to_string()).as_str());
        }
        KeyCode::Backspace => {
            confirm.typed.pop();
        }
        KeyCode::Enter => confirm.note = Some("Enter never sends."),
        _ => {}
    }
}

fn try_send(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let visible = extent(model, seen).is_some();
    let Layer::Confirm(confirm) = &mut model.layer else { return Vec::new() };
    if confirm.sending {
        return Vec::new();
    }
    let offer = view::offer(confirm, seen).cloned();
    let target = view::target(confirm, seen);
    if let Some(why) = unready(confirm, visible, target.as_deref()) {
        confirm.note = Some(why);
        return Vec::new();
    }
    let Some(Offer { refusal, ask, needs, .. }) = offer else {
        confirm.note = Some("Not sent: this cannot be confirmed now.");
        return Vec::new();
    };
    if let Some(why) = refusal {
        model.refuse(format!("Not sent: {why}"));
        return Vec::new();
    }
    confirm.sending = true;
    vec![ask::send(model, typed_into(ask, &needs), Asked::Confirm)]
}

fn unready(confirm: &Confirm, visible: bool, target: Option<&str>) -> Option<&'static str> {
    if !visible {
        return Some("Not sent: make the terminal larger, all of this must be visible.");
    }
    if !confirm.end_seen {
        return Some("Not sent: read to the end first (PgDn).");
    }
    if target.is_some_and(|target| target.is_empty() || confirm.typed != target) {
        return Some("Not sent: type the target first, letter by letter.");
    }
    None
}

fn typed_into(ask: Ask, needs: &Needs) -> Ask {
    match (ask, needs) {
        (Ask::Confirm { step, hash, .. }, Needs::Typed(target)) => {
            Ask::Confirm { step, hash, typed: Some(target.clone()) }
        }
        (ask, _) => ask,
    }
}

/// Somebody did it by another way: the form takes the place of the dialog.
fn elsewhere(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let Layer::Confirm(confirm) = &mut model.layer else { return Vec::new() };
    if confirm.sending {
        return Vec::new();
    }
    let (Subject::Armed { step, .. } | Subject::Retry { step, .. }) = &confirm.subject;
    let step = step.clone();
    let mut offers = seen.snapshot.offers_of(&step);
    let offer = offers.find(|offer| matches!(offer.ask, Ask::DoneElsewhere { .. })).cloned();
    if let Some(offer) = offer.filter(|offer| offer.refusal.is_none()) {
        model.layer = Layer::None;
        return ask::take(model, offer, seen);
    }
    confirm.note = Some("It cannot be recorded as done elsewhere now.");
    Vec::new()
}

fn take_back(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let Layer::Confirm(confirm) = &model.layer else { return Vec::new() };
    let sending = confirm.sending;
    let subject = confirm.subject.clone();
    model.layer = Layer::None;
    if sending {
        model.refuse("It was already on its way to the engine: see the record.");
        return Vec::new();
    }
    model.say("Nothing was sent.");
    let Subject::Armed { step, .. } = subject else { return Vec::new() };
    let disarm = seen
        .snapshot
        .offers_of(&step)
        .find(|offer| offer.refusal.is_none() && matches!(offer.ask, Ask::Disarm { .. }))
        .map(|offer| offer.ask.clone());
    disarm.into_iter().map(|disarm| ask::send(model, disarm, Asked::Plain)).collect()
}
