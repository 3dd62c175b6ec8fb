//! What a face asks a person for before it sends an offer's ask: the questions, and the ask with
//! its blanks filled.

use crate::incident::{Ask, Needs, Offer};
use crate::text::Shown;

/// One blank of an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub label: &'static str,
    pub kind: Kind,
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
    Name,
    Value,
    Source,
}

impl Question {
    fn new(label: &'static str, kind: Kind, slot: Slot) -> Self {
        Self { label, kind, slot }
    }
}

/// What must be asked before this offer's ask can be sent; empty where nothing but (perhaps) its
/// confirmation is needed.
pub fn questions(offer: &Offer) -> Vec<Question> {
    let mut questions = match (&offer.ask, &offer.needs) {
        (Ask::Answer { .. }, _) => vec![Question::new("Answer", Kind::Text, Slot::Text)],
        (Ask::Note { .. }, _) => vec![Question::new("Note", Kind::Text, Slot::Text)],
        (Ask::Decide { .. }, needs) => {
            let options = match needs {
                Needs::OptionAndReason(options) => options.clone(),
                _ => Vec::new(),
            };
            vec![
                Question::new("Option", Kind::Choice(options), Slot::Choice),
                Question::new("Because", Kind::Text, Slot::Because),
            ]
        }
        (Ask::SetInput { name, .. }, _) => {
            named(name.is_empty(), Question::new("Value", Kind::Line, Slot::Value))
        }
        (Ask::AddScope { name, .. }, _) => {
            named(name.is_blank(), Question::new("Source: who told?", Kind::Line, Slot::Source))
        }
        _ => Vec::new(),
    };
    if wants_reason(offer) {
        questions.push(Question::new("Reason", Kind::Text, Slot::Reason));
    }
    questions
}

fn named(blank: bool, second: Question) -> Vec<Question> {
    let first = blank.then(|| Question::new("Name", Kind::Line, Slot::Name));
    first.into_iter().chain([second]).collect()
}

/// A reason is asked for where the offer needs one, and where it holds a blank one ready.
fn wants_reason(offer: &Offer) -> bool {
    match &offer.ask {
        Ask::Start { reason, .. } | Ask::Arm { reason, .. } => {
            offer.needs == Needs::Reason || reason.is_some()
        }
        Ask::Answer { reason, .. } | Ask::Decide { reason, .. } => reason.is_some(),
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
pub fn filled(offer: &Offer, answers: &[String]) -> Result<Ask, Shown> {
    let mut ask = offer.ask.clone();
    for (index, question) in questions(offer).iter().enumerate() {
        let answer = answers.get(index).map(|text| text.trim()).unwrap_or_default();
        if answer.is_empty() {
            return Err(Shown::new(format!("{}: nothing is written yet", question.label)));
        }
        if let Kind::Choice(options) = &question.kind
            && !options.iter().any(|option| option == answer)
        {
            return Err(Shown::new(format!("{}: choose one of the list", question.label)));
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

    fn offer(ask: Ask, needs: Needs) -> Offer {
        Offer {
            ask,
            verb: "test",
            title: String::new(),
            step: None,
            needs,
            refusal: None,
            recommended: false,
        }
    }

    #[test]
    fn every_blank_is_asked_for_and_filled() {
        let step = StepKey::first("pick");
        let options = vec!["yes".to_owned(), "no".to_owned()];
        let blank = Shown::default();
        let ask = Ask::Decide {
            step: step.clone(),
            option: blank.clone(),
            because: blank.clone(),
            reason: Some(blank),
        };
        let offer = offer(ask, Needs::OptionAndReason(options));
        assert_eq!(questions(&offer).len(), 3);
        let answers = |option: &str| vec![option.to_owned(), "law".to_owned(), "late".to_owned()];
        assert!(filled(&offer, &answers("perhaps")).is_err());
        assert_eq!(
            filled(&offer, &answers("no")),
            Ok(Ask::Decide {
                step,
                option: "no".into(),
                because: "law".into(),
                reason: Some("late".into())
            })
        );
        assert!(filled(&offer, &["no".to_owned(), " ".to_owned()]).is_err());
    }

    #[test]
    fn what_is_typed_is_made_harmless() {
        let offer = offer(Ask::Note { text: Shown::default(), occurred: None }, Needs::Text);
        let Ok(Ask::Note { text, .. }) = filled(&offer, &["a\u{1b}[2Jb".to_owned()]) else {
            panic!("a note")
        };
        assert_eq!(text.as_str(), "a␛[2Jb");
    }
}
