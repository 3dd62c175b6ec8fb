//! What an incident gathers beside its steps: scope, evidence, claims, reminders. Each thing is told
//! in a few lines, the first of which names it.

use chrono::TimeDelta;

use crate::incident::record::ScopeSource;
use crate::incident::state::Member;
use crate::incident::words::{elapsed_words, ended_words};
use crate::incident::{Claim, ClaimStatus, CommandRun, Row, Timer, TimerId};
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

/// Reminders: the overdue ones first, then what comes next, then those that are done.
pub fn timer_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    let timers = timer_order(snapshot).into_iter();
    let timers = timers.filter_map(|id| snapshot.state().timers.get(&id));
    timers.map(|timer| timer_thing(snapshot, timer)).collect()
}

/// The reminders in the order in which they are told.
pub fn timer_order(snapshot: &Snapshot) -> Vec<TimerId> {
    let mut timers: Vec<&Timer> = snapshot.state().timers.values().map(AsRef::as_ref).collect();
    timers.sort_by_key(|timer| (timer.done.is_some(), timer.due, timer.id));
    timers.into_iter().map(|timer| timer.id).collect()
}

fn timer_thing(snapshot: &Snapshot, timer: &Timer) -> Vec<Told> {
    let left = timer.due - snapshot.now.at;
    let due = timer.due.format("%Y-%m-%d %H:%M:%SZ");
    let (tone, when) = if timer.done.is_some() {
        (Tone::Muted, "done".to_owned())
    } else if left <= TimeDelta::zero() {
        (Tone::Bad, format!("OVERDUE by {}", elapsed_words(-left)))
    } else {
        (Tone::Plain, format!("in {}", elapsed_words(left)))
    };
    let who = timer.who.as_ref().map_or_else(String::new, |who| format!("{}: ", who.one_line()));
    vec![
        Told::new(tone, format!("{}. {when}: {who}{}", timer.id, timer.what.one_line())),
        Told::new(Tone::Muted, format!("due {due}")),
    ]
}

/// Reminders whose time has come and that are not done.
pub fn overdue(snapshot: &Snapshot) -> usize {
    let open = snapshot.state().open_timers();
    open.filter(|timer| timer.due <= snapshot.now.at).count()
}

/// How long until the next reminder is due.
pub(super) fn next_due(snapshot: &Snapshot) -> Option<TimeDelta> {
    let left = snapshot.state().open_timers().map(|timer| timer.due - snapshot.now.at);
    left.filter(|left| *left > TimeDelta::zero()).min()
}
