//! A request as it will go, and the answer as it is kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::playbook::Auth;
use crate::text::Shown;

/// A rendered request: nothing in it is evaluated again. Secrets stand in it by name only.
///
/// The person on call confirms the [`hash`](Self::hash) of this; sending, retry and resume use this
/// very form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub backend: String,
    pub method: String,
    /// Logical and whole: the address that is really dialled may differ (a drill's range), the
    /// meaning does not.
    pub url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    pub auth: Auth,
    /// The vantage point that it is sent from; absent: this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Bound on the whole call, milliseconds.
    pub timeout_ms: u64,
}

impl Request {
    /// SHA-256, in hex, of this as compact JSON in field order: what a confirmation is for.
    pub fn hash(&self) -> String {
        // Strings, numbers and lists only: serialising these cannot fail.
        let json = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(json))
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

/// What is kept of an answer. The body stays out unless the step says `keep_body`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Absent when the connection was refused or nothing came in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The address that was dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// From the first byte sent (or dialled) to the last byte read, microseconds.
    pub latency_us: u64,
    /// Those on the allow-list (content type, length, retry-after, request ids), redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, Shown)>,
    /// Bytes of the body that were read.
    pub length: u64,
    /// The body was longer than the cap; `length` and `sha256` speak of what was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// SHA-256 of the redacted body, in hex; absent without a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The redacted body was kept as `blobs/<sha256>`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
    /// Of an answer that is not a success: the redacted beginning of the body, at most 200
    /// characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Shown>,
}
