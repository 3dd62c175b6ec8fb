//! A drill, line by line: its injects, what a facilitator sees, and the hot wash.

use std::io;

use crate::command::{
    Command, Letter, Snapshot, Told, hot_wash_lines, inject_lines, inject_things, letters,
    plan_things, score_things,
};
use crate::incident::{Ask, Offer};

use super::Face;

/// What is listed: each with its name, in lines.
type Things = fn(&Snapshot) -> Vec<(String, Vec<Told>)>;

impl Face<'_> {
    /// One of the words of a drill.
    pub(super) fn exercise(&mut self, command: Command, rest: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        if snapshot.state().exercise.is_none() {
            return self.lines.say("This is no drill.");
        }
        match command {
            Command::ShowInjects => self.injects(&snapshot),
            Command::Inject => self.inject(rest, &snapshot),
            Command::ShowPlan => self.of_desk(&snapshot, plan_things),
            Command::ShowScore => self.of_desk(&snapshot, score_things),
            Command::RealIncident => match snapshot.incident_offer("real-incident").cloned() {
                Some(offer) => self.take(&offer),
                None => self.lines.say("The exercise is over already."),
            },
            _ => {
                self.tell_all(&hot_wash_lines(&snapshot))?;
                let offers = offers(&snapshot, |ask| matches!(ask, Ask::HotWash { .. }));
                if offers.is_empty() { Ok(()) } else { self.number(offers, None) }
            }
        }
    }

    fn injects(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let things = inject_things(snapshot);
        if things.is_empty() {
            return self.lines.say("Nothing has come yet.");
        }
        for (index, thing) in things.into_iter().enumerate() {
            let mut lines = thing.into_iter();
            if let Some(first) = lines.next() {
                self.lines.say(format!("{}. {}", index + 1, first.text))?;
            }
            self.tell_all(&lines.collect::<Vec<_>>())?;
        }
        self.lines.say("Say inject and a number to read one.")
    }

    /// By its number in the list, or by its id.
    fn inject(&mut self, wanted: &str, snapshot: &Snapshot) -> io::Result<()> {
        let letters = letters(snapshot.state());
        let by_number = wanted.parse::<usize>().ok().and_then(|n| letters.get(n.checked_sub(1)?));
        let by_id = || letters.iter().find(|letter| letter.inject() == Some(wanted));
        let Some(letter) = by_number.or_else(by_id) else {
            return self.lines.say("There is no such inject; injects lists them.");
        };
        let arrived = match letter {
            Letter::Inject(arrived) => arrived,
            Letter::Hint(hint) => return self.lines.say(format!("Hint: {}", hint.text)),
        };
        let inject = arrived.inject.inject.clone();
        self.tell_all(&inject_lines(snapshot, &inject))?;
        let is_over = snapshot.state().is_drill_over();
        // What a facilitator reads, no player has read.
        let counts = snapshot.desk.is_none() && !snapshot.only_looks() && !is_over;
        if arrived.seen.is_none() && counts && snapshot.read_only().is_none() {
            self.ask(Ask::InjectSeen { inject: inject.clone() })?;
        }
        let is_its =
            |ask: &Ask| matches!(ask, Ask::InjectAnswer { inject: one, .. } if *one == inject);
        let offers = offers(snapshot, is_its);
        if offers.is_empty() { Ok(()) } else { self.number(offers, None) }
    }

    fn of_desk(&mut self, snapshot: &Snapshot, things: Things) -> io::Result<()> {
        if snapshot.desk.is_none() {
            return self.lines.say("Only the console of a facilitator shows that.");
        }
        for (_, thing) in things(snapshot) {
            self.tell_all(&thing)?;
        }
        self.lines.say("Say ? and some of these words to find what can be done about it.")
    }
}

fn offers(snapshot: &Snapshot, is_meant: impl Fn(&Ask) -> bool) -> Vec<Offer> {
    snapshot.offers_of_incident().filter(|offer| is_meant(&offer.ask)).cloned().collect()
}
