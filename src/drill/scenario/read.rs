//! From the text of a scenario file to a checked [`Scenario`], or every problem in it.

mod act;
mod clock;
mod close;
mod event;
mod exercise;
mod expect;
mod fault;
mod hosts;
mod inject;
mod people;
mod refer;
mod route;
mod solution;
mod warn;
mod world;

use chrono::TimeDelta;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use self::world::World;
use super::{CheckedScenario, Scenario, WorldFile, WorldLibrary};
use crate::drill::fields::{Fields, Source};
use crate::drill::plan::{Inject, InjectKind, Trigger};
use crate::incident::exercise::{Delivery, Inject as Message};
use crate::incident::hex;
use crate::playbook::{FILE_LIMIT, Problem};
use crate::text::{Shown, is_hidden};

type Item<'v, 'i> = &'v Spanned<DeValue<'i>>;

/// The keys of a scenario itself.
const KEYS: [&str; 7] = ["format", "id", "title", "text", "playbook", "banner", "world"];

/// What routes may refer to.
struct Reader<'s> {
    source: &'s Source<'s>,
    backends: &'s [String],
    vantages: &'s [String],
    state: &'s Map<String, Value>,
}

/// Reads the whole file, and the world that it shares with others.
pub(super) fn read(file: &str, text: &str, library: &WorldLibrary<'_>) -> CheckedScenario {
    let source = Source::new(if text.len() > FILE_LIMIT { "" } else { text });
    let Some(root) = root(&source, text) else {
        let (problems, warnings) = source.finish(file);
        return CheckedScenario { scenario: None, problems, warnings };
    };
    let root = root.get_ref();
    let known = [&KEYS[..], &self::world::KEYS, &["faults"], &exercise::KEYS].concat();
    let fields = Fields::new(&source, root, 0, &known);
    fields.required("format");
    format(&fields);
    let shared = fields.get("world").map(|value| shared(&source, value, library));
    let (shared, mut of_world) = match shared {
        None => (Ok(None), Vec::new()),
        Some(Ok((file, world, problems))) => (Ok(Some((file, world))), problems),
        Some(Err(())) => (Err(()), Vec::new()),
    };
    let (plan, spots) = exercise::plan(&source, root);
    warn::warn(&source, &plan, &spots);
    let head = Scenario {
        id: fields.text("id"),
        title: fields.text("title"),
        text: fields.optional_text("text"),
        playbook: fields.text("playbook"),
        banner: fields.text("banner"),
        plan,
        ..Scenario::default()
    }
    .with_briefing();
    // Without its world, what refers to that would only look wrong.
    let scenario = match shared {
        Ok(shared) if of_world.is_empty() => {
            let (file, world) = shared.unzip();
            let world = self::world::world(&source, root, world);
            Some(head.with(world, file, text))
        }
        _ => None,
    };
    let (mut problems, warnings) = source.finish(file);
    problems.append(&mut of_world);
    CheckedScenario { scenario: scenario.filter(|_| problems.is_empty()), problems, warnings }
}

/// The tables of a text; `None` where it is no TOML, which is told.
fn root<'t>(source: &Source<'_>, text: &'t str) -> Option<Spanned<DeTable<'t>>> {
    if text.len() > FILE_LIMIT {
        source.problem(0, format!("this file is larger than {FILE_LIMIT} bytes, it is not read"));
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(text.len(), |span| span.start);
        // A hidden character was told already, in better words.
        if !text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_hidden) {
            source.problem(at, format!("this is not TOML: {}", error.message()));
        }
    }
    // A table that fell apart would only cause problems that are none.
    errors.is_empty().then_some(root)
}

fn format(fields: &Fields<'_, '_, '_>) {
    fields.only("format", &Value::from(1), "this version reads `format = 1` only");
}

/// The world of another file with its problems; `Err` where there is none, which is told.
fn shared(
    source: &Source<'_>,
    value: Item<'_, '_>,
    library: &WorldLibrary<'_>,
) -> Result<(WorldFile, World, Vec<Problem>), ()> {
    let path = source.text_of(value).ok_or(())?;
    let at = value.span().start;
    if path.starts_with(['/', '~', '\\']) || path.contains("://") {
        source.problem(at, "`world` is a path from the directory of this scenario");
        return Err(());
    }
    let found = library(path).map_err(|why| {
        source.problem(at, format!("the world `{path}` cannot be read: {why}"));
    })?;
    let of_file = Source::new(if found.text.len() > FILE_LIMIT { "" } else { &found.text });
    let world = root(&of_file, &found.text).map(|root| {
        let known = [&["format"], &self::world::KEYS[..]].concat();
        format(&Fields::new(&of_file, root.get_ref(), 0, &known));
        let mut world = self::world::world(&of_file, root.get_ref(), None);
        world.routes.iter_mut().for_each(|route| route.is_shared = true);
        world
    });
    let (problems, _) = of_file.finish(&found.file);
    Ok((found, world.unwrap_or_default(), problems))
}

/// The id of the message that every exercise with a text begins with.
const BRIEFING: &str = "briefing";

impl Scenario {
    /// What is told to those who play comes as the first of all messages.
    fn with_briefing(mut self) -> Self {
        let has_one = self.plan.inject(BRIEFING).is_some();
        if self.text.trim().is_empty() || self.plan.injects.is_empty() || has_one {
            return self;
        }
        let message = Message {
            inject: BRIEFING.to_owned(),
            channel: "brief".to_owned(),
            from: Shown::new("Whoever runs the exercise"),
            to: Vec::new(),
            subject: Shown::new(&self.title),
            body: Shown::new(self.text.trim()),
            options: Vec::new(),
            why: Delivery::Planned,
            original: None,
        };
        let briefing = Inject {
            line: 1,
            message,
            kind: InjectKind::Facilitation,
            when: Trigger::At(TimeDelta::zero()),
            best: None,
            evaluator: Shown::default(),
            claims: Vec::new(),
        };
        self.plan.injects.insert(0, briefing);
        self
    }

    /// The same with its world, and the hash of all that it was read from.
    fn with(self, world: World, shared: Option<WorldFile>, text: &str) -> Self {
        let own = hex(&Sha256::digest(text));
        let sha256 = match &shared {
            None => own,
            Some(shared) => hex(&Sha256::digest(format!("{own} {}", shared.sha256()))),
        };
        let World { backends, hosts, vantages, state, refuses, routes, faults } = world;
        let world = shared;
        Self { backends, hosts, vantages, state, refuses, routes, faults, world, sha256, ..self }
    }
}
