//! Around the steps: evidence, reminders, claims, and the record looked through, at the screen.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use stanch::incident::hex;

use crate::harness::{Home, wait_for};
use crate::pty::{Pty, Terminal, read_it};
use crate::record::{has, lines};
use crate::stage::{
    Door, ENTER, ESC, MASKED, SAVE, SEND, TOKEN, drill, find_and_do, leave, to_the_dialog,
};

/// Types into the fields of a form, one after the other, and saves it.
fn fill(pty: &mut Pty, fields: &[&str]) {
    pty.expect("Ctrl-S save");
    pty.press(fields.join("\t"));
    pty.press(SAVE);
    pty.expect("Recorded, up to entry");
    pty.expect_gone("Ctrl-S save");
}

#[test]
fn a_file_is_attached_with_its_hash() {
    let home = Home::new();
    let content = b"id,mail\n1,ana@example.com\n".repeat(500);
    let path = home.write("evidence/dump.csv", &content);
    let mut pty = drill(&home, Terminal::default());
    find_and_do(&mut pty, "attach");
    pty.expect("Path of the file");
    // What is not there is said, and nothing of the form is lost.
    pty.press("evidence/damp.csv\tthe dump that the reporter sent");
    pty.press(SAVE);
    pty.expect("cannot be attached");
    pty.expect("the dump that the reporter sent");
    pty.press("\x1b[Z\x15evidence/dump.csv");
    pty.press(SAVE);
    let dir = home.incident();
    let attached = wait_for("the evidence", || {
        lines(&dir).into_iter().find(|line| line["kind"] == "evidence_attached")
    });
    pty.expect_gone("Path of the file");
    assert_eq!(attached["path"], path.as_str());
    assert_eq!(attached["sha256"], hex(&Sha256::digest(&content)));
    pty.press("3");
    pty.expect(">3 Scope");
    let screen = pty.expect("dump.csv");
    assert!(screen.contains("the dump that the reporter sent"), "{screen}");
    leave(pty);
}

#[test]
fn a_reminder_is_counted_down_and_told_when_it_is_due() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    find_and_do(&mut pty, "set a reminder");
    fill(&mut pty, &["20m", "ask the host", "ben"]);
    pty.press("6");
    let screen = pty.expect("ask the host");
    assert!(screen.contains("0:19:5") || screen.contains("0:20:00"), "{screen}");
    let before = screen.lines().find(|line| line.contains("ask the host")).unwrap().to_owned();
    pty.expect_that("the time left to change", |screen| {
        let line = screen.lines().find(|line| line.contains("ask the host"));
        line.is_some_and(|line| line != before)
    });
    find_and_do(&mut pty, "set a reminder");
    fill(&mut pty, &["2s", "look again"]);
    pty.expect("reminder OVERDUE by ");
    pty.press("6");
    pty.expect("OVERDUE by ");
    let due = lines(&home.incident()).pop().unwrap();
    assert_eq!(due["kind"], "timer_due");
    // Done, from the list: it alarms no more.
    pty.press(b"\x1b[H");
    pty.press(ENTER);
    pty.expect("Find: reminder");
    pty.press(ENTER);
    fill(&mut pty, &["looked"]);
    pty.expect_gone("OVERDUE");
    leave(pty);
}

#[test]
fn a_claim_is_entered_and_amended() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    find_and_do(&mut pty, "enter a claim");
    fill(&mut pty, &["Mail addresses leaked", "the reporter", "mail addresses"]);
    pty.press("4");
    let screen = pty.expect("1. asserted: Mail addresses leaked");
    assert!(screen.contains("the reporter"), "{screen}");
    pty.press(ENTER);
    pty.expect("Find: claim 1");
    pty.press(ENTER);
    pty.expect("It is");
    pty.press("\x1b[B");
    pty.expect("(x) ");
    fill(&mut pty, &["", "seen in the log of the proxy"]);
    let amended = lines(&home.incident()).pop().unwrap();
    assert_eq!(amended["kind"], "claim_amended");
    pty.expect_gone("1. asserted");
    let screen = pty.expect("Mail addresses leaked");
    assert!(screen.contains(amended["status"].as_str().unwrap()), "{screen} {amended}");
    leave(pty);
}

#[test]
fn the_record_is_filtered_and_an_entry_shows_the_hashes_of_the_file() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    let dir = home.incident();
    to_the_dialog(&mut pty, &dir);
    read_it();
    pty.press(SEND);
    wait_for("the change", || has(&dir, "step_completed", "close").then_some(()));
    pty.expect("next     Revoke tokens");
    pty.press("2f");
    pty.expect("Show only some entries");
    pty.press("kind:call step:close");
    pty.press(ENTER);
    let screen = pty.expect("Record, only kind:call step:close: 2 found");
    assert!(!screen.contains("step started") && screen.contains("PUT https://gate"), "{screen}");
    pty.press("\x1b[H");
    pty.press(ENTER);
    let asked = lines(&dir).into_iter();
    let asked = asked
        .filter(|line| line["kind"] == "call_requested" && line["step"]["id"] == "close")
        .collect::<Vec<_>>();
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    let screen = pty.expect(&format!("Entry {}", asked["seq"]));
    for hash in ["prev", "h"] {
        assert!(screen.contains(asked[hash].as_str().unwrap()), "{hash}: {screen}");
    }
    // The next entry names this one as the one before it.
    pty.press("]");
    let screen = pty.expect(&format!("Entry {}", asked["seq"].as_u64().unwrap() + 1));
    assert!(screen.contains(&format!("prev {}", asked["h"].as_str().unwrap())), "{screen}");
    pty.press(ESC);
    pty.expect("only kind:call");
    pty.press(ESC);
    pty.expect_gone("only kind:call");
    leave(pty);
}

/// As many lines as somebody pastes who pastes a log.
const LINES: usize = 10_000;

#[test]
fn a_long_paste_is_whole_masked_and_harmless() {
    let home = Home::new();
    let door = Door::new(&home);
    let terminal = Terminal { variables: Door::VARIABLES, ..Terminal::default() };
    let (mut pty, dir) = door.open(&home, terminal);
    pty.press("n");
    pty.expect("Write a note");
    let mut text = String::new();
    for number in 0..LINES {
        // As a terminal sends the ends of lines in a paste.
        write!(text, "{number} {TOKEN} \x1bc\r").unwrap();
    }
    pty.press(format!("\x1b[200~{text}last \x1b]0;PWNED\x07\x1b[201~"));
    let screen = pty.expect("last ␛]0;PWNED␇");
    assert!(screen.contains(&format!("9999 {MASKED} ␛c")), "{screen}");
    pty.press(SAVE);
    pty.expect("Recorded, up to entry");
    let noted = lines(&dir).pop().unwrap();
    let noted: Vec<&str> = noted["text"].as_str().unwrap().split('\n').collect();
    assert_eq!(noted.len(), LINES + 1);
    for (number, line) in noted[..LINES].iter().enumerate() {
        assert_eq!(*line, format!("{number} {MASKED} ␛c"));
    }
    pty.press("2");
    pty.expect(">2 Record");
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    left.acted.assert_nothing_hostile("the screen");
    crate::escapes::assert_own_sequences_only("the screen", &left.raw);
    assert!(!String::from_utf8_lossy(&left.raw).contains(TOKEN));
    for (path, bytes) in crate::harness::files(&home.data()) {
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{}", path.display());
    }
    assert_eq!(home.run(&["verify"]).code, 0);
}
