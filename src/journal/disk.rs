//! What the record needs of a disk, as traits: tests put a disk there that loses what was not
//! flushed, or fails at the Nth call.

use std::io;
use std::path::Path;

use super::files::PART;

/// A file system, as far as the record uses one.
pub trait Disk: Send + Sync {
    /// Creates one directory, 0700. Fails with `AlreadyExists`, and with `NotFound` without its
    /// parent.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Opens a file, never through a symbolic link in its last component.
    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Renames a file; what bore the new name is gone.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// The names in a directory, in no order.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// To be read; it must exist.
    Read,
    /// To be appended to and cut; it must exist.
    Append,
    /// To be written in place and cut; it must exist.
    Rewrite,
    /// New, 0600, to be appended to; it must not exist.
    CreateNew,
    /// To be written in place; created, 0600, where it does not exist.
    CreateOrRewrite,
}

/// An open file.
pub trait DiskFile: Send {
    /// Its length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Reads at `offset`; fewer bytes than asked are no error, 0 is the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes at the end, in one call; may write fewer bytes than given.
    fn append(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Writes at `offset`; may write fewer bytes than given. Not for files opened to append.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize>;
    /// Makes the content, and the length needed to read it, durable.
    fn sync_data(&mut self) -> io::Result<()>;
    /// The same with all metadata.
    fn sync_all(&mut self) -> io::Result<()>;
    /// Cuts, or grows with zeros.
    fn set_len(&mut self, length: u64) -> io::Result<()>;
    /// Locks the file for this open file alone until it is closed; `false` when another has it.
    fn try_lock(&mut self) -> io::Result<bool>;
    /// Nothing in it.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Appends all of `bytes`. After an error any part of them may stand in the file.
pub(super) fn append_all(file: &mut dyn DiskFile, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.append(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of `bytes` at `offset`.
pub(super) fn write_all_at(
    file: &mut dyn DiskFile,
    mut bytes: &[u8],
    mut offset: u64,
) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                offset += written as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Fills `buffer` from `offset`, as far as the file goes; the number of bytes read.
pub(super) fn read_full_at(
    file: &dyn DiskFile,
    buffer: &mut [u8],
    offset: u64,
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The whole file, if it has at most `limit` bytes.
pub(super) fn read_whole(disk: &dyn Disk, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = disk.open(path, Open::Read)?;
    let length = file.len()?;
    if length > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has {length} bytes, at most {limit} are read"),
        ));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    let read = read_full_at(file.as_ref(), &mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Creates a directory and the parents that are missing, each made durable in its own parent.
pub(super) fn create_dir_all(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.create_dir(path) {
        // Whoever made it may not have flushed its name.
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let Some(parent) = path.parent() else { return Err(error) };
            create_dir_all(disk, parent)?;
            match disk.create_dir(path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Err(error) => return Err(error),
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => disk.sync_dir(parent),
        _ => disk.sync_dir(Path::new(".")),
    }
}

/// Writes a file under a name that appears only when its content is durable.
pub(super) fn write_new(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut half = path.as_os_str().to_owned();
    half.push(PART);
    let half = Path::new(&half);
    let mut file = disk.open(half, Open::CreateOrRewrite)?;
    file.set_len(0)?;
    write_all_at(file.as_mut(), bytes, 0)?;
    file.sync_all()?;
    disk.rename(half, path)?;
    disk.sync_dir(directory)
}
