//! Who plays, what the exercise is to show, and what others say in it.

use super::Item;
use super::exercise::{Exercise, Noun};
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{Objective, Role, RoleKind, Rumour};
use crate::incident::ClaimStatus;

impl Exercise<'_> {
    pub(super) fn roles(&self, value: Option<Item<'_, '_>>) -> Vec<Role> {
        let role = |(table, at)| {
            let fields = Fields::new(self.source, table, at, &["id", "title", "kind"]);
            fields.required("kind");
            let words = ["player", "controller", "evaluator", "observer"];
            let kind = match fields.word("kind", "kind of role", &words) {
                Some("controller") => RoleKind::Controller,
                Some("evaluator") => RoleKind::Evaluator,
                Some("observer") => RoleKind::Observer,
                _ => RoleKind::Player,
            };
            Role { id: self.name(&fields, Noun::Role), title: fields.shown("title"), kind }
        };
        self.source.tables_of(value).into_iter().map(role).collect()
    }

    pub(super) fn objectives(&self, value: Option<Item<'_, '_>>) -> Vec<Objective> {
        let objective = |(table, at)| {
            let fields = Fields::new(self.source, table, at, &["id", "title", "target", "weight"]);
            fields.required("weight");
            Objective {
                id: self.name(&fields, Noun::Objective),
                title: fields.shown("title"),
                target: fields.shown("target"),
                weight: fields.whole("weight", 1..=100).unwrap_or_default(),
            }
        };
        let tables = self.source.tables_of(value);
        let first = tables.first().map(|(_, at)| *at);
        let objectives: Vec<Objective> = tables.into_iter().map(objective).collect();
        let sum: u32 = objectives.iter().map(|one| one.weight).sum();
        // A weight that could not be read was told already.
        let whole = objectives.iter().all(|one| one.weight > 0);
        if let Some(at) = first.filter(|_| whole && sum != 100) {
            self.source
                .problem(at, format!("the weights of the objectives sum up to {sum}, not 100"));
        }
        objectives
    }

    pub(super) fn claims(&self, value: Option<Item<'_, '_>>) -> Vec<Rumour> {
        let claim = |(table, at)| {
            let fields = Fields::new(self.source, table, at, &["id", "text", "by", "status"]);
            fields.required("status");
            let words = ClaimStatus::ALL.map(ClaimStatus::word);
            let status = fields.word("status", "status of a claim", &words);
            Rumour {
                id: self.name(&fields, Noun::Claim),
                text: fields.shown("text"),
                by: fields.shown("by"),
                status: status.unwrap_or_default().to_owned(),
            }
        };
        self.source.tables_of(value).into_iter().map(claim).collect()
    }
}
