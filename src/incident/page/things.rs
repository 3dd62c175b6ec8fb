//! What is in the scope, and what is claimed.

use super::{Line, Section, Weight, minute};
use crate::incident::claim::{Claim, ClaimStatus};
use crate::incident::record::ScopeSource;
use crate::incident::state::{Member, Progress, Row, State};
use crate::playbook::Phase;

/// Members whose steps wait for a person to say where they are.
pub(super) fn uncontained(state: &State) -> Vec<Line> {
    let waiting = state.scope.iter().filter(|member| state.waits_for(member).is_some());
    let words = |member: &Member| {
        format!("{} {}: NOT ADMITTED, nothing is done for it yet", member.scope, member.name)
    };
    waiting.map(|member| Line::new(Weight::Warning, words(member))).collect()
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
