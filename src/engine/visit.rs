//! Writing to a record that no engine runs: its lock is taken, something is written down, and it is
//! given free again. Nothing is taken up and nothing is asked of any system.

use std::path::Path;
use std::sync::Arc;

use super::ports::Clock;
use super::socket::wire::KEEP_LIMIT;
use super::start::StartError;
use super::turn::{console, fold_entry, masked};
use crate::backend::Redactor;
use crate::incident::{Ask, By, Input, Refusal, Seq, State, decide};
use crate::journal::{Disk, Draft, Head, Holder, Opening, Options, Urgency, Writer};
use crate::playbook::Playbook;
use crate::text::Shown;

/// A record that is held to be written to; free again when this is dropped.
pub struct Visit {
    writer: Writer,
    state: State,
    clock: Arc<dyn Clock>,
    redactor: Redactor,
    by: By,
}

impl Visit {
    /// Takes the lock of the record in `dir` and reads it.
    ///
    /// # Errors
    ///
    /// An engine runs it, or it cannot be written.
    pub fn begin(
        disk: Arc<dyn Disk>,
        dir: &Path,
        playbook: Arc<Playbook>,
        by: &By,
        clock: Arc<dyn Clock>,
        redactor: Redactor,
    ) -> Result<Self, StartError> {
        let masked = |text: &Shown| redactor.shown(text);
        let by = By { who: masked(&by.who), role: by.role.as_ref().map(masked) };
        let mut state = State::new(playbook);
        let options = Options::new(Holder::this_process(by.who.clone()));
        let opening =
            Writer::recover(disk, dir, &options, &mut |entry| fold_entry(&mut state, &entry))?;
        let (writer, recovered) = match opening {
            Opening::Writable(writer, recovered) => (writer, recovered),
            Opening::ReadOnly(read_only) => return Err(StartError::Damaged(read_only.finding)),
        };
        let mut visit = Self { writer, state, clock, redactor, by };
        for torn in recovered.torn {
            visit.push(&console(torn.record()))?;
        }
        let (by, boot) = (visit.by.clone(), visit.clock.boot());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        visit.take(&Input::Visit { by, boot, version })?;
        Ok(visit)
    }

    /// Keeps bytes, masked, as a body that a later ask names; its hash.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub fn keep(&self, bytes: &[u8]) -> Result<String, StartError> {
        Ok(self.writer.put_blob(&self.redactor.mask_up_to(bytes, KEEP_LIMIT))?)
    }

    /// Records one thing that a person says or did, flushed: its position, and the new head.
    ///
    /// # Errors
    ///
    /// It is refused, as an engine would refuse it; or it needs one, since something would have to
    /// be asked of a system.
    pub fn ask(&mut self, ask: Ask) -> Result<(Seq, Head), StartError> {
        let urgency = match &ask {
            Ask::CommandEnd { .. } => Urgency::Result,
            _ => Urgency::Intent,
        };
        let ask = masked(&self.redactor, ask)?;
        self.take(&Input::Person { by: self.by.clone(), ask })?;
        let head = self.writer.commit(urgency)?;
        Ok((self.state.seq.unwrap_or(0), head))
    }

    fn take(&mut self, input: &Input) -> Result<(), StartError> {
        let decision = decide(&self.state, input, self.state.at_rest(self.clock.now()))?;
        if !decision.effects.is_empty() {
            return Err(StartError::Refused(Refusal::NoEngine));
        }
        for record in decision.records {
            self.push(&Draft { record, by: self.by.clone(), occurred: None })?;
        }
        Ok(())
    }

    fn push(&mut self, draft: &Draft) -> Result<(), StartError> {
        self.writer.set_scenario_time(self.state.scenario_rest());
        let entry = self.writer.push(draft, self.clock.now())?;
        fold_entry(&mut self.state, &entry);
        Ok(())
    }
}
