//! Asks without a person: a script that answers from what was written down beforehand.

use crate::incident::{Ask, By, Now, Refusal, State};

/// Consulted in every turn, on the engine's thread: must not block.
pub trait Pilot: Send {
    /// What to ask next; `None`: wait for what is under way. `refused`: what became of the last ask
    /// in this turn, when it was refused. Called again at once after every ask.
    fn next(&mut self, state: &State, now: Now, refused: Option<&Refusal>) -> Option<(By, Ask)>;
}
