//! Asking the engine, waiting for it, and telling what came into the record meanwhile.

use std::io;
use std::sync::Arc;

use tokio::sync::watch;

use crate::command::{filled, look};
use crate::engine::View;
use crate::incident::{Ask, Offer, Seq};
use crate::text::Shown;

use super::Face;

impl Face<'_> {
    /// Fills the blanks of an offer and asks; opens the confirmation where it was armed.
    pub(super) fn send_filled(&mut self, offer: &Offer, answers: &[String]) -> io::Result<()> {
        let playbook = self.snapshot().state().playbook.clone();
        let ask = match filled(offer, &playbook, answers) {
            Ok(ask) => ask,
            Err(why) => return self.lines.say(format!("Nothing happened. {why}.")),
        };
        match look(offer, &ask, &playbook) {
            None => {}
            Some(Ok(next)) => return self.answer_all(&next),
            Some(Err(why)) => return self.lines.say(format!("Nothing happened. {why}")),
        }
        let armed = match &ask {
            Ask::Arm { step, .. } => Some(step.name().into_owned()),
            _ => None,
        };
        if !self.ask(ask)? {
            return Ok(());
        }
        match armed {
            Some(step) => self.confirm(&step),
            None => self.show(),
        }
    }

    /// Asks, and waits until the engine has nothing under way; whether it was accepted.
    pub(super) fn ask(&mut self, ask: Ask) -> io::Result<bool> {
        match self.console.ask(self.by.clone(), ask) {
            Ok(accepted) => {
                self.settle(accepted.seq)?;
                Ok(true)
            }
            Err(refusal) => {
                self.lines.say(format!("Refused: {refusal}"))?;
                Ok(false)
            }
        }
    }

    /// Tells the record until entry `upto` is published and nothing is under way.
    fn settle(&mut self, upto: Seq) -> io::Result<()> {
        let mut views = self.console.watch();
        loop {
            let view = views.borrow_and_update().clone();
            self.tell_new()?;
            if view.head.seq >= upto && view.busy == 0 {
                return Ok(());
            }
            // What the disk refused cannot be waited for, and what is under way stays so.
            if view.read_only.is_some() {
                return Ok(());
            }
            if !next_view(&mut views)? {
                return self.lines.say("The engine has ended. The incident can be resumed.");
            }
        }
    }

    /// Tells the entries of the record that were not told yet.
    pub(super) fn tell_new(&mut self) -> io::Result<()> {
        let view = self.console.watch().borrow().clone();
        let unsaved = view.unsaved.iter().skip(self.tried_unsaved);
        for outcome in unsaved {
            self.lines.say(format!("NOT IN THE RECORD: {outcome}"))?;
        }
        self.tried_unsaved = view.unsaved.len();
        let Some(last) = view.state.seq else { return Ok(()) };
        if self.told > last {
            return Ok(());
        }
        self.tell(self.told, last, &view)?;
        self.told = last + 1;
        Ok(())
    }

    fn tell(&mut self, from: Seq, last: Seq, view: &View) -> io::Result<()> {
        match self.console.lines(from..last + 1, &view.state) {
            Ok(lines) => {
                for line in lines {
                    self.lines.say(format!("Record {}", line.line()))?;
                }
                Ok(())
            }
            Err(why) => self.lines.say(format!("The record cannot be read: {why}")),
        }
    }

    /// Says each of the lines.
    pub(super) fn say_all(&mut self, lines: &[Shown]) -> io::Result<()> {
        for line in lines {
            self.lines.say(line)?;
        }
        Ok(())
    }
}

/// Blocks until a newer view is published; false when none can come any more.
fn next_view(views: &mut watch::Receiver<Arc<View>>) -> io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(views.changed()).is_ok())
}
