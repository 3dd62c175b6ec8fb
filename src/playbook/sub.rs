//! Sub-playbooks: the other files are read when the playbook is, and their steps stand in the whole
//! under the step that names them, with names of their own.

mod absorb;

use super::build::reference;
use super::graph::STEP_LIMIT;
use super::library::{Found, Library, Reference, Wanted};
use super::model::Playbook;
use super::problem::{Problem, Problems, similar};
use super::read::{Parsed, parse};
use super::record::Record;
use super::source::{Source, sha256};
use absorb::absorb;

/// A playbook within a playbook within a playbook; more is not walked at night.
const DEPTH_LIMIT: usize = 3;
/// A whole playbook is read from so many files.
const FILE_COUNT_LIMIT: usize = 50;

/// A file on its way, and those that it was named by.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The step that stands for it; empty for the playbook's own.
    pub(super) at: &'a str,
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) sha256: Option<&'a str>,
    pub(super) above: Option<&'a Place<'a>>,
}

impl Place<'_> {
    fn depth(&self) -> usize {
        self.above.map_or(0, |above| above.depth() + 1)
    }

    /// Whether this text is one of those that are being read.
    fn holds(&self, text: &str) -> bool {
        self.text == text || self.above.is_some_and(|above| above.holds(text))
    }

    fn path(&self, step: &str) -> String {
        if self.at.is_empty() { step.to_owned() } else { format!("{}.{step}", self.at) }
    }
}

/// Reads files, and everything that is wrong with them.
pub(super) struct Files<'a> {
    pub(super) library: &'a dyn Library,
    pub(super) problems: Vec<Problem>,
    count: usize,
}

/// A step that stands for another playbook, as its file writes it.
struct Heading<'a> {
    id: String,
    record: &'a Record,
    reference: Reference,
}

impl<'a> Files<'a> {
    pub(super) fn new(library: &'a dyn Library) -> Self {
        Self { library, problems: Vec::new(), count: 0 }
    }

    /// Reads one file and those that it names; the names in the result are those of this file.
    pub(super) fn read(&mut self, place: &Place<'_>) -> Option<Playbook> {
        let mut problems = Problems::default();
        let parsed = parse(place.text, &mut problems);
        let mut below = Vec::new();
        let mut subs = Vec::new();
        if let Some(Parsed { file, .. }) = &parsed {
            for record in file.tables("steps").iter().take(STEP_LIMIT) {
                let Some(heading) = heading(record, &mut problems) else { continue };
                let others = std::mem::take(&mut self.problems);
                subs.push(self.sub(place, &heading, &mut problems));
                below.extend(std::mem::replace(&mut self.problems, others));
            }
        }
        let is_good = problems.is_empty();
        self.problems.extend(problems.finish(place.file, place.text));
        self.problems.extend(below);
        let parsed = parsed.filter(|_| is_good)?;
        let mut playbook = parsed.playbook?;
        for (step, span) in playbook.steps.iter_mut().zip(parsed.spans) {
            step.span = span;
        }
        playbook.sources.push(std::sync::Arc::new(Source {
            at: String::new(),
            file: place.file.to_owned(),
            text: place.text.into(),
            sha256: place.sha256.map_or_else(|| sha256(place.text), str::to_owned),
            inputs: std::collections::BTreeMap::new(),
            backends: std::collections::BTreeMap::new(),
        }));
        for sub in subs {
            let (heading, sub) = sub?;
            absorb(&mut playbook, &heading, sub);
        }
        self.bounded(playbook, place)
    }

    fn bounded(&mut self, playbook: Playbook, place: &Place<'_>) -> Option<Playbook> {
        if playbook.steps.len() <= STEP_LIMIT {
            return Some(playbook);
        }
        let mut problems = Problems::default();
        let what = format!("with its sub-playbooks it has more than {STEP_LIMIT} steps");
        problems.add(0, what);
        self.problems.extend(problems.finish(place.file, place.text));
        None
    }

    /// The playbook that a step stands for, with the id of the step.
    fn sub(
        &mut self,
        place: &Place<'_>,
        heading: &Heading<'_>,
        problems: &mut Problems,
    ) -> Option<(String, Playbook)> {
        let at = place.path(&heading.id);
        let found = self.found(place, heading, &at, problems)?;
        let inner = Place {
            at: &at,
            file: &found.file,
            text: &found.text,
            sha256: found.sha256.as_deref(),
            above: Some(place),
        };
        let sub = self.read(&inner)?;
        filled(heading.record, &heading.reference, &sub, problems);
        Some((heading.id.clone(), sub))
    }

    fn found(
        &mut self,
        place: &Place<'_>,
        heading: &Heading<'_>,
        at: &str,
        problems: &mut Problems,
    ) -> Option<Found> {
        let here = heading.record.at;
        let name = &heading.reference;
        self.count += 1;
        if self.count > FILE_COUNT_LIMIT {
            problems.add(here, format!("more than {FILE_COUNT_LIMIT} playbooks are named in all"));
            return None;
        }
        if place.depth() >= DEPTH_LIMIT {
            let what = format!("playbooks stand within each other more than {DEPTH_LIMIT} deep");
            problems.mend(here, what, "take the steps in, or leave one level out");
            return None;
        }
        let wanted = Wanted { at, reference: name, beside: place.file };
        let found = match self.library.find(&wanted) {
            Ok(found) => found,
            Err(why) => {
                problems.add(here, format!("the playbook `{name}` cannot be read: {why}"));
                return None;
            }
        };
        if place.holds(&found.text) {
            let what = format!("the playbook `{name}` would stand within itself");
            problems.mend(here, what, "take this step out");
            return None;
        }
        pinned(heading.record, &found, problems)?;
        Some(found)
    }
}

/// Told where the text is another than the file says.
fn pinned(record: &Record, found: &Found, problems: &mut Problems) -> Option<()> {
    let Some(pin) = record.text("sha256") else { return Some(()) };
    let is = found.sha256.clone().unwrap_or_else(|| sha256(&found.text));
    if pin == is {
        return Some(());
    }
    let what = format!("{} is not what it was when this was written: its hash is {is}", found.file);
    problems.mend(record.at("sha256"), what, "look at it again, then write the new hash");
    None
}

/// A step with a `playbook`, or `None` also where what it names is told to be wrong.
fn heading<'a>(step: &'a Record, problems: &mut Problems) -> Option<Heading<'a>> {
    let record = step.record("playbook")?;
    match reference(record) {
        Some(reference) => {
            if let Reference::File(path) = &reference
                && (path.starts_with(['/', '~', '\\']) || path.contains("://"))
            {
                let what = "`file` is a path from the directory of this playbook";
                problems.add(record.at("file"), what);
                return None;
            }
            Some(Heading { id: step.text("id")?, record, reference })
        }
        None if record.has("id") && record.has("file") => {
            problems.add(record.at("file"), "a playbook has either an `id` or a `file`");
            None
        }
        None if record.has("id") || record.has("file") => None,
        None => {
            let mend = "add `id` for a shipped one, or `file`";
            problems.mend(record.at, "this does not say which playbook", mend);
            None
        }
    }
}

/// Tells inputs that the other playbook does not have.
fn filled(record: &Record, name: &Reference, sub: &Playbook, problems: &mut Problems) {
    for (input, at) in record.places("inputs") {
        // Those of a playbook within it are filled in there, or by a person.
        let own = sub.inputs.iter().map(|one| one.id.as_str()).filter(|id| !id.contains('.'));
        let own: Vec<&str> = own.collect();
        if own.contains(&input) {
            continue;
        }
        let what = format!("the playbook `{name}` has no input `{input}`");
        let mend = similar(input, own.iter().copied());
        let mend = mend.map(|meant| format!("did you mean `{meant}`?"));
        problems.mend(at, what, mend.unwrap_or_else(|| format!("it has {}", own.join(", "))));
    }
}
