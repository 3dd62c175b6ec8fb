//! What can go wrong with a record, in words that say where and how to mend it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::line::LINE_LIMIT;

/// A record could not be opened, read or created.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("could not {what} {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "the record in {} is being written by {holder}; attach to it with `stanch attach`, \
         read it with `stanch show` and `stanch log -f`, or have it left there first",
        path.display()
    )]
    Locked { path: PathBuf, holder: String },
    #[error("there is no record in {}: it has no journal.jsonl", path.display())]
    NoRecord { path: PathBuf },
    #[error("there is a record in {} already; resume it, or name another directory", path.display())]
    HasRecord { path: PathBuf },
    #[error("the record in {} goes on in {next}; resume that one", path.display())]
    Continued { path: PathBuf, next: String },
    #[error("{}: {what}", path.display())]
    Segments { path: PathBuf, what: String },
    #[error("no incident is called {name}; {}`stanch list` shows all", meant(near))]
    Unknown { name: String, near: Vec<String> },
    #[error("{name} could be {candidates}; type more of it")]
    Ambiguous { name: String, candidates: String },
}

fn meant(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(" or ")) }
}

impl JournalError {
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}

/// A draft did not become a line; nothing pending was touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    #[error(
        "this would be a line of {length} bytes, a record takes at most {LINE_LIMIT}; shorten it"
    )]
    TooLong { length: usize },
    #[error("this cannot be written as a record: {0}")]
    Unwritable(String),
    #[error("this could be written but not be read back, so it was not recorded: {0}")]
    Unreadable(String),
}

/// Nothing of the commit counts as recorded, and nothing of it is pending any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    #[error(
        "{why}: nothing new is started; make room on the disk of {}, or go on elsewhere with \
         `resume --continue-in DIR`",
        path.display()
    )]
    Full { path: PathBuf, why: String },
    #[error(
        "nothing more is written to {}, since {why}; its last lines may not have reached the \
         disk: go on elsewhere with `resume --continue-in DIR`",
        path.display()
    )]
    Poisoned { path: PathBuf, why: String },
    #[error("there is nothing to commit")]
    Nothing,
}

/// What is wrong with a record, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub path: PathBuf,
    /// From 1.
    pub line: u64,
    /// Of the beginning of that line, from 0.
    pub byte: u64,
    pub what: String,
    pub mend: String,
}

/// What a finding means for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// What was once flushed is no longer there as it was.
    Damage,
    /// The end is unfinished or changed, and nothing says that it was ever flushed: what a crash
    /// leaves, or an engine that is writing just now.
    Tail,
    /// Intact, and more than this version can read.
    Newer,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, byte, what, mend, .. } = self;
        write!(f, "{}, line {line} (byte {byte}): {what}; {mend}", path.display())
    }
}
