//! Secrets: they are sent, and seen nowhere else, in any encoding that docs/secrets.md names.
#![expect(clippy::panic, clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

#[path = "secrets/echo.rs"]
mod echo;
#[path = "secrets/encodings.rs"]
mod encodings;
#[path = "http/server.rs"]
#[expect(dead_code, reason = "shared with tests/http.rs, which uses the rest")]
mod server;
#[path = "secrets/sources.rs"]
mod sources;
