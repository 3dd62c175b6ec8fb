//! A file that keeps room on the disk for the results of calls that run when it fills up.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::{Disk, Open, append_all};
use super::files::BALLAST;

/// The ballast of one record.
pub(super) struct Ballast {
    path: PathBuf,
    size: u64,
    full: bool,
    /// Why it could not be filled up, last time.
    why: String,
}

impl Ballast {
    /// Takes over what is there, or fills up what is missing, as far as the disk has room.
    pub(super) fn prepare(disk: &dyn Disk, dir: &Path, size: u64) -> Self {
        let path = dir.join(BALLAST);
        let found = disk.open(&path, Open::Read).and_then(|file| file.len());
        let mut ballast =
            Self { path, size, full: found.is_ok_and(|length| length == size), why: String::new() };
        ballast.refill(disk);
        ballast
    }

    /// Whether room is kept.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Why no room is kept.
    pub(super) fn why(&self) -> String {
        self.why.clone()
    }

    /// Tries to keep room again.
    pub(super) fn refill(&mut self, disk: &dyn Disk) {
        if self.full {
            return;
        }
        match self.write(disk) {
            Ok(()) => self.full = true,
            Err(error) => {
                self.why = format!("no room could be kept for results ({error})");
                // A part of it would only take room away from the record.
                let _ = disk.remove(&self.path);
            }
        }
    }

    fn write(&self, disk: &dyn Disk) -> io::Result<()> {
        match disk.remove(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = disk.open(&self.path, Open::CreateNew)?;
        let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
        let mut block = Vec::with_capacity(1 << 16);
        let mut left = self.size;
        while left > 0 {
            block.clear();
            // File systems that compress, or skip zeros, would keep no room for plain zeros.
            while block.len() < 1 << 16 {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                block.extend_from_slice(&noise.to_le_bytes());
            }
            let part = usize::try_from(left).unwrap_or(block.len()).min(block.len());
            append_all(file.as_mut(), &block[..part])?;
            left -= part as u64;
        }
        file.sync_all()?;
        match self.path.parent() {
            Some(dir) => disk.sync_dir(dir),
            None => Ok(()),
        }
    }

    /// Gives the room away; `false` when there was none.
    pub(super) fn release(&mut self, disk: &dyn Disk) -> bool {
        let had = std::mem::take(&mut self.full);
        had && disk.remove(&self.path).is_ok()
    }
}
