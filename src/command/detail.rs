//! All that one entry of the record says, for who looks closer.

use chrono::{DateTime, Utc};

use super::console::seen_line;
use super::pretty::pretty;
use crate::incident::words::{Sight, by_words, is_veiled, is_veiled_in_part};
use crate::incident::{Occurred, RecordLine, Seq, State};
use crate::journal::{Entry, Version};
use crate::text::Shown;

/// One entry, with its place in the chain and its line as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub line: RecordLine,
    /// The word of the `kind` field, also where this version does not know it.
    pub kind: Shown,
    /// Of the format of the line.
    pub version: Version,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// When it happened, where that is not `at`.
    pub occurred: Option<Occurred>,
    /// The scenario's clock, in a drill.
    pub sim: Option<DateTime<Utc>>,
    /// The boot clock, microseconds.
    pub up: u64,
    pub by: Shown,
    /// On the first line of a commit: the last entry that was flushed before it was written.
    pub flushed: Option<Seq>,
    /// The hash of the line before, 64 hex digits.
    pub prev: String,
    /// Of this line: it was checked when the entry was read.
    pub hash: String,
    /// The length of the line in the file, its line feed included.
    pub bytes: usize,
    /// The line broken into lines: every name, string and number as in the file, in its order.
    pub json: Vec<Shown>,
}

impl Detail {
    /// Of an entry and its line, without the line feed, as players may read it.
    pub fn new(entry: &Entry, line: &[u8], state: &State) -> Self {
        Self::seen(entry, line, state, Sight::Player)
    }

    /// The same for whoever may see so much.
    pub fn seen(entry: &Entry, line: &[u8], state: &State, sight: Sight) -> Self {
        let is_veiled = entry.record.known().is_some_and(|record| {
            sight == Sight::Player && (is_veiled(record, state) || is_veiled_in_part(record, state))
        });
        let json = if is_veiled {
            vec![Shown::new("The line is shown when the exercise is over.")]
        } else {
            pretty(&String::from_utf8_lossy(line))
        };
        Self {
            line: seen_line(entry, state, sight),
            kind: Shown::new(entry.record.kind()),
            version: entry.version,
            at: entry.at,
            occurred: entry.occurred.clone(),
            sim: entry.sim,
            up: entry.up,
            by: by_words(&entry.by),
            flushed: entry.flushed,
            prev: entry.prev.to_string(),
            hash: entry.hash.to_string(),
            bytes: line.len() + 1,
            json,
        }
    }
}
