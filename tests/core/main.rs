//! The pure core, driven through its public face: no disk, no network, no clock.

mod doubt;
mod refusals;
mod replay;
mod support;
