//! The drill: a scenario as data, and the range, its simulated back ends on loopback.
//!
//! A scenario file describes state, routes and refusals, so that anybody writes a drill for their
//! own playbook without Rust; `docs/drills.md` names every key. The range has no secret and calls
//! nobody: it only answers.

mod fields;
mod incoming;
mod pattern;
mod range;
mod record;
mod scenario;
pub mod score;
pub mod shipped;
mod watch;
mod world;

pub use range::{Range, RangeError};
pub use record::{RANGE_LOG, RecordError};
pub use scenario::plan;
pub use scenario::{Refuse, Route, Scenario, ScenarioError};
pub use score::{Comparison, Score};
pub use watch::{Judging, Moment, Standing, Watch};
pub use world::{HERE, RouteCount};
