//! What an incident gathers beside its steps: scope, evidence, claims. Each thing is told in a few
//! lines, the first of which names it.

use crate::incident::record::ScopeSource;
use crate::incident::{Claim, ClaimStatus};

use super::super::console::Snapshot;
use super::{Told, Tone};

/// The members of the scope, and what was attached as evidence.
pub fn scope_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    let state = snapshot.state();
    let members = state.scope.iter().map(|member| {
        let source = match &member.source {
            ScopeSource::Call { call } => format!("found by call {call}"),
            ScopeSource::Person { source } => format!("source: {}", source.one_line()),
        };
        let at = member.at.format("%Y-%m-%d %H:%M:%SZ");
        vec![
            Told::new(Tone::Plain, format!("{} {}", member.scope, member.name.one_line())),
            Told::new(Tone::Muted, format!("{source}, added {at}")),
        ]
    });
    let evidence = state.evidence.iter().map(|evidence| {
        vec![
            Told::new(Tone::Plain, format!("evidence {}", evidence.path.one_line())),
            Told::new(
                Tone::Muted,
                format!("{}, {} bytes", evidence.about.one_line(), evidence.bytes),
            ),
            Told::new(Tone::Exact, format!("sha256 {}", evidence.sha256)),
        ]
    });
    members.chain(evidence).collect()
}

/// The claims, each with who says so, how it stands and what is counted.
pub fn claim_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    snapshot.state().claims.values().map(|claim| claim_thing(claim)).collect()
}

fn claim_thing(claim: &Claim) -> Vec<Told> {
    let tone = match claim.status {
        ClaimStatus::Asserted => Tone::Plain,
        ClaimStatus::Confirmed => Tone::Bad,
        ClaimStatus::Disputed => Tone::Warning,
        ClaimStatus::Refuted | ClaimStatus::NoEvidence => Tone::Muted,
    };
    let (word, text) = (claim.status.word(), claim.text.one_line());
    let mut told = vec![Told::new(tone, format!("{}. {word}: {text}", claim.id))];
    let data = claim.data.as_ref().map_or_else(String::new, |data| format!(", data: {data}"));
    told.push(Told::new(Tone::Muted, format!("says {}{data}", claim.source)));
    for count in &claim.counts {
        told.push(Told::new(Tone::Plain, format!("count {}, says {}", count.count, count.source)));
    }
    if let Some(reason) = &claim.act_as_if {
        told.push(Told::new(Tone::Warning, format!("acted on as if it were true: {reason}")));
    }
    told
}
