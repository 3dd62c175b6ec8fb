//! The loop: drain the inbox, decide and apply each input on trial, write and flush once for all of
//! them, then publish, reply, and only then start effects.
//!
//! When the flush fails the trial is dropped: nothing of it was shown, nothing of it was sent.

mod act;
mod publish;
mod record;
mod remind;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use tokio::sync::watch;

use super::handle::{Accepted, Present, View};
use super::inbox::{Inbox, Message};
use super::pilot::Pilot;
use super::ports::{Clock, Random};
use super::probe::{ProbeId, Probes, Word};
use super::socket::wire::KEEP_LIMIT;
use super::timer::Timers;
use crate::backend::{Network, Redactor};
use crate::incident::{
    Ask, By, CallId, CallResult, CheckResult, Effect, Input, Now, Record, Refusal, Seq, Stamp,
    State, apply, apply_unknown,
};
use crate::journal::{Disk, Draft, Entry, Fact, Writer};
use crate::text::Shown;
use publish::PUBLISH_EVERY_US;

/// At most so many messages share one flush.
const BATCH: usize = 256;

/// The engine's own thread.
pub(super) struct Engine {
    pub(super) state: State,
    pub(super) writer: Writer,
    pub(super) disk: Arc<dyn Disk>,
    /// Where outcomes go that the record can no longer take.
    pub(super) emergency: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
    /// Of this engine: the machine does not boot under it.
    pub(super) boot: String,
    pub(super) network: Arc<dyn Network>,
    pub(super) random: Box<dyn Random>,
    pub(super) redactor: Redactor,
    pub(super) inbox: Inbox,
    pub(super) messages: Receiver<Message>,
    pub(super) views: watch::Sender<Arc<View>>,
    pub(super) probes: Probes,
    pub(super) timers: Timers,
    pub(super) pilots: Vec<Box<dyn Pilot>>,
    pub(super) read_only: Option<Shown>,
    pub(super) unsaved: Vec<Shown>,
    /// Calls that left and have not come back.
    pub(super) flying: BTreeSet<CallId>,
    /// Outcomes that found no room in the record yet.
    pub(super) late: Vec<Outcome>,
    /// Boot clock of the next attempt to find room; `None` while there is room.
    pub(super) room_due: Option<u64>,
    /// Who is there, as the socket tells.
    pub(super) here: Vec<Present>,
    pub(super) idle: Vec<SyncSender<Arc<View>>>,
    pub(super) stopping: Vec<SyncSender<()>>,
    pub(super) published_up: u64,
    pub(super) unpublished: bool,
}

/// With the position of the last record of what was asked.
type Reply = (Option<SyncSender<Result<Accepted, Refusal>>>, Result<Seq, Refusal>);

/// What a turn gathers before its flush.
#[derive(Default)]
struct Trial {
    effects: Vec<Effect>,
    /// What was recorded, to be told to the pilots when it is flushed.
    entries: Vec<Entry>,
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
        let first = match self.messages.try_recv() {
            Ok(first) => first,
            // What came already is heard before any time passes.
            Err(_) => match self.patience() {
                Some(wait) => self.messages.recv_timeout(wait)?,
                None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected)?,
            },
        };
        let mut batch = vec![first];
        batch.extend(self.messages.try_iter().take(BATCH - 1));
        Ok(batch)
    }

    /// How long to wait for a message; `None`: for as long as it takes.
    fn patience(&self) -> Option<Duration> {
        let publish = self.unpublished.then_some(self.published_up + PUBLISH_EVERY_US);
        let late = self.room_due.filter(|_| !self.late.is_empty());
        let now = self.clock.now();
        let pilots = self.pilots.iter().filter_map(|pilot| pilot.due(&self.state, now)).min();
        let due = [
            self.probes.next_due(),
            self.timers.next_due(),
            self.next_moment(),
            pilots.filter(|_| self.stopping.is_empty()),
            publish,
            late,
        ];
        let next = due.into_iter().flatten().min()?;
        let wait = Duration::from_micros(next.saturating_sub(now.up));
        let is_waiting = !self.flying.is_empty() || self.probes.is_waiting();
        Some(self.clock.nap(wait, is_waiting))
    }

    fn drive(&mut self, batch: Vec<Message>) {
        let before = self.state.clone();
        let mut trial = Trial::default();
        for message in batch {
            self.hear(message, &mut trial);
        }
        self.try_late(&mut trial);
        // First of all a drill stands still when the machine slept: nothing of it fell due.
        self.consult_pilots(&mut trial);
        // Who closes the console begins nothing new.
        if self.stopping.is_empty() {
            for call in self.timers.take_due(self.clock.now().up) {
                self.retry(call, &mut trial);
            }
            self.remind(&mut trial);
        }
        self.notice_silence(&mut trial);
        self.consult_pilots(&mut trial);
        let person = trial.replies.iter().any(|(reply, _)| reply.is_some());
        let committed = self.commit(before, &mut trial);
        // What is flushed may leave; the faces can wait for as long as it takes to say so.
        if committed {
            self.tell_pilots(&std::mem::take(&mut trial.entries));
            for effect in std::mem::take(&mut trial.effects) {
                self.start(effect);
            }
        }
        self.publish(committed && person);
        Self::reply(std::mem::take(&mut trial.replies));
        self.ask_due();
        self.answer_idle();
    }

    fn hear(&mut self, message: Message, trial: &mut Trial) {
        match message {
            Message::Ask { by, ask, reply } => {
                let answer = self.ask(&by, ask, trial);
                let seq = self.state.seq.unwrap_or(0);
                trial.replies.push((reply, answer.map(|()| seq)));
            }
            Message::Called { call, attempt, result } => self.called(call, attempt, result, trial),
            Message::Asked { probe, result } => self.asked(probe, result, trial),
            Message::Keep { bytes, reply } => {
                let _ = reply.send(self.keep(&bytes));
            }
            Message::Attached { by, may_act } => self.attached(&by, may_act, trial),
            Message::Here(here) => {
                self.here = here;
                self.unpublished = true;
            }
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
        let ask = self.pilots.iter().fold(ask, |ask, pilot| pilot.completed(ask));
        let ask = masked(&self.redactor, ask)?;
        let occurred = ask.occurred().cloned();
        let by = self.state.people.by(by);
        let input = Input::Person { by: by.clone(), ask };
        self.take(&input, &by, occurred.as_ref(), trial)?;
        trial.begins = true;
        Ok(())
    }

    fn keep(&self, bytes: &[u8]) -> Result<String, Refusal> {
        if !self.stopping.is_empty() {
            return Err(Refusal::Stopping);
        }
        let masked = self.redactor.mask_up_to(bytes, KEEP_LIMIT);
        let kept = self.writer.put_blob(&masked);
        kept.map_err(|error| Refusal::CannotKeep(Shown::new(error.to_string())))
    }

    /// Whoever comes to an incident that takes no more is shown, and not recorded.
    fn attached(&mut self, by: &By, may_act: bool, trial: &mut Trial) {
        if !self.stopping.is_empty() || !self.has_room() {
            return;
        }
        let input = Input::Attached { by: by.clone(), may_act };
        trial.begins |= self.take(&input, by, None, trial).is_ok();
    }

    /// An automatic pilot is asked again after each of its asks, so that an answer, the end of its
    /// step and the request of the next share a flush.
    fn consult_pilots(&mut self, trial: &mut Trial) {
        if !self.stopping.is_empty() {
            return;
        }
        for index in 0..self.pilots.len() {
            let mut refused = None;
            loop {
                let now = self.now();
                let Some(pilot) = self.pilots.get_mut(index) else { break };
                let Some((by, ask)) = pilot.next(&self.state, now, refused.as_ref()) else { break };
                refused = self.ask(&by, ask, trial).err();
            }
        }
    }

    fn tell_pilots(&mut self, entries: &[Entry]) {
        for entry in entries {
            for pilot in &mut self.pilots {
                pilot.heard(entry, &self.state);
            }
        }
    }

    /// The time that the incident goes by: in a drill that of the scenario.
    pub(super) fn now(&self) -> Now {
        self.state.by_its_clock(self.clock.now())
    }

    fn called(&mut self, call: CallId, attempt: u32, result: CallResult, trial: &mut Trial) {
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

    fn asked(&mut self, probe: ProbeId, result: CheckResult, trial: &mut Trial) {
        self.unpublished = true;
        let said = Shown::new(format!("{probe:?}: {}", result.why));
        let input = match (probe, self.probes.hear(probe, result, self.clock.now().up)) {
            (_, Word::Wait) => return,
            (ProbeId::Check(check), Word::Settled(result) | Word::Report(result, _)) => {
                Input::Checked { check, result }
            }
            (ProbeId::Guard(guard), Word::Settled(result)) => {
                Input::Guarded { guard, result, silent_ms: None }
            }
            (ProbeId::Guard(guard), Word::Report(result, silent_ms)) => {
                Input::Guarded { guard, result, silent_ms }
            }
        };
        self.outcome(input, said, trial);
    }

    /// The machine slept: what a guard found before says nothing any more.
    fn notice_silence(&mut self, trial: &mut Trial) {
        for (guard, silent_ms) in self.probes.take_silent(self.clock.now().up) {
            let result = CheckResult::unasked();
            let said = Shown::new(format!("guard {guard}: {}", result.why));
            let input = Input::Guarded { guard, result, silent_ms: Some(silent_ms) };
            self.outcome(input, said, trial);
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
}

/// What a person wrote, with every known secret masked. A confirmation is left alone: it must name
/// exactly what was shown, and nothing of it is recorded.
pub(super) fn masked(redactor: &Redactor, ask: Ask) -> Result<Ask, Refusal> {
    if redactor.is_idle() || matches!(ask, Ask::Confirm { .. }) {
        return Ok(ask);
    }
    // A text that is run must not be another one than was looked at.
    if let Ask::Amend { toml, .. } | Ask::AddStep { toml, .. } = &ask
        && holds_secret(redactor, toml)
    {
        return Err(Refusal::HoldsSecret);
    }
    let value = serde_json::to_value(&ask).map(|value| redactor.mask_value(value));
    value
        .and_then(serde_json::from_value)
        .map_err(|error| Refusal::CannotRender(error.to_string().into()))
}

/// As it is written, or as TOML reads it.
fn holds_secret(redactor: &Redactor, toml: &Shown) -> bool {
    // What was pasted is masked already; sent, the mask would stand for nothing.
    if redactor.shown(toml.as_str()) != *toml || toml.as_str().contains("[secret:") {
        return true;
    }
    let read = toml::from_str::<serde_json::Value>(toml.as_str());
    read.is_ok_and(|value| redactor.mask_value(value.clone()) != value)
}

/// Live as in replay: the state takes what the decoder read back from the encoded line.
pub fn fold_entry(state: &mut State, entry: &Entry) {
    let stamp = Stamp { seq: entry.seq, at: entry.moment(), wall: entry.at, up: entry.up };
    match &entry.record {
        Fact::Known(record) => apply(state, stamp, record),
        Fact::Unknown { kind, .. } => apply_unknown(state, stamp, kind),
    }
}

/// A record by the console itself, outside of any decision.
pub(super) fn console(record: Record) -> Draft {
    Draft { record, by: By::console(), occurred: None }
}
