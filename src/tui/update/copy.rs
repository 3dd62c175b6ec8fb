//! What is copied: a request as curl, what is marked as text, the head of the record.

use super::Request;
use crate::command::{Command, Told, curl, request_of};
use crate::tui::model::{Layer, Model, Seen, View};
use crate::tui::view::{page, record, step, things};

pub(super) fn copy(model: &mut Model, command: Command, seen: &Seen) -> Vec<Request> {
    let found = match command {
        Command::CopyHead => Some(("the head", seen.snapshot.view.head.spoken())),
        Command::CopyCurl => {
            let step = model.current(&seen.snapshot);
            let request = step.and_then(|step| request_of(&seen.snapshot, step));
            request.map(|request| ("the request, as curl", curl(&request).to_string()))
        }
        _ => marked(model, seen),
    };
    if let Some((what, text)) = found {
        return vec![Request::Copy { what, text }];
    }
    model.refuse(match command {
        Command::CopyCurl => "This step has no request that can be made now.",
        _ => "There is nothing to copy here.",
    });
    Vec::new()
}

/// The marked entry, the marked thing of a list, or the step.
fn marked(model: &Model, seen: &Seen) -> Option<(&'static str, String)> {
    if let Some(trail) = model.trail() {
        let seq = trail.at.marked(record::source(model, seen))?;
        return Some(("the entry", record::text_of(seen, seq)?));
    }
    if let Some(things) = things::of(model.view, &seen.snapshot) {
        return Some(("what is marked", text(things.get(model.cursor(model.view))?)));
    }
    (model.view == View::Steps).then(|| ("the step", text(&step::told(model, seen))))
}

/// The page that is read.
pub(super) fn copy_page(model: &Model, seen: &Seen) -> Vec<Request> {
    let Layer::Page(read) = &model.layer else { return Vec::new() };
    let text = text(&page::told(read, model, seen));
    vec![Request::Copy { what: "the page", text }]
}

fn text(told: &[Told]) -> String {
    told.iter().map(|told| told.text.as_str()).collect::<Vec<_>>().join("\n")
}
