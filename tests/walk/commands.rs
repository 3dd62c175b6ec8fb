//! Every command: what it prints and how it ends.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rstest::rstest;
use serde_json::Value;

use crate::harness::{Ended, Home, files, small};
use crate::pipe::Pipe;
use crate::record::{kinds, lines};
use crate::server::Server;

fn journal(dir: &Path) -> Vec<u8> {
    std::fs::read(dir.join("journal.jsonl")).unwrap()
}

fn codename(dir: &Path) -> String {
    lines(dir)[0]["codename"].as_str().unwrap().to_owned()
}

/// The whole words of the record's last hash.
fn head(dir: &Path) -> String {
    lines(dir).last().unwrap()["h"].as_str().unwrap().to_owned()
}

#[test]
fn check_says_good_of_what_is_shipped_and_of_good_files() {
    let home = Home::new();
    let shipped = home.run(&["check"]);
    let documents = [
        "exposed-database",
        "leaked-credentials",
        "database-accounts",
        "tell-the-people",
        "first-drill",
        "first-walk",
        "holiday-leak",
        "key-in-the-open",
        "key-on-a-forum",
    ];
    let themes = ["dark", "light", "high-contrast", "colour-blind", "mono"];
    let good: String =
        documents.iter().chain(&themes).map(|name| format!("{name}: good\n")).collect();
    assert_eq!((shipped.code, shipped.text()), (0, good));
    let ended = home.run(&["check", &small("playbook.toml"), &small("drills/small.toml")]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let schema = home.run(&["check", "--schema"]);
    assert!(serde_json::from_slice::<Value>(&schema.out).unwrap().is_object());
}

#[test]
fn check_tells_every_problem_at_once() {
    let home = Home::new();
    let bad = format!("{}/tests/playbooks/bad", env!("CARGO_MANIFEST_DIR"));
    let both = ["changes.toml", "unknown-references.toml"].map(|name| format!("{bad}/{name}"));
    let ended = home.run(&["check", &both[0], &both[1]]);
    assert_eq!(ended.code, 1);
    let text = ended.text();
    for file in &both {
        let problems = std::fs::read_to_string(file.replace(".toml", ".problems")).unwrap();
        let expected = problems.lines().filter(|line| !line.starts_with(' ')).count();
        let told =
            text.lines().filter(|line| line.starts_with(&format!("{file}:"))).collect::<Vec<_>>();
        assert!(expected > 2 && told.len() > expected, "{expected} of {file}: {told:#?}");
        assert!(text.contains(&format!("{file}: {expected} problems")), "{text}");
    }
    let scenario = home.write("bad.toml", "format = 1\nid = \"x\"\nplaybook = \"y\"\nwrong = 2\n");
    let ended = home.run(&["check", &scenario]);
    assert_eq!(ended.code, 1);
    let text = ended.text();
    assert!(text.contains("wrong") && text.contains("bad.toml:4:"), "{text}");
}

#[test]
fn check_warns_and_says_good_all_the_same() {
    let home = Home::new();
    let file = format!("{}/tests/scenarios/warned.toml", env!("CARGO_MANIFEST_DIR"));
    let ended = home.run(&["check", &file]);
    let text = ended.text();
    let warned = text.lines().filter(|line| line.contains(": warning: ")).count();
    assert!(ended.code == 0 && warned > 5, "{ended:?}");
    assert!(text.contains(&format!("{file}:88:6: warning: nothing fires")), "{text}");
    assert!(text.ends_with(&format!("{file}: good, {warned} warnings\n")), "{text}");
}

#[test]
fn plan_shows_what_would_be_sent_and_sends_nothing() {
    let home = Home::new();
    let server = Server::start(|_| None);
    let playbook = std::fs::read_to_string(small("playbook.toml")).unwrap();
    let playbook = playbook
        .replace("https://gate.example.com", &server.url())
        .replace("https://store.example.com:9200", &server.url());
    let file = home.write("live.toml", playbook);
    let ended = home.run(&["plan", &file, "--input", "index=logs"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let text = ended.text();
    assert!(text.contains("Nothing is sent."));
    assert!(text.contains(&format!("GET {}/_cat/indices/logs", server.url())), "{text}");
    assert!(text.contains("gate-admin") && text.contains("{{ saved.indices }}"), "{text}");
    assert!(server.requests().is_empty());
    assert!(home.incidents().is_empty());
    let ended = home.run(&["plan", &file, "--input", "no=1"]);
    assert_eq!(ended.code, 1);
    assert!(ended.told().contains("no input no; it has: index"), "{ended:?}");
}

#[test]
fn nothing_needs_a_configuration() {
    let home = Home::new();
    let list = home.run(&["list"]);
    assert_eq!(list.code, 0);
    assert!(list.text().contains("There is no incident yet"));
    let show = home.run(&["show"]);
    assert_eq!(show.code, 1);
    assert!(show.told().contains("there is no incident yet; `stanch drill`"), "{show:?}");
    assert!(!home.data().exists(), "reading creates nothing");
    home.walked();
    assert!(!home.path(".config").exists() && !home.path(".local").exists());
}

#[test]
fn list_and_show_say_where_an_incident_stands() {
    let home = Home::new();
    let dir = home.walked();
    let name = codename(&dir);
    let list = home.run(&["list"]);
    assert!(list.text().starts_with(&name), "{list:?}");
    assert!(list.text().contains("DRILL") && list.text().contains("open"));
    let json: Value = serde_json::from_slice(&home.run(&["list", "--json"]).out).unwrap();
    assert_eq!(json["codename"], name.as_str());
    assert_eq!(json["records"], lines(&dir).len());
    assert_eq!(json["head"], head(&dir).as_str());
    let spoken = head(&dir).as_bytes()[..16].chunks(4).fold(String::new(), |mut words, four| {
        write!(words, " {}", std::str::from_utf8(four).unwrap()).unwrap();
        words
    });
    for which in [&name[..], &name[..4], &dir.display().to_string()] {
        let show = home.run(&["show", which]);
        assert_eq!(show.code, 0, "{show:?}");
        let text = show.text();
        assert!(text.contains(&format!("head{spoken}")), "{text}");
        assert!(text.contains("+ proven       contain   Close gate"), "{text}");
    }
}

#[test]
fn log_prints_the_record_in_words_and_as_it_is() {
    let home = Home::new();
    let dir = home.walked();
    let words = home.run(&["log"]);
    assert_eq!(words.code, 0);
    assert_eq!(words.text().lines().count(), lines(&dir).len());
    assert!(words.text().contains("tell decided: yes, because The data was public for weeks."));
    let json = home.run(&["log", "--json"]);
    assert_eq!((json.code, json.out), (0, journal(&dir)));
}

#[test]
fn log_prints_what_a_filter_finds() {
    let home = Home::new();
    let dir = home.walked();
    let all = journal(&dir);
    let kind = |line: &[u8]| -> String {
        serde_json::from_slice::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned()
    };
    let calls: Vec<u8> = all
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| kind(line).starts_with("call"))
        .flatten()
        .copied()
        .collect();
    let count = calls.iter().filter(|byte| **byte == b'\n').count();
    assert!(count > 1);
    let json = home.run(&["log", "--json", "--filter", "kind:call"]);
    assert_eq!((json.code, json.out), (0, calls), "the lines as they are");
    let words = home.run(&["log", "--filter", "kind:call"]);
    assert_eq!(words.text().lines().count(), count);
    let decided = home.run(&["log", "--filter", "step:tell who:ana WEEKS"]);
    assert_eq!(decided.text().lines().count(), 1, "{decided:?}");
    assert!(decided.text().contains("tell decided: yes, because The data was public for weeks."));
    assert_eq!(home.run(&["log", "--filter", "nobody wrote this"]).text(), "");

    let refused = home.run(&["log", "--filter", "kind:decide,cal_requested"]);
    assert_eq!(refused.code, 2);
    assert!(refused.told().contains("did you mean `call_requested`?"), "{refused:?}");
    // Of a damaged record, what stands before the damage.
    let at = all.windows(8).position(|window| window == b"reporter").unwrap();
    let mut bytes = all.clone();
    bytes[at] ^= 1;
    std::fs::write(dir.join("journal.jsonl"), &bytes).unwrap();
    let good = all[..at].iter().filter(|byte| **byte == b'\n').count();
    let damaged = home.run(&["log"]);
    assert_eq!((damaged.code, damaged.text().lines().count()), (1, good), "{damaged:?}");
}

#[rstest]
#[case(&["log", "-f"], "noted: seen from elsewhere")]
#[case(&["log", "-f", "--json"], "\"text\":\"seen from elsewhere\"")]
fn log_follows_what_another_process_appends(#[case] arguments: &[&str], #[case] words: &str) {
    let home = Home::new();
    let dir = home.walked();
    let mut follower = home.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut followed = BufReader::new(follower.stdout.take().unwrap()).lines();
    for _ in lines(&dir) {
        followed.next().unwrap().unwrap();
    }
    let mut pipe = Pipe::start(home.command(&["resume", "--plain"]));
    pipe.expect("> ");
    pipe.say("note seen from elsewhere");
    assert!(followed.any(|line| line.unwrap().contains(words)));
    pipe.say("quit");
    assert_eq!(pipe.end().code, 0);
    follower.kill().unwrap();
    follower.wait().unwrap();
}

#[rstest]
#[case(&["log", "-f", "--filter", "kind:noted"], "noted: seen from elsewhere")]
#[case(&["log", "-f", "--json", "--filter", "SEEN kind:noted"], "\"text\":\"seen from elsewhere\"")]
fn log_follows_what_a_filter_finds(#[case] arguments: &[&str], #[case] words: &str) {
    let home = Home::new();
    home.walked();
    let mut follower = home.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut followed = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut pipe = Pipe::start(home.command(&["resume", "--plain"]));
    pipe.expect("> ");
    pipe.say("note seen from elsewhere");
    let first = followed.next().unwrap().unwrap();
    assert!(first.contains(words), "{first}");
    pipe.say("quit");
    assert_eq!(pipe.end().code, 0);
    follower.kill().unwrap();
    follower.wait().unwrap();
}

#[test]
fn verify_finds_one_flipped_bit_and_says_where() {
    let home = Home::new();
    let dir = home.walked();
    let good = home.run(&["verify"]);
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.text().contains("good: every line is as it was written"));
    let mut bytes = journal(&dir);
    let at = bytes.windows(8).position(|window| window == b"reporter").unwrap();
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    bytes[at] ^= 1;
    std::fs::write(dir.join("journal.jsonl"), &bytes).unwrap();
    let bad = home.run(&["verify"]);
    assert_eq!(bad.code, 1);
    assert!(bad.text().contains(&format!("journal.jsonl, line {line} (byte ")), "{bad:?}");
    for reading in [&["show"][..], &["export"]] {
        assert_eq!(home.run(reading).code, 1, "{reading:?}");
    }
    let refused = home.run(&["resume", "--plain"]);
    assert_eq!(refused.code, 1);
    assert!(refused.told().contains("can be read but not written"), "{refused:?}");
}

#[test]
fn verify_compares_with_the_head_that_was_read_aloud() {
    let home = Home::new();
    let dir = home.walked();
    let head = head(&dir);
    let spoken = format!("{} {} {} {}", &head[..4], &head[4..8], &head[8..12], &head[12..16]);
    for said in [head.as_str(), spoken.as_str(), &spoken.to_uppercase()] {
        assert_eq!(home.run(&["verify", "--head", said]).code, 0, "{said}");
    }
    let other = if head.starts_with('0') { "1" } else { "0" };
    for said in [format!("{other}{}", &head[1..16]), head[..12].to_owned(), "what".to_owned()] {
        let ended = home.run(&["verify", "--head", &said]);
        assert_eq!(ended.code, 1, "{said}");
        assert!(ended.text().contains("is not in this record"), "{ended:?}");
    }
    // One that was read aloud earlier vouches for what came before it.
    let first = journal(&dir).split(|byte| *byte == b'\n').next().unwrap().to_vec();
    let first = String::from_utf8(first).unwrap();
    let earlier = first.split(",\"h\":\"").last().unwrap().trim_end_matches("\"}").to_owned();
    let ended = home.run(&["verify", "--head", &earlier[..16]]);
    assert_eq!(ended.code, 0);
    assert!(ended.text().contains("is record 0, and the record went on"), "{ended:?}");
    // Without its last line the record is good in itself; the head tells.
    let bytes = journal(&dir);
    let cut = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    std::fs::write(dir.join("journal.jsonl"), &bytes[..cut]).unwrap();
    assert_eq!(home.run(&["verify", "--head", &head]).code, 1);
    std::fs::write(dir.join("journal.jsonl"), b"").unwrap();
    let dir = dir.display().to_string();
    let emptied = home.run(&["verify", &dir]);
    assert_eq!(emptied.code, 1, "nothing is not good");
    assert!(emptied.text().contains("There is no first record"), "{emptied:?}");
}

#[test]
fn an_export_holds_every_decision_and_the_head() {
    let home = Home::new();
    let dir = home.walked();
    let head = head(&dir);
    let document = home.run(&["export"]);
    assert_eq!(document.code, 0, "{document:?}");
    let text = document.text();
    assert!(text.contains("`yes`, because `The data was public for weeks.`"), "{text}");
    assert!(text.contains(&head) && text.contains("DRILL"), "{text}");
    let before = journal(&dir);
    let raw = home.run(&["export", "--format", "jsonl"]);
    assert_eq!((raw.code, raw.out), (0, before));

    let file = home.path("timeline.md");
    let written = home.run(&["export", "-o", &file.display().to_string()]);
    assert_eq!((written.code, written.out.len()), (0, 0), "{written:?}");
    // A drill says so in the name of every file.
    let named = home.path("DRILL-timeline.md");
    assert_eq!(std::fs::metadata(&named).unwrap().permissions().mode() & 0o777, 0o600);
    let again = home.run(&["export", "-o", &file.display().to_string()]);
    assert_eq!(again.code, 1, "an existing file is left alone");
}

#[test]
fn completions_are_scripts_that_the_shells_take() {
    let home = Home::new();
    for (shell, word) in
        [("bash", "_stanch"), ("zsh", "#compdef stanch"), ("fish", "complete -c stanch")]
    {
        let ended = home.run(&["completions", shell]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let text = ended.text();
        assert!(text.contains(word) && text.contains("verify"), "{shell}");
        let file = home.write(shell, &text);
        let Ok(parsed) = std::process::Command::new(shell).args(["-n", &file]).output() else {
            // Not every machine has every shell.
            continue;
        };
        assert!(parsed.status.success(), "{shell}: {parsed:?}");
    }
}

#[test]
fn what_cannot_be_understood_ends_with_2() {
    let home = Home::new();
    for wrong in [&["nonsense"][..], &["export", "--format", "pdf"], &["run"]] {
        assert_eq!(home.run(wrong).code, 2, "{wrong:?}");
    }
    // Alone it is the home screen, line by line here; the input ends, and so does it.
    for right in [&["--help"][..], &["--version"], &["log", "--help"], &[]] {
        assert_eq!(home.run(right).code, 0, "{right:?}");
    }
}

#[test]
fn an_unknown_incident_is_answered_with_the_names_that_are_near() {
    let home = Home::new();
    let name = codename(&home.walked());
    let near = format!("{}x", &name[..name.len() - 1]);
    for command in ["show", "log", "verify", "export", "resume"] {
        let ended = home.run(&[command, &near]);
        assert_eq!(ended.code, 1, "{command}");
        let told = ended.told();
        assert!(told.contains(&format!("did you mean {name}?")), "{told}");
    }
    let far = home.run(&["show", "zzzzzzzzzzzz"]);
    assert!(
        !far.told().contains("did you mean") && far.told().contains("`stanch list`"),
        "{far:?}"
    );
}

#[test]
fn a_second_engine_is_refused_with_who_has_the_first() {
    let home = Home::new();
    home.walked();
    let mut first = Pipe::start(home.command(&["resume", "--plain"]));
    first.expect("> ");
    let second = home.run(&["--who", "ben", "resume", "--plain"]);
    assert_eq!(second.code, 1);
    let told = second.told();
    assert!(told.contains(&format!("being written by ana (process {} on ", first.id())), "{told}");
    // Reading is free.
    for reading in [&["show"][..], &["log"], &["verify"], &["list"], &["export"]] {
        assert_eq!(home.run(reading).code, 0, "{reading:?}");
    }
    first.kill();
    assert_ne!(first.end().code, 0);
    assert_eq!(home.run(&["--who", "ben", "resume", "--plain"]).code, 0, "the dead hold nothing");
}

#[test]
fn a_closed_incident_is_not_taken_up_again() {
    let home = Home::new();
    let dir = home.walked();
    let mut pipe = Pipe::start(home.command(&["resume", "--plain"]));
    let said = pipe.expect("> ");
    let close = said.lines().find(|line| line.contains("Close the incident")).unwrap();
    pipe.say(close.split('.').next().unwrap());
    pipe.expect("(empty: nothing happens): ");
    pipe.say("all is proven");
    pipe.expect("closed: all is proven");
    pipe.expect("> ");
    pipe.say("quit");
    assert_eq!(pipe.end().code, 0);
    assert_eq!(kinds(&dir).last().unwrap(), "closed");
    let before = journal(&dir);
    let ended = home.run(&["resume", "--plain"]);
    assert_eq!(ended.code, 1);
    let told = ended.told();
    assert!(told.contains("the incident is closed") && told.contains("`stanch show`"), "{told}");
    assert_eq!(journal(&dir), before);
    assert!(home.run(&["list"]).text().contains("closed"));
    let follow = home.run(&["log", "-f"]);
    assert_eq!(follow.code, 0, "there is nothing more to wait for");
    let follow = home.run(&["log", "-f", "--json"]);
    assert_eq!((follow.code, follow.out), (0, before));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = Home::new();
    let dir = home.walked();
    // More than a pipe holds.
    let mut pipe = Pipe::start(home.command(&["resume", "--plain"]));
    pipe.expect("> ");
    for _ in 0..20 {
        pipe.say(format!("note {}", "x".repeat(15_000)));
        pipe.expect("> ");
    }
    pipe.say("quit");
    assert_eq!(pipe.end().code, 0);
    for arguments in
        [&["log"][..], &["log", "--json"], &["export"], &["export", "--format", "jsonl"]]
    {
        let mut child =
            home.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 10]).unwrap();
        drop(out);
        let ended = Ended::of(&child.wait_with_output().unwrap());
        assert_eq!((ended.code, ended.told().as_str()), (0, ""), "{arguments:?}");
    }
    assert!(journal(&dir).len() > 300_000);
}

#[test]
fn whatever_the_umask_only_the_owner_can_read() {
    let home = Home::new();
    let script = "umask 000; exec \"$@\"";
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_stanch"), "run", "--drill"]);
    command.args([small("drills/small.toml"), "--answers".to_owned(), small("answers.toml")]);
    command.env_clear().envs(home.variables());
    assert!(command.output().unwrap().status.success());
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&home.data()), mode(&home.incident())), (0o700, 0o700));
    assert_eq!(mode(&home.incident().join("blobs")), 0o700);
    let all = files(&home.data());
    assert!(all.len() > 5);
    for (path, _) in all {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
