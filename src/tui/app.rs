//! The loop: whatever comes first of an answer, a newer view, a signal, a key or a second; then one
//! update, and one drawing where something changed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::{FutureExt, StreamExt};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::model::{Model, Seen};
use super::terminal::Session;
use super::theme::Theme;
use super::update::{Msg, Request, update};
use super::view::draw;
use crate::command::{Console, Snapshot};
use crate::engine::View;
use crate::incident::{By, RecordLine, Seq};
use crate::text::Shown;

/// How the screen is dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub theme: Theme,
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

/// Shows the incident until the person leaves, a signal comes or the engine ends; the terminal is
/// given back in every case. Runs its own event loop: must not be called on a thread that runs async
/// tasks.
///
/// # Errors
///
/// Those of the terminal.
pub fn run(console: Arc<dyn Console>, by: By, options: Options) -> io::Result<Left> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // NO_COLOR is heeded by the theme; left to crossterm it would cancel reverse video too.
    crossterm::style::force_color_output(true);
    let left = runtime.block_on(async {
        let mut app = App::start(console, by, options)?;
        app.live().await
    });
    // An ask that is being flushed may take its time; the terminal is already given back.
    runtime.shutdown_timeout(Duration::from_secs(5));
    left
}

struct App {
    session: Session,
    console: Arc<dyn Console>,
    by: By,
    theme: Theme,
    model: Model,
    record: Record,
    events: EventStream,
    views: watch::Receiver<Arc<View>>,
    answers: (mpsc::UnboundedSender<Msg>, mpsc::UnboundedReceiver<Msg>),
    signals: [Signal; 3],
    second: Interval,
}

/// What woke the loop.
enum Woken {
    By(Msg),
    /// Nothing that a screen shows.
    Idle,
    Over(Left),
}

impl App {
    fn start(console: Arc<dyn Console>, by: By, options: Options) -> io::Result<Self> {
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [terminate, interrupt, hangup] = kinds.map(signal);
        let signals = [terminate?, interrupt?, hangup?];
        let session = Session::enter()?;
        let views = console.watch();
        let period = Duration::from_secs(1);
        let mut second = interval_at(Instant::now() + period, period);
        second.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Ok(Self {
            model: Model::new(session.size()),
            session,
            console,
            by,
            theme: options.theme,
            record: Record::default(),
            events: EventStream::new(),
            views,
            answers: mpsc::unbounded_channel(),
            signals,
            second,
        })
    }

    async fn live(&mut self) -> io::Result<Left> {
        self.handle(Msg::Changed)?;
        loop {
            match self.wait().await {
                Woken::By(msg) => {
                    if let Some(left) = self.handle(msg)? {
                        return Ok(left);
                    }
                }
                Woken::Idle => {}
                Woken::Over(left) => return Ok(left),
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        let ticking = {
            let view = self.views.borrow();
            view.state.opened_at.is_some() && view.state.closed.is_none()
        };
        let [terminate, interrupt, hangup] = &mut self.signals;
        tokio::select! {
            biased;
            _ = terminate.recv() => Woken::Over(Left::BySignal),
            _ = interrupt.recv() => Woken::Over(Left::BySignal),
            _ = hangup.recv() => Woken::Over(Left::BySignal),
            Some(answer) = self.answers.1.recv() => Woken::By(answer),
            changed = self.views.changed() => match changed {
                Ok(()) => Woken::By(Msg::Changed),
                Err(_) => Woken::Over(Left::EngineEnded),
            },
            event = self.events.next() => match event {
                Some(Ok(Event::Key(key))) => Woken::By(Msg::Key(key)),
                Some(Ok(Event::Paste(text))) => Woken::By(Msg::Paste(text)),
                Some(Ok(Event::Resize(columns, rows))) => Woken::By(Msg::Resize(columns, rows)),
                Some(Ok(_)) => Woken::Idle,
                Some(Err(_)) | None => Woken::Over(Left::InputEnded),
            },
            _ = self.second.tick(), if ticking => Woken::By(Msg::Changed),
        }
    }

    /// One message: update, carry out, draw.
    fn handle(&mut self, msg: Msg) -> io::Result<Option<Left>> {
        let mut seen = self.see();
        for request in update(&mut self.model, msg, &seen) {
            match request {
                Request::Leave => return Ok(Some(Left::ByPerson)),
                Request::Ask { ticket, ask } => {
                    let console = Arc::clone(&self.console);
                    let (by, answers) = (self.by.clone(), self.answers.0.clone());
                    tokio::task::spawn_blocking(move || {
                        let result = console.ask(by, ask);
                        // Nobody waits for the answer after the screen was left.
                        let _ = answers.send(Msg::Asked { ticket, result });
                    });
                }
                Request::DiscardInput => {
                    while self.events.next().now_or_never().flatten().is_some() {}
                }
            }
        }
        let size = self.session.size();
        if size != self.model.size {
            update(&mut self.model, Msg::Resize(size.0, size.1), &seen);
        }
        // What was scrolled to may not be loaded yet.
        seen = self.see();
        let (model, theme) = (&self.model, self.theme);
        self.session.terminal.draw(|frame| draw(frame, model, &seen, theme))?;
        Ok(None)
    }

    fn see(&mut self) -> Seen {
        let snapshot = Snapshot::take(&*self.console, &self.by);
        self.record.load(&*self.console, &snapshot.view, self.model.entries_wanted());
        Seen { snapshot, record: self.record.lines.clone(), trouble: self.record.trouble.clone() }
    }
}

/// The entries on the screen, read again only when there are others.
#[derive(Default)]
struct Record {
    lines: Vec<RecordLine>,
    trouble: Option<Shown>,
    loaded: Option<(Seq, Seq)>,
}

impl Record {
    fn load(&mut self, console: &dyn Console, view: &View, wanted: u64) {
        let Some(last) = view.state.seq else { return };
        let first = (last + 1).saturating_sub(wanted);
        if self.loaded == Some((first, last)) {
            return;
        }
        match console.lines(first..last + 1, &view.state) {
            Ok(lines) => {
                self.lines = lines;
                self.trouble = None;
                self.loaded = Some((first, last));
            }
            Err(why) => self.trouble = Some(why),
        }
    }
}
