//! Where the text of a sub-playbook comes from. Reading stays pure: whoever reads a playbook says
//! how one is found.

use std::fmt;

/// How a step names the playbook that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A shipped one, by the name that a person types.
    Shipped(String),
    /// A file, by its path from the directory of the playbook that names it.
    File(String),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shipped(name) | Self::File(name) => f.write_str(name),
        }
    }
}

/// A sub-playbook that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The step that stands for it, as the whole playbook names it: `leak`, or `leak.inner`.
    pub at: &'a str,
    pub reference: &'a Reference,
    /// The file that names it, as problems call that.
    pub beside: &'a str,
}

/// The text of a sub-playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As problems call it.
    pub file: String,
    pub text: String,
    /// SHA-256 of what was found first, where `text` was amended since.
    pub sha256: Option<String>,
}

/// Finds the texts of sub-playbooks.
pub trait Library {
    /// The text, or in words why there is none.
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String>;
}

impl<F: Fn(&Wanted<'_>) -> Result<Found, String>> Library for F {
    fn find(&self, wanted: &Wanted<'_>) -> Result<Found, String> {
        self(wanted)
    }
}

/// A library without a book.
pub(super) fn empty(_: &Wanted<'_>) -> Result<Found, String> {
    Err("no other playbook can be read here".to_owned())
}
