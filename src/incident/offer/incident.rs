//! What can be done with the incident as a whole: notes, scope, claims, reminders, evidence, its end.

use chrono::{DateTime, Utc};

use super::{Needs, Offer, admit, admit_title, blank};
use crate::incident::claim::{Claim, ClaimStatus};
use crate::incident::input::{Ask, Now};
use crate::incident::permit::permit;
use crate::incident::ran::{CommandEnd, HowEnded, Output};
use crate::incident::record::{Occurred, Precision};
use crate::incident::refusal::Refusal;
use crate::incident::reminder::When;
use crate::incident::state::State;
use crate::incident::words::{claim_title, first_words};

/// In the order in which they are listed.
pub(super) fn incident_offers(state: &State, now: Now) -> Vec<Offer> {
    let maker = Maker { state, now };
    let mut all = super::exercise::to_decide(state, now);
    all.extend(maker.to_write());
    all.extend(maker.members());
    all.extend(maker.inputs());
    all.extend(maker.severity());
    all.extend(maker.clocks());
    all.extend(maker.registers());
    all.extend(state.claims.values().flat_map(|claim| maker.of_claim(claim)));
    all.extend(maker.timers());
    all.extend(maker.commands());
    all.extend(super::people::people_offers(state, now));
    all.extend(maker.kept());
    all.extend(super::exercise::exercise_offers(state, now));
    all.push(maker.offer(
        "close",
        "Close the incident, with a reason",
        Needs::Reason,
        Ask::Close { reason: blank() },
    ));
    if state.is_drill_over() {
        // None of it comes back: the faces say so once.
        all.retain(|offer| offer.refusal != Some(Refusal::ExerciseOver));
    }
    all
}

pub(super) struct Maker<'a> {
    pub(super) state: &'a State,
    pub(super) now: Now,
}

/// Stands for the time that the face will ask for.
fn at_opening(at: DateTime<Utc>) -> Occurred {
    Occurred { at, precision: Precision::Minute }
}

impl Maker<'_> {
    pub(super) fn offer(&self, verb: &'static str, title: &str, needs: Needs, ask: Ask) -> Offer {
        Offer {
            refusal: permit(self.state, &ask, self.now).err(),
            ask,
            verb,
            title: title.to_owned(),
            step: None,
            needs,
            recommended: false,
        }
    }

    fn to_write(&self) -> Vec<Offer> {
        let occurred = self.state.opened_at.map(at_opening);
        let scope = self.state.playbook.scopes().first().map_or("host", |scope| *scope).to_owned();
        vec![
            self.offer(
                "note",
                "Write a note",
                Needs::Text,
                Ask::Note { text: blank(), occurred: None, source: None },
            ),
            self.offer(
                "happened",
                "Write down what happened earlier, with its time",
                Needs::Text,
                Ask::Note { text: blank(), occurred, source: None },
            ),
            self.offer(
                "do",
                "Do something that is in no playbook, with a reason",
                Needs::Text,
                Ask::AddStep { toml: blank(), reason: blank() },
            ),
            self.offer(
                "scope",
                "Add to the scope, with the source",
                Needs::NameAndText,
                Ask::AddScope { scope, name: blank(), source: blank() },
            ),
        ]
    }

    /// A host can be admitted again, and first where no step of its own offers it.
    fn members(&self) -> Vec<Offer> {
        let reached = self.state.scope.iter().filter(|one| self.state.playbook.reaches(&one.scope));
        let free = reached.filter(|member| self.state.waits_for(member).is_none());
        let offers = free.map(|member| {
            let verb = if member.admitted.is_some() { "admit-again" } else { "admit" };
            self.offer(verb, &admit_title(member), Needs::NameAndText, admit(member))
        });
        offers.collect()
    }

    fn inputs(&self) -> Option<Offer> {
        let input = self.state.playbook.inputs.first()?;
        let ask = Ask::SetInput { name: input.id.clone(), value: blank() };
        Some(self.offer("input", "Set an input", Needs::NameAndText, ask))
    }

    fn registers(&self) -> Vec<Offer> {
        let (path, about, sha256) = (blank(), blank(), String::new());
        vec![
            self.offer(
                "claim",
                "Enter a claim, with who says so",
                Needs::NameAndText,
                Ask::ClaimMake { text: blank(), source: blank(), data: None },
            ),
            self.offer(
                "remind",
                "Set a reminder",
                Needs::NameAndText,
                Ask::Remind { what: blank(), who: None, when: When::After { seconds: 60 } },
            ),
            self.offer(
                "attach",
                "Attach a file as evidence: its path and hash",
                Needs::NameAndText,
                Ask::Attach { path, sha256, bytes: 0, about },
            ),
        ]
    }

    fn of_claim(&self, claim: &Claim) -> Vec<Offer> {
        let (id, title) = (claim.id, claim_title(claim));
        let others: Vec<ClaimStatus> =
            ClaimStatus::ALL.into_iter().filter(|status| *status != claim.status).collect();
        let status = others.first().copied().unwrap_or(ClaimStatus::Asserted);
        let words = others.iter().map(|status| status.word().to_owned()).collect();
        let act = claim.act_as_if.is_none();
        let act_title = if act {
            format!("Act on {title} as if it were so, with a reason")
        } else {
            format!("No longer act on {title} as if it were so, with a reason")
        };
        vec![
            self.offer(
                "claim-status",
                &format!("Say how {title} stands now, and why"),
                Needs::OptionAndReason(words),
                Ask::ClaimAmend { claim: id, status, reason: blank() },
            ),
            self.offer(
                "claim-count",
                &format!("Add a count to {title}, with its source"),
                Needs::NameAndText,
                Ask::ClaimCount { claim: id, count: blank(), source: blank() },
            ),
            self.offer(
                "claim-act",
                &act_title,
                Needs::Reason,
                Ask::ClaimActAsIf { claim: id, act, reason: blank() },
            ),
        ]
    }

    fn timers(&self) -> Vec<Offer> {
        let open = self.state.open_timers().map(|timer| {
            let due = if timer.is_due { ", DUE" } else { "" };
            let title =
                format!("Reminder {} ({}){due} is done", timer.id, first_words(&timer.what));
            let ask = Ask::TimerDone { timer: timer.id, how: None };
            self.offer("timer-done", &title, Needs::Text, ask)
        });
        open.collect()
    }

    /// Whoever ran them may be gone, and then nobody else can say how they ended.
    fn commands(&self) -> Vec<Offer> {
        let open = self.state.open_commands().map(|(run, command)| {
            let line = first_words(&command.line());
            let title = format!("Say how the command {line} ended: nobody recorded it");
            let how = HowEnded::Said { why: blank() };
            let (stdout, stderr) = (Output::default(), Output::default());
            let end = CommandEnd { how, took_ms: 0, stdout, stderr };
            let ask = Ask::CommandEnd { run: run.to_owned(), end };
            self.offer("command-ended", &title, Needs::Reason, ask)
        });
        open.collect()
    }

    fn kept(&self) -> Vec<Offer> {
        let kept = self.state.kept_calls().filter_map(|call| {
            let blob = call.answer.as_ref()?.sha256.clone()?;
            let title = format!(
                "Remove the kept answer of call {} ({}), with a reason",
                call.id, call.step
            );
            let ask = Ask::Withhold { blob, reason: blank() };
            Some(self.offer("withhold", &title, Needs::Reason, ask))
        });
        let outputs = self.state.kept_outputs().map(|(blob, command)| {
            let line = first_words(&command.line());
            let title = format!("Remove what the command {line} printed, with a reason");
            let ask = Ask::Withhold { blob: blob.to_owned(), reason: blank() };
            self.offer("withhold", &title, Needs::Reason, ask)
        });
        kept.chain(outputs).collect()
    }
}
