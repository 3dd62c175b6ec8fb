//! What was promised, what is in the scope, and what is claimed.

use chrono::{DateTime, Utc};

use super::{Line, Section, Weight, minute};
use crate::incident::claim::{Claim, ClaimStatus};
use crate::incident::clocks::DutyState;
use crate::incident::record::ScopeSource;
use crate::incident::state::{Member, Progress, Row, State};
use crate::playbook::{Duty, Phase};

/// Duties, updates, steps that were put off, reminders: the next one first.
pub(super) fn promised(state: &State) -> Section {
    let mut told: Vec<(DateTime<Utc>, Line)> = Vec::new();
    told.extend(state.duties().filter_map(|(duty, decided)| open_duty(duty, decided?)));
    told.extend(state.promises().filter_map(|(cadence, promise)| {
        let promise = promise.filter(|promise| promise.ended.is_none())?;
        Some(due(promise.next, promise.is_due, &format!("update {}", cadence.title)))
    }));
    told.extend(state.timeline().filter_map(|row| {
        let until = state.deferred(&row.name)?;
        Some((until, Line::plain(format!("back {}: put off, {}", minute(until), row.title()))))
    }));
    told.extend(state.open_timers().map(|timer| {
        let who = timer.who.as_ref().map_or_else(String::new, |who| format!(" ({who})"));
        due(timer.due, timer.is_due, &format!("{}{who}", timer.what))
    }));
    told.sort_by_key(|(at, _)| *at);
    let lines = told.into_iter().map(|(_, line)| line).collect();
    let (title, none) = ("Promised", "No reminder is set: nothing is promised in the record.");
    Section { title, none, lines }
}

fn due(at: DateTime<Utc>, is_due: bool, what: &str) -> (DateTime<Utc>, Line) {
    let (weight, word) = if is_due { (Weight::Bad, "DUE since") } else { (Weight::Plain, "due") };
    (at, Line::new(weight, format!("{word} {}: {what}", minute(at))))
}

/// One without a time stands where its start would.
fn open_duty(duty: &Duty, decided: &DutyState) -> Option<(DateTime<Utc>, Line)> {
    let starts = decided.starts.as_ref().filter(|_| decided.is_open())?.at;
    let role = duty.role.as_ref().map_or_else(String::new, |role| format!(" ({role})"));
    let what = format!("duty {}{role}", duty.title);
    let Some(at) = decided.due else {
        let text = format!("as soon as possible, from {}: {what}", minute(starts));
        return Some((starts, Line::new(Weight::Warning, text)));
    };
    Some(due(at, decided.is_due, &what))
}

pub(super) fn scope(state: &State) -> Section {
    let told = state.scope.iter().map(|member| {
        let source = match &member.source {
            ScopeSource::Call { call } => format!("found by call {call}"),
            ScopeSource::Person { source } => format!("source: {source}"),
        };
        let at = minute(member.at);
        let (weight, contained) = contained(state, member);
        let host = member.admitted.as_ref().map(|host| format!(", at {}", host.url));
        let text = format!(
            "{} {}{}, since {at}, {source}: {contained}",
            member.scope,
            member.name,
            host.unwrap_or_default()
        );
        Line::new(weight, text)
    });
    let (title, none) = ("Scope", "The scope is empty.");
    Section { title, none, lines: told.collect() }
}

/// Whether all that contains a member is done for it.
fn contained(state: &State, member: &Member) -> (Weight, String) {
    let its = |row: &Row<'_>| {
        row.step.phase == Phase::Contain
            && row.member.is_some_and(|one| one.scope == member.scope && one.name == member.name)
            && !state.not_applicable.contains(&*row.name)
    };
    let rows: Vec<Row<'_>> = state.timeline().filter(its).collect();
    if rows.is_empty() {
        return (Weight::Plain, "no step contains it by itself".to_owned());
    }
    let open = rows.iter().filter(|row| row.progress != Progress::Proven);
    let open: Vec<String> =
        open.map(|row| format!("{} {}", row.step.title, row.progress.word())).collect();
    if open.is_empty() {
        (Weight::Good, "contained, proven".to_owned())
    } else {
        (Weight::Warning, format!("NOT PROVEN to be contained ({})", open.join(", ")))
    }
}

/// What is acted on first, then what is open.
pub(super) fn claims(state: &State) -> Section {
    let mut claims: Vec<&Claim> = state.claims.values().map(AsRef::as_ref).collect();
    claims.sort_by_key(|claim| (claim.act_as_if.is_none(), claim.id));
    let (title, none) = ("Claims", "Nobody has claimed anything.");
    Section { title, none, lines: claims.into_iter().map(claim).collect() }
}

fn claim(claim: &Claim) -> Line {
    let weight = match (&claim.act_as_if, claim.status) {
        (Some(_), _) | (None, ClaimStatus::Disputed) => Weight::Warning,
        (None, ClaimStatus::Confirmed) => Weight::Bad,
        _ => Weight::Plain,
    };
    let counts: Vec<String> =
        claim.counts.iter().map(|one| format!("; {} (says {})", one.count, one.source)).collect();
    let act = claim.act_as_if.as_ref();
    let act = act.map(|reason| format!("; ACTED ON as if it were so: {reason}"));
    let text = format!(
        "claim {}, {}: {}, says {}{}{}",
        claim.id,
        claim.status.word(),
        claim.text,
        claim.source,
        counts.concat(),
        act.unwrap_or_default()
    );
    Line::new(weight, text)
}
