//! What a person asks for.

use chrono::TimeDelta;

use super::{Turn, call, check, clock, exercise, people, plan, register};
use crate::incident::effect::Effect;
use crate::incident::id::StepKey;
use crate::incident::input::Ask;
use crate::incident::permit::{allowed, permit_to};
use crate::incident::record::{
    Armed, By, Disarm, DoneElsewhere, Purpose, Record, Resolution, ScopeSource, Stage,
};
use crate::incident::refusal::Refusal;
use crate::incident::render;
use crate::incident::state::Progress;
use crate::playbook::{Call, Step, bare_url};
use crate::text::Shown;

/// How long what was shown may be confirmed.
const CONFIRM_WITHIN: TimeDelta = TimeDelta::minutes(5);

pub(super) fn person(turn: &mut Turn, by: &By, ask: &Ask) -> Result<(), Refusal> {
    allowed(&turn.state, ask, turn.now)?;
    permit_to(&turn.state, by, ask)?;
    match ask.clone() {
        Ask::Start { step, reason } => start(turn, step, reason)?,
        Ask::Arm { step, purpose, reason } => arm(turn, &step, purpose, reason)?,
        Ask::Confirm { step, .. } => confirm(turn, &step)?,
        Ask::Disarm { step } => {
            turn.push(Record::StepDisarmed { step, why: Disarm::ByPerson });
        }
        Ask::Answer { step, text, reason } => {
            turn.push(Record::StepStarted { step: step.clone(), out_of_order: reason });
            turn.push(Record::StepAnswered { step, text });
        }
        Ask::Decide { step, option, because, reason } => {
            turn.push(Record::StepStarted { step: step.clone(), out_of_order: reason });
            turn.push(Record::Decided { step, option, reason: because });
        }
        Ask::Skip { step, skip, reason } => clock::skip(turn, step, skip, reason)?,
        Ask::DoneElsewhere { step, by_whom: who, place, occurred: when, evidence, reason } => {
            let done = DoneElsewhere { step, who, place, when, evidence, reason };
            clock::elsewhere(turn, done)?;
        }
        Ask::Reopen { step, reason } => reopen(turn, step, reason),
        Ask::Amend { step, toml, reason } => plan::amend(turn, step, &toml, reason)?,
        Ask::AddStep { toml, reason } => plan::add(turn, &toml, reason)?,
        Ask::CheckAgain { step } => check::start_all(turn, &step, Stage::Proof)?,
        Ask::AcceptUnproven { step, reason } => {
            turn.push(Record::StepCompleted { step, proven: false, reason: Some(reason) });
        }
        Ask::Probe { step } => check::start_all(turn, &step, Stage::Doubt)?,
        Ask::Retry { step } => call::again(turn, call_of(turn, &step)?)?,
        Ask::Resolve { step, took_effect, reason } => {
            let call = call_of(turn, &step)?;
            let how = Resolution::Person { reason };
            call::resolved(turn, call, took_effect, how)?;
        }
        Ask::StopRetry { step } => {
            let call = call_of(turn, &step)?;
            turn.push(Record::RetryStopped { call });
        }
        rest @ (Ask::TakeRole { .. }
        | Ask::GiveUpRole { .. }
        | Ask::OfferHandOver { .. }
        | Ask::AcceptHandOver { .. }
        | Ask::DeclineHandOver { .. }) => people::asked(turn, by, rest)?,
        rest => incident_wide(turn, rest)?,
    }
    Ok(())
}

/// What is asked of the incident as a whole.
fn incident_wide(turn: &mut Turn, ask: Ask) -> Result<(), Refusal> {
    match ask {
        Ask::SetInput { name, value } => turn.push(Record::InputSet { name, value }),
        Ask::AddScope { scope, name, source } => {
            let (name, source) = (Shown::new(name.one_line()), ScopeSource::Person { source });
            turn.push(Record::ScopeAdded { scope, name, source });
        }
        Ask::Admit { scope, name, url, secrets, reason } => {
            let url =
                bare_url(url.as_str(), secrets).map_err(|what| Refusal::WrongUrl(what.into()))?;
            let member = turn.state.member(&scope, name.as_str()).ok_or(Refusal::Unexpected)?;
            let (backend, to) = (member.backend(), url.clone());
            let admit = Effect::Admit { backend, url: to, secrets };
            turn.push(Record::ScopeAdmitted { scope, name, url, secrets, reason });
            turn.effect(admit);
        }
        Ask::Note { text, source, .. } => turn.push(Record::Noted { text, source }),
        Ask::Withhold { blob, reason } => {
            turn.push(Record::Withheld { blob: blob.clone(), reason });
            turn.effect(Effect::RemoveBlob { sha256: blob });
        }
        Ask::Close { reason } => {
            check::end_guards(turn, None, "the incident was closed");
            turn.push(Record::Closed { reason });
        }
        Ask::Declare { .. }
        | Ask::SetSeverity { .. }
        | Ask::Aware { .. }
        | Ask::DutyDecide { .. }
        | Ask::DutyMet { .. }
        | Ask::UpdateGive { .. }
        | Ask::UpdatesEnd { .. } => clock::asked(turn, ask)?,
        Ask::Deliver { .. }
        | Ask::InjectSeen { .. }
        | Ask::InjectAnswer { .. }
        | Ask::Control { .. }
        | Ask::HotWash { .. } => exercise::asked(turn, ask),
        // Asks about steps were handled by the caller.
        rest => register::asked(turn, rest)?,
    }
    Ok(())
}

/// The call or undo of a step.
fn find_call(step: &Step, purpose: Purpose) -> Result<&Call, Refusal> {
    render::call_of(step, purpose).ok_or(match purpose {
        Purpose::Act => Refusal::WrongTask("a call"),
        Purpose::Undo => Refusal::NoUndo,
    })
}

fn start(turn: &mut Turn, key: StepKey, reason: Option<Shown>) -> Result<(), Refusal> {
    let playbook = turn.state.playbook.clone();
    let step = playbook.step(&key.id).ok_or(Refusal::Unexpected)?;
    let what = find_call(step, Purpose::Act)?;
    let request = render::call_request(&turn.state, step, what, &key, Purpose::Act)?;
    turn.push(Record::StepStarted { step: key.clone(), out_of_order: reason });
    call::request(turn, key, Purpose::Act, request)
}

fn arm(
    turn: &mut Turn,
    key: &StepKey,
    purpose: Purpose,
    reason: Option<Shown>,
) -> Result<(), Refusal> {
    let playbook = turn.state.playbook.clone();
    let step = playbook.step(&key.id).ok_or(Refusal::Unexpected)?;
    let what = find_call(step, purpose)?;
    let request = render::call_request(&turn.state, step, what, key, purpose)?;
    let target = render::target(&turn.state, step, what, key)?;
    if turn.state.progress(&key.name()) == Progress::Armed {
        turn.push(Record::StepDisarmed { step: key.clone(), why: Disarm::Expired });
    }
    let hash = request.hash();
    let expires = turn.now.at + exercise::for_people(turn, CONFIRM_WITHIN);
    let out_of_order = reason;
    let step = key.clone();
    turn.push(Record::StepArmed(Armed {
        step,
        purpose,
        request,
        hash,
        target,
        expires,
        out_of_order,
    }));
    check::start_all(turn, key, Stage::Before)
}

/// Sends the recorded form, not a new rendering.
fn confirm(turn: &mut Turn, key: &StepKey) -> Result<(), Refusal> {
    let armed = turn
        .state
        .instance(&key.name())
        .and_then(|instance| instance.armed.as_deref())
        .cloned()
        .ok_or(Refusal::NotArmed)?;
    // A check of the state before must not speak of a state after.
    check::stop_running(turn, key, "the call was confirmed before this was settled");
    if armed.purpose == Purpose::Act {
        let out_of_order = armed.out_of_order.clone();
        turn.push(Record::StepStarted { step: key.clone(), out_of_order });
    }
    call::request(turn, key.clone(), armed.purpose, armed.request)
}

fn reopen(turn: &mut Turn, key: StepKey, reason: Shown) {
    check::end_guards(turn, Some(&key), "the step was opened again");
    let key = StepKey { epoch: key.epoch + 1, ..key };
    turn.push(Record::StepReopened { step: key, reason });
}

/// The call that the step's progress speaks of.
fn call_of(turn: &Turn, key: &StepKey) -> Result<u32, Refusal> {
    match turn.state.progress(&key.name()) {
        Progress::InDoubt { call } | Progress::Retrying { call } => Ok(call),
        _ => Err(Refusal::Unexpected),
    }
}
