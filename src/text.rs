//! What may be printed: [`Shown`], the only form in which text from outside reaches a face, an
//! export or the record.
//!
//! Knows nothing of the house; everything else may use it.

mod shown;

pub use shown::{Shown, is_hidden};
