//! The plan changes during the incident: a step is written anew, or one is added. Pure, and always
//! checked whole: what comes of it is a playbook as if its file had been so from the start.

use super::library::{Found, Library, Wanted};
use super::model::{Danger, Origin, Playbook, Step, Task};
use super::piece::{Piece, piece};
use super::problem::{Problem, Problems};
use super::read::{Checked, named_secrets, read_kept};

/// Words before each problem of a step that is added.
const ADDED: &str = "new step";

/// A text in the place of a part of another.
struct Change<'a> {
    /// Which source.
    at: &'a str,
    text: String,
    /// The first line of the step in it, and how many it has.
    first: usize,
    lines: usize,
}

impl Playbook {
    /// The text of a step as its file has it now, with its comments; `None` for a step that is
    /// written inline, or whose tables do not stand together.
    pub fn step_text(&self, id: &str) -> Option<String> {
        let step = self.step(id)?;
        let source = self.source(step.under.as_deref().unwrap_or_default())?;
        let text = source.text.get(step.span.clone()?)?;
        Some(text.replace("\r\n", "\n").trim_end().to_owned())
    }

    /// Whether the step has a text of its own.
    pub fn has_step_text(&self, step: &Step) -> bool {
        step.span.is_some()
    }

    /// The same playbook with the text of one step written anew.
    ///
    /// # Errors
    ///
    /// Every problem, its line counted within the step: what [`read`](super::read()) would say of the
    /// whole; a change of the id; a secret where the playbook as it was read first does not send it;
    /// less danger than before.
    pub fn amended(&self, id: &str, toml: &str) -> Result<Self, Vec<Problem>> {
        let name = format!("step {id}");
        let own = piece(&name, toml)?;
        let told = |at, what: String, mend: &str| told(&name, toml, at, what, mend);
        let unknown = || told(0, format!("there is no step `{id}`"), "choose one of the playbook");
        let before = self.step(id).ok_or_else(unknown)?;
        let span = before.span.clone().ok_or_else(|| {
            let what = "this step has no text of its own in its file".to_owned();
            told(0, what, "add another with the change, and skip this one")
        })?;
        if own.id != before.local_id() {
            let what = format!("the id of the step stays as it is, `{}`", before.local_id());
            return Err(told(own.id_at, what, "a step with another id is added, not amended"));
        }
        let at = before.under.as_deref().unwrap_or_default();
        let change = self.changed(at, span, toml);
        let playbook = self.read_anew(&change, &name)?;
        if !self.steps.iter().all(|step| playbook.step(&step.id).is_some()) {
            let what = "this takes steps out of the plan".to_owned();
            return Err(told(0, what, "leave the `playbook` of the step as it was"));
        }
        let after = playbook.step(id).ok_or_else(unknown)?;
        self.rules(Some(before), after, &own, (&name, toml))?;
        let origin = |step: &Step| match before.origin {
            Origin::Added => step.origin,
            _ => Origin::Amended,
        };
        Ok(playbook.with_origin(id, origin))
    }

    /// The same playbook with another step, below the last one of its phase; and the step's id.
    ///
    /// # Errors
    ///
    /// As of [`amended`](Self::amended); and where `repeat` is not said.
    pub fn with_step(&self, toml: &str) -> Result<(Self, String), Vec<Problem>> {
        let own = piece(ADDED, toml)?;
        if self.step(&own.id).is_some() {
            let what = format!("there is a step `{}` already", own.id);
            return Err(told(ADDED, toml, own.id_at, what, "choose another id, or amend that one"));
        }
        if !own.says_repeat {
            let what = "say what repeating it does".to_owned();
            let mend = "add repeat = \"reads\", \"idempotent\", \"keyed\" or \"once\"";
            return Err(told(ADDED, toml, own.call_at, what, mend));
        }
        let end = self.place_for(own.phase.as_deref());
        let change = self.changed("", end..end, toml);
        let playbook = self.read_anew(&change, ADDED)?;
        let after = playbook.step(&own.id).ok_or_else(|| {
            told(ADDED, toml, 0, "this is no step of the plan".to_owned(), "begin with [[steps]]")
        })?;
        self.rules(None, after, &own, (ADDED, toml))?;
        let id = own.id;
        Ok((playbook.with_origin(&id, |_| Origin::Added), id))
    }

    /// The end of the last step of this phase in the playbook's own file, or that of the file.
    fn place_for(&self, phase: Option<&str>) -> usize {
        let own = self.steps.iter().filter(|step| step.under.is_none());
        let spans = own.filter(|step| Some(step.phase.word()) == phase);
        let last = spans.filter_map(|step| Some(step.span.as_ref()?.end)).max();
        last.unwrap_or_else(|| self.source("").map_or(0, |source| source.text.len()))
    }

    fn changed<'a>(&self, at: &'a str, span: std::ops::Range<usize>, toml: &str) -> Change<'a> {
        let whole = self.source(at).map_or("", |source| &source.text);
        let (before, after) =
            (whole.get(..span.start).unwrap_or(""), whole.get(span.end..).unwrap_or(""));
        let toml = toml.trim_end();
        // An added step keeps its distance to those above and below.
        let is_new = span.is_empty();
        let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        let gap = if is_new { format!("{gap}\n") } else { gap.to_owned() };
        let below =
            if is_new && !after.is_empty() && !after.starts_with(['\n', '\r']) { "\n" } else { "" };
        let first = (before.matches('\n').count() + gap.matches('\n').count()) + 1;
        let lines = toml.lines().count().max(1);
        Change { at, text: format!("{before}{gap}{toml}\n{below}{after}"), first, lines }
    }

    /// Reads the whole with this change; what was amended before stays so.
    fn read_anew(&self, change: &Change<'_>, name: &str) -> Result<Self, Vec<Problem>> {
        let text_of = |at: &str| {
            let source = self.source(at)?;
            let text = if at == change.at { change.text.as_str() } else { &source.text };
            Some((source, text))
        };
        let kept = |wanted: &Wanted<'_>| match text_of(wanted.at) {
            Some((source, text)) if self.names(wanted) => Ok(Found {
                file: source.file.clone(),
                text: text.to_owned(),
                sha256: Some(source.sha256.clone()),
            }),
            _ => Err("during an incident no other playbook is brought in".to_owned()),
        };
        let Some((root, text)) = text_of("") else { return Err(Vec::new()) };
        let library: &dyn Library = &kept;
        let Checked { playbook, problems } =
            read_kept(&root.file, text, Some(&root.sha256), library);
        let file = self.source(change.at).map_or("", |source| source.file.as_str());
        let within = change.first..change.first + change.lines;
        let moved = |problem: Problem| {
            if problem.file == file && within.contains(&problem.line) {
                let line = problem.line - change.first + 1;
                return Problem { file: name.to_owned(), line, ..problem };
            }
            problem
        };
        let Some(mut playbook) = playbook else {
            return Err(problems.into_iter().map(moved).collect());
        };
        playbook.secrets = self.secrets.clone();
        for step in &mut playbook.steps {
            step.origin = self.step(&step.id).map_or(Origin::Opened, |before| before.origin);
        }
        let urls = self.urls.clone();
        Ok(playbook.with_urls(&urls))
    }

    /// The step stands for the same playbook as before.
    fn names(&self, wanted: &Wanted<'_>) -> bool {
        self.step(wanted.at).is_some_and(|step| match &step.task {
            Task::Playbook(sub) => sub.reference == *wanted.reference,
            _ => false,
        })
    }

    fn with_origin(mut self, id: &str, origin: impl Fn(&Step) -> Origin) -> Self {
        for step in self.steps.iter_mut().filter(|step| step.id == id) {
            step.origin = origin(step);
        }
        self
    }

    /// What a change during an incident may not do.
    fn rules(
        &self,
        before: Option<&Step>,
        after: &Step,
        own: &Piece,
        (name, toml): (&str, &str),
    ) -> Result<(), Vec<Problem>> {
        let told = |at, what: String, mend: &str| Err(told(name, toml, at, what, mend));
        for (backend, secret) in named_secrets(after) {
            if self.secrets.contains(&(backend.clone(), secret.clone())) {
                continue;
            }
            let at = toml.find(&format!("\"{secret}\"")).unwrap_or(0);
            let mut of = self.secrets.iter().filter(|(_, known)| *known == secret);
            let what = match of.next() {
                None => format!("the playbook as it was opened knows no secret `{secret}`"),
                Some((other, _)) => format!(
                    "the playbook as it was opened sends the secret `{secret}` to {other}, not to \
                     {backend}"
                ),
            };
            let known = self.secrets.iter().filter(|(one, _)| *one == backend);
            let known: Vec<&str> = known.map(|(_, secret)| secret.as_str()).collect();
            let mend = match known.as_slice() {
                [] => format!("leave `auth` out: {backend} is asked without a secret"),
                known => format!("for {backend} there is {}", known.join(", ")),
            };
            return told(at, what, &mend);
        }
        if before.is_some_and(|before| before.each != after.each) {
            let what = "whether a step is done for each member of a scope stays as it was";
            let mend = "add another step with the change, and skip this one";
            return told(own.each_at, what.to_owned(), mend);
        }
        let least = before.map_or(Danger::None, |before| before.danger);
        if rank(after.danger) < rank(least) {
            let what = format!("the danger of a step is not lowered: it is `{}`", least.word());
            return told(own.danger_at, what, &format!("write danger = \"{}\"", least.word()));
        }
        let was_so = before.is_some_and(writes_unseen);
        if writes_unseen(after) && !was_so {
            let what = "what reads by another method than GET, HEAD or OPTIONS is looked at first";
            return told(own.danger_at, what.to_owned(), "write danger = \"confirm\"");
        }
        Ok(())
    }
}

/// It would leave without a look, and its method may change something.
fn writes_unseen(step: &Step) -> bool {
    let Task::Call(call) = &step.task else { return false };
    step.danger == Danger::None && !matches!(call.method.as_str(), "GET" | "HEAD" | "OPTIONS")
}

fn rank(danger: Danger) -> u8 {
    match danger {
        Danger::None => 0,
        Danger::Confirm => 1,
        Danger::Type => 2,
    }
}

/// One problem of a step's text.
fn told(name: &str, toml: &str, at: usize, what: String, mend: &str) -> Vec<Problem> {
    let mut problems = Problems::default();
    problems.mend(at, what, mend);
    problems.finish(name, toml)
}
