//! Objectives: points, and ratings by one rule.

use serde::Serialize;

use super::expected::Expected;
use super::points::Points;
use crate::drill::plan::{Plan, Rating, Scoring};
use crate::incident::exercise::Judged;
use crate::text::Shown;

/// What became of one objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectiveScore {
    pub id: String,
    pub title: Shown,
    pub target: Shown,
    /// All weights together are 100.
    pub weight: u32,
    pub points: Points,
    pub of: Points,
    /// `None`: nothing of it was observed.
    pub rating: Option<Rating>,
    /// `rule`, or how many of the verdicts under it people set.
    pub rating_by: String,
    pub expectations: usize,
    /// Those that were met, late or missed.
    pub observed: usize,
}

/// From here on an objective whose critical expectations were met in time has some challenges, and
/// not major ones; percent of its points.
const SOME_CHALLENGES: u64 = 70;

pub(super) fn objectives(plan: &Plan, table: &[Expected]) -> Vec<ObjectiveScore> {
    let all = plan.objectives.iter().map(|objective| {
        let under: Vec<&Expected> =
            table.iter().filter(|one| one.objective == objective.id).collect();
        let judged = under.iter().filter(|one| !one.manual && one.verdict != one.found).count();
        ObjectiveScore {
            id: objective.id.clone(),
            title: objective.title.clone(),
            target: objective.target.clone(),
            weight: objective.weight,
            points: under.iter().map(|one| one.points).sum(),
            of: under.iter().map(|one| one.of).sum(),
            rating: rating(&under, plan.scoring),
            rating_by: match judged {
                0 => "rule".to_owned(),
                count => format!("rule, after {count} set by people"),
            },
            expectations: under.len(),
            observed: under.iter().filter(|one| is_observed(one)).count(),
        }
    });
    all.collect()
}

fn is_observed(one: &Expected) -> bool {
    matches!(one.verdict, Judged::Met | Judged::Late | Judged::Missed)
}

/// P: all met in time and without a hint. S: all critical ones in time, and at least 70 % of the
/// points. M: less, or a critical one late, or only after its contingency or a hint. A missed
/// critical one caps it.
fn rating(under: &[&Expected], scoring: Scoring) -> Option<Rating> {
    let observed = || under.iter().filter(|one| is_observed(one));
    observed().next()?;
    let points: Points = observed().map(|one| one.points).sum();
    let of: Points = observed().map(|one| one.of).sum();
    let by_points = match points.percent(of) {
        Some(percent) if percent < SOME_CHALLENGES => Rating::M,
        _ => Rating::S,
    };
    if observed().any(|one| one.critical && one.verdict == Judged::Missed) {
        return Some(by_points.max(scoring.critical_miss));
    }
    if observed().all(|one| one.verdict == Judged::Met && !one.hinted && !one.contingency) {
        return Some(Rating::P);
    }
    let is_hard = |one: &&&Expected| {
        one.critical && (one.verdict == Judged::Late || one.contingency || one.hinted)
    };
    Some(if observed().any(|one| is_hard(&one)) { Rating::M } else { by_points })
}

impl Rating {
    /// HSEEP's words.
    pub fn words(self) -> &'static str {
        match self {
            Self::P => "performed without challenges",
            Self::S => "performed with some challenges",
            Self::M => "performed with major challenges",
            Self::U => "unable to be performed",
        }
    }

    /// The letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::P => "P",
            Self::S => "S",
            Self::M => "M",
            Self::U => "U",
        }
    }
}
