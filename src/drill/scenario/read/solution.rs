//! What a perfect player does: the answers to the steps, as in the files of `stanch run`, and the
//! scope; what is beside the steps is in `act`.

use std::collections::BTreeMap;

use super::Item;
use super::exercise::{Exercise, Need, Noun};
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{Plan, Solution};
use crate::pilot::{Answer, Answers, Place};

impl Exercise<'_> {
    pub(super) fn solution(&self, value: Option<Item<'_, '_>>, plan: &Plan) -> Solution {
        let mut solution = Solution::default();
        let Some((value, table)) =
            value.and_then(|value| Some((value, self.source.table_of(value)?)))
        else {
            return solution;
        };
        let known = ["steps", "scope", "hold", "acts"];
        let fields = Fields::new(self.source, table, value.span().start, &known);
        let steps = fields.get("steps").and_then(|value| self.source.table_of(value));
        let mut answers = BTreeMap::new();
        for (step, value) in steps.into_iter().flatten() {
            if let Some(table) = self.source.table_of(value) {
                let at = step.span().start;
                answers.insert(step.get_ref().to_string(), self.answer(table, at));
            }
        }
        let scope = self.source.tables_of(fields.get("scope"));
        let scope = scope.into_iter().map(|(table, at)| self.place(table, at)).collect();
        solution.answers = Answers { steps: answers, scope };
        solution.hold = self.hold(fields.get("hold"));
        solution.acts = self.acts(fields.get("acts"), plan);
        solution
    }

    /// Steps, each with the inject that it waits for.
    fn hold(&self, value: Option<Item<'_, '_>>) -> BTreeMap<String, String> {
        let mut hold = BTreeMap::new();
        let table = value.and_then(|value| self.source.table_of(value));
        for (step, value) in table.into_iter().flatten() {
            let Some(inject) = self.source.text_of(value) else { continue };
            self.refer(Noun::Inject, Need::Nothing, inject, value.span().start);
            hold.insert(step.get_ref().to_string(), inject.to_owned());
        }
        hold
    }

    fn answer(&self, table: &toml::de::DeTable<'_>, at: usize) -> Answer {
        let known = [
            "answer",
            "option",
            "reason",
            "confirm",
            "typed",
            "skip",
            "skip_as",
            "until",
            "out_of_order",
            "doubt",
            "unproven",
        ];
        let fields = Fields::new(self.source, table, at, &known);
        let answer = Answer {
            answer: fields.optional("answer"),
            option: fields.optional("option"),
            reason: fields.optional("reason"),
            confirm: fields.truth("confirm"),
            typed: fields.optional("typed"),
            skip: fields.optional("skip"),
            skip_as: fields.optional("skip_as"),
            until: fields.optional("until"),
            out_of_order: fields.optional("out_of_order"),
            doubt: fields.optional("doubt"),
            unproven: fields.optional("unproven"),
        };
        if let Err(what) = answer.skip_as() {
            let key = if answer.skip_as.is_some() { "skip_as" } else { "until" };
            self.source.problem(fields.place(key), what);
        }
        if answer.doubt.is_some() && answer.doubt().is_none() {
            let what = "a doubt is settled by `probe`, `retry`, `took effect: …` or `no effect: …`";
            self.source.problem(fields.place("doubt"), what);
        }
        answer
    }

    pub(super) fn place(&self, table: &toml::de::DeTable<'_>, at: usize) -> Place {
        let known = ["kind", "name", "source", "url", "secrets", "reason"];
        let fields = Fields::new(self.source, table, at, &known);
        if fields.get("source").is_none() && fields.get("url").is_none() {
            let what = "this neither adds a member to the scope nor admits one";
            let mend = "add `source`, `url`, or both";
            self.source.mend(at, what, mend);
        }
        Place {
            kind: fields.text("kind"),
            name: fields.text("name"),
            source: fields.optional("source"),
            url: fields.optional("url"),
            secrets: fields.truth("secrets"),
            reason: fields.optional_text("reason"),
        }
    }
}
