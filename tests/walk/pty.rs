//! The program in a terminal: keys go in, and what it writes is kept raw and drawn.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{Home, PATIENCE, wait_for};

/// What reached the terminal beyond text and the sequences that move and dress it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Acted {
    pub(crate) titles: usize,
    pub(crate) copies: usize,
    pub(crate) bells: usize,
    pub(crate) unknown: Vec<String>,
}

impl vt100::Callbacks for Acted {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.titles += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.titles += 1;
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.copies += 1;
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        self.unknown.push(format!("OSC {params:?}"));
    }
}

struct Shown {
    raw: Vec<u8>,
    parser: vt100::Parser<Acted>,
    ended: bool,
}

/// A process in a pseudo terminal.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    slave: Option<Box<dyn SlavePty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
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
    /// The terminal is as it was found.
    pub(crate) fn assert_given_back(&self) {
        assert!(!self.alternate && !self.cursor_hidden && !self.bracketed_paste);
        assert_eq!(self.modes.0, self.modes.1);
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
        Self::start_as(home, arguments, (80, 24), &[])
    }

    /// Of this size, in columns and rows, with variables beside the usual ones.
    pub(crate) fn start_as(
        home: &Home,
        arguments: &[&str],
        (columns, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in home.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(home.dir.path());
        let before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        let mut from = pair.master.try_clone_reader().unwrap();
        let parser =
            vt100::Parser::new_with_callbacks(count(rows), count(columns), 0, Acted::default());
        let shown = Shown { raw: Vec::new(), parser, ended: false };
        let shown = Arc::new((Mutex::new(shown), Condvar::new()));
        let growing = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                let mut shown = growing.0.lock().unwrap();
                shown.raw.extend_from_slice(&buffer[..read]);
                shown.parser.process(&buffer[..read]);
                growing.1.notify_all();
            }
            growing.0.lock().unwrap().ended = true;
            growing.1.notify_all();
        });
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, slave: Some(pair.slave), child, keys, shown, before }
    }

    /// Waits until the screen shows this; the screen.
    pub(crate) fn expect(&self, text: &str) -> String {
        self.until(&format!("{text:?} on the screen"), |shown| {
            let contents = shown.parser.screen().contents();
            contents.contains(text).then_some(contents)
        })
    }

    /// Waits until the screen shows this no more.
    pub(crate) fn expect_gone(&self, text: &str) -> String {
        self.until(&format!("{text:?} gone from the screen"), |shown| {
            let contents = shown.parser.screen().contents();
            (!contents.contains(text)).then_some(contents)
        })
    }

    /// Waits until the terminal was given back, though the process may still be at work.
    pub(crate) fn expect_left(&self) {
        self.until("the screen to be left", |shown| {
            let screen = shown.parser.screen();
            let left = !screen.alternate_screen() && !screen.hide_cursor();
            (left && !screen.bracketed_paste()).then_some(())
        });
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

    pub(crate) fn press(&mut self, keys: impl AsRef<[u8]>) {
        self.keys.write_all(keys.as_ref()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.shown.0.lock().unwrap().parser.screen_mut().set_size(count(rows), count(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
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
