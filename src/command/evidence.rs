//! Reads a file that is attached as evidence: the core knows paths and hashes, never a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use crate::incident::{Ask, hex};
use crate::text::Shown;

/// Read at a time, bytes.
const PIECE: usize = 64 * 1024;

/// Fills in what an [`Ask::Attach`] without a hash leaves open: the absolute path, the SHA-256 and
/// the length in bytes. Every other ask passes through. Blocks while the file is read.
///
/// # Errors
///
/// The file cannot be read, or is none; the text names its path.
pub fn hashed(ask: Ask) -> Result<Ask, Shown> {
    let Ask::Attach { path, sha256, about, .. } = &ask else { return Ok(ask) };
    if !sha256.is_empty() {
        return Ok(ask);
    }
    let tell = |error: io::Error| Shown::new(words(path, &error));
    let absolute = std::path::absolute(path.as_str()).map_err(tell)?;
    let (sha256, bytes) = open(&absolute).and_then(read).map_err(tell)?;
    let path = Shown::new(absolute.to_string_lossy());
    Ok(Ask::Attach { path, sha256, bytes, about: about.clone() })
}

fn words(path: &Shown, error: &io::Error) -> String {
    let path = path.one_line();
    let hint = if path.starts_with('~') {
        "; ~ is not expanded: write the path in full"
    } else if error.kind() == io::ErrorKind::NotFound {
        "; write the path in full, or from the directory in which stanch was started"
    } else {
        ""
    };
    format!("{path} cannot be attached: {error}{hint}")
}

fn open(path: &Path) -> io::Result<File> {
    // `O_NONBLOCK` has no meaning for a file, and keeps a pipe of that name from hanging us.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file"))
    }
}

/// Hash and length of what was read; a file that grows meanwhile is told as far as it went.
fn read(mut file: File) -> io::Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    let mut piece = vec![0; PIECE];
    loop {
        let count = match file.read(&mut piece) {
            Ok(0) => return Ok((hex(&hasher.finalize()), bytes)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(piece.get(..count).unwrap_or_default());
        bytes += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attach(path: &Path) -> Ask {
        Ask::Attach {
            path: path.to_string_lossy().into_owned().into(),
            sha256: String::new(),
            bytes: 0,
            about: "the leak".into(),
        }
    }

    #[test]
    fn a_file_is_told_by_its_path_hash_and_length() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dump.json");
        let content = b"x".repeat(3 * PIECE + 7);
        std::fs::write(&path, &content).unwrap();
        let sha256 = hex(&Sha256::digest(&content));
        let path_words = Shown::new(path.to_string_lossy());
        let wanted = Ask::Attach {
            path: path_words,
            sha256,
            bytes: content.len() as u64,
            about: "the leak".into(),
        };
        assert_eq!(hashed(attach(&path)), Ok(wanted.clone()));
        // What has its hash is not read again.
        std::fs::remove_file(&path).unwrap();
        assert_eq!(hashed(wanted.clone()), Ok(wanted));
    }

    #[test]
    fn what_is_no_plain_file_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing");
        let told = hashed(attach(&missing)).unwrap_err();
        assert!(told.as_str().starts_with(&format!("{} cannot be attached", missing.display())));
        assert!(told.as_str().contains("in full"), "{told}");
        let told = hashed(attach(dir.path())).unwrap_err();
        assert!(told.as_str().contains("not a plain file"), "{told}");
        let told = hashed(attach(Path::new("~/dump.json"))).unwrap_err();
        assert!(told.as_str().contains("~ is not expanded"), "{told}");
    }

    #[test]
    fn a_relative_path_becomes_absolute_and_the_rest_passes() {
        let Ok(Ask::Attach { path, .. }) = hashed(attach(Path::new("Cargo.toml"))) else {
            panic!("the manifest stands where tests are run");
        };
        assert!(Path::new(path.as_str()).is_absolute());
        let note = Ask::Note { text: "x".into(), occurred: None, source: None };
        assert_eq!(hashed(note.clone()), Ok(note));
    }
}
