//! Asks without a person: a script that answers from what was written down beforehand.

use crate::incident::{Ask, By, Now, Refusal, State};
use crate::journal::Entry;

/// Consulted in every turn, on the engine's thread: must not block.
pub trait Pilot: Send {
    /// What to ask next; `None`: wait for what is under way. `refused`: what became of the last ask
    /// in this turn, when it was refused. Called again at once after every ask.
    /// `now` is by the incident's clock: in a drill that of the scenario.
    fn next(&mut self, state: &State, now: Now, refused: Option<&Refusal>) -> Option<(By, Ask)>;

    /// Told of every record when it is flushed, in order, with a state that has applied it; also of
    /// those from before, where an incident is taken up.
    fn heard(&mut self, _entry: &Entry, _state: &State) {}

    /// What somebody asks, with what only this pilot knows filled in.
    fn completed(&self, ask: Ask) -> Ask {
        ask
    }

    /// Boot clock, microseconds, at which it is to be consulted although nothing happened; `now` is
    /// by the wall clock.
    fn due(&self, _state: &State, _now: Now) -> Option<u64> {
        None
    }
}
