//! What may be done with the incident as a whole.

use chrono::TimeDelta;

use super::{nearest, reasoned, short, written};
use crate::incident::input::Now;
use crate::incident::record::Occurred;
use crate::incident::refusal::Refusal;
use crate::incident::request::Answer;
use crate::incident::state::{Admission, Progress, State};
use crate::playbook::bare_url;
use crate::text::Shown;

/// Another machine's clock may be ahead of ours by so much.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

pub(super) fn note(
    text: &Shown,
    occurred: Option<&Occurred>,
    source: Option<&Shown>,
    now: Now,
) -> Result<(), Refusal> {
    in_the_past(occurred, now)?;
    source.map_or(Ok(()), written)?;
    written(text)
}

/// What happened lies in the past.
pub(super) fn in_the_past(occurred: Option<&Occurred>, now: Now) -> Result<(), Refusal> {
    let latest = now.at + CLOCK_SKEW;
    if occurred.is_some_and(|occurred| occurred.at > latest) {
        return Err(Refusal::NotYet);
    }
    Ok(())
}

pub(super) fn input(state: &State, name: &str, value: &Shown) -> Result<(), Refusal> {
    if !state.playbook.inputs.iter().any(|input| input.id == name) {
        return Err(Refusal::UnknownInput {
            name: Shown::new(name).to_string(),
            nearest: nearest(name, state.playbook.inputs.iter().map(|input| input.id.as_str())),
        });
    }
    short(value)
}

pub(super) fn scope(
    state: &State,
    scope: &str,
    name: &Shown,
    source: &Shown,
) -> Result<(), Refusal> {
    written(name)?;
    reasoned(source)?;
    if scope.trim().is_empty() {
        return Err(Refusal::Blank);
    }
    if state
        .scope
        .iter()
        .any(|member| member.scope == scope && member.name.as_str() == name.one_line())
    {
        return Err(Refusal::AlreadyInScope);
    }
    Ok(())
}

pub(super) fn admit(
    state: &State,
    scope: &str,
    name: &Shown,
    (url, secrets): (&Shown, bool),
    reason: &Shown,
) -> Result<(), Refusal> {
    let Some(member) = state.member(scope, name.as_str()) else {
        let nearest = nearest(name.as_str(), state.members(scope).map(|one| one.name.as_str()));
        return Err(Refusal::NotInScope { scope: Shown::new(scope), name: name.clone(), nearest });
    };
    reasoned(reason)?;
    // An offer has none yet: it is looked at again when it is recorded.
    if url.is_blank() {
        return Ok(());
    }
    let url = bare_url(url.as_str(), secrets).map_err(|what| Refusal::WrongUrl(what.into()))?;
    let same = |admission: &Admission| admission.url == url && admission.secrets == secrets;
    if member.admitted.as_ref().is_some_and(same) { Err(Refusal::AlreadyAdmitted) } else { Ok(()) }
}

pub(super) fn withhold(state: &State, blob: &str, reason: &Shown) -> Result<(), Refusal> {
    let is_it = |answer: &Answer| answer.sha256.as_deref() == Some(blob);
    let is_kept = state.kept_calls().any(|call| call.answer.as_ref().is_some_and(is_it))
        || state.kept_outputs().any(|(kept, _)| kept == blob);
    if !is_kept {
        return Err(Refusal::UnknownBlob(Shown::new(blob).to_string()));
    }
    reasoned(reason)
}

/// Nobody is reminded of what a closed incident still owes.
fn open_clocks(state: &State) -> impl Iterator<Item = String> {
    let duties = state.duties().filter_map(|(duty, decided)| {
        let word = match decided {
            None => "a duty that nobody decided on",
            Some(decided) if decided.is_open() => "a duty that is not met",
            Some(_) => return None,
        };
        Some(format!("\u{201c}{}\u{201d} ({word})", duty.title))
    });
    let steps = state.timeline().filter(|row| state.deferred(&row.name).is_some());
    duties.chain(steps.map(|row| format!("\u{201c}{}\u{201d} (put off)", row.title())))
}

pub(super) fn close(state: &State, reason: &Shown) -> Result<(), Refusal> {
    let unsettled: Vec<String> = state
        .timeline()
        .filter(|row| {
            let progress = row.progress;
            progress.is_busy() || matches!(progress, Progress::InDoubt { .. } | Progress::Armed)
        })
        .map(|row| format!("\u{201c}{}\u{201d} ({})", row.title(), row.progress.word()))
        .chain(open_clocks(state))
        .collect();
    if !unsettled.is_empty() {
        return Err(Refusal::Unsettled(unsettled));
    }
    reasoned(reason)
}
