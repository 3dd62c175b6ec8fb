//! One line of the record as the rest of the house sees it, and what goes into one.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::incident::{By, Occurred, Record, Seq};

/// What is to be recorded; the journal adds the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub record: Record,
    pub by: By,
    /// When it happened, where that is not now.
    pub occurred: Option<Occurred>,
}

/// One line, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub version: Version,
    pub seq: Seq,
    /// The hash of the line before.
    pub prev: LineHash,
    /// On the first line of a commit: the last record that was flushed before it was written.
    pub flushed: Option<Seq>,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The boot clock, microseconds.
    pub up: u64,
    pub by: By,
    pub occurred: Option<Occurred>,
    /// The scenario's clock, in a drill.
    pub sim: Option<DateTime<Utc>>,
    pub record: Fact,
    pub hash: LineHash,
}

impl Entry {
    /// When it was recorded, by the clock that people go by: in a drill that of the scenario.
    pub fn moment(&self) -> DateTime<Utc> {
        self.sim.unwrap_or(self.at)
    }

    /// The chain up to and with this line.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash.to_string() }
    }
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "the small one hardly ever occurs")]
pub enum Fact {
    Known(Record),
    /// The line is intact, this version cannot read it: whoever folds it must go read-only.
    Unknown {
        kind: String,
        why: String,
    },
}

impl Fact {
    /// The fact, where this version can read it.
    pub fn known(&self) -> Option<&Record> {
        match self {
            Self::Known(record) => Some(record),
            Self::Unknown { .. } => None,
        }
    }

    /// The word of the `kind` field.
    pub fn kind(&self) -> &str {
        match self {
            Self::Known(record) => record.kind(),
            Self::Unknown { kind, .. } => kind,
        }
    }
}

/// The last record and its hash: whoever knows it can tell whether anything before was changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    pub seq: Seq,
    /// 64 hex digits.
    pub hash: String,
}

impl Head {
    /// The first 16 digits in groups of four: `7e67 a1d0 19f3 c2b8`, for reading aloud.
    pub fn spoken(&self) -> String {
        let digits: Vec<char> = self.hash.chars().take(16).collect();
        digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }
}

/// SHA-256 of a line before its last member.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineHash(pub(super) [u8; 32]);

/// Marks what is no lower-case hex digit.
const NO_DIGIT: u8 = 0x80;

/// Two of these are read for every line of a record.
const NIBBLES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

impl LineHash {
    /// What the first line names as the one before.
    pub const ZERO: Self = Self([0; 32]);

    /// From exactly 64 lower-case hex digits.
    pub fn parse(digits: &[u8]) -> Option<Self> {
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        let mut wrong = 0;
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (NIBBLES[usize::from(pair[0])], NIBBLES[usize::from(pair[1])]);
            wrong |= high | low;
            *byte = high << 4 | low & 15;
        }
        if wrong & NO_DIGIT != 0 {
            return None;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::incident::hex(&self.0))
    }
}

impl fmt::Debug for LineHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The version of the format: `1`, later `1.1` and so on. Readers take a newer minor version,
/// nobody writes to a record that is newer than themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
}

impl Version {
    /// What this stanch writes.
    pub const CURRENT: Self = Self { major: 1, minor: 0 };

    /// From `1` or `1.2`.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return None;
        }
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            0 => write!(f, "{}", self.major),
            minor => write!(f, "{}.{minor}", self.major),
        }
    }
}
