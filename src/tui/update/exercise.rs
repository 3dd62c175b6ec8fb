//! Injects that are opened, read and answered; and the way out of a drill when something real begins.

use super::{Request, ask, form};
use crate::command::letters;
use crate::incident::Ask;
use crate::tui::model::{Asked, Layer, Model, Page, Reading, Seen, View};

/// The first that nobody opened yet, else the newest.
pub(super) fn first_unread(seen: &Seen) -> usize {
    let state = seen.snapshot.state();
    let letters = letters(state);
    let exercise = state.exercise.as_deref();
    let is_unread = |id: &str| {
        exercise.and_then(|exercise| exercise.arrived(id)).is_some_and(|one| one.seen.is_none())
    };
    let unread = letters.iter().position(|letter| letter.inject().is_some_and(is_unread));
    unread.unwrap_or(letters.len().saturating_sub(1))
}

/// Of the plan, where those that came stand first.
pub(super) fn first_to_come(seen: &Seen) -> usize {
    let exercise = seen.snapshot.state().exercise.as_deref();
    exercise.map_or(0, |exercise| exercise.injects.len())
}

/// Enter in the list.
pub(super) fn open_marked(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let letters = letters(seen.snapshot.state());
    let Some(letter) = letters.get(model.cursor(View::Injects)) else {
        model.say("Nothing has come yet.");
        return Vec::new();
    };
    let Some(inject) = letter.inject() else {
        model.say("A hint is shown whole in the list.");
        return Vec::new();
    };
    open(model, inject, seen)
}

/// Opens an inject; the record says once that somebody did.
fn open(model: &mut Model, inject: &str, seen: &Seen) -> Vec<Request> {
    let inject = inject.to_owned();
    model.layer = Layer::Page(Page { reading: Reading::Inject(inject.clone()), scroll: 0 });
    if !counts(model, &inject, seen) {
        return Vec::new();
    }
    let asked = Asked::Seen { inject: inject.clone() };
    vec![ask::send(model, Ask::InjectSeen { inject }, asked)]
}

/// Whether this is the first time that a player opens it, as far as is known.
fn counts(model: &Model, inject: &str, seen: &Seen) -> bool {
    let snapshot = &seen.snapshot;
    let exercise = snapshot.state().exercise.as_deref().filter(|exercise| !exercise.is_over());
    let arrived = exercise.and_then(|exercise| exercise.arrived(inject));
    // What a facilitator reads, no player has read.
    let may = snapshot.desk.is_none() && !snapshot.only_looks() && snapshot.read_only().is_none();
    let asked = Asked::Seen { inject: inject.to_owned() };
    let is_asked = model.asked.values().any(|one| *one == asked);
    may && !is_asked && arrived.is_some_and(|arrived| arrived.seen.is_none())
}

/// The inject before the one that is read, or the one after it.
pub(super) fn beside(model: &mut Model, inject: &str, after: bool, seen: &Seen) -> Vec<Request> {
    let letters = letters(seen.snapshot.state());
    let injects: Vec<(usize, &str)> = letters
        .iter()
        .enumerate()
        .filter_map(|(index, letter)| Some((index, letter.inject()?)))
        .collect();
    let Some(at) = injects.iter().position(|(_, id)| *id == inject) else { return Vec::new() };
    let to = if after { Some(at + 1) } else { at.checked_sub(1) };
    let Some((index, id)) = to.and_then(|to| injects.get(to)) else { return Vec::new() };
    model.cursors.insert(View::Injects, *index);
    open(model, id, seen)
}

/// Answers the inject that is read.
pub(super) fn answer(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let Layer::Page(Page { reading: Reading::Inject(inject), .. }) = &model.layer else {
        return Vec::new();
    };
    let is_its = |ask: &Ask| matches!(ask, Ask::InjectAnswer { inject: one, .. } if one == inject);
    let offer = seen.snapshot.offers_of_incident().find(|offer| is_its(&offer.ask)).cloned();
    let Some(offer) = offer else {
        if seen.snapshot.state().is_drill_over() {
            model.say("It cannot be answered any more: the exercise is over.");
        } else {
            // It asks for nothing: whoever goes on has read it.
            model.layer = Layer::None;
        }
        return Vec::new();
    };
    ask::take(model, offer, seen)
}

/// Asks whether a real incident began; what was being written is kept as a draft.
pub(super) fn real(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let Some(offer) = seen.snapshot.incident_offer("real-incident").cloned() else {
        let over = seen.snapshot.state().exercise.is_some();
        model.say(if over { "The exercise is over already." } else { "This is no drill." });
        return Vec::new();
    };
    form::cancel(model);
    ask::take(model, offer, seen)
}
