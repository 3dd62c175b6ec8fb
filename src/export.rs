//! An incident as documents: the record itself for machines, a timeline for people.
//!
//! Everything here is made from the flushed record alone; what it says is what `verify` vouches for.

mod after_action;
mod handover;
mod jsonl;
mod markdown;

pub use after_action::{Edition, after_action, improvement_csv};
pub use handover::hand_over_markdown;
pub use jsonl::jsonl;
pub use markdown::markdown;

use crate::incident::{CallEnd, State};
use crate::journal::{Entry, Finding, Head};

/// What the state cannot know when no engine runs the record: a call that is under way there has lost
/// its answer, and a guard that held is not asked. Empty where an engine does, or all is settled.
pub fn unattended(state: &State, is_attended: bool) -> Vec<String> {
    if is_attended || state.closed.is_some() || state.opened.is_none() {
        return Vec::new();
    }
    let mut lines = vec!["No engine runs this record: what follows is as it was left.".to_owned()];
    for call in state.calls.values().filter(|call| call.end == CallEnd::InFlight) {
        lines.push(format!(
            "IN DOUBT, not recorded yet: call {} of {}, {} {}; resume to settle it",
            call.id, call.step, call.request.method, call.request.url
        ));
    }
    for check in state.checks.values().filter(|check| check.end.is_none()) {
        lines.push(format!(
            "Not settled: check {} of {}; resuming asks it again",
            check.id, check.step
        ));
    }
    let since = state.last_at.map(|at| at.format("%H:%M:%SZ").to_string()).unwrap_or_default();
    for guard in state.live_guards() {
        lines.push(format!("Not asked since {since}: guard {} of {}", guard.id, guard.step));
    }
    lines
}

/// What an export is made from.
pub struct Source<'a> {
    /// The fold of `entries`.
    pub state: &'a State,
    /// The whole record, in order.
    pub entries: &'a [Entry],
    pub head: &'a Head,
    /// Where the record is damaged: it is told up to there.
    pub finding: Option<&'a Finding>,
    /// An engine runs the record now.
    pub is_attended: bool,
}
