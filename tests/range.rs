//! The range answers as the scenario says, to whoever asks, and remembers what was done.

#[path = "range/client.rs"]
mod client;
#[path = "range/walk.rs"]
mod walk;
