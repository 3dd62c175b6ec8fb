//! `completions`: a script for a shell.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::args::Cli;
use super::{Outcome, out};

/// Prints the script.
pub(super) fn completions(shell: Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "stanch", &mut script);
    out::raw(&script)?;
    Ok(Outcome::Good)
}
