//! The incidents of this machine: one directory each under a data directory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::disk::{Disk, Open, create_dir_all, read_full_at, read_whole, write_new};
use super::entry::{Entry, Fact};
use super::error::JournalError;
use super::files::CONTINUED_IN;
use super::fold::{SEGMENT_LIMIT, open_journal, segments};
use super::line::{LINE_LIMIT, decode, frame};
use super::relocate::moved_here;
use crate::incident::{Opened, Record, hex};
use crate::text::Shown;

/// The longest playbook or scenario.
const DOCUMENT_LIMIT: u64 = 1 << 20;
/// The longest file that names where a record goes on.
const MARKER_LIMIT: u64 = 64 << 10;

/// Where incidents are kept.
#[derive(Clone)]
pub struct Store {
    disk: Arc<dyn Disk>,
    root: PathBuf,
}

/// One incident, as its first and last line tell it. Not verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Where the record goes on: the newest segment that was found.
    pub dir: PathBuf,
    /// The directories that hold the record, oldest first; the last is `dir`.
    pub segments: Vec<PathBuf>,
    /// Why the record cannot be followed further, where it says that it goes on elsewhere.
    pub lost: Option<String>,
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
        one_each(&mut found);
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
            let directory = |dir: &PathBuf| dir.file_name()?.to_str().map(str::to_owned);
            [opened.map(|o| o.codename.clone()), opened.map(|o| o.incident.clone())]
                .into_iter()
                .chain(listed.segments.iter().map(directory))
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

    /// Reads the first and the last line of the record in `dir`, or of the newest segment where
    /// it went on elsewhere. A next segment that cannot be read is no failure: the last one that
    /// can be is told, and that it is not the end.
    pub fn look(&self, dir: &Path) -> Result<Listed, JournalError> {
        let mut listed = self.look_here(dir)?;
        for _ in 0..SEGMENT_LIMIT {
            match self.next(&listed) {
                Ok(None) => return Ok(listed),
                Ok(Some(next)) => listed = next,
                Err(why) => return Ok(Listed { lost: Some(why), ..listed }),
            }
        }
        let why = format!("the record goes on over more than {SEGMENT_LIMIT} directories");
        Ok(Listed { lost: Some(why), ..listed })
    }

    /// The segment that the directory of `listed` names as the next, or why it is none.
    fn next(&self, listed: &Listed) -> Result<Option<Listed>, String> {
        let marker = listed.dir.join(CONTINUED_IN);
        let words = match read_whole(self.disk.as_ref(), &marker, MARKER_LIMIT) {
            Ok(words) => words,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(JournalError::io("read", &marker)(error).to_string()),
        };
        let words = String::from_utf8_lossy(&words);
        let dir = listed.dir.join(words.trim_end_matches('\n'));
        let shown = Shown::new(dir.to_string_lossy()).one_line().into_owned();
        let next = self
            .look_here(&dir)
            .map_err(|error| format!("the record goes on in {shown}, but {error}"))?;
        // A record that grows by a segment each time comes to an end.
        if next.opened == listed.opened && next.segments.len() > listed.segments.len() {
            Ok(Some(next))
        } else {
            Err(format!("the record is said to go on in {shown}, but that one does not follow it"))
        }
    }

    /// Reads the first and the last line of the record that ends in `dir`.
    fn look_here(&self, dir: &Path) -> Result<Listed, JournalError> {
        let segments = segments(self.disk.as_ref(), dir)?;
        let first = self.edge(segments.first().map_or(dir, PathBuf::as_path), true)?;
        let last = self.edge(dir, false)?;
        let opened_at = first.as_ref().map(|entry| entry.at);
        let opened = match first.map(|entry| entry.record) {
            Some(Fact::Known(Record::Opened(opened))) => Some(opened),
            _ => None,
        };
        Ok(Listed { dir: dir.to_owned(), segments, lost: None, opened, opened_at, last })
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

    /// A document as it was when the incident was opened, from the newest segment that has it so;
    /// fails where none gives the hash.
    pub fn document(&self, dir: &Path, name: &str, sha256: &str) -> Result<Vec<u8>, JournalError> {
        let mut failure = None;
        for segment in segments(self.disk.as_ref(), dir)?.into_iter().rev() {
            let path = segment.join(name);
            match read_whole(self.disk.as_ref(), &path, DOCUMENT_LIMIT) {
                Ok(bytes) if hex(&Sha256::digest(&bytes)) == sha256 => return Ok(bytes),
                Ok(_) => {
                    let what = "trust a document that changed since the incident was opened:";
                    let source = io::ErrorKind::InvalidData.into();
                    failure = Some(JournalError::Io { what, path, source });
                }
                Err(error) => {
                    failure.get_or_insert_with(|| JournalError::io("read", &path)(error));
                }
            }
        }
        Err(failure.unwrap_or_else(|| JournalError::NoRecord { path: dir.to_owned() }))
    }

    /// Fails where `dir` holds lines of a record.
    pub fn refuse_record(&self, dir: &Path) -> Result<(), JournalError> {
        if self.has_record(dir) && self.edge(dir, false)?.is_some() {
            return Err(JournalError::HasRecord { path: dir.to_owned() });
        }
        Ok(())
    }

    /// Who runs the incident now, in words; `None` where nobody does.
    pub fn holder(&self, listed: &Listed) -> Option<Shown> {
        let path = listed.dir.join(super::LOCK);
        let mut lock = self.disk.open(&path, Open::Read).ok()?;
        // Where it can be had nobody has it; it is given back when the file is closed.
        if !matches!(lock.try_lock(), Ok(false)) {
            return None;
        }
        let words = read_whole(self.disk.as_ref(), &path, 4096).unwrap_or_default();
        Some(Shown::new(Shown::new(String::from_utf8_lossy(&words).trim()).one_line()))
    }

    /// Whether the record goes on in a copy elsewhere: it takes nothing more. Not so of a copy that
    /// waits to be taken up.
    pub fn is_moved(&self, listed: &Listed) -> bool {
        let Some(last) = &listed.last else { return false };
        matches!(last.record, Fact::Known(Record::Moved { .. }))
            && moved_here(self.disk.as_ref(), &listed.dir, &last.head()).is_none()
    }

    /// Whether there is a record in `dir`.
    pub fn has_record(&self, dir: &Path) -> bool {
        self.disk.open(&dir.join(super::JOURNAL), Open::Read).is_ok()
    }
}

/// Leaves out what another goes on from, and what was found twice.
fn one_each(found: &mut Vec<Listed>) {
    let all = found.clone();
    found.retain(|one| !all.iter().any(|other| other.follows(one)));
    let mut seen = Vec::new();
    found.retain(|one| {
        let dir = same(&one.dir);
        let new = !seen.contains(&dir);
        seen.push(dir);
        new
    });
}

/// A path by which two spellings of it compare.
fn same(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
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
    /// Of a directory in which nothing can be read.
    pub fn unread(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            segments: Vec::new(),
            lost: None,
            opened: None,
            opened_at: None,
            last: None,
        }
    }

    /// Whether this is the same incident, gone on from where the other ends.
    fn follows(&self, other: &Self) -> bool {
        let end = same(&other.dir);
        let before = self.segments.split_last().map_or(&[][..], |(_, before)| before);
        self.opened == other.opened && before.iter().any(|segment| same(segment) == end)
    }

    /// The last part of its path.
    pub fn directory(&self) -> &str {
        self.dir.file_name().and_then(|name| name.to_str()).unwrap_or("?")
    }
}
