//! `stanch` alone: what stands on the home screen, and what opens from it.

use crate::harness::{Ended, Home, small};
use crate::pipe::Pipe;
use crate::pty::{Pty, Terminal};
use crate::record::{kinds, lines};
use crate::server::{Server, answer};
use crate::stage::{ENTER, ESC, SAVE, SEND, drill, leave};

fn codename(home: &Home) -> String {
    lines(&home.incident())[0]["codename"].as_str().unwrap().to_owned()
}

/// The row with the codename, and the one below it.
fn card(screen: &str, codename: &str) -> String {
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines.iter().position(|line| line.contains(codename)).unwrap();
    lines[at..at + 2].join("\n")
}

/// A live incident with a call that nobody knows the end of.
fn in_doubt(home: &Home) {
    let server = Server::start(|_| Some(answer(b"500 Oops", b"", b"")));
    let playbook = format!(
        "format = 1\nid = \"change\"\ntitle = \"One change\"\n[backends.door]\ntitle = \"Door\"\n\
         url = \"{}\"\n[[steps]]\nid = \"lock\"\nphase = \"contain\"\ntitle = \"Lock door\"\n\
         call = {{ backend = \"door\", request = \"POST /lock\", repeat = \"once\" }}\n",
        server.url()
    );
    let file = home.write("change.toml", playbook);
    let answers = home.write("answers.toml", "[steps.lock]\nconfirm = true\n");
    let ended: Ended = home.run(&["run", &file, "--answers", &answers]);
    assert_eq!(ended.code, 1, "{ended:?}");
}

#[test]
fn incidents_stand_there_with_what_alarms_and_open_with_enter() {
    let home = Home::new();
    home.walked();
    let walked = codename(&home);
    in_doubt(&home);
    let mut pty = Pty::start(&home, &[]);
    let screen = pty.expect_that("the standing of both", |screen| {
        screen.contains("IN DOUBT") && screen.contains("5 of 5 steps over")
    });
    let doubtful = home.incidents().into_iter().map(|dir| lines(&dir)[0].clone());
    let doubtful: Vec<_> = doubtful.filter(|opened| opened["mode"] == "live").collect();
    let doubtful = doubtful[0]["codename"].as_str().unwrap();
    let told = card(&screen, doubtful);
    for part in ["LIVE", "One change", "1 IN DOUBT", "open", "ago"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = card(&screen, &walked);
    for part in ["DRILL", "A small leak", "guard asleep", "5 of 5 steps over"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(screen.contains("Enter open"), "{screen}");

    // To the drill, by moving to it; it is resumed, and its guard is asked again.
    while !pty.screen().lines().any(|line| line.contains("> DRILL") && line.contains(&walked)) {
        let before = pty.screen();
        pty.press("j");
        pty.expect_that("the mark to move", |screen| screen != before);
    }
    pty.press(ENTER);
    let screen = pty.expect(">1 Steps");
    assert!(screen.contains(&walked) && screen.contains("DRILL"), "{screen}");
    pty.press("q");
    pty.expect("guard asleep");
    leave(pty);
    for dir in home.incidents() {
        let resumed = kinds(&dir).iter().filter(|kind| *kind == "resumed").count();
        assert_eq!(resumed, usize::from(lines(&dir)[0]["mode"] == "drill"));
        assert_eq!(home.run(&["verify", &dir.display().to_string()]).code, 0);
    }
}

#[test]
fn a_drill_opens_with_enter_and_leaving_it_leads_back() {
    let home = Home::new();
    let mut pty = Pty::start(&home, &[]);
    let screen = pty.expect("None yet. A drill is the way to see how it goes.");
    assert!(screen.contains("first-walk"), "{screen}");
    pty.press("G");
    pty.expect("> key-on-a-forum");
    pty.press("kkk");
    pty.expect("> first-walk");
    pty.press(ENTER);
    pty.expect(">1 Steps");
    let codename = codename(&home);
    pty.press("q");
    let screen = pty.expect("look again");
    assert!(card(&screen, &codename).contains("DRILL"), "{screen}");
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    assert_eq!(left.code, 0);
    assert!(left.screen.contains("To go on: stanch resume"), "{}", left.screen);
    let titles = &left.acted.titles;
    assert!(titles.contains(&"stanch".to_owned()), "{titles:?}");
    assert!(titles.contains(&format!("DRILL {codename} stanch")), "{titles:?}");
}

#[test]
fn a_live_incident_needs_more_than_enter() {
    let home = Home::new();
    let mut pty = Pty::start(&home, &[]);
    // Where there is nothing yet, a drill is what is marked.
    pty.expect("> first-drill");
    pty.press("gg");
    pty.expect("> exposed-database");
    // Without a question, the key that opens has nothing to open.
    pty.press(SEND);
    for _ in 0..5 {
        pty.press(ENTER.repeat(40));
    }
    pty.expect("Open a LIVE incident on");
    pty.calm();
    assert!(home.incidents().is_empty());
    pty.press(ESC);
    pty.expect_gone("Open a LIVE incident on");
    pty.press(SEND);
    // Nor does it when something else was pressed in between.
    pty.press(ENTER);
    pty.expect("Open a LIVE incident on");
    pty.press("j");
    pty.expect("> leaked-credentials");
    pty.press(SEND);
    pty.press("k");
    pty.expect("> exposed-database");
    pty.calm();
    assert!(home.incidents().is_empty());
    pty.press(ENTER);
    pty.expect("Open a LIVE incident on");
    pty.press(SEND);
    let screen = pty.expect(">1 Steps");
    assert!(screen.contains("LIVE"), "{screen}");
    assert_eq!(lines(&home.incident())[0]["mode"], "live");
    pty.press("q");
    pty.expect("look again");
    leave(pty);
}

#[test]
fn a_closed_incident_is_only_read() {
    let home = Home::new();
    home.walked();
    let dir = home.incident();
    let mut pipe = Pipe::start(home.command(&["resume", "--plain"]));
    pipe.expect("> ");
    pipe.say("close");
    pipe.expect("(empty: nothing happens): ");
    pipe.say("It is over.");
    pipe.expect("> ");
    pipe.say("quit");
    let ended = pipe.end();
    assert!(kinds(&dir).contains(&"closed".to_owned()), "{ended:?}");

    let mut pty = Pty::start(&home, &[]);
    pty.expect("closed");
    pty.press("g");
    pty.press("g");
    pty.press(ENTER);
    pty.expect(">1 Steps");
    pty.expect("CLOSED");
    only_read(&mut pty, &dir);
    pty.press("q");
    pty.expect("look again");
    leave(pty);
}

/// Whatever is pressed, the record stays as it is.
fn only_read(pty: &mut Pty, dir: &std::path::Path) {
    let before = std::fs::read(dir.join("journal.jsonl")).unwrap();
    pty.expect_gone("being read");
    pty.press("n");
    pty.calm();
    pty.press(b"words");
    pty.press(SAVE);
    pty.press(ESC);
    pty.calm();
    for key in [ENTER, b".", ENTER, SEND] {
        pty.press(key);
        pty.calm();
    }
    pty.press(ESC);
    pty.calm();
    pty.press(b"1");
    pty.expect(">1 Steps");
    assert_eq!(std::fs::read(dir.join("journal.jsonl")).unwrap(), before);
}

#[test]
fn an_incident_that_another_engine_runs_is_attached_to_and_says_by_whom() {
    let home = Home::new();
    let mut runs = drill(&home, Terminal::default());
    let mut pty = Pty::start(&home, &[]);
    let screen = pty.expect("open, run by");
    let told = card(&screen, &codename(&home));
    assert!(told.contains("run by ana"), "{told}");
    pty.press(ENTER);
    let screen = pty.expect(">1 Steps");
    assert!(!screen.contains("READ-ONLY"), "{screen}");
    runs.expect("with ana");
    // Both act, and each sees what the other wrote.
    let note = |writes: &mut Pty, sees: &Pty, words: &str| {
        writes.press("n");
        writes.expect("Write a note");
        writes.press(words);
        writes.press(SAVE);
        writes.expect("Recorded, up to entry");
        sees.expect(words);
    };
    note(&mut runs, &pty, "From the first.");
    note(&mut pty, &runs, "Seen from next door.");
    pty.press("q");
    pty.expect("look again");
    leave(pty);
    leave(runs);
}

#[test]
fn without_a_screen_the_home_is_a_list_with_numbers() {
    let home = Home::new();
    let terminal = Terminal { variables: &[("TERM", "dumb")], ..Terminal::default() };
    let mut pty = Pty::start_in(&home, &[], terminal);
    let screen = pty.expect("Say a number, or quit.");
    let choice = screen.lines().find(|line| line.contains("Drill first-walk")).unwrap();
    let open = screen.lines().find(|line| line.contains("Open a live incident")).unwrap();
    pty.press(format!("{}\n", open.split('.').next().unwrap()));
    pty.expect("Type open to do it:");
    pty.press("yes\n");
    pty.expect("Nothing was opened.");
    assert!(home.incidents().is_empty());
    pty.press(format!("{}\n", choice.split('.').next().unwrap()));
    pty.expect("Say a number, or ? for help.");
    pty.press("quit\n");
    let screen = pty.expect("To go on: stanch resume");
    assert!(!screen.contains("panic"), "{screen}");
    pty.press("99\n");
    pty.expect("There is no choice 99.");
    pty.press("quit\n");
    let left = pty.end();
    assert_eq!(left.code, 0);
    assert!(!left.raw.contains(&0x1b), "{}", left.screen);
    left.assert_given_back();
    assert_eq!(lines(&home.incident())[0]["mode"], "drill");
}

#[test]
fn on_20_by_5_nothing_opens_and_q_leaves() {
    let home = Home::new();
    let terminal = Terminal { size: (20, 5), ..Terminal::default() };
    let mut pty = Pty::start_in(&home, &[], terminal);
    let screen = pty.expect("Too small: 20x5.");
    assert!(screen.contains("Make it"), "{screen}");
    pty.press([ENTER, SEND, b"G", ENTER, SEND].concat());
    pty.calm();
    assert!(home.incidents().is_empty());
    leave(pty);

    let mut pty = Pty::start_in(&home, &["drill", &small("drills/small.toml")], terminal);
    pty.expect("Too small: 20x5.");
    let dir = home.incident();
    let before = kinds(&dir);
    pty.press([ENTER, SEND, b"n", b"x", SAVE, b":", ENTER].concat());
    pty.calm();
    pty.expect("Too small: 20x5.");
    leave(pty);
    assert_eq!(kinds(&dir), before);
}

#[test]
fn resuming_what_is_run_already_asks_whether_to_attach() {
    let home = Home::new();
    let runs = drill(&home, Terminal::default());
    let mut pty = Pty::start(&home, &["--who", "ben", "resume"]);
    let asked = pty.expect("Attach to it? [Y/n]");
    assert!(asked.contains("is run by ana"), "{asked}");
    pty.press("n\r");
    assert_ne!(pty.end().code, 0);
    let mut pty = Pty::start(&home, &["--who", "ben", "resume"]);
    pty.expect("Attach to it? [Y/n]");
    pty.press("\r");
    pty.expect("with ana");
    runs.expect("with ben");
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    assert!(left.screen.contains("Left; the engine goes on."), "{}", left.screen);
    leave(runs);
}
