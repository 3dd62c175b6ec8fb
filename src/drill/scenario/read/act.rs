//! What a perfect player does beside the steps, each thing once.

use super::Item;
use super::exercise::{Exercise, Need, Noun};
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::{Act, ClaimAct, Doing, Plan};
use crate::incident::exercise::Judged;
use crate::incident::{Ask, ClaimStatus, Occurred, Severity};
use crate::text::Shown;

/// What can be done: exactly one of these.
const DEEDS: [&str; 13] = [
    "claim",
    "claim_status",
    "claim_count",
    "claim_act_as_if",
    "declare",
    "aware",
    "duty",
    "duty_met",
    "update",
    "note",
    "reply",
    "judge",
    "scope",
];

impl Exercise<'_> {
    pub(super) fn acts(&self, value: Option<Item<'_, '_>>, plan: &Plan) -> Vec<Act> {
        let tables = self.source.tables_of(value);
        let known = [&["on", "after"], &DEEDS[..]].concat();
        let mut acts = Vec::new();
        let mut named = Vec::new();
        for (table, at) in tables {
            let fields = Fields::new(self.source, table, at, &known);
            let done: Vec<&str> =
                DEEDS.into_iter().filter(|key| fields.get(key).is_some()).collect();
            if let [one, other, ..] = done.as_slice() {
                let what = format!("an act does one thing: `{one}` and `{other}` are two");
                self.source.problem(fields.place(other), what);
            }
            let Some(deed) = done.first() else {
                let what = "this act does nothing";
                self.source.mend(at, what, format!("add one of {}", DEEDS.join(", ")));
                continue;
            };
            if let Some(what) = self.deed(&fields, deed, plan) {
                if let Doing::Claim { text, .. } = &what {
                    named.push((text.clone(), fields.place(deed)));
                }
                acts.push(Act {
                    line: fields.line(),
                    on: self.referred(&fields, "on", Noun::Inject, Need::Nothing),
                    after: fields.duration("after", 0).unwrap_or_default(),
                    what,
                });
            }
        }
        self.claims_are_made(&acts, &named);
        acts
    }

    fn deed(&self, fields: &Fields<'_, '_, '_>, deed: &str, plan: &Plan) -> Option<Doing> {
        let value = fields.get(deed)?;
        if deed == "note" {
            let (text, occurred, source) = (fields.shown("note"), None, None);
            return Some(Doing::Ask(Box::new(Ask::Note { text, occurred, source })));
        }
        let table = self.source.table_of(value)?;
        if deed == "scope" {
            return Some(Doing::Place(self.place(table, value.span().start)));
        }
        let keys: &[&str] = match deed {
            "claim" => &["text", "source", "data"],
            "claim_status" => &["claim", "status", "reason"],
            "claim_count" => &["claim", "count", "source"],
            "claim_act_as_if" => &["claim", "reason"],
            "declare" => &["severity", "reason"],
            "duty" => &["id", "on", "starts", "reason"],
            "duty_met" => &["id", "how"],
            "update" => &["cadence", "how"],
            "reply" => &["inject", "option", "text"],
            "judge" => &["expectation", "verdict", "reason"],
            "scope" => return Some(Doing::Place(self.place(table, value.span().start))),
            _ => &["reason"],
        };
        let said = Fields::new(self.source, table, value.span().start, keys);
        match deed {
            "claim_status" | "claim_count" | "claim_act_as_if" => Self::of_claim(&said, deed),
            "reply" => Some(self.reply(&said, plan)),
            "judge" => self.judge(&said),
            _ => Some(Doing::Ask(Box::new(self.ask(&said, deed)?))),
        }
    }

    fn ask(&self, said: &Fields<'_, '_, '_>, deed: &str) -> Option<Ask> {
        let occurred = None;
        Some(match deed {
            "claim" => Ask::ClaimMake {
                text: said.shown("text"),
                source: said.shown("source"),
                data: said.optional_shown("data"),
            },
            "declare" => {
                said.required("severity")?;
                let words = Severity::ALL.map(Severity::word);
                let severity = Severity::of_word(said.word("severity", "severity", &words)?)?;
                Ask::Declare { severity, occurred, reason: said.shown("reason") }
            }
            "aware" => Ask::Aware { occurred, reason: said.shown("reason") },
            "duty" => {
                said.required("on");
                let (duty, on, reason) = (said.text("id"), said.truth("on"), said.shown("reason"));
                Ask::DutyDecide { duty, on, starts: self.starts(said), reason }
            }
            "duty_met" => Ask::DutyMet { duty: said.text("id"), occurred, how: said.shown("how") },
            _ => Ask::UpdateGive {
                cadence: said.text("cadence"),
                occurred,
                how: said.shown("how"),
                next: None,
            },
        })
    }

    fn starts(&self, said: &Fields<'_, '_, '_>) -> Option<Occurred> {
        let text = said.optional("starts")?;
        Occurred::parse(&text)
            .map_err(|error| self.source.problem(said.place("starts"), error.to_string()))
            .ok()
    }

    fn of_claim(said: &Fields<'_, '_, '_>, deed: &str) -> Option<Doing> {
        let text = said.text("claim");
        let ask = match deed {
            "claim_status" => {
                said.required("status")?;
                let words = ClaimStatus::ALL.map(ClaimStatus::word);
                let status = said.word("status", "status of a claim", &words)?;
                let status = ClaimStatus::of_word(status)?;
                ClaimAct::Status { status, reason: said.shown("reason") }
            }
            "claim_count" => {
                ClaimAct::Count { count: said.shown("count"), source: said.shown("source") }
            }
            _ => ClaimAct::ActAsIf { reason: said.shown("reason") },
        };
        Some(Doing::Claim { text, ask })
    }

    fn reply(&self, said: &Fields<'_, '_, '_>, plan: &Plan) -> Doing {
        let inject = said.text("inject");
        if said.get("inject").is_some() {
            self.refer(Noun::Inject, Need::Nothing, &inject, said.place("inject"));
        }
        let option = said.optional_shown("option");
        let options = plan.inject(&inject).map(|one| one.message.options.as_slice());
        match (&option, options) {
            (Some(option), Some(options)) if !options.contains(option) => {
                let known = options.iter().map(Shown::as_str);
                self.source.unknown(said.place("option"), "option", option.as_str(), known);
            }
            (None, Some([_, ..])) => {
                let what = format!("`option` is missing here: `{inject}` asks for a decision");
                self.source.problem(said.place("inject"), what);
            }
            _ => {}
        }
        Doing::Reply { inject, option, text: said.shown("text") }
    }

    fn judge(&self, said: &Fields<'_, '_, '_>) -> Option<Doing> {
        let expectation = said.text("expectation");
        if said.get("expectation").is_some() {
            let at = said.place("expectation");
            self.refer(Noun::Expectation, Need::Nothing, &expectation, at);
        }
        said.required("verdict")?;
        let word = said.word("verdict", "verdict", &Judged::ALL.map(Judged::word))?;
        let verdict = Judged::ALL.into_iter().find(|one| one.word() == word)?;
        Some(Doing::Judge { expectation, verdict, reason: said.shown("reason") })
    }

    /// A claim can only be amended once somebody entered it.
    fn claims_are_made(&self, acts: &[Act], named: &[(String, usize)]) {
        let made: Vec<&str> = acts
            .iter()
            .filter_map(|act| match &act.what {
                Doing::Ask(ask) => match &**ask {
                    Ask::ClaimMake { text, .. } => Some(text.as_str()),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        for (text, at) in named.iter().filter(|(text, _)| !made.contains(&text.as_str())) {
            let what = "act that enters the claim";
            self.source.unknown(*at, what, text, made.iter().copied());
        }
    }
}
