//! What can be done with severity, awareness, duties and promised updates.

use super::incident::Maker;
use super::{Needs, Offer, blank};
use crate::incident::clocks::{DutyState, Promise};
use crate::incident::input::Ask;
use crate::incident::record::Occurred;
use crate::incident::severity::Severity;
use crate::incident::words::{cadence_title, duty_title};
use crate::playbook::{Cadence, Duty, Moment};

impl Maker<'_> {
    pub(super) fn severity(&self) -> Vec<Offer> {
        let clocks = &self.state.clocks;
        let words = |without: Option<Severity>| {
            let others = Severity::ALL.into_iter().filter(|one| Some(*one) != without);
            Needs::OptionAndReason(others.map(Severity::told).collect())
        };
        let declared = match &clocks.declared {
            None => self.offer(
                "declare",
                "Declare the incident, with its severity and why",
                words(None),
                Ask::Declare { severity: Severity::Sev1, occurred: None, reason: blank() },
            ),
            Some(declared) => {
                let severity = declared.severity;
                let other =
                    if severity == Severity::Sev1 { Severity::Sev2 } else { Severity::Sev1 };
                self.offer(
                    "severity",
                    &format!("Change the severity, {} now, with a reason", severity.word()),
                    words(Some(severity)),
                    Ask::SetSeverity { severity: other, reason: blank() },
                )
            }
        };
        let title = if clocks.aware.is_some() {
            "Correct since when people are aware of it, with a reason"
        } else {
            "Decide since when people are aware of it, with a reason"
        };
        let aware = Ask::Aware { occurred: None, reason: blank() };
        vec![declared, self.offer("aware", title, Needs::Reason, aware)]
    }

    pub(super) fn clocks(&self) -> Vec<Offer> {
        let duties = self.state.duties().flat_map(|(duty, decided)| self.of_duty(duty, decided));
        let promises = self.state.promises();
        let promises = promises.filter_map(|(cadence, promise)| Some((cadence, promise?)));
        let promises = promises.flat_map(|(cadence, promise)| self.of_promise(cadence, promise));
        duties.chain(promises).collect()
    }

    /// What is decided already is proposed again; a start that the record knows is proposed, and no
    /// other.
    fn of_duty(&self, duty: &Duty, decided: Option<&DutyState>) -> Vec<Offer> {
        let title = duty_title(duty);
        let (id, known) = (duty.id.clone(), Moment::of_word(&duty.starts));
        let known: Option<Occurred> = known.and_then(|moment| self.state.moment(moment));
        let starts = known.or_else(|| decided.and_then(|decided| decided.starts.clone()));
        let decide = match decided {
            None => format!("Decide whether {title} applies, with a reason"),
            Some(decided) => {
                let word = if decided.on { "on" } else { "off" };
                format!("Decide anew whether {title} applies, {word} now, with a reason")
            }
        };
        // The face asks whether it is on; off needs nothing that is not known yet.
        let ask = Ask::DutyDecide { duty: id.clone(), on: false, starts, reason: blank() };
        let options = vec![DUTY_ON.to_owned(), DUTY_OFF.to_owned()];
        let mut all =
            vec![self.offer("duty-decide", &decide, Needs::OptionAndReason(options), ask)];
        if decided.is_some_and(DutyState::is_open) {
            let ask = Ask::DutyMet { duty: id, occurred: None, how: blank() };
            all.push(self.offer("duty-met", &format!("Say how {title} was met"), Needs::Text, ask));
        }
        all
    }

    fn of_promise(&self, cadence: &Cadence, promise: &Promise) -> Vec<Offer> {
        if promise.ended.is_some() {
            return Vec::new();
        }
        let title = cadence_title(cadence);
        let id = || cadence.id.clone();
        vec![
            self.offer(
                "update",
                &format!("Write down that {title} was given"),
                Needs::Text,
                Ask::UpdateGive { cadence: id(), occurred: None, how: blank(), next: None },
            ),
            self.offer(
                "updates-end",
                &format!("Promise no more of {title}, with a reason"),
                Needs::Reason,
                Ask::UpdatesEnd { cadence: id(), reason: blank() },
            ),
        ]
    }
}

/// As a face offers it.
pub const DUTY_ON: &str = "on: it applies, and its time runs";
/// Likewise.
pub const DUTY_OFF: &str = "off: it does not apply";
