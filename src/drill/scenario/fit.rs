//! Whether a scenario fits a playbook: what is called is simulated, and what is named is there.

use std::collections::BTreeSet;

use super::Scenario;
use super::plan::{Doing, Event, Since, Trigger, What};
use crate::drill::fields::unknown;
use crate::incident::{Ask, StepKey};
use crate::playbook::{Destination, Playbook, Step, Task};

impl Scenario {
    /// What this playbook needs and the scenario does not have, and what the scenario names and the
    /// playbook does not have, one line each; empty when the drill can be played.
    pub fn missing_for(&self, playbook: &Playbook) -> Vec<String> {
        if self.playbook != playbook.id {
            let (id, other) = (&self.id, &self.playbook);
            let what =
                format!("the scenario {id} is for the playbook {other}, not for {}", playbook.id);
            return std::iter::once(what).chain(self.missing_in_world(playbook)).collect();
        }
        let names = Names { playbook, found: Vec::new() };
        let unknown = names.of(self).into_iter();
        let unknown = unknown.map(|what| format!("the scenario {}, {what}", self.id));
        self.missing_in_world(playbook).into_iter().chain(unknown).collect()
    }

    fn missing_in_world(&self, playbook: &Playbook) -> BTreeSet<String> {
        let mut missing = BTreeSet::new();
        for backend in &playbook.backends {
            if !self.backends.contains(&backend.id) {
                missing.insert(format!("the scenario {} has no back end {}", self.id, backend.id));
            }
        }
        for check in playbook.steps.iter().flat_map(|step| &step.verify) {
            if let Some(via) = check.via.as_ref().filter(|via| !self.vantages.contains(via)) {
                missing.insert(format!("the scenario {} has no vantage point {via}", self.id));
            }
        }
        for step in &playbook.steps {
            let calls = match &step.task {
                Task::Call(call) => Some(call),
                Task::Ask(_) | Task::Decide(_) | Task::Playbook(_) => None,
            };
            for call in calls.into_iter().chain(&step.undo) {
                let plays = |backend: &String| match &call.backend {
                    Destination::Backend(id) => backend == id,
                    // A scenario may have nobody phone in.
                    Destination::Member(_) => self.hosts.values().any(|one| one == backend),
                };
                let no_hosts = call.backend.backend().is_none() && self.hosts.is_empty();
                let reached = self
                    .routes
                    .iter()
                    .any(|route| plays(&route.backend) && route.method == call.method);
                if !reached && !no_hosts {
                    missing.insert(format!(
                        "the scenario {} has no {} route on {}, which the step {} needs",
                        self.id, call.method, call.backend, step.id
                    ));
                }
            }
        }
        missing
    }
}

/// What the exercise names that the playbook does not have, each with its line.
struct Names<'p> {
    playbook: &'p Playbook,
    found: Vec<String>,
}

impl Names<'_> {
    fn of(mut self, scenario: &Scenario) -> Vec<String> {
        let plan = &scenario.plan;
        for inject in &plan.injects {
            if let Trigger::After { what, .. } = &inject.when {
                self.event(inject.line, what, &[]);
            }
        }
        for expectation in &plan.expectations {
            if let What::Record { event, each, before, after } = &expectation.what {
                self.event(expectation.line, event, each);
                for other in before.iter().chain(after) {
                    self.event(expectation.line, other, &[]);
                }
            }
            if let Since::Event(event) = &expectation.since {
                self.event(expectation.line, event, &[]);
            }
        }
        for note in &plan.duties {
            self.duty(note.line, &note.duty);
        }
        for (name, answer) in &plan.solution.answers.steps {
            let place = format!("solution of {name}");
            if let Some(step) = self.step(&place, &StepKey::named(name).id)
                && let Some(option) = &answer.option
            {
                self.option(&place, step, option);
            }
        }
        for name in plan.solution.hold.keys() {
            self.step("hold of the solution", &StepKey::named(name).id);
        }
        for place in &plan.solution.answers.scope {
            self.scope(&format!("solution for {}", place.name), &place.kind);
        }
        for act in &plan.solution.acts {
            match &act.what {
                Doing::Ask(ask) => match &**ask {
                    Ask::DutyDecide { duty, .. } | Ask::DutyMet { duty, .. } => {
                        self.duty(act.line, duty);
                    }
                    Ask::UpdateGive { cadence, .. } => self.cadence(act.line, cadence),
                    _ => {}
                },
                Doing::Place(place) => self.scope(&at(act.line), &place.kind),
                Doing::Claim { .. } | Doing::Judge { .. } | Doing::Reply { .. } => {}
            }
        }
        self.found
    }

    fn event(&mut self, line: usize, event: &Event, each: &[String]) {
        let place = at(line);
        let step = event.step.as_ref().and_then(|id| self.step(&place, id));
        if event.step.is_some() && step.is_none() {
            return;
        }
        if let Some(step) = step {
            let id = &step.id;
            if step.each.is_none() && (event.target.is_some() || !each.is_empty()) {
                self.tell(
                    &place,
                    &format!("the step {id} is for no member, so that no target fits"),
                );
            }
            if event.kind.starts_with("check_") && step.verify.is_empty() {
                self.tell(&place, &format!("the step {id} has no checks"));
                return;
            }
            if let (Some(option), "decided") = (&event.option, event.kind.as_str()) {
                self.option(&place, step, option);
            }
        }
        if let Some(check) = &event.check {
            let steps = self.playbook.steps.iter();
            let checks = steps.filter(|one| step.is_none_or(|step| step.id == one.id));
            let titles = checks.flat_map(|one| &one.verify).map(|check| check.title.as_str());
            if !titles.clone().any(|title| title.eq_ignore_ascii_case(check)) {
                self.unknown(&place, "check", check, titles);
            }
        }
        if let Some(duty) = &event.duty {
            if event.kind.starts_with("duty") {
                self.duty(line, duty);
            } else {
                self.cadence(line, duty);
            }
        }
    }
}

impl<'p> Names<'p> {
    fn step(&mut self, place: &str, id: &str) -> Option<&'p Step> {
        let playbook: &'p Playbook = self.playbook;
        let step = playbook.step(id);
        if step.is_none() {
            self.unknown(place, "step", id, playbook.steps.iter().map(|step| step.id.as_str()));
        }
        step
    }

    fn option(&mut self, place: &str, step: &'p Step, option: &str) {
        match &step.task {
            Task::Decide(decide) => {
                if !decide.options.iter().any(|one| one.eq_ignore_ascii_case(option)) {
                    let known = decide.options.iter().map(String::as_str);
                    self.unknown(place, "option", option, known);
                }
            }
            _ => self.tell(place, &format!("the step {} decides nothing", step.id)),
        }
    }

    fn duty(&mut self, line: usize, id: &str) {
        let playbook = self.playbook;
        if playbook.duty(id).is_none() {
            let known = playbook.duties.iter().map(|duty| duty.id.as_str());
            self.unknown(&at(line), "duty", id, known);
        }
    }

    fn cadence(&mut self, line: usize, id: &str) {
        let playbook = self.playbook;
        if playbook.cadence(id).is_none() {
            let known = playbook.cadences.iter().map(|cadence| cadence.id.as_str());
            self.unknown(&at(line), "cadence", id, known);
        }
    }

    fn scope(&mut self, place: &str, kind: &str) {
        let scopes = self.playbook.scopes();
        if !scopes.contains(&kind) {
            self.unknown(place, "scope", kind, scopes.into_iter());
        }
    }

    fn unknown<'k>(
        &mut self,
        place: &str,
        what: &str,
        word: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let (what, mend) = unknown(what, word, known);
        self.tell(place, &format!("{what} in the playbook {}; {mend}", self.playbook.id));
    }

    fn tell(&mut self, place: &str, what: &str) {
        let told = format!("{place}: {what}");
        if !self.found.contains(&told) {
            self.found.push(told);
        }
    }
}

fn at(line: usize) -> String {
    format!("line {line}")
}
