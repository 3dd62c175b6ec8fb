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
//! | [`engine`] | the one loop; its `Handle` is all that a face sees |
//! | [`command`] | what a person can do at a face: the one table |
//! | [`plain`] | a face: line by line |
//! | [`tui`] | a face: the whole screen |

pub mod command;
pub mod engine;
pub mod incident;
pub mod plain;
pub mod playbook;
pub mod text;
pub mod tui;
