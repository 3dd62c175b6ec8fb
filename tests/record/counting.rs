//! The disk of this machine, counting the bytes that are read from it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stanch::journal::{Disk, DiskFile, Open, RealDisk};

#[derive(Clone, Default)]
pub(crate) struct CountingDisk(Arc<AtomicU64>);

impl CountingDisk {
    /// Bytes so far.
    pub(crate) fn read(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Counted {
    file: Box<dyn DiskFile>,
    bytes: Arc<AtomicU64>,
}

impl Disk for CountingDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_dir(path)
    }

    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(Counted { file: RealDisk.open(path, how)?, bytes: self.0.clone() }))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(path)
    }
}

impl DiskFile for Counted {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let read = self.file.read_at(buffer, offset)?;
        self.bytes.fetch_add(read as u64, Ordering::SeqCst);
        Ok(read)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.append(bytes)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        self.file.try_lock()
    }
}
