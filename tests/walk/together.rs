//! A player and a facilitator at one drill, each in a terminal of its own.

use crate::harness::{Home, small, wait_for};
use crate::pty::{Pty, Terminal};
use crate::record::{kinds, lines};
use crate::stage::{ENTER, ESC, SAVE, find_and_do, leave};

const WIDE: Terminal<'_> = Terminal { size: (120, 40), variables: &[], background: b"" };
/// What no player may read before it arrives, or ever.
const HIDDEN: [&str; 4] =
    ["The future headline", "Controllers only", "They are kind to the reporter", "slow-gate"];

fn begin(home: &Home) -> (Pty, Pty) {
    let player = Pty::start(home, &["drill", &small("drills/exercise.toml")]);
    player.expect("next     Take report");
    player.expect("EXERCISE for tests");
    let facilitator = Pty::start_in(home, &["drill", "--facilitate"], WIDE);
    facilitator.expect("FACILITATOR");
    (player, facilitator)
}

/// What the last control of the record was.
fn controlled(home: &Home, word: &str) {
    wait_for(word, || {
        let lines = lines(&home.incident());
        let mut controls = lines.iter().filter(|line| line["kind"] == "exercise_controlled");
        controls.any(|line| line["control"] == word).then_some(())
    });
}

#[test]
fn a_facilitator_brings_what_the_player_answers_and_the_player_sees_nothing_to_come() {
    let home = Home::new();
    let (mut player, mut facilitator) = begin(&home);
    facilitator.press("0");
    let plan = facilitator.expect("The future headline");
    assert!(plan.contains("Controllers only"), "{plan}");

    find_and_do(&mut facilitator, "send now inject i-01");
    player.expect("1 inject UNREAD");
    player.press("9");
    player.expect("Your gate is open");
    player.press(ENTER);
    player.expect("Do you close it before you have looked?");
    player.press(ENTER);
    player.expect("close it now");
    player.press("1");
    player.press(b"\t");
    player.press("An open gate is worse.");
    player.press(SAVE);
    wait_for("the answer", || {
        kinds(&home.incident()).contains(&"inject_answered".to_owned()).then_some(())
    });
    facilitator.expect("close it now");

    find_and_do(&mut facilitator, "pause");
    facilitator.press("Coffee.");
    facilitator.press(SAVE);
    controlled(&home, "pause");
    player.press(ESC);
    player.expect("PAUSED");
    find_and_do(&mut facilitator, "resume");
    controlled(&home, "resume");
    player.expect_gone("PAUSED");

    find_and_do(&mut facilitator, "arm the fault slow");
    facilitator.press("They are fast.");
    facilitator.press(SAVE);
    controlled(&home, "arm");
    player.press("2");
    let record = player.expect("something by those who run");
    for hidden in HIDDEN {
        assert!(!record.contains(hidden), "{record}");
    }
    let seen = String::from_utf8_lossy(&player.raw_since(0)).into_owned();
    for hidden in HIDDEN {
        assert!(!seen.contains(hidden), "a player saw “{hidden}”");
    }

    find_and_do(&mut facilitator, "end the exercise");
    facilitator.press("It is lunch time.");
    facilitator.press(SAVE);
    controlled(&home, "end");
    player.expect("EXERCISE OVER");
    leave(facilitator);
    leave(player);
    let scored = home.run(&["drill", "score"]);
    assert!(scored.text().contains("E-answer"), "{}", scored.text());
}

#[test]
fn a_real_incident_ends_the_drill_and_opens_a_clean_live_console() {
    let home = Home::new();
    let mut player = Pty::start(&home, &["drill", &small("drills/exercise.toml")]);
    player.expect("next     Take report");
    player.press(b"\x12");
    player.expect("Type REAL");
    player.press("REAL");
    player.press(SAVE);
    player.expect("LIVE");
    let screen = player.expect("next     Take report");
    assert!(!screen.contains("EXERCISE") && !screen.contains("DRILL"), "{screen}");
    leave(player);
    let mut modes: Vec<String> = home
        .incidents()
        .iter()
        .map(|dir| lines(dir)[0]["mode"].as_str().unwrap().to_owned())
        .collect();
    modes.sort();
    assert_eq!(modes, ["drill", "live"]);
}
