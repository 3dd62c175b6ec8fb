//! What every command that touches incidents starts from.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::args::{Cli, Which};
use crate::backend::{Redactor, Secrets};
use crate::command::Door;
use crate::config::{Config, Environment};
use crate::engine::{Clock, SystemClock};
use crate::incident::exercise::Control;
use crate::incident::{Opened, Record, Seq, State};
use crate::journal::{Disk, Entry, Fact, Folded, Index, Listed, RealDisk, Store, fold, fold_with};
use crate::playbook::{Found, Playbook, Wanted};
use crate::text::Shown;

use super::{document, out};

/// Configuration, disk, clock, and the store of incidents.
pub(super) struct Context {
    pub(super) environment: Environment,
    pub(super) config: Config,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Store,
}

/// An incident read from its record.
pub(super) struct Read {
    pub(super) listed: Listed,
    pub(super) state: State,
    pub(super) folded: Folded,
    /// Empty unless asked for.
    pub(super) entries: Vec<Entry>,
    /// Why there is no playbook to read it by: it is lost, or no longer what it was. The state then
    /// knows what was recorded, and nothing of the steps.
    pub(super) playbook_missing: Option<String>,
}

impl Context {
    pub(super) fn new(cli: &Cli) -> anyhow::Result<Self> {
        let environment = Environment::of_process();
        let config = Config::load(&environment, cli.config.as_deref())?;
        Ok(Self::with(cli, environment, config))
    }

    /// With a configuration that is there already; what the command line says goes before it.
    pub(super) fn with(cli: &Cli, environment: Environment, mut config: Config) -> Self {
        if let Some(data) = &cli.data {
            config.data.clone_from(data);
        }
        if let Some(who) = &cli.who {
            config.name.clone_from(who);
        }
        if cli.role.is_some() {
            config.role.clone_from(&cli.role);
        }
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let store = Store::new(disk.clone(), config.data.clone());
        Self { environment, config, disk, clock: Arc::new(SystemClock), store }
    }

    /// The same, by another clock.
    pub(super) fn on(&self, clock: Arc<dyn Clock>) -> Self {
        let store = Store::new(self.disk.clone(), self.config.data.clone());
        let (environment, config) = (self.environment.clone(), self.config.clone());
        Self { environment, config, disk: self.disk.clone(), clock, store }
    }

    /// A drill that was played to its end; what cannot be read is told by whoever reads it next.
    pub(super) fn is_over(&self, listed: &Listed) -> bool {
        let is_drill = listed.opened.as_ref().is_some_and(|opened| opened.exercise.is_some());
        let mut over = false;
        if is_drill {
            let _ = fold(self.disk.as_ref(), &listed.dir, &mut |entry| {
                let ends = known(&entry).is_some_and(|record| {
                    matches!(record, Record::ExerciseControlled(Control::End { .. }))
                });
                over |= ends;
            });
        }
        over
    }

    /// The incident that is meant: by name, or the newest. Says so where its record goes on in a
    /// directory that cannot be read.
    pub(super) fn find(&self, which: &Which) -> anyhow::Result<Listed> {
        let listed = match &which.incident {
            Some(name) => self.store.find(name)?,
            None => self
                .store
                .list()?
                .into_iter()
                .max_by_key(|listed| listed.opened_at)
                .context("there is no incident yet; `stanch drill` opens one to practise on")?,
        };
        if let Some(why) = &listed.lost {
            let dir = listed.dir.display();
            out::note(format!("stanch: {why}; what stands in {dir} is not the end of it"));
        }
        Ok(listed)
    }

    /// The incident that something is to be written into: by name, else the one that an engine runs,
    /// else the newest that is open. Where engines run several, it has to be named.
    pub(super) fn find_open(&self, incident: Option<&str>) -> anyhow::Result<Listed> {
        if incident.is_some() {
            return self.find(&Which { incident: incident.map(str::to_owned) });
        }
        let is_open = |listed: &Listed| {
            let last = listed.last.as_ref().and_then(known);
            listed.opened.is_some() && !matches!(last, Some(Record::Closed { .. }))
        };
        let open: Vec<Listed> = self.store.list()?.into_iter().filter(is_open).collect();
        let held: Vec<&Listed> =
            open.iter().filter(|listed| self.store.holder(listed).is_some()).collect();
        match held.as_slice() {
            [one] => Ok((*one).clone()),
            [] => open.into_iter().next().context(
                "no incident is open; `stanch open` opens one, and `stanch list` shows all",
            ),
            several => {
                let names: Vec<&str> = several
                    .iter()
                    .filter_map(|listed| Some(listed.opened.as_ref()?.codename.as_str()))
                    .collect();
                anyhow::bail!(
                    "several are running: {}; name the one that is meant",
                    names.join(", ")
                )
            }
        }
    }

    /// The engine that runs an incident, for whoever is named in the configuration.
    pub(super) fn door(&self, listed: &Listed, may_act: bool) -> Door {
        Door {
            disk: self.disk.clone(),
            runtime: self.environment.runtime_directory(),
            record: listed.dir.clone(),
            by: self.config.by(),
            may_act,
        }
    }

    /// Masks the secrets that this process knows already: those in its environment.
    pub(super) fn redactor(&self) -> Redactor {
        Secrets::new(self.config.secrets.clone()).redactor()
    }

    /// The words that `resume` finds the record in `dir` by: the codename, else the directory.
    pub(super) fn resume_by(&self, codename: &str, dir: &Path) -> String {
        match self.store.find(codename) {
            Ok(listed) if std::path::absolute(&listed.dir).is_ok_and(|found| found == dir) => {
                codename.to_owned()
            }
            _ => quoted(&dir.to_string_lossy()),
        }
    }

    /// Reads the whole record of an incident, proving every line.
    pub(super) fn read(&self, which: &Which, keep_entries: bool) -> anyhow::Result<Read> {
        let listed = self.find(which)?;
        let (playbook, playbook_missing) = self.playbook_or_none(&listed);
        let mut state = State::new(Arc::new(playbook));
        let mut entries = Vec::new();
        let folded = fold(self.disk.as_ref(), &listed.dir, &mut |entry| {
            crate::engine::fold_entry(&mut state, &entry);
            if keep_entries {
                entries.push(entry);
            }
        })?;
        let read = Read { listed, state, folded, entries, playbook_missing };
        if let Some(why) = &read.playbook_missing {
            note_missing(why);
        }
        Ok(read)
    }

    /// The same up to and with record `at`; that is then its head.
    pub(super) fn read_to(&self, which: &Which, at: Option<Seq>) -> anyhow::Result<Read> {
        let Some(at) = at else { return self.read(which, false) };
        let listed = self.find(which)?;
        let (playbook, playbook_missing) = self.playbook_or_none(&listed);
        let mut state = State::new(Arc::new(playbook));
        let mut head = None;
        let index = Index::default();
        let mut folded = fold_with(self.disk.as_ref(), &listed.dir, &index, &mut |entry| {
            if entry.seq > at {
                return ControlFlow::Break(());
            }
            crate::engine::fold_entry(&mut state, &entry);
            head = Some(entry.head());
            ControlFlow::Continue(())
        })?;
        if state.seq.is_some_and(|last| last < at) {
            bail!("there is no record {at}: the last one is {}", state.seq.unwrap_or(0));
        }
        folded.head = head;
        Ok(Read { listed, state, folded, entries: Vec::new(), playbook_missing })
    }

    /// The playbook to read an incident by. Its record tells what happened without one: where the
    /// playbook is lost or changed, an empty one, and why.
    pub(super) fn playbook_or_none(&self, listed: &Listed) -> (Playbook, Option<String>) {
        let error = match self.playbook_of(listed) {
            Ok((_, playbook)) => return (playbook, None),
            Err(error) => Shown::new(format!("{error:#}")).one_line().into_owned(),
        };
        let (id, title) = listed
            .opened
            .as_ref()
            .map(|opened| (opened.playbook.clone(), opened.title.clone()))
            .unwrap_or_default();
        (Playbook::without_steps(id, title), Some(error))
    }

    /// The first record of an incident, and its playbook as it was when it was opened.
    pub(super) fn playbook_of(&self, listed: &Listed) -> anyhow::Result<(Opened, Playbook)> {
        let opened = listed.opened.clone().with_context(|| {
            format!(
                "the first record in {} cannot be read; `stanch verify` says where it is damaged",
                listed.dir.display()
            )
        })?;
        let bytes = self.store.document(&listed.dir, PLAYBOOK, &opened.playbook_sha256)?;
        let text = String::from_utf8(bytes).context("the kept playbook is not text")?;
        let path = listed.dir.join(PLAYBOOK);
        let parts = |wanted: &Wanted<'_>| self.part_of(&listed.dir, &opened, wanted);
        let playbook = document::parse_kept(&path.display().to_string(), &text, &parts)?;
        let playbook = playbook.with_urls(&opened.backends);
        Ok((opened, playbook))
    }

    /// A sub-playbook as it was when the incident was opened.
    fn part_of(&self, dir: &Path, opened: &Opened, wanted: &Wanted<'_>) -> Result<Found, String> {
        let Some(sha256) = opened.sub_playbooks.get(wanted.at) else {
            return Err("the first record does not name it".to_owned());
        };
        let name = part_name(sha256);
        let bytes = self.store.document(dir, &name, sha256).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|_| "the kept text is not text".to_owned())?;
        Ok(Found { file: dir.join(name).display().to_string(), text, sha256: None })
    }

    /// Where outcomes go that the record can no longer take: not on the disk of the record, where
    /// that can be helped.
    pub(super) fn emergency(&self, codename: &str) -> PathBuf {
        let runtime = self.environment.get("XDG_RUNTIME_DIR").map(PathBuf::from);
        let base = runtime.unwrap_or_else(std::env::temp_dir);
        base.join(format!("stanch-emergency-{}", Shown::new(codename)))
            .join(crate::journal::EMERGENCY)
    }
}

/// Tells the person that an incident is read without its playbook.
pub(super) fn note_missing(why: &str) {
    out::note(format!("stanch: read without its playbook: {why}"));
}

/// As one word of a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The playbook as opened, in the directory of an incident.
pub(super) const PLAYBOOK: &str = "playbook.toml";
/// A sub-playbook as opened, likewise.
pub(super) fn part_name(sha256: &str) -> String {
    format!("playbook-{sha256}.toml")
}

/// The scenario as opened, likewise.
pub(super) const SCENARIO: &str = "scenario.toml";
/// The world that it shares with others, where it does.
pub(super) const WORLD: &str = "world.toml";

/// The record of an entry, where this version can read it.
pub(super) fn known(entry: &Entry) -> Option<&Record> {
    match &entry.record {
        Fact::Known(record) => Some(record),
        Fact::Unknown { .. } => None,
    }
}
