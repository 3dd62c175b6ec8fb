//! The range answers as the scenario says, to whoever asks, and remembers what was done.
#![expect(clippy::panic, clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

#[path = "range/client.rs"]
mod client;
#[path = "range/drills.rs"]
mod drills;
#[path = "range/exercise.rs"]
mod exercise;
#[path = "range/faults.rs"]
mod faults;
#[path = "range/hostile.rs"]
mod hostile;
#[path = "range/met.rs"]
mod met;
#[path = "range/phoned_in.rs"]
mod phoned_in;
#[path = "range/scenario.rs"]
mod scenario;
#[path = "range/shipped.rs"]
mod shipped;
#[path = "range/walk.rs"]
mod walk;
