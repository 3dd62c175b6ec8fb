//! What a drill came to, from the command line: each format, both editions, and runs side by side.

use serde_json::Value;

use crate::harness::{Ended, Home};

/// Played by itself to its end; the codename.
fn played(home: &Home, skill: &str) -> String {
    let before = home.incidents();
    let ended = home.run(&["drill", "first-drill", "--auto", "--skill", skill]);
    assert_eq!(ended.code, 0, "{}", ended.told());
    let dir = home.incidents().into_iter().find(|dir| !before.contains(dir)).unwrap();
    crate::record::lines(&dir)[0]["codename"].as_str().unwrap().to_owned()
}

fn good(ended: &Ended) -> String {
    assert_eq!(ended.code, 0, "{}", ended.told());
    ended.text()
}

#[test]
fn a_drill_is_told_in_every_format() {
    let home = Home::new();
    let name = played(&home, "perfect");
    let newest = good(&home.run(&["drill", "score"]));
    assert!(newest.contains(&format!("Scorecard of {name} (DRILL)")), "{newest}");
    let json = good(&home.run(&["drill", "score", &name, "--format", "json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "stanch.scorecard/1");
    assert_eq!(json["total"]["points"], json["total"]["of"]);
    assert_eq!(json["incident"]["codename"], name.as_str());
    let toml = good(&home.run(&["drill", "score", &name, "--format", "toml"]));
    let toml: Value = toml::from_str(&toml).unwrap();
    assert_eq!(toml["total"], json["total"]);
    let report = good(&home.run(&["drill", "score", &name, "--format", "markdown"]));
    assert!(report.starts_with("# After-action report"), "{report}");
    assert!(report.contains("Players' edition") && !report.contains("Look for"), "{report}");
    let edition = ["drill", "score", &name, "--format", "markdown", "--edition", "controller"];
    let report = good(&home.run(&edition));
    assert!(report.contains("Controllers' edition") && report.contains("Look for"), "{report}");
    let csv = good(&home.run(&["drill", "score", &name, "--format", "csv"]));
    assert!(csv.starts_with("capability,issue,"), "{csv}");
}

#[test]
fn a_file_says_that_it_is_of_a_drill() {
    let home = Home::new();
    played(&home, "perfect");
    let ended = home.run(&["drill", "score", "--format", "json", "--output", "card.json"]);
    assert_eq!(good(&ended), "");
    assert!(ended.told().contains("DRILL-card.json: sha256 "), "{}", ended.told());
    assert!(home.path("DRILL-card.json").is_file());
}

#[test]
fn runs_stand_side_by_side() {
    let home = Home::new();
    let (first, second) = (played(&home, "careless"), played(&home, "perfect"));
    let table = good(&home.run(&["drill", "compare", &second, &first]));
    let at = |name: &str| table.find(name).unwrap();
    assert!(at(&first) < at(&second), "the oldest first:\n{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let json = good(&home.run(&["drill", "compare", &first, &second, "--json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["runs"].as_array().unwrap().len(), 2);
    let alone = home.run(&["drill", "compare", &first]);
    assert_eq!(alone.code, 2, "two are needed: {}", alone.told());
}

#[test]
fn what_is_no_drill_and_what_is_not_over_has_no_score() {
    let home = Home::new();
    let none = home.run(&["drill", "score"]);
    assert_eq!(none.code, 1);
    assert!(none.told().contains("there is no drill yet"), "{}", none.told());
    home.walked();
    let early = home.run(&["drill", "score"]);
    assert_eq!(early.code, 1);
    assert!(early.told().contains("--edition controller"), "{}", early.told());
    good(&home.run(&["drill", "score", "--edition", "controller"]));
}
