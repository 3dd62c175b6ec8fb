//! The record on disk: encode, append, chain, flush, recover, read, verify, and the store of
//! incidents.
//!
//! One directory for each incident; in it `journal.jsonl`, one JSON object a line, each naming the
//! hash of the line before. [`Writer`] is the only thing that changes a record; [`fold()`] and
//! [`Reader`] only read; [`verify()`] says where a record was changed. All input and output goes
//! through [`Disk`], so that tests can cut the power. The format is described in `docs/record.md`.

mod ballast;
mod blob;
mod chunk;
mod compare;
mod disk;
mod emergency;
mod entry;
mod error;
mod escape;
mod files;
mod fold;
mod index;
mod line;
mod lock;
mod members;
mod reader;
mod real;
mod recover;
mod relocate;
mod scan;
mod store;
mod tail;
mod verify;
mod writer;

pub use blob::{blob, has_blob};
pub use compare::{Comparison, Kinship, Parting, compare};
pub use disk::{Disk, DiskFile, Open};
pub use emergency::emergency;
pub use entry::{Draft, Entry, Fact, Head, LineHash, Version};
pub use error::{CommitError, Finding, FindingKind, JournalError, PushError};
pub use files::{BALLAST, EMERGENCY, JOURNAL, LOCK};
pub use fold::{Folded, fold, fold_with, segments};
pub use index::Index;
pub use line::LINE_LIMIT;
pub use lock::Holder;
pub use reader::{ReadError, Reader};
pub use real::RealDisk;
pub use recover::{Opening, ReadOnly, Recovered, Torn};
pub use relocate::{Copied, copy, forget_copy, moved_here};
pub use store::{Listed, Store};
pub use verify::{Report, verify};
pub use writer::{Mark, Options, Room, Urgency, Writer};
