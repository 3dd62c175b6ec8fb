//! The record as JSON Lines: the very bytes, so that the hashes still hold.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::journal::{Disk, JOURNAL, JournalError, Open, segments};

/// Copies every line of the record, over all its segments, up to `bytes` of the last one.
pub fn jsonl(disk: &Arc<dyn Disk>, dir: &Path, out: &mut dyn Write) -> Result<(), JournalError> {
    for segment in segments(disk.as_ref(), dir)? {
        let path = segment.join(JOURNAL);
        let io = |source| JournalError::Io { what: "read", path: path.clone(), source };
        let file = disk.open(&path, Open::Read).map_err(io)?;
        let mut buffer = vec![0; 1 << 20];
        let mut offset = 0;
        loop {
            let read = file.read_at(&mut buffer, offset).map_err(io)?;
            if read == 0 {
                break;
            }
            out.write_all(&buffer[..read]).map_err(broken)?;
            offset += read as u64;
        }
    }
    Ok(())
}

fn broken(source: io::Error) -> JournalError {
    JournalError::Io { what: "write the export to", path: "standard output".into(), source }
}
