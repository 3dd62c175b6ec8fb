//! `drill score` and `drill compare`: what drills came to. Nothing is recorded by it.

use anyhow::{Context as _, bail};

use super::args::{DrillCompare, DrillEdition, DrillScore, ScoreFormat, Which};
use super::context::{Context, Read};
use super::export::deliver;
use super::{Outcome, out, session};
use crate::drill::{Comparison, Scenario, Score};
use crate::export::{Edition, after_action, improvement_csv};
use crate::incident::Mode;
use crate::journal::Listed;

/// A drill that was read, with its scenario.
struct Played {
    score: Score,
    scenario: Scenario,
    is_damaged: bool,
}

/// The scorecard of one drill, or its report.
pub(super) fn score(context: &Context, args: &DrillScore) -> anyhow::Result<Outcome> {
    let name = match &args.incident {
        Some(name) => name.clone(),
        None => newest(context)?,
    };
    let played = played(context, &name)?;
    if played.score.end.how.is_none() && args.edition == DrillEdition::Player {
        bail!(
            "{} is not over, and its score tells what is to come; \
             --edition controller shows how it stands",
            played.score.incident.codename
        );
    }
    let bytes = document(&played, args)?;
    deliver(context, &bytes, args.output.as_deref(), Mode::Drill)?;
    Ok(if played.is_damaged { Outcome::Bad } else { Outcome::Good })
}

fn document(played: &Played, args: &DrillScore) -> anyhow::Result<Vec<u8>> {
    let score = &played.score;
    let edition = match args.edition {
        DrillEdition::Player => Edition::Player,
        DrillEdition::Controller => Edition::Controller,
    };
    let text = match args.format {
        ScoreFormat::Text => score.text(),
        ScoreFormat::Json => format!("{}\n", serde_json::to_string_pretty(score)?),
        ScoreFormat::Toml => toml::to_string(score)?,
        ScoreFormat::Markdown => after_action(score, &played.scenario, edition),
        ScoreFormat::Csv => improvement_csv(score),
    };
    Ok(text.into_bytes())
}

/// Runs of one scenario side by side.
pub(super) fn compare(context: &Context, args: &DrillCompare) -> anyhow::Result<Outcome> {
    let mut scores = Vec::new();
    let mut outcome = Outcome::Good;
    for name in &args.incidents {
        let played = played(context, name)?;
        if played.is_damaged {
            outcome = Outcome::Bad;
        }
        scores.push(played.score);
    }
    let comparison = Comparison::of(&scores)?;
    if args.json {
        out::raw(format!("{}\n", serde_json::to_string_pretty(&comparison)?).as_bytes())?;
    } else {
        out::raw(comparison.text().as_bytes())?;
    }
    Ok(outcome)
}

/// The name of the drill that was opened last.
fn newest(context: &Context) -> anyhow::Result<String> {
    let all = context.store.list()?;
    let drills = all
        .into_iter()
        .filter(|listed| listed.opened.as_ref().is_some_and(|opened| opened.mode == Mode::Drill));
    let newest = drills.max_by_key(|listed| listed.opened_at);
    let newest = newest.and_then(|listed| Some(listed.opened?.incident));
    newest.context("there is no drill yet; `stanch drill` begins one")
}

fn played(context: &Context, name: &str) -> anyhow::Result<Played> {
    let Read { listed, folded, entries, .. } =
        context.read(&Which { incident: Some(name.to_owned()) }, true)?;
    if let Some(finding) = &folded.finding {
        out::note(format!("stanch: the score ends before the damage: {finding}"));
    }
    let scenario = scenario(context, &listed)?;
    // As it was when it was opened: what was amended since stands in the record.
    let (playbook, _) = context.playbook_or_none(&listed);
    let score = Score::of(&scenario, playbook.into(), entries.into_iter());
    Ok(Played { score, scenario, is_damaged: folded.finding.is_some() })
}

/// The scenario that a drill was opened on, as its directory keeps it.
fn scenario(context: &Context, listed: &Listed) -> anyhow::Result<Scenario> {
    let dir = listed.dir.display();
    let opened = listed.opened.as_ref().with_context(|| {
        format!(
            "the first record in {dir} cannot be read; `stanch verify` says where it is damaged"
        )
    })?;
    if opened.mode != Mode::Drill {
        bail!("{} is no drill: there is nothing to score", opened.codename);
    }
    if opened.exercise.is_none() {
        bail!("{} was recorded before drills had a clock: there is no score", opened.codename);
    }
    let kept = session::kept_scenario(context, &listed.dir, opened)?;
    kept.context("the first record of this drill names no scenario")
}
