//! From an offer to an ask: at once, through a form, or through the confirmation.

use super::{Request, confirm};
use crate::command::{Command, Place, over_words, questions};
use crate::engine::Accepted;
use crate::incident::{Ask, Needs, Offer, Refusal};
use crate::tui::model::{Asked, Form, Layer, Model, Seen, Use, View};
use crate::tui::{layout, view};

/// Enter on the panes: what is next in the selected step; where there is nothing, to the step that
/// is next.
pub(super) fn open(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let snapshot = &seen.snapshot;
    if over_words(snapshot.state()).is_some() {
        let keys = model.keymap.keys_of(&[Place::Main], Command::ShowHotWash);
        let key = keys.first().map(|key| format!(" {key} shows the hot wash.")).unwrap_or_default();
        model.say(format!("The exercise is over: the steps stay as they are.{key}"));
        return Vec::new();
    }
    let current = model.current(snapshot).map(str::to_owned);
    let here = current.as_deref().and_then(|step| snapshot.recommended_in(step)).cloned();
    if let Some(offer) = here {
        return take(model, offer, seen);
    }
    let next = snapshot.next.as_ref().and_then(|offer| offer.step.clone());
    if next.is_some() && next != current {
        model.selected = None;
        model.say("This is next. Enter opens it.");
        return Vec::new();
    }
    if let Some(refused) = current.iter().flat_map(|step| snapshot.offers_of(step)).next()
        && let Some(why) = &refused.refusal
    {
        model.refuse(format!("{}: not now: {why}", refused.title));
    } else {
        model.say("Nothing is next here. a lists all that can be done.");
    }
    Vec::new()
}

/// Opens a note.
pub(super) fn note(model: &mut Model, seen: &Seen) -> Vec<Request> {
    if let Some(offer) = seen.snapshot.incident_offer("note").cloned() {
        return take(model, offer, seen);
    }
    model.refuse("Nothing can be noted now.");
    Vec::new()
}

/// Goes on with an offer. Nothing that changes a system is asked for here: that takes the second
/// key of the confirmation.
pub(super) fn take(model: &mut Model, offer: Offer, seen: &Seen) -> Vec<Request> {
    if let Some(why) = &offer.refusal {
        model.refuse(format!("{}: not now: {why}", offer.title));
        return Vec::new();
    }
    match &offer.ask {
        Ask::Confirm { step, .. } => return confirm::open_armed(model, &step.name(), seen),
        Ask::Retry { step } => return confirm::open_retry(model, &step.name(), seen),
        // What is accepted is the page, so it must have been on the screen to its end.
        Ask::AcceptHandOver { .. } if !has_read_page(model, seen) => {
            model.view = View::HandOver;
            model.say("Read this page to its end, then accept: Enter lists what can be done.");
            return Vec::new();
        }
        _ => {}
    }
    let questions = questions(&offer, &seen.snapshot.state().playbook);
    if !questions.is_empty() {
        let form = Form::new(Use::Offer(Box::new(offer)), questions, &model.drafts);
        model.layer = Layer::Form(Box::new(form));
        return Vec::new();
    }
    if matches!(offer.needs, Needs::SecondKey | Needs::Typed(_)) && !is_arm(&offer.ask) {
        // Nothing but a confirmation asks for a second key, and those were sent on above.
        model.refuse(format!("{}: this face cannot confirm it.", offer.title));
        return Vec::new();
    }
    if !model.asked.is_empty() {
        model.say("One moment: what you asked for before is still being recorded.");
        return Vec::new();
    }
    let asked = match &offer.ask {
        Ask::Arm { step, .. } => Asked::Arm { step: step.name().into_owned() },
        _ => Asked::Plain,
    };
    vec![send(model, offer.ask, asked)]
}

fn has_read_page(model: &Model, seen: &Seen) -> bool {
    let most = view::handover::most(View::HandOver, seen, layout::regions(model, seen).body);
    model.view == View::HandOver && model.cursor(View::HandOver) >= most
}

fn is_arm(ask: &Ask) -> bool {
    matches!(ask, Ask::Arm { .. })
}

/// Gives the ask a ticket.
pub(super) fn send(model: &mut Model, ask: Ask, asked: Asked) -> Request {
    model.tickets += 1;
    let ticket = model.tickets;
    if let Asked::Arm { step } = &asked {
        model.opening = Some(step.clone());
    }
    model.asked.insert(ticket, asked);
    Request::Ask { ticket, ask }
}

/// The engine answered.
pub(super) fn answered(model: &mut Model, ticket: u64, result: Result<Accepted, Refusal>) {
    let Some(asked) = model.asked.remove(&ticket) else { return };
    match result {
        Ok(_) if matches!(asked, Asked::Seen { .. }) => {}
        // Somebody else opened it in the same moment.
        Err(Refusal::WasSeen) => {}
        Ok(accepted) => {
            accept(model, &asked);
            model.say(format!("Recorded, up to entry {}.", accepted.seq));
        }
        Err(refusal) => {
            reject(model, &asked);
            model.refuse(format!("Refused: {refusal}"));
        }
    }
}

fn accept(model: &mut Model, asked: &Asked) {
    match (asked, &model.layer) {
        (Asked::Form, Layer::Form(form)) if form.sending => {
            model.drafts.remove(&form.draft_key());
            model.layer = Layer::None;
        }
        (Asked::Confirm, Layer::Confirm(confirm)) if confirm.sending => model.layer = Layer::None,
        _ => {}
    }
}

fn reject(model: &mut Model, asked: &Asked) {
    match (asked, &mut model.layer) {
        (Asked::Form, Layer::Form(form)) => form.sending = false,
        (Asked::Confirm, Layer::Confirm(confirm)) => confirm.sending = false,
        _ => {}
    }
    if matches!(asked, Asked::Arm { .. } | Asked::Form) {
        model.opening = None;
    }
}
