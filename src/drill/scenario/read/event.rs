//! Which records are meant: a kind, and what has to fit.

use toml::de::DeTable;

use super::Item;
use super::exercise::Exercise;
use crate::drill::fields::Fields;
use crate::drill::scenario::plan::Event;
use crate::incident::{ClaimStatus, Severity, kinds};

/// The keys of an event.
pub(super) const EVENT: [&str; 9] =
    ["event", "step", "target", "check", "verdict", "proven", "duty", "option", "contains"];

impl Exercise<'_> {
    /// A table that is an event and nothing else.
    pub(super) fn event_of(&self, value: Item<'_, '_>) -> Option<Event> {
        let table: &DeTable<'_> = self.source.table_of(value)?;
        let fields = Fields::new(self.source, table, value.span().start, &EVENT);
        Some(self.event(&fields))
    }

    /// The event in a table that may say more.
    pub(super) fn event(&self, fields: &Fields<'_, '_, '_>) -> Event {
        let kind = fields.text("event");
        let all = kinds();
        if all.contains(&kind.as_str()) {
            self.fits(fields, &kind);
        } else if fields.get("event").is_some() {
            let known = all.into_iter();
            self.source.unknown(fields.place("event"), "kind of record", &kind, known);
        }
        let verdicts = ["succeeded", "failed", "not_done", "not_sent"];
        let verdict = fields.word("verdict", "verdict", &verdicts).map(str::to_owned);
        let proven = fields.get("proven").and_then(|value| self.source.truth_of(value));
        Event {
            step: fields.optional("step"),
            target: fields.optional("target"),
            check: fields.optional("check"),
            verdict,
            proven,
            duty: fields.optional("duty"),
            option: self.option(fields, &kind),
            contains: fields.optional_shown("contains").map(|words| words.to_string()),
            kind,
        }
    }

    /// Tells what no record of this kind has: it would never fit.
    fn fits(&self, fields: &Fields<'_, '_, '_>, kind: &str) {
        let asked = |key: &&&str| fields.get(key).is_some() && !knows(kind, key);
        for key in EVENT.iter().filter(asked) {
            let known: Vec<&str> =
                EVENT[1..].iter().copied().filter(|key| knows(kind, key)).collect();
            let what = format!("a record `{kind}` has no `{key}`, so that none fits");
            let mend = format!("leave it out; there is {}", known.join(", "));
            self.source.mend(fields.place(key), what, mend);
        }
    }

    fn option(&self, fields: &Fields<'_, '_, '_>, kind: &str) -> Option<String> {
        let option = fields.optional("option")?;
        let at = fields.place("option");
        match kind {
            "declared" | "severity_set" if Severity::of_word(&option).is_none() => {
                let words = Severity::ALL.map(Severity::word).into_iter();
                self.source.unknown(at, "severity", &option, words);
            }
            "claim_amended" if ClaimStatus::of_word(&option).is_none() => {
                let words = ClaimStatus::ALL.map(ClaimStatus::word).into_iter();
                self.source.unknown(at, "status of a claim", &option, words);
            }
            _ => {}
        }
        Some(option)
    }
}

/// Whether records of this kind have what this key asks for.
pub(super) fn knows(kind: &str, key: &str) -> bool {
    let of_check = kind.starts_with("check_") || kind.starts_with("guard_");
    let of_step = of_check
        || kind.starts_with("step_")
        || kind.starts_with("call_")
        || ["decided", "retry_stopped"].contains(&kind);
    match key {
        "event" | "contains" => true,
        "step" => of_step,
        "target" => of_step || ["scope_added", "scope_admitted"].contains(&kind),
        "check" => of_check,
        "verdict" => kind == "call_answered",
        "proven" => kind == "step_completed",
        "duty" => kind.starts_with("duty_") || kind.starts_with("update"),
        "option" => ["decided", "inject_answered", "declared", "severity_set", "claim_amended"]
            .contains(&kind),
        _ => false,
    }
}
