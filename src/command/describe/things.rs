//! What an incident gathers beside its steps: scope, evidence, claims, reminders. Each thing is told
//! in a few lines, the first of which names it.

use chrono::TimeDelta;

use crate::incident::record::ScopeSource;
use crate::incident::state::{Claim, Timer};
use crate::incident::words::elapsed_words;
use crate::text::Shown;

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
            Told::new(Tone::Muted, format!("{}, {} bytes", evidence.about.one_line(), evidence.bytes)),
            Told::new(Tone::Exact, format!("sha256 {}", evidence.sha256)),
        ]
    });
    members.chain(evidence).collect()
}

/// The claims, each with who says so, how it stands and what is counted.
pub fn claim_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    snapshot.state().claims.iter().map(|(id, claim)| claim_thing(*id, claim)).collect()
}
