//! Commands that a person ran beside the playbook, with what they printed as evidence.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::Seq;
use crate::text::Shown;

/// One command, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRun {
    /// Position of the record of its start.
    pub seq: Seq,
    pub at: DateTime<Utc>,
    pub argv: Vec<Shown>,
    /// The machine that it ran on.
    pub host: Shown,
    /// It runs, or whoever ran it never said how it ended.
    pub end: Option<CommandEnd>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandEnd {
    pub how: HowEnded,
    /// From its start, milliseconds.
    pub took_ms: u64,
    #[serde(default)]
    pub stdout: Output,
    #[serde(default)]
    pub stderr: Output,
}

/// What became of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowEnded {
    Exited {
        code: i32,
    },
    Signalled {
        signal: i32,
    },
    /// There was no such program, or it could not be started.
    NotStarted {
        why: Shown,
    },
    /// Nobody saw its end: a person says what is known.
    Said {
        why: Shown,
    },
}

/// What came out of one of its two ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// All that it wrote, bytes.
    pub bytes: u64,
    /// More came than is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The blob that holds it, masked; absent where nothing was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl CommandRun {
    /// The command as one word after the other.
    pub fn line(&self) -> Shown {
        line(&self.argv)
    }
}

impl CommandEnd {
    /// The blobs that hold its output.
    pub fn blobs(&self) -> impl Iterator<Item = &str> {
        [&self.stdout, &self.stderr].into_iter().filter_map(|output| output.sha256.as_deref())
    }
}

/// The words of a command on one line, those with spaces in quotes.
pub fn line(argv: &[Shown]) -> Shown {
    let word = |word: &Shown| {
        let word = word.one_line();
        if word.is_empty() || word.contains(char::is_whitespace) {
            format!("'{word}'")
        } else {
            word.into_owned()
        }
    };
    Shown::new(argv.iter().map(word).collect::<Vec<_>>().join(" "))
}

/// Whether this names a run: 16 lower-case hex digits, chosen at random by whoever runs it.
pub(super) fn is_run(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
