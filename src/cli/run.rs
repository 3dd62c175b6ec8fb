//! `run`: a playbook walked without a face, from written answers.

use std::sync::mpsc::sync_channel;

use anyhow::Context as _;

use super::args::Run;
use super::context::Context;
use super::open::drill_material;
use super::session::{self, Material};
use super::{Outcome, document, out};
use crate::incident::{Seq, StepKey};
use crate::pilot::{Answers, End, Script};

/// Walks to the end, or to where the answers do not reach; prints the record in words as it grows.
pub(super) fn run(context: &Context, args: &Run) -> anyhow::Result<Outcome> {
    let file = args.answers.as_deref().context("name the answers with --answers")?;
    let text = std::fs::read_to_string(file);
    let file = file.display();
    let text = text.with_context(|| format!("the answers {file} cannot be read"))?;
    let answers = Answers::read(&text).with_context(|| format!("{file} has a problem"))?;
    let mut material = match (&args.drill, &args.playbook) {
        (Some(scenario), _) => drill_material(scenario, args.input.clone())?,
        (None, Some(playbook)) => {
            Material::live(document::playbook_text(playbook)?, args.input.clone())
        }
        (None, None) => anyhow::bail!("name a playbook, or a drill with --drill"),
    };
    if let (Some(_), Some(playbook)) = (&args.drill, &args.playbook) {
        material.playbook = document::playbook_text(playbook)?;
    }
    let playbook = document::parse_playbook(&material.playbook.file, &material.playbook.text)?;
    let unknown = |name: &&String| {
        let key = StepKey::named(name);
        let step = playbook.step(&key.id);
        step.is_none_or(|step| key.member.is_some() && step.each.is_none())
    };
    if let Some(step) = answers.steps.keys().find(unknown) {
        let steps: Vec<&str> = playbook.steps.iter().map(|step| step.id.as_str()).collect();
        anyhow::bail!(
            "{file} answers a step {step} that the playbook does not have; it has {}",
            steps.join(", ")
        );
    }
    let (sender, ended) = sync_channel(1);
    material.pilots.push(Box::new(Script::new(context.config.by(), answers, sender)));
    let session = session::open(context, material)?;
    let end = ended.recv().context("the engine ended before the walk did")?;
    let view = session.handle.idle().context("the engine ended before the walk did")?;
    let mut printed: Seq = 0;
    while printed <= view.head.seq {
        let last = (printed + 999).min(view.head.seq);
        for entry in session.handle.entries(printed..=last)? {
            out::line(crate::command::record_line(&entry, &view.state).line())?;
        }
        printed = last + 1;
    }
    session.handle.stop();
    out::line(format!("Head of the record: {} (record {})", view.head.spoken(), view.head.seq))?;
    Ok(match end {
        End::Walked => Outcome::Good,
        End::Stuck { step, why } => {
            out::note(format!("stanch: stuck at {step}: {why}"));
            out::note(format!("To go on by hand: stanch resume {}", session.resume_by));
            Outcome::Bad
        }
    })
}
