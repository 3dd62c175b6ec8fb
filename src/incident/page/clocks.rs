//! How bad it is and since when, what was promised by when, and which duties nobody decided on.

use chrono::{DateTime, Utc};

use super::{Line, Section, Weight, minute};
use crate::incident::state::{Row, State};
use crate::incident::words::occurred_words;
use crate::text::Shown;

/// Severity, and since when people know.
pub(super) fn incident(state: &State) -> Section {
    let clocks = &state.clocks;
    let mut lines = Vec::new();
    if let Some(declared) = &clocks.declared {
        let (word, when) = (declared.severity.word(), occurred_words(&declared.when));
        let text = format!("{word}, declared {when}: {}", declared.reason);
        lines.push(Line::new(Weight::Warning, text));
    }
    if let Some(aware) = &clocks.aware {
        let when = occurred_words(&aware.when);
        lines.push(Line::plain(format!("people are aware since {when}: {}", aware.reason)));
    }
    let none = "Nobody said how bad it is, nor since when people know.";
    Section { title: "How bad, and since when", none, lines }
}

/// Something with a time, before it is put in order.
struct Promised {
    due: DateTime<Utc>,
    is_due: bool,
    what: String,
}

/// Reminders, updates, duties that apply, and what was put off: the next one first.
pub(super) fn promised(state: &State) -> Section {
    let mut all: Vec<Promised> = timers(state).chain(updates(state)).chain(duties(state)).collect();
    all.extend(state.timeline().filter_map(|row| put_off(state, &row)));
    all.sort_by(|a, b| (a.due, &a.what).cmp(&(b.due, &b.what)));
    let mut lines: Vec<Line> = soon(state);
    lines.extend(all.into_iter().map(|one| {
        let (weight, word) =
            if one.is_due { (Weight::Bad, "DUE since") } else { (Weight::Plain, "due") };
        Line::new(weight, format!("{word} {}: {}", minute(one.due), one.what))
    }));
    Section { title: "Promised", none: "Nothing is promised in the record.", lines }
}

fn timers(state: &State) -> impl Iterator<Item = Promised> {
    state.open_timers().map(|timer| {
        let who = timer.who.as_ref().map_or_else(String::new, |who| format!(" ({who})"));
        let what = format!("{}{who}", timer.what);
        Promised { due: timer.due, is_due: timer.is_due, what }
    })
}

fn updates(state: &State) -> impl Iterator<Item = Promised> {
    state.promises().filter_map(|(cadence, promise)| {
        let promise = promise.filter(|promise| promise.ended.is_none())?;
        let by = whose(state, cadence.role.as_deref());
        let what = format!("update, {}{by}", cadence.title);
        Some(Promised { due: promise.next, is_due: promise.is_due, what })
    })
}

fn duties(state: &State) -> impl Iterator<Item = Promised> {
    state.duties().filter_map(|(duty, decided)| {
        let decided = decided.filter(|decided| decided.is_open())?;
        let by = whose(state, duty.role.as_deref());
        let what = format!("duty, {}{by}", duty.title);
        Some(Promised { due: decided.due?, is_due: decided.is_due, what })
    })
}

/// A step that comes back by itself.
fn put_off(state: &State, row: &Row<'_>) -> Option<Promised> {
    let due = state.deferred(&row.name)?;
    let words = state.instance(&row.name).and_then(|instance| instance.words.as_ref());
    let why = words.map_or_else(String::new, |words| format!(": {words}"));
    let what = format!("put off, and back then, {}{why}", row.title());
    Some(Promised { due, is_due: false, what })
}

/// Duties that apply and have no time but as soon as possible.
fn soon(state: &State) -> Vec<Line> {
    let open = state.duties().filter(|(_, decided)| {
        decided.is_some_and(|decided| decided.is_open() && decided.due.is_none())
    });
    let told = open.map(|(duty, _)| {
        let by = whose(state, duty.role.as_deref());
        let text = format!("AS SOON AS POSSIBLE: duty, {}{by}", duty.title);
        Line::new(Weight::Bad, text)
    });
    told.collect()
}

/// Duties on which nobody decided.
pub(super) fn undecided(state: &State) -> impl Iterator<Item = Line> {
    state.duties().filter(|(_, decided)| decided.is_none()).map(|(duty, _)| {
        let title = Shown::new(&duty.title);
        let text = format!("duty, {title}: nobody decided whether it applies ({})", duty.due);
        Line::new(Weight::Bad, text)
    })
}

/// The role that it falls to, and who holds it.
fn whose(state: &State, role: Option<&str>) -> String {
    let Some(role) = role else { return String::new() };
    let holders: Vec<&str> = state.people.holders(role).map(|held| held.who.as_str()).collect();
    if holders.is_empty() {
        format!(" ({role}: nobody)")
    } else {
        format!(" ({role}: {})", holders.join(", "))
    }
}
