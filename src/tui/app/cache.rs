//! The entries on the screen, read again only when there are others.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::command::{Console, Detail, Snapshot};
use crate::incident::{RecordLine, Seq};
use crate::text::Shown;
use crate::tui::model::{Layer, Model, Reading, Seen};
use crate::tui::view::record::wanted;

/// More entries than any screen has rows: beyond it the oldest readings are thrown away.
const KEPT: usize = 2_000;

/// What was read from the record so far.
#[derive(Debug, Default)]
pub struct Cache {
    lines: Arc<BTreeMap<Seq, RecordLine>>,
    trouble: Option<Shown>,
    detail: Option<(Seq, Result<Detail, Shown>)>,
    /// The exercise was over when it was read: then the whole record may be seen.
    is_over: bool,
}

impl Cache {
    /// All that the screen is made of at this moment.
    pub fn see(&mut self, console: &dyn Console, snapshot: Snapshot, model: &Model) -> Seen {
        // What is wanted does not depend on what is there: a second owner would have it copied.
        let is_over = snapshot.state().is_drill_over();
        if is_over != self.is_over {
            *self = Self { is_over, ..Self::default() };
        }
        let mut seen = Seen { snapshot, lines: Arc::default(), detail: None, trouble: None };
        self.load(console, &wanted(model, &seen), &seen.snapshot);
        seen.lines = Arc::clone(&self.lines);
        seen.trouble.clone_from(&self.trouble);
        seen.detail = self.detail(console, model, &seen.snapshot);
        seen
    }

    fn load(&mut self, console: &dyn Console, wanted: &[Seq], snapshot: &Snapshot) {
        if wanted.iter().all(|seq| self.lines.contains_key(seq)) {
            return;
        }
        let mut lines = Arc::unwrap_or_clone(std::mem::take(&mut self.lines));
        if lines.len() > KEPT {
            lines.clear();
        }
        self.trouble = None;
        for run in runs(wanted, &lines) {
            match console.lines(run, snapshot.state()) {
                Ok(read) => lines.extend(read.into_iter().map(|line| (line.seq, line))),
                Err(why) => self.trouble = Some(why),
            }
        }
        self.lines = Arc::new(lines);
    }

    fn detail(
        &mut self,
        console: &dyn Console,
        model: &Model,
        snapshot: &Snapshot,
    ) -> Option<Result<Detail, Shown>> {
        let Layer::Page(page) = &model.layer else { return None };
        let Reading::Entry(seq) = &page.reading else { return None };
        let seq = *seq;
        if self.detail.as_ref().is_none_or(|(read, _)| *read != seq) {
            self.detail = Some((seq, console.detail(seq, snapshot.state())));
        }
        self.detail.as_ref().map(|(_, detail)| detail.clone())
    }
}

/// What is not there yet, as few ranges as possible.
fn runs(wanted: &[Seq], there: &BTreeMap<Seq, RecordLine>) -> Vec<std::ops::Range<Seq>> {
    let mut runs: Vec<std::ops::Range<Seq>> = Vec::new();
    for seq in wanted.iter().copied().filter(|seq| !there.contains_key(seq)) {
        match runs.last_mut() {
            Some(run) if run.end == seq => run.end += 1,
            _ => runs.push(seq..seq + 1),
        }
    }
    runs
}
