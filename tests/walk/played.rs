//! Every shipped drill, played by itself: perfectly, so-so and carelessly, with the exact table of
//! what became of each expectation.

use rstest::rstest;

use crate::harness::Home;

/// The part of the scorecard under this heading.
fn part(card: &str, heading: &str) -> String {
    let after = card.split(&format!("{heading}\n")).nth(1).unwrap();
    after.split("\n\n").next().unwrap().to_owned()
}

fn played(drill: &str, skill: &str, seed: u32) -> String {
    let home = Home::new();
    let seed = seed.to_string();
    let ended = home.run(&["drill", drill, "--auto", "--skill", skill, "--seed", &seed]);
    assert_eq!(ended.code, 0, "{drill}, {skill}: {}", ended.told());
    assert_eq!(home.run(&["verify"]).code, 0);
    ended.text()
}

/// Points, then each expectation, then the faults.
fn table(card: &str) -> String {
    let result = part(card, "Result");
    let points = result.lines().filter(|line| line.contains("points:") || line.contains("weight"));
    let points: Vec<&str> = points.collect();
    let rest = ["Objectives", "Expectations", "Faults"].map(|heading| part(card, heading));
    format!("{}\n\n{}", points.join("\n"), rest.join("\n\n"))
}

#[rstest]
fn a_perfect_hand_gets_every_point(
    #[values("first-drill", "holiday-leak", "key-on-a-forum")] drill: &str,
) {
    let card = played(drill, "perfect", 1);
    let result = part(&card, "Result");
    let points = result.lines().find_map(|line| line.strip_prefix("- points: ")).unwrap();
    let (got, of) = points.split_once(" of ").unwrap();
    assert_eq!(got, of, "{card}");
    assert!(result.contains("0 late, 0 missed, 0 not observed, 0 void"), "{result}");
    insta::assert_snapshot!(format!("{drill}_perfect"), table(&card));
}

#[rstest]
fn a_careless_hand_misses_what_it_should(
    #[values("first-drill", "holiday-leak", "key-on-a-forum")] drill: &str,
) {
    insta::assert_snapshot!(format!("{drill}_careless"), table(&played(drill, "careless", 1)));
}

#[rstest]
fn the_same_seed_plays_the_same_and_another_one_differently(
    #[values("first-drill", "holiday-leak", "key-on-a-forum")] drill: &str,
) {
    let once = table(&played(drill, "average", 3));
    assert_eq!(once, table(&played(drill, "average", 3)));
    let others: Vec<String> = (4..8).map(|seed| table(&played(drill, "average", seed))).collect();
    assert!(others.iter().any(|other| *other != once), "no seed makes any difference");
}
