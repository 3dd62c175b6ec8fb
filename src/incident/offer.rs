//! What can be done now, and why the rest cannot: the same words on every face.

use super::input::{Ask, Now};
use super::refusal::Refusal;
use super::state::State;

/// One thing that a person could ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What to send; blanks (reason, text, option, typed) are for the face to fill as `needs` says.
    pub ask: Ask,
    /// A stable word for commands and answers files: `start`, `arm`, `confirm`, `skip`, …
    pub verb: &'static str,
    /// The words on the face: `Send PUT https://…`, `Skip, with a reason`.
    pub title: String,
    /// The step that it belongs to; `None` for the incident as a whole.
    pub step: Option<String>,
    pub needs: Needs,
    /// `None`: it would be accepted now.
    pub refusal: Option<Refusal>,
    /// The one thing to do next in this step.
    pub recommended: bool,
}

/// What a face must ask for before it sends the offer's ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A reason, in free words.
    Reason,
    /// Free text: an answer or a note.
    Text,
    /// One of these options, and a reason.
    OptionAndReason(Vec<String>),
    /// A second key, different from Enter, after the whole request was shown.
    SecondKey,
    /// This, typed letter by letter, after the whole request was shown.
    Typed(String),
    /// A name and a value, or a name and a source.
    NameAndText,
}

/// Everything that could be asked now, in the order of the timeline, the incident's own at the end.
pub fn offers(state: &State, now: Now) -> Vec<Offer> {
    let _ = (state, now);
    Vec::new()
}

/// The step to do next: the first that can go on, in doubt and armed ones before planned ones.
pub fn recommended(state: &State, now: Now) -> Option<Offer> {
    let _ = (state, now);
    None
}
