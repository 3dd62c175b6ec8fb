//! What a face asks a person for before it sends an offer's ask: the questions, and the ask with
//! its blanks filled.

mod clock;
mod exercise;
mod put;
mod step;

use crate::incident::{Ask, Needs, Offer};
use crate::playbook::{Playbook, Task};
use crate::text::Shown;
use put::{clear, put};
pub use step::look;
use step::step_questions;

/// One blank of an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub label: &'static str,
    pub kind: Kind,
    /// What stands there before anything was written.
    pub initial: String,
    /// It may be left out.
    pub optional: bool,
    slot: Slot,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Line,
    /// Many lines.
    Text,
    /// Many lines that are taken exactly as they stand; what stands there first is the beginning.
    Document,
    /// Nothing is asked: something to read before the rest is answered.
    Told,
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
    Url,
    Name,
    Value,
    Source,
    When,
    Data,
    Who,
    How,
    Path,
    Place,
    Evidence,
    Next,
    /// Nothing to fill in: that somebody read.
    Read,
    Toml,
}

impl Question {
    /// Something that a face itself wants to know, for no ask.
    pub fn asked(label: &'static str, kind: Kind) -> Self {
        Self::new(label, kind, Slot::Text)
    }

    fn new(label: &'static str, kind: Kind, slot: Slot) -> Self {
        Self { label, kind, initial: String::new(), optional: false, slot }
    }

    fn optional(label: &'static str, slot: Slot) -> Self {
        Self { optional: true, ..Self::new(label, Kind::Line, slot) }
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
        Ask::AddScope { .. } => vec![
            Question::new("Kind", Kind::Choice(scopes(playbook)), Slot::Scope),
            Question::new("Name", Kind::Line, Slot::Name),
            Question::new("Source: who told?", Kind::Line, Slot::Source),
        ],
        Ask::Amend { .. } | Ask::AddStep { .. } => step_questions(offer, playbook),
        Ask::Admit { .. } => {
            let words = vec![NO.to_owned(), YES.to_owned()];
            vec![
                Question::new("URL, such as https://db2.example.com:9200", Kind::Line, Slot::Url),
                Question::new("May secrets be sent there?", Kind::Choice(words), Slot::Choice),
                Question::new("How do we know that it is ours?", Kind::Text, Slot::Reason),
            ]
        }
        Ask::TakeRole { .. } => vec![
            Question::new(
                "Role: commander, deputy, scribe, customer-liaison, internal-liaison, resolver, \
                 legal, privacy-officer, or another word",
                Kind::Line,
                Slot::Name,
            ),
            Question::optional("Who, if it is not you", Slot::Who),
            Question::optional("Reason, to take it over or beside the commander's", Slot::Reason),
        ],
        Ask::OfferHandOver { .. } => vec![Question::new("To whom", Kind::Line, Slot::Who)],
        Ask::AcceptHandOver { .. } => vec![Question::new(
            "Hand-over page",
            Kind::Choice(vec!["I have read it, and accept".to_owned()]),
            Slot::Read,
        )],
        rest => register_questions(rest, &offer.needs),
    };
    questions.extend(clock::questions(&offer.ask, &offer.needs));
    questions.extend(exercise::questions(&offer.ask, &offer.needs));
    if wants_reason(offer) {
        let initial = clock::known_reason(&offer.ask);
        questions.push(Question { initial, ..Question::new("Reason", Kind::Text, Slot::Reason) });
    }
    questions
}

/// Of claims, reminders and evidence.
fn register_questions(ask: &Ask, needs: &Needs) -> Vec<Question> {
    match (ask, needs) {
        (Ask::ClaimMake { .. }, _) => vec![
            Question::new("Claim", Kind::Text, Slot::Text),
            Question::new("Source: who says so?", Kind::Line, Slot::Source),
            Question::optional("Kind of data, if any", Slot::Data),
        ],
        (Ask::ClaimAmend { .. }, Needs::OptionAndReason(words)) => {
            vec![Question::new("It is", Kind::Choice(words.clone()), Slot::Choice)]
        }
        (Ask::ClaimCount { .. }, _) => vec![
            Question::new("Count, such as 2.4 million users", Kind::Line, Slot::Value),
            Question::new("Source: who counts so?", Kind::Line, Slot::Source),
        ],
        // One that was said in a line has all that it needs.
        (Ask::Remind { .. }, Needs::Nothing) => Vec::new(),
        (Ask::Remind { .. }, _) => vec![
            Question::new("When, such as 20m, 2h or 02:30Z", Kind::Line, Slot::When),
            Question::new("Of what", Kind::Text, Slot::Text),
            Question::optional("For whom, if for one", Slot::Who),
        ],
        (Ask::TimerDone { .. }, _) => {
            vec![Question::optional("How it was done, if worth a word", Slot::How)]
        }
        (Ask::Attach { .. }, _) => vec![
            Question::new("Path of the file", Kind::Line, Slot::Path),
            Question::new("About: what it shows, and from where", Kind::Text, Slot::Text),
        ],
        _ => Vec::new(),
    }
}

/// What secrets may do; without a word of the person they stay here.
const NO: &str = "no";
const YES: &str = "yes";

/// The kinds that the playbook has steps for, and whatever else has an address.
fn scopes(playbook: &Playbook) -> Vec<String> {
    let mut scopes: Vec<String> = playbook.scopes().into_iter().map(str::to_owned).collect();
    if !scopes.iter().any(|scope| scope == HOST) {
        scopes.push(HOST.to_owned());
    }
    scopes
}

const HOST: &str = "host";

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
        | Ask::DoneElsewhere { .. }
        | Ask::Declare { .. }
        | Ask::SetSeverity { .. }
        | Ask::Aware { .. }
        | Ask::DutyDecide { .. }
        | Ask::UpdatesEnd { .. }
        | Ask::Reopen { .. }
        | Ask::AcceptUnproven { .. }
        | Ask::Resolve { .. }
        | Ask::ClaimAmend { .. }
        | Ask::ClaimActAsIf { .. }
        | Ask::CommandEnd { .. }
        | Ask::Withhold { .. }
        | Ask::DeclineHandOver { .. }
        | Ask::Close { .. } => true,
        Ask::Amend { .. } | Ask::AddStep { .. } => offer.needs == Needs::Reason,
        Ask::Control { control } => exercise::wants_reason(control),
        _ => false,
    }
}

/// The offer's ask with the answers in it; an error says which one is missing.
pub fn filled(offer: &Offer, playbook: &Playbook, answers: &[String]) -> Result<Ask, Shown> {
    let mut ask = offer.ask.clone();
    if let Ask::TakeRole { reason, .. } = &mut ask {
        // The blank of an offer is no reason.
        *reason = None;
    }
    for (index, question) in questions(offer, playbook).iter().enumerate() {
        if question.kind == Kind::Told {
            continue;
        }
        let answer = answers.get(index).map(|text| text.trim()).unwrap_or_default();
        if answer.is_empty() && question.optional {
            // What stood there was taken out.
            if !question.initial.is_empty() {
                clear(&mut ask, question.slot);
            }
            continue;
        }
        if answer.is_empty() {
            return Err(Shown::new(format!("{}: nothing is written yet", question.label)));
        }
        if let Kind::Choice(options) = &question.kind
            && !options.iter().any(|option| option.trim() == answer)
        {
            return Err(Shown::new(format!("{}: choose one of the list", question.label)));
        }
        put(&mut ask, question.slot, answer)?;
    }
    Ok(ask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{ClaimStatus, StepKey, When};
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

    fn filled_with(ask: Ask, needs: Needs, answers: &[&str]) -> Result<Ask, Shown> {
        let answers: Vec<String> = answers.iter().map(|one| (*one).to_owned()).collect();
        filled(&offer(ask, needs), &playbook(), &answers)
    }

    #[test]
    fn what_may_be_left_out_is_left_out() {
        let blank = || Shown::new("…");
        let made = |data: Option<&str>| Ask::ClaimMake {
            text: "tokens leaked".into(),
            source: "a consultant".into(),
            data: data.map(Shown::new),
        };
        let offered = Ask::ClaimMake { text: blank(), source: blank(), data: None };
        for (data, wanted) in [("tokens", Some("tokens")), (" ", None)] {
            let answers = ["tokens leaked", "a consultant", data];
            assert_eq!(
                filled_with(offered.clone(), Needs::NameAndText, &answers),
                Ok(made(wanted))
            );
        }
        let nobody = filled_with(offered, Needs::NameAndText, &["tokens leaked", ""]);
        assert_eq!(nobody, Err("Source: who says so?: nothing is written yet".into()));
        let done = |how: Option<&str>| Ask::TimerDone { timer: 1, how: how.map(Shown::new) };
        assert_eq!(filled_with(done(None), Needs::Text, &["", ""]), Ok(done(None)));
        assert_eq!(filled_with(done(None), Needs::Text, &["told"]), Ok(done(Some("told"))));
    }

    #[test]
    fn a_status_is_one_of_those_offered_and_a_time_is_read() {
        let amend =
            |status, reason: &str| Ask::ClaimAmend { claim: 1, status, reason: reason.into() };
        let words = || Needs::OptionAndReason(vec!["no evidence".to_owned(), "refuted".to_owned()]);
        let offered = amend(ClaimStatus::Refuted, "…");
        let found = filled_with(offered.clone(), words(), &["no evidence", "we looked"]);
        assert_eq!(found, Ok(amend(ClaimStatus::NoEvidence, "we looked")));
        assert!(filled_with(offered, words(), &["confirmed", "we looked"]).is_err());
        let remind = |when, what: &str| Ask::Remind { what: what.into(), who: None, when };
        let offered = remind(When::After { seconds: 60 }, "…");
        let set = filled_with(offered.clone(), Needs::NameAndText, &["20m", "call back"]);
        assert_eq!(set, Ok(remind(When::After { seconds: 1_200 }, "call back")));
        let wrong = filled_with(offered, Needs::NameAndText, &["20", "call back"]).unwrap_err();
        assert!(wrong.as_str().starts_with("20 has no unit"), "{wrong}");
    }

    #[test]
    fn what_is_typed_is_made_harmless() {
        let ask = Ask::Note { text: Shown::default(), occurred: None, source: None };
        let noted = filled(&offer(ask, Needs::Text), &playbook(), &["a\u{1b}[2Jb".to_owned()]);
        assert_eq!(noted, Ok(Ask::Note { text: "a␛[2Jb".into(), occurred: None, source: None }));
    }
}
