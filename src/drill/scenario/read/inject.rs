//! What is told to the players, and when.

use toml::Spanned;
use toml::de::DeValue;

use super::Item;
use super::event::EVENT;
use super::exercise::{Exercise, Need, Noun};
use super::hosts::real;
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{CHANNELS, Inject, InjectKind, Module, Plan, Trigger};
use crate::incident::exercise::{Delivery, Inject as Message};
use crate::text::Shown;

impl Exercise<'_> {
    /// The injects with what is expected of them, into the plan.
    pub(super) fn injects(&self, value: Option<Item<'_, '_>>, plan: &mut Plan) {
        for (table, at) in self.source.tables_of(value) {
            let known = [
                "id",
                "kind",
                "at",
                "after",
                "channel",
                "from",
                "to",
                "subject",
                "body",
                "options",
                "best",
                "claims",
                "evaluator",
                "expect",
            ];
            let fields = Fields::new(self.source, table, at, &known);
            let inject = self.inject(&fields, &plan.modules);
            let expect = fields.get("expect");
            if let (InjectKind::Information, Some(value)) = (inject.kind, expect) {
                let what = "of information nothing is expected";
                let mend = "make it `kind = \"inject\"`, or move this to an inject";
                self.source.mend(value.span().start, what, mend);
            }
            self.expectations(expect, &inject.message.inject, &mut plan.expectations);
            plan.injects.push(inject);
        }
    }

    fn inject(&self, fields: &Fields<'_, '_, '_>, modules: &[Module]) -> Inject {
        let words = ["information", "inject", "contingency", "facilitation"];
        let kind = match fields.word("kind", "kind of inject", &words) {
            Some("information") => InjectKind::Information,
            Some("contingency") => InjectKind::Contingency,
            Some("facilitation") => InjectKind::Facilitation,
            _ => InjectKind::Inject,
        };
        let options = self.options(fields);
        let best = fields.get("best").and_then(|value| {
            let most = u32::try_from(options.len()).unwrap_or_default().checked_sub(1);
            let Some(most) = most else {
                self.source.problem(value.span().start, "without `options` none is the best");
                return None;
            };
            fields.whole("best", 0..=most).and_then(|best| usize::try_from(best).ok())
        });
        let claims = fields.texts("claims");
        for (claim, at) in &claims {
            self.refer(Noun::Claim, Need::Nothing, claim, *at);
        }
        let to = fields.texts("to");
        for (role, at) in &to {
            self.refer(Noun::Role, Need::Nothing, role, *at);
        }
        self.no_real_hosts(fields);
        fields.required("channel");
        let channel = fields.word("channel", "channel", &CHANNELS).unwrap_or_default();
        let message = Message {
            inject: self.name(fields, Noun::Inject),
            channel: channel.to_owned(),
            from: fields.shown("from"),
            to: to.iter().map(|(role, _)| Shown::new(role)).collect(),
            subject: fields.shown("subject"),
            body: fields.optional_shown("body").unwrap_or_default(),
            options,
            why: Delivery::Planned,
            original: None,
        };
        Inject {
            line: fields.line(),
            message,
            kind,
            when: self.trigger(fields, kind, modules),
            best,
            evaluator: fields.optional_shown("evaluator").unwrap_or_default(),
            claims: claims.into_iter().map(|(claim, _)| claim).collect(),
        }
    }

    /// What is told in a drill must lead nobody to a system that is really there.
    fn no_real_hosts(&self, fields: &Fields<'_, '_, '_>) {
        let options = fields.get("options").map(|list| self.source.items_of(list));
        let texts = ["from", "subject", "body"].into_iter().filter_map(|key| fields.get(key));
        for value in texts.chain(options.into_iter().flatten()) {
            for host in value.get_ref().as_str().map(real).unwrap_or_default() {
                let what = format!("`{host}` may be a real host");
                let mend = "use a name that nobody can own, such as `search.example.com`";
                self.source.warn(self.source.spot(&value.span(), host), what, mend);
            }
        }
    }

    fn options(&self, fields: &Fields<'_, '_, '_>) -> Vec<Shown> {
        let mut options: Vec<Shown> = Vec::new();
        for (text, at) in fields.texts("options") {
            let option = Shown::new(text.trim());
            if option.is_blank() {
                self.source.problem(at, "an option must not be blank");
            } else if options.contains(&option) {
                self.source.problem(at, "this option stands there already");
            }
            options.push(option);
        }
        if fields.get("options").is_some() && options.len() < 2 {
            self.source.problem(fields.place("options"), "a decision has at least two options");
        }
        options
    }

    fn trigger(
        &self,
        fields: &Fields<'_, '_, '_>,
        kind: InjectKind,
        modules: &[Module],
    ) -> Trigger {
        let (at, after) = (fields.get("at"), fields.get("after"));
        let is_contingency = kind == InjectKind::Contingency;
        match (at, after) {
            (Some(value), _) | (_, Some(value)) if is_contingency => {
                let what = "a contingency has no time: it comes where an expectation is missed";
                let mend = "remove this, or give it another `kind`";
                self.source.mend(value.span().start, what, mend);
            }
            (Some(_), Some(after)) => {
                let what = "an inject has `at` or `after`, not both";
                self.source.mend(
                    after.span().start,
                    what,
                    "with `after`, `latest` is the last time",
                );
            }
            (None, None) if !is_contingency => {
                let what = "nothing says when this inject goes out";
                let mend = "add `at` or `after`, or make it `kind = \"contingency\"`";
                self.source.mend(fields.place("id"), what, mend);
            }
            _ => {}
        }
        match (at, after) {
            (Some(value), _) => {
                let time = fields.duration("at", 0).unwrap_or_default();
                self.within(value, time, modules);
                Trigger::At(time)
            }
            (None, Some(value)) => self.after(value, modules),
            (None, None) => Trigger::Never,
        }
    }

    fn after(&self, value: &Spanned<DeValue<'_>>, modules: &[Module]) -> Trigger {
        let Some(table) = self.source.table_of(value) else { return Trigger::Never };
        let known = [&EVENT[..], &["delay", "latest"]].concat();
        let fields = Fields::new(self.source, table, value.span().start, &known);
        let latest = fields.duration("latest", 0);
        if let (Some(value), Some(latest)) = (fields.get("latest"), latest) {
            self.within(value, latest, modules);
        }
        let delay = fields.duration("delay", 0).unwrap_or_default();
        Trigger::After { what: self.event(&fields), delay, latest }
    }

    /// Between modules the clock jumps: nothing happens then.
    fn within(&self, value: Item<'_, '_>, time: chrono::TimeDelta, modules: &[Module]) {
        let is_inside = modules.iter().any(|one| one.start <= time && time <= one.end);
        if !modules.is_empty() && !is_inside {
            let what = "no module is on at this time: the clock jumps over it";
            let mend = "choose a time within a module";
            self.source.mend(value.span().start, what, mend);
        }
    }
}
