//! The pure core, driven through its public face: no disk, no network, no clock.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod clocks;
mod doubt;
mod exercise;
mod people;
mod plan;
mod refusals;
mod register;
mod replay;
mod scope;
mod support;
