//! The incidents of this machine: one directory each under a data directory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::disk::{Disk, Open, create_dir_all, read_full_at, read_whole, write_new};
use super::entry::{Entry, Fact};
use super::error::JournalError;
use super::fold::{open_journal, segments};
use super::line::{LINE_LIMIT, decode, frame};
use crate::incident::{Opened, Record, hex};

/// The longest playbook or scenario.
const DOCUMENT_LIMIT: u64 = 1 << 20;

/// Where incidents are kept.
#[derive(Clone)]
pub struct Store {
    disk: Arc<dyn Disk>,
    root: PathBuf,
}

/// One incident, as its first and last line tell it. Not verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub dir: PathBuf,
    /// `None` where the first record is missing, or cannot be read.
    pub opened: Option<Opened>,
    pub opened_at: Option<DateTime<Utc>>,
    /// The last whole line.
    pub last: Option<Entry>,
}

impl Store {
    /// Nothing is created yet.
    pub fn new(disk: Arc<dyn Disk>, root: PathBuf) -> Self {
        Self { disk, root }
    }

    /// The directory that all incidents stand in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory of a new incident; [`Writer::create`](super::Writer::create) makes it.
    pub fn place(&self, codename: &str, incident: &str) -> PathBuf {
        let plain = |text: &str| -> String {
            let fits = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
            text.chars().filter(fits).collect()
        };
        let id: String = plain(incident).chars().take(8).collect();
        self.root.join(format!("{}-{id}", plain(codename)))
    }

    /// Every incident, the newest first. A directory without a record is left out.
    pub fn list(&self) -> Result<Vec<Listed>, JournalError> {
        let names = match self.disk.list(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            names => names.map_err(JournalError::io("list", &self.root))?,
        };
        let mut found: Vec<Listed> =
            names.iter().filter_map(|name| self.look(&self.root.join(name)).ok()).collect();
        found.sort_by(|a, b| b.opened_at.cmp(&a.opened_at).then_with(|| a.dir.cmp(&b.dir)));
        Ok(found)
    }

    /// The one incident whose codename, id or directory begins with `name`; a path to a directory is
    /// taken as it is.
    pub fn find(&self, name: &str) -> Result<Listed, JournalError> {
        if name.contains('/') {
            return self.look(Path::new(name));
        }
        let all = self.list()?;
        let called = |listed: &Listed, exactly: bool| {
            let opened = listed.opened.as_ref();
            let directory = listed.dir.file_name().and_then(|name| name.to_str());
            [opened.map(|o| o.codename.as_str()), opened.map(|o| o.incident.as_str()), directory]
                .into_iter()
                .flatten()
                .any(|word| if exactly { word == name } else { word.starts_with(name) })
        };
        for exactly in [true, false] {
            let mut hits: Vec<&Listed> = all.iter().filter(|l| called(l, exactly)).collect();
            if let [_, _, ..] = hits.as_slice() {
                let candidates = hits.iter().map(|hit| hit.directory()).collect::<Vec<_>>();
                let candidates = candidates.join(", ");
                return Err(JournalError::Ambiguous { name: name.to_owned(), candidates });
            }
            if let Some(hit) = hits.pop() {
                return Ok(hit.clone());
            }
        }
        Err(JournalError::Unknown { name: name.to_owned(), near: near(name, &all) })
    }

    /// Reads the first and the last line of the record in `dir`.
    pub fn look(&self, dir: &Path) -> Result<Listed, JournalError> {
        let oldest = segments(self.disk.as_ref(), dir)?.swap_remove(0);
        let first = self.edge(&oldest, true)?;
        let last = self.edge(dir, false)?;
        let opened_at = first.as_ref().map(|entry| entry.at);
        let opened = match first.map(|entry| entry.record) {
            Some(Fact::Known(Record::Opened(opened))) => Some(opened),
            _ => None,
        };
        Ok(Listed { dir: dir.to_owned(), opened, opened_at, last })
    }

    /// The first or the last whole line.
    fn edge(&self, dir: &Path, first: bool) -> Result<Option<Entry>, JournalError> {
        let io = || JournalError::io("read", dir);
        let file = open_journal(self.disk.as_ref(), dir)?;
        let length = file.len().map_err(io())?;
        for reach in [16 << 10, 2 * LINE_LIMIT] {
            let offset = if first { 0 } else { length.saturating_sub(reach as u64) };
            let mut bytes = vec![0; reach];
            let read = read_full_at(file.as_ref(), &mut bytes, offset).map_err(io())?;
            let mut pieces = bytes[..read].split(|byte| *byte == b'\n');
            // What stands behind the last line feed is no whole line.
            let _ = pieces.next_back();
            let entry = |line: &[u8]| frame(line).and_then(|frame| decode(line, &frame)).ok();
            let found =
                if first { pieces.next().and_then(entry) } else { pieces.rev().find_map(entry) };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Keeps a document (`playbook.toml`, `scenario.toml`) beside the record, flushed; returns its
    /// hash for the first record.
    pub fn keep_document(
        &self,
        dir: &Path,
        name: &str,
        bytes: &[u8],
    ) -> Result<String, JournalError> {
        create_dir_all(self.disk.as_ref(), dir).map_err(JournalError::io("create", dir))?;
        let path = dir.join(name);
        write_new(self.disk.as_ref(), &path, bytes).map_err(JournalError::io("write", &path))?;
        Ok(hex(&Sha256::digest(bytes)))
    }

    /// A document as it was when the incident was opened, from whichever segment has it; fails
    /// where it no longer gives the hash.
    pub fn document(&self, dir: &Path, name: &str, sha256: &str) -> Result<Vec<u8>, JournalError> {
        let oldest = segments(self.disk.as_ref(), dir)?.swap_remove(0);
        let path = oldest.join(name);
        let bytes = read_whole(self.disk.as_ref(), &path, DOCUMENT_LIMIT)
            .map_err(JournalError::io("read", &path))?;
        if hex(&Sha256::digest(&bytes)) == sha256 {
            return Ok(bytes);
        }
        let what = "trust a document that changed since the incident was opened:";
        Err(JournalError::Io { what, path, source: io::ErrorKind::InvalidData.into() })
    }

    /// Whether there is a record in `dir`.
    pub fn has_record(&self, dir: &Path) -> bool {
        self.disk.open(&dir.join(super::JOURNAL), Open::Read).is_ok()
    }
}

/// Codenames that a slip of the finger, or of the ear, makes `name` of; the nearest first.
fn near(name: &str, all: &[Listed]) -> Vec<String> {
    let codenames = all.iter().filter_map(|listed| Some(listed.opened.as_ref()?.codename.clone()));
    let mut near: Vec<(usize, String)> = codenames
        .map(|codename| (strsim::damerau_levenshtein(name, &codename), codename))
        .filter(|(distance, codename)| *distance <= 3 && distance * 2 < codename.chars().count())
        .collect();
    near.sort();
    near.dedup();
    near.into_iter().take(3).map(|(_, codename)| codename).collect()
}

impl Listed {
    /// The last part of its path.
    pub fn directory(&self) -> &str {
        self.dir.file_name().and_then(|name| name.to_str()).unwrap_or("?")
    }
}
