//! What the plan wants next, from what happened so far. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::over;
use crate::drill::plan::{Expectation, Inject, InjectKind, Plan, Trigger, What};
use crate::drill::watch::{Standing, Watch};
use crate::incident::exercise::{Control, Delivery, Exercise, Inject as Message, Wish};
use crate::incident::{Ask, Now, State};
use crate::text::Shown;

/// Everything that the next act follows from.
pub(super) struct Agenda<'a> {
    pub(super) plan: &'a Plan,
    pub(super) watch: &'a Watch,
    pub(super) exercise: &'a Exercise,
    pub(super) state: &'a State,
}

/// The module in which the scenario is so long after its start, by its place in the plan.
pub(super) fn module_at(plan: &Plan, elapsed: TimeDelta) -> Option<usize> {
    plan.modules.iter().position(|module| elapsed >= module.start && elapsed < module.end)
}

impl Agenda<'_> {
    /// The first inject whose time has come: one that is late is late, never dropped.
    pub(super) fn inject(&self, now: Now) -> Option<Ask> {
        let due = self.ahead().filter(|(due, _)| *due <= now.at).min_by_key(|(due, _)| *due);
        due.map(|(_, inject)| deliver(inject, Delivery::Planned))
    }

    /// The contingency of the first expectation that was missed.
    pub(super) fn contingency(&self, now: Now) -> Option<Ask> {
        let mut missed = self.watch.missed_now(now.at, self.state).into_iter();
        missed.find_map(|one| {
            // What was delivered in this very turn the watch has not heard of yet.
            let inject = self.plan.inject(one.on_miss.as_deref()?)?;
            self.may_come(inject).then_some(())?;
            Some(deliver(inject, Delivery::Contingency { missed: one.id.clone() }))
        })
    }

    pub(super) fn wish(&self, now: Now) -> Option<Ask> {
        let control = match self.exercise.wish? {
            Wish::Hint => self.hint(now),
            Wish::Onward => self.onward(now),
        };
        Some(Ask::Control { control })
    }

    /// What the clock does by itself: leap over the gap between two modules, and take the rate of
    /// the one that it has come to.
    pub(super) fn clock(&self, seen: Option<usize>, now: Now) -> Option<Ask> {
        let elapsed = now.at - self.start();
        let Some(index) = module_at(self.plan, elapsed) else {
            let next = self.plan.next_module(elapsed)?;
            let (to, what) = (self.start() + next.start, next.title.clone());
            return Some(Ask::Control { control: Control::Jump { to, what } });
        };
        let rate = self.plan.modules.get(index)?.rate;
        let turns = seen != Some(index) && rate != self.exercise.clock.rate();
        turns.then_some(Ask::Control { control: Control::Rate { rate } })
    }

    /// The last module is over, or nothing is left to come and to be seen.
    pub(super) fn end(&self, now: Now) -> Option<Ask> {
        let last = self.plan.modules.last()?;
        if now.at - self.start() >= last.end {
            return Some(over("the last module is over"));
        }
        let is_quiet =
            self.state.index.under_way.is_empty() && self.state.index.checking.is_empty();
        let is_done = !self.plan.expectations.is_empty()
            && self.ahead().next().is_none()
            && !self.waits_for_an_event()
            && self.plan.expectations.iter().all(|one| self.is_settled(one, now))
            && self.exercise.unanswered().next().is_none()
            // The last message is there to be read.
            && self.exercise.unread().next().is_none()
            && self.watch.next_deadline(self.state).is_none();
        (is_quiet && is_done).then(|| over("all that was expected is settled"))
    }

    /// When the director has something to do next, by the scenario's clock.
    pub(super) fn next_moment(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let elapsed = now - self.start();
        let injects = self.ahead().map(|(due, _)| due);
        let missed = self.watch.next_deadline(self.state).map(|(due, _)| due);
        let ends = self.plan.modules.iter().map(|module| module.end).filter(|end| *end > elapsed);
        let ends = ends.map(|end| self.start() + end);
        let lates = self.plan.expectations.iter().filter_map(|one| {
            match self.watch.standing(one, now, self.state) {
                Standing::Open { late_until, .. } => Some(late_until + TimeDelta::microseconds(1)),
                _ => None,
            }
        });
        injects.chain(missed).chain(ends).chain(lates).min()
    }

    fn start(&self) -> DateTime<Utc> {
        self.exercise.briefing.start
    }

    /// Injects that come by themselves and have not come yet, each with its time.
    fn ahead(&self) -> impl Iterator<Item = (DateTime<Utc>, &Inject)> {
        let coming = self.plan.injects.iter().filter(|inject| self.may_come(inject));
        coming.filter_map(|inject| Some((self.due_of(inject)?, inject)))
    }

    fn may_come(&self, inject: &Inject) -> bool {
        let id = &inject.message.inject;
        self.exercise.arrived(id).is_none() && !self.exercise.skipped.contains_key(id)
    }

    fn due_of(&self, inject: &Inject) -> Option<DateTime<Utc>> {
        if let Some(until) = self.exercise.delayed.get(&inject.message.inject) {
            return Some(*until);
        }
        match &inject.when {
            Trigger::At(at) => Some(self.start() + *at),
            Trigger::After { .. } => self.watch.due_after(inject),
            Trigger::Never => None,
        }
    }

    /// Injects that still may come if something happens.
    fn waits_for_an_event(&self) -> bool {
        let waits = |inject: &Inject| matches!(inject.when, Trigger::After { .. });
        self.plan
            .injects
            .iter()
            .any(|one| self.may_come(one) && waits(one) && one.kind != InjectKind::Facilitation)
    }

    /// Nothing can change about it any more but by a person's word.
    fn is_settled(&self, one: &Expectation, now: Now) -> bool {
        match (self.watch.standing(one, now.at, self.state), &one.what) {
            (Standing::Open { .. }, _) | (Standing::NotBegun, What::Manual(_)) => false,
            // It may count from a contingency that need not come.
            _ => true,
        }
    }

    /// A hint for the first thing that is expected now and has one that was not given yet.
    fn hint(&self, now: Now) -> Control {
        let given = |id: &str| {
            self.exercise.hints.iter().any(|hint| hint.expectation.as_deref() == Some(id))
        };
        let open = self.plan.expectations.iter().filter(|one| {
            matches!(self.watch.standing(one, now.at, self.state), Standing::Open { .. })
                && !given(&one.id)
        });
        let mut with_words = open.filter_map(|one| Some((one.id.clone(), one.hint.clone()?)));
        match with_words.next() {
            Some((id, text)) => {
                let cost = self.plan.scoring.hint_cost;
                Control::Hint { expectation: Some(id), text, cost }
            }
            None => free("there is no hint for what is open now"),
        }
    }

    fn onward(&self, now: Now) -> Control {
        let elapsed = now.at - self.start();
        let inject = self.ahead().map(|(due, _)| due).filter(|due| *due > now.at).min();
        let end = self.plan.modules.iter().map(|module| module.end).find(|end| *end > elapsed);
        let end = end.map(|end| self.start() + end);
        match inject.into_iter().chain(end).min() {
            Some(to) => Control::Jump { to, what: Shown::new("on to what comes next") },
            None => free("nothing comes by itself any more"),
        }
    }
}

/// An answer that costs nothing.
fn free(text: &str) -> Control {
    Control::Hint { expectation: None, text: Shown::new(text), cost: 0 }
}

fn deliver(inject: &Inject, why: Delivery) -> Ask {
    Ask::Deliver { inject: Message { why, ..inject.message.clone() } }
}
