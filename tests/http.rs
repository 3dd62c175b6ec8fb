//! What leaves this machine over HTTP, and what comes back: against servers of our own that
//! misbehave.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

#[path = "http/admitted.rs"]
mod admitted;
#[path = "http/bounds.rs"]
mod bounds;
#[path = "http/broken.rs"]
mod broken;
#[path = "http/drill.rs"]
mod drill;
#[path = "http/redirects.rs"]
mod redirects;
#[path = "http/server.rs"]
mod server;
#[path = "http/tls.rs"]
mod tls;
#[path = "http/unauthorised.rs"]
mod unauthorised;
#[path = "http/vantage.rs"]
mod vantage;
#[path = "http/verdicts.rs"]
mod verdicts;
