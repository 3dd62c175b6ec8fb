//! One line: encoding, the check of its own hash, decoding.
//!
//! `{"v":1,"seq":N,"prev":"..","flushed":M,"kind":"..","at":"..","up":N,"by":{..},payload,"h":".."}`:
//! the first three and the last member have fixed places, so that a shell can check them. Raw bytes
//! are hashed, never JSON that was written anew.

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use super::entry::{Draft, Entry, Fact, LineHash, Version};
use super::error::PushError;
use super::escape::write_json;
use super::members::{Around, Parsed};
use crate::incident::{Now, Seq};

/// The longest line, its line feed included, in bytes.
pub const LINE_LIMIT: usize = 1 << 20;

/// `,"h":"` + 64 digits + `"}`.
const HASH_MEMBER: usize = 72;

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LineFault {
    #[error("the line does not end")]
    Unfinished,
    #[error("the line is longer than {LINE_LIMIT} bytes")]
    TooLong,
    #[error("this is not a line of a record: {0}")]
    Shape(&'static str),
    #[error("the line was changed: its bytes no longer give its own hash")]
    Hash,
    #[error("this is record {found}, but record {expected} should stand here")]
    Seq { expected: Seq, found: Seq },
    #[error("record {0} does not follow the line before it: it names another hash")]
    Prev(Seq),
    #[error("record {seq} says that record {flushed} was flushed before it")]
    Flushed { seq: Seq, flushed: Seq },
    #[error("the line is in format {0}, newer than this stanch can read")]
    Newer(Version),
    #[error("the line is intact, but not one that stanch writes: {0}")]
    Envelope(String),
}

impl LineFault {
    /// The bytes are as somebody wrote them: never a torn write.
    pub(super) fn is_intact(&self) -> bool {
        matches!(self, Self::Newer(_) | Self::Envelope(_))
    }
}

/// The fixed members of a line whose own hash is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) version: Version,
    pub(super) seq: Seq,
    pub(super) prev: LineHash,
    pub(super) flushed: Option<Seq>,
    pub(super) hash: LineHash,
}

/// What stands before the payload.
pub(super) struct Stamp {
    pub(super) seq: Seq,
    pub(super) prev: LineHash,
    pub(super) flushed: Option<Seq>,
    pub(super) now: Now,
    pub(super) sim: Option<DateTime<Utc>>,
}

/// Appends one line to `out`; on an error `out` is as it was.
pub(super) fn encode(out: &mut Vec<u8>, stamp: &Stamp, draft: &Draft) -> Result<(), PushError> {
    let start = out.len();
    let encoded = encode_body(out, stamp, draft).and_then(|()| {
        let hash = LineHash(Sha256::digest(&out[start..]).into());
        writeln!(out, ",\"h\":\"{hash}\"}}").map_err(serde_json::Error::io)
    });
    let length = out.len() - start;
    let result = match encoded {
        Ok(()) if length > LINE_LIMIT => Err(PushError::TooLong { length }),
        Ok(()) => Ok(()),
        Err(error) => Err(PushError::Unwritable(error.to_string())),
    };
    if result.is_err() {
        out.truncate(start);
    }
    result
}

fn encode_body(out: &mut Vec<u8>, stamp: &Stamp, draft: &Draft) -> serde_json::Result<()> {
    let io = serde_json::Error::io;
    let Stamp { seq, prev, flushed, .. } = stamp;
    let version = Version::CURRENT;
    write!(out, "{{\"v\":{version},\"seq\":{seq},\"prev\":\"{prev}\"").map_err(io)?;
    if let Some(flushed) = flushed {
        write!(out, ",\"flushed\":{flushed}").map_err(io)?;
    }
    encode_rest(out, stamp.now, stamp.sim, draft)
}

/// Kind, times, person and payload, each after a comma; the brace stays open.
pub(super) fn encode_rest(
    out: &mut Vec<u8>,
    now: Now,
    sim: Option<DateTime<Utc>>,
    draft: &Draft,
) -> serde_json::Result<()> {
    let io = serde_json::Error::io;
    let kind = draft.record.kind();
    let at = now.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    write!(out, ",\"kind\":\"{kind}\",\"at\":\"{at}\",\"up\":{},\"by\":", now.up).map_err(io)?;
    write_json(out, &draft.by)?;
    if let Some(occurred) = &draft.occurred {
        out.extend_from_slice(b",\"occurred\":");
        write_json(out, occurred)?;
    }
    if let Some(sim) = sim {
        let sim = sim.to_rfc3339_opts(SecondsFormat::Micros, true);
        write!(out, ",\"sim\":\"{sim}\"").map_err(io)?;
    }
    let mut payload = Vec::new();
    write_json(&mut payload, &draft.record)?;
    // What stands in `{"kind":{payload}}` goes beside the envelope.
    let before = format!("{{\"{kind}\":{{");
    let inside = payload.strip_prefix(before.as_bytes()).and_then(|rest| rest.strip_suffix(b"}}"));
    let inside = inside.ok_or_else(|| serde::ser::Error::custom("its kind is not its name"))?;
    if !inside.is_empty() {
        out.push(b',');
        out.extend_from_slice(inside);
    }
    Ok(())
}

/// Checks a line, without its line feed, against its own hash.
pub(super) fn frame(line: &[u8]) -> Result<Frame, LineFault> {
    if line.len() >= LINE_LIMIT {
        return Err(LineFault::TooLong);
    }
    let rest = line.strip_prefix(b"{\"v\":").ok_or(LineFault::Shape("it does not begin as one"))?;
    let (version, rest) = until_comma(rest).ok_or(LineFault::Shape("no version"))?;
    let version = Version::parse(version).ok_or(LineFault::Shape("no version"))?;
    if version.major > Version::CURRENT.major {
        return Err(LineFault::Newer(version));
    }
    let split = line.len().checked_sub(HASH_MEMBER).ok_or(LineFault::Shape("it is too short"))?;
    let (body, member) = line.split_at(split);
    let digits = member.strip_prefix(b",\"h\":\"").and_then(|rest| rest.strip_suffix(b"\"}"));
    let hash = digits.and_then(LineHash::parse).ok_or(LineFault::Shape("no hash at its end"))?;
    if LineHash(Sha256::digest(body).into()) != hash {
        return Err(LineFault::Hash);
    }
    let (seq, rest) = number(rest, b"\"seq\":").ok_or(LineFault::Shape("no number"))?;
    let rest = rest.strip_prefix(b"\"prev\":\"").ok_or(LineFault::Shape("no hash before"))?;
    let prev = rest.get(..64).and_then(LineHash::parse);
    let prev = prev.ok_or(LineFault::Shape("no hash before"))?;
    let flushed = rest.get(66..).and_then(|rest| number(rest, b"\"flushed\":"));
    let flushed = flushed.map(|(flushed, _)| flushed);
    match flushed {
        Some(flushed) if flushed >= seq => Err(LineFault::Flushed { seq, flushed }),
        _ => Ok(Frame { version, seq, prev, flushed, hash }),
    }
}

fn until_comma(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let comma = bytes.iter().take(32).position(|byte| *byte == b',')?;
    Some((&bytes[..comma], &bytes[comma + 1..]))
}

fn number<'a>(bytes: &'a [u8], name: &[u8]) -> Option<(u64, &'a [u8])> {
    let (digits, rest) = until_comma(bytes.strip_prefix(name)?)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

/// Decodes a line that [`frame`] found intact.
pub(super) fn decode(line: &[u8], frame: &Frame) -> Result<Entry, LineFault> {
    let (envelope, record) = match serde_json::from_slice(line) {
        Ok(Parsed { envelope, record }) => (envelope, Fact::Known(record)),
        Err(error) => {
            let around: Around = serde_json::from_slice(line)
                .map_err(|error| LineFault::Envelope(error.to_string()))?;
            let fact = Fact::Unknown { kind: around.kind.clone(), why: error.to_string() };
            (around.envelope(), fact)
        }
    };
    Ok(Entry {
        version: frame.version,
        seq: frame.seq,
        prev: frame.prev,
        flushed: frame.flushed,
        at: envelope.at,
        up: envelope.up,
        by: envelope.by,
        occurred: envelope.occurred,
        sim: envelope.sim,
        record,
        hash: frame.hash,
    })
}
