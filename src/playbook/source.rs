//! The files that a playbook was read from, and what their steps see of the whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::expression::Values;
use super::model::{Playbook, Step};
use super::template::Template;

/// One file: the playbook's own, or that of a sub-playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The step that stands for it; empty for the playbook's own.
    pub at: String,
    /// As problems call it.
    pub file: String,
    /// As it is now, amendments included.
    pub text: Arc<str>,
    /// SHA-256 of the file as it was found, in lower-case hex.
    pub sha256: String,
    /// What its own names of inputs stand for; empty for the playbook's own file.
    pub(super) inputs: BTreeMap<String, Given>,
    /// The same for its back ends: by which id the whole knows them.
    pub(super) backends: BTreeMap<String, String>,
}

/// What an input of a sub-playbook stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    /// An input of the whole, by its id there.
    Own(String),
    /// Filled in by the step that stands for the sub-playbook.
    Filled(Template),
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl Playbook {
    /// The file that a step stands in, by the step that stands for it.
    pub fn source(&self, at: &str) -> Option<&Arc<Source>> {
        self.sources.iter().find(|source| source.at == at)
    }

    /// The files of sub-playbooks.
    pub fn parts(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.sources.iter().filter(|source| !source.at.is_empty())
    }

    /// Steps of a sub-playbook, by the step that stands for it; not those of one within it.
    pub fn children<'a>(&'a self, heading: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.under.as_deref() == Some(heading))
    }

    /// What the expressions of a step see as `inputs`, `backends` and `incident`; `inputs` are those
    /// of the whole.
    pub fn values_of(
        &self,
        step: &Step,
        inputs: &BTreeMap<String, String>,
        incident: &Value,
    ) -> Values {
        self.values_at(step.under.as_deref().unwrap_or_default(), inputs, incident)
    }

    fn values_at(&self, at: &str, inputs: &BTreeMap<String, String>, incident: &Value) -> Values {
        Values::default()
            .with("inputs", self.inputs_at(at, inputs, incident).into())
            .with("backends", self.backends_at(at))
            .with("incident", incident.clone())
    }

    /// An input that cannot be filled in is left out: what needs it says that it is missing.
    fn inputs_at(
        &self,
        at: &str,
        inputs: &BTreeMap<String, String>,
        incident: &Value,
    ) -> Map<String, Value> {
        let own = |(name, value): (&String, &String)| (name.clone(), Value::from(value.as_str()));
        let Some(source) = self.source(at).filter(|_| !at.is_empty()) else {
            return inputs.iter().filter(|(name, _)| !name.contains('.')).map(own).collect();
        };
        let is_filled = |given: &Given| matches!(given, Given::Filled(_));
        let above = at.rsplit_once('.').map_or("", |(above, _)| above);
        let above = if source.inputs.values().any(is_filled) {
            self.values_at(above, inputs, incident)
        } else {
            Values::default()
        };
        let value = |given: &Given| match given {
            Given::Own(name) => inputs.get(name).map(|value| Value::from(value.as_str())),
            Given::Filled(template) => {
                template.text(&above, super::Place::Plain).ok().map(Value::from)
            }
        };
        let named = source.inputs.iter();
        named.filter_map(|(name, given)| Some((name.clone(), value(given)?))).collect()
    }

    fn backends_at(&self, at: &str) -> Value {
        let all = self.backend_values();
        let Some(source) = self.source(at).filter(|_| !at.is_empty()) else { return all };
        let named = source.backends.iter();
        let value = |(name, id): (&String, &String)| Some((name.clone(), all.get(id)?.clone()));
        named.filter_map(value).collect::<Map<_, _>>().into()
    }
}

impl Step {
    /// What the step's own file calls something that a step of it saved under this name of the
    /// whole; `None` where that is another file's.
    pub fn local<'a>(&self, saved: &'a str) -> Option<&'a str> {
        let local = match &self.under {
            None => saved,
            Some(under) => saved.strip_prefix(under.as_str())?.strip_prefix('.')?,
        };
        (!local.contains('.')).then_some(local)
    }
}
