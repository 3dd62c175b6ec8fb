//! A secret from a file: only a regular file of ours that nobody else can read.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};
use secrecy::SecretString;

use super::{LONGEST, without_line_end};

/// Reads the file, or says in words why not.
pub(super) fn read(path: &Path) -> Result<SecretString, String> {
    let place = path.display();
    // Not through a link that somebody else may turn; not blocking on a pipe that nobody feeds.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
        rustix::io::Errno::LOOP => format!("{place} is a symbolic link: name the file itself"),
        error => format!("{place} cannot be opened: {}", std::io::Error::from(error)),
    })?;
    let facts = rustix::fs::fstat(&opened)
        .map_err(|error| format!("{place}: {}", std::io::Error::from(error)))?;
    if FileType::from_raw_mode(facts.st_mode) != FileType::RegularFile {
        return Err(format!("{place} is not a regular file"));
    }
    if facts.st_mode & 0o077 != 0 {
        return Err(format!(
            "{place} can be read or changed by others (mode {:o}): run `chmod 600 {place}`",
            facts.st_mode & 0o7777
        ));
    }
    if facts.st_uid != rustix::process::geteuid().as_raw() {
        return Err(format!("{place} belongs to another user"));
    }
    // One allocation: growing would leave copies of the value behind in freed memory.
    let mut bytes = Vec::with_capacity(LONGEST + 3);
    let limit = u64::try_from(LONGEST + 3).unwrap_or(u64::MAX);
    File::from(opened)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("{place} cannot be read: {error}"))?;
    without_line_end(bytes).map_err(|what| format!("{place}: {what}"))
}
