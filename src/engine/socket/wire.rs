//! What is said over the socket: one JSON object a line, in both directions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::handle::{LiveCheck, Present, View};
use crate::incident::{Ask, CheckId, Mode, Seq};
use crate::journal::Head;
use crate::text::Shown;

/// The version of these messages. An engine takes no other.
pub const VERSION: u32 = 1;
/// The longest line, bytes.
pub const LINE_LIMIT: usize = 2 << 20;
/// Of what a command printed to one end, so much is kept, bytes.
pub const KEEP_LIMIT: usize = 1 << 20;
/// So much more of it is sent, bytes: a secret that the limit cuts must be seen whole.
pub const KEEP_OVERLAP: usize = 64 << 10;
/// The longest name and role, characters.
pub const NAME_LIMIT: usize = 100;

/// What a face or a tool says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToEngine {
    /// The first line.
    Hello(Hello),
    /// `id` comes back with the answer.
    Ask { id: u64, ask: Ask },
    /// Mask the known secrets in this text.
    Mask { id: u64, text: String },
    /// Keep these bytes, masked, as a body that a later ask names.
    Keep { id: u64, base64: String },
}

/// Who attaches, and what for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    pub version: u32,
    pub who: Shown,
    #[serde(default)]
    pub role: Option<Shown>,
    /// Else they only look.
    pub may_act: bool,
    /// It stays, and is told to the others; a tool that writes one thing is not.
    #[serde(default)]
    pub stays: bool,
}

/// What the engine says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromEngine {
    /// The first line, where whoever attaches is let in.
    Hello(Welcome),
    Accepted {
        id: u64,
        seq: Seq,
        /// At `seq` or after it.
        head: Head,
    },
    Refused {
        id: u64,
        kind: String,
        words: Shown,
    },
    Masked {
        id: u64,
        text: Shown,
    },
    Kept {
        id: u64,
        sha256: String,
    },
    /// Whenever it changes.
    Status(Status),
    /// The last line, and why.
    Bye {
        words: Shown,
    },
}

/// Which engine this is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    pub version: u32,
    /// Of the program.
    pub stanch: String,
    pub incident: String,
    pub codename: String,
    pub mode: Mode,
    /// Of the record.
    pub directory: String,
    pub here: Vec<Present>,
}

/// What is on a view and not in the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The last flushed record.
    pub seq: Seq,
    pub read_only: Option<Shown>,
    pub unsaved: Vec<Shown>,
    pub no_room: bool,
    pub live: BTreeMap<CheckId, LiveCheck>,
    pub busy: usize,
    pub here: Vec<Present>,
}

/// So many unsaved outcomes are told, the latest.
const UNSAVED: usize = 200;

impl Status {
    /// What this view says.
    pub fn of(view: &View) -> Self {
        let from = view.unsaved.len().saturating_sub(UNSAVED);
        Self {
            seq: view.head.seq,
            read_only: view.read_only.clone(),
            unsaved: view.unsaved.get(from..).unwrap_or_default().to_vec(),
            no_room: view.no_room,
            live: view.live.clone(),
            busy: view.busy,
            here: view.here.clone(),
        }
    }
}

/// One message as a line.
///
/// # Errors
///
/// It is longer than a line may be; or what JSON cannot hold, which no message is.
pub fn line(message: &impl Serialize) -> Result<Vec<u8>, Shown> {
    let mut line = serde_json::to_vec(message).map_err(|error| Shown::new(error.to_string()))?;
    if line.len() > LINE_LIMIT {
        let length = line.len();
        return Err(Shown::new(format!(
            "this would be a message of {length} bytes, and one takes at most {LINE_LIMIT}"
        )));
    }
    line.push(b'\n');
    Ok(line)
}
