//! The after-action report in both editions, and the improvement plan.

use stanch::export::{Edition, after_action, improvement_csv};

use crate::run::{score_of, whole_run};

#[test]
fn the_controllers_report() {
    let tape = whole_run();
    let report = after_action(&score_of(&tape), &tape.scenario, Edition::Controller);
    insta::assert_snapshot!("controllers_report", report);
}

#[test]
fn the_players_report() {
    let tape = whole_run();
    let report = after_action(&score_of(&tape), &tape.scenario, Edition::Player);
    insta::assert_snapshot!("players_report", report);
}

#[test]
fn players_do_not_read_what_only_controllers_may() {
    let tape = whole_run();
    let score = score_of(&tape);
    let told = |edition| after_action(&score, &tape.scenario, edition);
    let (player, controller) = (told(Edition::Player), told(Edition::Controller));
    for secret in ["Does anybody look", "lock it now", "answer is lost", "seen on the call"] {
        assert!(controller.contains(secret), "{secret} is for controllers");
        assert!(!player.contains(secret), "{secret} is not for players");
    }
}

#[test]
fn every_section_says_that_it_was_an_exercise() {
    let tape = whole_run();
    let report = after_action(&score_of(&tape), &tape.scenario, Edition::Controller);
    for section in report.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap();
        assert!(section.contains("EXERCISE EXERCISE EXERCISE"), "{title}");
    }
}

#[test]
fn nobody_is_named() {
    let tape = whole_run();
    for edition in [Edition::Player, Edition::Controller] {
        let report = after_action(&score_of(&tape), &tape.scenario, edition);
        assert!(!report.contains("ana") && !report.contains("`ben"), "names stay in the record");
    }
}

#[test]
fn the_plan_for_spreadsheets() {
    let plan = improvement_csv(&score_of(&whole_run()));
    insta::assert_snapshot!("improvement_plan", plan);
    assert!(plan.lines().all(|line| line.matches(',').count() >= 7));
}
