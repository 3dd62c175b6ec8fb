//! What the night asks of the console, played against live systems on loopback: each way in which it
//! goes otherwise than the playbook says.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::harness::{Ended, Home, wait_for};
use crate::pipe::Pipe;
use crate::pty::{Pty, Terminal, read_it};
use crate::record::{has, lines};
use crate::server::{Server, answer};
use crate::stage::{EDITOR, ENTER, ESC, MASKED, SAVE, SEND, TOKEN, find_and_do, leave};

/// A database that answers strangers until its reads are blocked.
struct Database {
    server: Server,
    open: Arc<AtomicBool>,
}

impl Database {
    fn new() -> Self {
        let open = Arc::new(AtomicBool::new(true));
        let is_open = Arc::clone(&open);
        let server = Server::start(move |request| {
            Some(match request.split(' ').next() {
                Some("GET") if is_open.load(Ordering::SeqCst) => answer(b"200 OK", b"", b"{}"),
                Some("GET") => answer(b"403 Forbidden", b"", b"{}"),
                _ if request.ends_with(r#"{"reads":"blocked"}"#) => {
                    is_open.store(false, Ordering::SeqCst);
                    answer(b"200 OK", b"", b"{}")
                }
                _ => answer(b"400 Bad Request", b"", b"{\"error\": \"unknown setting\"}"),
            })
        });
        Self { server, open }
    }

    fn changes(&self) -> Vec<String> {
        let all = self.server.requests().into_iter();
        all.filter(|request| !request.starts_with("GET ")).collect()
    }
}

const STEPS: &str = r#"
[[steps]]
id = "block"
phase = "contain"
title = "Block reads"
[steps.call]
backend = "search"
request = "PUT /settings"
json = { reads = "blocked" }
repeat = "idempotent"
[[steps.verify]]
title = "Strangers are refused"
auth = "none"
request = "GET /data"
ok = "status == 403"
every = "1s"
within = "30s"
guard = { every = "1s" }

[[steps]]
id = "block-each"
phase = "contain"
title = "Block reads of"
each = { scope = "database" }
[steps.call]
backend = { scope = "database" }
request = "PUT /settings"
json = { reads = "blocked" }
repeat = "idempotent"
[[steps.verify]]
title = "Strangers are refused there"
backend = { scope = "database" }
request = "GET /data"
ok = "status == 403"
every = "1s"
within = "30s"
guard = { every = "1s" }
"#;

/// In the dialog: it was done by another way.
const ELSEWHERE: &[u8] = b"\x05";

const VARIABLES: &[(&str, &str)] = &[("DOOR_KEY", TOKEN)];

/// The playbook of this night, on `database`.
fn playbook(home: &Home, database: &Database, steps: &str) -> String {
    home.write(".config/stanch/config.toml", "[secrets.key]\nenv = \"DOOR_KEY\"\n");
    let head = format!(
        "format = 1\nid = \"night\"\ntitle = \"A night\"\n[backends.search]\ntitle = \"Query \
         cluster\"\nurl = \"{}\"\nauth = {{ scheme = \"bearer\", secret = \"key\" }}\n",
        database.server.url()
    );
    home.write("night.toml", format!("{head}{steps}"))
}

fn open(home: &Home, file: &str, more: &[(&str, &str)]) -> (Pty, PathBuf) {
    let variables = [VARIABLES, more].concat();
    let terminal = Terminal { variables: &variables, ..Terminal::default() };
    let pty = Pty::start_in(home, &["open", file], terminal);
    pty.expect("next     Block reads");
    (pty, home.incident())
}

fn of_kind(dir: &Path, kind: &str) -> Vec<Value> {
    lines(dir).into_iter().filter(|line| line["kind"] == kind).collect()
}

/// The dialog is open and was read; sends, and waits until the step is proven.
fn send(pty: &mut Pty, dir: &Path, step: &str) {
    pty.expect("Send this?");
    read_it();
    pty.press(SEND);
    wait_for("the proof", || has(dir, "step_completed", step).then_some(()));
}

#[test]
fn what_somebody_closed_in_another_console_takes_two_keys_to_a_truthful_record() {
    let (home, database) = (Home::new(), Database::new());
    let file = playbook(&home, &database, STEPS);
    let (mut pty, dir) = open(&home, &file, &[]);
    pty.press(ENTER);
    pty.expect("not so yet");
    // In the middle of the step, somebody else does it.
    database.open.store(false, Ordering::SeqCst);
    read_it();
    pty.press(ESC);
    pty.expect("taken back unsent");
    // Looked at again, it is so already: two keys.
    pty.press(ENTER);
    pty.expect("It is so already: it can be recorded as done elsewhere, and nothing sent.");
    read_it();
    pty.press(ELSEWHERE);
    pty.expect("By whom");
    pty.press(SAVE);
    wait_for("the record", || has(&dir, "step_done_elsewhere", "block").then_some(()));
    wait_for("the proof", || has(&dir, "step_completed", "block").then_some(()));
    wait_for("the guard", || has(&dir, "guard_armed", "block").then_some(()));
    let [done] = of_kind(&dir, "step_done_elsewhere").try_into().unwrap();
    assert_eq!(done["who"], "not known yet", "what is not known is said to be not known");
    let reason = done["reason"].as_str().unwrap();
    assert!(reason.starts_with("The proof passed before anything was sent from here"), "{reason}");
    let completed = of_kind(&dir, "step_completed").pop().unwrap();
    assert_eq!(completed["proven"], true, "proven by our own asking");
    assert_eq!(database.changes(), Vec::<String>::new(), "nothing was sent from here");
    leave(pty);
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_second_host_is_phoned_in_and_no_file_is_edited_and_no_secret_sent_there() {
    let (home, database, second) = (Home::new(), Database::new(), Database::new());
    let file = playbook(&home, &database, STEPS);
    let written = std::fs::read(&file).unwrap();
    let (mut pty, dir) = open(&home, &file, &[]);
    pty.press(ENTER);
    send(&mut pty, &dir, "block");

    find_and_do(&mut pty, "scope");
    pty.expect("Source: who told?");
    // The kind stands there already.
    pty.press("\tdb2\ta reader, by phone");
    pty.press(SAVE);
    pty.expect("Block reads of  db2");
    pty.expect("next");
    pty.press(ENTER);
    pty.expect("May secrets be sent there?");
    pty.press(second.server.url());
    pty.press("\t\tIt is in our inventory.");
    pty.press(SAVE);
    wait_for("the admission", || (of_kind(&dir, "scope_admitted").len() == 1).then_some(()));
    pty.expect_gone("May secrets be sent there?");
    pty.press(ENTER);
    let screen = pty.expect("Send this?");
    assert!(screen.contains(&second.server.url()), "the host that is changed is seen: {screen}");
    send(&mut pty, &dir, "block-each");

    assert!(!second.open.load(Ordering::SeqCst));
    assert_eq!(second.changes().len(), 1);
    let sent = second.server.requests().concat().to_lowercase();
    assert!(!sent.contains("authorization") && !sent.contains(TOKEN), "{sent}");
    assert_eq!(database.changes().len(), 1, "what was done is not done again");
    assert_eq!(of_kind(&dir, "scope_admitted")[0]["secrets"], false);
    assert_eq!(std::fs::read(&file).unwrap(), written);
    leave(pty);
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_wrong_field_is_amended_under_pressure_and_both_stand_in_the_export() {
    let (home, database) = (Home::new(), Database::new());
    let file = playbook(&home, &database, &STEPS.replacen("reads = \"b", "read = \"b", 1));
    let script = "#!/bin/sh\nsed -i 's/read = /reads = /' \"$1\"\n";
    let editor = home.write("editor.sh", script);
    let editor = format!("sh {editor}");
    let (mut pty, dir) = open(&home, &file, &[("VISUAL", &editor)]);
    pty.press(ENTER);
    pty.expect("Send this?");
    read_it();
    pty.press(SEND);
    wait_for("the failure", || (of_kind(&dir, "call_answered").len() == 1).then_some(()));
    pty.expect("failed");

    find_and_do(&mut pty, "amend");
    pty.expect("The step, as it should be");
    pty.press(EDITOR);
    pty.expect("reads = \"blocked\"");
    pty.press(SAVE);
    pty.expect("What changes");
    let screen = pty.expect("+json = { reads = \"blocked\" }");
    assert!(screen.contains("-json = { read = \"blocked\" }"), "{screen}");
    pty.press("The field is called reads.");
    pty.press(SAVE);
    wait_for("the amendment", || has_amended(&dir).then_some(()));
    pty.expect_gone("What changes");
    pty.press(ENTER);
    send(&mut pty, &dir, "block");
    assert_eq!(database.changes().len(), 2);
    leave(pty);

    let timeline = home.run(&["export", "--format", "md"]).text();
    for part in [
        "-json = { read = \"blocked\" }",
        "+json = { reads = \"blocked\" }",
        "The field is called reads.",
        "\n  \"read\": \"blocked\"\n",
        "\n  \"reads\": \"blocked\"\n",
    ] {
        assert!(timeline.contains(part), "{part}: {timeline}");
    }
}

fn has_amended(dir: &Path) -> bool {
    of_kind(dir, "step_amended").len() == 1
}

#[test]
fn four_hundred_pasted_lines_and_a_piped_note_are_both_saved_and_the_token_is_masked() {
    let (home, database) = (Home::new(), Database::new());
    let file = playbook(&home, &database, STEPS);
    let (mut pty, dir) = open(&home, &file, &[]);
    pty.press("n");
    pty.expect("Write a note");
    let pasted: String = (0..400).map(|line| format!("{line} {TOKEN} \x1b[2J\x07\r")).collect();
    pty.press(format!("\x1b[200~{pasted}\x1b[201~"));
    pty.expect("399 ");
    // While it is still being written, another shell pipes one in.
    let mut command = home.command(&["note", "--source", "the load balancer"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut piping = command.spawn().unwrap();
    let piped = format!("GET /data 200\nauthorization: {TOKEN}\n\x1b]0;PWNED\x07\n");
    piping.stdin.take().unwrap().write_all(piped.as_bytes()).unwrap();
    let ended = Ended::of(&piping.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{ended:?}");
    pty.press(SAVE);
    wait_for("both notes", || (of_kind(&dir, "noted").len() == 2).then_some(()));

    let [piped, pasted] = of_kind(&dir, "noted").try_into().unwrap();
    assert_eq!(piped["source"], "the load balancer");
    let text = piped["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("GET /data 200\nauthorization: {MASKED}")), "{text}");
    let kept: Vec<&str> = pasted["text"].as_str().unwrap().trim_end().split('\n').collect();
    assert_eq!(kept.len(), 400);
    for (number, line) in kept.iter().enumerate() {
        assert_eq!(*line, format!("{number} {MASKED} ␛[2J␇"));
    }
    pty.press("q");
    let left = pty.end();
    left.acted.assert_nothing_hostile("the screen");
    for (path, bytes) in crate::harness::files(&home.data()) {
        assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{}", path.display());
    }
    assert_eq!(home.run(&["verify"]).code, 0);
}

/// In a mount namespace of its own: a small disk, filled when the pipe says so, and the console on
/// it, first where it is and then in another directory.
const FULL: &str = r#"
set -eu
mkdir disk
mount -t tmpfs -o size=3m none disk
(read -r _ < fill; dd if=/dev/zero of=disk/ballast bs=4k status=none || true; echo full > filled) &
"$STANCH" --data disk open --plain night.toml
name=$("$STANCH" --data disk list --json | sed 's/.*"codename":"\([^"]*\)".*/\1/')
"$STANCH" --data disk resume --plain "$name" --continue-in elsewhere
"$STANCH" --data disk verify "$name"
"#;

#[test]
fn a_disk_that_is_full_before_the_lock_does_not_keep_it_open() {
    let (home, database) = (Home::new(), Database::new());
    playbook(&home, &database, STEPS);
    let script = home.write("full.sh", FULL);
    for fifo in ["fill", "filled"] {
        let made = Command::new("mkfifo").arg(home.path(fifo)).status().unwrap();
        assert!(made.success());
    }
    let stanch = home.command(&[]);
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", &script]);
    command.env_clear().envs(home.variables()).env("DOOR_KEY", TOKEN);
    command.env("STANCH", stanch.get_program()).current_dir(home.path("."));
    let mut pipe = Pipe::start(command);
    pipe.expect("> ");
    std::fs::write(home.path("fill"), "now\n").unwrap();
    // Opened for reading before it is written to, so this waits.
    assert_eq!(std::fs::read_to_string(home.path("filled")).unwrap(), "full\n");
    pipe.say("1");
    pipe.expect("the disk is");
    pipe.expect("> ");
    pipe.say("quit");
    // The console on the other directory.
    pipe.expect("> ");
    pipe.say("1");
    pipe.expect("Type send to send it, anything else not to: ");
    assert_eq!(database.changes().len(), 0);
    pipe.say("send");
    let dir = home.path("elsewhere");
    wait_for("the proof", || has(&dir, "step_completed", "block").then_some(()));
    assert!(!database.open.load(Ordering::SeqCst));
    pipe.expect("> ");
    pipe.say("quit");
    let ended = pipe.end();
    // The last that the script does is to verify the record through both directories.
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(database.changes().len(), 1);
}

/// A keyboard that repeats sends about thirty a second.
const HELD: usize = 300;

#[test]
fn enter_held_down_for_ten_seconds_changes_nothing_live() {
    let (home, database) = (Home::new(), Database::new());
    let file = playbook(&home, &database, STEPS);
    let (mut pty, dir) = open(&home, &file, &[]);
    for _ in 0..HELD {
        pty.press(ENTER);
        std::thread::sleep(std::time::Duration::from_secs(10) / 300);
    }
    pty.calm();
    pty.expect("Send this?");
    assert_eq!(database.changes(), Vec::<String>::new());
    assert!(!has(&dir, "call_requested", "block"));
    read_it();
    pty.press(ESC);
    pty.expect_gone("Send this?");
    leave(pty);
}
