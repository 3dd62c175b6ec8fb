//! The end of a record after an unclean stop: what is torn is kept beside and cut, what stands is
//! written once more before it is trusted.
//!
//! A page can be marked clean in memory although it never reached the disk; then reading gives good
//! bytes that the next power cut takes away, and a flush does nothing. So the last commit is written
//! again. A copy of it is durable first: a second power cut in the middle of that cannot hurt it.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::disk::{Disk, DiskFile, Open, read_full_at, read_whole, write_all_at, write_new};
use super::error::JournalError;
use super::files::{JOURNAL, PART, TAIL, TORN};
use super::recover::Torn;
use super::scan::Scanned;
use crate::incident::hex;

/// A commit can be many lines.
const COPY_LIMIT: u64 = 1 << 30;
const BLOCK: usize = 1 << 20;

/// The first line of the copy; the bytes follow.
#[derive(Serialize, Deserialize)]
struct CopyHead {
    offset: u64,
    length: u64,
    sha256: String,
}

/// Keeps what is torn under a name of its own, flushed, before anything is cut.
pub(super) fn keep_torn(
    disk: &dyn Disk,
    dir: &Path,
    scanned: &Scanned,
) -> Result<Torn, JournalError> {
    let journal = dir.join(JOURNAL);
    let (from, end) = (scanned.good, scanned.end);
    let file = disk.open(&journal, Open::Read).map_err(JournalError::io("read", &journal))?;
    let half = dir.join(format!("{TORN}part"));
    let keep = || -> io::Result<Torn> {
        let mut copy = disk.open(&half, Open::CreateOrRewrite)?;
        copy.set_len(0)?;
        let mut sha = Sha256::new();
        let mut block = vec![0; BLOCK];
        let mut at = from;
        while at < end {
            let wanted = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
            let read = read_full_at(file.as_ref(), &mut block[..wanted], at)?;
            if read == 0 {
                break;
            }
            sha.update(&block[..read]);
            write_all_at(copy.as_mut(), &block[..read], at - from)?;
            at += read as u64;
        }
        copy.sync_all()?;
        let sha256 = hex(&sha.finalize());
        let kept_as = format!("{TORN}{from}.{}", &sha256[..16]);
        disk.rename(&half, &dir.join(&kept_as))?;
        disk.sync_dir(dir)?;
        Ok(Torn { bytes: at - from, sha256, kept_as })
    };
    keep().map_err(JournalError::io("keep the torn end of", &journal))
}

/// Torn ends that stand beside the record, and that no record speaks of yet: a crash can come
/// between the cut and the record of it.
pub(super) fn unrecorded_torn(
    disk: &dyn Disk,
    dir: &Path,
    recorded: &[String],
) -> Result<Vec<Torn>, JournalError> {
    let mut names = disk.list(dir).map_err(JournalError::io("list", dir))?;
    names.retain(|name| name.starts_with(TORN) && !name.ends_with(PART));
    names.retain(|name| !recorded.contains(name));
    names.sort_unstable();
    let read = |kept_as: String| {
        let path = dir.join(&kept_as);
        let bytes = read_whole(disk, &path, COPY_LIMIT).map_err(JournalError::io("read", &path))?;
        let sha256 = hex(&Sha256::digest(&bytes));
        Ok(Torn { bytes: bytes.len() as u64, sha256, kept_as })
    };
    names.into_iter().map(read).collect()
}

/// Cuts after the last good line and writes the last commit once more, so that all that stands is
/// on the disk.
pub(super) fn rewrite(disk: &dyn Disk, dir: &Path, scanned: &Scanned) -> Result<(), JournalError> {
    let journal = dir.join(JOURNAL);
    let rewrite = || -> io::Result<()> {
        let file = disk.open(&journal, Open::Read)?;
        let length = usize::try_from(scanned.good - scanned.commit).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        if read_full_at(file.as_ref(), &mut bytes, scanned.commit)? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let head = CopyHead {
            offset: scanned.commit,
            length: length as u64,
            sha256: hex(&Sha256::digest(&bytes)),
        };
        let mut copy = serde_json::to_vec(&head)?;
        copy.push(b'\n');
        copy.extend_from_slice(&bytes);
        write_new(disk, &dir.join(TAIL), &copy)?;
        disk.open(&journal, Open::Rewrite)?.set_len(scanned.good)?;
        put_back(disk, dir, &head, &bytes)
    };
    rewrite().map_err(JournalError::io("make durable the end of", &journal))
}

/// Finishes a rewriting that a crash interrupted. The copy appears under its name only whole, and
/// what it holds never changes in the record: putting it back once too often does no harm, so
/// nothing is cut here.
pub(super) fn finish_rewrite(disk: &dyn Disk, dir: &Path) -> Result<(), JournalError> {
    let path = dir.join(TAIL);
    let copy = match read_whole(disk, &path, COPY_LIMIT) {
        Ok(copy) => copy,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(JournalError::io("read", &path)(error)),
    };
    let mut parts = copy.splitn(2, |byte| *byte == b'\n');
    let head = parts.next().and_then(|head| serde_json::from_slice::<CopyHead>(head).ok());
    let bytes = parts.next().unwrap_or_default();
    match head {
        Some(head)
            if head.length == bytes.len() as u64
                && head.sha256 == hex(&Sha256::digest(bytes))
                && longer_than(disk, dir, head.offset)? =>
        {
            put_back(disk, dir, &head, bytes).map_err(JournalError::io("finish with", &path))
        }
        // Not ours, or of another record: the record itself is judged line by line anyway.
        _ => disk.remove(&path).map_err(JournalError::io("remove", &path)),
    }
}

fn longer_than(disk: &dyn Disk, dir: &Path, offset: u64) -> Result<bool, JournalError> {
    let journal = dir.join(JOURNAL);
    let length = disk.open(&journal, Open::Read).and_then(|file| file.len());
    Ok(length.map_err(JournalError::io("read", &journal))? >= offset)
}

fn put_back(disk: &dyn Disk, dir: &Path, head: &CopyHead, bytes: &[u8]) -> io::Result<()> {
    let mut file: Box<dyn DiskFile> = disk.open(&dir.join(JOURNAL), Open::Rewrite)?;
    write_all_at(file.as_mut(), bytes, head.offset)?;
    file.sync_all()?;
    disk.remove(&dir.join(TAIL))?;
    disk.sync_dir(dir)
}
