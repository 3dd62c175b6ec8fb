//! What an incident gathers beside its steps: scope, evidence, claims. Each thing is told in a few
//! lines, the first of which names it.

use crate::incident::record::ScopeSource;
use crate::incident::state::Member;
use crate::incident::words::ended_words;
use crate::incident::{Claim, ClaimStatus, CommandRun, Row};
use crate::text::Shown;

use super::super::console::Snapshot;
use super::{Told, Tone, standing};

/// The members of the scope, what was attached as evidence, and what was run beside the playbook.
pub fn scope_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    let state = snapshot.state();
    let members = state.scope.iter().map(|member| {
        let source = match &member.source {
            ScopeSource::Call { call } => format!("found by call {call}"),
            ScopeSource::Person { source } => format!("source: {}", source.one_line()),
        };
        let at = member.at.format("%Y-%m-%d %H:%M:%SZ");
        let mut told = vec![
            Told::new(Tone::Plain, format!("{} {}", member.scope, member.name.one_line())),
            Told::new(Tone::Muted, format!("{source}, added {at}")),
        ];
        told.extend(admission(snapshot, member));
        told.extend(steps_of(snapshot, member));
        told
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
    let mut commands: Vec<&CommandRun> = state.commands.values().map(AsRef::as_ref).collect();
    commands.sort_by_key(|command| command.seq);
    let commands = commands.into_iter().map(|command| {
        let ended = command.end.as_ref().map_or_else(
            || Told::new(Tone::Warning, "runs, or nobody recorded how it ended"),
            |end| Told::new(Tone::Muted, Shown::new(ended_words(end)).one_line()),
        );
        let at = command.at.format("%Y-%m-%d %H:%M:%SZ");
        vec![
            Told::new(Tone::Plain, format!("command {}", command.line())),
            Told::new(Tone::Muted, format!("on {}, {at}", command.host.one_line())),
            ended,
        ]
    });
    members.chain(evidence).chain(commands).collect()
}

/// Whether its host may be reached, and why; nothing where no step would.
fn admission(snapshot: &Snapshot, member: &Member) -> Option<Told> {
    if let Some(admission) = &member.admitted {
        let url = Shown::new(&admission.url);
        let secrets = if admission.secrets { "secrets may be sent there" } else { "no secrets" };
        let line = format!("admitted at {url}, {secrets}: {}", admission.reason.one_line());
        return Some(Told::new(Tone::Plain, line));
    }
    let reached = snapshot.state().playbook.reaches(&member.scope);
    reached.then(|| Told::new(Tone::Warning, "NOT ADMITTED: nothing can be sent to it yet"))
}

/// Where the steps stand that are done for it.
fn steps_of(snapshot: &Snapshot, member: &Member) -> Vec<Told> {
    let is_its = |row: &Row<'_>| {
        row.member.is_some_and(|one| one.scope == member.scope && one.name == member.name)
    };
    let rows = snapshot.state().timeline().filter(is_its);
    rows.map(|row| {
        let (sign, word, tone) = standing(snapshot, &row);
        let title = Shown::new(&row.step.title);
        Told::new(tone, format!("  {sign} {word}: {}", title.one_line()))
    })
    .collect()
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
