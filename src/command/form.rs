//! What a face asks a person for before it sends an offer's ask: the questions, and the ask with
//! its blanks filled.

use crate::incident::{Ask, Needs, Occurred, Offer};
use crate::playbook::{Playbook, Task};
use crate::text::Shown;

/// One blank of an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub label: &'static str,
    pub kind: Kind,
    /// What stands there before anything was written.
    pub initial: String,
    slot: Slot,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Line,
    /// Many lines.
    Text,
    /// One of these, exactly.
    Choice(Vec<String>),
}

/// The answers, in the order of the questions.
pub type Answers = Vec<String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Reason,
    Text,
    Choice,
    Because,
    Scope,
    Name,
    Value,
    Source,
    When,
}

impl Question {
    /// Something that a face itself wants to know, for no ask.
    pub fn asked(label: &'static str, kind: Kind) -> Self {
        Self::new(label, kind, Slot::Text)
    }

    fn new(label: &'static str, kind: Kind, slot: Slot) -> Self {
        Self { label, kind, initial: String::new(), slot }
    }
}

/// What must be asked before this offer's ask can be sent; empty where nothing but (perhaps) its
/// confirmation is needed.
pub fn questions(offer: &Offer, playbook: &Playbook) -> Vec<Question> {
    let mut questions = match &offer.ask {
        Ask::Answer { .. } => vec![Question::new("Answer", Kind::Text, Slot::Text)],
        Ask::Note { occurred: None, .. } => vec![Question::new("Note", Kind::Text, Slot::Text)],
        Ask::Note { occurred: Some(_), .. } => vec![
            Question::new("When, such as 2026-11-22 02:10Z", Kind::Line, Slot::When),
            Question::new("What happened", Kind::Text, Slot::Text),
        ],
        Ask::Decide { step, .. } => vec![
            Question::new("Option", Kind::Choice(options(playbook, &step.id)), Slot::Choice),
            Question::new("Because", Kind::Text, Slot::Because),
        ],
        Ask::SetInput { .. } => {
            let names = playbook.inputs.iter().map(|input| input.id.clone()).collect();
            vec![
                Question::new("Input", Kind::Choice(names), Slot::Name),
                Question::new("Value", Kind::Line, Slot::Value),
            ]
        }
        Ask::AddScope { scope, .. } => vec![
            Question { initial: scope.clone(), ..Question::new("Kind", Kind::Line, Slot::Scope) },
            Question::new("Name", Kind::Line, Slot::Name),
            Question::new("Source: who told?", Kind::Line, Slot::Source),
        ],
        _ => Vec::new(),
    };
    if wants_reason(offer) {
        questions.push(Question::new("Reason", Kind::Text, Slot::Reason));
    }
    questions
}

fn options(playbook: &Playbook, step: &str) -> Vec<String> {
    match playbook.step(step).map(|step| &step.task) {
        Some(Task::Decide(decide)) => decide.options.clone(),
        _ => Vec::new(),
    }
}

/// What begins a step has a reason only out of order; the rest is nothing without one.
fn wants_reason(offer: &Offer) -> bool {
    match &offer.ask {
        Ask::Start { .. } | Ask::Arm { .. } | Ask::Answer { .. } | Ask::Decide { .. } => {
            offer.needs == Needs::Reason
        }
        Ask::Skip { .. }
        | Ask::Reopen { .. }
        | Ask::AcceptUnproven { .. }
        | Ask::Resolve { .. }
        | Ask::Withhold { .. }
        | Ask::Close { .. } => true,
        _ => false,
    }
}

/// The offer's ask with the answers in it; an error says which one is missing.
pub fn filled(offer: &Offer, playbook: &Playbook, answers: &[String]) -> Result<Ask, Shown> {
    let mut ask = offer.ask.clone();
    for (index, question) in questions(offer, playbook).iter().enumerate() {
        let answer = answers.get(index).map(|text| text.trim()).unwrap_or_default();
        if answer.is_empty() {
            return Err(Shown::new(format!("{}: nothing is written yet", question.label)));
        }
        if let Kind::Choice(options) = &question.kind
            && !options.iter().any(|option| option.trim() == answer)
        {
            return Err(Shown::new(format!("{}: choose one of the list", question.label)));
        }
        if let (Slot::When, Ask::Note { occurred, .. }) = (question.slot, &mut ask) {
            let read = Occurred::parse(answer);
            *occurred = Some(read.map_err(|error| Shown::new(error.to_string()))?);
        }
        put(&mut ask, question.slot, answer);
    }
    Ok(ask)
}

fn put(ask: &mut Ask, slot: Slot, answer: &str) {
    let answer = Shown::new(answer);
    match (slot, ask) {
        (
            Slot::Reason,
            Ask::Start { reason, .. }
            | Ask::Arm { reason, .. }
            | Ask::Answer { reason, .. }
            | Ask::Decide { reason, .. },
        ) => *reason = Some(answer),
        (
            Slot::Reason,
            Ask::Skip { reason, .. }
            | Ask::Reopen { reason, .. }
            | Ask::AcceptUnproven { reason, .. }
            | Ask::Resolve { reason, .. }
            | Ask::Withhold { reason, .. }
            | Ask::Close { reason },
        ) => *reason = answer,
        (Slot::Text, Ask::Answer { text, .. } | Ask::Note { text, .. }) => *text = answer,
        (Slot::Choice, Ask::Decide { option, .. }) => *option = answer,
        (Slot::Because, Ask::Decide { because, .. }) => *because = answer,
        (Slot::Name, Ask::SetInput { name, .. }) => answer.as_str().clone_into(name),
        (Slot::Scope, Ask::AddScope { scope, .. }) => answer.as_str().clone_into(scope),
        (Slot::Name, Ask::AddScope { name, .. }) => *name = answer,
        (Slot::Value, Ask::SetInput { value, .. }) => *value = answer,
        (Slot::Source, Ask::AddScope { source, .. }) => *source = answer,
        // `questions` makes no other pair.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::StepKey;
    use crate::playbook::read;

    fn offer(ask: Ask, needs: Needs) -> Offer {
        let title = String::new();
        Offer { ask, verb: "test", title, step: None, needs, refusal: None, recommended: false }
    }

    fn playbook() -> Playbook {
        let text = r#"
            format = 1
            id = "small"
            title = "Small"
            [[steps]]
            id = "pick"
            phase = "learn"
            title = "Pick"
            decide = { question = "Which?", options = ["yes", "no"] }
        "#;
        read("small.toml", text).playbook.unwrap()
    }

    #[test]
    fn every_blank_is_asked_for_and_filled() {
        let (playbook, blank) = (playbook(), Shown::new("…"));
        let ask = |option: &str, because: &str, reason: Option<&str>| Ask::Decide {
            step: StepKey::first("pick"),
            option: option.into(),
            because: because.into(),
            reason: reason.map(Shown::new),
        };
        // Out of order, so that a reason is needed too.
        let offer = offer(ask("yes", "…", Some(blank.as_str())), Needs::Reason);
        let answers = |option: &str| vec![option.to_owned(), "law".to_owned(), "late".to_owned()];
        assert!(filled(&offer, &playbook, &answers("perhaps")).is_err());
        let decided = filled(&offer, &playbook, &answers("no"));
        assert_eq!(decided, Ok(ask("no", "law", Some("late"))));
        assert!(filled(&offer, &playbook, &["no".to_owned(), " ".to_owned()]).is_err());
    }

    #[test]
    fn what_is_typed_is_made_harmless() {
        let ask = Ask::Note { text: Shown::default(), occurred: None };
        let noted = filled(&offer(ask, Needs::Text), &playbook(), &["a\u{1b}[2Jb".to_owned()]);
        assert_eq!(noted, Ok(Ask::Note { text: "a␛[2Jb".into(), occurred: None }));
    }
}
