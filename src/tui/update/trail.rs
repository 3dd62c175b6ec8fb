//! Finding in the record: the prompts, the searches in the background, going from hit to hit.

use super::{Request, panes};
use crate::command::{Command, Filter, Kind, Question};
use crate::incident::Seq;
use crate::incident::occurred::moment;
use crate::text::Shown;
use crate::tui::model::{Form, Hits, Hunt, Layer, Model, Position, Prompt, Seen, Use, View};

pub(super) fn key(model: &mut Model, command: Command, seen: &Seen) {
    match command {
        Command::Find => ask(model, Prompt::Find),
        Command::Filter => ask(model, Prompt::Filter),
        Command::Jump => ask(model, Prompt::Jump),
        Command::NextHit => go(model, seen, true),
        Command::PreviousHit => go(model, seen, false),
        _ => {}
    }
}

fn ask(model: &mut Model, prompt: Prompt) {
    if model.view == View::Notes && prompt != Prompt::Jump {
        // Notes are a part of the record: there they are found.
        model.view = View::Record;
    }
    let question = Question::asked(prompt.label(), Kind::Line);
    let form = Form::new(Use::Prompt(prompt), vec![question], &model.drafts);
    model.layer = Layer::Form(Box::new(form));
}

/// What was written into a prompt; an error leaves the prompt open.
pub(super) fn answered(
    model: &mut Model,
    prompt: Prompt,
    words: &str,
    seen: &Seen,
) -> Result<Vec<Request>, String> {
    let words = words.trim();
    match prompt {
        Prompt::Jump => {
            return jump(model, words, seen).map(|request| request.into_iter().collect());
        }
        Prompt::Find => set(model, Hunt::Find, words, seen)?,
        Prompt::Filter => set(model, Hunt::Filter, words, seen)?,
    }
    model.drafts.insert(prompt.title().to_owned(), vec![words.to_owned()]);
    Ok(Vec::new())
}

fn jump(model: &mut Model, words: &str, seen: &Seen) -> Result<Option<Request>, String> {
    let last = seen.snapshot.state().seq.unwrap_or(0);
    if let Ok(seq) = words.replace([',', '_'], "").parse::<Seq>() {
        if seq > last {
            model.say(format!("The last entry is {last}."));
        }
        go_to(model, seq.min(last), seen);
        return Ok(None);
    }
    match moment(words, seen.snapshot.now.at) {
        Ok(at) => Ok(Some(Request::Seek(at))),
        Err(why) => Err(format!("No number of an entry from 0 to {last}, and no time: {why}")),
    }
}

/// Shows an entry in the middle of the record.
pub(super) fn go_to(model: &mut Model, seq: Seq, seen: &Seen) {
    let rows = panes::record_rows(model, seen);
    if model.view != View::Steps {
        model.view = View::Record;
    }
    model.record.at = Position::of(seq, rows);
}

fn set(model: &mut Model, hunt: Hunt, words: &str, seen: &Seen) -> Result<(), String> {
    let place = match hunt {
        Hunt::Find => &mut model.record.find,
        Hunt::Filter => &mut model.record.filter,
    };
    if words.is_empty() {
        *place = None;
        return Ok(());
    }
    let filter = Filter::parse(words).map_err(|why| why.to_string())?;
    let count = seen.snapshot.state().seq.map_or(0, |last| last + 1);
    model.tickets += 1;
    *place = Some(Hits::new(model.tickets, words.to_owned(), filter, count));
    if hunt == Hunt::Filter {
        model.record.at = Position::default();
    }
    Ok(())
}

fn hits(model: &mut Model, hunt: Hunt) -> Option<&mut Hits> {
    match hunt {
        Hunt::Find => model.record.find.as_mut(),
        Hunt::Filter => model.record.filter.as_mut(),
    }
}

/// A part was looked through.
pub(super) fn found(
    model: &mut Model,
    hunt: Hunt,
    job: u64,
    (from, to): (Seq, Seq),
    found: Result<Vec<Seq>, Shown>,
    seen: &Seen,
) {
    let Some(hits) = hits(model, hunt).filter(|hits| hits.job == job) else { return };
    let is_first = hits.found.is_empty();
    match found {
        Ok(found) => {
            if from == hits.to {
                hits.growing = false;
            }
            hits.take(from, to, found);
        }
        Err(why) => {
            // What cannot be read is not looked for again and again.
            hits.from = 0;
            model.refuse(format!("The search ended early: {why}"));
            return;
        }
    }
    let newest = hits.found.back().copied();
    if let (Hunt::Find, true, Some(seq)) = (hunt, is_first, newest) {
        let rows = panes::record_rows(model, seen);
        model.record.at = Position::of(seq, rows);
    }
}

/// To the hit after the marked entry, or before it.
fn go(model: &mut Model, seen: &Seen, forward: bool) {
    let last = seen.snapshot.state().seq.unwrap_or(0);
    let at = model.record.at.cursor.unwrap_or(last);
    let Some(hits) = &model.record.find else {
        model.say("Nothing is looked for. / finds entries.");
        return;
    };
    match hits.beside(at, forward) {
        Some(seq) => {
            let rows = panes::record_rows(model, seen);
            model.record.at = Position::of(seq, rows);
        }
        None => model.say(if forward { "No hit after this." } else { "No hit before this." }),
    }
}

/// Starts each search, and lets it follow the record as it grows.
pub(super) fn settle(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let count = seen.snapshot.state().seq.map_or(0, |last| last + 1);
    let mut requests = Vec::new();
    for hunt in [Hunt::Find, Hunt::Filter] {
        let Some(hits) = hits(model, hunt) else { continue };
        if !hits.begun {
            hits.begun = true;
            requests.push(scan(hunt, hits, 0, hits.to));
        } else if hits.to < count && !hits.growing {
            hits.growing = true;
            requests.push(scan(hunt, hits, hits.to, count));
        }
    }
    requests
}

fn scan(hunt: Hunt, hits: &Hits, from: Seq, to: Seq) -> Request {
    Request::Scan { hunt, job: hits.job, filter: hits.filter.clone(), from, to }
}
