//! When each phase and step was worked on, its calls, and whether its guards held: the incident so
//! far as lanes.

use chrono::{DateTime, Utc};

use crate::incident::state::{CallState, GuardState};
use crate::incident::words::elapsed_words;
use crate::incident::{CallEnd, CheckVerdict, Row, Verdict};
use crate::playbook::Step;
use crate::text::Shown;

use super::super::console::Snapshot;
use super::{Told, Tone, standing};

/// One lane: a phase, or a step within it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    pub name: Shown,
    pub is_phase: bool,
    /// Where the step stands now, in a word; empty for a phase.
    pub word: &'static str,
    pub tone: Tone,
    pub spans: Vec<Span>,
    /// What happened at one moment: its sign, and how it is told.
    pub marks: Vec<(DateTime<Utc>, char, Tone)>,
}

/// A time in which something went on; without an end it still does.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
    pub sign: char,
    pub tone: Tone,
}

/// The lanes in the order of the playbook; steps that nobody touched have no lane of their own.
pub fn lanes(snapshot: &Snapshot) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut phase = None;
    for row in snapshot.state().timeline() {
        if phase != Some(row.step.phase) {
            phase = Some(row.step.phase);
            lanes.push(phase_lane(snapshot, row.step));
        }
        lanes.extend(step_lane(snapshot, &row));
    }
    lanes
}

/// From the first beginning of one of its steps to the last end.
fn phase_lane(snapshot: &Snapshot, first: &Step) -> Lane {
    let state = snapshot.state();
    let rows = state.timeline().filter(|row| row.step.phase == first.phase);
    let instances: Vec<_> = rows.filter_map(|row| state.instance(&row.name)).collect();
    let from = instances.iter().filter_map(|instance| instance.started_at).min();
    let begun = instances.iter().filter(|instance| instance.started_at.is_some());
    let open = begun.clone().any(|instance| instance.ended_at.is_none());
    let to = begun.filter_map(|instance| instance.ended_at).max();
    let span = from.map(|from| Span {
        from,
        to: if open { None } else { to },
        sign: '░',
        tone: Tone::Muted,
    });
    Lane {
        name: first.phase.word().to_uppercase().into(),
        is_phase: true,
        word: "",
        tone: Tone::Heading,
        spans: span.into_iter().collect(),
        marks: Vec::new(),
    }
}

fn step_lane(snapshot: &Snapshot, row: &Row<'_>) -> Option<Lane> {
    let state = snapshot.state();
    let instance = state.instance(&row.name)?;
    let from = instance.started_at?;
    let (_, word, tone) = standing(snapshot, row);
    let mut spans = vec![Span { from, to: instance.ended_at, sign: '█', tone }];
    let guards = state.guards.values().filter(|guard| guard.step.name() == row.name);
    spans.extend(guards.map(|guard| guard_span(guard)));
    let calls = instance.calls.iter().filter_map(|id| state.calls.get(id));
    let marks = calls.map(|call| mark(call)).collect();
    let name = Shown::new(format!(" {}", row.title()));
    Some(Lane { name, is_phase: false, word, tone, spans, marks })
}

/// Since its finding changed last.
fn guard_span(guard: &GuardState) -> Span {
    let (sign, tone) = match guard.verdict {
        CheckVerdict::Passed => ('─', Tone::Good),
        CheckVerdict::Failed => ('x', Tone::Bad),
        CheckVerdict::Unknown => ('?', Tone::Warning),
    };
    let to = guard.ended.as_ref().map(|_| guard.since);
    Span { from: guard.since, to, sign, tone }
}

fn mark(call: &CallState) -> (DateTime<Utc>, char, Tone) {
    let is_well = matches!(
        call.end,
        CallEnd::InFlight
            | CallEnd::Waiting { .. }
            | CallEnd::Known(Verdict::Succeeded)
            | CallEnd::Resolved { .. }
    );
    let (sign, tone) = if is_well { ('c', Tone::Plain) } else { ('!', Tone::Bad) };
    (call.requested_at, sign, tone)
}

/// The lanes in sentences, for a face that does not draw.
pub fn lane_lines(snapshot: &Snapshot) -> Vec<Told> {
    let now = snapshot.now.at;
    let line = |lane: &Lane| {
        let Some(span) = lane.spans.first() else {
            return Told::new(lane.tone, format!("{}: not begun", lane.name));
        };
        let from = span.from.format("%H:%M:%SZ");
        let time = match span.to {
            Some(to) => format!("from {from} to {}", to.format("%H:%M:%SZ")),
            None => format!("since {from}"),
        };
        let took = elapsed_words(span.to.unwrap_or(now) - span.from);
        let word = if lane.word.is_empty() { String::new() } else { format!("{}, ", lane.word) };
        let calls = match lane.marks.len() {
            0 => String::new(),
            1 => ", 1 call".to_owned(),
            many => format!(", {many} calls"),
        };
        let name = lane.name.as_str().trim_start();
        Told::new(lane.tone, format!("{name}: {word}{time}, {took}{calls}"))
    };
    lanes(snapshot).iter().map(line).collect()
}
