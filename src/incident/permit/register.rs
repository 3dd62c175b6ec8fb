//! What may be done with claims, reminders and evidence.

use super::{TEXT_LIMIT, reasoned, written};
use crate::incident::claim::{Claim, ClaimStatus};
use crate::incident::evidence::is_sha256;
use crate::incident::id::{ClaimId, TimerId};
use crate::incident::input::Now;
use crate::incident::ran::{CommandEnd, HowEnded, is_run};
use crate::incident::record::Mode;
use crate::incident::refusal::Refusal;
use crate::incident::reminder::{LONGEST_REMINDER, When};
use crate::incident::state::State;
use crate::text::Shown;

/// What may be left out is written where it is not.
fn optional(text: Option<&Shown>) -> Result<(), Refusal> {
    text.map_or(Ok(()), written)
}

fn claim(state: &State, id: ClaimId) -> Result<&Claim, Refusal> {
    let last = || state.claims.get_max().map(|(id, _)| *id);
    let found = state.claims.get(&id).map(AsRef::as_ref);
    found.ok_or_else(|| Refusal::UnknownClaim { claim: id, last: last() })
}

pub(super) fn make(text: &Shown, source: &Shown, data: Option<&Shown>) -> Result<(), Refusal> {
    written(text)?;
    written(source)?;
    optional(data)
}

pub(super) fn amend(
    state: &State,
    id: ClaimId,
    status: ClaimStatus,
    reason: &Shown,
) -> Result<(), Refusal> {
    if claim(state, id)?.status == status {
        return Err(Refusal::SameStatus(status.word()));
    }
    reasoned(reason)
}

pub(super) fn count(
    state: &State,
    id: ClaimId,
    count: &Shown,
    source: &Shown,
) -> Result<(), Refusal> {
    claim(state, id)?;
    written(count)?;
    written(source)
}

pub(super) fn act_as_if(
    state: &State,
    id: ClaimId,
    act: bool,
    reason: &Shown,
) -> Result<(), Refusal> {
    match (claim(state, id)?.act_as_if.is_some(), act) {
        (true, true) => Err(Refusal::ActedOn),
        (false, false) => Err(Refusal::NotActedOn),
        _ => reasoned(reason),
    }
}

pub(super) fn remind(
    what: &Shown,
    who: Option<&Shown>,
    when: When,
    now: Now,
) -> Result<(), Refusal> {
    written(what)?;
    optional(who)?;
    let due = when.due(now.at).ok_or(Refusal::TooFar)?;
    if due <= now.at {
        return Err(Refusal::Passed);
    }
    if due - now.at > LONGEST_REMINDER { Err(Refusal::TooFar) } else { Ok(()) }
}

pub(super) fn done(state: &State, id: TimerId, how: Option<&Shown>) -> Result<(), Refusal> {
    let last = || state.timers.get_max().map(|(id, _)| *id);
    let timer = state.timers.get(&id);
    let timer = timer.ok_or_else(|| Refusal::UnknownTimer { timer: id, last: last() })?;
    if timer.done.is_some() {
        return Err(Refusal::TimerIsDone);
    }
    optional(how)
}

/// So many words a command may have.
const MOST_WORDS: usize = 1_024;

pub(super) fn start(
    state: &State,
    run: &str,
    argv: &[Shown],
    about: &[&Shown],
    anyway: bool,
) -> Result<(), Refusal> {
    if state.mode() == Mode::Drill && !anyway {
        return Err(Refusal::RealInDrill);
    }
    if !is_run(run) {
        return Err(Refusal::UnknownRun(Shown::new(run).clipped(20).to_string()));
    }
    if state.commands.contains_key(run) {
        return Err(Refusal::RunIsKnown);
    }
    if argv.first().is_none_or(Shown::is_blank) {
        return Err(Refusal::Blank);
    }
    let length = argv.iter().chain(about.iter().copied()).map(|word| word.as_str().len());
    if argv.len() > MOST_WORDS || length.sum::<usize>() > TEXT_LIMIT {
        return Err(Refusal::TooLong { limit: TEXT_LIMIT });
    }
    Ok(())
}

pub(super) fn end(state: &State, run: &str, end: &CommandEnd) -> Result<(), Refusal> {
    let command = state.commands.get(run);
    let command =
        command.ok_or_else(|| Refusal::UnknownRun(Shown::new(run).clipped(20).to_string()))?;
    if command.end.is_some() {
        return Err(Refusal::RunIsOver);
    }
    if !end.blobs().all(is_sha256) {
        return Err(Refusal::NotHashed);
    }
    match &end.how {
        HowEnded::Said { why } | HowEnded::NotStarted { why } => reasoned(why),
        HowEnded::Exited { .. } | HowEnded::Signalled { .. } => Ok(()),
    }
}

/// The hash is looked at when it is recorded: an offer has none yet.
pub(super) fn attach(path: &Shown, about: &Shown) -> Result<(), Refusal> {
    written(path)?;
    written(about)
}
