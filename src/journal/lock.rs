//! One engine writes a record, never two.

use std::fmt;
use std::path::Path;

use super::disk::{Disk, DiskFile, Open, read_whole, write_all_at};
use super::error::JournalError;
use super::files::LOCK;
use crate::text::Shown;

/// Who holds a record, for the words that a second engine is refused with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    pub host: Shown,
    pub who: Shown,
}

impl Holder {
    /// This process on this host.
    pub fn this_process(who: Shown) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { pid: std::process::id(), host: Shown::new(host), who }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, host, who } = self;
        write!(f, "{} (process {pid} on {})", who.one_line(), host.one_line())
    }
}

/// Held as long as the record may be written.
pub(super) struct Lock {
    _file: Box<dyn DiskFile>,
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub(super) fn take(disk: &dyn Disk, dir: &Path, holder: &Holder) -> Result<Self, JournalError> {
        let path = dir.join(LOCK);
        let io = || JournalError::io("lock", &path);
        let mut file = disk.open(&path, Open::CreateOrRewrite).map_err(io())?;
        if !file.try_lock().map_err(io())? {
            let words = read_whole(disk, &path, 4096).unwrap_or_default();
            let words = String::from_utf8_lossy(&words);
            let holder = match words.trim() {
                "" => "another process".to_owned(),
                words => Shown::new(words).one_line().into_owned(),
            };
            return Err(JournalError::Locked { path: dir.to_owned(), holder });
        }
        // The words are a courtesy: on a full disk the lock holds without them.
        let words = format!("{holder}\n");
        let _ = file.set_len(0).and_then(|()| write_all_at(file.as_mut(), words.as_bytes(), 0));
        Ok(Self { _file: file })
    }
}
