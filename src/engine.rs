//! The one loop: every input is decided, recorded, flushed, published, and only then acted on.
//!
//! Faces know this room through [`Handle`] alone.

mod handle;

pub use handle::{Accepted, Handle, Head, LiveCheck, View};
