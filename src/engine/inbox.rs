//! Everything that reaches the engine's thread.

use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender};

use super::handle::{Accepted, Present, View};
use super::probe::ProbeId;
use crate::incident::{Ask, By, CallId, CallResult, CheckResult, Refusal};

/// One message.
pub(super) enum Message {
    Ask {
        by: By,
        ask: Ask,
        reply: Option<SyncSender<Result<Accepted, Refusal>>>,
    },
    Called {
        call: CallId,
        attempt: u32,
        result: CallResult,
    },
    /// One asking of a check or guard came back.
    Asked {
        probe: ProbeId,
        result: CheckResult,
    },
    /// Keep a body for a later ask.
    Keep {
        bytes: Vec<u8>,
        reply: SyncSender<Result<String, Refusal>>,
    },
    /// Somebody attached for the first time.
    Attached {
        by: By,
        may_act: bool,
    },
    /// Who is there now.
    Here(Vec<Present>),
    WhenIdle(SyncSender<Arc<View>>),
    Wake,
    Stop(SyncSender<()>),
}

/// The sending end.
#[derive(Clone)]
pub(super) struct Inbox(pub(super) Sender<Message>);

impl Inbox {
    /// An engine that ended hears nothing; who waits for a reply learns it from the dropped sender.
    pub(super) fn send(&self, message: Message) {
        let _ = self.0.send(message);
    }
}
