//! Everything about one step: what it does, to what, how it is proven, and what can be done now.

use crate::incident::record::Armed;
use crate::incident::state::CallState;
use crate::incident::words::{
    elapsed_words, occurred_words, plan_lines, request_lines, verdict_words,
};
use crate::incident::{
    Ask, CallEnd, CheckVerdict, Offer, Progress, Purpose, Request, Row, preview,
};
use crate::playbook::{Call, Danger, Origin, Step, Task};

use crate::text::Shown;

use super::super::console::Snapshot;
use super::answer::{answer_lines, latency_lines};
use super::proof::{guard_line, proof};
use super::prose::paragraphs;
use super::{Told, Tone, standing};

/// A part of what is told about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    About,
    Doubt,
    Text,
    Request,
    Answer,
    Proof,
    Undo,
    Order,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub part: Part,
    pub lines: Vec<Told>,
}

/// What is left of a long part that is folded, lines.
const FOLDED: usize = 4;

impl Section {
    /// Whether a face may fold it: what is asked for confirmation, doubts and proofs stay whole.
    pub fn folds(&self) -> bool {
        matches!(self.part, Part::Answer | Part::Undo | Part::Text) && self.lines.len() > FOLDED + 1
    }

    /// The beginning of it, and how much is folded away.
    pub fn folded(&self) -> Vec<Told> {
        let hidden = self.lines.len().saturating_sub(FOLDED);
        let more = Told::new(Tone::Muted, format!("  {hidden} more lines are folded away"));
        self.lines.iter().take(FOLDED).cloned().chain([more]).collect()
    }
}

/// Adds what one part says of a step.
type Tell = fn(&Snapshot, &Row<'_>, &mut Vec<Told>);

/// The whole description of a step; empty for a step that is not in the playbook.
pub fn step_lines(snapshot: &Snapshot, id: &str) -> Vec<Told> {
    step_sections(snapshot, id).into_iter().flat_map(|section| section.lines).collect()
}

/// The same in its parts, none of them empty.
pub fn step_sections(snapshot: &Snapshot, id: &str) -> Vec<Section> {
    let Some(row) = snapshot.state().row(id) else { return Vec::new() };
    let parts: [(Part, Tell); 8] = [
        (Part::About, heading),
        (Part::Doubt, doubt),
        (Part::Text, text),
        (Part::Request, task),
        (Part::Answer, answer),
        (Part::Proof, proof),
        (Part::Undo, undo),
        (Part::Order, order),
    ];
    let sections = parts.into_iter().map(|(part, tell)| {
        let mut lines = Vec::new();
        tell(snapshot, &row, &mut lines);
        Section { part, lines }
    });
    sections.filter(|section| !section.lines.is_empty()).collect()
}

fn text(_: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    if !row.step.text.is_empty() {
        told.extend(paragraphs(&row.step.text).iter().map(|line| Told::new(Tone::Plain, line)));
    }
}

fn task(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    match &row.step.task {
        Task::Call(call) => {
            request(snapshot, row, call, told);
            facts(snapshot, row, call, told);
        }
        Task::Ask(ask) => told.push(Told::new(Tone::Heading, &ask.question)),
        Task::Decide(decide) => {
            told.push(Told::new(Tone::Heading, &decide.question));
            told.extend(decide.options.iter().map(|o| Told::new(Tone::Plain, format!("  {o}"))));
        }
        Task::Playbook(sub) => {
            let name = &sub.reference;
            told.push(Told::new(Tone::Heading, format!("Playbook {name}: {}", sub.title)));
            told.extend(paragraphs(&sub.text).iter().map(|line| Told::new(Tone::Plain, line)));
            told.push(Told::new(Tone::Plain, "Its steps follow; it is over when they are."));
        }
    }
}

fn heading(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    let (_, word, tone) = standing(snapshot, row);
    told.push(Told::new(Tone::Title, row.title()));
    let instance = snapshot.state().instance(&row.name);
    let started = instance.and_then(|instance| {
        let started = instance.started_at?;
        let at = started.format("%H:%M:%SZ");
        Some(match instance.ended_at {
            None => format!(", started {at}, {} ago", elapsed_words(snapshot.now.at - started)),
            Some(ended) => format!(", started {at}, took {}", elapsed_words(ended - started)),
        })
    });
    let started = started.unwrap_or_default();
    told.push(Told::new(tone, format!("{word}, {}, {}{started}", row.step.phase.word(), row.name)));
    if let Some(line) = member_line(row) {
        told.push(line);
    }
    match row.step.origin {
        Origin::Opened => {}
        Origin::Amended => told.push(Told::new(Tone::Warning, "Amended during the incident")),
        Origin::Added => told.push(Told::new(Tone::Warning, "Off the playbook: added here")),
    }
    left_out(snapshot, row, told);
    if let Some(words) = instance.and_then(|instance| instance.words.as_ref()) {
        told.push(Told::new(Tone::Plain, format!("Said: {words}")));
    }
    if let Progress::Failed { call } | Progress::Retrying { call } = row.progress
        && let Some(call) = snapshot.state().calls.get(&call)
    {
        told.push(Told::new(Tone::Bad, format!("Call {}: {}", call.id, call.why)));
        if let CallEnd::Waiting { within_ms } = call.end {
            let within = within_ms.div_ceil(1000);
            told.push(Told::new(Tone::Warning, format!("Tried again within {within} s")));
        }
    }
}

/// Until when it is put off, that it came back, or who did it elsewhere.
fn left_out(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    let state = snapshot.state();
    let utc = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%SZ").to_string();
    if let Some(until) = state.deferred(&row.name) {
        let left = elapsed_words(until - snapshot.now.at);
        told.push(Told::new(Tone::Plain, format!("Put off until {}, in {left}", utc(until))));
    }
    if let Some(at) = state.clocks.returned.get(&state.key(&row.name)) {
        told.push(Told::new(
            Tone::Warning,
            format!("It was put off, and is back since {}", utc(*at)),
        ));
    }
    let elsewhere = state.instance(&row.name).and_then(|instance| instance.elsewhere.as_deref());
    if let Some(done) = elsewhere {
        let (who, place) = (done.who.one_line(), done.place.one_line());
        let when = done.when.as_ref().map(|when| format!(", {}", occurred_words(when)));
        let when = when.unwrap_or_default();
        told.push(Told::new(Tone::Plain, format!("Done elsewhere by {who}, in {place}{when}")));
        let evidence =
            done.evidence.iter().map(|e| Told::new(Tone::Plain, format!("Evidence: {e}")));
        told.extend(evidence);
    }
}

/// For whom the step is done, and whether its host may be reached.
fn member_line(row: &Row<'_>) -> Option<Told> {
    let scope = Shown::new(row.step.each.as_ref()?);
    let Some(member) = row.member else {
        let line = format!("For each {scope}: the scope holds none yet. Add one when it is found.");
        return Some(Told::new(Tone::Muted, line));
    };
    let name = member.name.one_line();
    Some(match &member.admitted {
        Some(admission) => {
            let line = format!("For {scope} {name}, admitted at {}", Shown::new(&admission.url));
            Told::new(Tone::Plain, line)
        }
        None if row.step.goes_to_members() => {
            let line = format!("For {scope} {name}, NOT ADMITTED: nothing can be sent to it yet");
            Told::new(Tone::Warning, line)
        }
        None => Told::new(Tone::Plain, format!("For {scope} {name}")),
    })
}

/// The doubt stands before all else, and what alarms; its ways out are among the actions.
fn doubt(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    doubtful_calls(snapshot, row, told);
    let guards = snapshot.state().live_guards().filter(|guard| guard.step.name() == row.name);
    let alarming = guards.filter(|guard| guard.verdict != CheckVerdict::Passed);
    told.extend(alarming.map(|guard| guard_line(guard, "")));
}

fn doubtful_calls(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    for call in snapshot.state().doubts().filter(|call| call.step.name() == row.name) {
        let what = match call.purpose {
            Purpose::Act => "call",
            Purpose::Undo => "undo, call",
        };
        told.push(Told::new(
            Tone::Bad,
            format!("IN DOUBT: {what} {} may have taken effect, or not.", call.id),
        ));
        told.push(Told::new(Tone::Bad, format!("Why: {}", call.why)));
        told.push(Told::new(
            Tone::Plain,
            format!("Repeat is “{}”. Ways out:", repeat_of(row.step, call.purpose)),
        ));
        for offer in snapshot.offers_of(&row.name) {
            if is_way_out(&offer.ask) {
                told.push(action(offer));
            }
        }
    }
}

fn is_way_out(ask: &Ask) -> bool {
    matches!(ask, Ask::Probe { .. } | Ask::Retry { .. } | Ask::Resolve { .. })
}

fn repeat_of(step: &Step, purpose: Purpose) -> &'static str {
    let call = match (&step.task, purpose) {
        (Task::Call(call), Purpose::Act) => Some(call),
        _ => step.undo.as_ref(),
    };
    call.map_or("once", |call| call.repeat.word())
}

fn request(snapshot: &Snapshot, row: &Row<'_>, call: &Call, told: &mut Vec<Told>) {
    let state = snapshot.state();
    let instance = state.instance(&row.name);
    if let Some(armed) = instance.and_then(|instance| instance.armed.as_deref()) {
        told.push(Told::new(Tone::Heading, armed_heading(armed, snapshot)));
        told.extend(request_lines(&armed.request).iter().map(exact));
        return;
    }
    let last = instance.and_then(|instance| instance.calls.last());
    if let Some(sent) = last.and_then(|id| state.calls.get(id)) {
        if let Some(request) = another(snapshot, &row.name, sent) {
            told.push(Told::new(Tone::Heading, "Would be sent now, after the change"));
            told.extend(request_lines(&request).iter().map(exact));
        }
        let end = match sent.end {
            CallEnd::InFlight => "no answer yet".to_owned(),
            CallEnd::Waiting { .. } => "waits for another attempt".to_owned(),
            CallEnd::Known(verdict) => verdict_words(verdict).to_owned(),
            CallEnd::InDoubt => "in doubt".to_owned(),
            CallEnd::SetAside => "set aside: done elsewhere, its effect is not known".to_owned(),
            CallEnd::Resolved { took_effect: true } => "resolved: it took effect".to_owned(),
            CallEnd::Resolved { took_effect: false } => "resolved: it had no effect".to_owned(),
        };
        let heading = format!("Request of call {}, attempt {}: {end}", sent.id, sent.attempt);
        told.push(Told::new(Tone::Heading, heading));
        told.extend(request_lines(&sent.request).iter().map(exact));
        return;
    }
    match preview(state, &row.name, Purpose::Act) {
        Some(Ok(preview)) => {
            told.push(Told::new(Tone::Heading, "Would be sent now"));
            told.extend(request_lines(&preview.request).iter().map(exact));
        }
        Some(Err(why)) => {
            told.push(Told::new(Tone::Heading, "Would be sent, once it can be filled in"));
            told.push(Told::new(Tone::Muted, format!("  not yet: {why}")));
            told.extend(plan_lines(&state.playbook, call).iter().map(exact));
        }
        None => {}
    }
}

/// What would be sent where that is no longer what was sent, and the step may be begun again.
fn another(snapshot: &Snapshot, id: &str, sent: &CallState) -> Option<Request> {
    let state = snapshot.state();
    if !matches!(state.progress(id), Progress::Failed { .. }) || sent.purpose == Purpose::Undo {
        return None;
    }
    let request = preview(state, id, Purpose::Act)?.ok()?.request;
    (request.hash() != sent.hash).then_some(request)
}

/// The request of a step as it would go, is shown or has gone.
pub fn request_of(snapshot: &Snapshot, id: &str) -> Option<Request> {
    let state = snapshot.state();
    let instance = state.instance(id);
    if let Some(armed) = instance.and_then(|instance| instance.armed.as_deref()) {
        return Some(armed.request.clone());
    }
    let last = instance.and_then(|instance| instance.calls.last());
    if let Some(sent) = last.and_then(|id| state.calls.get(id)) {
        return another(snapshot, id, sent).or_else(|| Some(sent.request.clone()));
    }
    Some(preview(state, id, Purpose::Act)?.ok()?.request)
}

fn answer(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    let state = snapshot.state();
    let Some(instance) = state.instance(&row.name) else { return };
    let last = instance.calls.last().and_then(|id| state.calls.get(id));
    if let Some((call, answer)) = last.and_then(|call| Some((call, call.answer.as_ref()?))) {
        told.push(Told::new(Tone::Heading, format!("Answer of call {}", call.id)));
        told.extend(answer_lines(answer));
    }
    told.extend(latency_lines(state, instance));
}

fn armed_heading(armed: &Armed, snapshot: &Snapshot) -> String {
    let left = elapsed_words(armed.expires - snapshot.now.at);
    let what = match armed.purpose {
        Purpose::Act => "Will be sent",
        Purpose::Undo => "Undo: will be sent",
    };
    format!("{what} when confirmed, {left} left")
}

pub(super) fn exact(text: &Shown) -> Told {
    Told::new(Tone::Exact, format!("  {text}"))
}

fn facts(snapshot: &Snapshot, row: &Row<'_>, call: &Call, told: &mut Vec<Told>) {
    let step = row.step;
    // As it is now, where it can be filled in.
    let filled = preview(snapshot.state(), &row.name, Purpose::Act);
    let filled = filled.and_then(Result::ok).and_then(|preview| preview.target);
    let source = || step.target.as_ref().map(|template| Shown::new(template.source()));
    if let Some(target) = filled.or_else(source) {
        told.push(Told::new(Tone::Title, format!("Target: {target}")));
    }
    let danger = match step.danger {
        Danger::None => "none, it only reads",
        Danger::Confirm => "confirm with a second key",
        Danger::Type => "type the target, then a second key",
    };
    told.push(Told::new(Tone::Plain, format!("Danger: {danger}. Repeat: {}.", call.repeat.word())));
    if step.danger != Danger::None {
        let (tone, words) = match step.undo {
            Some(_) => (Tone::Plain, "It can be undone, see below."),
            None => (Tone::Warning, "It cannot be undone from here: the playbook names no undo."),
        };
        told.push(Told::new(tone, words));
    }
}

fn undo(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    let Some(undo) = &row.step.undo else { return };
    told.push(Told::new(Tone::Heading, format!("Undo, repeat: {}", undo.repeat.word())));
    let filled = preview(snapshot.state(), &row.name, Purpose::Undo).and_then(Result::ok);
    let lines = match filled {
        Some(preview) => request_lines(&preview.request),
        None => plan_lines(&snapshot.state().playbook, undo),
    };
    told.extend(lines.iter().map(exact));
}

fn order(_: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    let step = row.step;
    if !step.after.is_empty() {
        let after = step.after.join(", ");
        told.push(Told::new(Tone::Muted, format!("After: {after} (advice)")));
    }
    if !step.requires.is_empty() {
        let requires = step.requires.join(", ");
        told.push(Told::new(Tone::Muted, format!("Needs what was saved by: {requires}")));
    }
}

/// What can be done with a step, and why the rest cannot.
pub fn action_lines(snapshot: &Snapshot, id: &str) -> Vec<Told> {
    // Those out of a doubt stand with the doubt.
    let others = snapshot.offers_of(id).filter(|offer| !is_way_out(&offer.ask));
    let mut offers = others.peekable();
    let heading =
        offers.peek().map(|_| Told::new(Tone::Heading, "What can be done with this step"));
    heading.into_iter().chain(offers.map(action)).collect()
}

/// One offer in a line, with why it cannot be taken.
fn action(offer: &Offer) -> Told {
    match &offer.refusal {
        None => {
            let mark = if offer.recommended { "next:" } else { "-" };
            Told::new(Tone::Plain, format!("  {mark} {}", offer.title))
        }
        Some(why) => Told::new(Tone::Muted, format!("  - {}: not now: {why}", offer.title)),
    }
}

/// How long a step takes, or took; `None` before it began.
pub fn step_time(snapshot: &Snapshot, id: &str) -> Option<String> {
    let instance = snapshot.state().instance(id)?;
    let started = instance.started_at?;
    Some(elapsed_words(instance.ended_at.unwrap_or(snapshot.now.at) - started))
}
