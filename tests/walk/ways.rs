//! The same drill walked three ways: at the screen, line by line, and from written answers. The
//! records are the same but for what no two walks share, and the simulated world ends the same.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Home, small, wait_for};
use crate::pipe::Pipe;
use crate::pty::{Left, Pty, read_it};
use crate::record::{checks_ended, has, kinds, normal, range_changes, range_state};

const REPORT: &str = "A reporter reads e-mail addresses.";
const REASON: &str = "The data was public for weeks.";
const ENTER: &[u8] = b"\r";
const SAVE: &[u8] = b"\x13";
const SEND: &[u8] = b"\x19";

/// Waits until the step is over and the screen says what is next.
fn over(pty: &Pty, dir: &Path, step: &str, next: &str) {
    wait_for(step, || has(dir, "step_completed", step).then_some(()));
    pty.expect(&format!("next     {next}"));
}

/// Opens what is next in the dialog, and reads it: what is sent, and the state before.
fn open_dialog(pty: &mut Pty, dir: &Path, line: &str) {
    pty.press(ENTER);
    let screen = pty.expect("Send this?");
    assert!(screen.contains("in a DRILL, to the range"), "{screen}");
    pty.expect(line);
    wait_for("the state before", || checks_ended(dir).then_some(()));
    read_it();
}

fn at_the_screen(home: &Home) -> Left {
    let mut pty = Pty::start(home, &["drill", &small("drills/small.toml")]);
    pty.expect("next     Take report");
    let dir = home.incident();
    pty.press(ENTER);
    pty.expect("Who says what?");
    pty.expect("Ctrl-S save");
    pty.press(REPORT);
    pty.press(SAVE);
    wait_for("the answer", || has(&dir, "step_answered", "report").then_some(()));
    pty.expect("next     List indices");
    pty.press(ENTER);
    over(&pty, &dir, "list", "Close gate");
    open_dialog(&mut pty, &dir, "PUT https://gate.example.com/v1/gate");
    pty.press(SEND);
    over(&pty, &dir, "close", "Revoke tokens");
    open_dialog(&mut pty, &dir, "Target: 2 indices");
    pty.press("2 indices");
    pty.expect("Type target: 2 indices");
    pty.press(SEND);
    over(&pty, &dir, "revoke", "Tell people");
    pty.press(ENTER);
    pty.expect("Is a public notice due?");
    pty.press("\x1b[B");
    pty.expect("(x) yes");
    pty.press("\t");
    pty.expect("> Because");
    pty.press(REASON);
    pty.press(SAVE);
    wait_for("the decision", || has(&dir, "decided", "tell").then_some(()));
    pty.expect("done     Tell people");
    pty.press("q");
    pty.end()
}

/// Takes the choice that is marked as next.
fn take_next(pipe: &mut Pipe) {
    let said = pipe.expect("Say a number, or ? for help.");
    let list = said.rsplit("What can be done:").next().unwrap();
    let next = list.lines().find(|line| line.ends_with("(next)")).unwrap_or_else(|| {
        panic!("nothing is next: {said}");
    });
    pipe.expect("> ");
    pipe.say(next.split('.').next().unwrap());
}

fn line_by_line(home: &Home) -> String {
    let mut pipe = Pipe::start(home.command(&["drill", "--plain", &small("drills/small.toml")]));
    take_next(&mut pipe);
    pipe.expect("(empty: nothing happens): ");
    pipe.say(REPORT);
    take_next(&mut pipe);
    take_next(&mut pipe);
    pipe.expect("This will be sent, for “Close gate”:");
    pipe.expect("Type send to send it, anything else not to: ");
    pipe.say("send");
    take_next(&mut pipe);
    pipe.expect("Type 2 indices to send it, anything else not to: ");
    pipe.say("2 indices");
    take_next(&mut pipe);
    let options = pipe.expect("a number (empty: nothing happens): ");
    assert!(options.contains("2. yes"), "{options}");
    pipe.say("2");
    pipe.expect("(empty: nothing happens): ");
    pipe.say(REASON);
    pipe.expect("decided: yes");
    pipe.expect("> ");
    pipe.say("quit");
    let ended = pipe.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.text()
}

/// What the walk must have done to the simulated world.
fn expected_state() -> Value {
    json!({
        "gate": "closed",
        "reason": REPORT,
        "valid": 0,
        "asked": ["users-1", "users-2"],
    })
}

/// The story, as the kinds of its records.
const STORY: &[&str] = &[
    "opened",
    "step_started",
    "step_answered",
    "step_started",
    "call_requested",
    "call_answered",
    "scope_added",
    "scope_added",
    "step_completed",
    "step_armed",
    "check_started",
    "check_started",
    "check_failed",
    "check_failed",
    "step_started",
    "call_requested",
    "call_answered",
    "check_started",
    "check_started",
    "check_passed",
    "check_passed",
    "step_completed",
    "guard_armed",
    "step_armed",
    "check_started",
    "check_failed",
    "step_started",
    "call_requested",
    "call_answered",
    "check_started",
    "check_passed",
    "step_completed",
    "step_started",
    "decided",
];

#[test]
fn the_same_walk_leaves_the_same_record_whatever_the_face() {
    let homes = [Home::new(), Home::new(), Home::new()];
    let left = at_the_screen(&homes[0]);
    assert_eq!(left.code, 0, "{}", left.screen);
    left.assert_given_back();
    let plain = line_by_line(&homes[1]);
    assert!(!plain.contains('\u{1b}'));
    homes[2].walked();
    let dirs = homes.each_ref().map(Home::incident);
    for dir in &dirs {
        assert_eq!(kinds(dir), STORY, "{}", dir.display());
        assert_eq!(range_state(dir), expected_state());
        assert_eq!(range_changes(dir).len(), 2, "each change was sent once");
    }
    let [screen, plain, answers] = dirs.each_ref().map(|dir| normal(dir));
    for (index, answer) in answers.iter().enumerate() {
        assert_eq!(screen[index], *answer, "record {index}, screen and answers");
        assert_eq!(plain[index], *answer, "record {index}, plain and answers");
    }
    assert_eq!([screen.len(), plain.len()], [answers.len(); 2]);
    for home in &homes {
        assert_eq!(home.run(&["verify"]).code, 0);
    }
}
