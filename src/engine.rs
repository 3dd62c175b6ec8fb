//! The one loop: every input is decided, recorded, flushed, published, and only then acted on.
//!
//! Faces know this room through [`Handle`] alone.

mod handle;
mod inbox;
mod pilot;
mod ports;
mod probe;
mod relocate;
mod socket;
mod start;
mod timer;
mod turn;
mod visit;

pub use handle::{Accepted, Handle, LiveCheck, Present, View};
pub use pilot::Pilot;
pub use ports::{Clock, Random, SystemClock, SystemRandom};
pub use relocate::Relocation;
pub use socket::{Listening, SocketError, listen, place_of, wire};
pub use start::{Launch, Ports, StartError, continue_in, open, resume};
pub use turn::fold_entry;
pub use visit::Visit;

pub use crate::journal::Head;
