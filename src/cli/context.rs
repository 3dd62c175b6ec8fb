//! What every command that touches incidents starts from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::args::{Cli, Which};
use crate::config::{Config, Environment};
use crate::engine::{Clock, SystemClock};
use crate::incident::{Opened, State};
use crate::journal::{Disk, Entry, Fact, Folded, Listed, RealDisk, Store, fold};
use crate::playbook::Playbook;
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
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let store = Store::new(disk.clone(), config.data.clone());
        Self { environment, config, disk, clock: Arc::new(SystemClock), store }
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
        let (text, inputs, backends, steps) = Default::default();
        let (duties, cadences) = Default::default();
        (Playbook { id, title, text, inputs, backends, steps, duties, cadences }, Some(error))
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
        let playbook = document::parse_playbook(&path.display().to_string(), &text)?;
        let playbook = playbook.with_urls(&opened.backends);
        Ok((opened, playbook))
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
/// The scenario as opened, likewise.
pub(super) const SCENARIO: &str = "scenario.toml";

/// The record of an entry, where this version can read it.
pub(super) fn known(entry: &Entry) -> Option<&crate::incident::Record> {
    match &entry.record {
        Fact::Known(record) => Some(record),
        Fact::Unknown { .. } => None,
    }
}
