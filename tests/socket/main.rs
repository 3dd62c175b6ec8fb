//! An engine that outlives its faces: real processes that serve, attach, write and are killed, and
//! connections that say what no face would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod company;
mod death;
mod hostile;
mod place;
mod served;
mod tools;

#[expect(dead_code, reason = "shared with another suite, which uses all of it")]
#[path = "../walk/harness.rs"]
mod harness;
#[path = "../walk/pipe.rs"]
mod pipe;
#[expect(dead_code, reason = "shared with another suite, which uses all of it")]
#[path = "../walk/record.rs"]
mod record;
#[expect(dead_code, reason = "shared with another suite, which uses all of it")]
#[path = "../walk/server.rs"]
mod server;
