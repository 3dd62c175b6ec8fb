//! Answers in the place of a person: what was decided beforehand, and the walk along it.

mod answers;
mod script;

pub use answers::{Answer, Answers, Doubt, Place};
pub use script::{End, Script, ask_for, is_waiting, next_step};
