//! The terminal: taken over, lent to a shell or an editor, and given back whatever happens.

mod background;
mod clipboard;
mod editor;
mod notify;

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

pub(super) use background::{Heard, Listener, QUESTION};
pub(super) use clipboard::copy;
pub(super) use editor::edit;
pub(super) use notify::notify;

/// Whether the terminal is ours now: giving it back twice would scroll away what was said since.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Keeps the window's title, and gives it back (xterm's window operations 22 and 23).
const KEEP_TITLE: &str = "\x1b[22;2t";
const RETURN_TITLE: &str = "\x1b[23;2t";

/// Raw mode, the alternate screen, bracketed paste and the telling of focus, until it is dropped.
pub(super) struct Session {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    title: String,
    mouse: bool,
}

impl Session {
    /// Takes the terminal over. A panic on any thread gives it back first, so that its words can be
    /// read.
    pub(super) fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                give_back();
                previous(info);
            }));
        });
        let entered = take().and_then(|()| {
            Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout())))
        });
        if entered.is_err() {
            give_back();
        }
        Ok(Self { terminal: entered?, title: String::new(), mouse: false })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((0, 0), |size| (size.width, size.height))
    }

    /// Draws a frame; the terminal shows it at once or not at all.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Names the window, where the name is another.
    pub(super) fn title(&mut self, title: &str) -> io::Result<()> {
        if self.title != title {
            title.clone_into(&mut self.title);
            execute!(stdout(), SetTitle(title))?;
        }
        Ok(())
    }

    /// Has the terminal tell clicks, or not.
    pub(super) fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(stdout(), EnableMouseCapture)
        } else {
            execute!(stdout(), DisableMouseCapture)
        }
    }

    /// The next frame is drawn whole.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        // `clear` would ask the terminal where the cursor is, and wait for an answer among the keys.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Lends the terminal to something else, and takes it over again. Nobody may read keys
    /// meanwhile.
    pub(super) fn lend(&mut self) -> Lent<'_> {
        give_back();
        Lent { session: self }
    }

    /// Writes a sequence that draws nothing.
    pub(super) fn say(sequence: &str) -> io::Result<()> {
        let mut out = stdout().lock();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }
}

/// The time in which the terminal is not ours.
pub(super) struct Lent<'a> {
    session: &'a mut Session,
}

impl Lent<'_> {
    /// Takes it over again.
    pub(super) fn take_back(self) -> io::Result<()> {
        take()?;
        let session = self.session;
        session.title.clear();
        if session.mouse {
            session.mouse(true)?;
        }
        session.clear()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut out = stdout();
    out.write_all(KEEP_TITLE.as_bytes())?;
    execute!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)
}

/// Gives the terminal back; every part is tried, whatever became of the others.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(stdout(), EndSynchronizedUpdate, DisableMouseCapture);
    let _ = execute!(stdout(), DisableFocusChange, DisableBracketedPaste);
    let _ = execute!(stdout(), LeaveAlternateScreen, Show);
    let _ = stdout().write_all(RETURN_TITLE.as_bytes());
    let _ = stdout().flush();
    let _ = disable_raw_mode();
}
