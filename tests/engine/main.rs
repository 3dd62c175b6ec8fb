//! The engine in a world that fails: every promise about order, doubt and what stays saved.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod admitting;
mod clocks;
mod commits;
mod cuts;
mod disk;
mod evidence;
mod exercise;
mod failing;
mod moving;
mod people;
mod plan;
mod reading;
mod simulation;
mod stopping;
mod timers;
mod walk;
mod world;
