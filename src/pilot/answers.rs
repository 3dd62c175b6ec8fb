//! The answers of a run without a face: what was decided beforehand, step by step.
//!
//! ```toml
//! [steps.take-report]
//! answer = "A reporter says that the cluster is open."
//! [steps.close-network]
//! confirm = true
//! [steps.log-out-everyone]
//! typed = "all users"
//! [steps.rotate-certificates]
//! skip = "the fleet is asleep"
//! until = "4h"                   # or skip_as = "not applicable", "risk accepted"
//! [steps.force-reset]
//! option = "no"
//! reason = "passwords were not in the cluster"
//! [[scope]]
//! kind = "database"
//! name = "stats.example.com"
//! source = "a reader, by phone"
//! url = "https://stats.example.com:9200"
//! reason = "it is in our inventory"
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::incident::{Ask, SkipAs, State, StepKey, When};
use crate::text::Shown;

/// A whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    #[serde(default)]
    pub steps: BTreeMap<String, Answer>,
    /// Members of the scope: to be added, to be admitted, or both.
    #[serde(default)]
    pub scope: Vec<Place>,
}

/// One member of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub kind: String,
    pub name: String,
    /// Who told; without it a step must find it.
    pub source: Option<String>,
    /// Where its host is; without it nothing goes there.
    pub url: Option<String>,
    #[serde(default)]
    pub secrets: bool,
    /// How we know that the host is ours.
    #[serde(default)]
    pub reason: String,
}

/// What to do in one step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The answer of a manual step.
    pub answer: Option<String>,
    /// The option of a decision; `reason` goes with it.
    pub option: Option<String>,
    pub reason: Option<String>,
    /// Send what is shown.
    #[serde(default)]
    pub confirm: bool,
    /// Send what is shown, having typed this.
    pub typed: Option<String>,
    /// Skip the step, for this reason.
    pub skip: Option<String>,
    /// As what: `not applicable` or `risk accepted`.
    pub skip_as: Option<String>,
    /// Put it off until then: `4h`, `2026-11-22 10:00Z`.
    pub until: Option<String>,
    /// Begin although something else should come first, for this reason.
    pub out_of_order: Option<String>,
    /// Settle a doubt: `probe`, `retry`, `took effect: …` or `no effect: …`.
    pub doubt: Option<String>,
    /// Take the step as done without proof, for this reason.
    pub unproven: Option<String>,
}

/// How a doubt is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    Probe,
    Retry,
    Statement { took_effect: bool, reason: Shown },
}

impl Answers {
    /// Reads a file's text; the error has line and column.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What of the scope is to be said next: a member to be added, or the host of one that is there.
    pub fn place(&self, state: &State) -> Option<Ask> {
        self.scope.iter().find_map(|place| place.ask(state))
    }

    /// What to do in this instance: its own answer, else that of its step, which is for every
    /// member.
    pub fn of(&self, name: &str) -> Answer {
        let step = StepKey::named(name).id;
        self.steps.get(name).or_else(|| self.steps.get(&step)).cloned().unwrap_or_default()
    }
}

impl Place {
    /// What of it is to be said next; `None` when all of it is.
    pub fn ask(&self, state: &State) -> Option<Ask> {
        let (scope, name) = (self.kind.clone(), Shown::new(&self.name));
        match state.member(&self.kind, name.as_str()) {
            None => {
                let source = Shown::new(self.source.as_ref()?);
                Some(Ask::AddScope { scope, name, source })
            }
            Some(member) if member.admitted.is_none() => {
                let (url, reason) = (Shown::new(self.url.as_ref()?), Shown::new(&self.reason));
                Some(Ask::Admit { scope, name, url, secrets: self.secrets, reason })
            }
            Some(_) => None,
        }
    }
}

impl Answer {
    /// As what the step is left out, where that is written.
    ///
    /// # Errors
    ///
    /// How it is written.
    pub fn skip_as(&self) -> Result<Option<SkipAs>, String> {
        match (self.skip_as.as_deref().map(str::trim), &self.until) {
            (None | Some("deferred"), Some(until)) => {
                let until = When::parse(until).map_err(|error| format!("until: {error}"))?;
                Ok(Some(SkipAs::Deferred { until }))
            }
            (None, None) => Ok(None),
            (Some("not applicable"), None) => Ok(Some(SkipAs::NotApplicable)),
            (Some("risk accepted"), None) => Ok(Some(SkipAs::RiskAccepted)),
            (Some("deferred"), None) => Err("skip_as is deferred: write until, such as 4h".into()),
            (Some("not applicable" | "risk accepted"), Some(_)) => {
                Err("only what is deferred has an until".into())
            }
            (Some(other), _) => Err(format!(
                "skip_as is {}: it is one of not applicable, risk accepted and deferred",
                Shown::new(other)
            )),
        }
    }

    /// The way out of a doubt, where one is written and understood.
    pub fn doubt(&self) -> Option<Doubt> {
        let text = self.doubt.as_deref()?.trim();
        let statement = |took_effect, reason: &str| Doubt::Statement {
            took_effect,
            reason: Shown::new(reason.trim()),
        };
        match text.split_once(':') {
            None if text == "probe" => Some(Doubt::Probe),
            None if text == "retry" => Some(Doubt::Retry),
            Some(("took effect", reason)) => Some(statement(true, reason)),
            Some(("no effect", reason)) => Some(statement(false, reason)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(lines: &str) -> Result<Option<SkipAs>, String> {
        let text = format!("[steps.x]\nskip = \"asleep\"\n{lines}");
        Answers::read(&text).unwrap().steps["x"].skip_as()
    }

    #[test]
    fn a_skip_may_say_as_what() {
        assert_eq!(skip(""), Ok(None));
        assert_eq!(skip("skip_as = \"not applicable\""), Ok(Some(SkipAs::NotApplicable)));
        assert_eq!(skip("skip_as = \"risk accepted\""), Ok(Some(SkipAs::RiskAccepted)));
        let until = When::After { seconds: 4 * 3_600 };
        assert_eq!(skip("until = \"4h\""), Ok(Some(SkipAs::Deferred { until })));
        assert_eq!(skip("skip_as = \"deferred\"\nuntil = \"4h\""), skip("until = \"4h\""));
        let said = |lines: &str| skip(lines).unwrap_err();
        assert!(said("skip_as = \"deferred\"").contains("write until"));
        assert!(said("skip_as = \"risk accepted\"\nuntil = \"4h\"").contains("has an until"));
        assert!(said("skip_as = \"risky\"").contains("it is one of"));
        assert!(said("until = \"soon\"").starts_with("until: soon is neither"));
    }
}
