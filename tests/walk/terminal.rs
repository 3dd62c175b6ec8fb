//! The terminal is given back whatever ends the program; nothing is sent by a key that is held down
//! or on a screen that cannot show it; without a real terminal there is the plain face.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};

use rstest::rstest;
use rustix::process::Signal;

use crate::harness::{Home, small, wait_for};
use crate::pipe::Pipe;
use crate::pty::{Pty, read_it};
use crate::record::{has, kinds, lines, range_changes};
use crate::server::{Server, answer};
use crate::wire::{dresses, is_coloured};

const ENTER: &[u8] = b"\r";
const SAVE: &[u8] = b"\x13";
const SEND: &[u8] = b"\x19";
const ESC: &[u8] = b"\x1b";

#[rstest]
#[case(Signal::TERM)]
#[case(Signal::INT)]
#[case(Signal::HUP)]
fn a_signal_gives_the_terminal_back(#[case] signal: Signal) {
    let home = Home::new();
    let pty = Pty::start(&home, &["drill", &small("drills/small.toml")]);
    pty.expect("next     Take report");
    pty.signal(signal);
    let left = pty.end();
    left.assert_given_back();
    assert_eq!(left.code, 0);
    assert!(left.screen.contains("To go on: stanch resume"), "{}", left.screen);
    assert_eq!(home.run(&["verify"]).code, 0);
}

/// One change that must not be sent twice.
fn one_change(home: &Home, url: &str) -> String {
    home.write(
        "change.toml",
        format!(
            r#"
            format = 1
            id = "change"
            title = "One change"
            [backends.door]
            title = "The door"
            url = "{url}"
            [[steps]]
            id = "lock"
            phase = "contain"
            title = "Lock door"
            danger = "confirm"
            call = {{ backend = "door", request = "POST /lock", repeat = "once" }}
            "#
        ),
    )
}

/// Opens the change live and sends it; returns when it has left.
fn send_it(home: &Home, server: &Server) -> Pty {
    let mut pty = Pty::start(home, &["open", &one_change(home, &server.url())]);
    pty.expect("next     Lock door");
    pty.press(ENTER);
    let screen = pty.expect("Send this?");
    assert!(screen.contains("to a LIVE system"), "{screen}");
    read_it();
    pty.press(SEND);
    wait_for("the request", || server.requests().pop());
    assert!(has(&home.incident(), "call_requested", "lock"), "the intent was there before");
    pty
}

#[test]
fn killed_while_a_call_is_under_way_the_next_start_says_in_doubt() {
    let home = Home::new();
    let server = Server::start(|_| None);
    let pty = send_it(&home, &server);
    pty.signal(Signal::KILL);
    drop(pty);
    let dir = home.incident();
    assert!(!kinds(&dir).contains(&"call_in_doubt".to_owned()), "nobody was left to say so");

    let mut pipe = Pipe::start(home.command(&["resume", "--plain"]));
    let said = pipe.expect("> ");
    assert!(said.contains("LIVE") && said.contains("1 IN DOUBT"), "{said}");
    pipe.say("quit");
    let ended = pipe.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.told().contains("1 in doubt: resume and settle it."), "{ended:?}");
    assert!(kinds(&dir).ends_with(&["resumed".to_owned(), "call_in_doubt".to_owned()]));

    let mut pty = Pty::start(&home, &["resume"]);
    pty.expect("1 IN DOUBT");
    pty.press("q");
    pty.end().assert_given_back();
    assert!(home.run(&["show"]).text().contains("in doubt"));
    assert_eq!(server.requests().len(), 1, "it was never sent again");
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_signal_gives_the_terminal_back_at_once_and_the_running_call_is_recorded() {
    let home = Home::new();
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let held = Arc::clone(&gate);
    let server = Server::start(move |_| {
        let open = held.0.lock().unwrap();
        drop(held.1.wait_while(open, |open| !*open).unwrap());
        Some(answer(b"200 OK", b"", b"{}"))
    });
    let pty = send_it(&home, &server);
    pty.signal(Signal::HUP);
    pty.expect_left();
    let dir = home.incident();
    assert!(!kinds(&dir).contains(&"call_answered".to_owned()));
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    pty.end().assert_given_back();
    let answered = lines(&dir).into_iter().find(|line| line["kind"] == "call_answered").unwrap();
    assert_eq!(answered["verdict"], "succeeded");
}

#[test]
fn the_state_before_holds_up_nothing() {
    let home = Home::new();
    let changed = Arc::new(Mutex::new(false));
    let seen = Arc::clone(&changed);
    // Until the change nobody who asks for the state is answered.
    let server = Server::start(move |request| {
        let mut changed = seen.lock().unwrap();
        *changed |= request.starts_with("POST");
        changed.then(|| answer(b"200 OK", b"", b"{\"locked\": true}"))
    });
    let check = "[[steps.verify]]\ntitle = \"It is locked\"\nrequest = \"GET /lock\"\n\
                 ok = \"json.locked\"\nevery = \"1s\"\nwithin = \"30s\"\n";
    let playbook = one_change(&home, &server.url());
    let text = std::fs::read_to_string(&playbook).unwrap();
    home.write("change.toml", format!("{text}\n{check}"));
    let mut pty = Pty::start(&home, &["open", &playbook]);
    pty.expect("next     Lock door");
    let dir = home.incident();
    pty.press(ENTER);
    pty.expect("Send this?");
    wait_for("the state to be asked for", || server.requests().pop());
    read_it();
    pty.press(SEND);
    wait_for("the change", || has(&dir, "step_completed", "lock").then_some(()));
    let sent = server.requests().iter().filter(|one| one.starts_with("POST")).count();
    assert_eq!(sent, 1);
    pty.press("q");
    pty.end().assert_given_back();
    assert_eq!(home.run(&["verify"]).code, 0);
}

/// As many as a keyboard repeats in a quarter of a minute.
fn hold_enter(pty: &mut Pty) {
    for _ in 0..10 {
        pty.press(ENTER.repeat(50));
    }
    pty.calm();
}

/// Presses this key in a dialog until it counts. On a busy machine keys from before may still be
/// unread however long it was quiet, and what comes soon after one of them is ignored on purpose; so
/// is a key that comes again within a second.
fn press_until(pty: &mut Pty, key: &[u8], what: &str, mut counted: impl FnMut() -> bool) {
    let mut presses = 0;
    loop {
        read_it();
        if counted() {
            return;
        }
        assert!(presses < 20, "{what}: ignored for ever:\n{}", pty.screen());
        presses += 1;
        let from = pty.written();
        pty.press(key);
        let is_over = wait_for(what, || {
            let ignored = pty.screen().to_lowercase().contains("ignored: ");
            let drawn = pty.written() > from;
            if counted() { Some(true) } else { (drawn && ignored).then_some(false) }
        });
        if is_over {
            return;
        }
        read_it();
    }
}

/// Takes back what the dialog shows; when that is recorded, every key before was read.
fn take_back(pty: &mut Pty, dir: &Path, step: &str) {
    press_until(pty, ESC, "it to be taken back", || has(dir, "step_disarmed", step));
    pty.expect_gone("Send this?");
}

#[test]
fn enter_held_down_through_the_whole_drill_sends_nothing() {
    let home = Home::new();
    let mut pty = Pty::start(&home, &["drill", &small("drills/small.toml")]);
    pty.expect("next     Take report");
    let dir = home.incident();
    hold_enter(&mut pty);
    pty.expect("Who says what?");
    pty.press("somebody");
    pty.press(SAVE);
    wait_for("the answer", || has(&dir, "step_answered", "report").then_some(()));
    hold_enter(&mut pty);
    // It began what only reads, and opened the first change.
    pty.expect("Send this?");
    hold_enter(&mut pty);
    take_back(&mut pty, &dir, "close");
    assert_eq!(range_changes(&dir).len(), 0);

    // Enter opens it only when what was asked for before is recorded, and the screen knows.
    pty.expect("Recorded, up to entry");
    pty.press(ENTER);
    pty.expect("Send this?");
    press_until(&mut pty, SEND, "the change", || has(&dir, "call_requested", "close"));
    wait_for("its proof", || has(&dir, "step_completed", "close").then_some(()));
    pty.expect_gone("Send this?");
    hold_enter(&mut pty);
    pty.expect("Target: 2 indices");
    // Keys from before may be unread yet; a target is typed where nothing is ignored any more.
    pty.calm();
    read_it();
    pty.press("2 indices");
    pty.expect("Type target: 2 indices");
    hold_enter(&mut pty);
    pty.expect("Enter never sends.");
    take_back(&mut pty, &dir, "revoke");
    assert_eq!(range_changes(&dir).len(), 1, "only what the other key sent");
    pty.press("q");
    pty.end().assert_given_back();
}

#[test]
fn on_a_terminal_of_39_by_11_nothing_can_be_confirmed() {
    let home = Home::new();
    let mut pty = Pty::start(&home, &["drill", &small("drills/small.toml")]);
    pty.expect("next     Take report");
    let dir = home.incident();
    pty.press(ENTER);
    pty.expect("Who says what?");
    pty.press("somebody");
    pty.press(SAVE);
    pty.expect("next     List indices");
    pty.press(ENTER);
    pty.expect("next     Close gate");
    pty.press(ENTER);
    pty.expect("Send this?");
    read_it();
    pty.resize(39, 11);
    pty.expect("Too small: 39x11.");
    pty.press(SEND);
    pty.press(ENTER);
    press_until(&mut pty, ESC, "it to be taken back", || has(&dir, "step_disarmed", "close"));
    assert!(!has(&dir, "call_requested", "close"));
    assert_eq!(range_changes(&dir).len(), 0);
    pty.press("q");
    pty.end().assert_given_back();

    // Nor is anything begun on one that never was larger.
    let mut pty = Pty::start_as(&home, &["resume"], (39, 11), &[]);
    let screen = pty.expect("Too small: 39x11.");
    assert!(screen.contains("DRILL"), "{screen}");
    let before = kinds(&dir).len();
    pty.press([ENTER, SEND, b"n", ENTER].concat());
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    assert_eq!(kinds(&dir).len(), before);
}

#[test]
fn no_color_takes_the_colours_and_leaves_the_rest() {
    let raws = [&[][..], &[("NO_COLOR", "1")]].map(|variables| {
        let home = Home::new();
        let drill = small("drills/small.toml");
        let mut pty = Pty::start_as(&home, &["drill", &drill], (80, 24), variables);
        pty.expect("next     Take report");
        if variables.is_empty() {
            pty.expect_raw("colours", 0, is_coloured);
        }
        pty.calm();
        pty.press("q");
        pty.end().raw
    });
    assert!(is_coloured(&raws[0]));
    assert!(!is_coloured(&raws[1]));
    let reverses = |dress: &String| dress.split(';').any(|part| part == "7");
    assert!(dresses(&raws[1]).iter().any(reverses), "reverse video still marks what matters");
}

#[test]
fn a_dumb_terminal_gets_lines() {
    let home = Home::new();
    let arguments = ["drill", &small("drills/small.toml")];
    let mut pty = Pty::start_as(&home, &arguments, (80, 24), &[("TERM", "dumb")]);
    pty.expect("Say a number, or ? for help.");
    pty.press("quit\n");
    let left = pty.end();
    assert!(!left.raw.contains(&0x1b), "{}", left.screen);
    assert_eq!(left.code, 0);
    left.assert_given_back();
}

#[test]
fn without_a_terminal_there_are_lines_and_the_end_of_the_input_leaves() {
    let home = Home::new();
    let ended = home.run(&["drill", &small("drills/small.toml")]);
    assert_eq!(ended.code, 0);
    assert!(ended.text().contains("The input ended. The incident stays as it is."));
}

#[test]
fn more_than_a_buffer_of_keys_at_once_is_read_to_its_end() {
    let home = Home::new();
    let mut pty = Pty::start(&home, &["drill", &small("drills/small.toml")]);
    pty.expect("next     Take report");
    pty.press(["\x1b[6~".repeat(900), "n".to_owned()].concat());
    pty.expect("Write a note");
    let text = "long ".repeat(2_000);
    pty.press(format!("\x1b[200~{text}\x1b[201~"));
    // The dialog of a paste that was read to its end takes the next key.
    pty.press(SAVE);
    pty.expect("Recorded, up to entry");
    let noted = lines(&home.incident()).pop().unwrap();
    assert_eq!(noted["text"].as_str().unwrap().trim(), text.trim());
    pty.press("q");
    pty.end().assert_given_back();
}
