//! `promote`: a step as it is in an incident, as TOML that fits its playbook.

use anyhow::bail;

use super::args::{Promote, Which};
use super::context::Context;
use super::{Outcome, out};
use crate::playbook::Origin;

/// The TOML on standard output, what to do with it on standard error. Bad where the step does not fit
/// the playbook as it was opened: what it needs there is told.
pub(super) fn promote(context: &Context, args: &Promote) -> anyhow::Result<Outcome> {
    let read = context.read(&Which { incident: Some(args.incident.clone()) }, false)?;
    let playbook = &read.state.playbook;
    let changed = playbook.steps.iter().filter(|step| step.origin != Origin::Opened);
    let changed: Vec<&str> = changed.map(|step| step.id.as_str()).collect();
    let Some(step) = playbook.step(&args.step).filter(|step| step.origin != Origin::Opened) else {
        let changed = if changed.is_empty() { "none".to_owned() } else { changed.join(", ") };
        bail!("{} was neither added nor amended in this incident; that were: {changed}", args.step);
    };
    let Some(toml) = playbook.step_text(&step.id) else {
        bail!("the step {} has no text of its own", step.id);
    };
    let (_, opened) = context.playbook_of(&read.listed)?;
    let (fits, what) = match step.origin {
        Origin::Added => (opened.with_step(&toml).map(|_| ()), "belongs into"),
        _ => (opened.amended(&step.id, &toml).map(|_| ()), "stands in the place of the step in"),
    };
    out::line(&toml)?;
    let under = step.under.as_deref().unwrap_or_default();
    let whose = match opened.step(under).map(|step| step.title.as_str()) {
        None => opened.title.clone(),
        Some(title) => format!("the playbook of the step {under}, {title}"),
    };
    match fits {
        Ok(()) => {
            out::note(format!("This {what}: {whose}. It was checked against that."));
            Ok(Outcome::Good)
        }
        Err(problems) => {
            out::note(format!("This does not fit {whose} by itself:"));
            for problem in &problems {
                out::note(problem.to_string());
            }
            Ok(Outcome::Bad)
        }
    }
}
