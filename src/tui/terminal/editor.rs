//! Writing in the person's own editor: the text goes through a file that nobody else can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::text::Shown;

/// More than this is not read back, bytes.
const LIMIT: u64 = 4 << 20;

/// Opens `text` in the editor and waits for its end; what was saved, or why there is nothing. The
/// file lies in `dir` (best a memory file system) for as long as the editor runs.
pub(in crate::tui) fn edit(editor: &str, dir: &Path, text: &str) -> Result<String, Shown> {
    let file = File::new(dir, text).map_err(|error| {
        Shown::new(format!("No file for the editor in {}: {error}", dir.display()))
    })?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(&file.path).status();
    match status {
        Err(error) => Err(Shown::new(format!(
            "The editor {program} could not be started: {error}; set VISUAL, or editor in [screen]"
        ))),
        Ok(status) if !status.success() => {
            Err(Shown::new(format!("The editor ended with {status}; the text is as it was")))
        }
        Ok(_) => {
            file.read().map_err(|error| Shown::new(format!("What was written is lost: {error}")))
        }
    }
}

/// A file that is gone when it is dropped.
struct File {
    path: PathBuf,
}

impl File {
    fn new(dir: &Path, text: &str) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let name = format!("stanch-{:016x}.md", u64::from_le_bytes(random));
        let file = Self { path: dir.join(name) };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut open = options.open(&file.path)?;
        open.write_all(text.as_bytes())?;
        // Editors expect a whole last line.
        if !text.is_empty() && !text.ends_with('\n') {
            open.write_all(b"\n")?;
        }
        Ok(file)
    }

    fn read(&self) -> io::Result<String> {
        if fs::metadata(&self.path)?.len() > LIMIT {
            return Err(io::Error::other(format!("it is longer than {LIMIT} bytes")));
        }
        let bytes = fs::read(&self.path)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // Gone already where an editor moved it.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_comes_back_and_the_file_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        // An editor that adds nothing.
        let text = edit("true", dir.path(), "as it was\nsecond");
        assert_eq!(text.as_deref(), Ok("as it was\nsecond\n"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_editor_that_fails_or_is_not_there_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(edit("false", dir.path(), "x").is_err());
        let missing = edit("/nowhere/editor", dir.path(), "x").unwrap_err();
        assert!(missing.as_str().contains("/nowhere/editor"), "{missing}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
