//! Bodies beside the record, each named by its hash. A hash chain cannot forget: what may have to be
//! removed one day stands here.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::disk::{Disk, Open, create_dir_all, read_whole, write_new};
use super::error::JournalError;
use super::files::BLOBS;
use super::fold::segments;
use crate::incident::hex;

/// The longest body that is read back.
const BLOB_LIMIT: u64 = 64 << 20;

/// A body by its hash, from whichever segment has it; `None` when it was withheld or is missing.
/// Fails where the bytes no longer give the hash.
pub fn blob(disk: &dyn Disk, dir: &Path, sha256: &str) -> Result<Option<Vec<u8>>, JournalError> {
    if !is_name(sha256) {
        return Ok(None);
    }
    for dir in segments(disk, dir)? {
        let path = place(&dir, sha256);
        match read_whole(disk, &path, BLOB_LIMIT) {
            Ok(bytes) if hex(&Sha256::digest(&bytes)) == sha256 => return Ok(Some(bytes)),
            Ok(_) => {
                let what = "trust a body that no longer gives its hash:";
                let source = io::ErrorKind::InvalidData.into();
                return Err(JournalError::Io { what, path, source });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(JournalError::io("read", &path)(error)),
        }
    }
    Ok(None)
}

/// Whether a body is there, without reading it.
pub fn has_blob(disk: &dyn Disk, dir: &Path, sha256: &str) -> Result<bool, JournalError> {
    let there = |dir: PathBuf| disk.open(&place(&dir, sha256), Open::Read).is_ok();
    Ok(is_name(sha256) && segments(disk, dir)?.into_iter().any(there))
}

pub(super) fn put(disk: &dyn Disk, dir: &Path, bytes: &[u8]) -> Result<String, JournalError> {
    let sha256 = hex(&Sha256::digest(bytes));
    let blobs = dir.join(BLOBS);
    create_dir_all(disk, &blobs).map_err(JournalError::io("create", &blobs))?;
    let path = blobs.join(&sha256);
    // One that stands there already may not have been flushed: it is written again.
    write_new(disk, &path, bytes).map_err(JournalError::io("write", &path))?;
    Ok(sha256)
}

pub(super) fn remove(disk: &dyn Disk, dir: &Path, sha256: &str) -> Result<(), JournalError> {
    if !is_name(sha256) {
        return Ok(());
    }
    let path = place(dir, sha256);
    match disk.remove(&path) {
        Ok(()) => {
            let blobs = dir.join(BLOBS);
            disk.sync_dir(&blobs).map_err(JournalError::io("flush", &blobs))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(JournalError::io("remove", &path)(error)),
    }
}

fn place(dir: &Path, sha256: &str) -> PathBuf {
    dir.join(BLOBS).join(sha256)
}

/// Nothing but a hash may become part of a path.
fn is_name(sha256: &str) -> bool {
    super::LineHash::parse(sha256.as_bytes()).is_some()
}
