//! The playbooks and scenarios that the program carries.

/// A document that the program carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// The name that a person types: that of its directory, or of its file without the ending.
    pub name: &'static str,
    /// Where it stands in the source tree; names it in problems.
    pub path: &'static str,
    pub text: &'static str,
}

/// Every playbook.
pub fn playbooks() -> &'static [Document] {
    &PLAYBOOKS
}

/// Every scenario.
pub fn drills() -> &'static [Document] {
    &DRILLS
}

/// The playbook of this name.
pub fn playbook(name: &str) -> Option<Document> {
    PLAYBOOKS.into_iter().find(|document| document.name == name)
}

/// The scenario of this name.
pub fn drill(name: &str) -> Option<Document> {
    DRILLS.into_iter().find(|document| document.name == name)
}

const PLAYBOOKS: [Document; 1] = [Document {
    name: "exposed-database",
    path: "playbooks/exposed-database/playbook.toml",
    text: include_str!("../../playbooks/exposed-database/playbook.toml"),
}];

const DRILLS: [Document; 1] = [Document {
    name: "first-walk",
    path: "playbooks/exposed-database/drills/first-walk.toml",
    text: include_str!("../../playbooks/exposed-database/drills/first-walk.toml"),
}];
