//! What the home screen tells: every incident and drill of this machine, and what can be begun.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use crate::incident::record::Mode;
use crate::incident::words::elapsed_words;
use crate::incident::{CheckVerdict, Row, Severity, State};
use crate::text::Shown;

use super::describe::{Told, Tone};

/// Where incidents are found, and what can be begun.
pub trait Lobby: Send + Sync {
    /// All incidents, the newest first, as their first and last lines tell them. Quick.
    fn cards(&self) -> Result<Vec<Card>, Shown>;

    /// How an incident stands: reads its whole record, so not on the thread that draws.
    fn look(&self, card: &Card) -> Result<Standing, Shown>;

    /// Playbooks that an incident can be opened on.
    fn playbooks(&self) -> Vec<Start>;

    /// Drills that can be begun.
    fn drills(&self) -> Vec<Start>;

    fn now(&self) -> DateTime<Utc>;
}

/// Something that can be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// As it is named on the command line.
    pub name: String,
    pub title: Shown,
}

/// One incident in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub dir: PathBuf,
    /// The codename, or the directory of a record whose beginning cannot be read.
    pub name: Shown,
    pub mode: Mode,
    pub title: Shown,
    pub opened_at: Option<DateTime<Utc>>,
    /// It takes nothing more.
    pub closed: bool,
    /// It goes on in a copy elsewhere; then it is closed too.
    pub moved: bool,
    pub records: u64,
    /// The engine that runs it now.
    pub held: Option<Shown>,
    /// Why it is not whole.
    pub trouble: Option<Shown>,
}

/// How an incident stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    pub broken: usize,
    pub unknown: usize,
    pub holding: usize,
    pub doubts: usize,
    /// When what is not done is due: reminders, duties, promised updates, steps that were put off.
    pub due: Vec<DateTime<Utc>>,
    /// Duties that nobody decided on.
    pub undecided: usize,
    pub severity: Option<Severity>,
    /// Steps that are over, of all.
    pub over: (usize, usize),
    /// A drill that was played to its end.
    pub is_over: bool,
}

impl Standing {
    /// What a state says of it.
    pub fn of(state: &State) -> Self {
        let guards = |verdict| state.live_guards().filter(|guard| guard.verdict == verdict).count();
        // A step whose scope holds nothing yet is neither over nor open.
        let rows = || state.timeline().filter(|row| !row.is_empty());
        let is_over = |row: &Row<'_>| row.progress.is_over() && state.deferred(&row.name).is_none();
        Self {
            broken: guards(CheckVerdict::Failed),
            unknown: guards(CheckVerdict::Unknown),
            holding: guards(CheckVerdict::Passed),
            doubts: state.doubts().count(),
            // The scenario's clock stands still while nobody plays.
            due: state.all_due().filter(|_| state.exercise.is_none()).collect(),
            is_over: state.is_drill_over(),
            undecided: state.duties().filter(|(_, decided)| decided.is_none()).count(),
            severity: state.clocks.declared.as_ref().map(|declared| declared.severity),
            over: (rows().filter(is_over).count(), rows().count()),
        }
    }
}

/// What stands beside an incident's name: whether it is open and held, and what alarms.
pub fn card_told(card: &Card, standing: Option<&Standing>, now: DateTime<Utc>) -> Vec<Told> {
    if standing.is_some_and(|standing| standing.is_over) && !card.closed {
        return vec![Told::new(Tone::Plain, "over: read it, talk about it, score it")];
    }
    let mut told = vec![Told::new(Tone::Plain, state_words(card))];
    if let Some(trouble) = &card.trouble {
        told.push(Told::new(Tone::Bad, trouble.one_line()));
    }
    let Some(standing) = standing.filter(|_| !card.closed) else { return told };
    if let Some(severity) = standing.severity {
        let tone = if severity <= Severity::Sev2 { Tone::Warning } else { Tone::Plain };
        told.push(Told::new(tone, severity.word()));
    }
    let mut count = |tone, count: usize, words: &str| {
        if count > 0 {
            told.push(Told::new(tone, format!("{count} {words}")));
        }
    };
    count(Tone::Bad, standing.broken, "BROKEN");
    count(Tone::Bad, standing.doubts, "IN DOUBT");
    count(Tone::Bad, standing.due.iter().filter(|due| **due <= now).count(), "OVERDUE");
    count(Tone::Bad, standing.undecided, "UNDECIDED");
    count(Tone::Warning, standing.unknown, "unknown");
    // What nobody runs, nobody guards.
    let guards = match (standing.holding, card.held.is_some()) {
        (1, true) => "guard holds",
        (_, true) => "guards hold",
        (1, false) => "guard asleep",
        (_, false) => "guards asleep",
    };
    count(Tone::Warning, standing.holding, guards);
    if let Some(next) = standing.due.iter().filter(|due| **due > now).min() {
        let left = elapsed_words(*next - now);
        told.push(Told::new(Tone::Plain, format!("next due in {left}")));
    }
    let (over, all) = standing.over;
    told.push(Told::new(Tone::Muted, format!("{over} of {all} steps over")));
    told
}

fn state_words(card: &Card) -> String {
    match (&card.held, card.closed) {
        (_, true) if card.moved => "moved, and goes on elsewhere".to_owned(),
        (_, true) => "closed".to_owned(),
        (Some(held), false) => format!("open, run by {}", held.one_line()),
        (None, false) => "open".to_owned(),
    }
}

/// How long ago it was opened.
pub fn card_age(card: &Card, now: DateTime<Utc>) -> String {
    let Some(opened) = card.opened_at else { return String::new() };
    let age: TimeDelta = now - opened;
    if age < TimeDelta::days(2) {
        return format!("{} ago", elapsed_words(age));
    }
    opened.format("%Y-%m-%d").to_string()
}
