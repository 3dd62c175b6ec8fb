//! Standard output and error. What is written here is [`Shown`] or our own words.

use std::io::{self, Write};

use crate::text::{Shown, is_hidden};

/// One line, made harmless; a line that already is stays as it is.
pub(super) fn line(text: impl AsRef<str>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(Shown::new(text).as_str().as_bytes())?;
    out.write_all(b"\n")
}

/// Bytes that are not for a terminal: the record itself, a schema, a script for a shell.
pub(super) fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// One line of a record as it stands. Such a line is harmless as stanch writes it; one that was
/// edited to act on the terminal, or to be no text at all, is not printed so.
pub(super) fn record_line(bytes: &[u8]) -> io::Result<()> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(is_hidden) => raw(&[bytes, b"\n"].concat()),
        _ => line(String::from_utf8_lossy(bytes)),
    }
}

/// One line for the person at standard error.
pub(super) fn note(text: impl AsRef<str>) {
    let line = format!("{}\n", Shown::new(text));
    // Nobody is left to tell when standard error is gone.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Why the command failed, with its causes.
pub(super) fn error(error: &anyhow::Error) {
    let mut words = String::from("stanch");
    for cause in error.chain().map(ToString::to_string) {
        // Many errors tell their cause themselves.
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    note(words);
}

/// The reader of a pipe has seen enough: no failure.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
