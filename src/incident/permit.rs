//! May this be asked now? The one set of rules behind `decide` (which refuses) and `offers` (which
//! says why not).

use std::time::Duration;

use chrono::TimeDelta;

use super::id::StepKey;
use super::input::{Ask, Now};
use super::record::{Purpose, Stage};
use super::refusal::Refusal;
use super::render;
use super::state::{CallEnd, CallState, Instance, Progress, State};
use crate::playbook::{Danger, Repeat, Step, Task};
use crate::text::Shown;

/// The longest text a person may put into one record, bytes.
pub const TEXT_LIMIT: usize = 256 * 1024;

/// Another machine's clock may be ahead of ours by so much.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// Whether `ask` would be accepted now.
pub fn permit(state: &State, ask: &Ask, now: Now) -> Result<(), Refusal> {
    if let Some(why) = &state.read_only {
        return Err(Refusal::ReadOnly(why.clone()));
    }
    if state.opened.is_none() {
        return Err(Refusal::NotOpen);
    }
    if state.closed.is_some() && !matches!(ask, Ask::Exported { .. } | Ask::Withhold { .. }) {
        return Err(Refusal::Closed);
    }
    match ask {
        Ask::Start { step, reason } => permit_start(&Asked::new(state, step)?, reason.as_ref()),
        Ask::Arm { step, purpose, reason } => {
            permit_arm(&Asked::new(state, step)?, *purpose, reason.as_ref(), now)
        }
        Ask::Confirm { step, hash, typed } => {
            permit_confirm(&Asked::new(state, step)?, hash, typed.as_deref(), now)
        }
        Ask::Disarm { step } => Asked::new(state, step)?.armed().map(|_| ()),
        Ask::Answer { step, text, reason } => {
            permit_answer(&Asked::new(state, step)?, text, reason.as_ref())
        }
        Ask::Decide { step, option, because, reason } => {
            permit_decide(&Asked::new(state, step)?, option, because, reason.as_ref())
        }
        Ask::Skip { step, reason } => permit_skip(&Asked::new(state, step)?, reason),
        Ask::Reopen { step, reason } => permit_reopen(&Asked::new(state, step)?, reason),
        Ask::CheckAgain { step } => permit_check_again(&Asked::new(state, step)?),
        Ask::AcceptUnproven { step, reason } => permit_accept(&Asked::new(state, step)?, reason),
        Ask::Probe { step } => permit_probe(&Asked::new(state, step)?),
        Ask::Retry { step } => permit_retry(&Asked::new(state, step)?, now),
        Ask::Resolve { step, reason, .. } => permit_resolve(&Asked::new(state, step)?, reason),
        Ask::StopRetry { step } => permit_stop_retry(&Asked::new(state, step)?),
        Ask::SetInput { name, value } => permit_input(state, name, value),
        Ask::AddScope { scope, name, source } => permit_scope(state, scope, name, source),
        Ask::Note { text, occurred } => {
            let latest = now.at + CLOCK_SKEW;
            if occurred.as_ref().is_some_and(|occurred| occurred.at > latest) {
                return Err(Refusal::NotYet);
            }
            written(text)
        }
        Ask::Withhold { blob, reason } => permit_withhold(state, blob, reason),
        Ask::Exported { .. } => Ok(()),
        Ask::Close { reason } => permit_close(state, reason),
    }
}

/// A step that was asked about, and its current instance.
struct Asked<'a> {
    state: &'a State,
    step: &'a Step,
    instance: Option<&'a Instance>,
    progress: Progress,
}

impl<'a> Asked<'a> {
    fn new(state: &'a State, key: &StepKey) -> Result<Self, Refusal> {
        let step = find_step(state, &key.id)?;
        let current = state.key(&key.id);
        if current != *key {
            return Err(Refusal::Stale { now: current.to_string() });
        }
        let progress = state.progress(&key.id);
        Ok(Self { state, step, instance: state.instance(&key.id), progress })
    }

    fn wrong(&self) -> Refusal {
        Refusal::WrongProgress(self.progress.word())
    }

    fn armed(&self) -> Result<&'a super::record::Armed, Refusal> {
        self.instance.and_then(|instance| instance.armed.as_deref()).ok_or(Refusal::NotArmed)
    }

    /// The call that the progress speaks of.
    fn call(&self) -> Option<&'a CallState> {
        match self.progress {
            Progress::Running { call }
            | Progress::Retrying { call }
            | Progress::InDoubt { call }
            | Progress::Failed { call } => self.state.calls.get(&call).map(AsRef::as_ref),
            _ => None,
        }
    }

    fn checking(&self) -> bool {
        self.instance.is_some_and(|instance| {
            instance
                .checks
                .iter()
                .filter_map(|id| self.state.checks.get(id))
                .any(|check| check.end.is_none() && check.stage != Stage::Before)
        })
    }

    /// What must have happened before the step may begin.
    fn may_begin(&self, reason: Option<&Shown>) -> Result<(), Refusal> {
        if !matches!(self.progress, Progress::Planned | Progress::Failed { .. }) {
            return Err(self.wrong());
        }
        if self.state.not_applicable.contains(&self.step.id) {
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
        self.can_be_made(Purpose::Act)
    }

    /// Whether the call can be rendered from what is known now.
    fn can_be_made(&self, purpose: Purpose) -> Result<(), Refusal> {
        let ((Purpose::Act, Task::Call(call), _) | (Purpose::Undo, _, Some(call))) =
            (purpose, &self.step.task, &self.step.undo)
        else {
            return Ok(());
        };
        let key = self.state.key(&self.step.id);
        render::call_request(self.state, self.step, call, &key, purpose)?;
        render::target(self.state, self.step)?;
        Ok(())
    }

    /// Titles of the steps among `ids` that do not stand as wanted.
    fn unmet(&self, ids: &[String], wanted: impl Fn(Progress) -> bool) -> Vec<String> {
        ids.iter()
            .filter(|id| !self.state.not_applicable.contains(*id))
            .filter(|id| !wanted(self.state.progress(id)))
            .filter_map(|id| self.state.playbook.step(id))
            .map(|step| format!("\u{201c}{}\u{201d}", step.title))
            .collect()
    }
}

/// The step, or a refusal with the nearest name.
fn find_step<'a>(state: &'a State, id: &str) -> Result<&'a Step, Refusal> {
    state.playbook.step(id).ok_or_else(|| Refusal::UnknownStep {
        id: Shown::new(id).to_string(),
        nearest: nearest(id, state.playbook.steps.iter().map(|step| step.id.as_str())),
    })
}

fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    names
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, other)| *distance <= 1 + other.len() / 4)
        .min()
        .map(|(_, other)| other.to_owned())
}

fn reasoned(reason: &Shown) -> Result<(), Refusal> {
    if reason.is_blank() { Err(Refusal::NeedsReason) } else { short(reason) }
}

fn written(text: &Shown) -> Result<(), Refusal> {
    if text.is_blank() { Err(Refusal::Blank) } else { short(text) }
}

fn short(text: &Shown) -> Result<(), Refusal> {
    if text.as_str().len() > TEXT_LIMIT {
        return Err(Refusal::TooLong { limit: TEXT_LIMIT });
    }
    Ok(())
}

fn permit_start(asked: &Asked<'_>, reason: Option<&Shown>) -> Result<(), Refusal> {
    if !matches!(asked.step.task, Task::Call(_)) {
        return Err(Refusal::WrongTask("a call"));
    }
    if asked.step.danger != Danger::None {
        return Err(Refusal::NeedsConfirmation);
    }
    asked.may_begin(reason)
}

fn permit_arm(
    asked: &Asked<'_>,
    purpose: Purpose,
    reason: Option<&Shown>,
    now: Now,
) -> Result<(), Refusal> {
    // An expired confirmation may be looked at again; it was never sent.
    if let Ok(armed) = asked.armed()
        && armed.expires <= now.at
        && armed.purpose == purpose
    {
        return Ok(());
    }
    match purpose {
        Purpose::Act => {
            if !matches!(asked.step.task, Task::Call(_)) {
                return Err(Refusal::WrongTask("a call"));
            }
            if asked.step.danger == Danger::None {
                return Err(Refusal::NeedsNoConfirmation);
            }
            asked.may_begin(reason)
        }
        Purpose::Undo => {
            if asked.step.undo.is_none() {
                return Err(Refusal::NoUndo);
            }
            match asked.progress {
                Progress::Proven | Progress::Done | Progress::Unproven => {
                    asked.can_be_made(Purpose::Undo)
                }
                _ => Err(asked.wrong()),
            }
        }
    }
}

fn permit_confirm(
    asked: &Asked<'_>,
    hash: &str,
    typed: Option<&str>,
    now: Now,
) -> Result<(), Refusal> {
    let armed = asked.armed()?;
    if armed.expires <= now.at {
        return Err(Refusal::Expired);
    }
    if armed.hash != hash {
        return Err(Refusal::Changed);
    }
    if asked.step.danger == Danger::Type {
        let target = armed.target.clone().unwrap_or_else(|| asked.step.title.as_str().into());
        if typed.map(str::trim) != Some(target.as_str()) {
            return Err(Refusal::TypedOtherwise(target));
        }
    }
    Ok(())
}

fn permit_answer(asked: &Asked<'_>, text: &Shown, reason: Option<&Shown>) -> Result<(), Refusal> {
    if !matches!(asked.step.task, Task::Ask(_)) {
        return Err(Refusal::WrongTask("a question"));
    }
    asked.may_begin(reason)?;
    written(text)
}

fn permit_decide(
    asked: &Asked<'_>,
    option: &Shown,
    because: &Shown,
    reason: Option<&Shown>,
) -> Result<(), Refusal> {
    let Task::Decide(decide) = &asked.step.task else {
        return Err(Refusal::WrongTask("a decision"));
    };
    asked.may_begin(reason)?;
    if !decide.options.iter().any(|one| one == option.as_str()) {
        let options = decide.options.clone();
        return Err(Refusal::NotAnOption { option: option.clone(), options });
    }
    reasoned(because)
}

fn permit_skip(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    match asked.progress {
        Progress::Planned | Progress::Failed { .. } => reasoned(reason),
        _ => Err(asked.wrong()),
    }
}

fn permit_reopen(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    match asked.progress {
        progress if progress.is_over() => reasoned(reason),
        Progress::Unproven => reasoned(reason),
        _ => Err(asked.wrong()),
    }
}

fn permit_check_again(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.progress {
        Progress::Proven | Progress::Unproven | Progress::Done => {}
        _ => return Err(asked.wrong()),
    }
    if asked.step.verify.is_empty() {
        return Err(Refusal::NoProof);
    }
    if asked.checking() { Err(Refusal::AlreadyChecking) } else { Ok(()) }
}

fn permit_accept(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    if asked.progress != Progress::Unproven {
        return Err(asked.wrong());
    }
    if asked.checking() {
        return Err(Refusal::AlreadyChecking);
    }
    reasoned(reason)
}

/// The call in doubt, or why there is none.
fn doubt<'a>(asked: &Asked<'a>) -> Result<&'a CallState, Refusal> {
    match asked.progress {
        Progress::InDoubt { .. } => asked.call().ok_or(Refusal::Unexpected),
        _ => Err(asked.wrong()),
    }
}

fn permit_probe(asked: &Asked<'_>) -> Result<(), Refusal> {
    let call = doubt(asked)?;
    if call.purpose == Purpose::Undo {
        return Err(Refusal::ProvesOnlyTheStep);
    }
    if asked.step.verify.is_empty() {
        return Err(Refusal::NoProof);
    }
    if asked.checking() { Err(Refusal::AlreadyChecking) } else { Ok(()) }
}

fn permit_retry(asked: &Asked<'_>, now: Now) -> Result<(), Refusal> {
    let call = doubt(asked)?;
    may_repeat(asked.step, call, now)
}

/// Whether sending the call again is harmless now.
pub(super) fn may_repeat(step: &Step, call: &CallState, now: Now) -> Result<(), Refusal> {
    let Some(repeat) = repeat_of(step, call.purpose) else { return Err(Refusal::NeverRepeat) };
    match repeat {
        Repeat::Reads | Repeat::Idempotent => Ok(()),
        Repeat::Once => Err(Refusal::NeverRepeat),
        Repeat::Keyed { life_s } => {
            let age = (now.at - call.first_requested_at).to_std().unwrap_or_default();
            if age < Duration::from_secs(life_s) {
                Ok(())
            } else {
                Err(Refusal::KeyExpired { ago: format!("{} min", age.as_secs() / 60) })
            }
        }
    }
}

/// What the playbook says of repeating this call.
pub(super) fn repeat_of(step: &Step, purpose: Purpose) -> Option<Repeat> {
    match (purpose, &step.task) {
        (Purpose::Act, Task::Call(call)) => Some(call.repeat),
        (Purpose::Undo, _) => step.undo.as_ref().map(|call| call.repeat),
        (Purpose::Act, _) => None,
    }
}

fn permit_resolve(asked: &Asked<'_>, reason: &Shown) -> Result<(), Refusal> {
    doubt(asked)?;
    if asked.checking() {
        return Err(Refusal::AlreadyChecking);
    }
    reasoned(reason)
}

fn permit_stop_retry(asked: &Asked<'_>) -> Result<(), Refusal> {
    match asked.call() {
        Some(call) if matches!(call.end, CallEnd::Waiting { .. }) => Ok(()),
        _ => Err(asked.wrong()),
    }
}

fn permit_input(state: &State, name: &str, value: &Shown) -> Result<(), Refusal> {
    if !state.playbook.inputs.iter().any(|input| input.id == name) {
        return Err(Refusal::UnknownInput {
            name: Shown::new(name).to_string(),
            nearest: nearest(name, state.playbook.inputs.iter().map(|input| input.id.as_str())),
        });
    }
    short(value)
}

fn permit_scope(state: &State, scope: &str, name: &Shown, source: &Shown) -> Result<(), Refusal> {
    written(name)?;
    reasoned(source)?;
    if scope.trim().is_empty() {
        return Err(Refusal::Blank);
    }
    if state.scope.iter().any(|member| member.scope == scope && member.name == *name) {
        return Err(Refusal::AlreadyInScope);
    }
    Ok(())
}

fn permit_withhold(state: &State, blob: &str, reason: &Shown) -> Result<(), Refusal> {
    let kept =
        |answer: &super::request::Answer| answer.kept && answer.sha256.as_deref() == Some(blob);
    let known = state.calls.values().any(|call| call.answer.as_ref().is_some_and(kept));
    if !known || state.withheld.contains(blob) {
        return Err(Refusal::UnknownBlob(Shown::new(blob).to_string()));
    }
    reasoned(reason)
}

fn permit_close(state: &State, reason: &Shown) -> Result<(), Refusal> {
    let unsettled: Vec<String> = state
        .timeline()
        .filter(|(_, progress)| {
            progress.is_busy() || matches!(progress, Progress::InDoubt { .. } | Progress::Armed)
        })
        .map(|(step, progress)| format!("\u{201c}{}\u{201d} ({})", step.title, progress.word()))
        .collect();
    if !unsettled.is_empty() {
        return Err(Refusal::Unsettled(unsettled));
    }
    reasoned(reason)
}
