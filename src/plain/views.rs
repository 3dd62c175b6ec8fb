//! Everything beside the step: the lists of the incident, the record, the help.

use std::io;

use crate::command::{
    self, Action, Command, Filter, Keymap, Place, Told, Tone, claim_things, clock_things, curl,
    detail_lines, found, hand_over_lines, items, lane_lines, request_of, scope_things,
};
use crate::incident::{Ask, Offer, Seq, hand_over_page};

use super::Face;

/// Entries of the record that `log` tells where no number is said.
const LATEST: usize = 20;
/// Entries that are looked through at a time.
const PIECE: Seq = 2_000;

impl Face<'_> {
    /// One of the words that show something else than the step.
    pub(super) fn view(&mut self, command: Command, rest: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        match command {
            Command::All => {
                let here = self.current_step(&snapshot);
                self.lines.say("Everything that can be done, in every step:")?;
                self.number(snapshot.offers.to_vec(), here.as_deref())
            }
            Command::ShowScope => self.things("The scope is empty.", &scope_things(&snapshot)),
            Command::ShowClaims => self.things("No claims yet.", &claim_things(&snapshot)),
            Command::ShowTimers => {
                self.things("Nothing runs by the clock.", &clock_things(&snapshot))
            }
            Command::ShowTimeline => self.tell_all(&lane_lines(&snapshot)),
            Command::ShowHandOver => self.tell_all(&hand_over_lines(&snapshot)),
            Command::ShowNotes => {
                let said: Vec<Seq> = snapshot.state().said.iter().copied().collect();
                self.tell_entries(&said)
            }
            Command::Entry => self.entry(rest),
            Command::ShowInjects
            | Command::Inject
            | Command::ShowPlan
            | Command::ShowScore
            | Command::ShowHotWash
            | Command::RealIncident => self.exercise(command, rest),
            Command::CopyCurl => {
                let step = self.current_step(&snapshot);
                match step.and_then(|step| request_of(&snapshot, &step)) {
                    Some(request) => self.lines.say(curl(&request)),
                    None => self.lines.say("This step has no request that can be made now."),
                }
            }
            _ => self.lines.say("That is a key of the whole screen."),
        }
    }

    /// Lines of what is told, but for what is drawn for the eye alone.
    pub(super) fn tell_all(&mut self, told: &[Told]) -> io::Result<()> {
        for told in told.iter().filter(|told| told.tone != Tone::Spark) {
            let alarm = if told.tone == Tone::Bad { "ATTENTION: " } else { "" };
            self.lines.say(format!("{alarm}{}", told.text))?;
        }
        Ok(())
    }

    /// The page is read first; what is accepted is the page that was told.
    pub(super) fn accept_hand_over(&mut self, offer: &Offer) -> io::Result<()> {
        let snapshot = self.snapshot();
        self.tell_all(&hand_over_lines(&snapshot))?;
        let Some(line) =
            self.lines.ask("Type accept when you have read it (empty: nothing happens): ")?
        else {
            return Ok(());
        };
        if line.trim() != "accept" {
            return self.lines.say("Nothing happened.");
        }
        let mut ask = offer.ask.clone();
        if let Ask::AcceptHandOver { page_sha256, .. } = &mut ask {
            *page_sha256 = hand_over_page(snapshot.state()).sha256();
        }
        if self.ask(ask)? { self.show() } else { Ok(()) }
    }

    fn things(&mut self, none: &str, things: &[Vec<Told>]) -> io::Result<()> {
        if things.is_empty() {
            return self.lines.say(none);
        }
        things.iter().try_for_each(|thing| self.tell_all(thing))
    }

    fn entry(&mut self, number: &str) -> io::Result<()> {
        let Ok(seq) = number.parse::<Seq>() else {
            return self.lines.say("entry takes the number of an entry, such as entry 12.");
        };
        match self.console.detail(seq, self.snapshot().state()) {
            Ok(detail) => self.tell_all(&detail_lines(&detail)),
            Err(why) => self.lines.say(why),
        }
    }

    fn tell_entries(&mut self, entries: &[Seq]) -> io::Result<()> {
        if entries.is_empty() {
            return self.lines.say("Nothing yet.");
        }
        let view = self.console.watch().borrow().clone();
        for seq in entries {
            match self.console.lines(*seq..seq + 1, &view.state) {
                Ok(lines) => {
                    for line in lines {
                        self.lines.say(format!("Record {}", line.line()))?;
                    }
                }
                Err(why) => self.lines.say(format!("The record cannot be read: {why}"))?,
            }
        }
        Ok(())
    }

    /// `log [COUNT] [FILTER]`: the latest entries that the filter finds.
    pub(super) fn log(&mut self, words: &str) -> io::Result<()> {
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let (count, words) = match first.parse::<usize>() {
            Ok(count) => (count, rest.trim()),
            Err(_) => (LATEST, words),
        };
        let filter = match Filter::parse(words) {
            Ok(filter) => filter,
            Err(why) => return self.lines.say(why),
        };
        let view = self.console.watch().borrow().clone();
        let Some(last) = view.state.seq else { return self.lines.say("The record is empty.") };
        let (mut found, mut to) = (Vec::new(), last + 1);
        while to > 0 && found.len() < count {
            let from = to.saturating_sub(PIECE);
            match self.console.scan(from..to, &filter, &view.state) {
                Ok(mut piece) => {
                    piece.append(&mut found);
                    found = piece;
                }
                Err(why) => return self.lines.say(format!("The record cannot be read: {why}")),
            }
            to = from;
        }
        let latest = found.len().saturating_sub(count);
        self.tell_entries(&found[latest..])
    }

    /// The words of this face; with words, what can be done that has them.
    pub(super) fn help(&mut self, words: &str) -> io::Result<()> {
        if !words.is_empty() {
            return self.find(words);
        }
        self.lines
            .say("A number takes that choice. A change is sent only after you typed send,")?;
        self.lines.say("or its target, below the whole request; an empty line never sends.")?;
        for row in command::rows(Place::Plain) {
            self.lines.say(format!("{}: {}", row.name, row.help))?;
        }
        Ok(())
    }

    fn find(&mut self, words: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        let here = self.current_step(&snapshot);
        let items = items(&snapshot, here.as_deref(), &Keymap::default(), &[]);
        let hits = found(&items, words).into_iter().filter_map(|index| items.get(index));
        let offers = hits.filter_map(|item| match &item.action {
            Action::Offer(offer) => Some((**offer).clone()),
            Action::Command(_) | Action::Nothing => None,
        });
        let offers: Vec<_> = offers.collect();
        if offers.is_empty() {
            return self.lines.say("Nothing that can be done has these words.");
        }
        self.number(offers, here.as_deref())
    }
}
