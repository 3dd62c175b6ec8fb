//! The pure core: what may happen next, and what is true now. No I/O, no clock, no async.
//!
//! `decide(State, Input, Now)` answers with records and effects, or a refusal; `apply(State, Record)` is the only thing that
//! changes a state; `offers(State, Now)` lists what a person could ask, in the words that every
//! face shows.

mod apply;
pub mod claim;
pub mod clocks;
mod decide;
pub mod effect;
pub mod evidence;
pub mod exercise;
pub mod id;
pub mod input;
pub mod occurred;
pub mod offer;
pub mod page;
pub mod people;
mod permit;
mod plan;
mod preview;
pub mod ran;
pub mod record;
pub mod refusal;
pub mod reminder;
mod render;
pub mod request;
pub mod severity;
pub mod state;
pub mod words;

pub use apply::{Stamp, apply, apply_unknown};
pub use claim::{Claim, ClaimStatus, Count};
pub use clocks::{Clocks, Due, DutyState, Promise, SkipKind};
pub use decide::{Decision, decide};
pub use effect::{CallOutcome, CallResult, CheckResult, Effect, Finding, Judge, Question};
pub use evidence::Evidence;
pub use exercise::Exercise;
pub use id::{CallId, CheckId, ClaimId, GuardId, Seq, StepKey, TimerId};
pub use input::{Ask, Input, Now, SkipAs};
pub use offer::{Needs, Offer, offers, offers_of, recommended};
pub use page::{Page, hand_over_page};
pub use people::{Held, NAME_LIMIT, Offered, People};
pub use permit::{TEXT_LIMIT, permit, permit_to};
pub use plan::change_of_plan;
pub use preview::{Preview, preview, preview_check};
pub use ran::{CommandEnd, CommandRun, HowEnded, Output};
pub use record::{By, Mode, Occurred, Opened, Precision, Purpose, Record, Stage, Verdict, kinds};
pub use refusal::Refusal;
pub use reminder::{Timer, When, WhenError};
pub use request::{Answer, Request, hex};
pub use severity::Severity;
pub use state::{CallEnd, CheckVerdict, Index, Progress, Row, State};
pub use words::RecordLine;
