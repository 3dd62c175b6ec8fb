//! stanch: the incident-response console for the terminal.
//!
//! One library, one thin binary. A room knows only those above it in this list; `tests/layers.rs`
//! holds that true.
//!
//! | room | what it is |
//! |---|---|
//! | [`text`] | what may be printed: remote text made harmless |
//! | [`playbook`] | what should be done: the document, as data |
//! | [`incident`] | the pure core: `decide`, `apply`, `offers`, and the record in words |
//! | [`journal`] | the record on disk: append, flush, recover, verify |
//! | [`backend`] | how a call leaves this machine: HTTP, secrets, masking, verdicts |
//! | [`engine`] | the one loop: decide, flush, publish, and only then act |
//! | [`pilot`] | answers in the place of a person |
//! | [`drill`] | scenario and range: simulated back ends, described in a file |
//! | [`export`] | an incident as documents |
//! | [`command`] | the one table of what a person can do, and what every face tells |
//! | [`config`] | where things are, who I am, which secrets |
//! | [`plain`] | a face, line by line: for screen readers, pipes, dumb terminals |
//! | [`tui`] | a face: the whole screen |
//! | [`cli`] | one file for each subcommand; the only room that prints |

pub mod backend;
pub mod cli;
pub mod command;
pub mod config;
pub mod drill;
pub mod engine;
pub mod export;
pub mod incident;
pub mod journal;
pub mod pilot;
pub mod plain;
pub mod playbook;
pub mod text;
pub mod tui;
