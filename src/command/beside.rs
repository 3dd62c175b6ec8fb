//! What a console may know beside the record: the desk of who runs a drill, and what is told when
//! it is over.

use std::sync::Arc;

use super::console::Console;
use super::describe::Told;
use crate::drill::Desk;
use crate::incident::offer::hot_wash_offers;
use crate::incident::words::Sight;
use crate::incident::{Now, Offer, Seq, State};
use crate::text::Shown;

/// What is told of a drill when it is over, by whoever knows its scenario.
pub trait Debrief: Send + Sync {
    /// How it went: the scorecard.
    fn told(&self, state: &State) -> Vec<Told>;

    /// What people are asked then.
    fn questions(&self) -> Vec<Shown>;
}

/// What a console knows beside the record; nothing, where it is a player's in a drill that goes on.
#[derive(Clone, Default)]
pub struct Beside {
    pub desk: Option<Arc<Desk>>,
    pub debrief: Option<Arc<dyn Debrief>>,
}

impl Beside {
    /// How much of the record may be seen.
    pub fn sight(&self) -> Sight {
        if self.desk.is_some() { Sight::Facilitator } else { Sight::Player }
    }
}

/// The hot wash of a drill that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotWash {
    /// How it went; empty where nobody here knows.
    pub told: Vec<Told>,
    pub questions: Vec<Shown>,
    /// The last record that was looked at.
    seq: Option<Seq>,
}

impl HotWash {
    /// `None` while the exercise goes on, and where this is no drill.
    pub(super) fn of(console: &dyn Console, state: &State) -> Option<Self> {
        if !state.is_drill_over() {
            return None;
        }
        let debrief = console.debrief();
        let told = debrief.as_ref().map(|debrief| debrief.told(state)).unwrap_or_default();
        let questions = questions(debrief.as_ref());
        Some(Self { told, questions, seq: state.seq })
    }

    /// Nothing was recorded since.
    pub(super) fn is_of(&self, state: &State) -> bool {
        self.seq == state.seq
    }
}

fn questions(debrief: Option<&Arc<dyn Debrief>>) -> Vec<Shown> {
    debrief.map(|debrief| debrief.questions()).unwrap_or_default()
}

/// What anybody could ask, what only a facilitator can, and what is asked when it is over.
pub(super) fn all_offers<C: Console + ?Sized>(console: &C, state: &State, now: Now) -> Vec<Offer> {
    let mut offers = crate::incident::offers(state, now);
    if let Some(desk) = console.desk() {
        offers.extend(desk.controls(state, now));
    }
    if state.is_drill_over() {
        offers.extend(hot_wash_offers(state, &questions(console.debrief().as_ref()), now));
    }
    offers
}
