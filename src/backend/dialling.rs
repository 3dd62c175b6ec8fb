//! In a drill: what stands in the way of a connection to the range.

use std::fmt::Debug;
use std::net::SocketAddr;

/// Asked before each request of a drill; a live one never asks.
pub trait Dialling: Debug + Send + Sync {
    /// What a request to this back end of the range, from this vantage point, is to meet. It may
    /// flush a file, and no more.
    fn dial(&self, backend: &str, via: Option<&str>, method: &str, path: &str) -> Dial;
}

/// What a request meets before there is a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dial {
    Open,
    /// The name is not known.
    NoName,
    /// The handshake of TLS fails.
    NoHandshake,
    /// The connection is refused: nobody listens at this address of loopback.
    Refused(SocketAddr),
}
