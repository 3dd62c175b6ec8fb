//! Which step comes before which: unknown and double names, cycles, steps that can never run.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Values;
use super::problem::{Problems, similar};
use super::record::Record;

/// More steps than this are not a playbook that somebody walks at night.
pub(super) const STEP_LIMIT: usize = 500;

/// The steps by id, and what each needs.
pub(super) struct Graph<'a> {
    steps: BTreeMap<String, &'a Record>,
    /// In file order.
    order: Vec<String>,
}

impl<'a> Graph<'a> {
    /// Tells double ids and links to nowhere.
    pub(super) fn new(steps: &'a [Record], problems: &mut Problems) -> Self {
        let mut graph = Self { steps: BTreeMap::new(), order: Vec::new() };
        for step in steps.iter().take(STEP_LIMIT) {
            let Some(id) = step.text("id") else { continue };
            if graph.steps.contains_key(&id) {
                problems.add(step.at("id"), format!("a step called `{id}` stands above already"));
                continue;
            }
            graph.steps.insert(id.clone(), step);
            graph.order.push(id);
        }
        if let Some(step) = steps.get(STEP_LIMIT) {
            problems.add(step.at, format!("a playbook has at most {STEP_LIMIT} steps"));
        }
        for step in graph.steps.values() {
            graph.links(step, problems);
        }
        graph
    }

    fn links(&self, step: &Record, problems: &mut Problems) {
        for line in ["after", "requires"].into_iter().flat_map(|name| step.lines(name)) {
            if self.steps.contains_key(&line.name) {
                continue;
            }
            let what = format!("there is no step `{}`", line.name);
            match similar(&line.name, self.steps.keys().map(String::as_str)) {
                Some(meant) => problems.mend(line.at, what, format!("did you mean `{meant}`?")),
                None => problems.add(line.at, what),
            }
        }
    }

    /// All that must be done before `id`, by `requires`, over any number of steps.
    pub(super) fn required_by(&self, id: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            let Some(step) = self.steps.get(next) else { continue };
            for line in step.lines("requires") {
                if found.insert(line.name.as_str()) {
                    open.push(&line.name);
                }
            }
        }
        found
    }

    /// Tells every cycle once, named in full.
    pub(super) fn cycles(&self, problems: &mut Problems) {
        let mut done = BTreeSet::new();
        for id in &self.order {
            self.search(id, &mut Vec::new(), &mut done, problems);
        }
    }

    fn search<'g>(
        &'g self,
        id: &'g str,
        path: &mut Vec<&'g str>,
        done: &mut BTreeSet<&'g str>,
        problems: &mut Problems,
    ) {
        if done.contains(id) {
            return;
        }
        path.push(id);
        if let Some(step) = self.steps.get(id) {
            for line in ["after", "requires"].into_iter().flat_map(|name| step.lines(name)) {
                if let Some(start) = path.iter().position(|other| *other == line.name) {
                    let cycle = [&path[start..], &[line.name.as_str()]].concat().join(" → ");
                    let what = format!("these steps wait for each other: {cycle}");
                    problems.mend(line.at, what, "take one of these links out");
                } else {
                    self.search(&line.name, path, done, problems);
                }
            }
        }
        path.pop();
        done.insert(id);
    }

    /// Tells steps whose `when` is false whatever happens, and those that require them.
    pub(super) fn unreachable(&self, problems: &mut Problems) {
        let never: BTreeSet<&str> = self
            .order
            .iter()
            .map(String::as_str)
            .filter(|id| self.steps.get(*id).is_some_and(|step| is_false(step)))
            .collect();
        for id in &self.order {
            let Some(step) = self.steps.get(id) else { continue };
            if never.contains(id.as_str()) {
                let what = format!("the step `{id}` can never run: its `when` is always false");
                problems.mend(step.at("when"), what, "mend the condition, or take the step out");
            } else if let Some(cause) = self.required_by(id).intersection(&never).next() {
                let what = format!(
                    "the step `{id}` can never run: it requires `{cause}`, which never does"
                );
                problems.add(step.at("requires"), what);
            }
        }
    }
}

fn is_false(step: &Record) -> bool {
    step.expression("when").is_some_and(|when| when.condition(&Values::default()) == Ok(false))
}
