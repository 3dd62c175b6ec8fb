//! The confirmation, line by line: the whole request, then a word that nobody types by accident.

use std::io;

use crate::command::{Snapshot, before_lines};
use crate::incident::words::{elapsed_words, request_lines};
use crate::incident::{Ask, Needs, Offer, Purpose, Request};
use crate::text::Shown;

use super::Face;

/// What must be typed where no target has to be.
const SEND: &str = "send";

impl Face<'_> {
    /// Shows what is armed for this step and sends it if the person says so.
    pub(super) fn confirm(&mut self, step: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        let instance = snapshot.state().instance(step);
        let Some(armed) = instance.and_then(|instance| instance.armed.as_deref()).cloned() else {
            return self.lines.say("Nothing is waiting to be confirmed.");
        };
        let offer = snapshot
            .offers_of(step)
            .find(|offer| matches!(&offer.ask, Ask::Confirm { hash, .. } if *hash == armed.hash));
        let Some(offer) = offer.cloned() else {
            return self.lines.say("This cannot be confirmed now; show it again.");
        };
        if let Some(why) = &offer.refusal {
            return self.lines.say(format!("Not now: {why}"));
        }
        let what = match armed.purpose {
            Purpose::Act => "This will be sent",
            Purpose::Undo => "This undo will be sent",
        };
        self.show_request(&snapshot, what, step, &armed.request)?;
        if let Some(target) = &armed.target {
            self.lines.say(format!("Target: {target}"))?;
        }
        for told in before_lines(&snapshot, step) {
            self.lines.say(told.text)?;
        }
        let left = elapsed_words(armed.expires - snapshot.now.at);
        self.lines.say(format!("It can be confirmed for {left}."))?;
        let typed = match &offer.needs {
            Needs::Typed(target) => Some(target.clone()),
            _ => None,
        };
        if !self.said_so(typed.as_deref())? {
            self.lines.say("Not sent.")?;
            return self.take_back(step);
        }
        let confirm = Ask::Confirm { step: armed.step, hash: armed.hash, typed };
        if self.ask(confirm)? { self.show() } else { Ok(()) }
    }

    /// Sends the doubtful request again, if the person says so below the whole of it.
    pub(super) fn confirm_retry(&mut self, step: &str, offer: &Offer) -> io::Result<()> {
        let snapshot = self.snapshot();
        let Some(call) = snapshot.state().doubts().find(|call| call.step.name() == step) else {
            return self.lines.say("Nothing of this step is in doubt.");
        };
        self.show_request(&snapshot, "This will be sent once more", step, &call.request)?;
        let typed = match &offer.needs {
            Needs::Typed(target) => Some(target.clone()),
            _ => None,
        };
        if !self.said_so(typed.as_deref())? {
            return self.lines.say("Not sent.");
        }
        if self.ask(offer.ask.clone())? { self.show() } else { Ok(()) }
    }

    fn show_request(
        &mut self,
        snapshot: &Snapshot,
        what: &str,
        step: &str,
        request: &Request,
    ) -> io::Result<()> {
        let state = snapshot.state();
        let title = state.row(step).map_or_else(|| Shown::new(step), |row| row.title());
        self.lines.say(format!("{}: {what}, for “{}”:", state.mode().word(), title.one_line()))?;
        self.say_all(&request_lines(request))
    }

    /// Whether exactly the right word was typed.
    fn said_so(&mut self, target: Option<&str>) -> io::Result<bool> {
        let (word, prompt) = match target {
            Some(target) => (target, format!("Type {target} to send it, anything else not to: ")),
            None => (SEND, format!("Type {SEND} to send it, anything else not to: ")),
        };
        let line = self.lines.ask(&prompt)?;
        Ok(!word.is_empty() && line.is_some_and(|line| line.trim() == word))
    }

    fn take_back(&mut self, step: &str) -> io::Result<()> {
        let snapshot = self.snapshot();
        let offer = snapshot
            .offers_of(step)
            .find(|offer| offer.refusal.is_none() && matches!(offer.ask, Ask::Disarm { .. }));
        match offer.map(|offer| offer.ask.clone()) {
            Some(disarm) => self.ask(disarm).map(|_| ()),
            None => Ok(()),
        }
    }
}
