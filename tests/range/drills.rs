//! What the shipped drills say: good, complete, and true of this console.

use std::collections::BTreeSet;

use stanch::drill::plan::InjectKind;
use stanch::drill::{Scenario, shipped};
use stanch::playbook::{Danger, Task};

fn all() -> impl Iterator<Item = Scenario> {
    shipped::drills().iter().map(|document| shipped::scenario(document).unwrap())
}

/// Those that are scored.
fn exercises() -> impl Iterator<Item = Scenario> {
    all().filter(|scenario| !scenario.plan.expectations.is_empty())
}

#[test]
fn every_shipped_scenario_is_good_without_a_warning() {
    for document in shipped::drills() {
        let world = |path: &str| shipped::world(document.path, path);
        let checked = Scenario::check(document.path, document.text, &world);
        let all = checked.problems.iter().chain(&checked.warnings);
        let words: Vec<String> = all.map(ToString::to_string).collect();
        assert!(words.is_empty(), "{}", words.join("\n"));
    }
}

#[test]
fn each_playbook_with_steps_of_its_own_has_a_drill_that_is_scored() {
    let drilled: BTreeSet<String> = exercises().map(|scenario| scenario.playbook).collect();
    assert_eq!(drilled, ["exposed-database", "leaked-credentials"].map(str::to_owned).into());
}

#[test]
fn whatever_is_expected_has_points_and_a_hint() {
    for scenario in exercises() {
        for expectation in &scenario.plan.expectations {
            let name = format!("{}: {}", scenario.id, expectation.id);
            assert!(expectation.hint.is_some(), "{name} has no hint");
            assert!(expectation.points > 0, "{name} is worth nothing");
        }
        assert!(!scenario.plan.questions.is_empty(), "{} has no hot wash", scenario.id);
        let measured: BTreeSet<&str> =
            scenario.plan.expectations.iter().filter_map(|one| one.measures.as_deref()).collect();
        assert!(measured.contains("declare") && measured.contains("contain"), "{measured:?}");
    }
}

#[test]
fn the_solution_of_a_whole_drill_answers_every_step_that_asks_a_person() {
    for scenario in exercises().filter(|scenario| scenario.id != "first-drill") {
        let playbook = shipped::read(&scenario.playbook).unwrap().playbook.unwrap();
        let answers = &scenario.plan.solution.answers;
        for step in &playbook.steps {
            let answer = answers.of(&step.id);
            let is_answered = match &step.task {
                Task::Ask(_) => answer.answer.is_some(),
                Task::Decide(_) => answer.option.is_some() && answer.reason.is_some(),
                Task::Call(_) => match step.danger {
                    Danger::None => true,
                    Danger::Confirm => answer.confirm,
                    Danger::Type => answer.typed.is_some(),
                },
                Task::Playbook(_) => true,
            };
            assert!(is_answered, "{}: {}", scenario.id, step.id);
        }
    }
}

/// What stands between backticks in the messages of the guide.
fn quoted(scenario: &Scenario) -> BTreeSet<String> {
    let guides = |kind: &InjectKind| *kind == InjectKind::Facilitation;
    let injects = scenario.plan.injects.iter();
    let bodies = injects
        .filter(|inject| guides(&inject.kind) || inject.message.from.as_str() == "Your guide")
        .map(|inject| inject.message.body.to_string());
    let texts: Vec<String> = bodies.collect();
    texts.iter().flat_map(|text| text.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn the_keys_that_the_guide_names_are_those_of_the_console() {
    let first = all().find(|scenario| scenario.id == "first-drill").unwrap();
    let keys = include_str!("../../docs/keys.md");
    let quoted = quoted(&first);
    let words = ["declare", "claim", "pause", "hint", "end the exercise", "SEV-1"];
    for key in quoted.iter().filter(|quoted| !words.contains(&quoted.as_str())) {
        assert!(keys.contains(&format!("`{key}`")), "{key} is no key");
    }
    for key in ["9", "Enter", "Ctrl-S", "Ctrl-Y", "?", ":"] {
        assert!(quoted.contains(key), "{key} is not taught: {quoted:?}");
    }
}
