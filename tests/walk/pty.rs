//! The program in a terminal: keys go in, what it writes is kept raw and drawn, and what it asks of
//! the terminal is answered as a terminal would.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{Home, PATIENCE, wait_for};
use crate::wire::{self, Acted};

/// Which terminal it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal<'a> {
    /// Columns and rows.
    pub(crate) size: (u16, u16),
    /// Beside the usual variables; an empty value takes one away.
    pub(crate) variables: &'a [(&'a str, &'a str)],
    /// What it answers to the question for its background; empty: nothing, ever.
    pub(crate) background: &'a [u8],
}

pub(crate) const DARK: &[u8] = b"\x1b]11;rgb:0000/0000/0000\x1b\\";
pub(crate) const LIGHT: &[u8] = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\";
pub(crate) const SILENT: &[u8] = b"";

impl Default for Terminal<'_> {
    fn default() -> Self {
        Self { size: (80, 24), variables: &[], background: DARK }
    }
}

struct Shown {
    raw: Vec<u8>,
    parser: vt100::Parser<Acted>,
    ended: bool,
}

type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

/// A process in a pseudo terminal.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    slave: Option<Box<dyn SlavePty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    keys: Keys,
    shown: Arc<(Mutex<Shown>, Condvar)>,
    before: String,
}

/// What is left when the process is gone.
pub(crate) struct Left {
    pub(crate) code: u32,
    pub(crate) raw: Vec<u8>,
    pub(crate) acted: Acted,
    pub(crate) screen: String,
    pub(crate) alternate: bool,
    pub(crate) cursor_hidden: bool,
    pub(crate) bracketed_paste: bool,
    /// The modes of the terminal, before and after.
    pub(crate) modes: (String, String),
}

impl Left {
    /// The terminal is as it was found: every mode that was set was reset after it, and the title
    /// was put back as often as it was kept.
    pub(crate) fn assert_given_back(&self) {
        assert!(!self.alternate && !self.cursor_hidden && !self.bracketed_paste);
        assert_eq!(self.modes.0, self.modes.1);
        assert_eq!(wire::still_set(&self.raw), Vec::<String>::new());
        assert_eq!(wire::titles_kept(&self.raw), 0);
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn count(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

impl Pty {
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        Self::start_in(home, arguments, Terminal::default())
    }

    /// Of this size, in columns and rows, with variables beside the usual ones.
    pub(crate) fn start_as(
        home: &Home,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        Self::start_in(home, arguments, Terminal { size, variables, ..Terminal::default() })
    }

    /// The program itself in a terminal of this kind.
    pub(crate) fn start_in(home: &Home, arguments: &[&str], terminal: Terminal<'_>) -> Self {
        Self::start_program(home, env!("CARGO_BIN_EXE_stanch"), arguments, terminal)
    }

    /// Another program, such as a shell.
    pub(crate) fn start_program(
        home: &Home,
        program: &str,
        arguments: &[&str],
        terminal: Terminal<'_>,
    ) -> Self {
        let (columns, rows) = terminal.size;
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for (name, value) in home.variables() {
            command.env(name, value);
        }
        for (name, value) in terminal.variables {
            command.env(name, value);
        }
        command.cwd(home.dir.path());
        let before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let parser =
            vt100::Parser::new_with_callbacks(count(rows), count(columns), 0, Acted::default());
        let shown = Shown { raw: Vec::new(), parser, ended: false };
        let shown = Arc::new((Mutex::new(shown), Condvar::new()));
        let keys: Keys = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let from = pair.master.try_clone_reader().unwrap();
        let (growing, answers) = (Arc::clone(&shown), Arc::clone(&keys));
        let background = terminal.background.to_vec();
        std::thread::spawn(move || follow(from, &growing, &answers, &background));
        Self { master: pair.master, slave: Some(pair.slave), child, keys, shown, before }
    }

    /// Waits until the screen shows this; the screen.
    pub(crate) fn expect(&self, text: &str) -> String {
        self.expect_that(&format!("{text:?} on the screen"), |screen| screen.contains(text))
    }

    /// Waits until the screen shows this no more.
    pub(crate) fn expect_gone(&self, text: &str) -> String {
        self.expect_that(&format!("{text:?} gone from the screen"), |screen| !screen.contains(text))
    }

    /// Waits until the screen is like this; the screen.
    pub(crate) fn expect_that(&self, what: &str, mut like: impl FnMut(&str) -> bool) -> String {
        self.until(what, |shown| {
            let contents = shown.parser.screen().contents();
            like(&contents).then_some(contents)
        })
    }

    /// Waits until the raw output, from this byte on, is like this.
    pub(crate) fn expect_raw(&self, what: &str, from: usize, mut like: impl FnMut(&[u8]) -> bool) {
        self.until(what, |shown| like(&shown.raw[from.min(shown.raw.len())..]).then_some(()));
    }

    /// Waits until the terminal did this for the program.
    pub(crate) fn expect_acted(&self, what: &str, mut like: impl FnMut(&Acted) -> bool) {
        self.until(what, |shown| like(shown.parser.callbacks()).then_some(()));
    }

    /// Waits until the terminal was given back, though the process may still be at work.
    pub(crate) fn expect_left(&self) {
        self.until("the screen to be left", |shown| {
            let screen = shown.parser.screen();
            let left = !screen.alternate_screen() && !screen.hide_cursor();
            (left && !screen.bracketed_paste()).then_some(())
        });
    }

    /// Waits until the alternate screen is entered, or left.
    pub(crate) fn expect_alternate(&self, on: bool) {
        let what = if on { "the screen to be taken" } else { "the screen to be given back" };
        self.until(what, |shown| (shown.parser.screen().alternate_screen() == on).then_some(()));
    }

    fn until<T>(&self, what: &str, mut look: impl FnMut(&Shown) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown.0.lock().unwrap();
        loop {
            if let Some(found) = look(&shown) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let contents = shown.parser.screen().contents();
            assert!(!left.is_zero() && !shown.ended, "waited in vain for {what}:\n{contents}");
            shown = self.shown.1.wait_timeout(shown, left).unwrap().0;
        }
    }

    /// Waits until nothing was drawn for half a second: all keys were read. The clock on the screen
    /// ticks more slowly.
    pub(crate) fn calm(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown.0.lock().unwrap();
        loop {
            let before = shown.raw.len();
            let pause = Duration::from_millis(500);
            shown = self
                .shown
                .1
                .wait_timeout_while(shown, pause, |now| now.raw.len() == before)
                .unwrap()
                .0;
            if shown.raw.len() == before {
                return;
            }
            assert!(Instant::now() < deadline, "the screen never came to rest");
        }
    }

    pub(crate) fn screen(&self) -> String {
        self.shown.0.lock().unwrap().parser.screen().contents()
    }

    /// How much it wrote so far.
    pub(crate) fn written(&self) -> usize {
        self.shown.0.lock().unwrap().raw.len()
    }

    /// What it wrote from this byte on.
    pub(crate) fn raw_since(&self, from: usize) -> Vec<u8> {
        self.shown.0.lock().unwrap().raw[from..].to_vec()
    }

    pub(crate) fn acted(&self) -> Acted {
        self.shown.0.lock().unwrap().parser.callbacks().clone()
    }

    /// Column and row of this text on the screen, from 0; of its first place.
    pub(crate) fn place_of(&self, text: &str) -> (usize, usize) {
        let screen = self.screen();
        let found = screen
            .lines()
            .enumerate()
            .find_map(|(row, line)| line.find(text).map(|at| (line[..at].chars().count(), row)));
        found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}"))
    }

    /// Whether the cell is drawn in reverse video.
    pub(crate) fn is_reversed(&self, (column, row): (usize, usize)) -> bool {
        let shown = self.shown.0.lock().unwrap();
        let at = |value: usize| u16::try_from(value).unwrap();
        shown.parser.screen().cell(at(row), at(column)).unwrap().inverse()
    }

    pub(crate) fn press(&mut self, pressed: impl AsRef<[u8]>) {
        let mut keys = self.keys.lock().unwrap();
        keys.write_all(pressed.as_ref()).unwrap();
        keys.flush().unwrap();
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.shown.0.lock().unwrap().parser.screen_mut().set_size(count(rows), count(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// The window has another size now, and nobody looks at it.
    pub(crate) fn resize_unseen(&self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.id(), signal).unwrap();
    }

    pub(crate) fn id(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap()
    }

    /// Waits for its end, and for all that it wrote.
    pub(crate) fn end(mut self) -> Left {
        let status = wait_for("the end of the process", || self.child.try_wait().unwrap());
        let after = modes(self.master.as_ref());
        drop(self.slave.take());
        let deadline = Instant::now() + PATIENCE;
        let mut shown = self.shown.0.lock().unwrap();
        while !shown.ended {
            assert!(Instant::now() < deadline, "the terminal never fell silent");
            shown = self.shown.1.wait_timeout(shown, Duration::from_secs(1)).unwrap().0;
        }
        let screen = shown.parser.screen();
        Left {
            code: status.exit_code(),
            raw: shown.raw.clone(),
            acted: shown.parser.callbacks().clone(),
            screen: screen.contents(),
            alternate: screen.alternate_screen(),
            cursor_hidden: screen.hide_cursor(),
            bracketed_paste: screen.bracketed_paste(),
            modes: (self.before.clone(), after),
        }
    }
}

/// Draws what it writes, and answers what it asks.
fn follow(
    mut from: Box<dyn std::io::Read + Send>,
    growing: &(Mutex<Shown>, Condvar),
    keys: &Keys,
    background: &[u8],
) {
    let mut buffer = [0; 4096];
    let mut answered = 0;
    let mut waiting = Vec::new();
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        waiting.extend_from_slice(&buffer[..read]);
        let whole: Vec<u8> = waiting.drain(..wire::whole_frames(&waiting)).collect();
        let mut shown = growing.0.lock().unwrap();
        shown.raw.extend_from_slice(&buffer[..read]);
        shown.parser.process(&whole);
        let asked = shown.parser.callbacks().asked;
        growing.1.notify_all();
        drop(shown);
        for _ in answered..asked {
            // It may be gone before it hears the answer.
            let mut keys = keys.lock().unwrap();
            let _ = keys.write_all(background);
            let _ = keys.flush();
        }
        answered = asked;
    }
    let mut shown = growing.0.lock().unwrap();
    shown.parser.process(&waiting);
    shown.ended = true;
    growing.1.notify_all();
}

/// Lets pass what a person needs to read a dialog. Keys that come sooner are ignored on
/// purpose, so nothing on the screen could say that the time has come.
pub(crate) fn read_it() {
    std::thread::sleep(Duration::from_millis(700));
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Gone already where the test came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}
