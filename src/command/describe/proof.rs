//! How a step is proven: what is asked, what was found before, by probes and by proofs, and whether its
//! guards hold.

use crate::incident::record::Stage;
use crate::incident::state::{CheckState, GuardState};
use crate::incident::words::{check_plan, origin, question_words, silence_words};
use crate::incident::{CheckVerdict, Row, preview_check};
use crate::playbook::Task;

use super::super::console::Snapshot;
use super::step::exact;
use super::{Told, Tone};

pub(super) fn proof(snapshot: &Snapshot, row: &Row<'_>, told: &mut Vec<Told>) {
    let step = row.step;
    if step.verify.is_empty() {
        if step.stays_unproven() {
            let words = "Proof: none; it stays unproven until a person takes it as done";
            told.push(Told::new(Tone::Warning, words));
        } else if matches!(step.task, Task::Call(_)) {
            told.push(Told::new(Tone::Plain, "Proof: none; done when the call succeeded"));
        }
    }
    let state = snapshot.state();
    let proofs = state.latest_checks(&row.name, Stage::Proof);
    let doubts = state.latest_checks(&row.name, Stage::Doubt);
    let before = state.latest_checks(&row.name, Stage::Before);
    for (index, check) in step.verify.iter().enumerate() {
        let from = origin(check.via.as_deref());
        told.push(Told::new(Tone::Heading, format!("Proof, {from}: {}", check.title)));
        let filled = preview_check(state, row, check);
        let plan = filled.map_or_else(
            |_| check_plan(&state.playbook, check),
            |request| question_words(&request),
        );
        told.push(exact(&plan));
        let finding = proofs.get(&index).map(|check| ("  Last finding", *check));
        let probe = doubts.get(&index).map(|check| ("  Probe of the doubt", *check));
        let found = before.get(&index).map(|check| ("  State before", *check));
        let any = [finding, probe, found].into_iter().flatten();
        let lines: Vec<Told> = any.map(|(what, check)| found_line(snapshot, what, check)).collect();
        if lines.is_empty() {
            told.push(Told::new(Tone::Muted, "  Not asked yet"));
        }
        told.extend(lines);
        let guards = guards_of(snapshot, row).filter(|guard| guard.index == index);
        let guards = guards.filter(|guard| guard.check() == Some(check));
        told.extend(guards.map(|guard| guard_line(guard, "  ")));
    }
    // What they ask is no longer in the plan, but it was true, and is still looked after.
    for guard in guards_of(snapshot, row) {
        if let Some(check) = guard.check().filter(|one| step.verify.get(guard.index) != Some(one)) {
            let words = format!("Proof before the step was amended: {}", check.title);
            told.push(Told::new(Tone::Heading, words));
            told.push(guard_line(guard, "  "));
        }
    }
}

fn guards_of<'a>(snapshot: &'a Snapshot, row: &'a Row<'_>) -> impl Iterator<Item = &'a GuardState> {
    snapshot.state().live_guards().filter(|guard| guard.step.name() == row.name)
}

fn found_line(snapshot: &Snapshot, what: &str, check: &CheckState) -> Told {
    match &check.end {
        None => {
            let live = snapshot.view.live.get(&check.id);
            let so_far = live.map_or_else(
                || "being asked".to_owned(),
                |live| format!("being asked, {} times so far: {}", live.asked, live.why),
            );
            Told::new(Tone::Warning, format!("{what}: {so_far}"))
        }
        Some((verdict, end)) => {
            let (word, tone) = match (check.stage, *verdict) {
                // Before the call, "no" is what a person expects to hear.
                (Stage::Before, CheckVerdict::Failed) => ("not so yet", Tone::Plain),
                (_, verdict) => verdict_word(verdict),
            };
            let from = origin(check.request.via.as_deref());
            Told::new(tone, format!("{what}: {word}, {from}: {}", end.why))
        }
    }
}

/// What the proofs found before the step was done: perhaps it is true already.
pub fn before_lines(snapshot: &Snapshot, id: &str) -> Vec<Told> {
    let found = snapshot.state().latest_checks(id, Stage::Before);
    let step = snapshot.state().step(id);
    let title = |index: usize| {
        let check = step.and_then(|step| step.verify.get(index));
        check.map_or_else(String::new, |check| check.title.clone())
    };
    let lines = found.into_iter().map(|(index, check)| {
        found_line(snapshot, &format!("State before, {}", title(index)), check)
    });
    let so = snapshot.state().already_true(id).map(|_| {
        let what = "It is so already: it can be recorded as done elsewhere, and nothing sent.";
        Told::new(Tone::Warning, what)
    });
    lines.chain(so).collect()
}

fn verdict_word(verdict: CheckVerdict) -> (&'static str, Tone) {
    match verdict {
        CheckVerdict::Passed => ("passed", Tone::Good),
        CheckVerdict::Failed => ("FAILED", Tone::Bad),
        CheckVerdict::Unknown => ("UNKNOWN", Tone::Warning),
    }
}

pub(super) fn guard_line(guard: &GuardState, indent: &str) -> Told {
    let (word, tone) = match guard.verdict {
        CheckVerdict::Passed => ("holds", Tone::Good),
        CheckVerdict::Failed => ("BROKEN", Tone::Bad),
        CheckVerdict::Unknown => ("UNKNOWN", Tone::Warning),
    };
    let since = guard.since.format("%H:%M:%SZ");
    let why = guard
        .last
        .as_ref()
        .map_or_else(String::new, |last| format!(": {}{}", last.why, silence_words(last)));
    Told::new(tone, format!("{indent}Guard {} {word} since {since}{why}", guard.id))
}
