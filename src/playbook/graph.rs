//! Which step comes before which: unknown and double names, cycles, steps that can never run.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Values;
use super::problem::{Problems, similar};
use super::record::Record;

/// More steps than this are not a playbook that somebody walks at night.
pub(super) const STEP_LIMIT: usize = 500;

/// A link to another step: its index, and the byte where it is written.
#[derive(Debug, Clone, Copy)]
struct Link {
    to: usize,
    at: usize,
}

/// The steps in file order, and what comes before each.
pub(super) struct Graph<'a> {
    steps: Vec<(String, &'a Record)>,
    /// `after` and `requires`.
    links: Vec<Vec<Link>>,
    /// Over any number of `requires`.
    required: Vec<BTreeSet<usize>>,
}

impl<'a> Graph<'a> {
    /// Tells double ids and links to nowhere.
    pub(super) fn new(records: &'a [Record], problems: &mut Problems) -> Self {
        let mut steps = Vec::new();
        let mut index = BTreeMap::new();
        for step in records.iter().take(STEP_LIMIT) {
            let Some(id) = step.text("id") else { continue };
            if index.contains_key(&id) {
                problems.add(step.at("id"), format!("a step called `{id}` stands above already"));
                continue;
            }
            index.insert(id.clone(), steps.len());
            steps.push((id, step));
        }
        if let Some(step) = records.get(STEP_LIMIT) {
            problems.add(step.at, format!("a playbook has at most {STEP_LIMIT} steps"));
        }
        let mut links = Vec::new();
        let mut requires = Vec::new();
        for (_, step) in &steps {
            let hard = resolve(step, "requires", &index, problems);
            let soft = resolve(step, "after", &index, problems);
            requires.push(hard.iter().map(|link| link.to).collect());
            links.push([soft, hard].concat());
        }
        Self { steps, links, required: closures(&requires) }
    }

    /// The steps that must be done before `id`, over any number of `requires`.
    pub(super) fn required_by(&self, id: &str) -> BTreeSet<&str> {
        let Some(step) = self.steps.iter().position(|(other, _)| other == id) else {
            return BTreeSet::new();
        };
        self.required.get(step).into_iter().flatten().map(|other| self.id(*other)).collect()
    }

    /// Tells every cycle that a walk along the links closes, named in full.
    pub(super) fn cycles(&self, problems: &mut Problems) {
        let mut done = vec![false; self.steps.len()];
        for step in 0..self.steps.len() {
            self.walk(step, &mut Vec::new(), &mut done, problems);
        }
    }

    /// As deep as there are steps.
    fn walk(&self, step: usize, path: &mut Vec<usize>, done: &mut [bool], problems: &mut Problems) {
        if done[step] {
            return;
        }
        path.push(step);
        for link in &self.links[step] {
            if let Some(start) = path.iter().position(|other| *other == link.to) {
                let ids: Vec<_> =
                    path[start..].iter().chain([&link.to]).map(|i| self.id(*i)).collect();
                let what = format!("these steps wait for each other: {}", ids.join(" → "));
                problems.mend(link.at, what, "take one of these links out");
            } else {
                self.walk(link.to, path, done, problems);
            }
        }
        path.pop();
        done[step] = true;
    }

    /// Tells steps whose `when` is false whatever happens, and those that require them.
    pub(super) fn unreachable(&self, problems: &mut Problems) {
        let never: Vec<bool> = self.steps.iter().map(|(_, step)| is_false(step)).collect();
        for (index, (id, step)) in self.steps.iter().enumerate() {
            if never[index] {
                let what = format!("the step `{id}` can never run: its `when` is always false");
                problems.mend(step.at("when"), what, "mend the condition, or take the step out");
            } else if let Some(cause) = self.required[index].iter().find(|other| never[**other]) {
                let cause = self.id(*cause);
                let what =
                    format!("the step `{id}` can never run: it needs `{cause}`, which never does");
                problems.add(step.at("requires"), what);
            }
        }
    }

    fn id(&self, step: usize) -> &str {
        &self.steps[step].0
    }
}

fn resolve(
    step: &Record,
    field: &str,
    index: &BTreeMap<String, usize>,
    problems: &mut Problems,
) -> Vec<Link> {
    let mut links = Vec::new();
    for line in step.lines(field) {
        if let Some(to) = index.get(&line.name) {
            links.push(Link { to: *to, at: line.at });
            continue;
        }
        let what = format!("there is no step `{}`", line.name);
        match similar(&line.name, index.keys().map(String::as_str)) {
            Some(meant) => problems.mend(line.at, what, format!("did you mean `{meant}`?")),
            None => problems.add(line.at, what),
        }
    }
    links
}

/// All that can be reached from each.
fn closures(direct: &[Vec<usize>]) -> Vec<BTreeSet<usize>> {
    let closure = |start: usize| {
        let mut seen = vec![false; direct.len()];
        let mut open = direct[start].clone();
        while let Some(next) = open.pop() {
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(&direct[next]);
            }
        }
        (0..seen.len()).filter(|index| seen[*index]).collect()
    };
    (0..direct.len()).map(closure).collect()
}

fn is_false(step: &Record) -> bool {
    step.expression("when").is_some_and(|when| when.condition(&Values::default()) == Ok(false))
}
