//! What every face tells about the incident and a step, line by line.

mod answer;
mod chart;
mod clocks;
mod desk;
mod detail;
mod exercise;
mod handover;
mod hot_wash;
mod injects;
mod proof;
mod prose;
mod step;
mod things;

use chrono::{DateTime, Utc};

use crate::engine::Present;
use crate::incident::people::name_of;
use crate::incident::record::Mode;
use crate::incident::words::{by_words, elapsed_words};
use crate::incident::{CheckVerdict, Progress, Row};
use crate::playbook::Step;
use crate::text::Shown;

use super::console::Snapshot;
pub use chart::{Lane, Span, lane_lines, lanes};
pub use clocks::{Clock, Stand, clock_things, clocks, most_overdue, overdue};
pub use desk::{plan_things, score_things};
pub use detail::detail_lines;
pub use exercise::over_words;
pub use handover::{hand_over_lines, page_hash_line, page_lines};
pub use hot_wash::hot_wash_lines;
pub use injects::{Letter, inject_lines, inject_things, letters, to_read};
pub use proof::before_lines;
pub use step::{Part, Section, action_lines, request_of, step_lines, step_sections, step_time};
pub use things::{claim_things, scope_things};

/// Something told, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub tone: Tone,
    pub text: Shown,
}

/// How something is told; a face may dress it, but never say it by dress alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Title,
    Heading,
    /// As it is sent or was received.
    Exact,
    Muted,
    Good,
    Warning,
    Bad,
    Live,
    Drill,
    /// Drawn for the eye alone: a face without a screen leaves it out.
    Spark,
}

impl Told {
    pub(crate) fn new(tone: Tone, text: impl AsRef<str>) -> Self {
        Self { tone, text: Shown::new(text) }
    }
}

/// The mark before the word of a progress: one column, never without the word.
pub fn sign(progress: Progress) -> &'static str {
    match progress {
        Progress::Planned => "-",
        Progress::Armed => "!",
        Progress::Running { .. } => ">",
        Progress::Retrying { .. } => "~",
        Progress::InDoubt { .. } => "?",
        Progress::Failed { .. } => "x",
        Progress::Proving => "=",
        Progress::Unproven => "%",
        Progress::Proven => "+",
        Progress::Done => "*",
        Progress::Skipped => "/",
        Progress::Undone => "<",
    }
}

/// Where a row stands: mark, word and tone.
pub fn standing(snapshot: &Snapshot, row: &Row<'_>) -> (&'static str, &'static str, Tone) {
    let state = snapshot.state();
    let progress = row.progress;
    if row.is_empty() {
        return (".", "none yet", Tone::Muted);
    }
    if progress.is_over() {
        // A proof that no longer holds must not look like one that does.
        let guards = || state.live_guards().filter(|guard| guard.step.name() == row.name);
        if guards().any(|guard| guard.verdict == CheckVerdict::Failed) {
            return ("!", "BROKEN", Tone::Bad);
        }
        if guards().any(|guard| guard.verdict == CheckVerdict::Unknown) {
            return ("?", "unknown", Tone::Warning);
        }
    }
    if progress == Progress::Skipped && state.deferred(&row.name).is_some() {
        return ("/", "put off", Tone::Plain);
    }
    if row.step.is_heading() && progress == Progress::Planned {
        let is_begun = |one: &Step| state.progress(&one.id) != Progress::Planned;
        if state.playbook.children(&row.step.id).any(is_begun) {
            return (">", "begun", Tone::Plain);
        }
    }
    if progress == Progress::Planned {
        if state.not_applicable.contains(&*row.name) {
            return (".", "no need", Tone::Muted);
        }
        let next = snapshot.next.as_ref().and_then(|offer| offer.step.as_deref());
        if next == Some(&*row.name) {
            return ("-", "next", Tone::Title);
        }
        if state.clocks.returned.contains_key(&state.key(&row.name)) {
            return ("-", "is back", Tone::Warning);
        }
    }
    (sign(progress), progress.word(), tone(progress))
}

fn tone(progress: Progress) -> Tone {
    match progress {
        Progress::Planned | Progress::Skipped | Progress::Undone => Tone::Muted,
        Progress::Armed
        | Progress::Running { .. }
        | Progress::Retrying { .. }
        | Progress::Proving
        | Progress::Unproven => Tone::Warning,
        Progress::InDoubt { .. } | Progress::Failed { .. } => Tone::Bad,
        Progress::Proven | Progress::Done => Tone::Good,
    }
}

/// The state of the incident in a few words, the most important first: what the header shows.
pub fn summary(snapshot: &Snapshot) -> Vec<Told> {
    let state = snapshot.state();
    let mode = state.mode();
    let mode_tone = match mode {
        Mode::Live => Tone::Live,
        Mode::Drill => Tone::Drill,
    };
    let mut told = vec![Told::new(mode_tone, mode.word())];
    told.extend(exercise::banner(state));
    told.push(Told::new(Tone::Title, Shown::new(state.codename()).one_line()));
    told.extend(exercise::header(snapshot));
    told.extend(clocks::severity(snapshot));
    // Nobody is called to what is over.
    if !state.is_drill_over() {
        alarms(snapshot, &mut told);
        told.extend(clocks::header(snapshot));
    }
    let elapsed = state.opened_at.map(|opened_at| snapshot.now.at - opened_at);
    if let Some(elapsed) = elapsed {
        told.push(Told::new(Tone::Plain, elapsed_words(elapsed)));
    }
    let by = state.people.by(&snapshot.by);
    let looks = looks_words(!snapshot.only_looks());
    told.push(Told::new(Tone::Plain, format!("by {}{looks}", by_words(&by))));
    for offer in &state.people.offered {
        if offer.to == name_of(&by) {
            let words = format!("role of {} OFFERED to you", offer.role.one_line());
            told.push(Told::new(Tone::Warning, words));
        }
    }
    if let Some(held) = state.people.commander()
        && held.who != name_of(&by)
    {
        told.push(Told::new(Tone::Plain, format!("commander {}", held.who)));
    }
    told.extend(company(snapshot));
    if snapshot.view.busy > 0 {
        told.push(Told::new(Tone::Warning, format!("{} under way", snapshot.view.busy)));
    }
    told.push(Told::new(Tone::Plain, format!("head {}", snapshot.view.head.spoken())));
    told
}

/// Who else shows the incident now.
fn company(snapshot: &Snapshot) -> Option<Told> {
    let mut others = snapshot.view.here.clone();
    if let Some(own) = others.iter().position(|one| one.by == snapshot.by) {
        others.remove(own);
    }
    let people = &snapshot.state().people;
    let words = |one: &Present| present_words(&Present { by: people.by(&one.by), ..*one });
    let others: Vec<String> = others.iter().map(words).collect();
    (!others.is_empty()).then(|| Told::new(Tone::Plain, format!("with {}", others.join(", "))))
}

/// A moment to the second.
fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `ana (responder)`, and whether they only look.
pub fn present_words(present: &Present) -> String {
    format!("{}{}", by_words(&present.by), looks_words(present.may_act))
}

fn looks_words(may_act: bool) -> &'static str {
    if may_act { "" } else { " [only looks]" }
}

/// The title of the window: which incident, and that it alarms.
pub fn title(snapshot: &Snapshot) -> String {
    let state = snapshot.state();
    let mut told = Vec::new();
    alarms(snapshot, &mut told);
    // What is undecided waits in the header; what is overdue calls.
    let calls = told.iter().any(|told| told.tone == Tone::Bad) || most_overdue(snapshot).is_some();
    let alarm = if calls { " (!)" } else { "" };
    let codename = Shown::new(state.codename());
    format!("{}{alarm} {} stanch", state.mode().word(), codename.one_line())
}

fn alarms(snapshot: &Snapshot, told: &mut Vec<Told>) {
    let state = snapshot.state();
    if let Some(why) = snapshot.read_only() {
        told.push(Told::new(Tone::Bad, format!("READ-ONLY: {}", why.one_line())));
    }
    if snapshot.view.no_room {
        told.push(Told::new(Tone::Bad, "DISK ALMOST FULL: nothing new may start"));
    }
    if !snapshot.view.unsaved.is_empty() {
        let count = snapshot.view.unsaved.len();
        told.push(Told::new(Tone::Bad, format!("{count} NOT IN THE RECORD, see the record pane")));
    }
    if let Some(reason) = &state.closed {
        told.push(Told::new(Tone::Warning, format!("CLOSED: {}", reason.one_line())));
    }
    if let Some(to) = &state.moved {
        told.push(Told::new(Tone::Warning, format!("MOVED: goes on in {}", to.one_line())));
    }
    if state.closed.is_none() && state.timeline().all(|row| state.is_finished(&row)) {
        told.push(Told::new(Tone::Good, "ALL STEPS OVER: close it"));
    }
    let doubts = state.doubts().count();
    if doubts > 0 {
        told.push(Told::new(Tone::Bad, format!("{doubts} IN DOUBT")));
    }
    let standing_so =
        |is: fn(Progress) -> bool| state.timeline().filter(|row| is(row.progress)).count();
    let failed = standing_so(|progress| matches!(progress, Progress::Failed { .. }));
    if failed > 0 {
        told.push(Told::new(Tone::Bad, format!("{failed} FAILED")));
    }
    let unproven = standing_so(|progress| progress == Progress::Unproven);
    if unproven > 0 {
        told.push(Told::new(Tone::Warning, format!("{unproven} NOT PROVEN")));
    }
    let commands = state.open_commands().count();
    if commands > 0 {
        let noun = if commands == 1 { "command" } else { "commands" };
        told.push(Told::new(Tone::Warning, format!("{commands} {noun} without an end")));
    }
    for (verdict, word, tone) in [
        (CheckVerdict::Failed, "BROKEN", Tone::Bad),
        (CheckVerdict::Unknown, "UNKNOWN", Tone::Warning),
        (CheckVerdict::Passed, "holding", Tone::Good),
    ] {
        let count = state.live_guards().filter(|guard| guard.verdict == verdict).count();
        if count > 0 {
            let noun = if count == 1 { "guard" } else { "guards" };
            told.push(Told::new(tone, format!("{count} {noun} {word}")));
        }
    }
    if !state.anomalies.is_empty() {
        let count = state.anomalies.len();
        told.push(Told::new(Tone::Bad, format!("{count} ANOMALIES in the record")));
    }
}
