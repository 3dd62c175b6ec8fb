//! Why something cannot be done now, in the words that every face shows.

/// A refusal; its `Display` is what a person reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this incident is read-only: {0}")]
    ReadOnly(String),
}
