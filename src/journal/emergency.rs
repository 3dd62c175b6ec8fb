//! Where outcomes go that come after the record could no longer be written: a plain file elsewhere,
//! for a person to carry over by hand. It is no record: nothing chains it.

use std::io::{self, Write};
use std::path::Path;

use super::disk::{Disk, Open, append_all, create_dir_all};
use super::entry::{Draft, Head};
use super::error::JournalError;
use super::line::encode_rest;
use crate::incident::Now;

/// Appends `drafts` to the file, one JSON object a line, each with the head of the record that it
/// came too late for, and flushes them.
pub fn emergency(
    disk: &dyn Disk,
    path: &Path,
    head: Option<&Head>,
    drafts: &[Draft],
    now: Now,
) -> Result<(), JournalError> {
    let mut lines = Vec::new();
    for draft in drafts {
        let encoded = match head {
            Some(head) => {
                write!(lines, "{{\"after\":{{\"seq\":{},\"hash\":\"{}\"}}", head.seq, head.hash)
            }
            None => write!(lines, "{{\"after\":null"),
        }
        .and_then(|()| encode_rest(&mut lines, now, None, draft).map_err(io::Error::from));
        encoded.map_err(JournalError::io("write", path))?;
        lines.extend_from_slice(b"}\n");
    }
    append(disk, path, &lines).map_err(JournalError::io("write", path))
}

fn append(disk: &dyn Disk, path: &Path, lines: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    create_dir_all(disk, dir)?;
    let mut file = match disk.open(path, Open::CreateNew) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.open(path, Open::Append)?
        }
        opened => opened?,
    };
    append_all(file.as_mut(), lines)?;
    file.sync_all()?;
    disk.sync_dir(dir)
}
