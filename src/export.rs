//! An incident as documents: the record itself for machines, a timeline for people.
//!
//! Everything here is made from the flushed record alone; what it says is what `verify` vouches for.

mod jsonl;
mod markdown;

pub use jsonl::jsonl;
pub use markdown::markdown;

use crate::incident::State;
use crate::journal::{Entry, Head};

/// What an export is made from.
pub struct Source<'a> {
    /// The fold of `entries`.
    pub state: &'a State,
    /// The whole record, in order.
    pub entries: &'a [Entry],
    pub head: &'a Head,
}
