//! The messages to the players of a drill, and the hints that they were given, as they came.

use chrono::{DateTime, Utc};

use super::prose::paragraphs;
use super::{Told, Tone, desk, utc};
use crate::incident::State;
use crate::incident::exercise::{Arrived, Exercise, Hint, Reply};
use crate::incident::words::points_words;
use crate::text::Shown;

use super::super::console::Snapshot;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Letter<'a> {
    Inject(&'a Arrived),
    Hint(&'a Hint),
}

impl Letter<'_> {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Inject(arrived) => arrived.at,
            Self::Hint(hint) => hint.at,
        }
    }

    /// The id of the inject that it is.
    pub fn inject(&self) -> Option<&str> {
        match self {
            Self::Inject(arrived) => Some(&arrived.inject.inject),
            Self::Hint(_) => None,
        }
    }
}

/// All of them, in the order in which they came.
pub fn letters(state: &State) -> Vec<Letter<'_>> {
    let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
    let injects = exercise.injects.iter().map(Letter::Inject);
    let mut all: Vec<Letter<'_>> = injects.chain(exercise.hints.iter().map(Letter::Hint)).collect();
    all.sort_by_key(Letter::at);
    all
}

/// How many injects nobody opened yet.
pub fn to_read(exercise: &Exercise) -> usize {
    exercise.unread().count()
}

/// The same in a few lines each, the first of which names it.
pub fn inject_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    let letters = letters(snapshot.state());
    let things = letters.iter().map(|letter| match letter {
        Letter::Inject(arrived) => inject_thing(arrived),
        Letter::Hint(hint) => vec![
            Told::new(Tone::Plain, format!("hint: {}", hint.text.one_line())),
            Told::new(Tone::Muted, format!("{}, {}", utc(hint.at), points_words(hint.cost))),
        ],
    });
    things.collect()
}

fn inject_thing(arrived: &Arrived) -> Vec<Told> {
    let inject = &arrived.inject;
    let asks = !inject.options.is_empty() && arrived.reply.is_none();
    let (mark, tone) = match (arrived.seen.is_none(), asks) {
        (true, true) => ("NEW, DECIDE: ", Tone::Warning),
        (true, false) => ("NEW: ", Tone::Title),
        (false, true) => ("DECIDE: ", Tone::Warning),
        (false, false) => ("", Tone::Plain),
    };
    let mut told = vec![
        Told::new(tone, format!("{mark}{}", inject.subject.one_line())),
        Told::new(Tone::Muted, format!("{}, {}", utc(arrived.at), way(arrived))),
    ];
    told.extend(arrived.reply.as_ref().map(|reply| Told::new(Tone::Good, answered(reply))));
    told
}

/// `I-03, press, from the Courier to communications`.
fn way(arrived: &Arrived) -> String {
    let inject = &arrived.inject;
    let (id, channel) = (Shown::new(&inject.inject), Shown::new(&inject.channel));
    let to: Vec<String> = inject.to.iter().map(|to| to.one_line().into_owned()).collect();
    let to = if to.is_empty() { String::new() } else { format!(" to {}", to.join(", ")) };
    format!("{id}, {channel} from {}{to}", inject.from.one_line())
}

fn answered(reply: &Reply) -> String {
    let when = utc(reply.at);
    match &reply.option {
        Some(option) => {
            format!("answered {when}: {}, because: {}", option.one_line(), reply.text.one_line())
        }
        None => format!("answered {when}: {}", reply.text.one_line()),
    }
}

/// One inject, whole; a facilitator also reads what is written for controllers only.
pub fn inject_lines(snapshot: &Snapshot, inject: &str) -> Vec<Told> {
    let exercise = snapshot.state().exercise.as_deref();
    let Some(arrived) = exercise.and_then(|exercise| exercise.arrived(inject)) else {
        return vec![Told::new(Tone::Bad, "There is no such inject.")];
    };
    let inject = &arrived.inject;
    let mut told = vec![
        Told::new(Tone::Title, inject.subject.one_line()),
        Told::new(Tone::Muted, format!("{}, {}", way(arrived), utc(arrived.at))),
        Told::new(Tone::Plain, ""),
    ];
    // What a machine wrote keeps its lines.
    if inject.channel == "log" {
        told.extend(inject.body.as_str().lines().map(|line| Told::new(Tone::Exact, line)));
    } else {
        let lines = paragraphs(inject.body.as_str());
        told.extend(lines.into_iter().map(|line| Told::new(Tone::Plain, line)));
    }
    if !inject.options.is_empty() {
        told.push(Told::new(Tone::Heading, "It asks for a decision"));
        let options = inject.options.iter().enumerate();
        told.extend(options.map(|(index, option)| {
            Told::new(Tone::Plain, format!("{}. {}", index + 1, option.one_line()))
        }));
    }
    match &arrived.reply {
        Some(reply) => {
            told.push(Told::new(Tone::Heading, "Answer"));
            told.push(Told::new(Tone::Good, answered(reply)));
        }
        None if inject.options.is_empty() => {}
        None => told.push(Told::new(Tone::Warning, "Nobody has answered yet.")),
    }
    if let Some(desk) = &snapshot.desk {
        told.extend(desk::notes(desk, arrived));
    }
    told
}
