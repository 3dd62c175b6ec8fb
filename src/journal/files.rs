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
/// Bodies, by hash.
pub(super) const BLOBS: &str = "blobs";
/// A file that is still being written ends so, until it is renamed.
pub(super) const PART: &str = ".part";
