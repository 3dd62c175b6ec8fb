//! Puts one answer into its blank of an ask.

use super::Slot;
use crate::incident::offer::DUTY_ON;
use crate::incident::{
    Ask, ClaimStatus, CommandEnd, HowEnded, Occurred, Severity, SkipAs, SkipKind, When,
};
use crate::text::Shown;

/// The error says how a time is written.
pub(super) fn put(ask: &mut Ask, slot: Slot, answer: &str) -> Result<(), Shown> {
    let words = Shown::new(answer);
    match (slot, ask) {
        (
            slot,
            ask @ (Ask::Deliver { .. }
            | Ask::InjectAnswer { .. }
            | Ask::Control { .. }
            | Ask::HotWash { .. }),
        ) => super::exercise::put(ask, slot, answer)?,
        (Slot::Reason, ask) => put_reason(ask, words),
        (
            Slot::When,
            Ask::Note { occurred, .. }
            | Ask::DoneElsewhere { occurred, .. }
            | Ask::Declare { occurred, .. }
            | Ask::Aware { occurred, .. }
            | Ask::DutyDecide { starts: occurred, .. }
            | Ask::DutyMet { occurred, .. }
            | Ask::UpdateGive { occurred, .. },
        ) => {
            let read = Occurred::parse(answer);
            *occurred = Some(read.map_err(|error| Shown::new(error.to_string()))?);
        }
        (Slot::When, Ask::Remind { when, .. }) => *when = ahead(answer)?,
        (Slot::When, Ask::Skip { skip, .. }) => {
            *skip = Some(SkipAs::Deferred { until: ahead(answer)? });
        }
        (Slot::Next, Ask::UpdateGive { next, .. }) => *next = Some(ahead(answer)?),
        (Slot::Choice, Ask::Skip { skip, .. }) => {
            let accepted = answer == SkipKind::RiskAccepted.word();
            *skip = Some(if accepted { SkipAs::RiskAccepted } else { SkipAs::NotApplicable });
        }
        (Slot::Choice, Ask::Declare { severity, .. } | Ask::SetSeverity { severity, .. }) => {
            *severity = Severity::of_word(answer).unwrap_or(*severity);
        }
        (Slot::Choice, Ask::DutyDecide { on, .. }) => *on = answer == DUTY_ON,
        (Slot::Who, Ask::DoneElsewhere { by_whom, .. }) => *by_whom = words,
        (Slot::Place, Ask::DoneElsewhere { place, .. }) => *place = words,
        (Slot::Evidence, Ask::DoneElsewhere { evidence, .. }) => *evidence = Some(words),
        (Slot::How, Ask::DutyMet { how, .. } | Ask::UpdateGive { how, .. }) => *how = words,
        (
            Slot::Text,
            Ask::Answer { text, .. }
            | Ask::Note { text, .. }
            | Ask::ClaimMake { text, .. }
            | Ask::Remind { what: text, .. }
            | Ask::Attach { about: text, .. },
        ) => *text = words,
        (Slot::Toml, Ask::Amend { toml, .. } | Ask::AddStep { toml, .. }) => *toml = words,
        (Slot::Choice, Ask::Decide { option, .. }) => *option = words,
        (Slot::Choice, Ask::ClaimAmend { status, .. }) => {
            *status = ClaimStatus::of_word(answer).unwrap_or(*status);
        }
        (Slot::Choice, Ask::Admit { secrets, .. }) => *secrets = answer == super::YES,
        (Slot::Url, Ask::Admit { url, .. }) => *url = words,
        (Slot::Because, Ask::Decide { because, .. }) => *because = words,
        (Slot::Name, Ask::SetInput { name, .. }) => answer_into(name, &words),
        (Slot::Scope, Ask::AddScope { scope, .. }) => answer_into(scope, &words),
        (Slot::Name, Ask::AddScope { name, .. }) => *name = words,
        (Slot::Value, Ask::SetInput { value, .. } | Ask::ClaimCount { count: value, .. }) => {
            *value = words;
        }
        (
            Slot::Source,
            Ask::AddScope { source, .. }
            | Ask::ClaimMake { source, .. }
            | Ask::ClaimCount { source, .. },
        ) => *source = words,
        (Slot::Data, Ask::ClaimMake { data, .. }) => *data = Some(words),
        (Slot::Who, Ask::Remind { who, .. } | Ask::TakeRole { who, .. }) => *who = Some(words),
        (Slot::Who, Ask::OfferHandOver { to, .. }) => *to = words,
        (Slot::Name, Ask::TakeRole { role, .. }) => *role = words,
        (Slot::How, Ask::TimerDone { how, .. }) => *how = Some(words),
        (Slot::Path, Ask::Attach { path, .. }) => *path = words,
        // `questions` makes no other pair.
        _ => {}
    }
    Ok(())
}

/// Takes out what an optional question had proposed.
pub(super) fn clear(ask: &mut Ask, slot: Slot) {
    if let (Slot::When, Ask::DutyDecide { starts, .. }) = (slot, ask) {
        *starts = None;
    }
}

fn ahead(answer: &str) -> Result<When, Shown> {
    When::parse(answer).map_err(|error| Shown::new(error.to_string()))
}

fn answer_into(field: &mut String, words: &Shown) {
    words.as_str().clone_into(field);
}

fn put_reason(ask: &mut Ask, words: Shown) {
    match ask {
        Ask::Start { reason, .. }
        | Ask::Arm { reason, .. }
        | Ask::Answer { reason, .. }
        | Ask::Decide { reason, .. }
        | Ask::TakeRole { reason, .. } => *reason = Some(words),
        Ask::Skip { reason, .. }
        | Ask::DoneElsewhere { reason, .. }
        | Ask::Declare { reason, .. }
        | Ask::SetSeverity { reason, .. }
        | Ask::Aware { reason, .. }
        | Ask::DutyDecide { reason, .. }
        | Ask::UpdatesEnd { reason, .. }
        | Ask::Reopen { reason, .. }
        | Ask::AcceptUnproven { reason, .. }
        | Ask::Resolve { reason, .. }
        | Ask::ClaimAmend { reason, .. }
        | Ask::ClaimActAsIf { reason, .. }
        | Ask::CommandEnd { end: CommandEnd { how: HowEnded::Said { why: reason }, .. }, .. }
        | Ask::Admit { reason, .. }
        | Ask::Withhold { reason, .. }
        | Ask::DeclineHandOver { reason, .. }
        | Ask::Amend { reason, .. }
        | Ask::AddStep { reason, .. }
        | Ask::Close { reason } => *reason = words,
        _ => {}
    }
}
