//! An engine with everything that it needs: record, network, and in a drill the range.

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::context::{Context, PLAYBOOK, SCENARIO, WORLD, part_name};
use super::document::{self, Beside, Text};
use super::{logging, out};
use crate::drill::plan::Plan;
use crate::drill::{RANGE_LOG, Range, Scenario, WorldFile, shipped};

use crate::engine::{
    self, Handle, Launch, Listening, Pilot, Present, Random, SocketError, SystemRandom,
};
use crate::incident::exercise::Briefing;
use crate::incident::{By, Mode, Now, Opened, hex};
use crate::journal::Listed;
use crate::playbook::Playbook;
use crate::text::Shown;
use world::World;

/// A running engine.
pub(super) struct Session {
    pub(super) handle: Handle,
    pub(super) by: By,
    pub(super) codename: String,
    /// What `resume` finds this incident by: the codename, or the directory, as a word for a shell.
    pub(super) resume_by: String,
    /// Where others attach, or why they cannot.
    pub(super) listening: Result<Listening, SocketError>,
    /// As it was opened: a real incident begins with the same.
    pub(super) playbook: Text,
    /// Of the record.
    pub(super) dir: PathBuf,
    /// In a drill.
    pub(super) scenario: Option<Arc<Scenario>>,
    /// In a drill; ends with the session.
    _range: Option<Range>,
}

/// What a new incident is opened on.
pub(super) struct Material {
    pub(super) playbook: Text,
    /// In a drill.
    pub(super) scenario: Option<Text>,
    pub(super) inputs: Vec<(String, String)>,
    pub(super) pilots: Vec<Box<dyn Pilot>>,
    /// The range does not wait: nobody watches.
    pub(super) hurries: bool,
}

impl Material {
    /// A live incident, played by people.
    pub(super) fn live(playbook: Text, inputs: Vec<(String, String)>) -> Self {
        Self { playbook, scenario: None, inputs, pilots: Vec::new(), hurries: false }
    }

    /// A drill, played by people.
    pub(super) fn drill(playbook: Text, scenario: Text, inputs: Vec<(String, String)>) -> Self {
        Self { scenario: Some(scenario), ..Self::live(playbook, inputs) }
    }
}

/// Opens a new incident, or a new drill where there is a scenario.
pub(super) fn open(context: &Context, material: Material) -> anyhow::Result<Session> {
    let playbook = document::parse_playbook(&material.playbook.file, &material.playbook.text)?;
    let scenario = material.scenario.as_ref().map(document::parse_scenario).transpose()?;
    if let Some(scenario) = &scenario {
        fits(scenario, &playbook)?;
    }
    let inputs = inputs(&playbook, &material.inputs)?;
    let mut random = SystemRandom;
    let (incident, codename) = names(&mut random)?;
    // Also a directory says of itself that it is a drill's.
    let dir = match &scenario {
        Some(_) => context.store.place(&format!("drill-{codename}"), &incident),
        None => context.store.place(&codename, &incident),
    };
    let keep = |name: &str, text: &str| context.store.keep_document(&dir, name, text.as_bytes());
    let playbook_sha256 = keep(PLAYBOOK, &material.playbook.text)?;
    for (sha256, text) in parts(&playbook) {
        keep(&part_name(sha256), text)?;
    }
    let scenario_sha256 =
        material.scenario.as_ref().map(|text| keep(SCENARIO, &text.text)).transpose()?;
    if let Some(world) = scenario.as_ref().and_then(|scenario| scenario.world.as_ref()) {
        keep(WORLD, &world.text)?;
    }
    let urls = playbook.backends.iter().map(|one| (one.id.as_str(), one.url.as_str()));
    let mode = if scenario.is_some() { Mode::Drill } else { Mode::Live };
    let opened = Opened {
        incident,
        codename: codename.clone(),
        mode,
        playbook: playbook.id.clone(),
        title: playbook.title.clone(),
        playbook_sha256,
        sub_playbooks: playbook.parts().map(|one| (one.at.clone(), one.sha256.clone())).collect(),
        scenario_sha256,
        exercise: scenario.as_ref().map(|scenario| briefing(scenario, context.clock.now())),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        boot: context.clock.boot(),
        inputs,
        // A profile must not lead a drill's meaning elsewhere, nor its record.
        backends: match mode {
            Mode::Live => context.config.urls(urls),
            Mode::Drill => urls.map(|(id, url)| (id.to_owned(), url.to_owned())).collect(),
        },
    };
    logging::start(&dir);
    let world = World::new(context, &dir, &opened, scenario, material.hurries)?;
    let playbook = playbook.with_urls(&opened.backends);
    let mut pilots = world.directed();
    pilots.extend(material.pilots);
    let launch = launch(context, &dir, playbook, &codename, pilots);
    let handle = engine::open(world.ports, launch, opened)?;
    let dir = std::path::absolute(&dir)?;
    Ok(session(context, handle, (codename, &dir), material.playbook, (world.scenario, world.range)))
}

/// The exercise of a drill that is to be opened.
pub(super) fn plan(material: &Material) -> anyhow::Result<Arc<Plan>> {
    let text = material.scenario.as_ref().context("this is no drill")?;
    Ok(Arc::new(document::parse_scenario(text)?.plan))
}

/// The texts of the sub-playbooks, each once, by its hash.
fn parts(playbook: &Playbook) -> BTreeMap<&str, &str> {
    playbook.parts().map(|one| (one.sha256.as_str(), one.text.as_ref())).collect()
}

/// What the first record says of the drill.
fn briefing(scenario: &Scenario, now: Now) -> Briefing {
    let clock = scenario.plan.clock;
    let rate = scenario.plan.modules.first().map_or(clock.rate, |module| module.rate);
    Briefing {
        scenario: scenario.id.clone(),
        version: scenario.plan.version.clone(),
        title: Shown::new(&scenario.title),
        banner: Shown::new(&scenario.banner),
        start: clock.start.unwrap_or(now.at),
        rate,
        world_sha256: scenario.world.as_ref().map(WorldFile::sha256),
    }
}

/// Takes an incident up, where it was left or in another directory.
pub(super) fn resume(
    context: &Context,
    listed: &Listed,
    continue_in: Option<&Path>,
) -> anyhow::Result<Session> {
    taken_up(context, listed, continue_in, None)
}

/// Takes a drill up, with somebody who plays it.
pub(super) fn resume_with(
    context: &Context,
    listed: &Listed,
    player: &dyn Fn(Arc<Plan>) -> Box<dyn Pilot>,
) -> anyhow::Result<Session> {
    taken_up(context, listed, None, Some(player))
}

fn taken_up(
    context: &Context,
    listed: &Listed,
    continue_in: Option<&Path>,
    player: Option<&dyn Fn(Arc<Plan>) -> Box<dyn Pilot>>,
) -> anyhow::Result<Session> {
    // Where the autopilot plays, nobody watches.
    let hurries = player.is_some();
    let (opened, playbook) = context.playbook_of(listed)?;
    let scenario = kept_scenario(context, &listed.dir, &opened)?;
    // What a record names must be found from anywhere.
    let next = continue_in.map(std::path::absolute).transpose()?;
    let from = std::path::absolute(&listed.dir)?;
    if let Some(next) = &next {
        take_along(context, &from, next, &opened)?;
    }
    let dir = next.as_deref().unwrap_or(&from);
    logging::start(dir);
    let world = World::new(context, dir, &opened, scenario, hurries)?;
    let codename = opened.codename.clone();
    let mut pilots = world.directed();
    pilots.extend(world.plan().zip(player).map(|(plan, player)| player(plan)));
    let launch = launch(context, &from, playbook, &codename, pilots);
    let handle = match &next {
        None => engine::resume(world.ports, launch)?,
        Some(next) => {
            let reason = Shown::new("asked for by --continue-in");
            engine::continue_in(world.ports, launch, next, reason)?
        }
    };
    let text = real_playbook(context, dir, &opened)?;
    Ok(session(context, handle, (codename, dir), text, (world.scenario, world.range)))
}

/// The scenario of a drill as it was when that was opened, with its world.
pub(super) fn kept_scenario(
    context: &Context,
    dir: &Path,
    opened: &Opened,
) -> anyhow::Result<Option<Scenario>> {
    let kept = |name: &str, sha256: &str| -> anyhow::Result<(String, String)> {
        let bytes = context.store.document(dir, name, sha256)?;
        let text = String::from_utf8(bytes).with_context(|| format!("{name} is not text"))?;
        Ok((dir.join(name).display().to_string(), text))
    };
    let Some(sha256) = &opened.scenario_sha256 else { return Ok(None) };
    let (file, text) = kept(SCENARIO, sha256)?;
    let world = match world_sha256(opened) {
        None => None,
        Some(sha256) => {
            let (file, text) = kept(WORLD, sha256)?;
            Some(WorldFile { file, text })
        }
    };
    let text = Text { file, text, beside: Beside::Kept(world) };
    document::parse_scenario(&text).map(Some)
}

fn world_sha256(opened: &Opened) -> Option<&String> {
    opened.exercise.as_ref()?.world_sha256.as_ref()
}

/// What a real incident would begin with: the shipped one of this name, else the kept one.
fn real_playbook(context: &Context, dir: &Path, opened: &Opened) -> anyhow::Result<Text> {
    if shipped::playbook(&opened.playbook).is_some() {
        return document::playbook_text(&opened.playbook);
    }
    let bytes = context.store.document(dir, PLAYBOOK, &opened.playbook_sha256)?;
    let text = String::from_utf8(bytes).context("the kept playbook is not text")?;
    let (file, beside) = (dir.join(PLAYBOOK).display().to_string(), Beside::Disk);
    Ok(Text { file, text, beside })
}

fn session(
    context: &Context,
    handle: Handle,
    (codename, dir): (String, &Path),
    playbook: Text,
    (scenario, range): (Option<Arc<Scenario>>, Option<Range>),
) -> Session {
    let resume_by = context.resume_by(&codename, dir);
    let by = context.config.by();
    let own = Present { by: by.clone(), may_act: true };
    let runtime = context.environment.runtime_directory();
    let listening = engine::listen(&handle, &runtime, dir, Some(own));
    Session {
        handle,
        by,
        codename,
        resume_by,
        listening,
        playbook,
        dir: dir.to_owned(),
        scenario,
        _range: range,
    }
}

/// Makes the directory of the next segment, with all that it needs when the disk of the last one is
/// gone: the documents, and in a drill the simulated world as it is.
fn take_along(context: &Context, from: &Path, next: &Path, opened: &Opened) -> anyhow::Result<()> {
    let store = &context.store;
    store.refuse_record(next)?;
    let parts: BTreeSet<&String> = opened.sub_playbooks.values().collect();
    let parts = parts.into_iter().map(|sha256| (part_name(sha256), sha256));
    let scenario = opened.scenario_sha256.as_ref().map(|sha256| (SCENARIO.to_owned(), sha256));
    let world = world_sha256(opened).map(|sha256| (WORLD.to_owned(), sha256));
    let playbook = (PLAYBOOK.to_owned(), &opened.playbook_sha256);
    for (name, sha256) in std::iter::once(playbook).chain(parts).chain(scenario).chain(world) {
        let bytes = store.document(from, &name, sha256)?;
        if std::fs::read(next.join(&name)).is_ok_and(|there| there != bytes) {
            bail!("there is another {name} in {}; name a new directory", next.display());
        }
        store.keep_document(next, &name, &bytes)?;
    }
    if opened.mode == Mode::Drill {
        match std::fs::read(from.join(RANGE_LOG)) {
            Ok(bytes) => drop(store.keep_document(next, RANGE_LOG, &bytes)?),
            Err(error) => out::note(format!(
                "stanch: the simulated world begins anew, since {} cannot be read: {error}",
                from.join(RANGE_LOG).display()
            )),
        }
    }
    Ok(())
}

fn launch(
    context: &Context,
    dir: &Path,
    playbook: Playbook,
    codename: &str,
    pilots: Vec<Box<dyn Pilot>>,
) -> Launch {
    Launch {
        dir: dir.to_owned(),
        playbook: Arc::new(playbook),
        by: context.config.by(),
        emergency: context.emergency(codename),
        pilots,
    }
}

fn fits(scenario: &Scenario, playbook: &Playbook) -> anyhow::Result<()> {
    let missing = scenario.missing_for(playbook);
    if missing.is_empty() { Ok(()) } else { bail!("{}", missing.join("\n")) }
}

/// The inputs at the start: what was given, else the defaults.
pub(super) fn inputs(
    playbook: &Playbook,
    given: &[(String, String)],
) -> anyhow::Result<BTreeMap<String, String>> {
    let known = |name: &String| playbook.inputs.iter().any(|input| input.id == *name);
    if let Some((name, _)) = given.iter().find(|(name, _)| !known(name)) {
        let names: Vec<&str> = playbook.inputs.iter().map(|input| input.id.as_str()).collect();
        bail!("the playbook has no input {name}; it has: {}", names.join(", "));
    }
    let default = |input: &crate::playbook::Input| {
        let given = given.iter().rev().find(|(name, _)| *name == input.id);
        let value = given.map(|(_, value)| value.clone()).or_else(|| input.default.clone());
        value.map(|value| (input.id.clone(), value))
    };
    Ok(playbook.inputs.iter().filter_map(default).collect())
}

/// A random id, and two words that people can say.
fn names(random: &mut dyn Random) -> anyhow::Result<(String, String)> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes).context("the system has no randomness")?;
    let pick = |words: &[&'static str], byte: u8| words[usize::from(byte) % words.len()];
    let codename = format!("{}-{}", pick(&COLOURS, bytes[14]), pick(&BIRDS, bytes[15]));
    Ok((hex(&bytes), codename))
}

const COLOURS: [&str; 24] = [
    "amber", "ash", "azure", "brass", "bronze", "chalk", "copper", "coral", "cream", "flint",
    "golden", "indigo", "ivory", "jade", "lilac", "mossy", "ochre", "olive", "pearl", "rusty",
    "sandy", "silver", "slate", "teal",
];

const BIRDS: [&str; 24] = [
    "avocet", "bittern", "bunting", "condor", "curlew", "dipper", "dunlin", "falcon", "gannet",
    "grebe", "heron", "hobby", "ibis", "kestrel", "lapwing", "linnet", "merlin", "osprey",
    "petrel", "plover", "puffin", "siskin", "tern", "wren",
];
