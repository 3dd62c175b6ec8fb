//! Who does what in an incident: roles, who holds them, and which are on offer to somebody else.
//!
//! A role says what a person answers for; it permits nothing and forbids nothing else. Names are
//! what people call themselves.

use chrono::{DateTime, Utc};

use super::id::Seq;
use super::record::By;
use crate::playbook::similar;
use crate::text::Shown;

/// Decides; the header shows who it is.
pub const COMMANDER: &str = "commander";
/// The one role that several people hold at a time.
pub const RESOLVER: &str = "resolver";

/// The longest name of a role or a person, bytes: both stand in every line of the record.
pub const NAME_LIMIT: usize = 100;

/// The standard roles with what each does, in the order in which they are listed.
pub const ROLES: [(&str, &str); 8] = [
    (COMMANDER, "decides, and does none of the work; holds no other role"),
    ("deputy", "keeps the times, and stands in for the commander at once"),
    ("scribe", "writes down what is said and decided; investigates nothing"),
    ("customer-liaison", "drafts what users are told; the commander approves it"),
    ("internal-liaison", "calls people in, and tells the house how it stands"),
    (RESOLVER, "knows a system and works on it; reports condition, actions and needs"),
    ("legal", "says what the law asks for, and by when"),
    ("privacy-officer", "decides who must be told of personal data, and keeps those clocks"),
];

/// What a standard role does; `None` for a word of somebody's own.
pub fn duty(role: &str) -> Option<&'static str> {
    ROLES.iter().find(|(word, _)| *word == role).map(|(_, duty)| *duty)
}

/// The standard role that a slip of the finger made this word of.
pub(super) fn meant(role: &str) -> Option<&'static str> {
    let words = || ROLES.iter().map(|(word, _)| *word);
    if words().any(|word| word == role) { None } else { similar(role, words()) }
}

/// Somebody in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub role: Shown,
    pub who: Shown,
    pub since: DateTime<Utc>,
    /// The record by which it began.
    pub seq: Seq,
    /// The hash of the hand-over page that was accepted with it.
    pub page_sha256: Option<String>,
}

/// A role that waits for somebody to accept it. Until then it is where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub role: Shown,
    pub from: Shown,
    pub to: Shown,
    pub at: DateTime<Utc>,
    pub seq: Seq,
}

/// Everybody with a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// In the order in which they took them.
    pub held: Vec<Held>,
    pub offered: Vec<Offered>,
}

impl People {
    /// Those who hold this role.
    pub fn holders<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Held> {
        self.held.iter().filter(move |held| held.role.as_str() == role)
    }

    /// Who decides.
    pub fn commander(&self) -> Option<&Held> {
        self.holders(COMMANDER).next()
    }

    /// What this person holds, the commander's role first.
    pub fn roles_of(&self, who: &Shown) -> Vec<&Shown> {
        let mut roles: Vec<&Shown> =
            self.held.iter().filter(|held| held.who == *who).map(|held| &held.role).collect();
        roles.sort_by_key(|role| role.as_str() != COMMANDER);
        roles
    }

    /// Whether this person holds this role.
    pub fn holds(&self, role: &str, who: &Shown) -> bool {
        self.holders(role).any(|held| held.who == *who)
    }

    /// The offer of this role; the one to `who` before others.
    pub fn offer_of(&self, role: &str, who: Option<&Shown>) -> Option<&Offered> {
        let of_role = || self.offered.iter().filter(|offer| offer.role.as_str() == role);
        of_role().find(|offer| Some(&offer.to) == who).or_else(|| of_role().next())
    }

    /// The same person with the roles that they hold, where none was said.
    pub fn by(&self, by: &By) -> By {
        if by.role.is_some() {
            return by.clone();
        }
        let roles = self.roles_of(&name_of(by));
        let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let role = (!words.is_empty()).then(|| Shown::new(words.join(", ")));
        By { who: by.who.clone(), role }
    }
}

/// Whether one person at a time holds it.
pub fn is_single(role: &str) -> bool {
    role != RESOLVER
}

/// What somebody is called as the holder of a role: on one line.
pub fn name_of(by: &By) -> Shown {
    Shown::new(by.who.one_line())
}
