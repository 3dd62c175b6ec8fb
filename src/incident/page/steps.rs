//! What the steps say: proven, unproven, in doubt, running, guarded, still to do.

use super::{Line, Section, Weight, clocks, minute};
use crate::incident::id::StepKey;
use crate::incident::state::{CheckVerdict, GuardState, Instance, Progress, Row, State};
use crate::incident::words::request_words;
use crate::playbook::Task;
use crate::text::Shown;

fn section(title: &'static str, none: &'static str, lines: Vec<Line>) -> Section {
    Section { title, none, lines }
}

/// What is told of a step; nothing where it does not belong to the section.
fn lines(state: &State, tell: impl Fn(&Row<'_>) -> Option<Line>) -> Vec<Line> {
    state.timeline().filter_map(|row| tell(&row)).collect()
}

/// What an instance is called, also one that the plan no longer has.
fn name(state: &State, key: &StepKey) -> Shown {
    state.row(&key.name()).map_or_else(|| Shown::new(key.name()), |row| row.title())
}

fn ended(state: &State, row: &Row<'_>) -> String {
    let ended = state.instance(&row.name).and_then(|instance| instance.ended_at);
    ended.map_or_else(String::new, |at| format!(" {}", minute(at)))
}

fn said(instance: Option<&Instance>) -> String {
    let words = instance.and_then(|instance| instance.words.as_ref());
    words.map_or_else(String::new, |words| format!(": {}", words.one_line()))
}

pub(super) fn proven(state: &State) -> Section {
    let told = lines(state, |row| {
        (row.progress == Progress::Proven).then(|| {
            let (weight, guard) = guarded(state, row);
            let at = ended(state, row);
            Line::new(weight, format!("{}: proven{at}{guard}", row.title()))
        })
    });
    section("True now: proven", "Nothing is proven.", told)
}

/// The worst that the guards of a step say.
fn guarded(state: &State, row: &Row<'_>) -> (Weight, &'static str) {
    let guards = || state.live_guards().filter(|guard| guard.step.name() == *row.name);
    if guards().any(|guard| guard.verdict == CheckVerdict::Failed) {
        (Weight::Bad, "; its guard is BROKEN: no longer so")
    } else if guards().any(|guard| guard.verdict == CheckVerdict::Unknown) {
        (Weight::Warning, "; its guard is UNKNOWN: perhaps no longer so")
    } else if guards().next().is_some() {
        (Weight::Good, "; its guard holds")
    } else {
        (Weight::Plain, "; nothing guards it since")
    }
}

pub(super) fn unproven(state: &State) -> Section {
    let told = lines(state, |row| match row.progress {
        Progress::Unproven => {
            let how = elsewhere(state, row).unwrap_or_else(|| "took effect".to_owned());
            let text = format!("{}: {how}, NOT PROVEN", row.title());
            Some(Line::new(Weight::Warning, text))
        }
        Progress::Done if matches!(row.step.task, Task::Call(_)) => {
            let words = said(state.instance(&row.name));
            let at = ended(state, row);
            Some(Line::plain(format!("{}: done{at}, without proof{words}", row.title())))
        }
        _ => None,
    });
    section("Unproven", "Nothing that took effect is unproven.", told)
}

pub(super) fn in_doubt(state: &State) -> Section {
    let told = state.doubts().map(|call| {
        let title = name(state, &call.step);
        let request = request_words(&call.request);
        let text = format!(
            "{title}: IN DOUBT since {}: {request} may have taken effect, or not: {}",
            minute(call.requested_at),
            call.why.one_line()
        );
        Line::new(Weight::Bad, text)
    });
    section("In doubt", "No call is in doubt.", told.collect())
}

pub(super) fn running(state: &State) -> Section {
    let told = lines(state, |row| {
        let what = match row.progress {
            Progress::Armed => "shown and NOT SENT: its confirmation waits",
            Progress::Running { .. } => "under way: its answer is not recorded yet",
            Progress::Retrying { .. } => "had no effect yet, and is tried again by itself",
            Progress::Proving => match elsewhere(state, row) {
                Some(who) => {
                    let text = format!("{}: {who}; its proof is being made", row.title());
                    return Some(Line::new(Weight::Warning, text));
                }
                None => "took effect; its proof is being made",
            },
            _ => return None,
        };
        Some(Line::new(Weight::Warning, format!("{}: {what}", row.title())))
    });
    section("Running", "Nothing is under way.", told)
}

/// All guards that do not hold; of those that do, how many.
pub(super) fn guards(state: &State) -> Section {
    let mut told: Vec<Line> = state.live_guards().filter_map(|one| guard(state, one)).collect();
    let passed = |guard: &&GuardState| guard.verdict == CheckVerdict::Passed;
    let holding = state.live_guards().filter(passed).count();
    if holding > 0 {
        let noun = if holding == 1 { "guard holds" } else { "guards hold" };
        told.push(Line::new(Weight::Good, format!("{holding} {noun}")));
    }
    section("Guards", "Nothing is guarded.", told)
}

fn guard(state: &State, guard: &GuardState) -> Option<Line> {
    let (weight, word) = match guard.verdict {
        CheckVerdict::Passed => return None,
        CheckVerdict::Failed => (Weight::Bad, "BROKEN"),
        CheckVerdict::Unknown => (Weight::Warning, "UNKNOWN"),
    };
    let step = state.playbook.step(&guard.step.id);
    let check = step.and_then(|step| step.verify.get(guard.index));
    let title = check.map(|check| format!(" \u{201c}{}\u{201d}", check.title)).unwrap_or_default();
    let step = name(state, &guard.step);
    let why = guard.last.as_ref().map(|last| format!(": {}", last.why.one_line()));
    let since = minute(guard.since);
    let text = format!("{step}{title}: {word} since {since}{}", why.unwrap_or_default());
    Some(Line::new(weight, text))
}

pub(super) fn to_do(state: &State) -> Section {
    let told = lines(state, |row| match row.progress {
        Progress::Failed { .. } => {
            let text = format!("{}: FAILED, had no effect", row.title());
            Some(Line::new(Weight::Bad, text))
        }
        Progress::Planned if !state.is_settled(row) => {
            Some(Line::plain(format!("{}: {}", row.step.phase.word(), row.title())))
        }
        _ => None,
    });
    section("Still to do", "No step is left.", told)
}

/// What is said of a step that nobody did from here.
fn elsewhere(state: &State, row: &Row<'_>) -> Option<String> {
    let done = state.instance(&row.name)?.elsewhere.as_deref()?;
    let (who, place) = (done.who.one_line(), done.place.one_line());
    Some(format!("said to be done elsewhere, by {who} in {place}"))
}

/// What ended otherwise than it should, or was taken back: for the top of the page.
pub(super) fn amiss(state: &State) -> Vec<Line> {
    lines(state, |row| {
        let (weight, what) = match row.progress {
            Progress::Failed { .. } => (Weight::Bad, "FAILED, had no effect"),
            Progress::Undone => (Weight::Bad, "UNDONE: what it did is taken back"),
            Progress::Unproven => (Weight::Warning, "NOT PROVEN"),
            _ => return None,
        };
        Some(Line::new(weight, format!("{}: {what}", row.title())))
    })
}

/// What was answered, decided, left out or taken back, in the words of those who did.
pub(super) fn settled(state: &State) -> Section {
    let told = lines(state, |row| {
        let word = match (row.progress, &row.step.task) {
            (Progress::Done, Task::Call(_)) => return None,
            (Progress::Done, Task::Decide(_)) => "decided",
            (Progress::Done, _) => "done",
            // What comes back by itself stands among what is promised.
            (Progress::Skipped, _) if state.deferred(&row.name).is_some() => return None,
            (Progress::Skipped, _) => "left out",
            (Progress::Undone, _) => "undone",
            _ => return None,
        };
        let words = said(state.instance(&row.name));
        Some(Line::plain(format!("{}: {word}{}{words}", row.title(), ended(state, row))))
    });
    let off = state.duties().filter_map(|(duty, decided)| {
        let decided = decided.filter(|decided| !decided.on)?;
        let reason = decided.reason.one_line();
        Some(Line::plain(format!("duty {}: does not apply: {reason}", Shown::new(&duty.title))))
    });
    let told: Vec<Line> = told.into_iter().chain(off).collect();
    section("Answered, decided, left out", "Nothing yet.", told)
}

pub(super) fn undecided(state: &State) -> Section {
    let mut told: Vec<Line> = clocks::undecided(state).collect();
    told.extend(lines(state, |row| match &row.step.task {
        Task::Decide(decide) if row.progress == Progress::Planned && !state.is_settled(row) => {
            let question = Shown::new(&decide.question);
            Some(Line::new(Weight::Warning, format!("{}: {question}", row.title())))
        }
        _ => None,
    }));
    section("Undecided", "No decision is open, and no duty undecided.", told)
}
