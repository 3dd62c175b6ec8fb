//! How the exercise was run: what was done to it, and whether it can be compared with another run.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Reader;
use super::expected::Expected;
use super::told::Mark;
use crate::drill::plan::{InjectKind, Plan};
use crate::drill::watch::Moment;
use crate::incident::exercise::{Control, Delivery, Exercise, ExerciseEnd, Judged, Rate};
use crate::incident::words::by_words;
use crate::incident::{By, Record};
use crate::journal::Entry;
use crate::text::Shown;

/// The conduct of the exercise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conduct {
    /// Nothing was done to it that changes what the figures mean.
    pub comparable: bool,
    /// What was; empty where it is comparable.
    pub comparable_note: Shown,
    /// Without pauses, and without the time in which nothing ran.
    pub wall_minutes: u64,
    pub paused_minutes: u64,
    /// Nothing ran, or the machine slept.
    pub away_minutes: u64,
    pub pauses: usize,
    /// Of the scenario's clock, in the order in which they were set.
    pub rates: Vec<f64>,
    /// How many people wrote into the record.
    pub people: usize,
    /// The roles in which they did.
    pub roles: Vec<Shown>,
    pub injects: InjectCount,
    pub jumps: Vec<Jumped>,
    pub hints: Vec<Hinted>,
    pub overrides: Vec<Overridden>,
    pub ticks: Vec<Ticked>,
    pub faults_by_hand: Vec<FaultByHand>,
}

/// How many injects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InjectCount {
    /// That the scenario has, contingencies among them.
    pub scripted: usize,
    /// Of those.
    pub delivered: usize,
    pub skipped: usize,
    pub delayed: usize,
    pub edited: usize,
    /// Sent before or instead of their time.
    pub by_hand: usize,
    /// In no scenario.
    pub ad_hoc: usize,
    pub contingencies: usize,
    pub contingency_fired: usize,
}

/// The scenario's clock leapt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jumped {
    pub at: Mark,
    pub to: DateTime<Utc>,
    pub what: Shown,
    pub by: Shown,
    /// A person did it, and not to the beginning of a module.
    pub by_hand: bool,
}

/// A hint that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hinted {
    pub at: Mark,
    pub expectation: Option<String>,
    pub text: Shown,
    pub cost: u32,
    pub by: Shown,
}

/// A verdict that a person set in the place of the one that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overridden {
    pub expectation: String,
    pub from: Judged,
    pub to: Judged,
    pub by: Shown,
    pub reason: Shown,
}

/// An evaluator's tick, where no record could tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticked {
    pub expectation: String,
    pub verdict: Judged,
    pub by: Shown,
    pub reason: Shown,
}

/// A fault that a person armed or disarmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultByHand {
    pub at: Mark,
    pub fault: String,
    pub armed: bool,
    pub by: Shown,
    pub reason: Shown,
}

/// What is collected record by record.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pauses: usize,
    rates: Vec<Rate>,
    rate_by_hand: bool,
    jumps: Vec<Jumped>,
    pub(super) hints: Vec<Hinted>,
    delayed: BTreeSet<String>,
    faults: Vec<FaultByHand>,
    people: BTreeSet<Shown>,
    roles: BTreeSet<Shown>,
}

impl Collected {
    pub(super) fn heard(&mut self, entry: &Entry, plan: &Plan, start: Option<DateTime<Utc>>) {
        let is_person = entry.by != By::console();
        if is_person {
            self.people.insert(entry.by.who.clone());
            self.roles.extend(entry.by.role.clone());
        }
        match entry.record.known() {
            Some(Record::Opened(opened)) => {
                self.rates.extend(opened.exercise.as_ref().map(|briefing| briefing.rate));
            }
            Some(Record::ExerciseControlled(control)) => {
                self.controlled(entry, control, is_person, plan, start);
            }
            _ => {}
        }
    }

    fn controlled(
        &mut self,
        entry: &Entry,
        control: &Control,
        is_person: bool,
        plan: &Plan,
        start: Option<DateTime<Utc>>,
    ) {
        let (at, by) = (Mark::from(Moment::of(entry)), by_words(&entry.by));
        match control {
            Control::Pause { .. } => self.pauses += 1,
            Control::Rate { rate } => {
                self.rate_by_hand |= is_person;
                if self.rates.last() != Some(rate) {
                    self.rates.push(*rate);
                }
            }
            Control::Jump { to, what } => {
                let is_planned = start.is_some_and(|start| {
                    plan.modules.iter().any(|module| start + module.start == *to)
                });
                let by_hand = is_person && !is_planned;
                self.jumps.push(Jumped { at, to: *to, what: what.clone(), by, by_hand });
            }
            Control::Hint { expectation, text, cost } => {
                let (expectation, text) = (expectation.clone(), text.clone());
                self.hints.push(Hinted { at, expectation, text, cost: *cost, by });
            }
            Control::Delay { inject, .. } => drop(self.delayed.insert(inject.clone())),
            Control::Arm { fault, reason } | Control::Disarm { fault, reason } if is_person => {
                let armed = matches!(control, Control::Arm { .. });
                let (fault, reason) = (fault.clone(), reason.clone());
                self.faults.push(FaultByHand { at, fault, armed, by, reason });
            }
            _ => {}
        }
    }
}

pub(super) fn conduct(reader: &Reader, table: &[Expected]) -> Conduct {
    let collected = &reader.conduct;
    let exercise = reader.state.exercise.as_deref();
    let injects = exercise
        .map(|exercise| counted(exercise, reader.watch.plan(), collected.delayed.len()))
        .unwrap_or_default();
    let notes = notes(collected, &injects, exercise);
    let minutes = |us: u64| us / 60_000_000;
    Conduct {
        comparable: notes.is_empty(),
        comparable_note: Shown::new(notes.join("; ")),
        wall_minutes: minutes(reader.played.played_us),
        paused_minutes: minutes(reader.played.paused_us),
        away_minutes: minutes(reader.played.away_us),
        pauses: collected.pauses,
        rates: collected.rates.iter().map(|one| f64::from(one.thousandths()) / 1_000.0).collect(),
        people: collected.people.len(),
        roles: collected.roles.iter().cloned().collect(),
        injects,
        jumps: collected.jumps.clone(),
        hints: collected.hints.clone(),
        overrides: overrides(reader, table),
        ticks: ticks(reader, table),
        faults_by_hand: collected.faults.clone(),
    }
}

fn counted(exercise: &Exercise, plan: &Plan, delayed: usize) -> InjectCount {
    let came = |is_so: fn(&Delivery) -> bool| {
        exercise.injects.iter().filter(|one| is_so(&one.inject.why)).count()
    };
    let contingency = |kind: InjectKind| kind == InjectKind::Contingency;
    InjectCount {
        scripted: plan.injects.len(),
        delivered: came(|why| !matches!(why, Delivery::AdHoc)),
        skipped: exercise.skipped.len(),
        delayed,
        edited: exercise.injects.iter().filter(|one| one.inject.original.is_some()).count(),
        by_hand: came(|why| matches!(why, Delivery::ByHand)),
        ad_hoc: came(|why| matches!(why, Delivery::AdHoc)),
        contingencies: plan.injects.iter().filter(|one| contingency(one.kind)).count(),
        contingency_fired: came(|why| matches!(why, Delivery::Contingency { .. })),
    }
}

/// All that makes a run unlike another one of the same scenario.
fn notes(collected: &Collected, injects: &InjectCount, exercise: Option<&Exercise>) -> Vec<String> {
    let by_hand = collected.jumps.iter().filter(|jump| jump.by_hand).count();
    let counts = [
        (injects.ad_hoc, "ad-hoc inject"),
        (injects.edited, "edited inject"),
        (injects.skipped, "skipped inject"),
        (injects.delayed, "delayed inject"),
        (injects.by_hand, "inject sent by hand"),
        (collected.hints.len(), "hint"),
        (by_hand, "jump of the clock by hand"),
        (collected.faults.len(), "change of a fault by hand"),
    ];
    let mut notes: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| counted_words(*count, what))
        .collect();
    if collected.rate_by_hand {
        notes.push("the clock's rate was set by hand".to_owned());
    }
    match exercise.and_then(|exercise| exercise.ended.as_ref()).map(|ended| ended.how) {
        Some(ExerciseEnd::Finished) => {}
        Some(ExerciseEnd::Stopped) => notes.push("it was ended ahead".to_owned()),
        Some(ExerciseEnd::RealIncident) => notes.push("a real incident ended it".to_owned()),
        None => notes.push("it is not over".to_owned()),
    }
    notes
}

/// `one hint`, `3 injects sent by hand`.
fn counted_words(count: usize, what: &str) -> String {
    if count == 1 {
        return format!("one {what}");
    }
    let (first, rest) = what.split_once(' ').unwrap_or((what, ""));
    match (first, rest) {
        (noun, "") => format!("{count} {noun}s"),
        (noun @ ("inject" | "jump" | "change"), rest) => format!("{count} {noun}s {rest}"),
        _ => format!("{count} {what}s"),
    }
}

fn overrides(reader: &Reader, table: &[Expected]) -> Vec<Overridden> {
    let set = table.iter().filter(|one| !one.manual && one.verdict != one.found);
    let told = set.filter_map(|one| {
        let judging = reader.watch.judging(&one.id)?;
        Some(Overridden {
            expectation: one.id.clone(),
            from: one.found,
            to: one.verdict,
            by: by_words(&judging.by),
            reason: judging.reason.clone(),
        })
    });
    told.collect()
}

fn ticks(reader: &Reader, table: &[Expected]) -> Vec<Ticked> {
    let told = table.iter().filter(|one| one.manual).filter_map(|one| {
        let judging = reader.watch.judging(&one.id)?;
        Some(Ticked {
            expectation: one.id.clone(),
            verdict: judging.verdict,
            by: by_words(&judging.by),
            reason: judging.reason.clone(),
        })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::counted_words;

    #[test]
    fn several_are_several() {
        assert_eq!(counted_words(1, "ad-hoc inject"), "one ad-hoc inject");
        assert_eq!(counted_words(2, "ad-hoc inject"), "2 ad-hoc injects");
        assert_eq!(counted_words(2, "inject sent by hand"), "2 injects sent by hand");
        assert_eq!(counted_words(3, "hint"), "3 hints");
        assert_eq!(counted_words(2, "change of a fault by hand"), "2 changes of a fault by hand");
    }
}
