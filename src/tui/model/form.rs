//! Something being written: the blanks of an offer, or what to look for.

use std::collections::BTreeMap;

use tui_textarea::TextArea;

use crate::command::{Kind, Question};
use crate::incident::Offer;

/// A form.
#[derive(Debug)]
pub struct Form {
    pub(in crate::tui) purpose: Use,
    pub(in crate::tui) fields: Vec<Field>,
    pub(in crate::tui) focus: usize,
    pub(in crate::tui) sending: bool,
    /// What is wrong with what was written.
    pub(in crate::tui) wrong: Option<String>,
}

/// What is done with it.
#[derive(Debug)]
pub(in crate::tui) enum Use {
    Offer(Box<Offer>),
    Prompt(Prompt),
}

/// Something that the screen itself wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Prompt {
    Find,
    Filter,
    Jump,
}

impl Prompt {
    pub(in crate::tui) fn title(self) -> &'static str {
        match self {
            Self::Find => "Find in the record: Enter",
            Self::Filter => "Show only some entries: Enter",
            Self::Jump => "Go to an entry: Enter",
        }
    }

    pub(in crate::tui) fn label(self) -> &'static str {
        match self {
            Self::Find | Self::Filter => {
                "Words, or kind:call step:block-reads who:ana; empty shows all"
            }
            Self::Jump => "Number of the entry, or a time such as 02:31Z",
        }
    }
}

/// One question of a form with what was written.
#[derive(Debug)]
pub(in crate::tui) struct Field {
    pub(in crate::tui) question: Question,
    pub(in crate::tui) text: TextArea<'static>,
    /// Which option, where the question is a choice.
    pub(in crate::tui) choice: usize,
}

/// What was written into forms that were closed.
pub(in crate::tui) type Drafts = BTreeMap<String, Vec<String>>;

impl Form {
    /// A form for these questions, with the draft that was left.
    pub(in crate::tui) fn new(purpose: Use, questions: Vec<Question>, drafts: &Drafts) -> Self {
        let draft = drafts.get(&draft_key(&purpose));
        // What is only read has no draft, and neither has what is asked below it.
        let is_read = |question: &Question| question.kind == Kind::Told;
        let draft = draft.filter(|_| !questions.iter().any(is_read));
        let focus = questions.iter().position(|question| !is_read(question)).unwrap_or(0);
        let fields = questions
            .into_iter()
            .enumerate()
            .map(|(index, question)| Field::new(question, draft.and_then(|draft| draft.get(index))))
            .collect();
        Self { purpose, fields, focus, sending: false, wrong: None }
    }

    /// Something in it is only read: what was written stands in the draft of the form before.
    pub(in crate::tui) fn is_looked_at(&self) -> bool {
        self.fields.iter().any(|field| field.question.kind == Kind::Told)
    }

    /// Names the draft of this form.
    pub(in crate::tui) fn draft_key(&self) -> String {
        draft_key(&self.purpose)
    }

    pub(in crate::tui) fn answers(&self) -> Vec<String> {
        self.fields.iter().map(Field::answer).collect()
    }
}

fn draft_key(purpose: &Use) -> String {
    match purpose {
        Use::Offer(offer) => {
            format!("{} {} {}", offer.verb, offer.step.as_deref().unwrap_or_default(), offer.title)
        }
        Use::Prompt(prompt) => prompt.title().to_owned(),
    }
}

impl Field {
    fn new(question: Question, draft: Option<&String>) -> Self {
        let written = draft.unwrap_or(&question.initial);
        let choice = match (&question.kind, draft) {
            (Kind::Choice(options), Some(draft)) => options.iter().position(|o| o == draft),
            _ => None,
        };
        let mut text = area(written);
        if matches!(question.kind, Kind::Told | Kind::Document) {
            text.move_cursor(tui_textarea::CursorMove::Top);
            text.move_cursor(tui_textarea::CursorMove::Head);
        }
        Self { question, text, choice: choice.unwrap_or(0) }
    }

    pub(in crate::tui) fn answer(&self) -> String {
        match &self.question.kind {
            Kind::Choice(options) => options.get(self.choice).cloned().unwrap_or_default(),
            Kind::Line | Kind::Text | Kind::Document | Kind::Told => self.text.lines().join("\n"),
        }
    }

    /// Puts other text in the place of what was written.
    pub(in crate::tui) fn replace(&mut self, text: &str) {
        self.text = area(text);
    }
}

/// A text area with the cursor at the end.
fn area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(tui_textarea::CursorMove::Bottom);
    area.move_cursor(tui_textarea::CursorMove::End);
    area.set_wrap_mode(tui_textarea::WrapMode::WordOrGlyph);
    area
}
