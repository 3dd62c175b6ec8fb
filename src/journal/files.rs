//! The names of the files of an incident.

/// The record: one JSON object a line.
pub const JOURNAL: &str = "journal.jsonl";
/// Held by the engine that writes; names it.
pub const LOCK: &str = "lock";
/// Keeps room for the results of running calls.
pub const BALLAST: &str = "ballast";
/// Outcomes that came after the record could no longer be written, in a directory elsewhere.
pub const EMERGENCY: &str = "emergency.jsonl";
/// A copy of the last commit while it is rewritten in place.
pub(super) const TAIL: &str = "journal.tail";
/// What was cut stands beside the record under names that begin so.
pub(super) const TORN: &str = "journal.torn.";
/// Names the directory in which the record goes on.
pub(super) const CONTINUED_IN: &str = "continued-in";
/// A copy of the record on its way here, until the old one is closed.
pub(super) const MOVING: &str = "journal.moving";
/// Says that the record was moved here, by the hash of the line that closed the old one.
pub(super) const MOVED_HERE: &str = "moved-here";
/// Bodies, by hash.
pub(super) const BLOBS: &str = "blobs";
