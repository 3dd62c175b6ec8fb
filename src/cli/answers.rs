//! The answers of a run without a face: what was decided beforehand, step by step.
//!
//! ```toml
//! [steps.take-report]
//! answer = "A reporter says that the cluster is open."
//! [steps.close-network]
//! confirm = true
//! [steps.log-out-everyone]
//! typed = "all users"
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

use crate::incident::{Ask, State, StepKey};
use crate::text::Shown;

/// A whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answers {
    #[serde(default)]
    pub(super) steps: BTreeMap<String, Answer>,
    /// Members of the scope: to be added, to be admitted, or both.
    #[serde(default)]
    pub(super) scope: Vec<Place>,
}

/// One member of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) kind: String,
    pub(super) name: String,
    /// Who told; without it a step must find it.
    pub(super) source: Option<String>,
    /// Where its host is; without it nothing goes there.
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) secrets: bool,
    /// How we know that the host is ours.
    #[serde(default)]
    pub(super) reason: String,
}

/// What to do in one step.
#[expect(clippy::struct_field_names, reason = "the word of the file format")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// The answer of a manual step.
    pub(super) answer: Option<String>,
    /// The option of a decision; `reason` goes with it.
    pub(super) option: Option<String>,
    pub(super) reason: Option<String>,
    /// Send what is shown.
    #[serde(default)]
    pub(super) confirm: bool,
    /// Send what is shown, having typed this.
    pub(super) typed: Option<String>,
    /// Skip the step, for this reason.
    pub(super) skip: Option<String>,
    /// Begin although something else should come first, for this reason.
    pub(super) out_of_order: Option<String>,
    /// Settle a doubt: `probe`, `retry`, `took effect: …` or `no effect: …`.
    pub(super) doubt: Option<String>,
    /// Take the step as done without proof, for this reason.
    pub(super) unproven: Option<String>,
}

/// How a doubt is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    Probe,
    Retry,
    Statement { took_effect: bool, reason: Shown },
}

impl Answers {
    /// Reads a file's text; the error has line and column.
    pub(super) fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What of the scope is to be said next: a member to be added, or the host of one that is there.
    pub(super) fn place(&self, state: &State) -> Option<Ask> {
        self.scope.iter().find_map(|place| place.ask(state))
    }

    /// What to do in this instance: its own answer, else that of its step, which is for every
    /// member.
    pub(super) fn of(&self, name: &str) -> Answer {
        let step = StepKey::named(name).id;
        self.steps.get(name).or_else(|| self.steps.get(&step)).cloned().unwrap_or_default()
    }
}

impl Place {
    fn ask(&self, state: &State) -> Option<Ask> {
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
    /// The way out of a doubt, where one is written and understood.
    pub(super) fn doubt(&self) -> Option<Doubt> {
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
