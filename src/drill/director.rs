//! Runs the exercise: brings injects when their time comes, contingencies where something was
//! missed, moves the clock from module to module, grants what players wish for, and ends it.
//!
//! All that it knows is a fold of the record, so that a drill that is taken up goes on as if nothing
//! had been.

mod agenda;

use std::sync::Arc;

use chrono::TimeDelta;

use super::plan::Plan;
use super::range::RangeControl;
use super::watch::Watch;
use crate::engine::Pilot;
use crate::incident::exercise::{Control, Exercise, ExerciseEnd, FaultTold};
use crate::incident::{Ask, By, Now, Record, Refusal, State};
use crate::journal::Entry;
use crate::text::Shown;

/// It is consulted at least so often while the clock runs, microseconds of the boot clock.
const TICK_US: u64 = 20_000_000;
/// Later than awaited by more than this: the machine slept.
const SLEPT_US: u64 = 30_000_000;

/// What the director does to the range.
pub trait Faults: Send {
    fn arm(&self, fault: &str);
    fn disarm(&self, fault: &str);
    /// While the exercise is paused no fault strikes.
    fn suspend(&self, suspended: bool);
    /// No fault strikes any more.
    fn end(&self);
    /// Of every fault of the scenario, how often it struck.
    fn struck(&self) -> Vec<FaultTold>;
    /// How far the scenario is, from its start.
    fn elapsed(&self, elapsed: TimeDelta);
}

impl Faults for RangeControl {
    fn arm(&self, fault: &str) {
        if !Self::arm(self, fault) {
            tracing::warn!(fault, "the scenario has no such fault to arm");
        }
    }

    fn disarm(&self, fault: &str) {
        if !Self::disarm(self, fault) {
            tracing::warn!(fault, "the scenario has no such fault to disarm");
        }
    }

    fn suspend(&self, suspended: bool) {
        if suspended { Self::suspend(self) } else { self.unsuspend() }
    }

    fn end(&self) {
        self.end_faults();
    }

    fn struck(&self) -> Vec<FaultTold> {
        Self::struck(self)
    }

    fn elapsed(&self, elapsed: TimeDelta) {
        self.set_elapsed(elapsed);
    }
}

/// One exercise under way.
pub struct Director {
    plan: Arc<Plan>,
    watch: Watch,
    faults: Box<dyn Faults>,
    /// The module in which the clock was last seen, by its place in the plan.
    module: Option<usize>,
    /// Boot clock of the last consultation, and of the next one at the latest.
    awake: Option<(u64, u64)>,
    /// Refused once: not asked again.
    refused: Vec<Ask>,
    last: Option<Ask>,
}

impl Director {
    /// At the very beginning of the record; it is told what stands there.
    pub fn new(plan: Arc<Plan>, faults: Box<dyn Faults>) -> Self {
        Self {
            watch: Watch::new(plan.clone()),
            plan,
            faults,
            module: None,
            awake: None,
            refused: Vec::new(),
            last: None,
        }
    }

    /// The machine slept: the clock goes back to where somebody still played.
    fn slept(&self, exercise: &Exercise, now: Now) -> Option<Control> {
        let (last, awaited) = self.awake?;
        if !exercise.clock.is_running() || now.up <= awaited.saturating_add(SLEPT_US) {
            return None;
        }
        let minutes = (now.up - last) / 60_000_000;
        let reason = format!(
            "this machine slept for {minutes} min, and nobody played: the clock goes back; resume \
             when everybody is there"
        );
        let back_to = Some(exercise.clock.at(last));
        Some(Control::Pause { reason: Shown::new(reason), back_to })
    }

    fn wanted(&self, state: &State, exercise: &Exercise, now: Now) -> Option<Ask> {
        if let Some(pause) = self.slept(exercise, now) {
            return Some(Ask::Control { control: pause });
        }
        if exercise.paused.is_some() {
            return None;
        }
        let agenda = agenda::Agenda { plan: &self.plan, watch: &self.watch, exercise, state };
        let asks = [
            agenda.inject(now),
            agenda.contingency(now),
            agenda.wish(now),
            agenda.clock(self.module, now),
            agenda.end(now),
        ];
        let new = |ask: &Ask| !self.refused.contains(ask);
        asks.into_iter().flatten().find(new)
    }
}

impl Pilot for Director {
    fn next(&mut self, state: &State, now: Now, refused: Option<&Refusal>) -> Option<(By, Ask)> {
        if let (Some(why), Some(ask)) = (refused, self.last.take()) {
            tracing::warn!(%why, ?ask, "the exercise could not go on as planned");
            self.refused.push(ask);
        }
        let exercise = state.exercise.as_deref().filter(|one| one.ended.is_none())?;
        let ask = self.wanted(state, exercise, now);
        if ask.is_none() {
            let module = agenda::module_at(&self.plan, now.at - exercise.briefing.start);
            self.module = module.or(self.module);
            self.faults.elapsed(now.at - exercise.briefing.start);
            let due = self.due(state, now).unwrap_or(u64::MAX);
            self.awake = exercise.clock.is_running().then_some((now.up, due));
        }
        self.last.clone_from(&ask);
        ask.map(|ask| (By::console(), ask))
    }

    fn heard(&mut self, entry: &Entry, state: &State) {
        self.watch.heard(entry, state);
        let Some(exercise) = state.exercise.as_deref() else { return };
        let module = agenda::module_at(&self.plan, entry.moment() - exercise.briefing.start);
        self.module = module.or(self.module);
        match entry.record.known() {
            Some(Record::ExerciseControlled(control)) => match control {
                Control::Arm { fault, .. } => self.faults.arm(fault),
                Control::Disarm { fault, .. } => self.faults.disarm(fault),
                Control::Pause { .. } => self.faults.suspend(true),
                Control::Resume => self.faults.suspend(false),
                Control::End { .. } => self.faults.end(),
                // What the clock skips is no sleep.
                _ => {}
            },
            Some(Record::Resumed { .. }) => self.awake = None,
            _ => {}
        }
    }

    fn due(&self, state: &State, now: Now) -> Option<u64> {
        let exercise = state.exercise.as_deref().filter(|one| one.ended.is_none())?;
        if !exercise.clock.is_running() {
            return None;
        }
        let agenda = agenda::Agenda { plan: &self.plan, watch: &self.watch, exercise, state };
        let moment = agenda.next_moment(exercise.clock.at(now.up));
        let up = moment.and_then(|moment| exercise.clock.up_at(moment)).unwrap_or(u64::MAX);
        let tick = self.awake.map_or(now.up, |(last, _)| last).saturating_add(TICK_US);
        Some(up.min(tick))
    }

    /// Only the range knows how often its faults struck.
    fn completed(&self, ask: Ask) -> Ask {
        match ask {
            Ask::Control { control: Control::End { how, reason, faults } } if faults.is_empty() => {
                let faults = self.faults.struck();
                Ask::Control { control: Control::End { how, reason, faults } }
            }
            other => other,
        }
    }
}

/// The end of an exercise, in the words of the console.
fn over(reason: &str) -> Ask {
    let (how, reason) = (ExerciseEnd::Finished, Shown::new(reason));
    Ask::Control { control: Control::End { how, reason, faults: Vec::new() } }
}
