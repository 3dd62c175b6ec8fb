//! A step that was asked about, and what must hold before it may begin.

use super::nearest;
use crate::incident::id::StepKey;
use crate::incident::record::{Armed, Purpose, Stage};
use crate::incident::refusal::Refusal;
use crate::incident::render;
use crate::incident::state::{CallState, Instance, Progress, Row, State};
use crate::playbook::Step;
use crate::text::Shown;

/// A step that was asked about, and its current instance.
pub(super) struct Asked<'a> {
    pub(super) state: &'a State,
    pub(super) step: &'a Step,
    pub(super) key: StepKey,
    pub(super) instance: Option<&'a Instance>,
    pub(super) progress: Progress,
}

impl<'a> Asked<'a> {
    pub(super) fn new(state: &'a State, key: &StepKey) -> Result<Self, Refusal> {
        let step = find_step(state, key)?;
        if step.is_heading() {
            return Err(Refusal::StandsForOthers);
        }
        let name = key.name();
        let current = state.key(&name);
        if current != *key {
            return Err(Refusal::Stale { now: current.to_string() });
        }
        let progress = state.progress(&name);
        Ok(Self { state, step, key: current, instance: state.instance(&name), progress })
    }

    pub(super) fn wrong(&self) -> Refusal {
        Refusal::WrongProgress(self.progress.word())
    }

    pub(super) fn armed(&self) -> Result<&'a Armed, Refusal> {
        self.instance.and_then(|instance| instance.armed.as_deref()).ok_or(Refusal::NotArmed)
    }

    /// The call that the progress speaks of.
    pub(super) fn call(&self) -> Option<&'a CallState> {
        match self.progress {
            Progress::Running { call }
            | Progress::Retrying { call }
            | Progress::InDoubt { call }
            | Progress::Failed { call } => self.state.calls.get(&call).map(AsRef::as_ref),
            _ => None,
        }
    }

    pub(super) fn checking(&self) -> bool {
        self.instance.is_some_and(|instance| {
            instance
                .checks
                .iter()
                .filter_map(|id| self.state.checks.get(id))
                .any(|check| check.end.is_none() && check.stage != Stage::Before)
        })
    }

    /// What must have happened before the step may begin.
    pub(super) fn may_begin(&self, reason: Option<&Shown>) -> Result<(), Refusal> {
        if !matches!(self.progress, Progress::Planned | Progress::Failed { .. }) {
            return Err(self.wrong());
        }
        if self.state.not_applicable.contains(&*self.key.name()) {
            let when = self.step.when.as_ref().map_or("", |when| when.source());
            return Err(Refusal::NotApplicable(format!("`{when}` is not so")));
        }
        let missing = self.unmet(&self.step.requires, |progress| {
            matches!(progress, Progress::Proven | Progress::Done | Progress::Unproven)
                || progress == Progress::Proving
        });
        if !missing.is_empty() {
            return Err(Refusal::Requires(missing));
        }
        let earlier = self.unmet(&self.step.after, Progress::is_over);
        if !earlier.is_empty() && reason.is_none_or(Shown::is_blank) {
            return Err(Refusal::ComesAfter(earlier));
        }
        Ok(())
    }

    /// Whether the call can be rendered from what is known now.
    pub(super) fn can_be_made(&self, purpose: Purpose) -> Result<(), Refusal> {
        let Some(call) = render::call_of(self.step, purpose) else { return Ok(()) };
        render::call_request(self.state, self.step, call, &self.key, purpose)?;
        render::target(self.state, self.step, call, &self.key)?;
        Ok(())
    }

    /// Titles of the steps among `ids` that do not stand as wanted. Of a step for each member of
    /// the same scope the turn of the same member counts, else those of all members.
    pub(super) fn unmet(&self, ids: &[String], wanted: impl Fn(Progress) -> bool) -> Vec<String> {
        let steps = ids.iter().filter_map(|id| self.state.playbook.step(id));
        let concerns = |row: &Row<'_>| {
            row.step.each != self.step.each
                || row.member.map(|member| member.name.as_str()) == self.key.member.as_deref()
        };
        let rows = steps.flat_map(|step| self.state.rows(step)).filter(|row| {
            !row.is_empty() && concerns(row) && !self.state.not_applicable.contains(&*row.name)
        });
        rows.filter(|row| !wanted(row.progress))
            .map(|row| format!("\u{201c}{}\u{201d}", row.title()))
            .collect()
    }
}

/// The step of this id, or a refusal with the nearest name.
pub(super) fn known_step<'a>(state: &'a State, id: &str) -> Result<&'a Step, Refusal> {
    state.playbook.step(id).ok_or_else(|| Refusal::UnknownStep {
        id: Shown::new(id).to_string(),
        nearest: nearest(id, state.playbook.steps.iter().map(|step| step.id.as_str())),
    })
}

/// The step that has such an instance, or a refusal with the nearest name.
fn find_step<'a>(state: &'a State, key: &StepKey) -> Result<&'a Step, Refusal> {
    let step = known_step(state, &key.id)?;
    let Some(scope) = &step.each else {
        return if key.member.is_none() {
            Ok(step)
        } else {
            let id = Shown::new(&*key.name()).to_string();
            Err(Refusal::UnknownStep { id, nearest: Some(key.id.clone()) })
        };
    };
    let first = state.members(scope).next();
    let scoped = || Shown::new(scope);
    match (&key.member, first) {
        (Some(member), _) if state.member(scope, member).is_some() => Ok(step),
        (Some(member), _) => {
            let names = state.members(scope).map(|member| member.name.as_str());
            let nearest = nearest(member, names);
            Err(Refusal::NotInScope { scope: scoped(), name: Shown::new(member), nearest })
        }
        (None, Some(first)) => {
            let example = Shown::new(format!("{}[{}]", step.id, first.name));
            Err(Refusal::NeedsMember { scope: scoped(), example })
        }
        (None, None) => Err(Refusal::EmptyScope(scoped())),
    }
}
