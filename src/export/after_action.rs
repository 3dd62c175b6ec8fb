//! The after-action report with its improvement plan (HSEEP), of a drill.
//!
//! Its facts are those of the score. Judgement is left to people: what it cannot know stands as "to
//! be written". It tells what happened and not who: names stay in the record.

mod areas;
mod conduct;
mod plan;

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::markdown::code;
use crate::drill::score::{Expected, Mark, Score, seconds_words};
use crate::drill::{Scenario, plan::Rating};
use crate::incident::exercise::Judged;

pub use plan::improvement_csv;

/// For whom the report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Without what only those who run the exercise may know: it may be played again.
    Player,
    /// With evaluators' notes, best options, verdicts that people set, and faults.
    Controller,
}

/// What a report is made from.
struct Report<'a> {
    score: &'a Score,
    scenario: &'a Scenario,
    edition: Edition,
}

/// The whole document; `scenario` is the one that was played.
pub fn after_action(score: &Score, scenario: &Scenario, edition: Edition) -> String {
    let report = Report { score, scenario, edition };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = report
        .head(&mut out)
        .and_then(|()| report.overview(&mut out))
        .and_then(|()| report.summary(&mut out))
        .and_then(|()| report.objectives(&mut out))
        .and_then(|()| report.times(&mut out))
        .and_then(|()| report.strengths(&mut out))
        .and_then(|()| report.areas(&mut out))
        .and_then(|()| report.faults(&mut out))
        .and_then(|()| report.injects(&mut out))
        .and_then(|()| report.hot_wash(&mut out))
        .and_then(|()| report.improvement_plan(&mut out))
        .and_then(|()| report.conduct(&mut out))
        .and_then(|()| report.record(&mut out));
    out
}

impl Report<'_> {
    fn is_for_controllers(&self) -> bool {
        self.edition == Edition::Controller
    }

    /// A section's head: whoever prints one page of it has the banner on it.
    fn section(&self, out: &mut String, title: &str) -> std::fmt::Result {
        writeln!(out, "## {title}\n")?;
        self.banner(out)
    }

    fn banner(&self, out: &mut String) -> std::fmt::Result {
        let banner = code(&self.score.banner);
        writeln!(out, "> **{banner}** DRILL: nothing of this happened to a live system.\n")
    }

    fn head(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "# After-action report and improvement plan: {}\n",
            code(&self.score.scenario.title)
        )?;
        self.banner(out)?;
        let edition = match self.edition {
            Edition::Player => "Players' edition.",
            Edition::Controller => {
                "Controllers' edition: it holds what nobody may read who is to play this scenario."
            }
        };
        writeln!(out, "{edition}\n")
    }

    fn overview(&self, out: &mut String) -> std::fmt::Result {
        let score = self.score;
        self.section(out, "Exercise overview")?;
        writeln!(out, "| | |\n|---|---|")?;
        let mut row = |name: &str, value: String| writeln!(out, "| {name} | {value} |");
        row("Exercise", code(&score.scenario.title))?;
        row("Scenario", format!("{} {}", code(&score.scenario.id), code(&score.scenario.version)))?;
        row("Kind", "functional exercise against simulated systems".to_owned())?;
        row("Playbook", code(&score.incident.playbook))?;
        row("Incident", code(&score.incident.codename))?;
        row("Began", score.incident.opened_at.map_or_else(to_be_written, utc))?;
        row("Ended", score.end.at.map_or_else(to_be_written, |at| utc(at.wall)))?;
        row("Played", format!("{} min by the wall", score.conduct.wall_minutes))?;
        row("Scenario time", scenario_time(score))?;
        row("Took part", people(score))?;
        row("Scope", TO_BE_WRITTEN.to_owned())?;
        row("Sponsor", TO_BE_WRITTEN.to_owned())?;
        row("Contact", TO_BE_WRITTEN.to_owned())?;
        if !self.scenario.text.trim().is_empty() {
            writeln!(out, "\nWhat players were told at the start:\n")?;
            fenced(out, &self.scenario.text)?;
        }
        writeln!(out)
    }

    fn summary(&self, out: &mut String) -> std::fmt::Result {
        let (score, total) = (self.score, &self.score.total);
        self.section(out, "Executive summary")?;
        write!(out, "The exercise came to {} of {} points", total.points, total.of)?;
        if total.hint_cost > crate::drill::score::Points::default() {
            write!(out, ", after {} for hints", total.hint_cost)?;
        }
        if let Some(share) = total.weighted_percent {
            write!(out, ", {share} % by the weights of its objectives")?;
        }
        writeln!(
            out,
            ". Of {} expectations {} were met in time, {} late, {} missed; {} could not be observed, \
             {} did not count.\n",
            score.expectations.len(),
            total.met,
            total.late,
            total.missed,
            total.not_observed,
            total.void
        )?;
        for rating in [Rating::P, Rating::S, Rating::M, Rating::U] {
            let rated: Vec<String> = score
                .objectives
                .iter()
                .filter(|one| one.rating == Some(rating))
                .map(|one| code(&one.title))
                .collect();
            if !rated.is_empty() {
                writeln!(out, "- {}: {}", capitalised(rating.words()), rated.join(", "))?;
            }
        }
        let missed = score.expectations.iter();
        let missed: Vec<String> = missed
            .filter(|one| one.critical && one.verdict == Judged::Missed)
            .map(|one| code(&one.title))
            .collect();
        if !missed.is_empty() {
            writeln!(out, "- Critical, and missed: {}", missed.join(", "))?;
        }
        writeln!(out, "- How it ended: {}", code(score.end.words()))?;
        if !score.conduct.comparable {
            let note = code(&score.conduct.comparable_note);
            writeln!(out, "- Not to be compared with other runs by its totals: {note}")?;
        }
        writeln!(out)
    }

    fn objectives(&self, out: &mut String) -> std::fmt::Result {
        self.section(out, "Objectives and ratings")?;
        writeln!(out, "| Objective | Target | Weight | Points | Of | Rating | By |")?;
        writeln!(out, "|---|---|---|---|---|---|---|")?;
        for one in &self.score.objectives {
            let rating = one.rating.map_or_else(
                || "not observed".to_owned(),
                |rating| format!("**{}**", rating.letter()),
            );
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {rating} | {} |",
                code(&one.title),
                code(&one.target),
                one.weight,
                one.points,
                one.of,
                one.rating_by
            )?;
        }
        writeln!(
            out,
            "\nP: performed without challenges; all was met in time. S: with some challenges; all \
             that is critical was met in time, and at least 70 % of the points. M: with major \
             challenges. U: unable to be performed.\n"
        )
    }

    fn times(&self, out: &mut String) -> std::fmt::Result {
        if self.score.timing.is_empty() {
            return Ok(());
        }
        self.section(out, "Times")?;
        writeln!(out, "| Time to | Scenario | Played | Target | Verdict |")?;
        writeln!(out, "|---|---|---|---|---|")?;
        for one in &self.score.timing {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                code(&one.metric),
                measured(one.sim_s),
                measured(one.wall_s),
                seconds_words(one.target_s),
                one.status.word()
            )?;
        }
        writeln!(out)
    }

    fn strengths(&self, out: &mut String) -> std::fmt::Result {
        self.section(out, "Strengths")?;
        let mut met: Vec<&Expected> = self.score.expectations.iter().collect();
        met.retain(|one| one.verdict == Judged::Met);
        met.sort_by_key(|one| !one.critical);
        for one in &met {
            let critical = if one.critical { ", critical" } else { "" };
            writeln!(out, "- {}{critical}: {}", code(&one.title), taken(one))?;
        }
        let told = &self.score.execution;
        if told.mutations.of > 0 && told.mutations.proven == told.mutations.of {
            writeln!(out, "- Every change was proven before it was taken as done.")?;
        }
        if told.unknown_outcomes.by_probe > 0 {
            writeln!(
                out,
                "- Outcomes in doubt that were looked at before anything was sent again: {}.",
                told.unknown_outcomes.by_probe
            )?;
        }
        if met.is_empty() {
            writeln!(out, "No expectation was met in time.")?;
        }
        writeln!(out)
    }
}

pub(super) const TO_BE_WRITTEN: &str = "_to be written_";

fn to_be_written() -> String {
    TO_BE_WRITTEN.to_owned()
}

fn measured(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "not measured".to_owned(), seconds_words)
}

/// How long it took, of how long.
fn taken(one: &Expected) -> String {
    match one.sim_s {
        Some(seconds) if seconds < 0 => format!("{} of its time", seconds_words(seconds)),
        Some(seconds) => format!("{} of {}", seconds_words(seconds), seconds_words(one.within_s)),
        None => "as a person saw it".to_owned(),
    }
}

fn scenario_time(score: &Score) -> String {
    let first = score.injects.first().and_then(|one| one.arrived);
    let part = |mark: Option<Mark>| mark.map_or_else(to_be_written, |mark| utc(mark.sim));
    format!("{} to {}", part(first), part(score.end.at))
}

fn people(score: &Score) -> String {
    let roles: Vec<String> = score.conduct.roles.iter().map(code).collect();
    let roles = if roles.is_empty() { String::new() } else { format!(": {}", roles.join(", ")) };
    match score.conduct.people {
        1 => format!("one person{roles}"),
        count => format!("{count} people{roles}"),
    }
}

fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A block that nothing inside can end.
fn fenced(out: &mut String, text: &str) -> std::fmt::Result {
    let text = crate::text::Shown::new(text);
    let longest = text.as_str().split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}text\n{}\n{fence}", text.as_str().trim_end())
}
