//! What became of a drill: expectations from the record, the score, and the documents made of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod card;
mod compare;
mod documents;
mod run;
mod support;
mod watch;
