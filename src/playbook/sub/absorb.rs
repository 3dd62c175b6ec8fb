//! Takes a sub-playbook into the one that names it: every name of it becomes `<step>.<name>`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::playbook::clock::{Cadence, Duty};
use crate::playbook::model::{Backend, Call, Destination, Input, Playbook, Step, Task};
use crate::playbook::source::{Given, Source};

/// Puts the steps of `sub` below the step `heading`, and all that they need beside.
pub(super) fn absorb(playbook: &mut Playbook, heading: &str, sub: Playbook) {
    let Some(place) = playbook.steps.iter().position(|step| step.id == heading) else { return };
    let prefix = Prefix(heading);
    let filled = match &mut playbook.steps[place].task {
        Task::Playbook(stands) => {
            stands.title = sub.title;
            stands.text = sub.text;
            stands.inputs.clone()
        }
        _ => Vec::new(),
    };
    let mut inputs = BTreeMap::new();
    for input in sub.inputs {
        let template = filled.iter().find(|(name, _)| *name == input.id);
        let given = if let Some((_, template)) = template {
            Given::Filled(template.clone())
        } else {
            let id = prefix.of(&input.id);
            playbook.inputs.push(Input { id: id.clone(), ..input.clone() });
            Given::Own(id)
        };
        inputs.insert(input.id, given);
    }
    let backends: BTreeMap<String, String> = sub
        .backends
        .into_iter()
        .map(|backend| (backend.id.clone(), taken(playbook, &prefix, backend)))
        .collect();
    clocks(playbook, &prefix, sub.duties, sub.cadences);
    let sources = sub.sources.iter();
    playbook.sources.extend(sources.map(|one| Arc::new(source(one, &prefix, &inputs, &backends))));
    let before = &playbook.steps[place];
    let (after, requires) = (before.after.clone(), before.requires.clone());
    let steps = sub.steps.into_iter().map(|own| {
        let mut own = step(own, &prefix, &backends);
        if own.after.is_empty() && own.requires.is_empty() {
            own.after.clone_from(&after);
            own.requires.clone_from(&requires);
        }
        own
    });
    let steps: Vec<Step> = steps.collect();
    let below = playbook.steps.split_off(place + 1);
    playbook.steps.extend(steps);
    playbook.steps.extend(below);
}

/// Duties and cadences of the sub-playbook are those of the whole. One that both name in the same
/// words is one.
fn clocks(playbook: &mut Playbook, prefix: &Prefix<'_>, duties: Vec<Duty>, cadences: Vec<Cadence>) {
    for duty in duties {
        let is_same = |one: &Duty| {
            (&one.title, &one.starts, one.due) == (&duty.title, &duty.starts, duty.due)
        };
        if !playbook.duty(&duty.id).is_some_and(is_same) {
            playbook.duties.push(Duty { id: prefix.of(&duty.id), ..duty });
        }
    }
    for cadence in cadences {
        let is_same = |one: &Cadence| {
            (&one.title, one.starts, one.every) == (&cadence.title, cadence.starts, cadence.every)
        };
        if !playbook.cadence(&cadence.id).is_some_and(is_same) {
            playbook.cadences.push(Cadence { id: prefix.of(&cadence.id), ..cadence });
        }
    }
}

/// Goes before every name.
struct Prefix<'a>(&'a str);

impl Prefix<'_> {
    fn of(&self, name: &str) -> String {
        format!("{}.{name}", self.0)
    }
}

/// The id by which the whole knows this back end: that of the same one that is there, or its own.
fn taken(playbook: &mut Playbook, prefix: &Prefix<'_>, backend: Backend) -> String {
    let is_same = |one: &Backend| (&one.url, &one.auth) == (&backend.url, &backend.auth);
    if playbook.backend(&backend.id).is_some_and(is_same) {
        return backend.id;
    }
    let id = prefix.of(&backend.id);
    playbook.backends.push(Backend { id: id.clone(), ..backend });
    id
}

fn source(
    one: &Source,
    prefix: &Prefix<'_>,
    inputs: &BTreeMap<String, Given>,
    backends: &BTreeMap<String, String>,
) -> Source {
    if one.at.is_empty() {
        return Source {
            at: prefix.0.to_owned(),
            inputs: inputs.clone(),
            backends: backends.clone(),
            ..one.clone()
        };
    }
    // What was an input of the sub-playbook may be filled in now; what was filled in stays so.
    let given = |given: &Given| match given {
        Given::Own(id) => inputs.get(id).cloned().unwrap_or_else(|| Given::Own(prefix.of(id))),
        filled @ Given::Filled(_) => filled.clone(),
    };
    let renamed = |id: &String| backends.get(id).cloned().unwrap_or_else(|| prefix.of(id));
    Source {
        at: prefix.of(&one.at),
        inputs: one.inputs.iter().map(|(name, one)| (name.clone(), given(one))).collect(),
        backends: one.backends.iter().map(|(name, id)| (name.clone(), renamed(id))).collect(),
        ..one.clone()
    }
}

fn step(mut step: Step, prefix: &Prefix<'_>, backends: &BTreeMap<String, String>) -> Step {
    step.id = prefix.of(&step.id);
    step.under = Some(step.under.map_or_else(|| prefix.0.to_owned(), |under| prefix.of(&under)));
    for id in step.after.iter_mut().chain(&mut step.requires) {
        *id = prefix.of(id);
    }
    let renamed = |to: &mut Destination| {
        if let Destination::Backend(id) = to
            && let Some(taken) = backends.get(id)
        {
            id.clone_from(taken);
        }
    };
    let call = |call: &mut Call| {
        renamed(&mut call.backend);
        for (name, _) in &mut call.save {
            *name = prefix.of(name);
        }
    };
    match &mut step.task {
        Task::Call(own) => call(own),
        Task::Ask(ask) => ask.save = ask.save.as_ref().map(|name| prefix.of(name)),
        Task::Decide(decide) => decide.save = decide.save.as_ref().map(|name| prefix.of(name)),
        Task::Playbook(_) => {}
    }
    step.undo.iter_mut().for_each(call);
    for check in &mut step.verify {
        renamed(&mut check.backend);
    }
    step
}
