//! The real binary on a real disk: an opened incident, copied for each run, and what must be true of
//! it after the run, however that ended.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::ledger::Ledger;

/// The calls that a run makes on the incident's directory.
pub(crate) const CALLS: [&str; 8] =
    ["write", "pwrite64", "fdatasync", "fsync", "openat", "ftruncate", "rename", "unlink"];

/// What is said beside the playbook: a severity, a role, a host that was phoned in, a reminder, a
/// claim, a note.
const BESIDE: &str = "declare\n1\n\nUser data.\ntake-role\ncommander\n\n\n\
                      scope\ndatabase\ndb2\na reader\nremind 20m Ana: logs\n\
                      claim\nTokens leaked.\na consultant\n\nnote One line.\n";

/// One opened incident, to begin every run with.
pub(crate) struct Stage {
    root: TempDir,
    name: String,
    script: PathBuf,
    pub(crate) ledger: Ledger,
}

/// One run's own copy of it.
pub(crate) struct Run<'a> {
    stage: &'a Stage,
    root: TempDir,
    dir: PathBuf,
}

impl Stage {
    /// `report`: so many bytes are written in the last step.
    pub(crate) fn new(report: usize) -> Self {
        let (ledger, port) = Ledger::listen();
        let root = TempDir::new().unwrap();
        let playbook = root.path().join("playbook.toml");
        let text = include_str!("playbook.toml").replace("PORT", &port.to_string());
        std::fs::write(&playbook, text).unwrap();
        let script = root.path().join("script");
        let report = "x".repeat(report);
        let words = format!("1\n1\nsend\n1\nsend\n1\nsend\n{BESIDE}1\n{report}\n");
        std::fs::write(&script, words).unwrap();
        let data = root.path().join("data");
        let out = stanch(&data).args(["open", "--plain"]).arg(&playbook).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        let mut names = std::fs::read_dir(&data).unwrap();
        let name = names.next().unwrap().unwrap().file_name().into_string().unwrap();
        Self { root, name, script, ledger }
    }

    pub(crate) fn run(&self) -> Run<'_> {
        let root = TempDir::new().unwrap();
        let dir = root.path().join(&self.name);
        copy(&self.root.path().join("data").join(&self.name), &dir);
        self.ledger.take();
        Run { stage: self, root, dir }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn stanch(data: &Path) -> Command {
    clean(Command::new(env!("CARGO_BIN_EXE_stanch")), data)
}

fn clean(mut command: Command, data: &Path) -> Command {
    let home = data.parent().unwrap();
    command.env_clear().env("HOME", home).env("STANCH_DATA", data).env("USER", "ana");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.stdin(Stdio::null());
    command
}

/// What a run came to.
pub(crate) struct Ended {
    pub(crate) out: Output,
    /// What was done to it: empty when the run ended before its turn.
    pub(crate) injected: bool,
}

impl Run<'_> {
    fn resume(&self, mut command: Command) -> Command {
        command.arg("resume").arg(&self.dir).arg("--plain");
        command
    }

    /// The walk, with `how` injected into calls of this name on the incident's directory.
    pub(crate) fn inject(&self, call: &str, how: &str) -> Ended {
        let trace = self.root.path().join("trace");
        let mut command = clean(Command::new("strace"), self.root.path());
        command.args(["-f", "-qq", "-o"]).arg(&trace);
        for name in ["", "journal.jsonl", "journal.tail", "journal.tail.part", "lock", "blobs"] {
            command.arg("-P").arg(if name.is_empty() {
                self.dir.clone()
            } else {
                self.dir.join(name)
            });
        }
        command.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{how}")]);
        command.arg(env!("CARGO_BIN_EXE_stanch"));
        let mut command = self.resume(command);
        command.stdin(File::open(&self.stage.script).unwrap());
        let out = command.output().unwrap_or_else(|error| {
            panic!("strace cannot be started ({error}): install the package `strace`")
        });
        let trace = std::fs::read_to_string(&trace).unwrap_or_default();
        assert!(!trace.contains("ptrace"), "{trace}");
        let injected = trace.contains("INJECTED") || trace.contains("killed by SIGKILL");
        Ended { out, injected }
    }

    /// How long the whole walk takes.
    pub(crate) fn measure(&self) -> std::time::Duration {
        let begun = std::time::Instant::now();
        let mut command = self.resume(stanch(self.root.path()));
        let out = command.stdin(File::open(&self.stage.script).unwrap()).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        begun.elapsed()
    }

    /// The walk, killed after so long.
    pub(crate) fn kill_after(&self, wait: std::time::Duration) -> Ended {
        let mut command = self.resume(stanch(self.root.path()));
        command.stdin(File::open(&self.stage.script).unwrap());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A random instant is the point here: nothing is waited for.
        std::thread::sleep(wait);
        let _ = child.kill();
        let out = child.wait_with_output().unwrap();
        Ended { injected: out.status.code().is_none(), out }
    }

    fn lines(&self) -> Vec<Value> {
        let bytes = std::fs::read(self.dir.join("journal.jsonl")).unwrap();
        let whole = bytes.split_inclusive(|byte| *byte == b'\n');
        whole.map_while(|line| serde_json::from_slice(line).ok()).collect()
    }

    /// What must be true whatever happened. `flush_failed`: the last commit may not be acted on.
    pub(crate) fn judge(&self, ended: &Ended, flush_failed: bool, what: &str) -> Judged {
        let received = self.stage.ledger.take();
        let lines = self.lines();
        intents_first(&lines, &received, flush_failed, what);
        let said = String::from_utf8_lossy(&ended.out.stdout).into_owned();
        for line in said.lines().filter_map(|line| line.trim_start().split_once("Record ")) {
            let seq = line.1.split(' ').next().and_then(|seq| seq.parse::<u64>().ok());
            let kept = seq.is_none_or(|seq| lines.iter().any(|line| line["seq"] == seq));
            assert!(kept, "{what}: told and not kept: {}", line.1);
        }
        let torn = std::fs::read(self.dir.join("journal.jsonl")).unwrap().last() != Some(&b'\n');
        let verified = stanch(self.root.path()).arg("verify").arg(&self.dir).output().unwrap();
        let words = String::from_utf8_lossy(&verified.stdout).into_owned()
            + &String::from_utf8_lossy(&verified.stderr);
        assert_eq!(verified.status.success(), !torn, "{what}: {words}");
        if torn {
            assert!(
                words.contains("never") || words.contains("keeps it beside"),
                "{what}: {words}"
            );
        }
        let doubtful = under_way(&lines);
        let again = self.resume(stanch(self.root.path())).output().unwrap();
        let said = String::from_utf8_lossy(&again.stdout).into_owned();
        assert!(again.status.success(), "{what}: {said} {again:?}");
        for step in &doubtful {
            assert!(said.contains("in doubt"), "{what}: {step} was under way: {said}");
        }
        let received_again = self.stage.ledger.take();
        let sent = changes(&received_again);
        assert!(sent.is_empty(), "{what}: resuming sent {sent:?}");
        let verified = stanch(self.root.path()).arg("verify").arg(&self.dir).output().unwrap();
        assert!(verified.status.success(), "{what}: {verified:?}");
        let whole = lines.iter().any(|line| line["kind"] == "step_answered");
        Judged { torn, doubtful: !doubtful.is_empty(), sent: !received.is_empty(), whole }
    }
}

/// For the tally: what a run was worth.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, counted one by one")]
pub(crate) struct Judged {
    pub(crate) torn: bool,
    pub(crate) doubtful: bool,
    pub(crate) sent: bool,
    /// The last step's answer is in the record.
    pub(crate) whole: bool,
}

/// Every request but the proof's: what resuming must not send.
fn changes(received: &[String]) -> Vec<&String> {
    received.iter().filter(|request| *request != "GET /proof").collect()
}

fn intents_first(lines: &[Value], received: &[String], flush_failed: bool, what: &str) {
    let mut trusted = lines;
    if flush_failed {
        let last = lines.iter().rposition(|line| line.get("flushed").is_some()).unwrap_or(0);
        trusted = &lines[..last];
    }
    let ends = |line: &Value, path: &str| {
        line["request"]["url"].as_str().is_some_and(|url| url.ends_with(path))
    };
    for request in received {
        let path = request.split(' ').next_back().unwrap();
        let times = received.iter().filter(|other| *other == request).count();
        let calls =
            trusted.iter().filter(|line| line["kind"] == "call_requested" && ends(line, path));
        let asks = trusted.iter().any(|line| {
            (line["kind"] == "check_started" || line["kind"] == "guard_armed") && ends(line, path)
        });
        assert!(asks || calls.count() >= times, "{what}: {request} left without an intent");
    }
}

/// Calls that change something and have no outcome in the record.
fn under_way(lines: &[Value]) -> Vec<String> {
    let about = |line: &Value, kinds: &[&str]| kinds.iter().any(|kind| line["kind"] == *kind);
    let requested = lines.iter().filter(|line| about(line, &["call_requested"]));
    requested
        .filter(|line| line["request"]["method"] != "GET")
        .filter(|request| {
            !lines.iter().any(|line| {
                about(line, &["call_answered", "call_in_doubt"]) && line["call"] == request["call"]
            })
        })
        .map(|line| line["step"]["id"].as_str().unwrap().to_owned())
        .collect()
}
