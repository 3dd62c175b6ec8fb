//! stanch: the incident-response console for the terminal.
//!
//! One library, one thin binary. A room knows only those above it in this list; `tests/layers.rs`
//! holds that true.
//!
//! | room | what it is |
//! |---|---|
//! | [`text`] | what may be printed: remote text made harmless |
//! | [`playbook`] | what should be done: the document, as data |
//! | [`incident`] | the pure core: `decide`, `apply`, `offers` |
//! | [`backend`] | how a call leaves this machine: HTTP, secrets, masking, verdicts |
//! | [`config`] | where things are, who I am, which secrets |

pub mod backend;
pub mod config;
pub mod engine;
pub mod incident;
pub mod playbook;
pub mod text;
