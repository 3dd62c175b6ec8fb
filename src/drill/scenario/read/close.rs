//! What comes after the play: duties that applied, questions, and how points become ratings.

use super::Item;
use super::exercise::Exercise;
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{DutyNote, Rating, Scoring};
use crate::text::Shown;

impl Exercise<'_> {
    pub(super) fn duties(&self, value: Option<Item<'_, '_>>) -> Vec<DutyNote> {
        let note = |(table, at)| {
            let fields = Fields::new(self.source, table, at, &["duty", "applies"]);
            fields.required("applies");
            let (line, duty) = (fields.line(), fields.id("duty"));
            DutyNote { line, duty, applies: fields.truth("applies") }
        };
        self.source.tables_of(value).into_iter().map(note).collect()
    }

    pub(super) fn questions(&self, value: Option<Item<'_, '_>>) -> Vec<Shown> {
        let question =
            |(table, at)| Fields::new(self.source, table, at, &["question"]).shown("question");
        self.source.tables_of(value).into_iter().map(question).collect()
    }

    pub(super) fn scoring(&self, value: Option<Item<'_, '_>>) -> Scoring {
        let mut scoring = Scoring::default();
        let Some((value, table)) =
            value.and_then(|value| Some((value, self.source.table_of(value)?)))
        else {
            return scoring;
        };
        let known = ["hint_cost", "critical_miss_caps_objective_at"];
        let fields = Fields::new(self.source, table, value.span().start, &known);
        scoring.hint_cost = fields.whole("hint_cost", 0..=1_000).unwrap_or(scoring.hint_cost);
        let words = ["P", "S", "M", "U"];
        scoring.critical_miss =
            match fields.word("critical_miss_caps_objective_at", "rating", &words) {
                Some("P") => Rating::P,
                Some("S") => Rating::S,
                Some("M") => Rating::M,
                Some(_) => Rating::U,
                None => scoring.critical_miss,
            };
        scoring
    }
}
