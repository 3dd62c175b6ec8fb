//! Runs of one scenario side by side: per expectation and per time, never by totals or persons.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::points::Points;
use super::{Score, seconds_words};
use crate::incident::exercise::Judged;
use crate::text::Shown;

/// Several runs, the oldest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// `stanch.comparison/1`.
    pub schema: &'static str,
    pub drill: bool,
    pub banner: Shown,
    pub scenario: String,
    pub runs: Vec<Run>,
    pub times: Vec<Compared>,
    pub expectations: Vec<Compared>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    pub codename: String,
    pub opened_at: Option<DateTime<Utc>>,
    pub points: Points,
    pub of: Points,
    pub scenario_version: String,
    pub scenario_sha256: String,
    /// It counts in the trends: comparable, and of the very file of the newest run.
    pub counts: bool,
    /// Why it does not; empty where it does.
    pub note: Shown,
}

/// An expectation, or a time, in all runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its id, or what the time is called.
    pub id: String,
    pub title: Shown,
    /// For each run; `None`: it has no such expectation.
    pub cells: Vec<Option<Cell>>,
    pub trend: Trend,
}

/// In one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cell {
    pub verdict: Judged,
    /// Scenario seconds; `None`: not measured.
    pub sim_s: Option<i64>,
    /// Seconds of play, by the wall.
    pub wall_s: Option<i64>,
}

/// From the first run that counts to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    Faster,
    Slower,
    Same,
    /// The verdict is a better one; the time cannot be compared.
    Better,
    Worse,
    /// Fewer than two runs tell.
    Unknown,
}

impl Trend {
    /// The word in every table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Same => "same",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Unknown => "-",
        }
    }
}

/// Why runs cannot be put side by side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    #[error("at least two drills are compared; name another one")]
    TooFew,
    #[error(
        "{one} is a run of the scenario {first}, {other} one of {second}; only runs of one scenario \
         are compared"
    )]
    OtherScenario { one: String, first: String, other: String, second: String },
}

impl Comparison {
    /// Puts runs side by side, in whatever order they are given.
    pub fn of(scores: &[Score]) -> Result<Self, CompareError> {
        let mut scores: Vec<&Score> = scores.iter().collect();
        scores.sort_by_key(|score| score.incident.opened_at);
        let (Some(oldest), Some(newest), true) = (scores.first(), scores.last(), scores.len() > 1)
        else {
            return Err(CompareError::TooFew);
        };
        if let Some(other) = scores.iter().find(|one| one.scenario.id != newest.scenario.id) {
            return Err(CompareError::OtherScenario {
                one: newest.incident.codename.clone(),
                first: newest.scenario.id.clone(),
                other: other.incident.codename.clone(),
                second: other.scenario.id.clone(),
            });
        }
        let runs: Vec<Run> = scores.iter().map(|score| run(score, newest)).collect();
        let counts: Vec<bool> = runs.iter().map(|run| run.counts).collect();
        Ok(Self {
            schema: "stanch.comparison/1",
            drill: true,
            banner: newest.banner.clone(),
            scenario: oldest.scenario.id.clone(),
            runs,
            times: times(&scores, &counts),
            expectations: expectations(&scores, &counts),
        })
    }
}

fn run(score: &Score, newest: &Score) -> Run {
    let mut notes = Vec::new();
    if !score.conduct.comparable {
        notes.push(score.conduct.comparable_note.to_string());
    }
    if score.scenario.sha256 != newest.scenario.sha256 {
        notes.push("the scenario was another one then".to_owned());
    } else if score.scenario.world_sha256 != newest.scenario.world_sha256 {
        notes.push("its world was another one then".to_owned());
    }
    Run {
        codename: score.incident.codename.clone(),
        opened_at: score.incident.opened_at,
        points: score.total.points,
        of: score.total.of,
        scenario_version: score.scenario.version.clone(),
        scenario_sha256: score.scenario.sha256.clone(),
        counts: notes.is_empty(),
        note: Shown::new(notes.join("; ")),
    }
}

/// In the order of the newest run, then those that it has no more.
fn ids<'a>(
    scores: &[&'a Score],
    of: impl Fn(&'a Score) -> Vec<(&'a str, Shown)>,
) -> Vec<(&'a str, Shown)> {
    let mut all: Vec<(&str, Shown)> = Vec::new();
    for score in scores.iter().rev() {
        for (id, title) in of(score) {
            if all.iter().all(|(known, _)| *known != id) {
                all.push((id, title));
            }
        }
    }
    all
}

fn expectations(scores: &[&Score], counts: &[bool]) -> Vec<Compared> {
    let ids = ids(scores, |score| {
        score.expectations.iter().map(|one| (one.id.as_str(), one.title.clone())).collect()
    });
    let compared = ids.into_iter().map(|(id, title)| {
        let cells = scores.iter().map(|score| {
            let one = score.expected(id)?;
            Some(Cell { verdict: one.verdict, sim_s: one.sim_s, wall_s: one.wall_s })
        });
        compared(id.to_owned(), title, cells.collect(), counts)
    });
    compared.collect()
}

fn times(scores: &[&Score], counts: &[bool]) -> Vec<Compared> {
    let ids = ids(scores, |score| {
        score.timing.iter().map(|one| (one.to.as_str(), Shown::new(&one.metric))).collect()
    });
    let compared = ids.into_iter().map(|(to, metric)| {
        let cells = scores.iter().map(|score| {
            let one = score.timing.iter().find(|one| one.to == to)?;
            Some(Cell { verdict: one.status, sim_s: one.sim_s, wall_s: one.wall_s })
        });
        compared(metric.to_string(), Shown::new(to), cells.collect(), counts)
    });
    compared.collect()
}

fn compared(id: String, title: Shown, cells: Vec<Option<Cell>>, counts: &[bool]) -> Compared {
    let trend = trend(&cells, counts);
    Compared { id, title, cells, trend }
}

fn trend(cells: &[Option<Cell>], counts: &[bool]) -> Trend {
    let told = |cell: &Cell| !matches!(cell.verdict, Judged::NotObserved | Judged::Void);
    let all: Vec<Cell> = cells
        .iter()
        .zip(counts)
        .filter_map(|(cell, counts)| cell.filter(|cell| *counts && told(cell)))
        .collect();
    let (Some(first), Some(last), true) = (all.first(), all.last(), all.len() > 1) else {
        return Trend::Unknown;
    };
    match (first.sim_s, last.sim_s) {
        (Some(first), Some(last)) if last < first => Trend::Faster,
        (Some(first), Some(last)) if last > first => Trend::Slower,
        (Some(_), Some(_)) => Trend::Same,
        // Met, late, missed: in this order.
        _ if last.verdict < first.verdict => Trend::Better,
        _ if last.verdict > first.verdict => Trend::Worse,
        _ => Trend::Same,
    }
}

/// Columns of a terminal.
const WIDTH: usize = 80;
/// Columns of one run, and of the trend.
const CELL: usize = 15;
/// So many runs stand beside each other; of more, the newest.
const BESIDE: usize = 3;
/// What is left for the name.
const NAME: usize = WIDTH - BESIDE * CELL - 8;

impl Comparison {
    /// A table of 80 columns, under the banner. Of more runs than fit beside each other it shows the
    /// first that counts and the newest.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{}", self.banner)?;
        writeln!(out, "Runs of {} (DRILL), the oldest first\n", Shown::new(&self.scenario))?;
        for run in &self.runs {
            let at = run.opened_at.map(|at| at.format("%Y-%m-%d %H:%MZ").to_string());
            let at = at.unwrap_or_default();
            let (points, of) = (run.points, run.of);
            writeln!(out, "{:<18} {at:<17}  {points} of {of} points", clipped(&run.codename, 18))?;
            if !run.note.is_blank() {
                let note = format!("not counted in the trend: {}", run.note);
                writeln!(out, "  {}", clipped(&note, WIDTH - 2))?;
            }
        }
        let shown = self.shown();
        if shown.len() < self.runs.len() {
            writeln!(out, "\nOf these {} stand below; the JSON has all.", shown.len())?;
        }
        self.table(out, "Time to", &self.times, &shown)?;
        self.table(out, "Expectation", &self.expectations, &shown)?;
        writeln!(
            out,
            "\nTimes are the scenario's. The trend is from the first run that counts to the"
        )?;
        writeln!(out, "last.")
    }

    /// Which runs stand beside each other.
    fn shown(&self) -> Vec<usize> {
        let all = self.runs.len();
        if all <= BESIDE {
            return (0..all).collect();
        }
        let newest = all - (BESIDE - 1)..all;
        let first = self.runs.iter().position(|run| run.counts).filter(|at| *at < newest.start);
        std::iter::once(first.unwrap_or(newest.start - 1)).chain(newest).collect()
    }

    fn table(
        &self,
        out: &mut String,
        what: &str,
        rows: &[Compared],
        shown: &[usize],
    ) -> std::fmt::Result {
        if rows.is_empty() {
            return Ok(());
        }
        write!(out, "\n{what:<NAME$}")?;
        for run in shown.iter().filter_map(|at| self.runs.get(*at)) {
            write!(out, "{:<CELL$}", clipped(&run.codename, CELL - 1))?;
        }
        writeln!(out, "trend")?;
        for row in rows {
            write!(out, "{:<NAME$}", clipped(&row.id, NAME - 1))?;
            for cell in shown.iter().filter_map(|at| row.cells.get(*at)) {
                write!(out, "{:<CELL$}", cell.map_or_else(|| "-".to_owned(), cell_words))?;
            }
            writeln!(out, "{}", row.trend.word())?;
        }
        Ok(())
    }
}

/// `met 8m`.
fn cell_words(cell: Cell) -> String {
    let word = cell.verdict.word();
    let told = match cell.sim_s {
        Some(seconds) if seconds < 0 => format!("{word} ahead"),
        Some(seconds) => format!("{word} {}", seconds_words(seconds)),
        None => word.to_owned(),
    };
    clipped(&told, CELL - 1)
}

fn clipped(text: &str, columns: usize) -> String {
    let text = Shown::new(text);
    let line = text.one_line();
    if line.chars().count() <= columns {
        return line.into_owned();
    }
    let kept: String = line.chars().take(columns.saturating_sub(1)).collect();
    format!("{kept}\u{2026}")
}
