//! What only a facilitator sees: what is to come, what is expected, and the faults.

use chrono::{DateTime, Utc};

use super::super::console::Snapshot;
use super::{Told, Tone, utc};
use crate::drill::plan::{Expectation, InjectKind, What};
use crate::drill::{ArmedFault, Coming, Desk, Expected, Planned, Standing, event_words};
use crate::incident::exercise::{Arrived, Delivery};
use crate::incident::words::{brief, elapsed_words};
use crate::text::Shown;

/// The messages of the exercise, each in a few lines, with the id that finds it; empty without a
/// desk.
pub fn plan_things(snapshot: &Snapshot) -> Vec<(String, Vec<Told>)> {
    let Some(desk) = &snapshot.desk else { return Vec::new() };
    let injects = desk.injects(snapshot.state());
    let thing = |planned: &Planned<'_>| {
        let id = &planned.inject.inject;
        (format!("inject {id}"), plan_thing(desk, planned, snapshot))
    };
    injects.iter().map(thing).collect()
}

fn plan_thing(desk: &Desk, planned: &Planned<'_>, snapshot: &Snapshot) -> Vec<Told> {
    let now = snapshot.now.at;
    let (tone, when) = when(&planned.coming, now);
    let inject = planned.inject;
    let (id, channel) = (Shown::new(&inject.inject), Shown::new(&inject.channel));
    let mut told = vec![Told::new(tone, format!("{id} {when}: {}", inject.subject.one_line()))];
    let kind = planned.plan.map_or("written during the drill", |plan| kind_word(plan.kind));
    let time = moment(&planned.coming);
    told.push(Told::new(
        Tone::Muted,
        format!("{kind}, {channel} from {}{time}", inject.from.one_line()),
    ));
    let exercise = snapshot.state().exercise.as_deref();
    if let Some(arrived) = exercise.and_then(|exercise| exercise.arrived(&inject.inject)) {
        told.extend(received(arrived));
    }
    told.extend(for_controllers(desk, &inject.inject));
    told
}

fn kind_word(kind: InjectKind) -> &'static str {
    match kind {
        InjectKind::Information => "information",
        InjectKind::Inject => "inject",
        InjectKind::Contingency => "contingency",
        InjectKind::Facilitation => "facilitation",
    }
}

fn when(coming: &Coming, now: DateTime<Utc>) -> (Tone, String) {
    match coming {
        Coming::Arrived(_) => (Tone::Good, "arrived".to_owned()),
        Coming::At { at, .. } if *at <= now => (Tone::Warning, "is due".to_owned()),
        Coming::At { at, delayed } => {
            let delayed = if *delayed { ", delayed" } else { "" };
            (Tone::Plain, format!("in {}{delayed}", elapsed_words(*at - now)))
        }
        Coming::After { .. } => (Tone::Plain, "waits".to_owned()),
        Coming::OnMiss(_) => (Tone::Muted, "contingency".to_owned()),
        Coming::ByHand => (Tone::Muted, "by hand".to_owned()),
        Coming::Skipped(_) => (Tone::Muted, "skipped".to_owned()),
    }
}

fn moment(coming: &Coming) -> String {
    match coming {
        Coming::Arrived(at) => format!(", {}", utc(*at)),
        Coming::At { at, .. } => format!(", at {}", utc(*at)),
        Coming::After { what, delay, latest } => {
            let delay = if delay.is_zero() { String::new() } else { format!("{} ", brief(*delay)) };
            let latest =
                latest.map_or_else(String::new, |at| format!(", at the latest {}", utc(at)));
            format!(", {delay}after {what}{latest}")
        }
        Coming::OnMiss(expectations) => format!(", where {} is missed", expectations.join(" or ")),
        Coming::ByHand => String::new(),
        Coming::Skipped(reason) => format!("; because: {}", reason.one_line()),
    }
}

/// Whether the players read it, and what they answered.
fn received(arrived: &Arrived) -> Vec<Told> {
    let mut told = Vec::new();
    match (&arrived.seen, &arrived.reply) {
        (_, Some(reply)) => {
            let option = reply.option.as_ref();
            let option = option.map_or_else(String::new, |one| format!("{}: ", one.one_line()));
            let words = format!("answered {}: {option}{}", utc(reply.at), reply.text.one_line());
            told.push(Told::new(Tone::Plain, words));
        }
        (Some(seen), None) => told.push(Told::new(Tone::Muted, format!("read {}", utc(*seen)))),
        (None, None) => told.push(Told::new(Tone::Warning, "nobody has read it yet")),
    }
    match &arrived.inject.why {
        Delivery::Planned | Delivery::AdHoc => {}
        Delivery::ByHand => told.push(Told::new(Tone::Muted, "sent by hand")),
        Delivery::Contingency { missed } => {
            let missed = Shown::new(missed);
            told.push(Told::new(Tone::Muted, format!("sent because {missed} was missed")));
        }
    }
    if arrived.inject.original.is_some() {
        told.push(Told::new(Tone::Muted, "edited before it was sent"));
    }
    told
}

/// What stands in the scenario for controllers only.
pub(super) fn notes(desk: &Desk, arrived: &Arrived) -> Vec<Told> {
    let mut told = vec![Told::new(Tone::Heading, "For controllers only")];
    told.extend(received(arrived));
    told.extend(for_controllers(desk, &arrived.inject.inject));
    if let Some(original) = &arrived.inject.original {
        told.push(Told::new(Tone::Muted, format!("in the scenario: {}", original.one_line())));
    }
    told
}

fn for_controllers(desk: &Desk, inject: &str) -> Vec<Told> {
    let plan = &desk.scenario().plan;
    let mut told = Vec::new();
    let Some(inject) = plan.inject(inject) else { return told };
    if !inject.evaluator.as_str().trim().is_empty() {
        told.push(Told::new(Tone::Muted, format!("look for: {}", flowing(&inject.evaluator))));
    }
    let best = inject.best.and_then(|best| inject.message.options.get(best));
    told.extend(best.map(|best| Told::new(Tone::Muted, format!("best: {}", best.one_line()))));
    let own = plan.expectations.iter().filter(|one| one.inject == inject.message.inject);
    let own: Vec<&str> = own.map(|one| one.id.as_str()).collect();
    if !own.is_empty() {
        told.push(Told::new(Tone::Muted, format!("expects {}", own.join(", "))));
    }
    told
}

/// The expectations, and behind them the faults, each in a few lines, with the words that find it;
/// empty without a desk.
pub fn score_things(snapshot: &Snapshot) -> Vec<(String, Vec<Told>)> {
    let Some(desk) = &snapshot.desk else { return Vec::new() };
    let (state, now) = (snapshot.state(), snapshot.now);
    let expected = desk.expectations(state, now);
    let expected =
        expected.iter().map(|one| (one.expectation.id.clone(), expected_thing(one, now.at)));
    let faults = desk.faults(state);
    let ended = state.exercise.as_ref().and_then(|exercise| exercise.ended.as_ref());
    let faults = faults.iter().map(|fault| {
        let struck = ended.and_then(|ended| {
            ended.faults.iter().find(|told| told.fault == fault.id).map(|told| told.struck)
        });
        (format!("fault {}", fault.id), fault_thing(fault, struck))
    });
    expected.chain(faults).collect()
}

fn expected_thing(expected: &Expected<'_>, now: DateTime<Utc>) -> Vec<Told> {
    let one = expected.expectation;
    let (tone, standing) = stands(expected.standing, now);
    let critical = if one.critical { ", critical" } else { "" };
    let mut told = vec![
        Told::new(tone, format!("{} {standing}: {}", Shown::new(&one.id), one.title.one_line())),
        Told::new(
            Tone::Muted,
            format!("{}, {} points{critical}; {}", one.objective, one.points, what_words(one)),
        ),
    ];
    let is_open = matches!(expected.standing, Standing::Open { .. });
    if is_open && !expected.missing.is_empty() {
        let missing = expected.missing.join(", ");
        told.push(Told::new(Tone::Plain, format!("still missing: {missing}")));
    }
    if let Some(reason) = &expected.judged {
        told.push(Told::new(Tone::Muted, format!("judged, because: {}", reason.one_line())));
    }
    told
}

fn stands(standing: Standing, now: DateTime<Utc>) -> (Tone, String) {
    match standing {
        Standing::NotBegun => (Tone::Muted, "to come".to_owned()),
        Standing::Open { until, .. } if until >= now => {
            (Tone::Plain, format!("within {}", elapsed_words(until - now)))
        }
        Standing::Open { late_until, .. } => {
            let left = elapsed_words(late_until - now);
            (Tone::Warning, format!("half its points for {left}"))
        }
        Standing::Met { at } => (Tone::Good, format!("met {}", utc(at.scenario))),
        Standing::Late { at } => (Tone::Warning, format!("late {}", utc(at.scenario))),
        Standing::Missed { .. } => (Tone::Bad, "missed".to_owned()),
        Standing::NotObserved | Standing::Void => (Tone::Muted, standing.word().to_owned()),
    }
}

fn what_words(expectation: &Expectation) -> String {
    match &expectation.what {
        What::Record { event, each, .. } => {
            let each = if each.is_empty() {
                String::new()
            } else {
                format!(" for each of {}", each.join(", "))
            };
            format!("{}{each}", event_words(event))
        }
        What::Answer { inject, best: true } => format!("{inject} is answered with the best option"),
        What::Answer { inject, best: false } => format!("{inject} is answered"),
        What::Manual(words) => format!("an evaluator ticks: {}", words.one_line()),
    }
}

/// `struck`: how often, once the exercise is over.
fn fault_thing(fault: &ArmedFault<'_>, struck: Option<u64>) -> Vec<Told> {
    let (tone, standing) = match (struck, fault.is_armed, fault.by_hand) {
        (Some(0), ..) => (Tone::Muted, "never reached".to_owned()),
        (Some(1), ..) => (Tone::Plain, "struck once".to_owned()),
        (Some(times), ..) => (Tone::Plain, format!("struck {times} times")),
        (None, true, None) => (Tone::Plain, "armed by the scenario".to_owned()),
        (None, false, None) => (Tone::Muted, "not armed".to_owned()),
        (None, true, Some(_)) => (Tone::Warning, "ARMED by hand".to_owned()),
        (None, false, Some(_)) => (Tone::Muted, "disarmed by hand".to_owned()),
    };
    vec![
        Told::new(tone, format!("fault {}, {standing}", Shown::new(fault.id))),
        Told::new(Tone::Muted, fault.what.one_line()),
    ]
}

/// Text of several lines as one.
fn flowing(text: &Shown) -> String {
    text.as_str().split_whitespace().collect::<Vec<_>>().join(" ")
}
