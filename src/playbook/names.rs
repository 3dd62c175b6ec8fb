//! Names: back ends that calls go to, and what expressions may use where.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::model::Destination;
use super::problem::{Problems, similar};
use super::record::{Named, Record};

/// Seen by expressions everywhere.
const EVERYWHERE: [&str; 4] = ["backends", "incident", "inputs", "saved"];
/// Seen only where an answer is judged.
const OF_ANSWER: [&str; 7] =
    ["headers", "json", "latency_ms", "refused", "status", "text", "timed_out"];

/// The names of one file.
pub(super) struct Names<'a> {
    inputs: BTreeSet<&'a str>,
    backends: BTreeSet<&'a str>,
    /// Which step saves a name.
    saved: BTreeMap<String, String>,
    /// The scope of each step that is done for each member of one.
    each: BTreeMap<String, String>,
}

/// What is wrong, and how to mend it.
type Complaint = (String, Option<String>);

/// Where an expression stands.
struct Spot<'s> {
    /// Steps whose saved names are there.
    before: BTreeSet<&'s str>,
    /// The step itself.
    step: &'s str,
    /// The scope for each of whose members the step is done.
    each: Option<&'s str>,
    /// What the step saved is there too.
    own: bool,
    answer: bool,
}

impl<'a> Names<'a> {
    /// Tells names that two steps save.
    pub(super) fn new(file: &'a Record, problems: &mut Problems) -> Self {
        let names =
            |list: &'a [Named<Record>]| list.iter().map(|item| item.name.as_str()).collect();
        let mut saved: BTreeMap<String, String> = BTreeMap::new();
        let mut each = BTreeMap::new();
        for step in file.tables("steps") {
            let Some(id) = step.text("id") else { continue };
            each.extend(scope(step).map(|scope| (id.clone(), scope)));
            for (name, at) in saves(step) {
                if let Some(other) = saved.get(&name) {
                    let what = format!("`{name}` is saved by the step `{other}` already");
                    problems.mend(at, what, "choose another name");
                } else {
                    saved.insert(name, id.clone());
                }
            }
        }
        let (inputs, backends) = (names(file.named("inputs")), names(file.named("backends")));
        Self { inputs, backends, saved, each }
    }

    /// Tells every unknown name in `step`.
    pub(super) fn check(&self, step: &Record, graph: &Graph<'_>, problems: &mut Problems) {
        let id = step.text("id").unwrap_or_default();
        let before = graph.required_by(&id);
        let each = self.each.get(&id).map(String::as_str);
        let spot = |own, answer| Spot { before: before.clone(), step: &id, each, own, answer };
        for name in ["when", "target"] {
            self.uses(step, name, &spot(false, false), problems);
        }
        if let Some(call) = step.record("call") {
            self.request(call, &spot(false, false), problems);
            self.uses(call, "save", &spot(false, true), problems);
            self.answers(call, &spot(false, true), problems);
        }
        if let Some(undo) = step.record("undo") {
            self.request(undo, &spot(true, false), problems);
            self.answers(undo, &spot(true, true), problems);
        }
        for check in step.tables("verify") {
            self.request(check, &spot(true, false), problems);
            self.uses(check, "ok", &spot(true, true), problems);
        }
        if let Some(other) = step.record("playbook") {
            self.filled(other, &spot(false, false), problems);
        }
        if let Some(discover) = step.record("discover") {
            self.uses(discover, "items", &spot(false, true), problems);
        }
    }

    fn request(&self, record: &Record, spot: &Spot<'_>, problems: &mut Problems) {
        for name in ["request", "headers", "json", "form", "text"] {
            self.uses(record, name, spot, problems);
        }
        let backend = match record.destination("backend") {
            Some(Destination::Backend(backend)) => backend,
            Some(Destination::Member(scope)) => {
                return of_member(&scope, record.at("backend"), spot, problems);
            }
            None => return,
        };
        if !self.backends.contains(backend.as_str()) {
            let what = format!("there is no back end `{backend}`");
            let mend = did_you_mean(&backend, self.backends.iter().copied())
                .unwrap_or_else(|| format!("add [backends.{backend}]"));
            problems.mend(record.at("backend"), what, mend);
        }
    }

    /// What fills in the inputs of a sub-playbook is there before any of its steps.
    fn filled(&self, other: &Record, spot: &Spot<'_>, problems: &mut Problems) {
        let Some(found) = other.get("inputs") else { return };
        for (name, at) in &found.uses {
            if name.split('.').next() == Some("saved") {
                let what = format!("`{name}` is saved during the incident, too late for an input");
                problems.mend(*at, what, "fill inputs in from `inputs`, `backends` or `incident`");
            } else {
                self.known(name, *at, spot, problems);
            }
        }
    }

    fn answers(&self, record: &Record, spot: &Spot<'_>, problems: &mut Problems) {
        for name in ["ok", "not_done"] {
            self.uses(record, name, spot, problems);
        }
    }

    fn uses(&self, record: &Record, field: &str, spot: &Spot<'_>, problems: &mut Problems) {
        let Some(found) = record.get(field) else { return };
        for (name, at) in &found.uses {
            self.known(name, *at, spot, problems);
        }
    }

    fn known(&self, name: &str, at: usize, spot: &Spot<'_>, problems: &mut Problems) {
        if let Err((what, mend)) = self.name(name, spot) {
            match mend {
                Some(mend) => problems.mend(at, what, mend),
                None => problems.add(at, what),
            }
        }
    }

    fn name(&self, name: &str, spot: &Spot<'_>) -> Result<(), Complaint> {
        let mut parts = name.split('.');
        let root = parts.next().unwrap_or_default();
        match (root, parts.next()) {
            (root, None) if EVERYWHERE.contains(&root) => {
                let mend = format!("write `{root}.` and a name, not `{root}[…]`");
                Err((format!("`{root}` is not a value by itself"), Some(mend)))
            }
            ("inputs", Some(input)) => {
                let add = || format!("add [inputs.{input}]");
                known(input, "input", &mut self.inputs.iter().copied(), add)?;
                text_ends(name, parts.next())
            }
            ("saved", Some(saved)) => self.saved(saved, spot),
            ("backends", Some(backend)) => {
                let add = || format!("add [backends.{backend}]");
                known(backend, "back end", &mut self.backends.iter().copied(), add)?;
                let Some(field) = parts.next() else {
                    let mend = format!("write `backends.{backend}.host` or `.url`");
                    return Err((format!("`{name}` is not a value by itself"), Some(mend)));
                };
                let there = || "there are url and host".to_owned();
                known(field, "value of a back end", &mut ["host", "url"].into_iter(), there)?;
                text_ends(name, parts.next())
            }
            ("incident", Some(field)) => {
                let there = || "there are id and codename".to_owned();
                known(field, "value of the incident", &mut ["codename", "id"].into_iter(), there)?;
                text_ends(name, parts.next())
            }
            ("member", field) => member(name, field, parts.next(), spot),
            (answer, _) if OF_ANSWER.contains(&answer) && spot.answer => Ok(()),
            (answer, _) if OF_ANSWER.contains(&answer) => Err((
                format!("`{answer}` is part of an answer, and there is none yet"),
                Some("it is known in ok, not_done, save and items only".to_owned()),
            )),
            (other, _) => Err(self.unknown(other, spot)),
        }
    }

    fn saved(&self, name: &str, spot: &Spot<'_>) -> Result<(), Complaint> {
        if let Some(step) = self.saved.get(name)
            && let Some(scope) = self.each.get(step).filter(|scope| spot.each != Some(*scope))
        {
            let what = format!("`{name}` is saved by the step `{step}` for each {scope}");
            let mend = format!("only a step with each = {{ scope = \"{scope}\" }} can use it");
            return Err((what, Some(mend)));
        }
        match self.saved.get(name) {
            None => {
                let candidates = self.saved.keys().map(String::as_str);
                Err((format!("no step saves `{name}`"), did_you_mean(name, candidates)))
            }
            Some(step) if spot.before.contains(step.as_str()) || spot.own && step == spot.step => {
                Ok(())
            }
            Some(step) if step == spot.step => {
                let what = format!("`{name}` is saved by this very step, so it is not there yet");
                Err((what, None))
            }
            Some(step) => {
                let what = format!(
                    "`{name}` is saved by the step `{step}`, which this one does not require"
                );
                Err((what, Some(format!("add \"{step}\" to `requires`"))))
            }
        }
    }

    fn unknown(&self, name: &str, spot: &Spot<'_>) -> Complaint {
        let what = format!("there is no value `{name}`");
        if self.inputs.contains(name) {
            return (what, Some(format!("write `inputs.{name}`")));
        }
        if self.saved.contains_key(name) {
            return (what, Some(format!("write `saved.{name}`")));
        }
        let answer = OF_ANSWER.into_iter().filter(|_| spot.answer);
        let member = spot.each.map(|_| "member");
        let known = EVERYWHERE.into_iter().chain(answer).chain(member);
        (what, did_you_mean(name, known.chain(["none", "true", "false"])))
    }
}

/// The scope for each of whose members a step is done.
fn scope(step: &Record) -> Option<String> {
    step.record("each")?.text("scope")
}

/// A request goes to the members of a scope only where the step is done for each of those.
fn of_member(scope: &str, at: usize, spot: &Spot<'_>, problems: &mut Problems) {
    match spot.each {
        Some(each) if each == scope => {}
        Some(each) => {
            let what = format!("this goes to a {scope}, but the step is done for each {each}");
            problems.mend(at, what, format!("write backend = {{ scope = \"{each}\" }}"));
        }
        None => {
            let what = format!("this goes to a {scope}, but the step is done only once");
            let mend = format!("add each = {{ scope = \"{scope}\" }} to the step");
            problems.mend(at, what, mend);
        }
    }
}

/// `member` is there where a step is done for each member of a scope.
fn member(
    name: &str,
    field: Option<&str>,
    rest: Option<&str>,
    spot: &Spot<'_>,
) -> Result<(), Complaint> {
    if spot.each.is_none() {
        let what = "`member` is there only in a step that is done for each member of a scope";
        let mend = "add each = { scope = \"…\" } to the step";
        return Err((what.to_owned(), Some(mend.to_owned())));
    }
    let Some(field) = field else {
        let mend = "write `member.name`, `member.host` or `member.url`";
        return Err((format!("`{name}` is not a value by itself"), Some(mend.to_owned())));
    };
    let there = || "there are name, url and host".to_owned();
    known(field, "value of a member", &mut ["name", "url", "host"].into_iter(), there)?;
    text_ends(name, rest)
}

/// These values are text: nothing is inside.
fn text_ends(name: &str, rest: Option<&str>) -> Result<(), Complaint> {
    match rest {
        None => Ok(()),
        Some(rest) => Err((format!("`{name}` reaches into text, there is no `{rest}`"), None)),
    }
}

fn did_you_mean<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<String> {
    similar(name, candidates).map(|meant| format!("did you mean `{meant}`?"))
}

fn known(
    name: &str,
    what: &str,
    candidates: &mut dyn Iterator<Item = &str>,
    otherwise: impl FnOnce() -> String,
) -> Result<(), Complaint> {
    let candidates: Vec<&str> = candidates.collect();
    if candidates.contains(&name) {
        return Ok(());
    }
    let mend = did_you_mean(name, candidates.into_iter()).unwrap_or_else(otherwise);
    Err((format!("there is no {what} `{name}`"), Some(mend)))
}

/// The names that a step saves, each with its byte.
fn saves(step: &Record) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if let Some(call) = step.record("call") {
        found.extend(call.expressions("save").iter().map(|item| (item.name.clone(), item.at)));
    }
    for manual in ["ask", "decide"].into_iter().filter_map(|name| step.record(name)) {
        found.extend(manual.text("save").map(|name| (name, manual.at("save"))));
    }
    found
}
