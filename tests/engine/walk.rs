//! A person, or a pilot, who walks the playbook on the engine's own offers.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use stanch::engine::{Clock, Handle, Pilot};
use stanch::incident::{Ask, By, Now, Offer, Progress, Purpose, Refusal, State, offers_of};

use crate::world::{World, journal, note, person};

/// What a person would ask next; `None` while something is under way, and at the end.
pub(crate) fn choose(state: &State, now: Now) -> Option<Ask> {
    let steps = &state.playbook.steps;
    let step = steps.iter().find(|step| !state.progress(&step.id).is_over())?;
    let verbs: &[&str] = match state.progress(&step.id) {
        Progress::InDoubt { .. } => &["took-effect"],
        Progress::Armed => &["send"],
        Progress::Unproven => &["accept-unproven"],
        progress if progress.is_busy() => &[],
        _ => &["start", "look", "answer", "decide", "skip"],
    };
    let offers: Vec<Offer> =
        offers_of(state, &step.id, now).into_iter().filter(|one| one.refusal.is_none()).collect();
    let offer = verbs.iter().find_map(|verb| offers.iter().find(|one| one.verb == *verb));
    offer.map(|offer| fill(state, offer.ask.clone()))
}

/// What a person would write into the blanks.
pub(crate) fn fill(state: &State, ask: Ask) -> Ask {
    let words = || "because".into();
    match ask {
        Ask::Start { step, .. } => Ask::Start { step, reason: Some(words()) },
        Ask::Arm { step, purpose, .. } => {
            Ask::Arm { step, purpose, reason: (purpose == Purpose::Act).then(words) }
        }
        Ask::Confirm { step, hash, .. } => {
            let armed = state.instance(&step.id).and_then(|one| one.armed.clone());
            let typed = armed.and_then(|armed| armed.target).map(|target| target.to_string());
            Ask::Confirm { step, hash, typed }
        }
        Ask::Answer { step, .. } => Ask::Answer { step, text: words(), reason: None },
        Ask::Decide { step, .. } => {
            Ask::Decide { step, option: "no".into(), because: words(), reason: None }
        }
        Ask::Skip { step, skip, .. } => Ask::Skip { step, skip, reason: words() },
        Ask::Reopen { step, .. } => Ask::Reopen { step, reason: words() },
        Ask::AcceptUnproven { step, .. } => Ask::AcceptUnproven { step, reason: words() },
        Ask::Resolve { step, took_effect, .. } => {
            Ask::Resolve { step, took_effect, reason: words() }
        }
        Ask::Note { .. } => note("because"),
        Ask::Attach { path, about, .. } => {
            Ask::Attach { path, sha256: "0".repeat(64), bytes: 1, about }
        }
        other => other,
    }
}

/// A walk as the person at it saw it.
#[derive(Default)]
pub(crate) struct Walked {
    /// The record up to the last thing that was answered with "accepted".
    pub(crate) accepted: Vec<u8>,
    /// The first refusal; the person stopped there.
    pub(crate) refused: Option<Refusal>,
}

/// Walks to the end of the playbook, then writes notes until the disk was called so often.
pub(crate) fn walk(world: &World, handle: &Handle, calls: u64) -> Walked {
    let mut walked = Walked::default();
    loop {
        let view = handle.idle().unwrap();
        let ask = match choose(&view.state, world.clock.now()) {
            Some(ask) => ask,
            None if world.disk.inside().calls < calls => note("still here"),
            None => return walked,
        };
        match handle.ask(person(), ask) {
            Ok(accepted) => {
                let record = world.disk.bytes(journal());
                let lines = record.split_inclusive(|byte| *byte == b'\n');
                let upto = usize::try_from(accepted.seq).unwrap() + 1;
                walked.accepted = lines.take(upto).flatten().copied().collect();
            }
            Err(refusal) => {
                walked.refused = Some(refusal);
                return walked;
            }
        }
    }
}

/// The same without a person; tells when it is at its end.
pub(crate) struct Walker(Option<SyncSender<()>>);

impl Walker {
    pub(crate) fn pair() -> (Box<dyn Pilot>, Receiver<()>) {
        let (sender, ended) = sync_channel(1);
        (Box::new(Self(Some(sender))), ended)
    }
}

impl Pilot for Walker {
    fn next(&mut self, state: &State, now: Now, refused: Option<&Refusal>) -> Option<(By, Ask)> {
        let over = state.playbook.steps.iter().all(|step| state.progress(&step.id).is_over());
        if over || refused.is_some() {
            self.0.take();
        }
        self.0.as_ref()?;
        choose(state, now).map(|ask| (person(), ask))
    }
}
