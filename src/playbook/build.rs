//! From decoded tables to the model, with the rules that hold inside one step.

mod call;

use std::collections::BTreeSet;

use super::clock::{Cadence, Deadline, Duty, Moment};
use super::library::Reference;
use super::model::{
    Ask, Backend, Danger, Decide, Discover, Input, Origin, Phase, Playbook, Repeat, Step, Sub, Task,
};
use super::problem::Problems;
use super::record::{Named, Record};

/// Builds what can be built; `None` where a problem was told.
pub(super) fn playbook(file: &Record, problems: &mut Problems) -> Option<Playbook> {
    let backends: Vec<_> =
        file.named("backends").iter().map(|named| backend(named, problems)).collect();
    let steps = file.tables("steps");
    if steps.is_empty() && file.has("steps") {
        problems.add(file.at("steps"), "a playbook needs at least one step");
    }
    clock_ids(file, problems);
    let steps: Vec<_> = steps.iter().map(|record| step(record, problems)).collect();
    Some(Playbook {
        id: file.text("id")?,
        title: file.text("title")?,
        text: file.text("text").unwrap_or_default(),
        inputs: file.named("inputs").iter().map(input).collect::<Option<_>>()?,
        backends: backends.into_iter().collect::<Option<_>>()?,
        steps: steps.into_iter().collect::<Option<_>>()?,
        duties: file.tables("duties").iter().map(duty).collect::<Option<_>>()?,
        cadences: file.tables("cadence").iter().map(cadence).collect::<Option<_>>()?,
        ..Playbook::default()
    })
}

/// Tells an id that two clocks have: the record names them by it.
fn clock_ids(file: &Record, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for record in file.tables("duties").iter().chain(file.tables("cadence")) {
        let Some(id) = record.text("id") else { continue };
        if seen.contains(&id) {
            let what = format!("a duty or cadence called `{id}` stands above already");
            problems.mend(record.at("id"), what, "choose another id");
        }
        seen.insert(id);
    }
}

fn duty(record: &Record) -> Option<Duty> {
    Some(Duty {
        id: record.text("id")?,
        title: record.text("title")?,
        text: record.text("text").unwrap_or_default(),
        starts: record.text("starts")?,
        due: Deadline::parse(&record.text("due")?).ok()?,
        role: record.text("role"),
        law: record.text("law"),
    })
}

fn cadence(record: &Record) -> Option<Cadence> {
    Some(Cadence {
        id: record.text("id")?,
        title: record.text("title")?,
        every: record.duration("every")?,
        starts: Moment::of_word(&record.text("starts")?)?,
        role: record.text("role"),
    })
}

fn input(named: &Named<Record>) -> Option<Input> {
    Some(Input {
        id: named.name.clone(),
        title: named.value.text("title")?,
        default: named.value.text("default"),
    })
}

fn backend(named: &Named<Record>, problems: &mut Problems) -> Option<Backend> {
    let record = &named.value;
    if let Some((method, path)) = record.request("health") {
        if !reads(method) {
            let what = format!("`health` must only read, and {method} may change something");
            problems.mend(record.at("health"), what, "use GET or HEAD");
        }
        if path.expressions().next().is_some() {
            problems.add(record.at("health"), "`health` cannot hold an expression");
        }
    }
    Some(Backend {
        id: named.name.clone(),
        title: record.text("title")?,
        url: record.text("url")?,
        auth: record.auth("auth")?,
        health: record
            .request("health")
            .map(|(method, path)| format!("{method} {}", path.source())),
        timeout: record.duration("timeout")?,
    })
}

/// Methods that change nothing by their definition.
fn reads(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

fn step(record: &Record, problems: &mut Problems) -> Option<Step> {
    one_task(record, problems);
    let call = record.record("call").map(|call| call::call(call, None, problems));
    let backend = record.record("call").and_then(|call| call.destination("backend"));
    let verify: Vec<_> = record
        .tables("verify")
        .iter()
        .map(|check| call::check(check, backend.as_ref(), problems))
        .collect();
    let undo = record.record("undo").map(|undo| call::call(undo, backend.as_ref(), problems));
    only_with_call(record, problems);
    let danger = danger(record, problems);
    // Everything above has told its problems; from here on the first gap ends it.
    let call = match call {
        Some(call) => Some(call?),
        None => None,
    };
    Some(Step {
        id: record.text("id")?,
        phase: record.text("phase").and_then(|word| phase(&word))?,
        title: record.text("title")?,
        text: record.text("text").unwrap_or_default(),
        each: record.record("each").and_then(|each| each.text("scope")),
        when: record.expression("when"),
        after: record.lines("after").iter().map(|line| line.name.clone()).collect(),
        requires: record.lines("requires").iter().map(|line| line.name.clone()).collect(),
        danger: danger?,
        target: record.template("target"),
        task: match call {
            Some(call) => Task::Call(call),
            None => manual(record)?,
        },
        verify: verify.into_iter().collect::<Option<_>>()?,
        undo: match undo {
            Some(undo) => Some(undo?),
            None => None,
        },
        discover: record.record("discover").and_then(discover),
        under: None,
        origin: Origin::Opened,
        span: None,
    })
}

fn phase(word: &str) -> Option<Phase> {
    Phase::ALL.into_iter().find(|phase| phase.word() == word)
}

fn one_task(record: &Record, problems: &mut Problems) {
    let tasks: Vec<_> =
        ["call", "ask", "decide", "playbook"].into_iter().filter(|name| record.has(name)).collect();
    let later = ["sql", "mail", "command"];
    match tasks.as_slice() {
        [] if later.iter().any(|name| record.has(name)) => {}
        [] => problems.mend(
            record.at,
            "this step does nothing",
            "give it one of [steps.call], [steps.ask], [steps.decide], or a `playbook`",
        ),
        [_] => {}
        [_, second, ..] => problems.mend(
            record.at(second),
            format!("a step does one thing, this one has {}", tasks.join(" and ")),
            "make a step of each",
        ),
    }
    if let Some(decide) = record.record("decide")
        && decide.has("options")
        && decide.lines("options").len() < 2
    {
        problems.add(decide.at("options"), "a decision needs at least two options");
    }
}

/// What makes no sense on a step without a call.
fn only_with_call(record: &Record, problems: &mut Problems) {
    let others = ["ask", "decide", "playbook"];
    if record.has("call") || !others.into_iter().any(|name| record.has(name)) {
        return;
    }
    for name in ["danger", "target", "undo", "discover"] {
        if record.has(name) {
            let what = format!("`{name}` has no meaning on a step without a call");
            problems.mend(record.at(name), what, "leave it out");
        }
    }
    if record.has("playbook") && record.has("verify") {
        let what = "`verify` has no meaning on a step that stands for a playbook";
        problems.mend(record.at("verify"), what, "its steps have proofs of their own");
    }
    if record.has("decide") && record.has("verify") {
        let what = "`verify` has no meaning on a decision: nothing outside changes by it";
        problems.mend(record.at("verify"), what, "leave it out, or use [steps.ask]");
    }
}

/// Whether the step's call may change something, also where it is not whole.
fn changes(record: &Record) -> bool {
    let Some(call) = record.record("call") else { return false };
    match call.text("repeat") {
        Some(word) => word != Repeat::Reads.word(),
        None => call.request("request").is_some_and(|(method, _)| !reads(method)),
    }
}

fn danger(record: &Record, problems: &mut Problems) -> Option<Danger> {
    let changes = changes(record);
    match record.text("danger").as_deref() {
        None if record.has("danger") => None,
        None => Some(if changes { Danger::Confirm } else { Danger::None }),
        Some("none") if changes => {
            let what = "`danger` cannot be `none`: this call changes something";
            problems.mend(record.at("danger"), what, "write `confirm`, or leave it out");
            None
        }
        Some("none") => Some(Danger::None),
        Some("type") if !record.has("target") && record.has("call") => {
            let what = "`danger = \"type\"` needs a `target`: what is to be typed?";
            problems.mend(record.at("danger"), what, "add target = \"{{ backends.<name>.host }}\"");
            None
        }
        Some("type") => Some(Danger::Type),
        Some(_) => Some(Danger::Confirm),
    }
}

fn sub(record: &Record) -> Option<Sub> {
    Some(Sub {
        reference: reference(record)?,
        title: String::new(),
        text: String::new(),
        inputs: record.templates("inputs"),
    })
}

/// The other playbook that is named.
pub(super) fn reference(record: &Record) -> Option<Reference> {
    match (record.text("id"), record.text("file")) {
        (Some(id), None) => Some(Reference::Shipped(id)),
        (None, Some(file)) => Some(Reference::File(file)),
        _ => None,
    }
}

fn manual(record: &Record) -> Option<Task> {
    if let Some(other) = record.record("playbook") {
        return sub(other).map(Task::Playbook);
    }
    if let Some(ask) = record.record("ask") {
        return Some(Task::Ask(Ask { question: ask.text("question")?, save: ask.text("save") }));
    }
    let decide = record.record("decide")?;
    Some(Task::Decide(Decide {
        question: decide.text("question")?,
        options: decide.lines("options").iter().map(|line| line.name.clone()).collect(),
        save: decide.text("save"),
    }))
}

fn discover(record: &Record) -> Option<Discover> {
    Some(Discover { scope: record.text("scope")?, items: record.expression("items")? })
}
