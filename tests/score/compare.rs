//! Runs of one scenario side by side.

use chrono::TimeDelta;
use rstest::rstest;
use stanch::drill::Comparison;
use stanch::drill::plan::{Expectation, Plan};
use stanch::drill::score::{CompareError, Score, Trend};
use stanch::incident::By;
use stanch::incident::exercise::{Control, ExerciseEnd};

use crate::run::score_of;
use crate::support::{Tape, completed, evaluator, expectation, plan, record};

fn lock() -> Plan {
    let lock = Expectation {
        measures: Some("contain".to_owned()),
        ..expectation("E-lock", record(completed("lock")))
    };
    plan(vec![lock, expectation("E-tell", record(completed("tell")))])
}

/// The lock in this minute, of the run that was opened on this day.
fn run(day: i64, minute: Option<i64>, hint: bool) -> Score {
    let mut tape = Tape::new(lock());
    tape.arrive("I-01");
    if let Some(minute) = minute {
        tape.wait(minute).complete("lock");
    }
    if hint {
        let hint = Control::Hint { expectation: None, text: "lock it".into(), cost: 3 };
        tape.control(evaluator(), hint);
    }
    let end =
        Control::End { how: ExerciseEnd::Finished, reason: "over".into(), faults: Vec::new() };
    tape.wait(30).control(By::console(), end);
    let mut score = score_of(&tape);
    score.incident.codename = format!("amber-{day}");
    score.incident.opened_at = score.incident.opened_at.map(|at| at + TimeDelta::days(day));
    score
}

#[rstest]
#[case::faster(Some(8), Some(5), Trend::Faster)]
#[case::slower(Some(5), Some(12), Trend::Slower)]
#[case::same(Some(5), Some(5), Trend::Same)]
#[case::at_last(None, Some(12), Trend::Better)]
#[case::no_more(Some(12), None, Trend::Worse)]
#[case::still_not(None, None, Trend::Same)]
fn the_trend_is_from_the_first_run_to_the_last(
    #[case] first: Option<i64>,
    #[case] last: Option<i64>,
    #[case] trend: Trend,
) {
    // Given in the wrong order.
    let runs = [run(9, last, false), run(1, first, false)];
    let comparison = Comparison::of(&runs).unwrap();
    let names: Vec<&str> = comparison.runs.iter().map(|run| run.codename.as_str()).collect();
    assert_eq!(names, ["amber-1", "amber-9"]);
    assert_eq!(comparison.expectations[0].trend, trend);
    assert_eq!(comparison.times[0].trend, trend);
}

#[test]
fn what_does_not_compare_makes_no_trend() {
    let runs = [run(1, Some(9), false), run(2, Some(1), true), run(3, Some(7), false)];
    let comparison = Comparison::of(&runs).unwrap();
    let counts: Vec<bool> = comparison.runs.iter().map(|run| run.counts).collect();
    assert_eq!(counts, [true, false, true]);
    assert_eq!(comparison.expectations[0].trend, Trend::Faster);

    let two = Comparison::of(&runs[..2]).unwrap();
    assert_eq!(two.expectations[0].trend, Trend::Unknown, "only one is left");

    let mut changed = run(4, Some(2), false);
    changed.scenario.sha256 = "6".repeat(64);
    let comparison = Comparison::of(&[runs[0].clone(), changed]).unwrap();
    assert_eq!(comparison.runs[0].note.as_str(), "the scenario was another one then");
    assert_eq!(comparison.expectations[0].trend, Trend::Unknown);
}

#[test]
fn the_table_fits_a_terminal() {
    let runs: Vec<Score> = (1..=5).map(|day| run(day, Some(12 - day), day == 2)).collect();
    let comparison = Comparison::of(&runs).unwrap();
    let text = comparison.text();
    insta::assert_snapshot!("comparison", text);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let three = Comparison::of(&runs[..3]).unwrap();
    insta::assert_snapshot!("comparison_json", serde_json::to_string_pretty(&three).unwrap());
}

#[test]
fn only_runs_of_one_scenario_are_compared() {
    let one = run(1, None, false);
    let mut other = run(2, None, false);
    other.scenario.id = "large".to_owned();
    assert_eq!(Comparison::of(std::slice::from_ref(&one)), Err(CompareError::TooFew));
    let error = Comparison::of(&[one, other]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "amber-2 is a run of the scenario large, amber-1 one of small; only runs of one scenario \
         are compared"
    );
}
