//! A record goes on elsewhere: all of it is copied, and only then is the old one closed.
//!
//! The order of work: everything is copied, flushed and read back, the record itself under a name
//! by which nobody finds it, its last line already the one that closes the old record. Then that
//! line is flushed in the old record: that moment it has moved. Then the copy gets its name. A
//! crash before leaves the old one as it was; a crash between leaves it closed beside a whole copy,
//! and doing the move again gives that its name. At no moment can both be gone on with.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::disk::{
    Disk, DiskFile, Open, create_dir_all, read_full_at, read_whole, write_all_at, write_new,
};
use super::entry::Head;
use super::error::JournalError;
use super::files::{BALLAST, BLOBS, CONTINUED_IN, JOURNAL, LOCK, MOVED_HERE, MOVING, TAIL};
use super::fold::{find_segments, open_journal};
use super::scan::scan;
use super::writer::Writer;

const BLOCK: usize = 1 << 20;
const MARKER_LIMIT: u64 = 64 << 10;

/// A whole copy that has no name yet.
pub struct Copied {
    disk: Arc<dyn Disk>,
    to: PathBuf,
}

impl Copied {
    /// Gives the copy its name, when the old record is closed.
    pub fn name(self) -> Result<(), JournalError> {
        let Self { disk, to } = self;
        let path = to.join(MOVING);
        disk.rename(&path, &to.join(JOURNAL)).map_err(JournalError::io("rename", &path))?;
        disk.sync_dir(&to).map_err(JournalError::io("flush", &to))
    }
}

/// Copies the record of `writer`, with all its segments in one, what is pending at its end, and all
/// that lies beside it, into the directory `to`. `from` is left there, for the words of whoever
/// takes the copy up. Changes nothing in the old record.
pub fn copy(writer: &Writer, to: &Path, from: &str) -> Result<Copied, JournalError> {
    let disk = writer.shared_disk();
    if disk.open(&to.join(JOURNAL), Open::Read).is_ok() {
        return Err(JournalError::HasRecord { path: to.to_owned() });
    }
    create_dir_all(disk.as_ref(), to).map_err(JournalError::io("create", to))?;
    let segments = find_segments(disk.as_ref(), writer.dir())?;
    for segment in &segments {
        beside(disk.as_ref(), &segment.dir, to)?;
    }
    let mut parts = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        let file = open_journal(disk.as_ref(), &segment.dir)?;
        let length = match segments.get(place + 1) {
            None => writer.flushed_bytes(),
            // What stands behind the line that the next one goes on from was left behind.
            Some(next) => {
                let until = |frame: &super::line::Frame| frame.seq + 1 == next.first.seq;
                let scanned = scan(file.as_ref(), segment.first, false, &mut |frame, _, _| {
                    if until(frame) {
                        std::ops::ControlFlow::Break(())
                    } else {
                        std::ops::ControlFlow::Continue(())
                    }
                });
                scanned.map_err(JournalError::io("read", &segment.journal()))?.good
            }
        };
        parts.push((file, length));
    }
    let parts: Vec<(&dyn DiskFile, u64)> =
        parts.iter().map(|(file, length)| (file.as_ref(), *length)).collect();
    let path = to.join(MOVING);
    write_copy(disk.as_ref(), &parts, writer.pending(), &path)
        .map_err(JournalError::io("copy the record to", &path))?;
    let marker = to.join(MOVED_HERE);
    let head = writer.pending_head().map_or_else(String::new, |head| head.hash);
    write_new(disk.as_ref(), &marker, format!("{head}\n{from}\n").as_bytes())
        .map_err(JournalError::io("write", &marker))?;
    Ok(Copied { disk, to: to.to_owned() })
}

/// Where the record in `dir` was moved from, if it is the copy that was made when `head`, which
/// closed the old one, was written.
pub fn moved_here(disk: &dyn Disk, dir: &Path, head: &Head) -> Option<String> {
    let words = read_whole(disk, &dir.join(MOVED_HERE), MARKER_LIMIT).ok()?;
    let words = String::from_utf8_lossy(&words).into_owned();
    let (hash, from) = words.split_once('\n')?;
    (hash == head.hash).then(|| from.trim_end_matches('\n').to_owned())
}

/// The copy in `dir` is no longer to be taken up: the old record goes on after all.
pub fn forget_copy(disk: &dyn Disk, dir: &Path) -> Result<(), JournalError> {
    let path = dir.join(MOVED_HERE);
    match disk.remove(&path) {
        Ok(()) => disk.sync_dir(dir).map_err(JournalError::io("flush", dir)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(JournalError::io("remove", &path)(error)),
    }
}

/// Everything that lies beside a segment, but for what belongs to its place.
fn beside(disk: &dyn Disk, from: &Path, to: &Path) -> Result<(), JournalError> {
    let names = disk.list(from).map_err(JournalError::io("list", from))?;
    for name in names {
        if name == BLOBS {
            let (from, to) = (from.join(BLOBS), to.join(BLOBS));
            create_dir_all(disk, &to).map_err(JournalError::io("create", &to))?;
            for blob in disk.list(&from).map_err(JournalError::io("list", &from))? {
                one(disk, &from.join(&blob), &to.join(&blob))?;
            }
            disk.sync_dir(&to).map_err(JournalError::io("flush", &to))?;
        } else if !stays(&name) {
            one(disk, &from.join(&name), &to.join(&name))?;
        }
    }
    disk.sync_dir(to).map_err(JournalError::io("flush", to))
}

fn stays(name: &str) -> bool {
    [JOURNAL, LOCK, BALLAST, TAIL, CONTINUED_IN, MOVING, MOVED_HERE].contains(&name)
        || Path::new(name).extension().is_some_and(|end| end == "part")
}

/// One file, under its name only when its content is durable and was read back. A directory is
/// nobody's: there is none beside a record but for its blobs.
fn one(disk: &dyn Disk, from: &Path, to: &Path) -> Result<(), JournalError> {
    let io = || JournalError::io("copy", from);
    let file = match disk.open(from, Open::Read) {
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => return Ok(()),
        file => file.map_err(io())?,
    };
    let mut half = to.as_os_str().to_owned();
    half.push(".part");
    let half = PathBuf::from(half);
    let length = file.len().map_err(io())?;
    match write_copy(disk, &[(file.as_ref(), length)], &[], &half) {
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            return disk.remove(&half).map_err(JournalError::io("remove", &half));
        }
        copied => copied.map_err(io())?,
    }
    disk.rename(&half, to).map_err(JournalError::io("rename", &half))
}

/// The first bytes of each of the files, then `end`, flushed and read back.
fn write_copy(
    disk: &dyn Disk,
    parts: &[(&dyn DiskFile, u64)],
    end: &[u8],
    path: &Path,
) -> io::Result<()> {
    let mut copy = disk.open(path, Open::CreateOrRewrite)?;
    copy.set_len(0)?;
    let (mut sha, mut at, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    for (file, length) in parts {
        let mut read = 0;
        while read < *length {
            let wanted = usize::try_from(length - read).unwrap_or(BLOCK).min(BLOCK);
            let got = read_full_at(*file, &mut block[..wanted], read)?;
            if got == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            sha.update(&block[..got]);
            write_all_at(copy.as_mut(), &block[..got], at)?;
            read += got as u64;
            at += got as u64;
        }
    }
    sha.update(end);
    write_all_at(copy.as_mut(), end, at)?;
    copy.sync_all()?;
    drop(copy);
    if hash_of(disk, path)? != sha.finalize().as_slice() {
        return Err(io::Error::other("what was read back is not what was written"));
    }
    Ok(())
}

fn hash_of(disk: &dyn Disk, path: &Path) -> io::Result<Vec<u8>> {
    let file = disk.open(path, Open::Read)?;
    let (mut sha, mut at, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    loop {
        let read = read_full_at(file.as_ref(), &mut block, at)?;
        if read == 0 {
            return Ok(sha.finalize().to_vec());
        }
        sha.update(&block[..read]);
        at += read as u64;
    }
}
