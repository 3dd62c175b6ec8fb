//! The drill: a scenario as data, and the range, its simulated back ends on loopback.
//!
//! A scenario file describes state, routes and refusals, so that anybody writes a drill for their
//! own playbook without Rust; `docs/drills.md` names every key. The range has no secret and calls
//! nobody: it only answers.

mod autopilot;
mod desk;
mod director;
mod fault;
mod fields;
mod flush;
mod incoming;
mod pattern;
mod range;
mod record;
mod scenario;
pub mod score;
pub mod shipped;
mod watch;
mod world;

pub use autopilot::{Autopilot, LeapingClock, Skill};
pub use desk::{ArmedFault, Coming, Desk, Expected, Planned, event_words, is_control};
pub use director::{Director, Faults};

pub use fault::{Chance, Changes, Fault, FaultKind, Substitute, Target, Window};
pub use range::{Range, RangeControl, RangeError};
pub use record::{RANGE_LOG, RecordError};
pub use scenario::plan;
pub use scenario::{
    CheckedScenario, Refuse, Route, Scenario, ScenarioError, WorldFile, WorldLibrary,
};
pub use score::{Comparison, Score};
pub use watch::{Judging, Moment, Standing, Watch};
pub use world::{HERE, RouteCount};
