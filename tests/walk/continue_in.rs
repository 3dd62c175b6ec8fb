//! The way on when the disk of a record is full or broken: another directory, and everything that
//! is needed in it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rstest::rstest;
use serde_json::Value;
use sha2::Digest as _;

use crate::harness::{Ended, Home, small, wait_for};
use crate::pipe::Pipe;
use crate::record::{has, kinds, lines, range_state};
use crate::server::{Server, answer};

/// The new directory of these tests: its parent is missing too.
fn elsewhere(home: &Home) -> PathBuf {
    home.path("other-disk/incident")
}

fn codename(dir: &Path) -> String {
    lines(dir)[0]["codename"].as_str().unwrap().to_owned()
}

/// Takes what is next, which must be the step of this title.
fn take(pipe: &mut Pipe, title: &str) {
    pipe.expect(&format!("{title}\nnext, "));
    let list = pipe.expect("> ");
    let next = list.lines().find(|line| line.ends_with("(next)")).unwrap_or_else(|| {
        panic!("nothing is next: {list}");
    });
    pipe.say(next.split('.').next().unwrap());
}

fn leave(mut pipe: Pipe) -> Ended {
    pipe.say("quit");
    let ended = pipe.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    ended
}

/// Resumes with these arguments, writes a note, and leaves.
fn note(home: &Home, arguments: &[&str], text: &str) -> Ended {
    let mut pipe = Pipe::start(home.command(&[&["resume", "--plain"], arguments].concat()));
    pipe.expect("> ");
    pipe.say(format!("note {text}"));
    pipe.expect(&format!("noted: {text}"));
    pipe.expect("> ");
    leave(pipe)
}

fn continued(home: &Home) -> (PathBuf, PathBuf, String) {
    let old = home.walked();
    let (new, name) = (elsewhere(home), codename(&old));
    note(home, &[&name, "--continue-in", &new.display().to_string()], "first words");
    (old, new, name)
}

/// What each command that reads says of it.
fn reads(home: &Home, name: &str, new: &Path) {
    let record = lines(new);
    let head = record.last().unwrap()["h"].as_str().unwrap();
    let list: Value = serde_json::from_slice(&home.run(&["list", "--json"]).out).unwrap();
    assert_eq!(list["directory"], new.display().to_string());
    assert_eq!((list["codename"].as_str(), list["head"].as_str()), (Some(name), Some(head)));
    for which in [&[name][..], &[]] {
        let show = home.run(&[&["show"], which].concat());
        assert_eq!(show.code, 0, "{show:?}");
        assert!(show.text().contains(&format!("Directory: {}", new.display())), "{show:?}");
    }
    let verify = home.run(&["verify", name]);
    assert_eq!(verify.code, 0, "{verify:?}");
    let all = record.last().unwrap()["seq"].as_u64().unwrap() + 1;
    assert!(verify.text().contains(&format!("{}: {all} records", new.display())), "{verify:?}");
    let log = home.run(&["log", name]);
    assert_eq!(log.text().lines().count() as u64, all);
}

#[test]
fn a_drill_goes_on_in_a_directory_that_did_not_exist() {
    let home = Home::new();
    let drill = ["drill", "--plain", &small("drills/small.toml")];
    let mut pipe = Pipe::start(home.command(&drill));
    take(&mut pipe, "Take report");
    pipe.expect("(empty: nothing happens): ");
    pipe.say("A reporter reads addresses.");
    take(&mut pipe, "List indices");
    take(&mut pipe, "Close gate");
    pipe.expect("Type send to send it, anything else not to: ");
    pipe.say("send");
    let old = home.incident();
    wait_for("the gate", || has(&old, "guard_armed", "close").then_some(()));
    pipe.expect("> ");
    leave(pipe);

    let (new, name) = (elsewhere(&home), codename(&old));
    let arguments = ["resume", "--plain", &name, "--continue-in", &new.display().to_string()];
    let mut pipe = Pipe::start(home.command(&arguments));
    // The guard is asked at once, since nobody knows what was in between.
    wait_for("the guard", || {
        lines(&new).iter().any(|line| line["kind"] == "guard_holds").then_some(())
    });
    take(&mut pipe, "Revoke tokens");
    pipe.expect("Type 2 indices to send it, anything else not to: ");
    pipe.say("2 indices");
    wait_for("the tokens", || has(&new, "step_completed", "revoke").then_some(()));
    pipe.expect("> ");
    leave(pipe);

    let state = range_state(&new);
    assert_eq!((&state["gate"], &state["valid"]), (&"closed".into(), &0.into()));
    assert!(!kinds(&new).iter().any(|kind| kind == "guard_broken"), "{:?}", kinds(&new));
    assert!(!home.run(&["log"]).text().contains("BROKEN"));
    for dir in [new.parent().unwrap(), &new] {
        assert_eq!(std::fs::metadata(dir).unwrap().permissions().mode() & 0o777, 0o700);
    }
    reads(&home, &name, &new);
}

#[test]
fn a_live_incident_goes_on_in_another_directory() {
    let home = Home::new();
    let server = Server::start(|_| Some(answer(b"200 OK", b"", b"[{\"index\":\"logs-1\"}]")));
    let playbook = std::fs::read_to_string(small("playbook.toml")).unwrap();
    let playbook = playbook.replace("https://store.example.com:9200", &server.url());
    let playbook =
        playbook.replace("{ scheme = \"api-key\", secret = \"store-admin\" }", "\"none\"");
    let file = home.write("live.toml", playbook);
    let mut pipe = Pipe::start(home.command(&["open", "--plain", &file]));
    pipe.expect("> ");
    leave(pipe);
    let old = home.incident();
    let (new, name) = (elsewhere(&home), codename(&old));
    let arguments = ["resume", "--plain", &name, "--continue-in", &new.display().to_string()];
    let mut pipe = Pipe::start(home.command(&arguments));
    take(&mut pipe, "Take report");
    pipe.expect("(empty: nothing happens): ");
    pipe.say("A reporter reads addresses.");
    take(&mut pipe, "List indices");
    wait_for("the list", || has(&new, "step_completed", "list").then_some(()));
    pipe.expect("> ");
    leave(pipe);
    assert_eq!(server.requests().len(), 1);
    assert!(!new.join("range.jsonl").exists());
    reads(&home, &name, &new);
}

#[test]
fn whoever_resumes_by_name_goes_on_in_the_new_directory() {
    let home = Home::new();
    let (old, new, name) = continued(&home);
    let before = std::fs::read(old.join("journal.jsonl")).unwrap();
    for (which, text) in [
        (name.clone(), "by its codename"),
        (lines(&old)[0]["incident"].as_str().unwrap().to_owned(), "by its id"),
        (old.file_name().unwrap().to_str().unwrap().to_owned(), "by its old directory's name"),
        (old.display().to_string(), "by its old directory"),
    ] {
        note(&home, &[&which], text);
        assert!(lines(&new).iter().any(|line| line["text"] == text));
    }
    note(&home, &[], "by being the newest");
    assert_eq!(std::fs::read(old.join("journal.jsonl")).unwrap(), before);
    reads(&home, &name, &new);
    // And once more, to a third.
    let third = home.path("third");
    note(&home, &[&name, "--continue-in", "third"], "again");
    assert!(lines(&third).iter().any(|line| line["text"] == "again"));
    reads(&home, &name, &third);
}

#[test]
fn the_new_directory_has_what_the_old_disk_may_lose() {
    let home = Home::new();
    let (old, new, name) = continued(&home);
    for document in ["playbook.toml", "scenario.toml", "range.jsonl"] {
        assert!(std::fs::read(new.join(document)).is_ok(), "{document}");
    }
    let before = home.run(&["show", &name]);
    for document in ["playbook.toml", "scenario.toml"] {
        std::fs::remove_file(old.join(document)).unwrap();
    }
    let after = home.run(&["show", &name]);
    let steps = |ended: &Ended| ended.text().lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((after.code, steps(&after)), (0, steps(&before)));
    assert_eq!(after.told(), "");
    note(&home, &[&name], "still going on");
}

#[test]
fn a_world_that_is_shared_is_pinned_and_goes_along() {
    let home = Home::new();
    let mut pipe = Pipe::start(home.command(&["drill", "--plain", "first-walk"]));
    pipe.expect("> ");
    leave(pipe);
    let (old, new) = (home.incident(), elsewhere(&home));
    let name = codename(&old);
    let world = std::fs::read(old.join("world.toml")).unwrap();
    let pinned = lines(&old)[0]["exercise"]["world_sha256"].clone();
    assert_eq!(pinned, stanch::incident::hex(&sha2::Sha256::digest(&world)));
    note(&home, &[&name, "--continue-in", &new.display().to_string()], "on another disk");
    assert_eq!(std::fs::read(new.join("world.toml")).unwrap(), world);
    std::fs::remove_file(old.join("world.toml")).unwrap();
    note(&home, &[&name], "by the one that went along");
    let stick = home.path("stick");
    let moved = home.run(&["move", &name, &stick.display().to_string()]);
    assert_eq!(moved.code, 0, "{moved:?}");
    let copy = std::fs::read_dir(&stick).unwrap().next().unwrap().unwrap().path();
    note(&home, &[&copy.display().to_string()], "on a stick");
    // Another world is not that of this drill, wherever it lies.
    for dir in [&old, &new, &copy] {
        for file in files(dir).iter().filter(|file| file.ends_with("world.toml")) {
            std::fs::write(file, [&world[..], b"# changed\n"].concat()).unwrap();
        }
    }
    let refused = home.run(&["resume", "--plain", &copy.display().to_string()]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.told().contains("world.toml"), "{refused:?}");
}

/// All files of a directory, and of those in it.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_segment_that_is_gone_is_told_of() {
    let home = Home::new();
    let (old, new, name) = continued(&home);
    std::fs::rename(&new, home.path("unplugged")).unwrap();
    let gone = format!("the record goes on in {}", new.display());
    let list = home.run(&["list"]);
    assert!(list.text().contains(&name) && list.text().contains(&gone), "{list:?}");
    let show = home.run(&["show", &name]);
    assert!(show.told().contains(&gone), "{show:?}");
    let resume = home.run(&["resume", "--plain", &name]);
    assert_eq!(resume.code, 1, "nothing is written to what is not the end");
    assert!(resume.told().contains(&gone), "{resume:?}");
    // A marker that leads in a circle is followed no further.
    std::fs::write(old.join("continued-in"), format!("{}\n", old.display())).unwrap();
    let show = home.run(&["show", &name]);
    assert!(show.told().contains("does not follow it"), "{show:?}");
}

#[rstest]
#[case(&["log", "-f"], "noted: elsewhere")]
#[case(&["log", "-f", "--json"], "\"text\":\"elsewhere\"")]
fn log_follows_into_the_new_directory(#[case] arguments: &[&str], #[case] words: &str) {
    let home = Home::new();
    let old = home.walked();
    let mut follower = home.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut followed = BufReader::new(follower.stdout.take().unwrap()).lines();
    for _ in lines(&old) {
        followed.next().unwrap().unwrap();
    }
    note(&home, &["--continue-in", &elsewhere(&home).display().to_string()], "elsewhere");
    assert!(followed.any(|line| line.unwrap().contains(words)));
    follower.kill().unwrap();
    follower.wait().unwrap();
}

#[test]
fn a_disk_that_takes_no_marker_leaves_the_directory_to_go_on_by() {
    let home = Home::new();
    let old = home.walked();
    // The marker is written under this name first.
    std::fs::create_dir(old.join("continued-in.part")).unwrap();
    let new = elsewhere(&home);
    let to = new.display().to_string();
    let left = note(&home, &["--continue-in", &to], "elsewhere");
    assert!(!old.join("continued-in").exists());
    assert!(left.told().contains(&format!("stanch resume {to}")), "{left:?}");
    note(&home, &[&to], "by its directory");
    assert!(lines(&new).iter().any(|line| line["text"] == "by its directory"));
    assert_eq!(home.run(&["verify", &to]).code, 0);
}

#[test]
fn what_stands_in_a_directory_is_not_overwritten() {
    let home = Home::new();
    let old = home.walked();
    let name = codename(&old);
    let own = home.write("mine/playbook.toml", "my own work");
    for (dir, why) in [(home.path("mine"), "another playbook.toml"), (old, "a record in")] {
        let before = crate::harness::files(&dir);
        let to = dir.display().to_string();
        let ended = home.run(&["resume", "--plain", &name, "--continue-in", &to]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.told().contains(why), "{ended:?}");
        assert_eq!(crate::harness::files(&dir), before);
    }
    assert_eq!(std::fs::read_to_string(own).unwrap(), "my own work");
}

#[test]
fn nobody_goes_on_elsewhere_while_another_still_writes() {
    let home = Home::new();
    home.walked();
    let mut first = Pipe::start(home.command(&["resume", "--plain"]));
    first.expect("> ");
    let second = home.run(&["resume", "--plain", "--continue-in", "other"]);
    assert_eq!(second.code, 1);
    assert!(second.told().contains("being written by ana"), "{second:?}");
    leave(first);
}

#[test]
fn a_record_is_read_without_its_playbook() {
    let home = Home::new();
    let dir = home.walked();
    let (words, json) = (home.run(&["log"]), home.run(&["log", "--json"]));
    let mut playbook = std::fs::read_to_string(dir.join("playbook.toml")).unwrap();
    playbook.push_str("# one more line\n");
    std::fs::write(dir.join("playbook.toml"), playbook).unwrap();
    for missing in [false, true] {
        if missing {
            std::fs::remove_file(dir.join("playbook.toml")).unwrap();
        }
        let log = home.run(&["log"]);
        assert_eq!(log.code, 0, "{log:?}");
        assert_eq!(log.text().lines().count(), words.text().lines().count());
        assert_eq!(log.told().lines().count(), 1, "{log:?}");
        assert!(log.told().contains("read without its playbook"), "{log:?}");
        assert_eq!(home.run(&["log", "--json"]).out, json.out);
        let export = home.run(&["export", "--format", "jsonl"]);
        assert_eq!((export.code, &export.out), (0, &json.out));
        let show = home.run(&["show"]);
        assert_eq!(show.code, 0, "{show:?}");
        assert!(show.told().contains("read without its playbook"), "{show:?}");
        assert_eq!(home.run(&["resume", "--plain"]).code, 1, "but nothing is done without it");
    }
}
