//! Roles, the hand-over page, a move and a fork, through the real binary.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::harness::{Ended, Home, files, wait_for};
use crate::pipe::Pipe;
use crate::record::{kinds, lines};

/// Resumes with these arguments, says these lines, and leaves.
fn say(home: &Home, arguments: &[&str], said: &[(&str, &str)]) -> Ended {
    let mut pipe = Pipe::start(home.command(&[&["resume", "--plain"], arguments].concat()));
    pipe.expect("> ");
    for (line, answered) in said {
        pipe.say(line);
        pipe.expect(answered);
    }
    pipe.say("quit");
    pipe.end()
}

/// A walked drill with a commander, whose role is on offer to ben.
fn offered(home: &Home) -> (PathBuf, String) {
    let dir = home.walked();
    let name = lines(&dir)[0]["codename"].as_str().unwrap().to_owned();
    let left = say(
        home,
        &[&name, "--who", "ana"],
        &[
            ("take-role", "Role: "),
            ("commander", "Who, "),
            ("", "Reason, "),
            ("", "ana is commander now"),
            ("hand-over", "To whom"),
            ("ben", "ana offers the role of commander to ben"),
        ],
    );
    assert_eq!(left.code, 0, "{left:?}");
    (dir, name)
}

#[test]
fn what_was_accepted_can_be_printed_again_to_the_byte() {
    let home = Home::new();
    let (dir, name) = offered(&home);
    // What guards say stands on the page: it is read when they have answered.
    let answers = || kinds(&dir).iter().filter(|kind| *kind == "guard_holds").count();
    let before = answers();
    let mut pipe = Pipe::start(home.command(&["resume", "--plain", &name, "--who", "ben"]));
    wait_for("the guard", || (answers() > before).then_some(()));
    let prompt = format!("{name}> ");
    pipe.expect(&prompt);
    wait_for("the face to know of it", || {
        pipe.say("handover");
        pipe.expect(&prompt).contains("1 guard holds").then_some(())
    });
    for (line, answered) in [("accept-role", "Type accept"), ("accept", "ben is commander now")] {
        pipe.say(line);
        pipe.expect(answered);
    }
    pipe.expect(&prompt);
    pipe.say("quit");
    let left = pipe.end();
    assert_eq!(left.code, 0, "{left:?}");
    let record = lines(&dir);
    let found = record.iter().find(|line| line["kind"] == "role_handed_over").unwrap();
    let at = found["page_seq"].to_string();
    let page = home.run(&["handover", &name, "--at", &at]);
    let hash = stanch::incident::hex(&Sha256::digest(&page.out));
    assert_eq!(found["page_sha256"], hash);
    let now = home.run(&["handover", &name]).text();
    assert!(now.contains("- commander: ben, since"), "{now}");
    let document = home.run(&["handover", &name, "--format", "md"]).text();
    assert!(document.contains("## Guards") && document.contains("Directory: "), "{document}");
    let export = home.run(&["export", &name]).text();
    assert!(export.contains("## Hand-over") && export.contains("### Guards"), "{export}");
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for (path, bytes) in files(from) {
        let path = to.join(path.strip_prefix(from).unwrap_or(&path));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_move_and_a_fork_through_the_binary() {
    let home = Home::new();
    let (old, name) = offered(&home);
    let (stick, copy) = (home.path("stick"), home.path("copy"));
    copied(&old, &copy);
    let moved = home.run(&["move", &name, &stick.display().to_string(), "--reason", "night"]);
    assert_eq!(moved.code, 0, "{moved:?}");
    let new = stick.join(old.file_name().unwrap());
    let [old_word, new_word, copy_word] = [&old, &new, &copy].map(|dir| dir.display().to_string());
    let same = home.run(&["verify", &old_word, &new_word]);
    assert_eq!((same.code, same.text().contains("the same: ")), (0, true), "{same:?}");
    let refused = home.run(&["resume", "--plain", &old_word]);
    assert!(refused.code == 1 && refused.told().contains(&new_word), "{refused:?}");
    assert!(home.run(&["show", &old_word]).text().contains("MOVED: goes on in"));
    assert!(home.run(&["list"]).text().contains(" moved "));

    let note = [("note over here", "noted: over here")];
    assert_eq!(say(&home, &[&new_word], &note).code, 0);
    assert!(kinds(&new).iter().any(|kind| kind == "arrived"));
    let begins = home.run(&["verify", &old_word, &new_word]);
    assert!(begins.code == 0 && begins.text().contains("A is the beginning of B"), "{begins:?}");
    let back = home.run(&["move", &old_word, "--back"]);
    assert!(back.code == 1 && back.told().contains("went on in"), "{back:?}");

    assert_eq!(say(&home, &[&copy_word], &note).code, 0, "a copy by hand is a fork");
    let fork = home.run(&["verify", &copy_word, &new_word]);
    let at = lines(&old).len() - 1;
    assert_eq!(fork.code, 1, "{fork:?}");
    assert!(fork.text().contains(&format!("FORK at record {at}: ")), "{fork:?}");
    assert!(fork.text().contains("A: resumed: "), "{fork:?}");
    assert!(fork.text().contains("B: moved: "), "{fork:?}");
    for dir in [&copy, &new] {
        let hash = lines(dir)[at]["h"].as_str().unwrap().to_owned();
        assert!(fork.text().contains(&hash), "{fork:?}");
    }
}

#[test]
fn a_drill_begun_elsewhere_is_another_incident() {
    let home = Home::new();
    let (one, other) = (home.walked(), Home::new());
    let two = other.walked();
    let [one, two] = [one, two].map(|dir| dir.display().to_string());
    let found = home.run(&["verify", &one, &two]);
    assert_eq!(found.code, 1);
    assert!(found.text().contains("FORK at record 0: they are two incidents"), "{found:?}");
}
