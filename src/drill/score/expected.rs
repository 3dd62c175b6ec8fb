//! The table of expectations: what was found, what a person said, and the points.

use chrono::TimeDelta;
use serde::Serialize;

use super::Reader;
use super::points::Points;
use super::told::Mark;
use crate::drill::plan::{Event, Expectation, Since, What};
use crate::drill::watch::{Moment, Standing};
use crate::incident::exercise::Judged;
use crate::incident::words::{brief, by_words};
use crate::text::Shown;

/// What became of one expectation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one column of the scorecard")]
pub struct Expected {
    pub id: String,
    pub title: Shown,
    pub objective: String,
    pub inject: String,
    pub verdict: Judged,
    /// `rule`, or the person who set the verdict.
    pub by: Shown,
    pub reason: Option<Shown>,
    /// By the record alone.
    pub found: Judged,
    /// It is one that a person ticks.
    pub manual: bool,
    pub critical: bool,
    pub points: Points,
    pub of: Points,
    /// What its time counts from, in short.
    pub from: Shown,
    pub began: Option<Mark>,
    pub matched: Option<Mark>,
    /// From the one to the other, or to what came in the wrong order; negative where it was done
    /// ahead.
    pub sim_s: Option<i64>,
    /// The same in time that was played by the wall.
    pub wall_s: Option<i64>,
    pub within_s: i64,
    pub late_until_s: i64,
    /// The contingency came before it was met, or it never was.
    pub contingency: bool,
    /// A hint was given for it before it was met, or it never was.
    pub hinted: bool,
    /// Why it is no more than it is; empty where it was met.
    pub why: Shown,
}

impl Expected {
    /// The verdict, and why it is no more.
    pub fn verdict_words(&self) -> String {
        let word = self.verdict.word();
        if self.why.is_blank() { word.to_owned() } else { format!("{word}, {}", self.why) }
    }
}

/// All of them, in file order.
pub(super) fn table(reader: &Reader) -> Vec<Expected> {
    let plan = reader.watch.plan();
    plan.expectations.iter().map(|expectation| one(reader, expectation)).collect()
}

fn one(reader: &Reader, expectation: &Expectation) -> Expected {
    let watch = &reader.watch;
    let found = watch.found_at_end(expectation, reader.last_moment(), &reader.state);
    let standing = watch.judged(expectation, found);
    let verdict = standing.verdict().unwrap_or(Judged::NotObserved);
    let judging = watch.judging(&expectation.id);
    let (began, matched) = (watch.began(&expectation.id), watch.matched(expectation));
    let (points, of) = worth(verdict, expectation.points);
    // In the wrong order it took its time too.
    let taken = began.zip(matched.or_else(|| watch.too_late(&expectation.id)));
    Expected {
        id: expectation.id.clone(),
        title: expectation.title.clone(),
        objective: expectation.objective.clone(),
        inject: expectation.inject.clone(),
        verdict,
        by: judging.map_or_else(|| "rule".into(), |judging| by_words(&judging.by)),
        reason: judging.map(|judging| judging.reason.clone()),
        found: found.verdict().unwrap_or(Judged::NotObserved),
        manual: matches!(expectation.what, What::Manual(_)),
        critical: expectation.critical,
        points,
        of,
        from: since_words(&expectation.since),
        began: began.map(Mark::from),
        matched: matched.map(Mark::from),
        sim_s: taken.map(|(began, matched)| (matched.scenario - began.scenario).num_seconds()),
        wall_s: taken.map(|(began, matched)| reader.played.seconds_between(began.seq, matched.seq)),
        within_s: expectation.within.num_seconds(),
        late_until_s: expectation.late_until.num_seconds(),
        contingency: was_helped(reader, expectation.on_miss.as_deref(), matched),
        hinted: reader.conduct.hints.iter().any(|hint| {
            hint.expectation.as_deref() == Some(&*expectation.id)
                && matched.is_none_or(|matched| hint.at.seq < matched.seq)
        }),
        why: match judging.filter(|_| standing.verdict() != found.verdict()) {
            Some(judging) if verdict != Judged::Met => judging.reason.clone(),
            _ => why(reader, expectation, standing),
        },
    }
}

/// The points of a verdict, and of how many. What was not seen, or does not count, is worth nothing
/// and costs nothing.
fn worth(verdict: Judged, points: u32) -> (Points, Points) {
    match verdict {
        Judged::Met => (Points::whole(points), Points::whole(points)),
        Judged::Late => (Points::half(points), Points::whole(points)),
        Judged::Missed => (Points::default(), Points::whole(points)),
        Judged::NotObserved | Judged::Void => Default::default(),
    }
}

fn was_helped(reader: &Reader, contingency: Option<&str>, matched: Option<Moment>) -> bool {
    let arrived = contingency.and_then(|contingency| reader.watch.arrived(contingency));
    arrived.is_some_and(|arrived| matched.is_none_or(|matched| arrived.seq < matched.seq))
}

/// What the time of an expectation counts from.
fn since_words(since: &Since) -> Shown {
    match since {
        Since::Inject(inject) => Shown::new(inject),
        Since::Event(event) => event_words(event),
    }
}

/// An event in short: `step completed, lock`.
pub(super) fn event_words(event: &Event) -> Shown {
    let mut words = event.kind.replace('_', " ");
    let parts = [&event.step, &event.target, &event.check, &event.duty, &event.option];
    for part in parts.into_iter().flatten() {
        words = format!("{words}, {part}");
    }
    Shown::new(words)
}

/// In words that blame nobody.
fn why(reader: &Reader, expectation: &Expectation, standing: Standing) -> Shown {
    let watch = &reader.watch;
    let within = brief(expectation.within);
    let words = match standing {
        Standing::Met { .. } | Standing::NotBegun | Standing::Open { .. } => String::new(),
        Standing::Late { at } => match watch.began(&expectation.id) {
            Some(began) => {
                let over = at.scenario - began.scenario - expectation.within;
                format!("it came {} after its {within}", brief(over.max(TimeDelta::zero())))
            }
            None => String::new(),
        },
        Standing::Missed { .. } => missed(reader, expectation, &within),
        Standing::NotObserved if matches!(expectation.what, What::Manual(_)) => {
            "nobody ticked it".to_owned()
        }
        Standing::NotObserved => format!("the exercise ended within its {within}"),
        Standing::Void => match &expectation.since {
            Since::Inject(inject) => format!("{inject} did not come"),
            Since::Event(event) => format!("there was no: {}", event_words(event)),
        },
    };
    Shown::new(words)
}

fn missed(reader: &Reader, expectation: &Expectation, within: &str) -> String {
    let watch = &reader.watch;
    if let Some(at) = watch.matched(expectation) {
        let late = watch.began(&expectation.id).map(|began| at.scenario - began.scenario);
        let late = late.map_or_else(String::new, |late| format!(" {}", brief(late)));
        return format!("it came only after{late}; {within} were set");
    }
    if let (Some(_), What::Record { before, after, .. }) =
        (watch.out_of_order(&expectation.id), &expectation.what)
    {
        return match (before, after) {
            (Some(before), _) => {
                format!("it came, but only after: {}", event_words(before))
            }
            (None, Some(after)) => format!("it came, but not after: {}", event_words(after)),
            (None, None) => "it came in another order".to_owned(),
        };
    }
    let missing = watch.missing(expectation);
    if let What::Record { each, .. } = &expectation.what
        && missing.len() < each.len()
    {
        return format!("it did not come for {}", missing.join(", "));
    }
    format!("nothing in the record shows it; {within} were set")
}
