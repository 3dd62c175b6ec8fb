//! A drill that is killed at a hundred random instants goes on each time as if nothing had been: its
//! clock, its injects, its range, and in the end its score.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Home, wait_for};
use crate::record::{kinds, lines, range_changes};

const KILLS: usize = 100;
/// No kill comes later after the start of its process: a whole play takes about so long.
const LATEST: Duration = Duration::from_millis(700);

/// The instants: the same in every run of the test, in as far as a machine can be the same.
struct Instants(u64);

impl Instants {
    fn next(&mut self) -> Duration {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros((self.0 >> 33) % u64::try_from(LATEST.as_micros()).unwrap())
    }
}

fn start(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills it after so long; false where it had come to its end by itself before.
fn killed_after(mut child: Child, instant: Duration) -> bool {
    std::thread::sleep(instant);
    // It may have ended a moment ago.
    let _ = child.kill();
    let status = child.wait().unwrap();
    assert!(status.success() || status.signal() == Some(9), "the play failed: {status}");
    !status.success()
}

fn moment(line: &Value) -> &str {
    line["sim"].as_str().unwrap()
}

/// What holds of a record at any instant: each inject once, the clock never back, and every engine
/// that took it up began where the last record stood.
fn is_whole(dir: &Path) {
    let lines = lines(dir);
    let mut arrived: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in lines.windows(2) {
        let [before, line] = pair else { continue };
        assert!(moment(line) >= moment(before), "the clock went back:\n{before}\n{line}");
        if line["kind"] == "resumed" {
            assert_eq!(moment(line), moment(before), "nobody played meanwhile");
        }
        if line["kind"] == "inject_arrived" {
            *arrived.entry(line["inject"].as_str().unwrap()).or_default() += 1;
        }
    }
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
}

/// Each expectation with what became of it and its points, then the sum.
fn score(home: &Home, incident: &Path) -> Vec<String> {
    let name = incident.display().to_string();
    let ended = home.run(&["drill", "score", &name, "--format", "json", "--edition", "controller"]);
    // A death may leave half a line, that the next engine cuts off.
    let is_torn = ended.told().contains("the line does not end");
    assert!(ended.code == 0 || is_torn, "{}", ended.told());
    let score: Value = serde_json::from_slice(&ended.out).unwrap();
    let all = score["expectations"].as_array().unwrap().iter();
    let mut told: Vec<String> =
        all.map(|one| format!("{} {} {}", one["id"], one["verdict"], one["points"])).collect();
    told.push(score["points"].to_string());
    told
}

/// Every inject that comes by itself, in order.
fn planned(dir: &Path) -> Vec<String> {
    let lines = lines(dir);
    let planned = lines.iter().filter(|line| line["why"] == "planned");
    let mut ids: Vec<String> =
        planned.map(|line| line["inject"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn times_taken_up(dir: &Path) -> usize {
    kinds(dir).iter().filter(|kind| *kind == "resumed").count()
}

/// The record as it was when it was taken up: up to and with that line.
fn as_taken_up(dir: &Path, to: &Path) {
    let text = std::fs::read_to_string(dir.join("journal.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let resumed = |line: &str| line.contains("\"kind\":\"resumed\"");
    let at = lines.iter().rposition(|line| resumed(line)).unwrap();
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "toml") {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::write(to.join("journal.jsonl"), lines[..=at].join("\n") + "\n").unwrap();
}

#[test]
fn a_drill_that_is_killed_at_a_hundred_instants_goes_on_as_if_nothing_had_been() {
    let play = ["drill", "holiday-leak", "--auto", "--seed", "7"];
    let undisturbed = Home::new();
    assert_eq!(undisturbed.run(&play).code, 0);
    let wanted = planned(&undisturbed.incident());

    let mut instants = Instants(7);
    let mut kills = 0;
    while kills < KILLS {
        let home = Home::new();
        let first = start(&home, &play);
        // What dies before there is a record leaves nothing to take up.
        let dir =
            wait_for("the record", || home.incidents().pop().filter(|dir| !lines(dir).is_empty()));
        let name = dir.display().to_string();
        let mut goes_on = killed_after(first, instants.next());
        while goes_on {
            kills += 1;
            is_whole(&dir);
            let (before, changes) = (score(&home, &dir), range_changes(&dir));
            let taken_up = times_taken_up(&dir);
            let next = start(&home, &["drill", "--auto", "--seed", "7", "--resume", &name]);
            wait_for("the next engine", || (times_taken_up(&dir) > taken_up).then_some(()));
            goes_on = killed_after(next, instants.next()) && kills < KILLS;
            assert!(range_changes(&dir).starts_with(&changes), "the range forgot something");
            let copy = home.path("taken-up");
            as_taken_up(&dir, &copy);
            assert_eq!(score(&home, &copy), before, "the score as it was, after {kills} kills");
        }
        if kills == KILLS {
            let last = home.run(&["drill", "--auto", "--seed", "7", "--resume", &name]);
            assert_eq!(last.code, 0, "{}", last.told());
        }
        is_whole(&dir);
        assert_eq!(home.run(&["verify", &name]).code, 0);
        assert_eq!(planned(&dir), wanted, "each inject came once, after {kills} kills");
        let ended = lines(&dir).iter().any(|line| line["control"] == "end");
        assert!(ended, "it came to its end");
    }
}
