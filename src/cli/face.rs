//! Which face a session gets, and what is said when it is left.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::Face;
use super::context::Context;
use super::debrief::Scorecard;
use super::session::{self, Material, Session};
use super::{Outcome, look, out};
use crate::command::{Attached, Console, present_words};
use crate::engine::{Listening, Present, View};
use crate::incident::exercise::Control;
use crate::incident::{Ask, By, CallEnd, Progress};
use crate::plain;
use crate::text::Shown;
use crate::tui::{self, Left};

/// The reason of a pause that leaving makes.
const LEFT: &str = "nobody was there";

/// Shows the session until the person leaves it.
pub(super) fn face(context: &Context, session: &Session, args: &Face) -> anyhow::Result<Outcome> {
    show(context, session, args).map(|_| Outcome::Good)
}

/// The same, and why it was left.
pub(super) fn show(context: &Context, session: &Session, args: &Face) -> anyhow::Result<Left> {
    if let Err(why) = &session.listening {
        out::note(format!("stanch: nobody can attach to this engine: {why}"));
    }
    come_back(session);
    let mut console = Attached::new(session.handle.clone(), context.clock.clone());
    if let Some(scenario) = &session.scenario {
        let scorecard = Scorecard::new(context, scenario.clone(), session.dir.clone());
        console.beside.debrief = Some(Arc::new(scorecard));
    }
    let console = Arc::new(console);
    let left = face_of(context, console, session.by.clone(), args);
    if let (Ok(Left::ByPerson), Ok(listening)) = (&left, &session.listening) {
        linger(session, listening)?;
    }
    if matches!(left, Ok(Left::EngineEnded)) {
        out::note("The engine ended; the record is whole up to its last line.");
    }
    // Also when the face failed: what is under way must be recorded, and the record given free.
    leave(context, session);
    if left.is_ok() && session.handle.view().state.real_began() {
        return real(context, session, args);
    }
    left
}

/// A drill that somebody broke off since the real thing began: the same playbook, live, on a record
/// of its own.
fn real(context: &Context, session: &Session, args: &Face) -> anyhow::Result<Left> {
    let material = Material::live(session.playbook.clone(), Vec::new());
    let live = session::open(context, material)
        .context("the live incident could not be opened; `stanch open` opens one by hand")?;
    out::note(format!("LIVE incident {} on the same playbook", live.codename));
    show(context, &live, args)
}

/// Those who are attached to this engine lose it when the process ends: it goes on until they have
/// left, or whoever waits for that interrupts it.
fn linger(session: &Session, listening: &Listening) -> anyhow::Result<()> {
    listening.own_left();
    let names =
        |guests: &[Present]| guests.iter().map(present_words).collect::<Vec<_>>().join(", ");
    let guests = listening.guests();
    if guests.is_empty() {
        return Ok(());
    }
    out::note(format!(
        "Still attached: {}. The engine goes on until they have left; interrupt to end it now.",
        names(&guests)
    ));
    let mut told = guests;
    // A view is told of them some time later.
    Ends::new()?.wait(session, &mut |_| {
        let guests = listening.guests();
        if told != guests {
            out::note(format!("Attached: {}", names(&guests)));
            told = guests;
        }
        told.is_empty()
    });
    Ok(())
}

/// SIGTERM, SIGINT and SIGHUP, that no longer end the process by themselves.
pub(super) struct Ends {
    runtime: Runtime,
    signals: [Signal; 3],
}

impl Ends {
    /// From now on.
    pub(super) fn new() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let inside = runtime.enter();
        let [terminate, interrupt, hangup] = kinds.map(signal);
        drop(inside);
        Ok(Self { runtime, signals: [terminate?, interrupt?, hangup?] })
    }

    /// Waits for one of them, for the end of the engine, or until `look` has seen enough.
    pub(super) fn wait(self, session: &Session, look: &mut dyn FnMut(&View) -> bool) {
        let [mut terminate, mut interrupt, mut hangup] = self.signals;
        let mut views = session.handle.watch();
        self.runtime.block_on(async {
            loop {
                let view = views.borrow_and_update().clone();
                if look(&view) {
                    return;
                }
                tokio::select! {
                    _ = terminate.recv() => return,
                    _ = interrupt.recv() => return,
                    _ = hangup.recv() => return,
                    changed = views.changed() => if changed.is_err() {
                        return;
                    },
                }
            }
        });
    }
}

/// Shows a console until the person leaves it.
pub(super) fn face_of(
    context: &Context,
    console: Arc<dyn Console>,
    by: By,
    args: &Face,
) -> anyhow::Result<Left> {
    if is_plain(context, args) {
        let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
        plain::run(console.as_ref(), by, &mut input, &mut output)?;
        return Ok(Left::ByPerson);
    }
    let options = look::options(context, args)?;
    tui::run(console, by, options).context("the terminal cannot be used; try --plain")
}

/// Line by line: asked for, or all that the terminal can do.
pub(super) fn is_plain(context: &Context, args: &Face) -> bool {
    args.plain || is_dumb(context)
}

/// A screen needs a terminal on both sides, and one that can place a cursor.
fn is_dumb(context: &Context) -> bool {
    let term = context.environment.get("TERM").unwrap_or("dumb");
    !io::stdin().is_terminal() || !io::stdout().is_terminal() || term == "dumb"
}

/// Whoever takes a drill up again finds its clock where it was left.
fn while_away() -> Ask {
    let reason = Shown::new(LEFT);
    Ask::Control { control: Control::Pause { reason, back_to: None } }
}

/// Goes on with a drill that was paused by leaving it.
pub(super) fn come_back(session: &Session) {
    let state = session.handle.view().state.clone();
    let paused = state.exercise.as_ref().and_then(|exercise| exercise.paused.as_ref());
    if paused.is_some_and(|reason| reason.as_str() == LEFT) {
        // Refused, it can be resumed by hand.
        drop(session.handle.ask(session.by.clone(), Ask::Control { control: Control::Resume }));
    }
}

/// What is under way is recorded before the process ends.
pub(super) fn leave(context: &Context, session: &Session) {
    let state = session.handle.view().state.clone();
    let flying = state.calls.values().filter(|call| call.end == CallEnd::InFlight).count();
    if flying > 0 {
        out::note(format!(
            "{flying} sent and not answered yet: waiting for the answer, so that it can be \
             recorded. Interrupt to leave at once; it will be in doubt then."
        ));
    }
    let asking = state.checks.values().filter(|check| check.end.is_none()).count();
    let guards = state.live_guards().count();
    if asking + guards > 0 {
        out::note(format!(
            "{asking} proofs and {guards} guards are asked no more until the incident is resumed."
        ));
    }
    if let Ok(listening) = &session.listening {
        listening.shut();
    }
    let is_played = session.scenario.as_ref().is_some_and(|one| !one.plan.injects.is_empty());
    let runs = state.exercise.as_ref().is_some_and(|exercise| exercise.clock.is_running());
    if is_played && runs {
        // Refused, it goes on from its last record: hardly earlier.
        drop(session.handle.ask(session.by.clone(), while_away()));
    }
    session.handle.stop();
    let view = session.handle.view();
    let open = view
        .state
        .timeline()
        .filter(|row| matches!(row.progress, Progress::InDoubt { .. }))
        .count();
    let head = view.head.spoken();
    out::note(format!("Head of the record: {head} (record {})", view.head.seq));
    if open > 0 {
        out::note(format!("{open} in doubt: resume and settle it."));
    }
    for outcome in &view.unsaved {
        out::note(format!("NOT IN THE RECORD: {outcome}"));
    }
    if !view.unsaved.is_empty() {
        out::note(format!("It stands in {}", context.emergency(&session.codename).display()));
    }
    if view.state.closed.is_none() {
        out::note(format!("To go on: stanch resume {}", session.resume_by));
    }
}
