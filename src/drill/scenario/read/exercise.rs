//! The exercise of a scenario file: its tables one by one, and at the end what they refer to.

use std::cell::RefCell;
use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::drill::fields::{Fields, Source};
use crate::drill::scenario::plan::{InjectKind, Plan};

/// The keys at the top of the file that are read here.
pub(super) const KEYS: [&str; 11] = [
    "version",
    "clock",
    "modules",
    "roles",
    "objectives",
    "claims",
    "injects",
    "duties",
    "hot_wash",
    "scoring",
    "solution",
];

/// What has an id that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::drill::scenario) enum Noun {
    Module,
    Role,
    Objective,
    Claim,
    Inject,
    Expectation,
}

/// What a reference needs beside that its word is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    /// Of an inject: that it is a contingency.
    Contingency,
    /// Of an inject: that one of its options is the best.
    Best,
}

struct Reference {
    at: usize,
    noun: Noun,
    need: Need,
    word: String,
}

/// Where each id stands in the file.
pub(in crate::drill::scenario) type Spots = BTreeMap<(Noun, String), usize>;

/// Reads the tables of the exercise.
pub(super) struct Exercise<'s> {
    pub(super) source: &'s Source<'s>,
    spots: RefCell<Spots>,
    references: RefCell<Vec<Reference>>,
}

/// The exercise of the file with this root, and where its parts stand.
pub(super) fn plan<'s>(source: &'s Source<'s>, root: &DeTable<'_>) -> (Plan, Spots) {
    let reader = Exercise { source, spots: RefCell::default(), references: RefCell::default() };
    let fields = Fields::known(source, root);
    let clock = reader.clock(fields.get("clock"));
    let modules = reader.modules(fields.get("modules"), clock);
    let mut plan = Plan {
        version: fields.optional("version").unwrap_or_else(|| "1".to_owned()),
        clock,
        roles: reader.roles(fields.get("roles")),
        objectives: reader.objectives(fields.get("objectives")),
        claims: reader.claims(fields.get("claims")),
        duties: reader.duties(fields.get("duties")),
        questions: reader.questions(fields.get("hot_wash")),
        scoring: reader.scoring(fields.get("scoring")),
        modules,
        ..Plan::default()
    };
    reader.injects(fields.get("injects"), &mut plan);
    plan.solution = reader.solution(fields.get("solution"), &plan);
    reader.resolve(&plan);
    (plan, reader.spots.into_inner())
}

impl Noun {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Role => "role",
            Self::Objective => "objective",
            Self::Claim => "claim",
            Self::Inject => "inject",
            Self::Expectation => "expectation",
        }
    }
}

impl Exercise<'_> {
    /// The id of a table, which no other of its kind has.
    pub(super) fn name(&self, fields: &Fields<'_, '_, '_>, noun: Noun) -> String {
        let id = fields.id("id");
        if fields.get("id").is_some() {
            let at = fields.place("id");
            let mut spots = self.spots.borrow_mut();
            if let Some(other) = spots.get(&(noun, id.clone())) {
                let (noun, line) = (noun.word(), self.source.line(*other));
                self.source.problem(at, format!("the {noun} `{id}` stands in line {line} already"));
            } else {
                spots.insert((noun, id.clone()), at);
            }
        }
        id
    }

    /// Notes that this word at this place has to be an id.
    pub(super) fn refer(&self, noun: Noun, need: Need, word: &str, at: usize) {
        let word = word.to_owned();
        self.references.borrow_mut().push(Reference { at, noun, need, word });
    }

    /// The id under this key, where it is there.
    pub(super) fn referred(
        &self,
        fields: &Fields<'_, '_, '_>,
        name: &str,
        noun: Noun,
        need: Need,
    ) -> Option<String> {
        let word = fields.optional(name)?;
        self.refer(noun, need, &word, fields.place(name));
        Some(word)
    }

    /// Tells every reference that leads nowhere.
    fn resolve(&self, plan: &Plan) {
        let spots = self.spots.borrow();
        for Reference { at, noun, need, word } in &*self.references.borrow() {
            let fits = |id: &str| match need {
                Need::Nothing => true,
                Need::Contingency => {
                    plan.inject(id).is_some_and(|one| one.kind == InjectKind::Contingency)
                }
                Need::Best => plan.inject(id).is_some_and(|one| one.best.is_some()),
            };
            if !spots.contains_key(&(*noun, word.clone())) {
                let known = spots.keys().filter(|(other, _)| other == noun);
                let known = known.map(|(_, id)| id.as_str()).filter(|id| fits(id));
                self.source.unknown(*at, noun.word(), word, known);
            } else if !fits(word) {
                let (what, mend) = match need {
                    Need::Contingency => {
                        ("is no contingency", "give it `kind = \"contingency\"`, and no time")
                    }
                    _ => ("has no best option", "say which one it is, with `best`"),
                };
                self.source.mend(*at, format!("the inject `{word}` {what}"), mend);
            }
        }
    }
}
