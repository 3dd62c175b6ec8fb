//! How a tool writes into an incident: through the engine that runs it, else into its record while
//! nobody does.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;

use super::context::Context;
use crate::command::{AttachError, Link};
use crate::engine::{Random as _, StartError, SystemRandom, Visit};
use crate::incident::{Ask, Mode, Seq, hex};
use crate::journal::{Head, JournalError, Listed};

/// So long an engine that has the record and does not listen yet is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Something to write with.
pub(super) enum Pen {
    Engine(Arc<Link>),
    Record(Box<Visit>),
}

impl Pen {
    /// For this incident.
    pub(super) fn take(context: &Context, listed: &Listed) -> anyhow::Result<Self> {
        let door = context.door(listed, true);
        let begun = Instant::now();
        loop {
            let unheard = match door.visit() {
                Ok(link) => return Ok(Self::Engine(link)),
                Err(error @ (AttachError::Nobody | AttachError::Socket(_))) => error,
                Err(error) => return Err(error.into()),
            };
            match visit(context, listed) {
                // An engine may just be starting, or another tool be writing.
                Err(StartError::Journal(JournalError::Locked { .. }))
                    if begun.elapsed() < PATIENCE =>
                {
                    std::thread::sleep(PAUSE);
                }
                Err(error @ StartError::Journal(JournalError::Locked { .. })) => {
                    bail!("{error}: {unheard}")
                }
                visit => return Ok(Self::Record(Box::new(visit?))),
            }
        }
    }

    /// Keeps bytes, masked, as a body that a later ask names; its hash.
    pub(super) fn keep(&self, bytes: &[u8]) -> anyhow::Result<String> {
        match self {
            Self::Engine(link) => Ok(link.keep(bytes)?),
            Self::Record(visit) => Ok(visit.keep(bytes)?),
        }
    }

    /// Returns when it is flushed: its position, and a head of the record.
    pub(super) fn ask(&mut self, ask: Ask) -> anyhow::Result<(Seq, Head)> {
        match self {
            Self::Engine(link) => Ok(link.ask(ask)?),
            Self::Record(visit) => Ok(visit.ask(ask)?),
        }
    }
}

fn visit(context: &Context, listed: &Listed) -> Result<Visit, StartError> {
    // Its plan is of no matter for what is written so.
    let (playbook, _) = context.playbook_or_none(listed);
    Visit::begin(
        context.disk.clone(),
        &listed.dir,
        Arc::new(playbook),
        &context.config.by(),
        context.clock.clone(),
        context.redactor(),
    )
}

/// `amber-heron`, or the directory of a record that names none.
pub(super) fn name_of(listed: &Listed) -> String {
    let codename = listed.opened.as_ref().map(|opened| opened.codename.clone());
    codename.unwrap_or_else(|| listed.directory().to_owned())
}

/// `entry 12 of amber-heron; head of the record: 7e67 a1d0 19f3 c2b8 (record 12)`.
pub(super) fn spot(listed: &Listed, seq: Seq, head: &Head) -> String {
    let (name, spoken) = (name_of(listed), head.spoken());
    let is_drill = listed.opened.as_ref().is_some_and(|opened| opened.mode == Mode::Drill);
    let drill = if is_drill { "the DRILL " } else { "" };
    format!("entry {seq} of {drill}{name}; head of the record: {spoken} (record {})", head.seq)
}

/// Keeps what the record does not take in a file for its owner alone, masked as far as this process
/// can; where it lies.
pub(super) fn rescue(context: &Context, what: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
    let masked = context.redactor().mask(bytes);
    let mut random = [0; 6];
    SystemRandom.fill(&mut random)?;
    let name = format!("stanch-{what}-{}.txt", hex(&random));
    let runtime = context.environment.runtime_directory();
    let places = runtime.parent().map(PathBuf::from).into_iter().chain([std::env::temp_dir()]);
    let mut failed = None;
    for place in places {
        let path = place.join(&name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match file.and_then(|mut file| file.write_all(&masked).and_then(|()| file.sync_all())) {
            Ok(()) => return Ok(path),
            Err(error) => failed = Some(format!("{}: {error}", path.display())),
        }
    }
    bail!("{}", failed.unwrap_or_default())
}
