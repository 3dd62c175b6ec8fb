//! The loop: drain the inbox, decide and apply each input on trial, write and flush once for all of
//! them, then publish, reply, and only then start effects.
//!
//! When the flush fails the trial is dropped: nothing of it was shown, nothing of it was sent.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use tokio::sync::watch;

use super::handle::{Accepted, View};
use super::inbox::{Inbox, Message};
use super::pilot::Pilot;
use super::ports::{Clock, Random};
use super::probe::{ProbeId, Probes, Word};
use super::timer::Timers;
use crate::backend::{Network, Redactor};
use crate::incident::{
    Ask, By, CallId, Decision, Effect, Input, Now, Occurred, Record, Refusal, Stamp, State, apply,
    apply_unknown, decide,
};
use crate::journal::{CommitError, Disk, Draft, Entry, Fact, Room, Urgency, Writer, emergency};
use crate::text::Shown;

/// At most so many messages share one flush.
const BATCH: usize = 256;
/// Between two views, where no person waits for one: 60 a second.
const PUBLISH_EVERY_US: u64 = 16_667;
/// While the disk has no room, it is tried again so often.
const ROOM_EVERY_US: u64 = 1_000_000;
/// Wall clock and boot clock may differ by so much over one pause before it is called a step.
const CLOCK_TOLERANCE_US: i64 = 1_000_000;

/// The engine's own thread.
pub(super) struct Engine {
    pub(super) state: State,
    pub(super) writer: Writer,
    pub(super) disk: Arc<dyn Disk>,
    /// Where outcomes go that the record can no longer take.
    pub(super) emergency: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) network: Arc<dyn Network>,
    pub(super) random: Box<dyn Random>,
    pub(super) redactor: Redactor,
    pub(super) inbox: Inbox,
    pub(super) messages: Receiver<Message>,
    pub(super) views: watch::Sender<Arc<View>>,
    pub(super) probes: Probes,
    pub(super) timers: Timers,
    pub(super) pilot: Option<Box<dyn Pilot>>,
    pub(super) read_only: Option<Shown>,
    pub(super) unsaved: Vec<Shown>,
    /// Calls that left and have not come back.
    pub(super) flying: BTreeSet<CallId>,
    /// Outcomes that found no room in the record yet.
    pub(super) late: Vec<Outcome>,
    /// Boot clock of the next attempt to find room; `None` while there is room.
    pub(super) room_due: Option<u64>,
    pub(super) idle: Vec<SyncSender<Arc<View>>>,
    pub(super) stopping: Vec<SyncSender<()>>,
    pub(super) published_up: u64,
    pub(super) unpublished: bool,
}

type Reply = (Option<SyncSender<Result<Accepted, Refusal>>>, Result<(), Refusal>);

/// What a turn gathers before its flush.
#[derive(Default)]
struct Trial {
    effects: Vec<Effect>,
    replies: Vec<Reply>,
    /// Something new begins here: the reserve is not for it.
    begins: bool,
    /// Calls whose next attempt was due.
    retried: Vec<CallId>,
    /// What the world said in this turn.
    outcomes: Vec<Outcome>,
}

/// What the world said: on screen and in the emergency file if it cannot be recorded.
pub(super) struct Outcome {
    said: Shown,
    input: Input,
    drafts: Vec<Draft>,
    /// It is in the emergency file and on screen.
    is_told: bool,
}

impl Engine {
    /// Runs until it is told to stop and nothing is under way any more.
    pub(super) fn run(mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.start(effect);
        }
        self.drive(Vec::new());
        loop {
            if !self.stopping.is_empty() && self.is_settled() {
                break;
            }
            match self.receive() {
                Ok(batch) => self.drive(batch),
                Err(RecvTimeoutError::Timeout) => self.drive(Vec::new()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // Whoever ends it still has to see what could not be saved.
        self.publish_now(self.clock.now().up);
        for reply in self.stopping.drain(..) {
            let _ = reply.send(());
        }
    }

    /// Nothing is under way whose outcome has still to be recorded.
    fn is_settled(&self) -> bool {
        self.flying.is_empty()
    }

    fn receive(&self) -> Result<Vec<Message>, RecvTimeoutError> {
        let first = match self.patience() {
            Some(wait) => self.messages.recv_timeout(wait)?,
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected)?,
        };
        let mut batch = vec![first];
        batch.extend(self.messages.try_iter().take(BATCH - 1));
        Ok(batch)
    }

    /// How long to wait for a message; `None`: for as long as it takes.
    fn patience(&self) -> Option<Duration> {
        let publish = self.unpublished.then_some(self.published_up + PUBLISH_EVERY_US);
        let late = self.room_due.filter(|_| !self.late.is_empty());
        let due = [self.probes.next_due(), self.timers.next_due(), publish, late];
        let next = due.into_iter().flatten().min()?;
        let wait = Duration::from_micros(next.saturating_sub(self.clock.now().up));
        Some(self.clock.nap(wait))
    }

    fn drive(&mut self, batch: Vec<Message>) {
        let before = self.state.clone();
        let mut trial = Trial::default();
        for message in batch {
            self.hear(message, &mut trial);
        }
        self.try_late(&mut trial);
        // Who closes the console begins nothing new.
        if self.stopping.is_empty() {
            for call in self.timers.take_due(self.clock.now().up) {
                self.retry(call, &mut trial);
            }
        }
        self.consult_pilot(&mut trial);
        let person = trial.replies.iter().any(|(reply, _)| reply.is_some());
        let committed = self.commit(before, &mut trial);
        self.publish(committed && person);
        self.reply(std::mem::take(&mut trial.replies));
        if committed {
            for effect in trial.effects {
                self.start(effect);
            }
        }
        self.ask_due();
        self.answer_idle();
    }

    fn hear(&mut self, message: Message, trial: &mut Trial) {
        match message {
            Message::Ask { by, ask, reply } => {
                let answer = self.ask(&by, ask, trial);
                trial.replies.push((reply, answer));
            }
            Message::Called { call, attempt, result } => self.called(call, attempt, result, trial),
            Message::Asked { probe, result } => self.asked(probe, result, trial),
            Message::WhenIdle(reply) => self.idle.push(reply),
            Message::Wake => {}
            Message::Stop(reply) => {
                self.stopping.push(reply);
                self.room_due = self.room_due.map(|_| 0);
            }
        }
    }

    fn ask(&mut self, by: &By, ask: Ask, trial: &mut Trial) -> Result<(), Refusal> {
        if !self.stopping.is_empty() {
            return Err(Refusal::Stopping);
        }
        let ask = masked(&self.redactor, ask)?;
        let occurred = match &ask {
            Ask::Note { occurred, .. } => occurred.clone(),
            _ => None,
        };
        let input = Input::Person { by: by.clone(), ask };
        self.take(&input, by, occurred.as_ref(), trial)?;
        trial.begins = true;
        Ok(())
    }

    /// An automatic pilot is asked again after each of its asks, so that an answer, the end of its
    /// step and the request of the next share a flush.
    fn consult_pilot(&mut self, trial: &mut Trial) {
        let Some(mut pilot) = self.pilot.take() else { return };
        if self.stopping.is_empty() {
            let mut refused = None;
            while let Some((by, ask)) = pilot.next(&self.state, self.clock.now(), refused.as_ref())
            {
                refused = self.ask(&by, ask, trial).err();
            }
        }
        self.pilot = Some(pilot);
    }

    fn called(
        &mut self,
        call: CallId,
        attempt: u32,
        result: crate::incident::CallResult,
        trial: &mut Trial,
    ) {
        self.flying.remove(&call);
        let mut result = result;
        let said = Shown::new(format!("call {call}: {}", result.why));
        if let Some(body) = result.body.take()
            && self.writer.put_blob(&body).is_err()
            && let Some(answer) = &mut result.answer
        {
            // The outcome matters more than the body.
            answer.kept = false;
        }
        let input = Input::Called { call, attempt, result };
        self.outcome(input, said, trial);
    }

    fn asked(&mut self, probe: ProbeId, result: crate::incident::CheckResult, trial: &mut Trial) {
        self.unpublished = true;
        let said = Shown::new(format!("{probe:?}: {}", result.why));
        let input = match (probe, self.probes.hear(probe, result, self.clock.now().up)) {
            (_, Word::Wait) => return,
            (ProbeId::Check(check), Word::Settled(result) | Word::Report(result)) => {
                Input::Checked { check, result }
            }
            (ProbeId::Guard(guard), Word::Settled(result) | Word::Report(result)) => {
                Input::Guarded { guard, result }
            }
        };
        self.outcome(input, said, trial);
    }

    fn outcome(&mut self, input: Input, said: Shown, trial: &mut Trial) {
        let drafts = match decide(&self.state, &input, self.clock.now()) {
            Ok(decision) => decision.records.into_iter().map(console).collect(),
            Err(refusal) => {
                // It belongs to nothing that is under way: a late answer of a stopped check.
                tracing::info!(%refusal, %said, "an outcome was not recorded");
                return;
            }
        };
        let outcome = Outcome { said, input, drafts, is_told: false };
        self.record_outcome(outcome, trial);
    }

    fn record_outcome(&mut self, outcome: Outcome, trial: &mut Trial) {
        let taken = match self.read_only {
            Some(_) => false,
            None => self.take(&outcome.input, &By::console(), None, trial).is_ok(),
        };
        if taken {
            trial.outcomes.push(outcome);
        } else {
            self.lose(vec![outcome]);
        }
    }

    /// Room may have been made for outcomes that found none.
    fn try_late(&mut self, trial: &mut Trial) {
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

    fn retry(&mut self, call: CallId, trial: &mut Trial) {
        let input = Input::RetryDue { call };
        match self.take(&input, &By::console(), None, trial) {
            Ok(()) => {
                trial.begins = true;
                trial.retried.push(call);
            }
            Err(Refusal::NoRoom) => self.retry_later(&[call]),
            // Somebody called it off meanwhile.
            Err(_) => {}
        }
    }

    fn retry_later(&mut self, calls: &[CallId]) {
        let due = self.clock.now().up + ROOM_EVERY_US;
        for call in calls {
            self.timers.set(due, *call);
        }
    }

    /// Whether something new may begin. While it may not, the disk is not tried at every turn:
    /// that writes the whole reserve.
    fn has_room(&mut self) -> bool {
        let up = self.clock.now().up;
        if self.room_due.is_none_or(|due| due <= up) {
            let ample = self.writer.room() == Room::Ample;
            self.room_due = (!ample).then_some(up + ROOM_EVERY_US);
        }
        self.room_due.is_none()
    }

    /// Decides on one input and applies what follows, on trial.
    fn take(
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
        if let Some(step) = self.clock_step(now) {
            let decision = decide(&self.state, &step, now)?;
            self.fold(decision, &By::console(), None, now, trial)?;
        }
        let decision = decide(&self.state, input, now)?;
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
        let mark = self.writer.mark();
        let before = self.state.clone();
        for record in decision.records {
            let draft = Draft { record, by: by.clone(), occurred: occurred.cloned() };
            match self.writer.push(&draft, now) {
                Ok(entry) => fold_entry(&mut self.state, &entry),
                Err(error) => {
                    self.writer.rollback_to(mark);
                    self.state = before;
                    return Err(Refusal::CannotRender(error.to_string().into()));
                }
            }
        }
        trial.effects.extend(decision.effects);
        Ok(())
    }

    fn clock_step(&self, now: Now) -> Option<Input> {
        if self.state.boot != self.clock.boot() {
            return None;
        }
        let wall_us = (now.at - self.state.last_at?).num_microseconds()?;
        let boot_us = i64::try_from(now.up).ok()? - i64::try_from(self.state.last_up?).ok()?;
        ((wall_us - boot_us).abs() > CLOCK_TOLERANCE_US)
            .then_some(Input::ClockStepped { wall_us, boot_us })
    }

    /// One write and one flush for the whole turn. True when the effects that the trial then holds
    /// may be started.
    fn commit(&mut self, before: State, trial: &mut Trial) -> bool {
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

    fn publish(&mut self, at_once: bool) {
        let up = self.clock.now().up;
        let changed = self.unpublished || self.views.borrow().state.seq != self.state.seq;
        if !changed {
            return;
        }
        if !at_once && self.idle.is_empty() && up < self.published_up + PUBLISH_EVERY_US {
            self.unpublished = true;
            return;
        }
        self.publish_now(up);
    }

    fn publish_now(&mut self, up: u64) {
        self.published_up = up;
        self.unpublished = false;
        let mut view = View::of(&self.state, &self.writer);
        view.read_only = self.read_only.clone().or(view.read_only);
        view.unsaved.clone_from(&self.unsaved);
        view.no_room = !self.has_room();
        view.busy = self.count_busy();
        view.live = self.probes.live();
        self.views.send_replace(Arc::new(view));
    }

    fn reply(&self, replies: Vec<Reply>) {
        let seq = self.state.seq.unwrap_or(0);
        for (reply, answer) in replies {
            if let Some(reply) = reply {
                let _ = reply.send(answer.map(|()| Accepted { seq }));
            }
        }
    }

    fn start(&mut self, effect: Effect) {
        let up = self.clock.now().up;
        match effect {
            Effect::Send { call, attempt, request, judge } => {
                self.flying.insert(call);
                let inbox = self.inbox.clone();
                let done = Box::new(move |result| {
                    inbox.send(Message::Called { call, attempt, result });
                });
                self.network.send(&request, &judge, done);
            }
            Effect::Check { check, request, question } => {
                self.probes.start_check(check, request, question, up);
            }
            Effect::Guard { guard, request, question, alarm_after, at_once } => {
                let what = (request, question);
                self.probes.start_guard(guard, what, alarm_after, at_once, up);
            }
            Effect::StopCheck { check } => self.probes.stop(ProbeId::Check(check)),
            Effect::StopGuard { guard } => self.probes.stop(ProbeId::Guard(guard)),
            Effect::RetryLater { call, at_least_ms, at_most_ms } => {
                let jitter = self.random.below(at_most_ms.saturating_sub(at_least_ms));
                self.timers.set(up + (at_least_ms + jitter) * 1_000, call);
            }
            Effect::RemoveBlob { sha256 } => {
                if let Err(error) = self.writer.remove_blob(&sha256) {
                    self.unsaved.push(Shown::new(format!("blob {sha256} still stands: {error}")));
                    self.unpublished = true;
                }
            }
        }
    }

    fn ask_due(&mut self) {
        // A check or guard that is recorded is asked even when the disk fails later: it only reads.
        for (probe, request, question) in self.probes.take_due(self.clock.now().up) {
            let inbox = self.inbox.clone();
            let done = Box::new(move |result| inbox.send(Message::Asked { probe, result }));
            self.network.ask(&request, &question, done);
        }
    }

    /// What still has an end to wait for. What cannot be recorded has none in the record.
    fn count_busy(&self) -> usize {
        if self.read_only.is_some() || self.room_due.is_some() {
            return self.flying.len();
        }
        View::count_busy(&self.state)
    }

    fn answer_idle(&mut self) {
        if self.idle.is_empty() || self.count_busy() > 0 {
            return;
        }
        self.publish_now(self.clock.now().up);
        let view = self.views.borrow().clone();
        for reply in self.idle.drain(..) {
            let _ = reply.send(view.clone());
        }
    }
}

/// What a person wrote, with every known secret masked. A confirmation is left alone: it must name
/// exactly what was shown, and nothing of it is recorded.
fn masked(redactor: &Redactor, ask: Ask) -> Result<Ask, Refusal> {
    if matches!(ask, Ask::Confirm { .. }) {
        return Ok(ask);
    }
    let value = serde_json::to_value(&ask).map(|value| redactor.mask_value(value));
    value
        .and_then(serde_json::from_value)
        .map_err(|error| Refusal::CannotRender(error.to_string().into()))
}

/// Live as in replay: the state takes what the decoder read back from the encoded line.
pub fn fold_entry(state: &mut State, entry: &Entry) {
    let stamp = Stamp { seq: entry.seq, at: entry.at, up: entry.up };
    match &entry.record {
        Fact::Known(record) => apply(state, stamp, record),
        Fact::Unknown { kind, .. } => apply_unknown(state, stamp, kind),
    }
}

/// A record by the console itself, outside of any decision.
pub(super) fn console(record: Record) -> Draft {
    Draft { record, by: By::console(), occurred: None }
}
