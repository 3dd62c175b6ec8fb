//! Plays a drill by itself, through the very asks that a person has: for tests, demos, benchmarks.
//!
//! What it does is the scenario's solution, well or less well, and the same for the same seed.

mod acts;
mod clock;
mod skill;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use chrono::{DateTime, Utc};

use super::plan::{Doing, InjectKind, Plan};
use crate::engine::Pilot;
use crate::incident::exercise::{Arrived, Exercise};
use crate::incident::state::CheckState;
use crate::incident::{
    Ask, By, CheckVerdict, Now, Offer, Progress, Refusal, Stage, State, offers_of,
};
use crate::journal::Entry;
use crate::pilot::{Answer, ask_for, is_waiting, next_step};
use crate::text::Shown;
pub use clock::LeapingClock;
use skill::Hand;
pub use skill::Skill;

/// The steps of the scenario's solution are played by whoever has this name.
const PLAYER: &str = "autopilot";
/// How a doubt is settled that no proof and no repetition can settle.
const LOOKED: &str = "the other system's own list does not show it";
/// Judgements of the solution.
const EVALUATOR: &str = "evaluator";
/// What failed, or was not proven, is tried again so often before the step is left.
const TIMES: u32 = 3;

/// A player, an evaluator, and nobody behind them.
pub struct Autopilot {
    plan: Arc<Plan>,
    hand: Hand,
    /// Acts of the solution that are done, by their place there.
    done: BTreeSet<usize>,
    /// Steps that cannot go on.
    left: BTreeSet<String>,
    /// How often a step was tried again.
    times: BTreeMap<String, u32>,
    /// Boot clock, microseconds, before which no step is gone on with.
    free_at: u64,
    last: Option<Did>,
    /// Told once when the exercise is over.
    end: Option<SyncSender<()>>,
}

/// What it asked last.
enum Did {
    Act(usize),
    Step(String),
    Inject(String),
}

impl Autopilot {
    /// Tells `end` when the exercise is over.
    pub fn new(plan: Arc<Plan>, skill: Skill, seed: u64, end: SyncSender<()>) -> Self {
        Self {
            plan,
            hand: Hand::new(skill, seed),
            done: BTreeSet::new(),
            left: BTreeSet::new(),
            times: BTreeMap::new(),
            free_at: 0,
            last: None,
            end: Some(end),
        }
    }

    fn player() -> By {
        By { who: Shown::new(PLAYER), role: None }
    }

    /// Somebody reported something, or nobody will.
    fn has_begun(&self, exercise: &Exercise) -> bool {
        let is_report = |kind: InjectKind| matches!(kind, InjectKind::Inject);
        let waits = self.plan.injects.iter().any(|inject| is_report(inject.kind));
        let came = |one: &Arrived| {
            self.plan.inject(&one.inject.inject).is_none_or(|inject| is_report(inject.kind))
        };
        !waits || exercise.injects.iter().any(came)
    }

    fn wanted(&mut self, state: &State, exercise: &Exercise, now: Now) -> Option<(By, Ask, Did)> {
        if let Some((index, by, ask)) = self.act(state, exercise, now.at) {
            return Some((by, ask, Did::Act(index)));
        }
        if let Some((inject, ask)) = self.inject(exercise, now.at) {
            return Some((Self::player(), ask, Did::Inject(inject)));
        }
        let begins = self.hand.begins_after();
        let begun = self.has_begun(exercise)
            && exercise.injects.first().is_none_or(|first| now.at - first.at >= begins);
        if !begun || now.up < self.free_at {
            return None;
        }
        let (step, ask) = self.step(state, now)?;
        Some((Self::player(), ask, Did::Step(step)))
    }

    /// Opens what came; answers what asks for a decision and is not in the solution.
    fn inject(&self, exercise: &Exercise, now: DateTime<Utc>) -> Option<(String, Ask)> {
        let pause = self.hand.reads_after();
        let due = |one: &&Arrived| now - one.at >= pause;
        if let Some(unread) = exercise.unread().find(due) {
            let inject = unread.inject.inject.clone();
            return Some((inject.clone(), Ask::InjectSeen { inject }));
        }
        let asks = exercise.unanswered().find(|one| {
            due(one) && !(self.hand.does_acts() && self.is_solved(&one.inject.inject))
        })?;
        let inject = asks.inject.inject.clone();
        let best = self.plan.inject(&inject).and_then(|one| one.best).unwrap_or(0);
        let option = self.hand.option(best, asks.inject.options.len());
        let option = asks.inject.options.get(option).cloned();
        let text = Shown::new("decided by the autopilot");
        Some((inject.clone(), Ask::InjectAnswer { inject, option, text }))
    }

    /// What the next step wants; a step that cannot go on is left where it is.
    fn step(&mut self, state: &State, now: Now) -> Option<(String, Ask)> {
        let step = next_step(state, &self.out(state))?;
        if let Some(ask) = self.beyond_proof(state, &step) {
            return Some((step, ask));
        }
        if is_waiting(state, &step) {
            return None;
        }
        let answer = self.answer(state, &step, now);
        match self.again(state, &step, now).map_or_else(|| ask_for(state, &step, &answer, now), Ok)
        {
            // Nothing is put before somebody who will not send it.
            Ok(Ask::Arm { .. }) if !answer.confirm && answer.typed.is_none() => {
                self.left.insert(step);
                self.step(state, now)
            }
            Ok(ask) => Some((step, ask)),
            Err(why) => {
                tracing::info!(%step, %why, "the autopilot leaves a step");
                self.left.insert(step.clone());
                self.step(state, now)
            }
        }
    }

    /// A doubt of which a proof cannot even be asked: what that needs is lost with the answer.
    fn beyond_proof(&self, state: &State, step: &str) -> Option<Ask> {
        let doubts = matches!(state.progress(step), Progress::InDoubt { .. });
        let proofs = state.latest_checks(step, Stage::Doubt);
        let is_unknown = |check: &&CheckState| {
            check.end.as_ref().is_some_and(|(verdict, _)| *verdict == CheckVerdict::Unknown)
        };
        let hopeless = doubts && self.hand.is_careful() && proofs.values().any(is_unknown);
        let (step, reason) = (state.key(step), Shown::new(LOOKED));
        hopeless.then_some(Ask::Resolve { step, took_effect: false, reason })
    }

    /// Steps that cannot go on, and those that the solution holds until something arrives.
    fn out(&self, state: &State) -> BTreeSet<String> {
        let has_come = |inject: &str| {
            state.exercise.as_deref().is_some_and(|exercise| exercise.arrived(inject).is_some())
        };
        let hold = self.plan.solution.hold.iter().filter(|(_, inject)| !has_come(inject));
        hold.map(|(step, _)| step.clone()).chain(self.left.iter().cloned()).collect()
    }

    /// A proof that did not hold is made again before anything else, and what failed is done again;
    /// by a careless hand it is not.
    fn again(&mut self, state: &State, step: &str, now: Now) -> Option<Ask> {
        if !self.hand.is_careful() {
            return None;
        }
        let ask = match state.progress(step) {
            Progress::Unproven => Ask::CheckAgain { step: state.key(step) },
            Progress::Failed { .. } => {
                let begins = |offer: &Offer| matches!(offer.verb, "start" | "look");
                offers_of(state, step, now).into_iter().find(begins)?.ask
            }
            _ => return None,
        };
        self.is_new(step).then_some(ask)
    }

    /// What the solution says of a step, with what a person of this skill adds to it.
    fn answer(&mut self, state: &State, step: &str, now: Now) -> Answer {
        let solution = self.plan.solution.answers.of(step);
        let doubts = matches!(state.progress(step), Progress::InDoubt { .. });
        if !doubts || !self.hand.is_careful() {
            return self.hand.answer(solution);
        }
        let offers = offers_of(state, step, now);
        let may_retry = |offer: &Offer| offer.verb == "retry" && offer.refusal.is_none();
        let may_retry = offers.iter().any(may_retry);
        let doubt = match (&solution.doubt, self.is_new(step)) {
            (Some(doubt), true) => doubt.as_str(),
            (None, true) if !may_retry => "probe",
            // It is harmless, and quicker than a proof that waits for what may never come.
            _ if may_retry => "retry",
            // What was to be known for the proof is lost with the answer.
            _ => &format!("no effect: {LOOKED}"),
        };
        Answer { doubt: Some(doubt.to_owned()), ..solution }
    }

    /// Whether it was not done again too often already; counts.
    fn is_new(&mut self, step: &str) -> bool {
        let times = self.times.entry(step.to_owned()).or_default();
        *times += 1;
        *times <= TIMES
    }

    fn is_place(&self, act: usize) -> bool {
        let act = self.plan.solution.acts.get(act);
        act.is_some_and(|act| matches!(act.what, Doing::Place(_)))
    }
}

impl Pilot for Autopilot {
    fn next(&mut self, state: &State, now: Now, refused: Option<&Refusal>) -> Option<(By, Ask)> {
        match (refused, self.last.take()) {
            (Some(why), Some(did)) => {
                match did {
                    Did::Act(index) => {
                        tracing::info!(%why, index, "an act of the solution was refused");
                        self.done.insert(index);
                    }
                    Did::Step(step) => drop(self.left.insert(step)),
                    Did::Inject(inject) => tracing::info!(%why, %inject, "refused"),
                }
                return None;
            }
            (None, Some(Did::Step(_))) => self.free_at = now.up + self.hand.thinks_us(),
            // A place is entered first and admitted then: it is done when the record has both.
            (None, Some(Did::Act(index))) if !self.is_place(index) => {
                self.done.insert(index);
            }
            _ => {}
        }
        let exercise = state.exercise.as_deref()?;
        if exercise.ended.is_some() {
            if let Some(end) = self.end.take() {
                // Whoever waited may be gone.
                let _ = end.try_send(());
            }
            return None;
        }
        if exercise.paused.is_some() {
            return None;
        }
        let (by, ask, did) = self.wanted(state, exercise, now)?;
        self.last = Some(did);
        Some((by, ask))
    }

    fn heard(&mut self, entry: &Entry, state: &State) {
        self.recall(entry, state);
    }

    fn due(&self, state: &State, now: Now) -> Option<u64> {
        let exercise = state.exercise.as_deref().filter(|one| one.ended.is_none())?;
        let at = exercise.clock.at(now.up);
        let next = self.moments(exercise, at).min();
        let next = next.and_then(|moment| exercise.clock.up_at(moment));
        let free = (self.free_at > now.up).then_some(self.free_at);
        next.into_iter().chain(free).min()
    }
}
