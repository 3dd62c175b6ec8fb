//! `drill`: an exercise, played by people or by itself.

use std::io::BufRead as _;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, bail};

use super::args::Drill;
use super::context::Context;
use super::debrief::Scorecard;
use super::session::{self, Session};
use super::{Outcome, attach, face, open, out};
use crate::drill::{Autopilot, Desk, LeapingClock, shipped};
use crate::incident::Mode;
use crate::journal::Listed;
use crate::text::Shown;

/// Opens a drill: the same playbook, against the range.
pub(super) fn drill(context: &Context, args: &Drill) -> anyhow::Result<Outcome> {
    if args.auto {
        return by_itself(context, args);
    }
    if args.facilitate {
        return facilitate(context, args);
    }
    let Some(name) = args.scenario.clone().map_or_else(chosen, |name| Ok(Some(name)))? else {
        return Ok(Outcome::Good);
    };
    let session = session::open(context, open::drill_material(&name, args.input.clone())?)?;
    face::face(context, &session, &args.face)
}

/// One more face for a drill that somebody plays: it sees what is to come, and holds the controls.
fn facilitate(context: &Context, args: &Drill) -> anyhow::Result<Outcome> {
    let listed = context.find_open(args.scenario.as_deref())?;
    let opened = listed.opened.as_ref().context("its first record cannot be read")?;
    let scenario = session::kept_scenario(context, &listed.dir, opened)?;
    let Some(scenario) = scenario.filter(|_| opened.mode == Mode::Drill) else {
        bail!("{} is no drill: `stanch attach` shows it", opened.codename);
    };
    let desk = Arc::new(Desk::new(Arc::new(scenario)));
    attach::as_facilitator(context, &listed, desk, &args.face)?;
    Ok(Outcome::Good)
}

/// The shipped drills, and the one that a person picks.
fn chosen() -> anyhow::Result<Option<String>> {
    out::line("Drills, each against simulated systems; nothing live can be reached:")?;
    let drills = shipped::drills();
    for (index, document) in drills.iter().enumerate() {
        let title = Shown::new(document.title().unwrap_or_default());
        out::line(format!("{}. {}: {title}", index + 1, document.name))?;
    }
    out::line("Say a number or a name; Enter alone takes the first, which teaches the console.")?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let word = if line.trim().is_empty() { "1" } else { line.trim() };
    let number = word.parse::<usize>().ok().and_then(|number| drills.get(number.checked_sub(1)?));
    Ok(Some(number.map_or(word, |document| document.name).to_owned()))
}

/// The autopilot plays, without a face, on a clock that leaps over every wait.
fn by_itself(context: &Context, args: &Drill) -> anyhow::Result<Outcome> {
    let (sender, ended) = sync_channel(1);
    let (skill, seed) = (args.skill.skill(), args.seed);
    let session = match &args.resume {
        None => {
            let name = args.scenario.as_deref().context("name the drill that is to be played")?;
            let context = context.on(Arc::new(LeapingClock::new(context.clock.now().at)));
            let mut material = open::drill_material(name, args.input.clone())?;
            let plan = session::plan(&material)?;
            if plan.modules.is_empty() {
                bail!("the drill {name} has no modules, and so no end that could be played to");
            }
            material.pilots.push(Box::new(Autopilot::new(plan, skill, seed, sender)));
            material.hurries = true;
            session::open(&context, material)?
        }
        Some(name) => {
            let listed = context.store.find(name)?;
            let context = context.on(Arc::new(LeapingClock::new(left_at(context, &listed))));
            session::resume_with(&context, &listed, &|plan| {
                Box::new(Autopilot::new(plan, skill, seed, sender.clone()))
            })?
        }
    };
    ended.recv().context("the engine ended before the exercise did")?;
    tell(context, &session)?;
    session.handle.stop();
    Ok(Outcome::Good)
}

/// The wall clock of the last record: time goes on from there.
fn left_at(context: &Context, listed: &Listed) -> chrono::DateTime<chrono::Utc> {
    let last = listed.last.as_ref().map(|last| last.at);
    last.unwrap_or_else(|| context.clock.now().at)
}

fn tell(context: &Context, session: &Session) -> anyhow::Result<()> {
    let view = session.handle.idle().context("the engine ended before the exercise did")?;
    let scenario = session.scenario.clone().context("this is no drill")?;
    let scorecard = Scorecard::new(context, scenario, session.dir.clone());
    let score = scorecard.score(&view.state).map_err(anyhow::Error::msg)?;
    out::line(score.text())?;
    out::line(format!("Head of the record: {} (record {})", view.head.spoken(), view.head.seq))?;
    Ok(())
}
