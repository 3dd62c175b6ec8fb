//! The terminal with its keys, its signals and its dress: what the incident and the home screen have
//! in common.

use std::future::poll_fn;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyEvent, MouseEvent};
use futures_util::{FutureExt, StreamExt};
use ratatui::Frame;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ascii;
use super::terminal::{self, Heard, Listener, Session};
use super::theme::{Theme, Themes};
use crate::command::Keymap;
use crate::config::Notify;
use crate::text::Shown;

/// How the screen is dressed and behaves.
#[derive(Debug, Clone)]
pub struct Options {
    pub themes: Themes,
    pub keymap: Arc<Keymap>,
    /// Draw in ASCII.
    pub ascii: bool,
    /// The terminal tells clicks from the beginning.
    pub mouse: bool,
    pub notify: Notify,
    /// A command that takes a file.
    pub editor: String,
    /// Where the editor's file lies, best in memory.
    pub scratch: PathBuf,
    /// tmux stands between the terminal and us.
    pub in_tmux: bool,
}

/// Why the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    ByPerson,
    /// SIGTERM, SIGINT or SIGHUP.
    BySignal,
    EngineEnded,
    InputEnded,
}

/// Something that happened at the terminal.
#[derive(Debug)]
pub(super) enum Happened {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    Focus(bool),
    Resize(u16, u16),
    /// The frame must be drawn again, and nothing else.
    Redraw,
    Over(Left),
}

/// After this time a terminal that did not tell its background will not.
const SILENCE: Duration = Duration::from_millis(500);
/// A stop that does not come in this time never does: nobody is there to continue us.
const STOP: Duration = Duration::from_millis(500);

/// The terminal, while it is ours.
pub(super) struct Screen {
    session: Session,
    /// Absent while the terminal is lent.
    events: Option<EventStream>,
    listener: Listener,
    /// Told while input was discarded.
    focus: Option<bool>,
    pub(super) options: Options,
    theme: Theme,
    /// Still waiting to be told the background.
    silence: Option<tokio::time::Instant>,
    ends: [Signal; 3],
    continued: Signal,
    up: Box<dyn Fn() -> u64 + Send>,
}

impl Screen {
    /// Takes the terminal over. `up` is the boot clock, microseconds.
    pub(super) fn enter(options: Options, up: Box<dyn Fn() -> u64 + Send>) -> io::Result<Self> {
        // NO_COLOR is heeded by the theme; left to crossterm it would cancel reverse video too.
        crossterm::style::force_color_output(true);
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [terminate, interrupt, hangup] = kinds.map(signal);
        let continued = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
        let mut session = Session::enter()?;
        let mut silence = None;
        if options.themes.follows() {
            Session::say(terminal::QUESTION)?;
            silence = Some(tokio::time::Instant::now() + SILENCE);
        }
        if options.mouse {
            session.mouse(true)?;
        }
        Ok(Self {
            session,
            events: Some(EventStream::new()),
            listener: Listener::default(),
            focus: None,
            theme: options.themes.at_first(),
            options,
            silence,
            ends: [terminate?, interrupt?, hangup?],
            continued,
            up,
        })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        self.session.size()
    }

    /// Waits for what happens next; can be dropped while it waits.
    pub(super) async fn next(&mut self) -> Happened {
        if let Some(focused) = self.focus.take() {
            return Happened::Focus(focused);
        }
        loop {
            let [terminate, interrupt, hangup] = &mut self.ends;
            let silence = self.silence;
            let Some(events) = &mut self.events else { return Happened::Over(Left::InputEnded) };
            let event = tokio::select! {
                biased;
                _ = terminate.recv() => return Happened::Over(Left::BySignal),
                _ = interrupt.recv() => return Happened::Over(Left::BySignal),
                _ = hangup.recv() => return Happened::Over(Left::BySignal),
                _ = self.continued.recv() => {
                    // Whoever had the terminal meanwhile left it in another state.
                    let back = self.session.lend().take_back();
                    return back.map_or(Happened::Over(Left::InputEnded), |()| Happened::Redraw);
                }
                event = events.next() => event,
                () = wait_until(silence), if silence.is_some() => {
                    self.silence = None;
                    self.theme = self.options.themes.unknown();
                    return Happened::Redraw;
                }
            };
            match event {
                Some(Ok(Event::Key(key))) => match self.listener.hear(&key, (self.up)()) {
                    Heard::Key => return Happened::Key(key),
                    Heard::Part => {}
                    Heard::Background { light } => {
                        self.wear(light);
                        return Happened::Redraw;
                    }
                },
                Some(Ok(Event::Paste(text))) => return Happened::Paste(text),
                Some(Ok(Event::Mouse(event))) => return Happened::Mouse(event),
                Some(Ok(Event::FocusGained)) => return Happened::Focus(true),
                Some(Ok(Event::FocusLost)) => return Happened::Focus(false),
                Some(Ok(Event::Resize(columns, rows))) => return Happened::Resize(columns, rows),
                Some(Err(_)) | None => return Happened::Over(Left::InputEnded),
            }
        }
    }

    /// Throws away what was typed and not read yet. What the terminal itself says is heard.
    pub(super) async fn discard_input(&mut self) {
        let Some(events) = &mut self.events else { return };
        let mut waiting = Vec::new();
        // With the waker of this task: with another one the next key would wake nobody.
        poll_fn(|context| {
            while let Poll::Ready(Some(event)) = events.poll_next_unpin(context) {
                waiting.extend(event.ok());
            }
            Poll::Ready(())
        })
        .await;
        for event in waiting {
            match event {
                Event::Key(key) => {
                    if let Heard::Background { light } = self.listener.hear(&key, (self.up)()) {
                        self.wear(light);
                    }
                }
                Event::FocusGained => self.focus = Some(true),
                Event::FocusLost => self.focus = Some(false),
                Event::Paste(_) | Event::Mouse(_) | Event::Resize(..) => {}
            }
        }
    }

    /// The background was told.
    fn wear(&mut self, light: bool) {
        self.silence = None;
        self.theme = self.options.themes.on(light);
    }

    /// Draws a frame in the theme of now.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame, &Theme)) -> io::Result<()> {
        let (theme, is_ascii) = (&self.theme, self.options.ascii);
        self.session.draw(|frame| {
            render(frame, theme);
            if is_ascii {
                ascii::lower(frame.buffer_mut());
            }
        })
    }

    pub(super) fn title(&mut self, title: &str) -> io::Result<()> {
        self.session.title(title)
    }

    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.session.clear()
    }

    pub(super) fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.session.mouse(on)
    }

    /// Calls the person.
    pub(super) fn attention(&self, words: &str) -> io::Result<()> {
        Session::say(&terminal::notify(self.options.notify, words))
    }

    /// Into the clipboard; what was done, in words.
    pub(super) fn copy(&self, what: &str, text: &str) -> io::Result<Result<Shown, Shown>> {
        match terminal::copy(what, text, self.options.in_tmux) {
            Ok((sequence, told)) => {
                Session::say(&sequence)?;
                Ok(Ok(told))
            }
            Err(why) => Ok(Err(why)),
        }
    }

    /// Leaves the terminal to the shell until it continues us. The whole process stands still
    /// meanwhile.
    pub(super) async fn suspend(&mut self) -> io::Result<()> {
        self.events = None;
        let lent = self.session.lend();
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        // The signal may reach another thread first. Where no shell could ever continue us, the
        // kernel does not stop us at all.
        let _ = tokio::time::timeout(STOP, self.continued.recv()).await;
        lent.take_back()?;
        self.events = Some(EventStream::new());
        Ok(())
    }

    /// Lends the terminal to the person's editor. The engine goes on meanwhile.
    pub(super) async fn edit(&mut self, text: &str) -> io::Result<Result<String, Shown>> {
        self.events = None;
        let lent = self.session.lend();
        let edited = terminal::edit(&self.options.editor, &self.options.scratch, text);
        lent.take_back()?;
        self.events = Some(EventStream::new());
        // What was meant for the editor: Ctrl-C in it interrupts us too.
        self.discard_input().await;
        let [_, interrupt, _] = &mut self.ends;
        while interrupt.recv().now_or_never().flatten().is_some() {}
        Ok(edited)
    }
}

async fn wait_until(instant: Option<tokio::time::Instant>) {
    if let Some(instant) = instant {
        tokio::time::sleep_until(instant).await;
    }
}
