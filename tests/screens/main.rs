//! Both faces on the real core, without disk, network, clock or terminal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../core/support.rs"]
#[expect(dead_code, reason = "shared with tests of the core alone")]
mod core;

mod corpus;
mod fixture;
mod plain;
mod safety;
mod sizes;
mod snapshots;
mod terminal;
