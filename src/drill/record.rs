//! The range's own log, `range.jsonl`: what changed the simulated world. Folding it gives the state
//! again, so that a drill resumes.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::fault::Strike;
use super::flush::{Flushed, Flusher};
use super::scenario::Scenario;
use crate::text::is_hidden;

/// What is written. Logs of version 1, which know no faults, are read and gone on with.
const VERSION: u32 = 2;

/// The name of the range's log, beside the record of the drill.
pub const RANGE_LOG: &str = "range.jsonl";

/// The first line: which scenario this is the log of.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    v: u32,
    scenario: String,
    sha256: String,
}

/// One request that changed the state, whose answer must be given again, or that a fault struck.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// From 1.
    pub(super) seq: u64,
    /// RFC 3339, UTC.
    pub(super) at: String,
    pub(super) backend: String,
    pub(super) vantage: String,
    /// Method, path and query as they came.
    pub(super) request: String,
    /// Paths into the state, and what stands there now.
    pub(super) set: Vec<(Vec<String>, Value)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keyed: Option<Keyed>,
    /// The fault that struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<Strike>,
    /// What that fault changes later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) later: Option<Later>,
    /// The number of the entry whose `later` came about with this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) landed: Option<u64>,
}

/// Changes that come about once so many more requests have reached the back end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Later {
    pub(super) set: Vec<(Vec<String>, Value)>,
    pub(super) calls: u64,
}

/// A request that carried an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Keyed {
    pub(super) key: String,
    /// SHA-256, in hex, of method, path, query and body.
    pub(super) fingerprint: String,
    pub(super) reply: Reply,
}

/// An answer as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Why the range's log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The disk said no.
    #[error("the range's log {file}: {source}")]
    Io { file: PathBuf, source: io::Error },
    /// A whole line is no entry.
    #[error("the range's log {file} is damaged in line {line}: {what}; start the drill anew")]
    Damaged { file: PathBuf, line: usize, what: String },
    /// It belongs to another scenario, or to another version of this one.
    #[error(
        "the range's log {file} belongs to the scenario {scenario}, or to another version of it: \
         give the file that the drill began with, or start the drill anew"
    )]
    OtherScenario { file: PathBuf, scenario: String },
}

/// The open log.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Bytes of whole, flushed lines.
    length: u64,
    next: u64,
    /// After a failure nothing more is written.
    broken: bool,
    flusher: Flusher,
}

impl Log {
    /// Opens or begins the log in `directory`, and returns what it holds. A line that the last run
    /// did not finish is cut.
    pub(super) fn open(
        directory: &Path,
        scenario: &Scenario,
    ) -> Result<(Self, Vec<Entry>), RecordError> {
        let path = directory.join(RANGE_LOG);
        let io = |source| RecordError::Io { file: path.clone(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let entries = entries(&path, &bytes[..whole], scenario)?;
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(io)?;
        let next = u64::try_from(entries.len()).unwrap_or(u64::MAX).saturating_add(1);
        let flusher = file.try_clone().and_then(|file| Flusher::new(file, next - 1)).map_err(io)?;
        let mut log = Self { path: path.clone(), file, length, next, broken: false, flusher };
        if whole == 0 {
            let (scenario, sha256) = (scenario.id.clone(), scenario.sha256.clone());
            log.write(&Head { v: VERSION, scenario, sha256 }).map_err(io)?;
            log.file.sync_data().map_err(io)?;
            File::open(directory).and_then(|directory| directory.sync_all()).map_err(io)?;
        }
        Ok((log, entries))
    }

    /// The error for a line, from 1, that is no entry of this log.
    pub(super) fn damaged(&self, line: usize, what: String) -> RecordError {
        RecordError::Damaged { file: self.path.clone(), line, what }
    }

    /// The number of the next entry.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Appends; it is [`flushed`](Self::flushed) soon. After an error the log is as it was, and takes
    /// nothing more.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), RecordError> {
        self.write(entry).map_err(|source| RecordError::Io { file: self.path.clone(), source })?;
        self.flusher.want(self.next);
        self.next += 1;
        Ok(())
    }

    /// How far the log is on the disk.
    pub(super) fn flushed(&self) -> watch::Receiver<Flushed> {
        self.flusher.flushed()
    }

    /// Whether all that was written can still reach the disk.
    pub(super) fn is_sound(&self) -> bool {
        !self.broken && !self.flusher.flushed().borrow().failed
    }

    /// Takes nothing more; what was written is still flushed.
    pub(super) fn close(&mut self) {
        self.broken = true;
    }

    /// Flushes at once.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        if !self.is_sound() {
            return Err(io::Error::other("an earlier write failed"));
        }
        let mut line = visible(&serde_json::to_string(line)?);
        line.push('\n');
        let written = self.file.write_all(line.as_bytes());
        if written.is_err() {
            self.broken = true;
            // If this fails too, the next start finds a torn or an unacknowledged last line.
            let _ = self.file.set_len(self.length);
            return written;
        }
        self.length += u64::try_from(line.len()).unwrap_or(u64::MAX);
        Ok(())
    }
}

fn entries(path: &Path, bytes: &[u8], scenario: &Scenario) -> Result<Vec<Entry>, RecordError> {
    let damaged = |line: usize, what: String| RecordError::Damaged {
        file: path.to_owned(),
        line: line + 1,
        what,
    };
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    let Some((_, head)) = lines.next() else { return Ok(Vec::new()) };
    let head: Head = serde_json::from_slice(head).map_err(|error| damaged(0, error.to_string()))?;
    if !(1..=VERSION).contains(&head.v) {
        return Err(damaged(0, format!("version {} is newer than this program", head.v)));
    }
    if head.sha256 != scenario.sha256 {
        let scenario = crate::text::Shown::new(head.scenario).one_line().into_owned();
        return Err(RecordError::OtherScenario { file: path.to_owned(), scenario });
    }
    let mut found = Vec::new();
    for (line, bytes) in lines {
        let entry: Entry =
            serde_json::from_slice(bytes).map_err(|error| damaged(line, error.to_string()))?;
        if usize::try_from(entry.seq).ok() != Some(line) {
            return Err(damaged(line, format!("entry {} stands here", entry.seq)));
        }
        found.push(entry);
    }
    Ok(found)
}

/// JSON in which every character that hides or acts is written as `\uXXXX`: people read this file
/// in a terminal.
fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
