//! Names of things inside one incident.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::state::instance_name;

/// Position of a record: the first is 0.
pub type Seq = u64;
/// Numbers calls from 1 in the order of their first request, across the incident.
pub type CallId = u32;
/// Numbers checks from 1, likewise.
pub type CheckId = u32;
/// Numbers guards from 1, likewise.
pub type GuardId = u32;
/// Numbers claims from 1 in the order in which they were entered.
pub type ClaimId = u32;
/// Numbers reminders from 1, likewise.
pub type TimerId = u32;

/// One instance of a step: what is armed, sent, proven and skipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepKey {
    /// The step's id in the playbook.
    pub id: String,
    /// The member of the scope that it acts on; absent for a step that is done once for the
    /// incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Rises by one when a person has the step done again.
    pub epoch: u32,
}

impl StepKey {
    /// The first instance of a step that is done once for the incident.
    pub fn first(id: impl Into<String>) -> Self {
        Self { id: id.into(), member: None, epoch: 1 }
    }

    /// The first instance of this name: `id`, or `id[member]`.
    pub fn named(name: &str) -> Self {
        match name.split_once('[') {
            Some((id, member)) if member.ends_with(']') => {
                let member = Some(member[..member.len() - 1].to_owned());
                Self { id: id.to_owned(), member, epoch: 1 }
            }
            _ => Self::first(name),
        }
    }

    /// What the instance is called in lists, offers and answers: `id`, or `id[member]`. Whoever
    /// shows it makes a [`Shown`](crate::text::Shown) of it.
    pub fn name(&self) -> Cow<'_, str> {
        match &self.member {
            None => Cow::Borrowed(&self.id),
            Some(member) => Cow::Owned(instance_name(&self.id, member)),
        }
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if let Some(member) = &self.member {
            write!(f, "[{}]", crate::text::Shown::new(member))?;
        }
        if self.epoch > 1 {
            write!(f, " (time {})", self.epoch)?;
        }
        Ok(())
    }
}
