//! The loop of an incident's screen: whatever comes first of a key, a signal, an answer, a newer
//! view or a second; then one update, and one drawing.

mod cache;
mod hunt;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::model::{self, Model, Seen};
use super::screen::{Happened, Left, Options, Screen};
use super::update::{Msg, Request, update};
use super::view::draw;
use crate::command::{Console, Snapshot, title};
use crate::engine::View;
use crate::incident::By;

pub use cache::Cache;
use hunt::Hunts;

/// Shows the incident until the person leaves, a signal comes or the engine ends; the terminal is
/// given back in every case. Runs its own event loop: must not be called on a thread that runs async
/// tasks.
///
/// # Errors
///
/// Those of the terminal.
pub fn run(console: Arc<dyn Console>, by: By, options: Options) -> io::Result<Left> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let left = runtime.block_on(async {
        let mut app = App::start(console, by, options)?;
        app.live().await
    });
    // An ask that is being flushed may take its time; the terminal is already given back.
    runtime.shutdown_timeout(Duration::from_secs(5));
    left
}

struct App {
    screen: Screen,
    console: Arc<dyn Console>,
    by: By,
    model: Model,
    cache: Cache,
    /// As it was last looked at.
    snapshot: Option<Snapshot>,
    hunts: Hunts,
    views: watch::Receiver<Arc<View>>,
    answers: (mpsc::UnboundedSender<Msg>, mpsc::UnboundedReceiver<Msg>),
    second: Interval,
}

/// What woke the loop.
enum Woken {
    By(Msg),
    Redraw,
    Over(Left),
}

/// So many answers are taken in before the next frame.
const BURST: usize = 64;

/// Who runs a drill begins with what is to come.
fn first(console: &dyn Console) -> model::View {
    if console.desk().is_some() { model::View::Plan } else { model::View::Steps }
}

impl App {
    fn start(console: Arc<dyn Console>, by: By, options: Options) -> io::Result<Self> {
        let clock = Arc::clone(&console);
        let (keymap, mouse) = (Arc::clone(&options.keymap), options.mouse);
        let screen = Screen::enter(options, Box::new(move || clock.now().up))?;
        let views = console.watch();
        let period = Duration::from_secs(1);
        let mut second = interval_at(Instant::now() + period, period);
        second.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let answers = mpsc::unbounded_channel();
        Ok(Self {
            model: Model { keymap, mouse, view: first(&*console), ..Model::new(screen.size()) },
            screen,
            hunts: Hunts::new(Arc::clone(&console), answers.0.clone()),
            console,
            by,
            cache: Cache::default(),
            snapshot: None,
            views,
            answers,
            second,
        })
    }

    async fn live(&mut self) -> io::Result<Left> {
        let mut woken = Woken::By(Msg::Changed);
        loop {
            match woken {
                Woken::Over(left) => return Ok(left),
                Woken::Redraw => {}
                Woken::By(msg) => {
                    if let Some(left) = self.handle(msg).await? {
                        return Ok(left);
                    }
                    for _ in 0..BURST {
                        let Ok(answer) = self.answers.1.try_recv() else { break };
                        if let Some(left) = self.handle(answer).await? {
                            return Ok(left);
                        }
                    }
                }
            }
            // The next screen must be that of the real thing.
            if self.views.borrow().state.real_began() {
                return Ok(Left::ByPerson);
            }
            self.draw()?;
            woken = self.wait().await;
        }
    }

    async fn wait(&mut self) -> Woken {
        let ticking = {
            let view = self.views.borrow();
            view.state.opened_at.is_some() && view.state.closed.is_none()
        };
        tokio::select! {
            biased;
            happened = self.screen.next() => match happened {
                Happened::Key(key) => Woken::By(Msg::Key(key)),
                // Before it is on any screen.
                Happened::Paste(text) => {
                    // A terminal sends the line ends of a paste as carriage returns.
                    let text = text.replace("\r\n", "\n").replace('\r', "\n");
                    Woken::By(Msg::Paste(self.console.mask(&text).to_string()))
                }
                Happened::Mouse(event) => Woken::By(Msg::Mouse(event)),
                Happened::Focus(focused) => Woken::By(Msg::Focus(focused)),
                Happened::Resize(columns, rows) => Woken::By(Msg::Resize(columns, rows)),
                Happened::Redraw => Woken::Redraw,
                Happened::Over(left) => Woken::Over(left),
            },
            Some(answer) = self.answers.1.recv() => Woken::By(answer),
            changed = self.views.changed() => match changed {
                Ok(()) => Woken::By(Msg::Changed),
                Err(_) => Woken::Over(Left::EngineEnded),
            },
            _ = self.second.tick(), if ticking => Woken::By(Msg::Changed),
        }
    }

    /// One message: update, and carry out.
    async fn handle(&mut self, msg: Msg) -> io::Result<Option<Left>> {
        let mut waiting = vec![msg];
        while let Some(msg) = waiting.pop() {
            let seen = self.see();
            for request in update(&mut self.model, msg, &seen) {
                match request {
                    Request::Leave => return Ok(Some(Left::ByPerson)),
                    request => waiting.extend(self.carry_out(request).await?),
                }
            }
        }
        Ok(None)
    }

    async fn carry_out(&mut self, request: Request) -> io::Result<Option<Msg>> {
        match request {
            Request::Ask { ticket, ask } => {
                let console = Arc::clone(&self.console);
                let (by, answers) = (self.by.clone(), self.answers.0.clone());
                tokio::task::spawn_blocking(move || {
                    let result = console.ask(by, ask);
                    // Nobody waits for the answer after the screen was left.
                    let _ = answers.send(Msg::Asked { ticket, result });
                });
            }
            Request::DiscardInput => self.screen.discard_input().await,
            Request::Scan { hunt, job, filter, from, to } => {
                let state = self.views.borrow().state.clone();
                self.hunts.begin(hunt, job, filter, from..to, state);
            }
            Request::Seek(at) => {
                let state = &self.views.borrow().state;
                return Ok(Some(Msg::Sought(hunt::seek(&*self.console, state, at))));
            }
            Request::Copy { what, text } => {
                return Ok(Some(Msg::Copied(self.screen.copy(what, &text)?)));
            }
            Request::Edit(text) => {
                let edited = self.screen.edit(&text).await?;
                let masked = edited.map(|text| self.console.mask(&text).to_string());
                return Ok(Some(Msg::Edited(masked)));
            }
            Request::Mouse(on) => self.screen.mouse(on)?,
            Request::Attention(words) => self.screen.attention(&words)?,
            Request::Suspend => self.screen.suspend().await?,
            Request::Redraw => self.screen.clear()?,
            Request::Leave => {}
        }
        Ok(None)
    }

    fn draw(&mut self) -> io::Result<()> {
        let size = self.screen.size();
        let mut seen = self.see();
        if size != self.model.size {
            update(&mut self.model, Msg::Resize(size.0, size.1), &seen);
            seen = self.see();
        }
        self.screen.title(&title(&seen.snapshot))?;
        let model = &self.model;
        self.screen.draw(|frame, theme| draw(frame, model, &seen, theme))
    }

    fn see(&mut self) -> Seen {
        let snapshot = match self.snapshot.take() {
            Some(snapshot) => snapshot.renewed(&*self.console),
            None => Snapshot::take(&*self.console, &self.by),
        };
        self.snapshot = Some(snapshot.clone());
        self.cache.see(&*self.console, snapshot, &self.model)
    }
}
