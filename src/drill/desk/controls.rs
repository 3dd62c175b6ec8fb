//! What a facilitator can do: with each message to come, each expectation and each fault, and with
//! the clock.

use super::{ArmedFault, Coming, Desk, Planned};
use crate::drill::scenario::plan::Expectation;
use crate::incident::exercise::{Control, Delivery, Exercise, Inject, Judged};
use crate::incident::{Ask, Needs, Now, Offer, State, permit};
use crate::text::Shown;

/// Whether an offer is a facilitator's: there are many of them, and a list for everything else does
/// better without.
pub fn is_control(offer: &Offer) -> bool {
    match &offer.ask {
        Ask::Deliver { .. } => true,
        Ask::Control { control } => matches!(
            control,
            Control::Skip { .. }
                | Control::Delay { .. }
                | Control::Jump { .. }
                | Control::Hint { .. }
                | Control::Judge { .. }
                | Control::Arm { .. }
                | Control::Disarm { .. }
        ),
        _ => false,
    }
}

/// Stands for what the face will fill in.
fn blank() -> Shown {
    Shown::new("…")
}

pub(super) fn controls(desk: &Desk, state: &State, now: Now) -> Vec<Offer> {
    let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
    let maker = Maker { state, now };
    let plan = &desk.scenario.plan;
    // Evaluators go on looking when the players have stopped.
    let judging = plan.expectations.iter().map(|one| maker.judge(one, exercise));
    if exercise.is_over() {
        return judging.collect();
    }
    let mut all = vec![maker.ad_hoc(exercise)];
    all.extend(maker.jump(desk, exercise));
    let injects = desk.injects(state);
    let ahead = injects.iter().filter(|one| !matches!(one.coming, Coming::Arrived(_)));
    all.extend(ahead.flat_map(|one| maker.of_inject(one)));
    all.extend(judging);
    let cost = plan.scoring.hint_cost;
    all.extend(plan.expectations.iter().filter_map(|one| maker.hint(one, exercise, cost)));
    all.push(maker.free_hint(cost));
    all.extend(desk.faults(state).iter().map(|fault| maker.fault(fault)));
    all
}

struct Maker<'a> {
    state: &'a State,
    now: Now,
}

impl Maker<'_> {
    fn offer(&self, verb: &'static str, title: String, needs: Needs, ask: Ask) -> Offer {
        Offer {
            refusal: permit(self.state, &ask, self.now).err(),
            ask,
            verb,
            title,
            step: None,
            needs,
            recommended: false,
        }
    }

    fn control(&self, verb: &'static str, title: String, needs: Needs, control: Control) -> Offer {
        self.offer(verb, title, needs, Ask::Control { control })
    }

    fn of_inject(&self, planned: &Planned<'_>) -> Vec<Offer> {
        let inject = || Inject { why: Delivery::ByHand, ..planned.inject.clone() };
        let id = &planned.inject.inject;
        let what = format!("inject {}: {}", Shown::new(id), planned.inject.subject.one_line());
        let until = match &planned.coming {
            Coming::At { at, .. } => *at,
            Coming::After { latest: Some(latest), .. } => *latest,
            _ => self.now.at,
        };
        let send =
            |verb, title, needs| self.offer(verb, title, needs, Ask::Deliver { inject: inject() });
        let mut all = vec![
            send("fire", format!("Send now {what}"), Needs::Nothing),
            send("edit-inject", format!("Edit and send {what}"), Needs::Text),
            self.control(
                "delay-inject",
                format!("Delay {what}"),
                Needs::Reason,
                Control::Delay { inject: id.clone(), until, reason: blank() },
            ),
        ];
        if !matches!(planned.coming, Coming::Skipped(_)) {
            let control = Control::Skip { inject: id.clone(), reason: blank() };
            all.push(self.control("skip-inject", format!("Skip {what}"), Needs::Reason, control));
        }
        all
    }

    fn ad_hoc(&self, exercise: &Exercise) -> Offer {
        let is_free = |id: &String| exercise.arrived(id).is_none();
        // One more than arrived: one of the names is free.
        let names = 1..=exercise.injects.len() + 1;
        let id = names.map(|number| format!("ad-hoc-{number}")).find(is_free);
        let inject = Inject {
            inject: id.unwrap_or_default(),
            channel: "chat".to_owned(),
            from: Shown::default(),
            to: Vec::new(),
            subject: blank(),
            body: blank(),
            options: Vec::new(),
            why: Delivery::AdHoc,
            original: None,
        };
        let title = "Write an inject that is not in the scenario, and send it".to_owned();
        self.offer("ad-hoc", title, Needs::NameAndText, Ask::Deliver { inject })
    }

    fn jump(&self, desk: &Desk, exercise: &Exercise) -> Option<Offer> {
        let elapsed = self.now.at - exercise.briefing.start;
        let next = desk.scenario.plan.next_module(elapsed)?;
        let to = exercise.briefing.start + next.start;
        let (id, when) = (Shown::new(&next.id), to.format("%Y-%m-%d %H:%M:%SZ"));
        let what = Shown::new(format!("{id}: {}", next.title.one_line()));
        let title = format!("Jump to the next module, {what}, at {when}");
        Some(self.control("jump", title, Needs::Text, Control::Jump { to, what }))
    }

    /// Once for each: a second one tells nothing new.
    fn hint(&self, expectation: &Expectation, exercise: &Exercise, cost: u32) -> Option<Offer> {
        let text = expectation.hint.clone()?;
        let id = Some(expectation.id.clone());
        if exercise.hints.iter().any(|given| given.expectation == id) {
            return None;
        }
        let title = format!("Give the hint for {}", named(expectation));
        let control = Control::Hint { expectation: id, text, cost };
        Some(self.control("give-hint", title, Needs::Text, control))
    }

    fn free_hint(&self, cost: u32) -> Offer {
        let control = Control::Hint { expectation: None, text: blank(), cost };
        let title = "Give a hint in your own words".to_owned();
        self.control("own-hint", title, Needs::Text, control)
    }

    fn judge(&self, expectation: &Expectation, exercise: &Exercise) -> Offer {
        let set = exercise.judged.get(&expectation.id);
        let now = set.map_or_else(String::new, |set| format!(", {} now", set.verdict.word()));
        let title = format!("Judge {}{now}", named(expectation));
        let words = Judged::ALL.map(|one| one.word().to_owned()).to_vec();
        let control = Control::Judge {
            expectation: expectation.id.clone(),
            verdict: Judged::Met,
            reason: blank(),
        };
        self.control("judge", title, Needs::OptionAndReason(words), control)
    }

    fn fault(&self, of: &ArmedFault<'_>) -> Offer {
        let fault = || of.id.to_owned();
        let told = format!("{}: {}", Shown::new(of.id), of.what.one_line());
        let arm = || {
            let control = Control::Arm { fault: fault(), reason: blank() };
            self.control("arm", format!("Arm the fault {told}"), Needs::Reason, control)
        };
        let disarm = || {
            let control = Control::Disarm { fault: fault(), reason: blank() };
            self.control("disarm", format!("Disarm the fault {told}"), Needs::Reason, control)
        };
        if of.is_armed { disarm() } else { arm() }
    }
}

fn named(expectation: &Expectation) -> String {
    format!("{}: {}", Shown::new(&expectation.id), expectation.title.one_line())
}
