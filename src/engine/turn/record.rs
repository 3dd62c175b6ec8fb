//! From a decision to flushed lines: applied on trial, written and flushed once a turn, and what
//! becomes of it when that fails.

use super::{Engine, Outcome, Trial, console, fold_entry};
use crate::incident::{By, Decision, Effect, Input, Now, Occurred, Record, Refusal, State, decide};
use crate::journal::{CommitError, Draft, Room, Urgency, emergency};
use crate::text::Shown;

/// While the disk has no room, it is tried again so often.
pub(super) const ROOM_EVERY_US: u64 = 1_000_000;
/// Wall clock and boot clock may differ by so much over one pause before it is called a step.
const CLOCK_TOLERANCE_US: i64 = 1_000_000;

impl Engine {
    pub(super) fn outcome(&mut self, input: Input, said: Shown, trial: &mut Trial) {
        let outcome = Outcome { said, input, drafts: Vec::new(), is_told: false };
        self.record_outcome(outcome, trial);
    }

    fn record_outcome(&mut self, mut outcome: Outcome, trial: &mut Trial) {
        let now = self.clock.now();
        let decision = match decide(&self.state, &outcome.input, self.state.by_its_clock(now)) {
            Ok(decision) => decision,
            Err(refusal) => {
                // It belongs to nothing that is under way: a late answer of a stopped check.
                tracing::info!(%refusal, said = %outcome.said, "an outcome was not recorded");
                return;
            }
        };
        outcome.drafts = decision.records.iter().cloned().map(console).collect();
        let recorded = self.read_only.is_none()
            && self.fold(decision, &By::console(), None, now, trial).is_ok();
        if recorded {
            trial.outcomes.push(outcome);
        } else {
            self.lose(vec![outcome]);
        }
    }

    /// Room may have been made for outcomes that found none.
    pub(super) fn try_late(&mut self, trial: &mut Trial) {
        let up = self.clock.now().up;
        let is_due = self.room_due.is_none_or(|due| due <= up);
        if self.late.is_empty() || self.read_only.is_some() || !is_due {
            return;
        }
        self.room_due = Some(up + ROOM_EVERY_US);
        for outcome in std::mem::take(&mut self.late) {
            self.record_outcome(outcome, trial);
        }
    }

    /// Whether something new may begin. While it may not, the disk is not tried at every turn:
    /// that writes the whole reserve.
    pub(super) fn has_room(&mut self) -> bool {
        let up = self.clock.now().up;
        if self.room_due.is_none_or(|due| due <= up) {
            let ample = self.writer.room() == Room::Ample;
            self.room_due = (!ample).then_some(up + ROOM_EVERY_US);
        }
        self.room_due.is_none()
    }

    /// Decides on one input and applies what follows, on trial.
    pub(super) fn take(
        &mut self,
        input: &Input,
        by: &By,
        occurred: Option<&Occurred>,
        trial: &mut Trial,
    ) -> Result<(), Refusal> {
        if let Some(why) = &self.read_only {
            return Err(Refusal::ReadOnly(why.clone()));
        }
        let now = self.clock.now();
        let decision = decide(&self.state, input, self.state.by_its_clock(now))?;
        let sends = decision.effects.iter().any(|effect| matches!(effect, Effect::Send { .. }));
        if sends && !self.has_room() {
            return Err(Refusal::NoRoom);
        }
        self.fold(decision, by, occurred, now, trial)
    }

    fn fold(
        &mut self,
        decision: Decision,
        by: &By,
        occurred: Option<&Occurred>,
        now: Now,
        trial: &mut Trial,
    ) -> Result<(), Refusal> {
        let clock_step = self.clock_step(now).map(console);
        // What follows from what a person tells happens now.
        let decided = decision.records.into_iter().map(|record| {
            let occurred = occurred.filter(|_| record.is_said()).cloned();
            Draft { record, by: by.clone(), occurred }
        });
        let mark = self.writer.mark();
        self.writer.set_scenario_time(self.state.scenario_time(now));
        let mut entries = Vec::new();
        for draft in clock_step.into_iter().chain(decided) {
            match self.writer.push(&draft, now) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    self.writer.rollback_to(mark);
                    return Err(Refusal::CannotRender(error.to_string().into()));
                }
            }
        }
        for entry in &entries {
            fold_entry(&mut self.state, entry);
        }
        trial.entries.extend(entries);
        trial.effects.extend(decision.effects);
        Ok(())
    }

    /// The clocks disagree about how long ago the last record was: told before what follows.
    fn clock_step(&self, now: Now) -> Option<Record> {
        if self.state.boot != self.boot {
            return None;
        }
        let wall_us = (now.at - self.state.last_wall?).num_microseconds()?;
        let boot_us = i64::try_from(now.up).ok()? - i64::try_from(self.state.last_up?).ok()?;
        ((wall_us - boot_us).abs() > CLOCK_TOLERANCE_US)
            .then_some(Record::ClockStepped { wall_us, boot_us })
    }

    /// One write and one flush for the whole turn. True when the effects that the trial then holds
    /// may be started.
    pub(super) fn commit(&mut self, before: State, trial: &mut Trial) -> bool {
        if before.seq == self.state.seq {
            return true;
        }
        // The reserve is there for what the world said.
        let urgency = if trial.begins { Urgency::Intent } else { Urgency::Result };
        let Err(error) = self.writer.commit(urgency) else {
            self.committed(urgency, &trial.outcomes);
            return true;
        };
        self.state = before;
        trial.entries.clear();
        self.unpublished = true;
        let refusal = self.failed(&error);
        for (_, answer) in &mut trial.replies {
            if answer.is_ok() {
                *answer = Err(refusal.clone());
            }
        }
        trial.effects.clear();
        let outcomes = std::mem::take(&mut trial.outcomes);
        if self.read_only.is_some() {
            self.lose(outcomes);
            return false;
        }
        self.retry_later(&std::mem::take(&mut trial.retried));
        if trial.begins {
            return self.commit_alone(outcomes, trial);
        }
        self.lose(outcomes);
        false
    }

    /// What came in a turn whose beginnings found no room: it may use the reserve.
    fn commit_alone(&mut self, outcomes: Vec<Outcome>, trial: &mut Trial) -> bool {
        trial.begins = false;
        let before = self.state.clone();
        for outcome in outcomes {
            self.record_outcome(outcome, trial);
        }
        self.commit(before, trial)
    }

    fn committed(&mut self, urgency: Urgency, outcomes: &[Outcome]) {
        if urgency == Urgency::Intent {
            self.room_due = None;
        }
        for outcome in outcomes.iter().filter(|outcome| outcome.is_told) {
            self.room_due = self.room_due.map(|_| 0);
            // It stands in the record after all.
            if let Some(at) = self.unsaved.iter().position(|said| *said == outcome.said) {
                self.unsaved.remove(at);
            }
        }
    }

    /// What a failed commit means for those who asked.
    fn failed(&mut self, error: &CommitError) -> Refusal {
        let why = Shown::new(error.to_string());
        tracing::error!(%why, "the record could not be written");
        if let CommitError::Full { .. } = error {
            self.room_due = Some(self.clock.now().up + ROOM_EVERY_US);
            return Refusal::NoRoom;
        }
        self.read_only = Some(why.clone());
        // They are in the emergency file, and that is where they stay.
        self.late.clear();
        Refusal::ReadOnly(why)
    }

    /// Keeps what the record cannot take: on screen, and in the emergency file. Where only room is
    /// missing, it is tried again.
    fn lose(&mut self, mut outcomes: Vec<Outcome>) {
        let new: Vec<&mut Outcome> = outcomes.iter_mut().filter(|one| !one.is_told).collect();
        if !new.is_empty() {
            let drafts: Vec<Draft> =
                new.iter().flat_map(|one| one.drafts.iter().cloned()).collect();
            let (head, now) = (self.writer.head(), self.clock.now());
            let disk = self.disk.as_ref();
            if let Err(error) = emergency(disk, &self.emergency, head.as_ref(), &drafts, now) {
                tracing::error!(%error, "the emergency file could not be written either");
            }
            for outcome in new {
                outcome.is_told = true;
                self.unsaved.push(outcome.said.clone());
            }
            self.unpublished = true;
        }
        if self.read_only.is_none() {
            self.late.extend(outcomes);
        }
    }
}
