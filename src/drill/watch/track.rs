//! What the record says so far of one expectation.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Moment, Standing, later};
use crate::drill::plan::{Event, Expectation, Plan, What};
use crate::incident::{Record, State};
use crate::journal::Entry;

/// Of one expectation.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    pub(super) began: Option<Moment>,
    /// For each target the first record that fits in the right order; without targets under "".
    hits: BTreeMap<String, Moment>,
    /// The first that fits in the wrong order.
    pub(super) out_of_order: Option<Moment>,
    /// The first record of what it has to come before.
    closed: Option<Moment>,
    /// The first record of what it has to come after.
    opened: Option<Moment>,
}

impl Track {
    /// Takes one record, after `began` was set.
    pub(super) fn heard(
        &mut self,
        plan: &Plan,
        expectation: &Expectation,
        (entry, at): (&Entry, Moment),
        state: &State,
    ) {
        if expectation.fresh && self.began.is_none_or(|began| at.seq <= began.seq) {
            return;
        }
        match &expectation.what {
            What::Manual(_) => {}
            What::Answer { inject, best } => self.answered(plan, (inject, *best), entry, at),
            What::Record { event, each, before, after } => {
                let in_order = self.closed.is_none() && (after.is_none() || self.opened.is_some());
                if each.is_empty() {
                    if event.fits(entry, state) {
                        self.hit("", at, in_order);
                    }
                } else {
                    for target in each {
                        if event.about(target).fits(entry, state) {
                            self.hit(target, at, in_order);
                        }
                    }
                }
                let is_one =
                    |what: &Option<Event>| what.as_ref().is_some_and(|one| one.fits(entry, state));
                // After the hit: what is itself both came before it.
                if is_one(before) && self.matched(expectation).is_none() {
                    self.closed.get_or_insert(at);
                }
                if is_one(after) {
                    self.opened.get_or_insert(at);
                }
            }
        }
    }

    fn hit(&mut self, target: &str, at: Moment, in_order: bool) {
        if in_order {
            self.hits.entry(target.to_owned()).or_insert(at);
        } else if !self.hits.contains_key(target) {
            self.out_of_order.get_or_insert(at);
        }
    }

    /// A later answer stands in the place of an earlier one, also where it is worse.
    fn answered(&mut self, plan: &Plan, (wanted, best): (&str, bool), entry: &Entry, at: Moment) {
        let Some(Record::InjectAnswered { inject, option, .. }) = entry.record.known() else {
            return;
        };
        if inject != wanted {
            return;
        }
        let is_best = || {
            let inject = plan.inject(inject)?;
            let best = inject.message.options.get(inject.best?)?;
            Some(option.as_ref() == Some(best))
        };
        if best && is_best() != Some(true) {
            self.hits.clear();
        } else {
            self.hit("", at, true);
        }
    }

    /// The record with which it was met.
    pub(super) fn matched(&self, expectation: &Expectation) -> Option<Moment> {
        if !self.missing(expectation).is_empty() {
            return None;
        }
        self.hits.values().copied().max_by_key(|at| at.seq)
    }

    /// It was done, but what it had to come before had happened.
    pub(super) fn is_too_late(&self) -> bool {
        self.closed
            .is_some_and(|closed| self.out_of_order.is_some_and(|done| done.seq > closed.seq))
    }

    /// The targets without a record.
    pub(super) fn missing<'a>(&self, expectation: &'a Expectation) -> Vec<&'a str> {
        let What::Record { each, .. } = &expectation.what else { return Vec::new() };
        let missing = each.iter().filter(|target| !self.hits.contains_key(*target));
        missing.map(String::as_str).collect()
    }

    /// How it stands at `now`, where its inject came or still may.
    pub(super) fn standing(
        &self,
        expectation: &Expectation,
        now: DateTime<Utc>,
        is_over: bool,
        leaps: &[(DateTime<Utc>, DateTime<Utc>)],
    ) -> Standing {
        let Some(began) = self.began else { return Standing::NotBegun };
        let until = later(began.scenario, expectation.within);
        let late_until = later(began.scenario, expectation.late_until);
        // Its time did not pass: it was leapt over.
        let was_leapt =
            leaps.iter().any(|(from, to)| *from >= began.scenario && *from < until && *to > until);
        match self.matched(expectation) {
            Some(at) if at.scenario <= until => return Standing::Met { at },
            Some(at) if at.scenario <= late_until => return Standing::Late { at },
            Some(_) if was_leapt => return Standing::NotObserved,
            Some(_) => return Standing::Missed { since: late_until },
            None => {}
        }
        if matches!(expectation.what, What::Manual(_)) {
            // It waits for a person, not for the clock.
            let open = Standing::Open { began, until, late_until };
            return if is_over { Standing::NotObserved } else { open };
        }
        if let Some(closed) = self.closed {
            return Standing::Missed { since: closed.scenario.max(began.scenario) };
        }
        let is_past = is_over || now > late_until;
        if was_leapt && is_past || is_over && now <= until {
            return Standing::NotObserved;
        }
        if is_past {
            return Standing::Missed { since: late_until.min(now) };
        }
        Standing::Open { began, until, late_until }
    }
}
