//! Walks the playbook from written answers, on the same offers as every face.

use std::collections::BTreeSet;
use std::sync::mpsc::SyncSender;

use super::answers::{Answer, Answers, Doubt};
use crate::engine::Pilot;
use crate::incident::{
    Ask, By, Needs, Now, Offer, Progress, Purpose, Refusal, Row, Stage, State, StepKey, offers_of,
};
use crate::text::Shown;

/// How a walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Every step is over.
    Walked,
    /// It cannot go on: the step, and why.
    Stuck { step: String, why: String },
}

/// Answers in the place of a person.
pub struct Script {
    by: By,
    answers: Answers,
    /// Told once, then dropped.
    end: Option<SyncSender<End>>,
}

impl Script {
    /// Tells `end` when it cannot or need not go on.
    pub fn new(by: By, answers: Answers, end: SyncSender<End>) -> Self {
        Self { by, answers, end: Some(end) }
    }

    fn stop(&mut self, end: End) {
        if let Some(sender) = self.end.take() {
            // Whoever waited may be gone; then nobody needs to know.
            let _ = sender.try_send(end);
        }
    }
}

impl Pilot for Script {
    fn next(&mut self, state: &State, now: Now, refused: Option<&Refusal>) -> Option<(By, Ask)> {
        self.end.as_ref()?;
        if let Some(refusal) = refused {
            let step = next_step(state, &BTreeSet::new()).unwrap_or_else(|| "the scope".to_owned());
            self.stop(End::Stuck { step, why: refusal.to_string() });
            return None;
        }
        if let Some(ask) = self.answers.place(state) {
            return Some((self.by.clone(), ask));
        }
        let Some(step) = next_step(state, &BTreeSet::new()) else {
            self.stop(End::Walked);
            return None;
        };
        if is_waiting(state, &step) {
            return None;
        }
        let answer = self.answers.of(&step);
        match ask_for(state, &step, &answer, now) {
            Ok(ask) => Some((self.by.clone(), ask)),
            Err(why) => {
                self.stop(End::Stuck { step, why });
                None
            }
        }
    }
}

/// The first row that is not over; nothing after it is begun before. What is found on the way opens
/// rows above those that are over.
pub fn next_step(state: &State, left: &BTreeSet<String>) -> Option<String> {
    // What stands for a playbook is over when its steps are, and those follow.
    let is_next = |row: &Row<'_>| {
        !state.is_settled(row) && !row.step.is_heading() && !left.contains(row.name.as_ref())
    };
    state.timeline().find(is_next).map(|row| row.name.into_owned())
}

/// A call or a check of the step is under way: its end comes first, so that the record of a walk
/// does not depend on who is faster.
pub fn is_waiting(state: &State, step: &str) -> bool {
    let checking = [Stage::Before, Stage::Proof, Stage::Doubt]
        .into_iter()
        .any(|stage| state.latest_checks(step, stage).values().any(|check| check.end.is_none()));
    checking || state.progress(step).is_busy()
}

pub fn ask_for(state: &State, step: &str, answer: &Answer, now: Now) -> Result<Ask, String> {
    let offers = offers_of(state, step, now);
    let verb = wanted(state.progress(step), answer, &offers)?;
    let offer = offers
        .into_iter()
        .find(|offer| offer.verb == verb)
        .ok_or_else(|| format!("`{verb}` is not offered"))?;
    match &offer.refusal {
        Some(refusal) => Err(refusal.to_string()),
        None => fill(offer, answer),
    }
}

/// The verb of the offer that the answers ask for.
fn wanted(progress: Progress, answer: &Answer, offers: &[Offer]) -> Result<&'static str, String> {
    let begins = |offer: &&Offer| matches!(offer.verb, "start" | "look" | "answer" | "decide");
    match progress {
        Progress::Planned | Progress::Failed { .. } if answer.skip.is_some() => Ok("skip"),
        Progress::Planned => {
            let reasoned =
                |offer: &&Offer| answer.out_of_order.is_some() && offer.verb == "out-of-order";
            offers
                .iter()
                .find(reasoned)
                .or_else(|| offers.iter().find(begins))
                .map(|offer| offer.verb)
                .ok_or_else(|| "it cannot be begun".to_owned())
        }
        Progress::Armed if answer.confirm || answer.typed.is_some() => Ok("send"),
        Progress::Armed => Err("the answers do not confirm it: write confirm or typed".to_owned()),
        Progress::InDoubt { .. } => match answer.doubt() {
            Some(Doubt::Probe) => Ok("probe"),
            Some(Doubt::Retry) => Ok("retry"),
            Some(Doubt::Statement { took_effect: true, .. }) => Ok("took-effect"),
            Some(Doubt::Statement { took_effect: false, .. }) => Ok("no-effect"),
            None => Err("it is in doubt, and the answers settle no doubt".to_owned()),
        },
        Progress::Unproven if answer.unproven.is_some() => Ok("accept-unproven"),
        Progress::Unproven => Err("it took effect but is not proven".to_owned()),
        other => Err(format!("it is {}", other.word())),
    }
}

/// Fills the blanks of an offer from the answers.
fn fill(offer: Offer, answer: &Answer) -> Result<Ask, String> {
    let missing = |what: &str| format!("the answers give no {what}");
    let text =
        |text: &Option<String>, what| text.as_deref().map(Shown::new).ok_or_else(|| missing(what));
    let reason = answer.out_of_order.as_deref().map(Shown::new);
    Ok(match offer.ask {
        Ask::Start { step, .. } => Ask::Start { step, reason },
        Ask::Arm { step, purpose: Purpose::Act, .. } => {
            Ask::Arm { step, purpose: Purpose::Act, reason }
        }
        Ask::Confirm { step, hash, .. } => match offer.needs {
            Needs::Typed(_) => Ask::Confirm {
                step,
                hash,
                typed: Some(answer.typed.clone().ok_or_else(|| missing("typed target"))?),
            },
            _ => Ask::Confirm { step, hash, typed: None },
        },
        Ask::Answer { step, .. } => {
            Ask::Answer { step, text: text(&answer.answer, "answer")?, reason }
        }
        Ask::Decide { step, .. } => Ask::Decide {
            step,
            option: text(&answer.option, "option")?,
            because: text(&answer.reason, "reason")?,
            reason,
        },
        Ask::Skip { step, .. } => {
            let reason = text(&answer.skip, "reason to skip")?;
            Ask::Skip { step, skip: answer.skip_as()?, reason }
        }
        Ask::AcceptUnproven { step, .. } => {
            Ask::AcceptUnproven { step, reason: text(&answer.unproven, "reason")? }
        }
        Ask::Resolve { step, .. } => resolve(step, answer).ok_or_else(|| missing("statement"))?,
        other => other,
    })
}

fn resolve(step: StepKey, answer: &Answer) -> Option<Ask> {
    match answer.doubt()? {
        Doubt::Statement { took_effect, reason } => {
            Some(Ask::Resolve { step, took_effect, reason })
        }
        Doubt::Probe | Doubt::Retry => None,
    }
}
