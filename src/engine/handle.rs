//! All that a face sees of the engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::incident::{Ask, By, CheckId, Refusal, Seq, State};
use crate::text::Shown;

/// A face's end of a running engine; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    views: tokio::sync::watch::Receiver<Arc<View>>,
}

/// What was asked is flushed; `seq` is its last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    pub seq: Seq,
}

/// The head of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    pub seq: Seq,
    /// 64 hex digits.
    pub hash: String,
}

impl Head {
    /// The first 16 digits in groups of four: `7e67 a1d0 19f3 c2b8`, for reading aloud.
    pub fn spoken(&self) -> String {
        let digits: Vec<char> = self.hash.chars().take(16).collect();
        digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }
}

/// What is true and flushed, published at most 60 times a second.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub state: State,
    pub head: Head,
    /// Why nothing can be recorded any more, and so nothing done: shown loud.
    pub read_only: Option<Shown>,
    /// Outcomes that came after the disk failed; they are in the emergency file only.
    pub unsaved: Vec<Shown>,
    /// Checks under way: how often asked, and what the last answer said. Not recorded.
    pub live: BTreeMap<CheckId, LiveCheck>,
    /// Requests, checks (not guards) and inputs that are not settled yet.
    pub busy: usize,
}

/// A check under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCheck {
    pub asked: u32,
    pub why: Shown,
}

impl Handle {
    /// Asks for something; returns when it is flushed, or refused. Blocks: never call it on the
    /// thread that draws without need, a flush takes milliseconds.
    pub fn ask(&self, by: By, ask: Ask) -> Result<Accepted, Refusal> {
        let _ = (by, ask);
        Err(Refusal::ReadOnly(String::new()))
    }

    /// The newest view.
    pub fn view(&self) -> Arc<View> {
        self.views.borrow().clone()
    }

    /// Changes whenever a newer view is published.
    pub fn watch(&self) -> tokio::sync::watch::Receiver<Arc<View>> {
        self.views.clone()
    }
}
