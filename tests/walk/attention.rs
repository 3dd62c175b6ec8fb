//! What the program asks of the terminal beside drawing: to call the person, to copy, to bear a
//! name; and that it asks for nothing while nothing happens.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::{Home, wait_for};
use crate::pty::Terminal;
use crate::record::lines;
use crate::stage::{Door, drill, leave};
use crate::wire::{ever_set, is_own_title, sequences};

const FOCUS_LOST: &[u8] = b"\x1b[O";
const FOCUS_GAINED: &[u8] = b"\x1b[I";

#[test]
fn a_guard_that_breaks_calls_once_and_only_who_looks_elsewhere() {
    let home = Home::new();
    let door = Door::new(&home);
    let terminal = Terminal { variables: Door::VARIABLES, ..Terminal::default() };
    let (mut pty, dir) = door.open(&home, terminal);
    Door::lock(&mut pty, &dir);
    pty.press(FOCUS_LOST);
    // Read, when the key after it was.
    pty.press("2");
    pty.expect(">2 Record");
    let bells = pty.acted().bells;
    door.asked_again(2);
    assert_eq!(pty.acted().bells, bells, "a guard that holds is no news");
    door.locked.store(false, Ordering::SeqCst);
    pty.expect("1 guard BROKEN");
    pty.expect_acted("the bell", |acted| acted.bells == bells + 1);
    door.asked_again(3);
    assert_eq!(pty.acted().bells, bells + 1, "once is enough");
    pty.expect_acted("a title that alarms", |acted| {
        acted.titles.last().is_some_and(|title| title.starts_with("LIVE (!) "))
    });

    door.locked.store(true, Ordering::SeqCst);
    pty.expect("1 guard holding");
    pty.press(FOCUS_GAINED);
    pty.press("1");
    pty.expect(">1 Steps");
    let bells = pty.acted().bells;
    door.locked.store(false, Ordering::SeqCst);
    pty.expect("1 guard BROKEN");
    door.asked_again(2);
    assert_eq!(pty.acted().bells, bells, "who looks at it is not called");
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    assert_eq!(left.acted.bells, bells);
}

#[test]
fn a_notification_is_asked_for_where_the_configuration_says_so() {
    let home = Home::new();
    let door = Door::new(&home);
    home.write(
        ".config/stanch/config.toml",
        "[secrets.key]\nenv = \"DOOR_KEY\"\n[screen]\nnotify = \"osc9\"\n",
    );
    let terminal = Terminal { variables: Door::VARIABLES, ..Terminal::default() };
    let (mut pty, dir) = door.open(&home, terminal);
    Door::lock(&mut pty, &dir);
    pty.press(FOCUS_LOST);
    pty.press("2");
    pty.expect(">2 Record");
    let from = pty.written();
    door.locked.store(false, Ordering::SeqCst);
    let codename = lines(&dir)[0]["codename"].as_str().unwrap().to_owned();
    let asked = format!("\x1b]9;LIVE {codename}: a guard is broken\x07");
    pty.expect_raw("the notification", from, |raw| String::from_utf8_lossy(raw).contains(&asked));
    leave(pty);
}

/// As it is read aloud: the first 16 digits of the last line's hash.
fn spoken_head(dir: &std::path::Path) -> String {
    let hash = lines(dir).pop().unwrap()["h"].as_str().unwrap().to_owned();
    let digits: Vec<char> = hash.chars().take(16).collect();
    digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_head_is_copied_exactly_and_the_message_says_so() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    let head = spoken_head(&home.incident());
    pty.expect(&head);
    pty.press("yh");
    pty.expect("Sent the head (19 bytes) to the terminal's clipboard (OSC 52)");
    let copies = pty.acted().copies;
    assert_eq!(copies, [STANDARD.encode(&head)]);
    leave(pty);
}

#[test]
fn the_window_bears_the_name_and_every_mode_is_given_back() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    let codename = lines(&home.incident())[0]["codename"].as_str().unwrap().to_owned();
    pty.expect_acted("the title", |acted| {
        acted.titles.last() == Some(&format!("DRILL {codename} stanch"))
    });
    pty.press("tm");
    pty.expect("The mouse is on");
    pty.press("n");
    pty.expect("Write a note");
    pty.press("\x03");
    pty.expect_gone("Write a note");
    pty.press("q");
    let left = pty.end();
    // Whatever was set is reset after it, and the title is put back: see there.
    left.assert_given_back();
    let set = ever_set(&left.raw);
    for mode in ["1049", "2004", "1004", "2026", "1000"] {
        assert!(set.contains(&mode.to_owned()), "{mode} was never set: {set:?}");
    }
    let title = |number: &str| {
        let all = sequences(&left.raw);
        all.iter().filter(|(one, last)| one == number && *last == 't').count()
    };
    assert_eq!((title("22;2"), title("23;2")), (1, 1));
    assert!(left.acted.titles.iter().all(|title| is_own_title(title)));
    // Nothing is drawn on the person's own screen but what is said when it is left.
    assert!(!left.screen.contains("Steps"), "{}", left.screen);
}

/// Every frame begins so.
const FRAME: &[u8] = b"\x1b[?2026h";

fn frames(raw: &[u8]) -> usize {
    raw.windows(FRAME.len()).filter(|bytes| *bytes == FRAME).count()
}

#[test]
fn while_nothing_happens_only_the_clock_is_drawn() {
    let home = Home::new();
    for arguments in [true, false] {
        let pty = if arguments {
            drill(&home, Terminal::default())
        } else {
            let pty = crate::pty::Pty::start(&home, &[]);
            pty.expect("0 of 5 steps over");
            pty
        };
        pty.calm();
        let from = pty.written();
        let began = Instant::now();
        pty.expect_raw("four ticks", from, |raw| frames(raw) >= 4);
        // Never sooner; a busy machine only makes it later.
        assert!(began.elapsed() > Duration::from_millis(2_500), "{:?}", began.elapsed());
        let raw = pty.raw_since(from);
        assert!(raw.len() < frames(&raw) * 400, "{}", String::from_utf8_lossy(&raw));
        leave(pty);
    }
    wait_for("the drill to be left", || home.run(&["list"]).text().contains("open").then_some(()));
}
