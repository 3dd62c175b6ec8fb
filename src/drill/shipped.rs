//! The playbooks and scenarios that the program carries, and the worlds that scenarios share.

use super::{Scenario, ScenarioError, WorldFile};
use crate::playbook::{Checked, Found, Reference, Wanted, read_with};

/// A document that the program carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// The name that a person types: that of its directory, or of its file without the ending.
    pub name: &'static str,
    /// Where it stands in the source tree; names it in problems.
    pub path: &'static str,
    pub text: &'static str,
}

impl Document {
    /// Its title. Only what stands before the first table is read: a list of titles must not wait for
    /// whole documents.
    pub fn title(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Head {
            title: String,
        }
        let head = self.text.split("\n[").next()?;
        toml::from_str::<Head>(head).ok().map(|head| head.title)
    }
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

/// A shipped scenario, read and checked.
///
/// # Errors
///
/// Every problem; none in a program that was tested.
pub fn scenario(document: &Document) -> Result<Scenario, ScenarioError> {
    Scenario::parse_with(document.path, document.text, &|path| world(document.path, path))
}

/// The world at this path from that of a shipped scenario: only what is shipped stands beside it.
///
/// # Errors
///
/// That there is none.
pub fn world(scenario: &str, path: &str) -> Result<WorldFile, String> {
    let mut place: Vec<&str> = scenario.split('/').collect();
    place.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(place.pop()),
            "." => {}
            part => place.push(part),
        }
    }
    let place = place.join("/");
    let document = WORLDS.into_iter().find(|document| document.path == place);
    let document = document.ok_or_else(|| format!("no world is shipped as {place}"))?;
    Ok(WorldFile { file: document.path.to_owned(), text: document.text.to_owned() })
}

/// The playbook of this name, with those that it stands on, read and checked.
pub fn read(name: &str) -> Option<Checked> {
    let document = playbook(name)?;
    Some(read_with(document.path, document.text, &find))
}

/// Only what is shipped stands beside what is shipped.
fn find(wanted: &Wanted<'_>) -> Result<Found, String> {
    let Reference::Shipped(name) = wanted.reference else {
        return Err("a shipped playbook stands on shipped ones only".to_owned());
    };
    let document = playbook(name).ok_or("none of this name is shipped")?;
    let (file, text) = (document.path.to_owned(), document.text.to_owned());
    Ok(Found { file, text, sha256: None })
}

/// One of `playbooks/<name>/playbook.toml`.
macro_rules! playbook {
    ($name:literal) => {
        Document {
            name: $name,
            path: concat!("playbooks/", $name, "/playbook.toml"),
            text: include_str!(concat!("../../playbooks/", $name, "/playbook.toml")),
        }
    };
}

/// One of `playbooks/<playbook>/drills/<name>.toml`.
macro_rules! drill {
    ($playbook:literal, $name:literal) => {
        Document {
            name: $name,
            path: concat!("playbooks/", $playbook, "/drills/", $name, ".toml"),
            text: include_str!(concat!("../../playbooks/", $playbook, "/drills/", $name, ".toml")),
        }
    };
}

/// One of `playbooks/<playbook>/world.toml`.
macro_rules! world {
    ($playbook:literal) => {
        Document {
            name: $playbook,
            path: concat!("playbooks/", $playbook, "/world.toml"),
            text: include_str!(concat!("../../playbooks/", $playbook, "/world.toml")),
        }
    };
}

const PLAYBOOKS: [Document; 4] = [
    playbook!("exposed-database"),
    playbook!("leaked-credentials"),
    playbook!("database-accounts"),
    playbook!("tell-the-people"),
];

const DRILLS: [Document; 5] = [
    drill!("exposed-database", "first-drill"),
    drill!("exposed-database", "first-walk"),
    drill!("exposed-database", "holiday-leak"),
    drill!("leaked-credentials", "key-in-the-open"),
    drill!("leaked-credentials", "key-on-a-forum"),
];

const WORLDS: [Document; 2] = [world!("exposed-database"), world!("leaked-credentials")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_that_of_the_whole_document() {
        for document in drills() {
            let whole = scenario(document).ok().map(|scenario| scenario.title);
            assert_eq!(document.title(), whole, "{}", document.name);
        }
        for document in playbooks() {
            let whole = read(document.name).and_then(|checked| checked.playbook);
            assert_eq!(document.title(), whole.map(|playbook| playbook.title), "{}", document.name);
        }
    }
}
