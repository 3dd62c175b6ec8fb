//! Both faces on the real core, without disk, network, clock or terminal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../core/support.rs"]
#[expect(dead_code, reason = "shared with tests of the core alone")]
mod core;

mod browse;
mod copies;
mod corpus;
mod exercise;
mod fixture;
mod forms;
mod mouse;
mod palette;
mod parity;
mod people;
mod pictures;
mod plain;
mod roles;
mod safety;
mod scenes;
mod sizes;
mod snapshots;
mod svg;
mod terminal;
mod themes;
mod told;
