//! The rows of the timeline: one for each step, or for each member that a step is done for.

use std::borrow::Cow;

use super::{Member, Progress, State};
use crate::incident::id::StepKey;
use crate::playbook::Step;
use crate::text::Shown;

/// One row: a step that is done once, a step and the member that it is done for, or a step whose
/// scope holds nothing yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    pub step: &'a Step,
    /// The member of the scope that it is done for.
    pub member: Option<&'a Member>,
    /// What the instance is called: `id`, or `id[member]`.
    pub name: Cow<'a, str>,
    pub progress: Progress,
}

impl Row<'_> {
    /// It waits for the first member of its scope: until then there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.step.each.is_some() && self.member.is_none()
    }

    /// The title of the step, and for whom: `Block reads  db2.example.com`. One line.
    pub fn title(&self) -> Shown {
        let title = Shown::new(&self.step.title);
        match self.member {
            None => Shown::new(title.one_line()),
            Some(member) => Shown::new(format!("{}  {}", title.one_line(), member.name.one_line())),
        }
    }
}

impl State {
    /// The rows of all steps, in file order, members in the order in which they came.
    pub fn timeline(&self) -> impl Iterator<Item = Row<'_>> {
        self.playbook.steps.iter().flat_map(|step| self.rows(step))
    }

    /// The rows of one step: never none.
    pub fn rows<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = Row<'a>> {
        let scope = step.each.as_deref();
        let mut members = scope.into_iter().flat_map(|scope| self.members(scope)).peekable();
        let bare = members.peek().is_none().then(|| self.row_of(step, None));
        bare.into_iter().chain(members.map(|member| self.row_of(step, Some(member))))
    }

    fn row_of<'a>(&'a self, step: &'a Step, member: Option<&'a Member>) -> Row<'a> {
        let name = match member {
            None => Cow::Borrowed(step.id.as_str()),
            Some(member) => Cow::Owned(instance_name(&step.id, member.name.as_str())),
        };
        let progress = self.progress(&name);
        Row { step, member, name, progress }
    }

    /// The row of this name.
    pub fn row<'a>(&'a self, name: &str) -> Option<Row<'a>> {
        let key = StepKey::named(name);
        let step = self.playbook.step(&key.id)?;
        self.rows(step).find(|row| row.name == name)
    }

    /// The step of an instance's name: `id`, or `id[member]`.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.playbook.step(step_id(name))
    }

    /// The members of one kind of scope, in the order in which they came.
    pub fn members<'a>(&'a self, scope: &'a str) -> impl Iterator<Item = &'a Member> {
        self.scope.iter().filter(move |member| member.scope == scope)
    }

    /// The member of this kind and name.
    pub fn member(&self, scope: &str, name: &str) -> Option<&Member> {
        self.scope.iter().find(|member| member.scope == scope && member.name.as_str() == name)
    }

    /// Nothing more is needed of this row: it is over, does not apply, or waits for a first member.
    pub fn is_settled(&self, row: &Row<'_>) -> bool {
        row.progress.is_over() || row.is_empty() || self.not_applicable.contains(&*row.name)
    }

    /// The same, and nothing of it comes back by itself.
    pub fn is_finished(&self, row: &Row<'_>) -> bool {
        self.is_settled(row) && self.deferred(&row.name).is_none()
    }

    /// The row in which a member is to be admitted before anything else: the first of its steps
    /// that goes to its host and has still something to do. `None` where it is admitted, or where
    /// nothing waits for it.
    pub fn waits_for<'a>(&'a self, member: &'a Member) -> Option<Row<'a>> {
        if member.admitted.is_some() {
            return None;
        }
        let its = |step: &&Step| step.each.as_deref() == Some(&*member.scope);
        let steps = self.playbook.steps.iter().filter(its).filter(|step| step.goes_to_members());
        steps.map(|step| self.row_of(step, Some(member))).find(|row| !self.is_settled(row))
    }
}

/// What the instance of a step for a member is called.
pub(in crate::incident) fn instance_name(id: &str, member: &str) -> String {
    format!("{id}[{member}]")
}

/// The id of the step in an instance's name: no id holds a bracket.
fn step_id(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}
