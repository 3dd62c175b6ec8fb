//! `note`, `run -- COMMAND` and `attach-file`: with an engine and without, what they record, what
//! they never let through, and how they exit.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;
use sha2::{Digest, Sha256};
use stanch::incident::hex;

use crate::harness::{Ended, Home, files, small, wait_for};
use crate::pipe::Pipe;
use crate::record::{kinds, lines};
use crate::served::{Served, Wire, kill};

const TOKEN: &str = "tok-5f1c9e0b7a62d843";

/// A live incident of one question; the token of its configuration is in the environment.
fn live(home: &Home) -> String {
    home.write(".config/stanch/config.toml", "[secrets.key]\nenv = \"DOOR_KEY\"\n");
    home.write(
        "ask.toml",
        "format = 1\nid = \"ask\"\ntitle = \"One question\"\n[[steps]]\nid = \"why\"\nphase = \
         \"learn\"\ntitle = \"Why\"\nask = { question = \"Why?\" }\n",
    )
}

/// Opened and left again: nobody runs it.
fn left(home: &Home) -> std::path::PathBuf {
    let playbook = live(home);
    assert_eq!(home.run(&["open", &playbook, "--plain"]).code, 0);
    home.incident()
}

fn fed(mut command: Command, text: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    Ended::of(&child.wait_with_output().unwrap())
}

fn of_kind(dir: &Path, kind: &str) -> Vec<Value> {
    lines(dir).into_iter().filter(|line| line["kind"] == kind).collect()
}

fn blob(dir: &Path, output: &Value) -> Vec<u8> {
    let sha256 = output["sha256"].as_str().unwrap();
    let bytes = std::fs::read(dir.join("blobs").join(sha256)).unwrap();
    assert_eq!(hex(&Sha256::digest(&bytes)), sha256);
    bytes
}

#[test]
fn a_note_without_an_engine_takes_nothing_up() {
    let home = Home::new();
    let dir = left(&home);
    let before = kinds(&dir).len();
    let noted = fed(home.command(&["note", "--source", "the pager"]), b"one\ntwo\n");
    assert_eq!(noted.code, 0, "{noted:?}");
    let all = lines(&dir);
    let new: Vec<&Value> = all[before..].iter().collect();
    assert_eq!(kinds(&dir)[before..], ["visited", "noted"]);
    assert_eq!((&new[1]["text"], &new[1]["source"]), (&"one\ntwo".into(), &"the pager".into()));
    let (seq, head) = (&new[1]["seq"], new[1]["h"].as_str().unwrap());
    assert!(noted.text().contains(&format!("entry {seq} of ")), "{noted:?}");
    assert!(noted.text().contains(&head[..4]), "{noted:?}");
    // Its lock is free, and the record whole.
    assert_eq!(home.run(&["verify"]).code, 0);
    assert_eq!(home.run(&["resume", "--plain"]).code, 0);
}

#[test]
fn a_note_that_is_not_recorded_is_kept_and_says_so() {
    let home = Home::new();
    let dir = left(&home);
    let nothing = fed(home.command(&["note"]), b" \n");
    assert_eq!(nothing.code, 1, "{nothing:?}");
    std::fs::write(dir.join("playbook.toml"), "").unwrap();
    let mut damaged = std::fs::read(dir.join("journal.jsonl")).unwrap();
    damaged[40] ^= 1;
    std::fs::write(dir.join("journal.jsonl"), damaged).unwrap();
    let name = dir.display().to_string();
    let text = format!("worth keeping, {TOKEN}\n");
    let mut command = home.command(&["note", "--incident", &name]);
    command.env("DOOR_KEY", TOKEN);
    let refused = fed(command, text.as_bytes());
    assert_eq!(refused.code, 1, "{refused:?}");
    let told = refused.told();
    let path = told.split("is kept in ").nth(1).unwrap().split([':', '\n']).next().unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "worth keeping, [secret:key]\n");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_long_note_becomes_several_and_a_longer_one_is_refused_with_the_way_out() {
    let home = Home::new();
    let served = Served::start(&home, &["--open", &live(&home)]);
    let dir = home.incident();
    let text = format!("{}\n", "a line of a long log").repeat(30_000);
    let noted = fed(home.command(&["note"]), text.as_bytes());
    assert_eq!(noted.code, 0, "{noted:?}");
    let parts = of_kind(&dir, "noted");
    assert!(parts.len() > 1);
    let joined: Vec<&str> = parts
        .iter()
        .map(|note| note["text"].as_str().unwrap().split_once('\n').unwrap().1)
        .collect();
    assert_eq!(joined.join("\n"), text.trim_end());
    assert!(
        parts[0]["text"].as_str().unwrap().starts_with(&format!("[part 1 of {}]", parts.len()))
    );
    let long = fed(home.command(&["note"]), &vec![b'x'; 5 << 20]);
    assert_eq!(long.code, 1);
    assert!(long.told().contains("stanch attach-file"), "{long:?}");
    assert!(long.told().contains("is kept in"), "{long:?}");
    served.end();
}

#[test]
fn a_command_is_recorded_before_it_is_started_and_with_what_it_printed() {
    let home = Home::new();
    let served = Served::start(&home, &["--open", &live(&home)]);
    let dir = home.incident();
    let script = "grep -c command_started \"$0\"; printf '\\033[31mred\\033[0m' >&2; exit 3";
    let journal = dir.join("journal.jsonl").display().to_string();
    let ran = home.run(&["run", "--", "sh", "-c", script, &journal]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(ran.out, b"1\n", "the intent was there before it");
    assert!(ran.err.starts_with(b"\x1b[31mred\x1b[0m"), "it passes through as it is: {ran:?}");
    let [started] = &of_kind(&dir, "command_started")[..] else { unreachable!() };
    assert_eq!(started["argv"][0], "sh");
    let [ended] = &of_kind(&dir, "command_ended")[..] else { unreachable!() };
    assert_eq!(ended["run"], started["run"]);
    assert_eq!(ended["end"]["how"]["exited"]["code"], 3);
    assert_eq!(blob(&dir, &ended["end"]["stdout"]), b"1\n");
    assert_eq!(blob(&dir, &ended["end"]["stderr"]), b"\x1b[31mred\x1b[0m");
    // It reaches a screen only as what it is.
    assert!(!home.run(&["log"]).text().contains('\u{1b}'));
    let document = home.run(&["export", "--format", "md"]).text();
    assert!(document.contains("## Commands") && document.contains("exited with 3"), "{document}");

    let missing = home.run(&["run", "--", "no-such-program-anywhere"]);
    assert_eq!(missing.code, 127, "{missing:?}");
    let many = home.run(&["run", "--", "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"]);
    assert_eq!((many.code, many.out.len()), (0, 3_000_000), "all of it passes through");
    let output = of_kind(&dir, "command_ended").pop().unwrap()["end"]["stdout"].clone();
    assert_eq!((&output["bytes"], &output["truncated"]), (&3_000_000.into(), &true.into()));
    assert_eq!(blob(&dir, &output).len(), 1 << 20);
    served.end();
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_signal_is_the_commands_and_what_is_not_said_stays_open() {
    let home = Home::new();
    let dir = left(&home);
    let begin = |name: &str| {
        let ready = home.path(name).display().to_string();
        let script = "echo > \"$0\"; exec sleep 600";
        let pipe = Pipe::start(home.command(&["run", "--", "sh", "-c", script, &ready]));
        wait_for("the command", || home.path(name).exists().then_some(()));
        pipe
    };
    let pipe = begin("one");
    kill(pipe.id(), Signal::TERM);
    let ended = pipe.end();
    assert_eq!(ended.code, 128 + 15, "{ended:?}");
    let last = of_kind(&dir, "command_ended").pop().unwrap();
    assert_eq!(last["end"]["how"]["signalled"]["signal"], 15);

    let pipe = begin("two");
    kill(pipe.id(), Signal::KILL);
    pipe.end();
    let mut face = Pipe::start(home.command(&["resume", "--plain"]));
    let said = face.expect("Say a number");
    assert!(said.contains("1 command without an end"), "{said}");
    face.say("command-ended");
    face.expect("Reason");
    face.say("looked: it did not run to its end");
    face.expect("a person says: looked");
    face.say("quit");
    assert_eq!(face.end().code, 0);
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn nothing_is_started_that_cannot_be_recorded() {
    let home = Home::new();
    let touched = home.path("touched").display().to_string();
    let nowhere = home.run(&["run", "--", "touch", &touched]);
    assert_eq!(nowhere.code, 125, "{nowhere:?}");
    let served = Served::drill(&home);
    let dir = home.incident();
    let drill = home.run(&["run", "--", "touch", &touched]);
    assert_eq!(drill.code, 125, "{drill:?}");
    assert!(drill.told().contains("--anyway"), "{drill:?}");
    assert!(!Path::new(&touched).exists());
    assert!(!kinds(&dir).contains(&"command_started".to_owned()));
    let anyway = home.run(&["run", "--anyway", "--", "touch", &touched]);
    assert_eq!(anyway.code, 0, "{anyway:?}");
    assert!(Path::new(&touched).exists());
    served.end();
}

#[test]
fn a_file_is_hashed_here_and_recorded_there() {
    let home = Home::new();
    let served = Served::start(&home, &["--open", &live(&home)]);
    let dir = home.incident();
    let path = home.write("dump.json", "{\"leaked\": true}");
    let attached = home.run(&["attach-file", "dump.json", "--about", "the leak"]);
    assert_eq!(attached.code, 0, "{attached:?}");
    let [line] = &of_kind(&dir, "evidence_attached")[..] else { unreachable!() };
    assert_eq!((&line["path"], &line["bytes"]), (&path.into(), &16.into()));
    assert_eq!(home.run(&["attach-file", "missing", "--about", "x"]).code, 1);
    served.end();
}

#[test]
fn secrets_and_escapes_come_through_none_of_them() {
    let home = Home::new();
    let playbook = live(&home);
    let mut serve = home.command(&["serve", "--open", &playbook]);
    serve.env("DOOR_KEY", TOKEN);
    let mut pipe = Pipe::start(serve);
    pipe.expect("Listening on ");
    let socket = std::path::PathBuf::from(pipe.expect("\n").trim_end());
    let dir = home.incident();
    // The engine knows the secret; those who write do not.
    let bad = format!("\u{1b}]0;x\u{7}{TOKEN}\u{202e}\u{9b}2J");
    let note = home.run(&["--who", &bad, "--role", &bad, "note", "--source", &bad, &bad]);
    assert_eq!(note.code, 0, "{note:?}");
    let ran = home.run(&["--who", "ana", "run", "--", "echo", &bad]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let file = home.run(&["attach-file", "ask.toml", "--about", &bad]);
    assert_eq!(file.code, 0, "{file:?}");
    let mut face = Wire::attach(&socket, &bad, true);
    face.say(&serde_json::json!({"mask": {"id": 5, "text": bad}}));
    assert!(!face.expect("masked")["text"].as_str().unwrap().contains(TOKEN));
    let mut looks = Pipe::start(home.command(&["--who", "eve", "attach", "--plain"]));
    let said = looks.expect("> ");
    assert!(said.contains("[secret:key]"), "{said}");
    looks.say("log 50");
    looks.say("quit");
    let looked = looks.end();
    kill(pipe.id(), Signal::TERM);
    let served = pipe.end();
    drop(face);
    let all = [looked.text(), served.text(), served.told(), home.run(&["log"]).text()];
    for text in all {
        assert!(
            !text.contains(TOKEN) && !text.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
            "{text}"
        );
    }
    for (path, bytes) in files(&dir) {
        let found = bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes());
        assert!(!found, "{}", path.display());
    }
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn where_several_are_run_the_one_that_is_meant_must_be_named() {
    let home = Home::new();
    let first = Served::drill(&home);
    let second = Served::start(&home, &["--drill", &small("drills/small.toml")]);
    let unsaid = home.run(&["note", "to whom?"]);
    assert_eq!(unsaid.code, 1);
    assert!(unsaid.told().contains("several are running"), "{unsaid:?}");
    let one = home.incidents().remove(0);
    let said = home.run(&["note", "--incident", &one.display().to_string(), "to you"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(of_kind(&one, "noted").len(), 1);
    first.end();
    second.end();
}
