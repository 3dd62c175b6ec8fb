//! The screen on a real terminal: taken over, typed at, and given back whatever happens.
//!
//! Each test starts this very test binary in a pseudo-terminal, on the one test that is ignored.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use stanch::config::Notify;
use stanch::tui::{Options, Theme, Themes, run};

use crate::core::person;
use crate::fixture::{Fake, armed};

/// Says what the child does; nothing of the product reads it.
const CHILD: &str = "STANCH_TEST_CHILD";
/// Far beyond what anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
#[ignore = "started by the other tests, in a terminal of its own"]
#[expect(clippy::disallowed_methods, reason = "how the child is told what to be")]
fn child() {
    let Ok(what) = std::env::var(CHILD) else { return };
    let mut fake = Fake::new(armed("block"));
    fake.since = Some(Instant::now());
    fake.panics = what == "panics";
    let fake = Arc::new(fake);
    let theme = if what == "mono" { Theme::mono() } else { Theme::standard() };
    let scratch = tempfile::tempdir().unwrap();
    let options = Options {
        themes: Themes::Fixed(theme),
        keymap: Arc::default(),
        ascii: what == "ascii",
        mouse: false,
        notify: Notify::None,
        editor: "false".to_owned(),
        scratch: scratch.path().to_owned(),
        in_tmux: false,
    };
    let left = run(fake.clone(), person(), options);
    println!("left: {left:?}, asked: {}", fake.asked.lock().unwrap().len());
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// A child in a terminal, and what it wrote.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty>,
    /// Keeps the terminal when the child has ended.
    _slave: Box<dyn SlavePty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    parser: vt100::Parser,
    /// The line discipline before the child began.
    before: String,
}

impl Session {
    fn start(what: &str, size: (u16, u16)) -> Self {
        let size = PtySize { cols: size.0, rows: size.1, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = format!("{:?}", pair.master.get_termios());
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "terminal::child", "--ignored", "--nocapture"]);
        command.env(CHILD, what);
        command.env("TERM", "xterm-256color");
        command.env("NO_COLOR", if what == "mono" { "1" } else { "" });
        command.env("RUST_BACKTRACE", "0");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            _slave: pair.slave,
            output,
            raw: Vec::new(),
            parser: vt100::Parser::new(cells(size.rows), cells(size.cols), 0),
            before,
        }
    }

    fn resize(&mut self, size: PtySize) {
        self.parser.screen_mut().set_size(cells(size.rows), cells(size.cols));
        self.master.resize(size).unwrap();
    }

    fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Reads until this is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !is_so(self) {
            let left = PATIENCE.saturating_sub(begin.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.raw.extend(bytes);
                }
                Err(error) => panic!("{what}: {error}\n{}", self.screen()),
            }
        }
    }

    fn until_shown(&mut self, text: &str) {
        self.until(text, |session| session.screen().contains(text));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// The child has ended; the terminal is as it was.
    fn assert_given_back(&mut self) {
        self.child.wait().unwrap();
        assert!(!self.parser.screen().alternate_screen(), "{}", self.screen());
        assert!(!self.parser.screen().bracketed_paste());
        assert!(!self.parser.screen().hide_cursor());
        assert_eq!(format!("{:?}", self.master.get_termios()), self.before);
    }
}

#[test]
fn it_is_taken_over_and_given_back() {
    let mut session = Session::start("leave", (80, 24));
    session.until_shown("amber-heron");
    assert!(session.parser.screen().alternate_screen());
    assert!(session.parser.screen().bracketed_paste());
    session.press("q");
    session.until_shown("left: Ok(ByPerson), asked: 0");
    session.assert_given_back();
}

#[test]
fn a_signal_gives_it_back() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let mut session = Session::start("signal", (80, 24));
        session.until_shown("amber-heron");
        let pid = i32::try_from(session.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal)
            .unwrap();
        session.until_shown("left: Ok(BySignal), asked: 0");
        session.assert_given_back();
    }
}

#[test]
fn a_panic_gives_it_back_before_its_words() {
    let mut session = Session::start("panics", (80, 24));
    session.until_shown("the record of this test cannot be read");
    assert!(!session.parser.screen().alternate_screen());
    session.assert_given_back();
}

#[test]
fn what_was_typed_ahead_of_the_dialog_does_not_send() {
    let mut session = Session::start("typed ahead", (80, 24));
    session.until_shown("amber-heron");
    session.press("\r\u{19}\u{19}\r\u{19}");
    session.until_shown("Send this?");
    session.press("\u{1b}");
    session.until("the dialog is still there or was put away", |session| {
        session.screen().contains("too soon") || session.screen().contains("Nothing was sent")
    });
    assert!(!session.screen().contains("requested"), "{}", session.screen());
}

#[test]
fn the_second_key_sends_and_a_smaller_terminal_says_so() {
    let mut session = Session::start("resize", (80, 24));
    session.until_shown("amber-heron");
    session.press("\r");
    session.until_shown("Send this?");
    let size = PtySize { cols: 39, rows: 10, pixel_width: 0, pixel_height: 0 };
    session.resize(size);
    session.until_shown("Too small: 39x10");
    let size = PtySize { cols: 80, rows: 24, ..size };
    session.resize(size);
    session.until_shown("All of it was shown");
    // The clock in the dialog tells when the guard time is over.
    session.until("the guard time is over", |session| {
        let early = ["0:05:00 left", "0:04:59 left", "0:04:58 left"];
        let screen = session.screen();
        screen.contains(" left") && !early.iter().any(|early| screen.contains(early))
    });
    session.press("\u{19}");
    session.until_shown("proven");
    session.press("q");
    session.until_shown("left: Ok(ByPerson), asked: 1");
    session.assert_given_back();
}

#[test]
fn without_colour_the_selection_is_still_reversed() {
    let mut session = Session::start("mono", (80, 24));
    session.until_shown("amber-heron");
    let screen = session.parser.screen();
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let cells: Vec<_> = cells.filter_map(|(row, column)| screen.cell(row, column)).collect();
    assert!(cells.iter().any(|cell| cell.inverse()));
    assert!(cells.iter().all(|cell| cell.fgcolor() == vt100::Color::Default));
    session.press("q");
    session.until_shown("left: Ok(ByPerson)");
    session.assert_given_back();
}

#[test]
fn in_ascii_no_other_sign_is_drawn() {
    let mut session = Session::start("ascii", (80, 24));
    session.until_shown("amber-heron");
    let views = [
        ("2", ">2 Record"),
        ("3", ">3 Scope"),
        ("4", ">4 Claims"),
        ("5", ">5 Notes"),
        ("6", ">6 Clocks"),
        ("7", "worked on"),
        ("1", ">1 Steps"),
        ("?", "What can be done"),
        ("\u{1b}", ">! armed"),
        ("g", "Show the claims"),
        ("r", ">2 Record"),
        ("\r", "Entry "),
        ("q", ">2 Record"),
        ("n", "> Note"),
    ];
    for (keys, shown) in views {
        session.press(keys);
        session.until_shown(shown);
        assert!(session.screen().is_ascii(), "after {keys:?}\n{}", session.screen());
        assert!(session.screen().contains("--"), "borders are drawn all the same");
    }
    session.press("\u{3}");
    session.until_shown(">2 Record");
    session.press("q");
    session.until_shown("left: Ok(ByPerson)");
    session.assert_given_back();
}
