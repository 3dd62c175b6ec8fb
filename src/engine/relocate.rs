//! Moving a record to another directory, and back. No engine runs while that is done.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ports::Clock;
use super::start::StartError;
use super::turn::{console, fold_entry};
use crate::incident::{By, Decision, Input, Refusal, State, decide};
use crate::journal::{
    Disk, Draft, Head, Holder, JournalError, Kinship, Opening, Options, Urgency, Writer, compare,
    copy, forget_copy, moved_here,
};
use crate::playbook::Playbook;
use crate::text::Shown;

/// Which record is moved, and by whom.
pub struct Relocation {
    pub disk: Arc<dyn Disk>,
    pub clock: Arc<dyn Clock>,
    /// The directory of the record.
    pub dir: PathBuf,
    /// As pinned by the first record.
    pub playbook: Arc<Playbook>,
    pub by: By,
}

/// Where this process runs, for the words of a record.
pub(super) fn host() -> Shown {
    Holder::this_process(Shown::default()).host
}

impl Relocation {
    /// Copies the record with all that belongs to it into the new directory `to`, and closes the
    /// old one for writing; answers with the head of the copy. Done again after a crash it finishes
    /// what is left to do. A copy that was not taken up yet can be moved on.
    pub fn go(self, to: &Path, reason: Shown) -> Result<Head, StartError> {
        let place = to.display().to_string();
        let mut old = self.open()?;
        let from = format!("{}:{}", host().one_line(), old.writer.dir().display());
        if let Some(moved) = old.state.moved.clone().filter(|_| old.passage().is_none()) {
            if moved.as_str() != Shown::new(&place).as_str() {
                return Err(Refusal::Moved(moved).into());
            }
            return old.finish(to, &from);
        }
        if let Some(came_from) = old.passage() {
            old.take(&Input::Arrive { by: old.by.clone(), from: came_from, host: host() })?;
        }
        old.take(&Input::Move { by: old.by.clone(), to: place, reason })?;
        let copied = copy(&old.writer, to, &from)?;
        // It may be for want of room that it moves: the reserve is there for that.
        let head = old.writer.commit(Urgency::Result)?;
        copied.name()?;
        Ok(head)
    }

    /// Takes the old record up again after it was moved, since the copy is lost, was never whole,
    /// or was a mistake. Refused where the copy has gone on.
    pub fn back(self) -> Result<Head, StartError> {
        let mut old = self.open()?;
        let moved = old.state.moved.clone().ok_or(Refusal::NotMoved)?;
        let copy = PathBuf::from(moved.as_str());
        match compare(&old.disk, old.writer.dir(), &copy).map(|found| found.kinship) {
            Ok(Kinship::Begins | Kinship::Fork(_)) => return Err(Refusal::WentOn(moved).into()),
            // Else it could still be taken up there.
            Ok(Kinship::Same | Kinship::Follows) => forget_copy(old.disk.as_ref(), &copy)?,
            Err(_) => {}
        }
        let from = moved.as_str().to_owned();
        old.take(&Input::Arrive { by: old.by.clone(), from, host: host() })?;
        Ok(old.writer.commit(Urgency::Result)?)
    }

    fn open(self) -> Result<Old, StartError> {
        let Self { disk, clock, dir, playbook, by } = self;
        let mut state = State::new(playbook);
        let options = Options::new(Holder::this_process(by.who.clone()));
        let opening = Writer::recover(disk.clone(), &dir, &options, &mut |entry| {
            fold_entry(&mut state, &entry);
        })?;
        let (writer, recovered) = match opening {
            Opening::Writable(writer, recovered) => (writer, recovered),
            Opening::ReadOnly(read_only) => return Err(StartError::Damaged(read_only.finding)),
        };
        let mut old = Old { disk, clock, by: state.people.by(&by), writer, state };
        if old.state.moved.is_none() {
            for torn in recovered.torn {
                old.push(&console(torn.record()))?;
            }
        }
        Ok(old)
    }
}

/// The record that is moved, held by this process.
struct Old {
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    by: By,
    writer: Writer,
    state: State,
}

impl Old {
    /// Where it came from, if it is a copy that nobody took up yet.
    fn passage(&self) -> Option<String> {
        self.state.moved.as_ref()?;
        moved_here(self.disk.as_ref(), self.writer.dir(), &self.writer.head()?)
    }

    fn push(&mut self, draft: &Draft) -> Result<(), StartError> {
        self.writer.set_scenario_time(self.state.scenario_rest());
        let entry = self.writer.push(draft, self.clock.now())?;
        fold_entry(&mut self.state, &entry);
        Ok(())
    }

    fn take(&mut self, input: &Input) -> Result<(), StartError> {
        let Decision { records, .. } =
            decide(&self.state, input, self.state.at_rest(self.clock.now()))?;
        for record in records {
            self.push(&Draft { record, by: self.by.clone(), occurred: None })?;
        }
        Ok(())
    }

    /// The old one says that it has moved, and the copy may have no name yet.
    fn finish(self, to: &Path, from: &str) -> Result<Head, StartError> {
        match compare(&self.disk, self.writer.dir(), to).map(|found| found.kinship) {
            Ok(Kinship::Same | Kinship::Begins) => {}
            Ok(_) => return Err(JournalError::HasRecord { path: to.to_owned() }.into()),
            Err(_) => copy(&self.writer, to, from)?.name()?,
        }
        self.writer.head().ok_or(StartError::Refused(Refusal::NotOpen))
    }
}
