//! Files that were attached as evidence: where they lie, and the hash that says what they were.

use chrono::{DateTime, Utc};

use super::id::Seq;
use crate::text::Shown;

/// A file by its path and hash. The file itself stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Position of the record that attached it.
    pub seq: Seq,
    pub at: DateTime<Utc>,
    pub path: Shown,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    pub bytes: u64,
    pub about: Shown,
}

/// Whether this is a SHA-256 as the record writes it: 64 lower-case hex digits.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
