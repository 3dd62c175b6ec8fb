//! The home screen: which incidents there are and what alarms in them, and what can be begun.

mod model;
mod view;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyEventKind;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::screen::{Happened, Left, Options, Screen};
use crate::command::Lobby;
pub use model::{Choice, Home, HomeMsg, HomeRequest};
pub use view::draw as draw_home;

/// How often the clocks on it are drawn again.
const TICK: Duration = Duration::from_secs(1);

/// Shows the home screen until something was chosen. `told` is what became of the choice before.
/// Must not be called on a thread that runs async tasks.
///
/// # Errors
///
/// Those of the terminal.
pub fn home(
    lobby: Arc<dyn Lobby>,
    options: Options,
    up: Box<dyn Fn() -> u64 + Send>,
    told: Option<String>,
) -> io::Result<Choice> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let choice = runtime.block_on(live(lobby, options, up, told));
    // A long record may still be read; nobody waits for it.
    runtime.shutdown_background();
    choice
}

async fn live(
    lobby: Arc<dyn Lobby>,
    options: Options,
    up: Box<dyn Fn() -> u64 + Send>,
    told: Option<String>,
) -> io::Result<Choice> {
    let keymap = Arc::clone(&options.keymap);
    let mut screen = Screen::enter(options, up)?;
    let mut home = Home::new(screen.size(), keymap, lobby.playbooks(), lobby.drills());
    home.told(told);
    let (sender, mut answers) = mpsc::unbounded_channel();
    let mut tick = interval_at(Instant::now() + TICK, TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut msg = Some(HomeMsg::Cards(lobby.cards()));
    loop {
        if let Some(msg) = msg.take() {
            match home.update(msg) {
                Some(HomeRequest::Chosen(choice)) => return Ok(choice),
                Some(HomeRequest::Suspend) => screen.suspend().await?,
                Some(HomeRequest::Redraw) => screen.clear()?,
                Some(HomeRequest::Reload) => drop(home.update(HomeMsg::Cards(lobby.cards()))),
                None => {}
            }
            look_at(&lobby, &mut home, &sender);
        }
        let (size, now) = (screen.size(), lobby.now());
        home.update(HomeMsg::Resize(size.0, size.1));
        screen.title("stanch")?;
        screen.draw(|frame, theme| view::draw(frame, &home, now, theme))?;
        msg = tokio::select! {
            biased;
            happened = screen.next() => match happened {
                Happened::Key(key) if key.kind != KeyEventKind::Release => Some(HomeMsg::Key(key)),
                Happened::Over(left) => return Ok(Choice::Leave(left)),
                _ => None,
            },
            answer = answers.recv() => answer,
            _ = tick.tick() => None,
        };
    }
}

/// Has every open incident read, one after the other, beside the screen.
fn look_at(lobby: &Arc<dyn Lobby>, home: &mut Home, sender: &mpsc::UnboundedSender<HomeMsg>) {
    let cards = home.begin_to_look();
    if cards.is_empty() {
        return;
    }
    let (lobby, sender) = (Arc::clone(lobby), sender.clone());
    tokio::task::spawn_blocking(move || {
        for card in cards {
            let standing = lobby.look(&card);
            if sender.send(HomeMsg::Standing(card.dir, standing)).is_err() {
                return;
            }
        }
    });
}

/// Left by the person, or otherwise.
impl Choice {
    /// Leaving, because the person wants to.
    pub(super) const LEAVE: Self = Self::Leave(Left::ByPerson);
}
