//! `open` and `resume`: an engine with a face.

use super::args::{Open, Resume};
use super::context::Context;
use super::document;
use super::session::{self, Material};
use super::{Outcome, attach, face};

/// Opens a live incident.
pub(super) fn open(context: &Context, args: &Open) -> anyhow::Result<Outcome> {
    let playbook = document::playbook_text(&args.playbook)?;
    let material = Material::live(playbook, args.input.clone());
    let session = session::open(context, material)?;
    face::face(context, &session, &args.face)
}

/// A scenario with the playbook that it is for: the shipped one of that name, or the one that
/// stands above the scenario's directory.
pub(super) fn drill_material(
    scenario: &str,
    inputs: Vec<(String, String)>,
) -> anyhow::Result<Material> {
    let text = document::scenario_text(scenario)?;
    let parsed = document::parse_scenario(&text)?;
    let playbook = match playbook_beside(scenario) {
        Some(path) => document::playbook_text(&path)?,
        None => document::playbook_text(&parsed.playbook)?,
    };
    Ok(Material::drill(playbook, text, inputs))
}

/// The file of the playbook that stands above the directory of a scenario's file.
pub(super) fn playbook_beside(scenario: &str) -> Option<String> {
    let drills = std::path::Path::new(scenario).parent()?;
    let path = drills.parent()?.join("playbook.toml");
    path.is_file().then(|| path.display().to_string())
}

/// Takes an incident or a drill up where it was left.
pub(super) fn resume(context: &Context, args: &Resume) -> anyhow::Result<Outcome> {
    let listed = context.find(&args.which)?;
    match session::resume(context, &listed, args.continue_in.as_deref()) {
        Ok(session) => face::face(context, &session, &args.face),
        Err(error) => attach::instead(context, &listed, error, &args.face),
    }
}
