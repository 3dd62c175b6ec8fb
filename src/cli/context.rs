//! What every command that touches incidents starts from.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;

use super::args::{Cli, Which};
use crate::config::{Config, Environment};
use crate::engine::{Clock, SystemClock};
use crate::incident::{Opened, State};
use crate::journal::{Disk, Entry, Fact, Folded, Listed, RealDisk, Store, fold};
use crate::playbook::Playbook;
use crate::text::Shown;

use super::document;

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
}

impl Context {
    pub(super) fn new(cli: &Cli) -> anyhow::Result<Self> {
        let environment = Environment::of_process();
        let mut config = Config::load(&environment, cli.config.as_deref())?;
        if let Some(data) = &cli.data {
            config.data.clone_from(data);
        }
        if let Some(who) = &cli.who {
            config.name.clone_from(who);
        }
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let store = Store::new(disk.clone(), config.data.clone());
        Ok(Self { environment, config, disk, clock: Arc::new(SystemClock), store })
    }

    /// The incident that is meant: by name, or the newest.
    pub(super) fn find(&self, which: &Which) -> anyhow::Result<Listed> {
        match &which.incident {
            Some(name) => Ok(self.store.find(name)?),
            None => self
                .store
                .list()?
                .into_iter()
                .max_by_key(|listed| listed.opened_at)
                .context("there is no incident yet; `stanch drill` opens one to practise on"),
        }
    }

    /// Reads the whole record of an incident, proving every line.
    pub(super) fn read(&self, which: &Which, keep_entries: bool) -> anyhow::Result<Read> {
        let listed = self.find(which)?;
        let (_, playbook) = self.playbook_of(&listed)?;
        let mut state = State::new(Arc::new(playbook));
        let mut entries = Vec::new();
        let folded = fold(self.disk.as_ref(), &listed.dir, &mut |entry| {
            crate::engine::fold_entry(&mut state, &entry);
            if keep_entries {
                entries.push(entry);
            }
        })?;
        Ok(Read { listed, state, folded, entries })
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
