//! A program in a pseudo terminal, on the screen of this bench.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::SIZE;

/// Nothing that is waited for takes so long.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Pty {
    // Closing it would hang up on the child.
    _master: Box<dyn MasterPty + Send>,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) from: Box<dyn Read + Send>,
    parser: vt100::Parser,
    begun: Instant,
}

impl Pty {
    /// Starts it in this home, with its incidents in `data`; its time begins now.
    pub(crate) fn start(line: &[&str], home: &Path, data: &Path) -> Self {
        let (program, arguments) = line.split_first().unwrap();
        let (columns, rows) = SIZE;
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("HOME", home);
        command.env("STANCH_DATA", data);
        let fixed = [
            ("PATH", "/usr/bin:/bin"),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("USER", "ana"),
        ];
        for (name, value) in fixed {
            command.env(name, value);
        }
        command.cwd(home);
        let from = pair.master.try_clone_reader().unwrap();
        let parser = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        let begun = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Self { _master: pair.master, child, from, parser, begun }
    }

    /// From its start until the screen shows this.
    pub(crate) fn until(&mut self, word: &str) -> Duration {
        let mut buffer = [0; 1 << 14];
        loop {
            let read = self.from.read(&mut buffer).unwrap_or(0);
            self.parser.process(&buffer[..read]);
            let contents = self.parser.screen().contents();
            let time = self.begun.elapsed();
            if contents.contains(word) {
                return time;
            }
            assert!(read > 0 && time < PATIENCE, "{word:?} is never shown:\n{contents}");
        }
    }

    /// From its start until it ended.
    pub(crate) fn until_ended(&mut self) -> Duration {
        assert!(self.child.wait().unwrap().success());
        self.begun.elapsed()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Gone already where it came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether it can be started at all.
pub(crate) fn is_there(program: &str) -> bool {
    let found = Path::new("/usr/bin").join(program).is_file();
    if !found {
        println!("({program} is not installed: left out)");
    }
    found
}
