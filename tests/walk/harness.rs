//! A home of its own for each test, and the program in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::pipe::Pipe;

/// Nothing that these tests wait for takes so long on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A home with a data directory; nothing of the real user is seen.
pub(crate) struct Home {
    pub(crate) dir: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file into the home; its path as text.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The variables of a process in this home.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let runtime = self.path("runtime");
        std::fs::create_dir_all(&runtime).unwrap();
        let text = |path: &Path| path.display().to_string();
        vec![
            ("HOME".to_owned(), text(self.dir.path())),
            ("TMPDIR".to_owned(), text(&runtime)),
            ("XDG_RUNTIME_DIR".to_owned(), text(&runtime)),
            ("STANCH_DATA".to_owned(), text(&self.data())),
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("TERM".to_owned(), "xterm-256color".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("USER".to_owned(), "ana".to_owned()),
        ]
    }

    /// The program with these arguments, nothing at its input.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(arguments).env_clear().envs(self.variables());
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs it to its end, with nothing to read.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Pipe::start(self.command(arguments)).end()
    }

    /// Walks the small drill without a face; the directory of its record.
    pub(crate) fn walked(&self) -> PathBuf {
        let drill = small("drills/small.toml");
        let ended = self.run(&["run", "--drill", &drill, "--answers", &small("answers.toml")]);
        assert_eq!(ended.code, 0, "{ended:?}");
        self.incident()
    }

    /// The one incident of this home; waits until there is one.
    pub(crate) fn incident(&self) -> PathBuf {
        wait_for("an incident", || self.incidents().pop())
    }

    pub(crate) fn incidents(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.data()) else { return Vec::new() };
        let directories = entries.map(|entry| entry.unwrap().path());
        let mut all: Vec<PathBuf> =
            directories.filter(|path| path.join("journal.jsonl").is_file()).collect();
        all.sort();
        all
    }
}

/// A file of the small playbook.
pub(crate) fn small(name: &str) -> String {
    format!("{}/tests/walk/small/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A process that came to its end.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: Vec<u8>,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        let code = output.status.code().unwrap_or(-1);
        Self { code, out: output.stdout.clone(), err: output.stderr.clone() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    /// What it told the person at standard error.
    pub(crate) fn told(&self) -> String {
        String::from_utf8(self.err.clone()).unwrap()
    }
}

/// Looks until it is there.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        // Another process makes it come true, and gives no signal.
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Every file below a directory, with its bytes.
pub(crate) fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(dir) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            // A socket has no bytes.
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}
