//! What is told when a drill is over: its scorecard, from the record as it lies there.

use std::path::PathBuf;
use std::sync::Arc;

use super::context::Context;
use crate::command::{Debrief, Told, page_lines};
use crate::drill::score::HOT_WASH;
use crate::drill::{Scenario, Score};
use crate::incident::State;
use crate::journal::{Disk, fold};
use crate::text::Shown;

/// Knows the scenario, and where the record lies.
pub(super) struct Scorecard {
    scenario: Arc<Scenario>,
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl Scorecard {
    pub(super) fn new(context: &Context, scenario: Arc<Scenario>, dir: PathBuf) -> Self {
        Self { scenario, disk: context.disk.clone(), dir }
    }

    /// What the record says so far.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(super) fn score(&self, state: &State) -> Result<Score, String> {
        let mut entries = Vec::new();
        let folded = fold(self.disk.as_ref(), &self.dir, &mut |entry| entries.push(entry));
        folded.map_err(|error| error.to_string())?;
        Ok(Score::of(&self.scenario, state.playbook.clone(), entries.into_iter()))
    }
}

impl Debrief for Scorecard {
    fn told(&self, state: &State) -> Vec<Told> {
        match self.score(state) {
            Ok(score) => {
                let mut page = score.page();
                // The questions stand below, where they are answered.
                page.sections.retain(|section| section.title != HOT_WASH);
                page_lines(&page)
            }
            Err(why) => vec![Told::new(
                crate::command::Tone::Bad,
                format!("The scorecard cannot be made: {why}"),
            )],
        }
    }

    fn questions(&self) -> Vec<Shown> {
        self.scenario.plan.questions.clone()
    }
}
