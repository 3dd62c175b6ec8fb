//! The terminal is lent: to the shell with Ctrl-Z, to whoever stops and continues the process, and
//! to the person's editor; and taken back whole.

use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::harness::{Home, small, wait_for};
use crate::pty::{Pty, Terminal};
use crate::record::{kinds, lines};
use crate::stage::{Door, EDITOR, ESC, MASKED, SAVE, TOKEN, drill, leave};
use crate::wire::is_coloured;

/// The modes of the terminal as a command that the shell starts finds them.
fn modes_of_shell(pty: &mut Pty, home: &Home, name: &str) -> String {
    pty.press(format!("stty -g > {name}; echo told {name}\r"));
    pty.expect(&format!("told {name}\n"));
    let file = home.path(name);
    wait_for("the modes", || std::fs::read_to_string(&file).ok().filter(|text| text.contains('\n')))
}

#[test]
fn ctrl_z_leaves_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let home = Home::new();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_stanch")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", program.display());
    let variables =
        [("PATH", path.as_str()), ("PS1", "ready% "), ("DRILL", &small("drills/small.toml"))];
    let terminal = Terminal { variables: &variables, ..Terminal::default() };
    let shell = ["--norc", "--noprofile", "-i"];
    let mut pty = Pty::start_program(&home, "/bin/bash", &shell, terminal);
    pty.expect("ready% ");
    let before = modes_of_shell(&mut pty, &home, "before");
    for arguments in ["", "drill \"$DRILL\""] {
        let (first, whole) = if arguments.is_empty() {
            ("> first-drill", "look again")
        } else {
            ("next     Take report", "Enter open")
        };
        let from = pty.written();
        pty.press(format!("clear; stanch {arguments}\r"));
        pty.expect(first);
        pty.expect_alternate(true);
        // The terminal's answer was heard: it must not reach the shell.
        pty.expect_raw("colours", from, is_coloured);
        for time in ["once", "again"] {
            pty.press(b"\x1a");
            pty.expect("Stopped");
            pty.expect_alternate(false);
            let between = modes_of_shell(&mut pty, &home, &format!("between-{time}"));
            assert_eq!(between, before);
            pty.press("clear; fg\r");
            pty.expect_alternate(true);
            let screen = pty.expect(first);
            assert!(!screen.contains("ready%"), "{screen}");
            pty.expect(whole);
        }
        pty.press("q");
        pty.expect_alternate(false);
        pty.expect("ready% ");
        assert_eq!(modes_of_shell(&mut pty, &home, "after"), before);
    }
    pty.press("exit\r");
    let left = pty.end();
    left.assert_given_back();
    left.acted.assert_nothing_hostile("the shell");
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn stopped_and_continued_from_outside_it_draws_itself_anew() {
    let home = Home::new();
    let pty = drill(&home, Terminal::default());
    pty.calm();
    pty.signal(Signal::STOP);
    let stat = format!("/proc/{}/stat", pty.id().as_raw_nonzero());
    wait_for("it to stand still", || {
        std::fs::read_to_string(&stat).ok().filter(|stat| stat.contains(") T "))
    });
    let from = pty.written();
    pty.signal(Signal::CONT);
    // Whole, and with every mode that another may have taken away.
    pty.expect_raw("the whole screen again", from, |raw| {
        let text = String::from_utf8_lossy(raw);
        ["?1049h", "?2004h", "?1004h", "Take report", "Enter"].iter().all(|one| text.contains(one))
    });
    pty.expect("next     Take report");
    leave(pty);
}

/// An editor: a script that is called with the name of the file.
fn editor(home: &Home, script: &str) -> String {
    let path = home.write("editor.sh", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn nothing_is_left(home: &Home) {
    let left = crate::harness::files(&home.path("runtime"));
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_the_editor_wrote_is_masked_and_recorded_and_its_file_is_gone() {
    let home = Home::new();
    let door = Door::new(&home);
    let editor = editor(
        &home,
        "stat -c %a \"$1\" > seen; stat -c %U \"$1\" >> seen; cp \"$1\" found; echo \"$1\" > where\n\
         printf 'first line\\nthe token is %s\\n\\033]0;PWNED\\007 end\\n' \"$DOOR_KEY\" >> \"$1\"",
    );
    let variables = [Door::VARIABLES, &[("VISUAL", editor.as_str()), ("EDITOR", "false")]].concat();
    let terminal = Terminal { variables: &variables, ..Terminal::default() };
    let (mut pty, dir) = door.open(&home, terminal);
    pty.press("n");
    pty.expect("Write a note");
    pty.press("As it was. ");
    pty.expect("As it was.");
    pty.press(EDITOR);
    let screen = pty.expect("the token is");
    assert!(screen.contains(MASKED), "{screen}");
    pty.expect_alternate(true);
    assert_eq!(std::fs::read_to_string(home.path("seen")).unwrap().lines().next(), Some("600"));
    assert_eq!(std::fs::read_to_string(home.path("found")).unwrap().trim(), "As it was.");
    let at = std::fs::read_to_string(home.path("where")).unwrap();
    assert!(!std::path::Path::new(at.trim()).exists(), "{at}");
    nothing_is_left(&home);
    pty.press(SAVE);
    pty.expect("Recorded, up to entry");
    let noted = lines(&dir).pop().unwrap();
    let text = noted["text"].as_str().unwrap();
    assert!(text.starts_with("As it was. \nfirst line\nthe token is "), "{text}");
    assert!(text.contains(&format!("{MASKED}\n␛]0;PWNED␇ end")), "{text}");
    leave_without(pty, &home);
}

/// Leaves; the token is nowhere.
fn leave_without(mut pty: Pty, home: &Home) {
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    left.acted.assert_nothing_hostile("the screen");
    assert!(!String::from_utf8_lossy(&left.raw).contains(TOKEN));
    for (path, bytes) in crate::harness::files(&home.data()) {
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{}", path.display());
    }
}

#[test]
fn an_editor_that_fails_leaves_the_text_as_it_was() {
    for (script, told) in [
        ("echo ruined > \"$1\"; exit 3", "The editor ended with exit status: 3"),
        ("echo ruined > \"$1\"; kill -9 $$", "The editor ended with signal: 9"),
        ("rm \"$1\"", "What was written is lost"),
    ] {
        let home = Home::new();
        let editor = editor(&home, script);
        let variables = [("EDITOR", editor.as_str())];
        let mut pty = drill(&home, Terminal { variables: &variables, ..Terminal::default() });
        pty.press("n");
        pty.expect("Write a note");
        pty.press("Not to be lost");
        pty.expect("Not to be lost");
        pty.press(EDITOR);
        let screen = pty.expect(told);
        assert!(screen.contains("Not to be lost") && !screen.contains("ruined"), "{screen}");
        nothing_is_left(&home);
        pty.press(SAVE);
        // What went wrong stays on the screen until it is put away.
        let dir = home.incident();
        wait_for("the note", || kinds(&dir).contains(&"noted".to_owned()).then_some(()));
        assert_eq!(lines(&dir).pop().unwrap()["text"], "Not to be lost");
        pty.expect_gone("Write a note");
        pty.expect(told);
        pty.press(ESC);
        pty.expect_gone(told);
        leave(pty);
    }
}

#[test]
fn ctrl_c_in_the_editor_is_the_editors() {
    let home = Home::new();
    let editor = editor(
        &home,
        "trap 'touch caught' INT\necho EDITING\n\
         while [ ! -f caught ]; do read line; done\nread line\necho 'after it' >> \"$1\"",
    );
    let variables = [("EDITOR", editor.as_str())];
    let mut pty = drill(&home, Terminal { variables: &variables, ..Terminal::default() });
    pty.press("n");
    pty.expect("Write a note");
    pty.press(EDITOR);
    pty.expect("EDITING");
    pty.expect_alternate(false);
    pty.press(b"\x03");
    wait_for("the editor to be interrupted", || home.path("caught").exists().then_some(()));
    pty.press("\n\n\n");
    let screen = pty.expect("after it");
    assert!(screen.contains("Write a note"), "{screen}");
    pty.press(SAVE);
    pty.expect("Recorded, up to entry");
    assert_eq!(lines(&home.incident()).pop().unwrap()["text"], "after it");
    // And Ctrl-C is stanch's again.
    pty.press(b"\x03");
    let left = pty.end();
    left.assert_given_back();
    assert_eq!(left.code, 0);
}
