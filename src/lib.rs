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
//! | [`drill`] | scenario and range: simulated back ends on loopback |

pub mod drill;
pub mod engine;
pub mod incident;
pub mod playbook;
pub mod text;
