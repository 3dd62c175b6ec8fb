//! The scenario's clock, and the modules with rates of their own.

use chrono::TimeDelta;

use super::Item;
use super::exercise::{Exercise, Noun};
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{ClockPlan, Module};
use crate::incident::exercise::Rate;

impl Exercise<'_> {
    pub(super) fn clock(&self, value: Option<Item<'_, '_>>) -> ClockPlan {
        let mut clock = ClockPlan::default();
        let Some((value, table)) =
            value.and_then(|value| Some((value, self.source.table_of(value)?)))
        else {
            return clock;
        };
        let known = ["start", "rate", "max_rate"];
        let fields = Fields::new(self.source, table, value.span().start, &known);
        clock.start = fields.moment("start");
        clock.max_rate = fields.rate("max_rate").unwrap_or(clock.max_rate);
        clock.rate = fields.rate("rate").unwrap_or(clock.rate);
        self.not_above(&fields, clock.rate, clock.max_rate);
        clock
    }

    pub(super) fn modules(&self, value: Option<Item<'_, '_>>, clock: ClockPlan) -> Vec<Module> {
        let mut modules: Vec<Module> = Vec::new();
        for (table, at) in self.source.tables_of(value) {
            let fields =
                Fields::new(self.source, table, at, &["id", "title", "start", "end", "rate"]);
            let (start, end) = (fields.required("start"), fields.required("end"));
            let whole = start.is_some() && end.is_some();
            let start = fields.duration("start", 0);
            let end = fields.duration("end", 1);
            if let (Some(start), Some(end), true) = (start, end, whole) {
                if end <= start {
                    self.source.problem(fields.place("end"), "a module ends after it starts");
                }
                if let Some(before) = modules.last().filter(|before| start < before.end) {
                    let what = format!("the module `{}` has not ended by then", before.id);
                    let mend = "put modules in the order of their times, one after the other";
                    self.source.mend(fields.place("start"), what, mend);
                }
            }
            let rate = fields.rate("rate").unwrap_or(clock.rate);
            self.not_above(&fields, rate, clock.max_rate);
            modules.push(Module {
                id: self.name(&fields, Noun::Module),
                title: fields.shown("title"),
                start: start.unwrap_or_default(),
                end: end.unwrap_or(TimeDelta::MAX),
                rate,
            });
        }
        modules
    }

    fn not_above(&self, fields: &Fields<'_, '_, '_>, rate: Rate, most: Rate) {
        if rate > most {
            let what = format!("a rate of {rate} is above the `max_rate` of the clock, {most}");
            self.source.problem(fields.place("rate"), what);
        }
    }
}
