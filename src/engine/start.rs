//! Opening a new incident and taking up an existing one.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::handle::{Handle, View};
use super::inbox::Inbox;
use super::pilot::Pilot;
use super::ports::{Clock, Random};
use super::probe::Probes;
use super::relocate::host;
use super::timer::Timers;
use super::turn::{Engine, console, fold_entry};
use crate::backend::{Network, Redactor};
use crate::incident::{By, Decision, Effect, Input, Opened, Record, Refusal, State, decide};
use crate::journal::{
    CommitError, Disk, Draft, Entry, Finding, Head, Holder, Index, JournalError, Opening, Options,
    PushError, Reader, Urgency, Writer, fold_with, moved_here,
};
use crate::playbook::Playbook;
use crate::text::Shown;

/// The world, as the engine needs it.
pub struct Ports {
    pub disk: Arc<dyn Disk>,
    pub clock: Arc<dyn Clock>,
    pub network: Arc<dyn Network>,
    pub random: Box<dyn Random>,
    /// Masks known secrets in what people write.
    pub redactor: Redactor,
}

/// Which incident, and who runs it.
pub struct Launch {
    /// The directory of the record.
    pub dir: PathBuf,
    /// As pinned by the first record.
    pub playbook: Arc<Playbook>,
    pub by: By,
    /// Where outcomes go that the record can no longer take: on another disk, if there is one.
    pub emergency: PathBuf,
    pub pilots: Vec<Box<dyn Pilot>>,
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(
        "the record can be read but not written: {0}\n  mend: look at it with `stanch show` and \
         `stanch log`; to go on, `stanch resume --continue-in DIR` begins a next segment elsewhere"
    )]
    Damaged(Finding),
    #[error("the first records could not be made: {0}")]
    Push(#[from] PushError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(
        "the incident is closed, and takes nothing more; `stanch show`, `stanch log` and `stanch \
         export` read it, and what goes on after it is a new incident: `stanch open`"
    )]
    Closed,
    #[error(transparent)]
    Refused(Refusal),
    #[error("the engine's thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl From<Refusal> for StartError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Self::Closed,
            refusal => Self::Refused(refusal),
        }
    }
}

/// Opens a new incident in an empty directory.
pub fn open(ports: Ports, launch: Launch, opened: Opened) -> Result<Handle, StartError> {
    let options = holder(&launch);
    let writer = Writer::create(ports.disk.clone(), &launch.dir, &options)?;
    let state = State::new(launch.playbook.clone());
    let mut start = Start { ports, launch, writer, state, effects: Vec::new() };
    let by = start.launch.by.clone();
    start.take(&Input::Open { by: by.clone(), opened }, &by)?;
    start.launch()
}

/// Takes up the record of an incident. Whatever was under way is told as it is; nothing that may
/// change a live system is sent.
pub fn resume(ports: Ports, mut launch: Launch) -> Result<Handle, StartError> {
    let mut state = State::new(launch.playbook.clone());
    let options = holder(&launch);
    let disk = ports.disk.clone();
    let opening = Writer::recover(disk, &launch.dir, &options, &mut |entry| {
        relive(&mut state, &mut launch.pilots, &entry);
    })?;
    let (writer, recovered) = match opening {
        Opening::Writable(writer, recovered) => (writer, recovered),
        Opening::ReadOnly(read_only) => return Err(StartError::Damaged(read_only.finding)),
    };
    let mut start = Start { ports, launch, writer, state, effects: Vec::new() };
    for torn in recovered.torn {
        start.push(&console(torn.record()))?;
    }
    start.arrive()?;
    start.take_up()
}

/// Goes on in another directory, where the disk of the first is full or broken: the next segment
/// begins after the last good record, and names it.
pub fn continue_in(
    ports: Ports,
    mut launch: Launch,
    next: &Path,
    reason: Shown,
) -> Result<Handle, StartError> {
    let mut state = State::new(launch.playbook.clone());
    let index = Index::default();
    let folded = fold_with(ports.disk.as_ref(), &launch.dir, &index, &mut |entry| {
        relive(&mut state, &mut launch.pilots, &entry);
        ControlFlow::Continue(())
    })?;
    let head: Head = folded.head.ok_or(StartError::Refused(Refusal::NotOpen))?;
    let options = holder(&launch);
    let writer = Writer::continue_in(ports.disk.clone(), next, &launch.dir, &head, &options)?;
    writer.index().take_over(&index);
    let from = launch.dir.display().to_string();
    let launch = Launch { dir: next.to_owned(), ..launch };
    let mut start = Start { ports, launch, writer, state, effects: Vec::new() };
    let by = start.launch.by.clone();
    let record = Record::Continued { from, reason };
    start.push(&Draft { record, by, occurred: None })?;
    start.take_up()
}

/// A record from before: the state takes it, and the pilots hear of it.
fn relive(state: &mut State, pilots: &mut [Box<dyn Pilot>], entry: &Entry) {
    fold_entry(state, entry);
    for pilot in pilots {
        pilot.heard(entry, state);
    }
}

fn holder(launch: &Launch) -> Options {
    Options::new(Holder::this_process(launch.by.who.clone()))
}

/// An engine before its thread runs.
struct Start {
    ports: Ports,
    launch: Launch,
    writer: Writer,
    state: State,
    effects: Vec<Effect>,
}

impl Start {
    fn push(&mut self, draft: &Draft) -> Result<(), StartError> {
        let begins = match &draft.record {
            Record::Opened(opened) => opened.exercise.as_ref().map(|exercise| exercise.start),
            _ => None,
        };
        self.writer.set_scenario_time(begins.or(self.state.scenario_rest()));
        let entry = self.writer.push(draft, self.ports.clock.now())?;
        fold_entry(&mut self.state, &entry);
        for pilot in &mut self.launch.pilots {
            pilot.heard(&entry, &self.state);
        }
        Ok(())
    }

    fn take(&mut self, input: &Input, by: &By) -> Result<(), StartError> {
        let now = self.state.at_rest(self.ports.clock.now());
        let Decision { records, effects } = decide(&self.state, input, now)?;
        for record in records {
            // Whoever takes an incident up did not see what the console finds there.
            let by = match &record {
                Record::Opened(_) | Record::Resumed { .. } | Record::Arrived { .. } => {
                    self.state.people.by(by)
                }
                _ => By::console(),
            };
            self.push(&Draft { record, by, occurred: None })?;
        }
        self.effects.extend(effects);
        Ok(())
    }

    /// A record that was moved here says so first; any other stays closed by its move.
    fn arrive(&mut self) -> Result<(), StartError> {
        let head = self.writer.head().filter(|_| self.state.moved.is_some());
        let disk = self.ports.disk.as_ref();
        let from = head.and_then(|head| moved_here(disk, &self.launch.dir, &head));
        let Some(from) = from else { return Ok(()) };
        let by = self.launch.by.clone();
        self.take(&Input::Arrive { by: by.clone(), from, host: host() }, &by)
    }

    fn take_up(mut self) -> Result<Handle, StartError> {
        let by = self.launch.by.clone();
        let boot = self.ports.clock.boot();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        self.take(&Input::Resume { by: by.clone(), boot, version }, &by)?;
        self.launch()
    }

    /// Flushes the first records, then lets the thread run.
    fn launch(mut self) -> Result<Handle, StartError> {
        self.writer.commit(Urgency::Result)?;
        let Self { ports, launch, writer, state, effects } = self;
        let index = writer.index();
        let reader = || Reader::with_index(&ports.disk, &launch.dir, &index).map(Mutex::new);
        let (reader, searcher) = (Arc::new(reader()?), Arc::new(reader()?));
        let redactor = ports.redactor.clone();
        let (sender, messages) = channel();
        let inbox = Inbox(sender);
        let (views, watched) = watch::channel(Arc::new(View::of(&state, &writer)));
        let engine = Engine {
            state,
            writer,
            disk: ports.disk,
            emergency: launch.emergency,
            boot: ports.clock.boot(),
            clock: ports.clock,
            network: ports.network,
            random: ports.random,
            redactor: ports.redactor,
            inbox: inbox.clone(),
            messages,
            views,
            probes: Probes::default(),
            timers: Timers::default(),
            pilots: launch.pilots,
            read_only: None,
            unsaved: Vec::new(),
            flying: BTreeSet::new(),
            late: Vec::new(),
            room_due: None,
            here: Vec::new(),
            idle: Vec::new(),
            stopping: Vec::new(),
            published_up: 0,
            unpublished: true,
        };
        std::thread::Builder::new().name("engine".to_owned()).spawn(move || engine.run(effects))?;
        let place = Shown::new(Shown::new(launch.dir.to_string_lossy()).one_line());
        Ok(Handle { inbox, views: watched, reader, searcher, redactor, place })
    }
}
