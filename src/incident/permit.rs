//! May this be asked now? The one set of rules behind `decide` (which refuses) and `offers` (which
//! says why not).

mod asked;
mod clock;
mod doubt;
mod exercise;
mod people;
mod plan;
mod register;
mod step;
mod whole;

use super::input::{Ask, Now};
use super::record::{By, Purpose};
use super::refusal::Refusal;
use super::state::State;
use crate::playbook::similar;
use crate::text::Shown;
use asked::Asked;
pub(super) use clock::{cadence, duty};
pub(super) use doubt::{may_repeat, repeat_of};

/// The longest text a person may put into one record, bytes.
pub const TEXT_LIMIT: usize = 256 * 1024;

/// Whether `ask` would be accepted now.
pub fn permit(state: &State, ask: &Ask, now: Now) -> Result<(), Refusal> {
    allowed(state, ask, now)?;
    match ask {
        Ask::Start { step, .. } => Asked::new(state, step)?.can_be_made(Purpose::Act),
        Ask::Arm { step, purpose, .. } => Asked::new(state, step)?.can_be_made(*purpose),
        _ => Ok(()),
    }
}

/// What only certain people can ask: whether this person can. To be asked beside [`permit`].
pub fn permit_to(state: &State, by: &By, ask: &Ask) -> Result<(), Refusal> {
    people::allowed_to(state, by, ask)
}

/// The same but for whether the request can be rendered: who goes on to render it finds out.
pub(super) fn allowed(state: &State, ask: &Ask, now: Now) -> Result<(), Refusal> {
    if let Some(why) = &state.read_only {
        return Err(Refusal::ReadOnly(why.clone()));
    }
    if state.opened.is_none() {
        return Err(Refusal::NotOpen);
    }
    if let Some(to) = &state.moved {
        return Err(Refusal::Moved(to.clone()));
    }
    // What was begun before has an end all the same.
    let is_open = matches!(ask, Ask::Withhold { .. } | Ask::CommandEnd { .. });
    if state.closed.is_some() && !is_open {
        return Err(Refusal::Closed);
    }
    exercise::in_play(state, ask)?;
    match ask {
        Ask::Start { step, reason } => step::start(&Asked::new(state, step)?, reason.as_ref()),
        Ask::Arm { step, purpose, reason } => {
            step::arm(&Asked::new(state, step)?, *purpose, reason.as_ref(), now)
        }
        Ask::Confirm { step, hash, typed } => {
            step::confirm(&Asked::new(state, step)?, hash, typed.as_deref(), now)
        }
        Ask::Disarm { step } => Asked::new(state, step)?.armed().map(|_| ()),
        Ask::Answer { step, text, reason } => {
            step::answer(&Asked::new(state, step)?, text, reason.as_ref())
        }
        Ask::Decide { step, option, because, reason } => {
            step::decide(&Asked::new(state, step)?, option, because, reason.as_ref())
        }
        Ask::Skip { step, skip, reason } => {
            step::skip(&Asked::new(state, step)?, reason)?;
            clock::skip_as(*skip, now)
        }
        Ask::DoneElsewhere { step, by_whom, place, occurred, evidence, reason } => {
            let (asked, occurred) = (Asked::new(state, step)?, occurred.as_ref());
            clock::elsewhere(&asked, (by_whom, place), occurred, evidence.as_ref(), reason, now)
        }
        Ask::Reopen { step, reason } => step::reopen(&Asked::new(state, step)?, reason),
        Ask::Amend { step, toml, reason } => plan::amend(state, step, toml, reason),
        Ask::AddStep { toml, reason } => plan::add(toml, reason),
        Ask::CheckAgain { step } => step::check_again(&Asked::new(state, step)?),
        Ask::AcceptUnproven { step, reason } => step::accept(&Asked::new(state, step)?, reason),
        Ask::Probe { step } => doubt::probe(&Asked::new(state, step)?),
        Ask::Retry { step } => doubt::retry(&Asked::new(state, step)?, now),
        Ask::Resolve { step, reason, .. } => doubt::resolve(&Asked::new(state, step)?, reason),
        Ask::StopRetry { step } => doubt::stop_retry(&Asked::new(state, step)?),
        Ask::SetInput { name, value } => whole::input(state, name, value),
        Ask::AddScope { scope, name, source } => whole::scope(state, scope, name, source),
        Ask::Admit { scope, name, url, secrets, reason } => {
            whole::admit(state, scope, name, (url, *secrets), reason)
        }
        Ask::Note { text, occurred, source } => {
            whole::note(text, occurred.as_ref(), source.as_ref(), now)
        }
        Ask::CommandStart { run, argv, directory, host, anyway } => {
            register::start(state, run, argv, &[directory, host], *anyway)
        }
        Ask::CommandEnd { run, end } => register::end(state, run, end),
        Ask::ClaimMake { text, source, data } => register::make(text, source, data.as_ref()),
        Ask::ClaimAmend { claim, status, reason } => {
            register::amend(state, *claim, *status, reason)
        }
        Ask::ClaimCount { claim, count, source } => register::count(state, *claim, count, source),
        Ask::ClaimActAsIf { claim, act, reason } => {
            register::act_as_if(state, *claim, *act, reason)
        }
        Ask::Remind { what, who, when } => register::remind(what, who.as_ref(), *when, now),
        Ask::TimerDone { timer, how } => register::done(state, *timer, how.as_ref()),
        Ask::Declare { occurred, reason, .. } => {
            clock::declare(state, occurred.as_ref(), reason, now)
        }
        Ask::SetSeverity { severity, reason } => clock::severity(state, *severity, reason),
        Ask::Aware { occurred, reason } => clock::aware(occurred.as_ref(), reason, now),
        Ask::DutyDecide { duty, on, starts, reason } => {
            clock::decide(state, duty, *on, starts.as_ref(), reason, now)
        }
        Ask::DutyMet { duty, occurred, how } => {
            clock::met(state, duty, occurred.as_ref(), how, now)
        }
        Ask::UpdateGive { cadence, occurred, how, next } => {
            clock::give(state, cadence, occurred.as_ref(), how, *next, now)
        }
        Ask::UpdatesEnd { cadence, reason } => clock::end(state, cadence, reason),
        Ask::Attach { path, about, .. } => register::attach(path, about),
        Ask::Withhold { blob, reason } => whole::withhold(state, blob, reason),
        Ask::Close { reason } => whole::close(state, reason),
        Ask::TakeRole { role, who, reason } => {
            people::take(state, role, who.as_ref(), reason.as_ref())
        }
        Ask::GiveUpRole { role, who } => people::give_up(state, role, who.as_ref()),
        Ask::OfferHandOver { role, to } => people::offer(state, role, to),
        Ask::AcceptHandOver { role, .. } => people::offered(state, role),
        Ask::DeclineHandOver { role, reason } => {
            people::offered(state, role).and_then(|()| reasoned(reason))
        }
        _ => exercise::asked(state, ask, now),
    }
}

/// Whether anything may be recorded that nobody asks for.
pub(super) fn writable(state: &State) -> Result<(), Refusal> {
    if let Some(to) = &state.moved {
        return Err(Refusal::Moved(to.clone()));
    }
    match (&state.read_only, &state.opened, &state.closed) {
        (Some(why), ..) => Err(Refusal::ReadOnly(why.clone())),
        (_, None, _) => Err(Refusal::NotOpen),
        (.., Some(_)) => Err(Refusal::Closed),
        _ => Ok(()),
    }
}

fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    similar(name, names).map(str::to_owned)
}

pub(super) fn reasoned(reason: &Shown) -> Result<(), Refusal> {
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
