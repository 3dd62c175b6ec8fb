//! The drill: a scenario as data, and the range, its simulated back ends on loopback.
//!
//! A scenario file describes state, routes and refusals, so that anybody writes a drill for their
//! own playbook without Rust; `docs/drills.md` names every key. The range has no secret and calls
//! nobody: it only answers.

mod fault;
mod fields;
mod flush;
mod incoming;
mod pattern;
mod range;
mod record;
mod scenario;
pub mod shipped;
mod world;

pub use fault::{Chance, Changes, Fault, FaultKind, Substitute, Target, Window};
pub use range::{Range, RangeControl, RangeError};
pub use record::{RANGE_LOG, RecordError};
pub use scenario::plan;
pub use scenario::{Refuse, Route, Scenario, ScenarioError};
pub use world::{HERE, RouteCount};
