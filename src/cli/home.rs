//! `stanch` alone: the home screen, and whatever is chosen there.

use std::io::{self, BufRead as _};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::args::Face;
use super::context::Context;
use super::session::{self, Material, Session};
use super::{Outcome, attach, document, face, look, open, out};
use crate::command::{Card, Lobby, Reading, Standing, Start, card_age, card_told};
use crate::drill::shipped;
use crate::incident::record::Mode;
use crate::incident::{Record, State};
use crate::journal::{Listed, fold};
use crate::plain;
use crate::text::Shown;
use crate::tui::{self, Choice, Left};

/// Shows the home screen, and after each incident again, until the person leaves.
pub(super) fn home(context: &Arc<Context>, args: &Face) -> anyhow::Result<Outcome> {
    let lobby: Arc<dyn Lobby> = Arc::new(Rooms { context: Arc::clone(context) });
    if face::is_plain(context, args) {
        return by_number(context, lobby.as_ref(), args);
    }
    let mut told = None;
    loop {
        let clock = Arc::clone(&context.clock);
        let options = look::options(context, args)?;
        let choice = tui::home(lobby.clone(), options, Box::new(move || clock.now().up), told)?;
        if let Choice::Leave(_) = choice {
            return Ok(Outcome::Good);
        }
        told = match choose(context, &choice, args) {
            Ok(Left::ByPerson | Left::EngineEnded) => None,
            Ok(Left::BySignal | Left::InputEnded) => return Ok(Outcome::Good),
            Err(error) => Some(format!("{error:#}")),
        };
    }
}

fn choose(context: &Context, choice: &Choice, args: &Face) -> anyhow::Result<Left> {
    let session = match choice {
        Choice::Leave(left) => return Ok(*left),
        Choice::Read(dir) => return read(context, dir, args),
        Choice::Attach(dir) => return attach(context, dir, args),
        Choice::Resume(dir) => session::resume(context, &context.store.look(dir)?, None)?,
        Choice::Open(playbook) => live(context, playbook)?,
        Choice::Drill(name) => session::open(context, open::drill_material(name, Vec::new())?)?,
    };
    face::show(context, &session, args)
}

fn live(context: &Context, playbook: &str) -> anyhow::Result<Session> {
    let playbook = document::playbook_text(playbook)?;
    session::open(context, Material::live(playbook, Vec::new()))
}

/// An incident that another engine runs: with a face more; where that does not listen, it can be
/// looked at.
fn attach(context: &Context, dir: &Path, args: &Face) -> anyhow::Result<Left> {
    let listed = context.store.look(dir)?;
    match attach::attach_to(context, &listed, true, args) {
        Err(error) if attach::is_nobody(&error) => read(context, dir, args),
        left => left,
    }
}

/// An incident that is closed, or whose engine does not listen: everything can be looked at.
fn read(context: &Context, dir: &Path, args: &Face) -> anyhow::Result<Left> {
    let listed = context.store.look(dir)?;
    let (playbook, _) = context.playbook_or_none(&listed);
    let why = match context.store.holder(&listed) {
        Some(holder) => format!("run by {holder}"),
        None => "closed".to_owned(),
    };
    let clock = Arc::clone(&context.clock);
    let reading = Reading::open(&context.disk, dir, Arc::new(playbook), Shown::new(why), clock)?;
    let by = context.config.by();
    if face::is_plain(context, args) {
        let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
        plain::run(&reading, by, &mut input, &mut output)?;
        return Ok(Left::ByPerson);
    }
    Ok(tui::run(Arc::new(reading), by, look::options(context, args)?)?)
}

/// The same line by line, with numbers.
fn by_number(context: &Context, lobby: &dyn Lobby, args: &Face) -> anyhow::Result<Outcome> {
    loop {
        let choices = tell(lobby)?;
        out::line("Say a number, or quit.")?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 || line.trim() == "quit" {
            return Ok(Outcome::Good);
        }
        let number = line.trim().parse::<usize>().ok();
        let Some(choice) = number.and_then(|number| choices.get(number.checked_sub(1)?)) else {
            out::line(format!("There is no choice {}.", line.trim()))?;
            continue;
        };
        if let Choice::Open(playbook) = choice {
            out::line(format!("This opens a LIVE incident on {playbook}. Type open to do it:"))?;
            let mut word = String::new();
            io::stdin().lock().read_line(&mut word)?;
            if word.trim() != "open" {
                out::line("Nothing was opened.")?;
                continue;
            }
        }
        match choose(context, choice, args) {
            Ok(Left::ByPerson) => {}
            Ok(_) => return Ok(Outcome::Good),
            Err(error) => out::error(&error),
        }
    }
}

fn tell(lobby: &dyn Lobby) -> anyhow::Result<Vec<Choice>> {
    let now = lobby.now();
    let mut choices = Vec::new();
    let cards = lobby.cards().map_err(|why| anyhow::anyhow!("{why}"))?;
    for card in cards {
        let standing = if card.closed { None } else { lobby.look(&card).ok() };
        let told = card_told(&card, standing.as_ref(), now);
        let told: Vec<&str> = told.iter().map(|told| told.text.as_str()).collect();
        let (kind, age) = (card.mode.word(), card_age(&card, now));
        let number = choices.len() + 1;
        let told = told.join(", ");
        out::line(format!("{number}. {kind} {}, {}, {age}: {told}", card.name, card.title))?;
        choices.push(Choice::of(&card));
    }
    let starts = |starts: Vec<Start>, what: &str| {
        let line =
            move |start: Start| (format!("{what} {}: {}", start.name, start.title), start.name);
        starts.into_iter().map(line).collect::<Vec<_>>()
    };
    for (line, name) in starts(lobby.playbooks(), "Open a live incident on") {
        out::line(format!("{}. {line}", choices.len() + 1))?;
        choices.push(Choice::Open(name));
    }
    for (line, name) in starts(lobby.drills(), "Drill") {
        out::line(format!("{}. {line}", choices.len() + 1))?;
        choices.push(Choice::Drill(name));
    }
    Ok(choices)
}

/// The incidents of this machine, and what the program carries.
struct Rooms {
    context: Arc<Context>,
}

impl Lobby for Rooms {
    fn cards(&self) -> Result<Vec<Card>, Shown> {
        let listed = self.context.store.list();
        let mut all = listed.map_err(|error| Shown::new(error.to_string()))?;
        all.sort_by_key(|listed| std::cmp::Reverse(listed.opened_at));
        Ok(all.iter().map(|listed| self.card(listed)).collect())
    }

    fn look(&self, card: &Card) -> Result<Standing, Shown> {
        let told = |error: String| Shown::new(Shown::new(error).one_line());
        let listed = self.context.store.look(&card.dir).map_err(|error| told(error.to_string()))?;
        let (playbook, _) = self.context.playbook_or_none(&listed);
        let mut state = State::new(Arc::new(playbook));
        let folded = fold(self.context.disk.as_ref(), &listed.dir, &mut |entry| {
            crate::engine::fold_entry(&mut state, &entry);
        });
        match folded.map(|folded| folded.finding) {
            Ok(None) => Ok(Standing::of(&state)),
            Ok(Some(finding)) => Err(told(format!("DAMAGED: {finding}"))),
            Err(error) => Err(told(error.to_string())),
        }
    }

    fn playbooks(&self) -> Vec<Start> {
        shipped::playbooks().iter().filter_map(begun).collect()
    }

    fn drills(&self) -> Vec<Start> {
        shipped::drills().iter().filter_map(begun).collect()
    }

    fn now(&self) -> DateTime<Utc> {
        self.context.clock.now().at
    }
}

/// What is shipped, as it is begun.
fn begun(document: &shipped::Document) -> Option<Start> {
    Some(Start { name: document.name.to_owned(), title: Shown::new(document.title()?) })
}

impl Rooms {
    fn card(&self, listed: &Listed) -> Card {
        let opened = listed.opened.as_ref();
        let ended = listed.last.as_ref().and_then(super::context::known);
        let lost = listed.lost.clone();
        let moved = self.context.store.is_moved(listed);
        let unreadable = opened.is_none().then(|| "its first record cannot be read".to_owned());
        Card {
            dir: listed.dir.clone(),
            name: Shown::new(opened.map_or(listed.directory(), |opened| &opened.codename)),
            mode: opened.map_or(Mode::Live, |opened| opened.mode),
            title: opened.map_or_else(Shown::default, |opened| match &opened.exercise {
                Some(exercise) => exercise.title.clone(),
                None => Shown::new(&opened.title),
            }),
            opened_at: listed.opened_at,
            closed: moved || matches!(ended, Some(Record::Closed { .. })),
            moved,
            records: listed.last.as_ref().map_or(0, |last| last.seq + 1),
            held: self.context.store.holder(listed),
            trouble: unreadable.or(lost).map(Shown::new),
        }
    }
}
