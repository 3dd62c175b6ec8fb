//! Where the sockets lie: a directory of the user's own, and in it a short name for each record.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::incident::hex;

/// The longest path of a socket, bytes, without the NUL that ends it.
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("could not {what} the socket {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "the path of the socket would be {length} bytes long, and a socket takes at most {LONGEST} \
         here: {}; set XDG_RUNTIME_DIR to a directory of yours with a shorter path",
        path.display()
    )]
    TooLong { length: usize, path: PathBuf },
    #[error(
        "the directory for sockets cannot be used: {} {what}; {mend}",
        path.display()
    )]
    Directory { path: PathBuf, what: String, mend: String },
}

/// The socket of the engine that writes the record in `record`. The same record has the same one
/// by whatever path it is named; a copy of it has another.
///
/// # Errors
///
/// The path is too long for a socket.
pub fn place_of(runtime: &Path, record: &Path) -> Result<PathBuf, SocketError> {
    let real = std::fs::canonicalize(record)
        .or_else(|_| std::path::absolute(record))
        .unwrap_or_else(|_| record.to_owned());
    let name = hex(&Sha256::digest(real.as_os_str().as_bytes()));
    let path = runtime.join(format!("{}.sock", name.get(..16).unwrap_or(&name)));
    let length = path.as_os_str().as_bytes().len();
    if length > LONGEST {
        return Err(SocketError::TooLong { length, path });
    }
    Ok(path)
}

/// Makes the directory, or refuses one that others could write to or change under us.
pub(super) fn prepare(runtime: &Path) -> Result<(), SocketError> {
    let elsewhere = || "set XDG_RUNTIME_DIR to a directory of your own".to_owned();
    let refuse = |what: String, mend: String| {
        Err(SocketError::Directory { path: runtime.to_owned(), what, mend })
    };
    let created = DirBuilder::new().recursive(true).mode(0o700).create(runtime);
    let there = created.and_then(|()| std::fs::symlink_metadata(runtime));
    let there = match there {
        Ok(there) => there,
        Err(error) => return refuse(format!("cannot be made: {error}"), elsewhere()),
    };
    if !there.is_dir() {
        return refuse("is no directory".to_owned(), elsewhere());
    }
    let own = rustix::process::geteuid().as_raw();
    if there.uid() != own {
        let whose = format!("belongs to another user (uid {})", there.uid());
        return refuse(whose, elsewhere());
    }
    let mode = there.mode() & 0o7777;
    if mode & 0o077 != 0 {
        let what = format!("is open to others (mode {mode:04o})");
        return refuse(what, format!("chmod 700 {}", runtime.display()));
    }
    Ok(())
}
