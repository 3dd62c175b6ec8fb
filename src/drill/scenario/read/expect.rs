//! What should happen, and until when.

use super::Item;
use super::event::{EVENT, knows};
use super::exercise::{Exercise, Need, Noun};
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{Event, Expectation, Since, What};
use crate::text::Shown;

/// The keys that make a match on records more than one event.
const RECORDS: [&str; 3] = ["each", "before", "after"];

impl Exercise<'_> {
    /// The expectations that stand under an inject, added to the others.
    pub(super) fn expectations(
        &self,
        value: Option<Item<'_, '_>>,
        inject: &str,
        expectations: &mut Vec<Expectation>,
    ) {
        for (table, at) in self.source.tables_of(value) {
            let known = [
                "id",
                "title",
                "objective",
                "match",
                "from",
                "from_event",
                "within",
                "late_until",
                "points",
                "critical",
                "on_miss",
                "fresh",
                "measures",
                "hint",
            ];
            let fields = Fields::new(self.source, table, at, &known);
            expectations.push(self.expectation(&fields, inject));
        }
    }

    fn expectation(&self, fields: &Fields<'_, '_, '_>, inject: &str) -> Expectation {
        let what = self.what(fields);
        for needed in ["objective", "within", "points"] {
            fields.required(needed);
        }
        let within = fields.duration("within", 1).unwrap_or_default();
        let late_until = fields.duration("late_until", 1);
        if late_until.is_some_and(|late| late < within) {
            let mend = "leave it out for twice `within`";
            let what = "`late_until` is before `within`";
            self.source.mend(fields.place("late_until"), what, mend);
        }
        let refer = |name, noun, need| self.referred(fields, name, noun, need);
        let title = fields.optional_shown("title").unwrap_or_else(|| title(&what));
        Expectation {
            line: fields.line(),
            id: self.name(fields, Noun::Expectation),
            title,
            inject: inject.to_owned(),
            objective: refer("objective", Noun::Objective, Need::Nothing).unwrap_or_default(),
            what,
            since: self.since(fields, inject),
            within,
            late_until: late_until.unwrap_or(within * 2),
            points: fields.whole("points", 0..=1_000).unwrap_or_default(),
            critical: fields.truth("critical"),
            on_miss: refer("on_miss", Noun::Inject, Need::Contingency),
            fresh: fields.truth("fresh"),
            measures: fields.get("measures").map(|_| fields.id("measures")),
            hint: fields.optional_shown("hint"),
        }
    }

    fn since(&self, fields: &Fields<'_, '_, '_>, inject: &str) -> Since {
        let event = fields.get("from_event");
        if let (Some(_), Some(event)) = (fields.get("from"), event) {
            let what = "its time counts from an inject or from an event, not from both";
            self.source.mend(event.span().start, what, "remove `from` or `from_event`");
        }
        if let Some(event) = event.and_then(|value| self.event_of(value)) {
            return Since::Event(event);
        }
        let other = self.referred(fields, "from", Noun::Inject, Need::Nothing);
        Since::Inject(other.unwrap_or_else(|| inject.to_owned()))
    }

    /// How it is found met. What cannot be read is told, and stands for something.
    fn what(&self, fields: &Fields<'_, '_, '_>) -> What {
        let table = fields.required("match").and_then(|value| {
            let known = [&EVENT[..], &RECORDS, &["answer", "best", "manual"]].concat();
            let table = self.source.table_of(value)?;
            Some(Fields::new(self.source, table, value.span().start, &known))
        });
        let Some(table) = table else { return What::Manual(Shown::default()) };
        let first = ["manual", "answer", "event"].into_iter().find(|key| table.get(key).is_some());
        let allowed: Vec<&str> = match first {
            Some("manual") => vec!["manual"],
            Some("answer") => vec!["answer", "best"],
            _ => [&EVENT[..], &RECORDS].concat(),
        };
        let all = [&EVENT[..], &RECORDS, &["answer", "best", "manual"]].concat();
        let other = |key: &&&str| table.get(key).is_some() && !allowed.contains(*key);
        for key in all.iter().filter(other) {
            let what = format!("`{key}` does not go with `{}`", first.unwrap_or("event"));
            self.source.problem(table.place(key), what);
        }
        match first {
            Some("manual") => What::Manual(table.shown("manual")),
            Some("answer") => {
                let best = table.truth("best");
                let need = if best { Need::Best } else { Need::Nothing };
                let inject = self.referred(&table, "answer", Noun::Inject, need);
                What::Answer { inject: inject.unwrap_or_default(), best }
            }
            Some(_) => self.records(&table),
            None => {
                let what = "this does not say what is expected";
                let mend = "add `event`, or else `answer` or `manual`";
                self.source.mend(fields.place("match"), what, mend);
                What::Manual(Shown::default())
            }
        }
    }

    fn records(&self, table: &Fields<'_, '_, '_>) -> What {
        let event = self.event(table);
        let mut each: Vec<String> = Vec::new();
        for (target, at) in table.texts("each") {
            if each.contains(&target) {
                self.source.problem(at, format!("`{target}` stands there already"));
            }
            each.push(target);
        }
        if let Some(value) = table.get("each") {
            let at = value.span().start;
            if event.target.is_some() {
                self.source.problem(at, "`each` names the targets: `target` does not go with it");
            } else if each.is_empty() {
                self.source.problem(at, "`each` names at least one target");
            } else if !knows(&event.kind, "target") {
                let what = format!("a record `{}` has no target, so that none fits", event.kind);
                self.source.problem(at, what);
            }
        }
        let other = |name| table.get(name).and_then(|value| self.event_of(value));
        What::Record { event, each, before: other("before"), after: other("after") }
    }
}

/// What is expected in words, where the file has none.
fn title(what: &What) -> Shown {
    match what {
        What::Manual(words) => words.clone(),
        What::Answer { inject, best: false } => Shown::new(format!("{inject} is answered")),
        What::Answer { inject, best: true } => Shown::new(format!("{inject} is answered best")),
        What::Record { event, each, before, after } => {
            let mut words = told(event);
            if !each.is_empty() {
                words = format!("{words}, for {}", each.join(", "));
            }
            for (order, other) in [("before", before), ("after", after)] {
                if let Some(other) = other {
                    words = format!("{words}, {order} {}", told(other));
                }
            }
            Shown::new(words)
        }
    }
}

fn told(event: &Event) -> String {
    let quoted =
        |text: &Option<String>| text.as_ref().map(|text| format!("\u{201c}{text}\u{201d}"));
    let parts = [
        event.step.clone(),
        event.target.clone(),
        event.check.clone(),
        event.verdict.clone(),
        event.proven.map(|proven| if proven { "proven" } else { "not proven" }.to_owned()),
        event.duty.clone(),
        event.option.clone(),
        quoted(&event.contains),
    ];
    let kind = event.kind.replace('_', " ");
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { kind } else { format!("{kind}: {}", parts.join(", ")) }
}
