//! A face: line by line, for screen readers, pipes and dumb terminals. No escape sequence, no box
//! drawing, no cursor: numbered choices on the way in, sentences on the way out.

mod confirm;
mod exercise;
mod lines;
mod talk;
mod views;

use std::io::{self, BufRead, Write};

use crate::command::{
    self, Command, Console, Kind, Snapshot, Tone, over_words, questions, standing, step_lines,
    summary,
};
use crate::drill::is_control;
use crate::incident::{Ask, By, Offer};

use lines::Lines;

/// Talks with a person until they leave or the input ends; the incident itself goes on or can be
/// resumed. Blocks while the engine works; must not be called on a thread that runs async tasks.
///
/// # Errors
///
/// Only those of `input` and `output`.
pub fn run(
    console: &dyn Console,
    by: By,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> io::Result<()> {
    let first = Snapshot::take(console, &by);
    let told = first.view.head.seq.saturating_sub(FIRST_LINES);
    let mut face = Face {
        console,
        by,
        lines: Lines::new(input, output),
        told,
        step: None,
        choices: Vec::new(),
        tried_unsaved: 0,
    };
    face.talk()
}

/// So many of the latest entries are told at the start.
const FIRST_LINES: u64 = 5;

struct Face<'a> {
    console: &'a dyn Console,
    by: By,
    lines: Lines<'a>,
    /// The first entry that was not told yet.
    told: u64,
    /// The step that the person went to; `None` follows what is next.
    step: Option<String>,
    /// What the numbers of the last list stand for.
    choices: Vec<Offer>,
    /// Unsaved outcomes that were told.
    tried_unsaved: usize,
}

/// Whether the talk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    On,
    Out,
}

impl Face<'_> {
    fn snapshot(&self) -> Snapshot {
        Snapshot::take(self.console, &self.by)
    }

    fn talk(&mut self) -> io::Result<()> {
        self.show()?;
        loop {
            self.tell_new()?;
            let snapshot = self.snapshot();
            let state = snapshot.state();
            if state.real_began() {
                return self.lines.say("This drill is over: a REAL incident began.");
            }
            let prompt = format!("{} {}> ", state.mode().word(), state.codename());
            let Some(line) = self.lines.ask(&prompt)? else {
                return self.lines.say("The input ended. The incident stays as it is.");
            };
            if self.answer(&line)? == Goes::Out {
                return self.lines.say("Left. The incident stays as it is.");
            }
        }
    }

    fn answer(&mut self, line: &str) -> io::Result<Goes> {
        let line = line.trim();
        if let Ok(number) = line.parse::<usize>() {
            let Some(offer) = number.checked_sub(1).and_then(|i| self.choices.get(i)).cloned()
            else {
                self.lines.say(format!("There is no choice {number}."))?;
                return Ok(Goes::On);
            };
            self.take(&offer)?;
            return Ok(Goes::On);
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match command::find_word(word) {
            Some(Command::Leave) => return Ok(Goes::Out),
            Some(Command::Palette) => self.help(rest.trim())?,
            Some(Command::Show) => self.show()?,
            Some(Command::Next) => {
                self.step = None;
                self.show()?;
            }
            Some(Command::Steps) => self.list_steps()?,
            Some(Command::Step) => self.go_to(rest.trim())?,
            Some(Command::Log) => self.log(rest.trim())?,
            Some(Command::Note) => self.note(rest.trim())?,
            Some(Command::Remind) => self.remind(rest.trim())?,
            Some(command) => self.view(command, rest.trim())?,
            None if line.is_empty() => self.show()?,
            None => self.verb(word)?,
        }
        Ok(Goes::On)
    }

    /// The word of an offer does the same as its number.
    fn verb(&mut self, word: &str) -> io::Result<()> {
        let mut matching = self.choices.iter().filter(|offer| offer.verb == word);
        let found = (matching.next().cloned(), matching.next().is_some());
        match found {
            (Some(offer), false) => self.take(&offer),
            (Some(_), true) => {
                self.lines.say(format!("“{word}” is several choices: say the number."))
            }
            (None, _) => self.lines.say(format!("“{word}” is not understood. ? shows the help.")),
        }
    }

    fn current_step(&self, snapshot: &Snapshot) -> Option<String> {
        self.step.clone().or_else(|| snapshot.next_step().map(str::to_owned))
    }

    /// Header, step, and the numbered list of what can be done.
    fn show(&mut self) -> io::Result<()> {
        self.tell_new()?;
        let snapshot = self.snapshot();
        let header: Vec<String> =
            summary(&snapshot).iter().map(|told| told.text.to_string()).collect();
        self.lines.say(header.join(", "))?;
        let current = self.current_step(&snapshot);
        if let Some(id) = &current {
            let rows: Vec<_> = snapshot.state().timeline().collect();
            let place = rows.iter().position(|row| row.name == *id).map_or(0, |index| index + 1);
            self.lines.say(format!("Step {place} of {}:", rows.len()))?;
            self.tell_all(&step_lines(&snapshot, id))?;
        }
        self.list_choices(&snapshot, current.as_deref())
    }

    fn list_choices(&mut self, snapshot: &Snapshot, step: Option<&str>) -> io::Result<()> {
        let of_step = step.into_iter().flat_map(|step| snapshot.offers_of(step));
        // What only a facilitator does is found by its words: there is a lot of it.
        let of_incident = snapshot.offers_of_incident().filter(|offer| !is_control(offer));
        let choices = of_step.chain(of_incident).cloned().collect();
        if over_words(snapshot.state()).is_some() {
            self.lines.say("Nothing more is done in the steps. debrief tells how it went.")?;
        }
        self.lines.say("What can be done:")?;
        self.number(choices, step)?;
        if let Some(next) = snapshot.next.as_ref().filter(|next| next.step.as_deref() != step) {
            let step = next.step.as_deref().unwrap_or_default();
            self.lines.say(format!("Next is another step, {step}: {}. Say next.", next.title))?;
        }
        self.lines.say("Say a number, or ? for help.")
    }

    /// Numbers what can be chosen; an offer of another step than this one names its step.
    fn number(&mut self, choices: Vec<Offer>, here: Option<&str>) -> io::Result<()> {
        self.choices = choices;
        for (index, offer) in self.choices.iter().enumerate() {
            let number = index + 1;
            let next = if offer.recommended && offer.refusal.is_none() { " (next)" } else { "" };
            let about = offer.step.as_deref().filter(|step| Some(*step) != here);
            let about = about.map_or_else(String::new, |step| format!("{step}: "));
            let line = match &offer.refusal {
                None => format!("{number}. {about}{}{next}", offer.title),
                Some(why) => format!("{number}. Not now: {about}{}: {why}", offer.title),
            };
            self.lines.say(line)?;
        }
        Ok(())
    }

    fn list_steps(&mut self) -> io::Result<()> {
        let snapshot = self.snapshot();
        for (index, row) in snapshot.state().timeline().enumerate() {
            let (_, word, tone) = standing(&snapshot, &row);
            let alarm = if tone == Tone::Bad { "ATTENTION, " } else { "" };
            let number = index + 1;
            let phase = row.step.phase.word();
            self.lines.say(format!("{number}. {alarm}{word}, {phase}: {}", row.title()))?;
        }
        Ok(())
    }

    fn go_to(&mut self, wanted: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        let rows: Vec<_> = snapshot.state().timeline().collect();
        let by_number = wanted.parse::<usize>().ok().and_then(|n| rows.get(n.checked_sub(1)?));
        // The id of a step with members leads to the first of them.
        let by_name = || rows.iter().find(|row| row.name == wanted || row.step.id == wanted);
        let Some(row) = by_number.or_else(by_name) else {
            return self.lines.say("There is no such step; steps lists them.");
        };
        self.step = Some(row.name.clone().into_owned());
        self.show()
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        let Some(offer) = snapshot.incident_offer("note").cloned() else {
            return self.lines.say("Nothing can be noted now.");
        };
        if let Some(why) = &offer.refusal {
            return self.lines.say(format!("Not now: {why}"));
        }
        let text = if text.is_empty() { self.lines.ask_many("Note")? } else { text.to_owned() };
        self.send_filled(&offer, &[text])
    }

    /// `remind 20m Ana: load-balancer logs`; without anything it asks.
    fn remind(&mut self, line: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        let Some(offer) = snapshot.incident_offer("remind").cloned() else {
            return self.lines.say("No reminder can be set now.");
        };
        if line.is_empty() || offer.refusal.is_some() {
            return self.take(&offer);
        }
        match command::reminder(line) {
            Ok(ask) => self.ask(ask).map(|_| ()),
            Err(why) => self.lines.say(format!("Nothing happened: {why}.")),
        }
    }

    /// Asks what an offer needs to know, then sends its ask, or opens its confirmation.
    fn take(&mut self, offer: &Offer) -> io::Result<()> {
        if let Some(why) = &offer.refusal {
            return self.lines.say(format!("Not now: {why}"));
        }
        match &offer.ask {
            Ask::Confirm { step, .. } => return self.confirm(&step.name()),
            Ask::Retry { step } => return self.confirm_retry(&step.name(), offer),
            Ask::AcceptHandOver { .. } => return self.accept_hand_over(offer),
            _ => {}
        }
        self.answer_all(offer)
    }

    /// Asks what a form asks, and takes it on from there.
    pub(super) fn answer_all(&mut self, offer: &Offer) -> io::Result<()> {
        let mut answers = Vec::new();
        for question in questions(offer, &self.snapshot().state().playbook) {
            let answer = match &question.kind {
                Kind::Choice(options) => self.choose(question.label, options)?,
                Kind::Told => {
                    self.lines.say(format!("{}:", question.label))?;
                    self.lines.say(&question.initial)?;
                    Some(String::new())
                }
                Kind::Document => self.document(question.label, &question.initial)?,
                Kind::Line | Kind::Text if question.optional => {
                    Some(self.optional_line(question.label, &question.initial)?)
                }
                Kind::Line | Kind::Text => self.one_line(question.label, &question.initial)?,
            };
            let Some(answer) = answer else { return self.lines.say("Nothing happened.") };
            answers.push(answer);
        }
        self.send_filled(offer, &answers)
    }

    fn one_line(&mut self, label: &str, initial: &str) -> io::Result<Option<String>> {
        let empty = if initial.is_empty() { "nothing happens" } else { initial };
        let line = self.lines.ask(&format!("{label} (empty: {empty}): "))?;
        if line.as_deref().map(str::trim) == Some("?") {
            self.lines.say("Write what is asked for, or nothing: then nothing happens.")?;
            return Ok(None);
        }
        let line = line.map(|line| if line.trim().is_empty() { initial.to_owned() } else { line });
        Ok(line.filter(|line| !line.trim().is_empty()))
    }

    /// A whole text anew, below the one that there is.
    fn document(&mut self, label: &str, initial: &str) -> io::Result<Option<String>> {
        self.lines.say(format!("{label}. It is now:"))?;
        self.lines.say(initial)?;
        self.lines.say("Write it anew, whole; a dot alone at once: nothing happens.")?;
        let text = self.lines.ask_many(label)?;
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    fn optional_line(&mut self, label: &str, initial: &str) -> io::Result<String> {
        let empty = if initial.is_empty() { "left out" } else { initial };
        let line = self.lines.ask(&format!("{label} (empty: {empty}): "))?;
        let line = line.unwrap_or_default();
        Ok(if line.trim().is_empty() { initial.to_owned() } else { line })
    }

    fn choose(&mut self, label: &str, options: &[String]) -> io::Result<Option<String>> {
        for (index, option) in options.iter().enumerate() {
            self.lines.say(format!("{}. {option}", index + 1))?;
        }
        let prompt = format!("{label}, a number (empty: nothing happens): ");
        let Some(line) = self.lines.ask(&prompt)? else { return Ok(None) };
        let line = line.trim();
        let by_number = line.parse::<usize>().ok().and_then(|n| options.get(n.checked_sub(1)?));
        let chosen = by_number.or_else(|| options.iter().find(|option| *option == line));
        if chosen.is_none() && !line.is_empty() {
            self.lines.say(format!("“{line}” is not one of them."))?;
        }
        Ok(chosen.cloned())
    }
}
