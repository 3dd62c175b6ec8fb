//! The figures of the scorecard, each from records alone.

use rstest::rstest;
use serde_json::{Value, json};
use stanch::drill::plan::{Expectation, Plan, Rating, What};
use stanch::drill::score::Points;
use stanch::incident::exercise::{Control, Delivery, ExerciseEnd, Judged, Rate};
use stanch::incident::{By, Record};

use crate::run::{score_of, whole_run};
use crate::support::{
    Tape, ana, completed, evaluator, expectation, message, minutes, plan, record, start,
};

#[test]
fn the_whole_card() {
    insta::assert_snapshot!("scorecard", score_of(&whole_run()).text());
}

#[test]
fn the_whole_card_for_machines() {
    let score = score_of(&whole_run());
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&score).unwrap());
    let read: Value = toml::from_str(&toml::to_string(&score).unwrap()).unwrap();
    let mut told = serde_json::to_value(&score).unwrap();
    without_nulls(&mut told);
    assert_eq!(read, told, "TOML says the same, and is silent where JSON says null");
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[test]
fn points_of_the_whole_run() {
    let score = score_of(&whole_run());
    let table: Vec<_> =
        score.expectations.iter().map(|one| (one.id.as_str(), one.verdict.word())).collect();
    let expected = [
        ("E-declare", "met"),
        ("E-lock", "late"),
        ("E-tell", "missed"),
        ("E-choose", "met"),
        ("E-thank", "met"),
        ("E-press", "void"),
    ];
    assert_eq!(table, expected);
    // 10 + 7.5 + 0 + 10 + 5, and a hint for 3.
    assert_eq!(score.total.points.to_string(), "29.5");
    assert_eq!(score.total.of, Points::whole(45));
    let ratings: Vec<_> = score.objectives.iter().map(|one| one.rating).collect();
    assert_eq!(ratings, [Some(Rating::M), Some(Rating::S)]);
    // 70 % of 60 and 75 % of 40.
    assert_eq!(score.total.weighted_percent, Some(72));
}

#[test]
fn an_expectation_tells_both_times_and_why() {
    let score = score_of(&whole_run());
    let lock = score.expected("E-lock").unwrap();
    assert_eq!((lock.sim_s, lock.wall_s), (Some(1340), Some(335)));
    assert!(lock.contingency && !lock.hinted);
    assert_eq!(lock.why.as_str(), "it came 12m after its 10m");
    let tell = score.expected("E-tell").unwrap();
    assert_eq!(tell.why.as_str(), "it came, but only after: step completed, lock");
    assert_eq!(score.expected("E-press").unwrap().why.as_str(), "I-04 did not come");
    assert_eq!(score.expected("E-thank").unwrap().by.as_str(), "ben (evaluator)");
}

#[test]
fn pauses_are_none_of_the_players_time() {
    let mut tape = Tape::begun(vec![expectation("E-lock", record(completed("lock")))]);
    tape.wait(4);
    let pause = Control::Pause { reason: "a break".into(), back_to: None };
    tape.control(evaluator(), pause).stand_still(30).control(evaluator(), Control::Resume);
    tape.wait(4).complete("lock");
    let score = score_of(&tape);
    let lock = score.expected("E-lock").unwrap();
    assert_eq!((lock.sim_s, lock.wall_s), (Some(480), Some(120)));
    let conduct = &score.conduct;
    assert_eq!((conduct.wall_minutes, conduct.paused_minutes, conduct.away_minutes), (2, 30, 0));
}

#[test]
fn time_without_an_engine_and_time_asleep_is_away() {
    let mut tape = Tape::begun(Vec::new());
    let resumed = Record::Resumed { boot: "another".to_owned(), version: "0".to_owned() };
    tape.wait(4).push(Record::Noted { text: "good night".into(), source: None });
    tape.stand_still(600).push(resumed).wait(4);
    let slept = Control::Pause { reason: "slept".into(), back_to: Some(tape.now()) };
    tape.stand_still(60).console(Record::ExerciseControlled(slept));
    let conduct = score_of(&tape).conduct;
    assert_eq!((conduct.wall_minutes, conduct.paused_minutes, conduct.away_minutes), (2, 0, 660));
}

#[test]
fn a_jump_is_no_silence() {
    let mut tape = Tape::begun(Vec::new());
    let note = || Record::Noted { text: "so far".into(), source: None };
    tape.wait(3).push(note()).wait(1);
    let jump = Control::Jump { to: start() + minutes(604), what: "the next morning".into() };
    tape.console(Record::ExerciseControlled(jump)).leap(600).wait(6).push(note());
    assert_eq!(score_of(&tape).record.longest_silent_gap_sim_s, Some(420));
}

/// Everything that makes a run unlike others, and what does not.
#[rstest]
#[case::nothing(Vec::new(), "")]
#[case::a_pause(vec![Control::Pause { reason: "a break".into(), back_to: None }], "")]
#[case::an_override(
    vec![Control::Judge {
        expectation: "E-lock".to_owned(), verdict: Judged::Met, reason: "seen".into(),
    }],
    ""
)]
#[case::hints(
    vec![hint(), hint()],
    "2 hints"
)]
#[case::skipped(
    vec![Control::Skip { inject: "I-02".to_owned(), reason: "no time".into() }],
    "one skipped inject"
)]
#[case::delayed(
    vec![Control::Delay {
        inject: "I-02".to_owned(), until: start() + minutes(50), reason: "a call".into(),
    }],
    "one delayed inject"
)]
#[case::rate(
    vec![Control::Rate { rate: Rate::REAL }],
    "the clock's rate was set by hand"
)]
#[case::jump(
    vec![Control::Jump { to: start() + minutes(50), what: "on".into() }],
    "one jump of the clock by hand"
)]
#[case::jump_to_a_module(
    vec![Control::Jump { to: start() + minutes(600), what: "the next module".into() }],
    ""
)]
#[case::fault(
    vec![Control::Arm { fault: "F-1".to_owned(), reason: "to see".into() }],
    "one change of a fault by hand"
)]
#[case::stopped(
    vec![Control::End {
        how: ExerciseEnd::Stopped, reason: "enough".into(), faults: Vec::new(),
    }],
    "it was ended ahead"
)]
fn what_was_done_to_a_run_says_whether_it_compares(
    #[case] controls: Vec<Control>,
    #[case] note: &str,
) {
    let mut plan = plan(vec![expectation("E-lock", record(completed("lock")))]);
    plan.modules = vec![stanch::drill::plan::Module {
        id: "M2".to_owned(),
        title: "The next day".into(),
        start: minutes(600),
        end: minutes(700),
        rate: Rate::REAL,
    }];
    let mut tape = Tape::new(plan);
    tape.arrive("I-01");
    for control in controls {
        tape.control(evaluator(), control);
    }
    if tape.watch.ended().is_none() {
        tape.control(By::console(), ended());
    }
    let conduct = score_of(&tape).conduct;
    assert_eq!(conduct.comparable_note.as_str(), note);
    assert_eq!(conduct.comparable, note.is_empty());
}

fn hint() -> Control {
    Control::Hint { expectation: None, text: "look at the ticket".into(), cost: 3 }
}

fn ended() -> Control {
    Control::End { how: ExerciseEnd::Finished, reason: "played".into(), faults: Vec::new() }
}

#[rstest]
#[case::ad_hoc(Delivery::AdHoc, None, "one ad-hoc inject")]
#[case::by_hand(Delivery::ByHand, None, "one inject sent by hand")]
#[case::edited(Delivery::Planned, Some("as it was"), "one edited inject")]
#[case::as_planned(Delivery::Planned, None, "")]
fn how_an_inject_came_says_whether_it_compares(
    #[case] why: Delivery,
    #[case] original: Option<&str>,
    #[case] note: &str,
) {
    let mut tape = Tape::begun(Vec::new());
    let original = original.map(Into::into);
    let inject = stanch::incident::exercise::Inject { why, original, ..message("I-02") };
    tape.by(evaluator(), Record::InjectArrived(inject)).control(By::console(), ended());
    assert_eq!(score_of(&tape).conduct.comparable_note.as_str(), note);
}

/// Critical and other expectations of one objective, by minute of their match: 10 is in time, 20
/// late.
#[rstest]
#[case::all_in_time([Some(5), Some(5), Some(5)], Rating::U, Some(Rating::P))]
#[case::enough_points([Some(5), Some(5), Some(15)], Rating::U, Some(Rating::S))]
#[case::just_enough([Some(5), Some(15), Some(15)], Rating::U, Some(Rating::S))]
#[case::too_few_points([Some(5), None, None], Rating::U, Some(Rating::M))]
#[case::critical_late([Some(15), Some(5), Some(5)], Rating::U, Some(Rating::M))]
#[case::critical_missed([None, Some(5), Some(5)], Rating::U, Some(Rating::U))]
#[case::critical_missed_with_a_milder_cap([None, Some(5), Some(5)], Rating::M, Some(Rating::M))]
fn an_objective_is_rated_by_one_rule(
    #[case] minute: [Option<i64>; 3],
    #[case] cap: Rating,
    #[case] rating: Option<Rating>,
) {
    let steps = ["report", "lock", "tell"];
    let all = steps.iter().enumerate().map(|(index, step)| Expectation {
        critical: index == 0,
        points: if index == 0 { 10 } else { 5 },
        ..expectation(&format!("E-{step}"), record(completed(step)))
    });
    let mut plan = plan(all.collect());
    plan.scoring.critical_miss = cap;
    let mut tape = Tape::new(plan);
    tape.arrive("I-01");
    for at in 1..=30 {
        tape.wait(1);
        for (step, _) in steps.iter().zip(minute).filter(|(_, minute)| *minute == Some(at)) {
            tape.complete(step);
        }
    }
    tape.control(By::console(), ended());
    assert_eq!(score_of(&tape).objectives[0].rating, rating);
}

#[test]
fn help_with_a_critical_one_is_a_major_challenge() {
    let lock = Expectation { critical: true, ..expectation("E-lock", record(completed("lock"))) };
    let mut tape = Tape::begun(vec![lock]);
    let hint =
        Control::Hint { expectation: Some("E-lock".to_owned()), text: "lock it".into(), cost: 3 };
    tape.control(evaluator(), hint).wait(1).complete("lock");
    let score = score_of(&tape);
    assert_eq!(score.objectives[0].rating, Some(Rating::M));
    assert_eq!(score.total.points.to_string(), "7");
}

#[test]
fn what_was_not_observed_costs_nothing_and_proves_nothing() {
    let mut tape = Tape::begun(vec![expectation("E-lock", What::Manual("seen".into()))]);
    tape.wait(60).control(By::console(), ended());
    let score = score_of(&tape);
    assert_eq!((score.total.points, score.total.of), Default::default());
    assert_eq!(score.total.weighted_percent, None);
    assert_eq!(score.objectives[0].rating, None);
}

#[test]
fn an_override_keeps_what_the_rule_found() {
    let mut tape = Tape::begun(vec![expectation("E-lock", record(completed("lock")))]);
    tape.wait(60).judge("E-lock", Judged::Met);
    let score = score_of(&tape);
    let lock = score.expected("E-lock").unwrap();
    assert_eq!((lock.found, lock.verdict), (Judged::Missed, Judged::Met));
    assert_eq!(lock.points, Points::whole(10));
    let told = serde_json::to_value(&score.conduct.overrides).unwrap();
    let wanted = json!([{
        "expectation": "E-lock", "from": "missed", "to": "met",
        "by": "ben (evaluator)", "reason": "seen on the call",
    }]);
    assert_eq!(told, wanted);
}

#[test]
fn a_drill_that_goes_on_is_scored_as_of_its_last_record() {
    let mut tape = Tape::begun(vec![expectation("E-lock", record(completed("lock")))]);
    tape.wait(5).by(ana(), Record::Noted { text: "so far".into(), source: None });
    let score = score_of(&tape);
    assert_eq!(score.expected("E-lock").unwrap().verdict, Judged::NotObserved);
    assert_eq!(score.end.how, None);
    assert_eq!(score.end.at.unwrap().sim, start() + minutes(5));
    assert!(!score.conduct.comparable);
}

#[test]
fn calls_are_counted_from_their_records() {
    let execution = score_of(&whole_run()).execution;
    assert_eq!((execution.api_calls, execution.first_try_success, execution.retries), (1, 0, 1));
    // Asked to wait for 30 s, sent again 2 s later by the wall.
    assert_eq!((execution.retries_inside_retry_after, execution.retries_after_retry_after), (1, 1));
    assert_eq!((execution.mutations.proven, execution.mutations.of), (1, 1));
    let doubts = execution.unknown_outcomes;
    assert_eq!((doubts.all, doubts.by_probe, doubts.open), (1, 1, 0));
    assert_eq!(execution.steps_out_of_order, 1);
    assert_eq!(execution.steps_skipped_with_reason, 1);
}

#[test]
fn a_fault_is_told_with_how_its_calls_ended() {
    let faults = score_of(&whole_run()).faults;
    let told: Vec<String> = faults.iter().map(stanch::drill::score::FaultScore::words).collect();
    let wanted = [
        "The lock's answer is lost (reset): struck once; what went there: 1 in doubt, 1 not done",
        "Searches are slow (stale): never reached",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_cut_chain_is_told() {
    let mut tape = whole_run();
    assert_eq!(score_of(&tape).journal.gaps, 0);
    tape.entries.remove(5);
    assert_eq!(score_of(&tape).journal.gaps, 1);
}

#[test]
fn a_scenario_without_expectations_has_an_empty_score() {
    let mut tape = Tape::new(Plan::default());
    tape.wait(1).control(By::console(), ended());
    let score = score_of(&tape);
    assert_eq!(score.total.weighted_percent, None);
    assert!(score.text().contains("The scenario has none."));
}
