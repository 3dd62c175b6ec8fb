//! What a screen costs that nobody touches, beside others that show a clock or nothing that moves.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::first::{HOME_WORD, incidents};
use crate::pty::{Pty, is_there};

/// Nothing is waited for but time itself.
const WINDOW: Duration = Duration::from_secs(10);
const SETTLE: Duration = Duration::from_secs(2);

pub(crate) fn run() {
    println!("nobody touches it, for {} s; each second:", WINDOW.as_secs());
    let heads = ["wake-ups", "CPU ms", "bytes", "threads"];
    println!("{:<30}{}", "", heads.map(|head| format!("{head:>10}")).concat());
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let home = home.path();
    incidents(home);
    let stanch = env!("CARGO_BIN_EXE_stanch");
    measure("stanch (home)", &[stanch], HOME_WORD, home);
    measure("stanch drill first-walk", &[stanch, "drill", "first-walk"], "2 Record", home);
    if is_there("top") {
        measure("top -d 1", &["/usr/bin/top", "-d", "1"], "PID", home);
    }
    if is_there("less") {
        measure("less", &["/usr/bin/less", "/etc/passwd"], "root", home);
    }
    println!();
}

fn measure(what: &str, line: &[&str], word: &str, home: &Path) {
    let mut pty = Pty::start(line, home, &home.join("data"));
    pty.until(word);
    let written = Arc::new(AtomicU64::new(0));
    let (counter, mut from) =
        (written.clone(), std::mem::replace(&mut pty.from, Box::new(std::io::empty())));
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 14];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            counter.fetch_add(read as u64, Ordering::Relaxed);
        }
    });
    std::thread::sleep(SETTLE);
    let id = pty.child.process_id().unwrap();
    let (before, bytes) = (tasks(id), written.load(Ordering::Relaxed));
    std::thread::sleep(WINDOW);
    let (after, bytes) = (tasks(id), written.load(Ordering::Relaxed) - bytes);
    let seconds = WINDOW.as_secs_f64();
    let mut whole = Task::default();
    for (id, task) in &after {
        let spent = task.since(before.get(id));
        whole.switches += spent.switches;
        whole.nanos += spent.nanos;
        if spent.switches > 0 {
            row(&format!("  thread {}", task.name), &spent, seconds, "");
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "printed without its digits")]
    let bytes = bytes as f64 / seconds;
    row(what, &whole, seconds, &format!("{bytes:>10.1}{:>10}", after.len()));
}

#[expect(clippy::cast_precision_loss, reason = "printed without their digits")]
fn row(what: &str, task: &Task, seconds: f64, rest: &str) {
    let (switches, millis) = (task.switches as f64 / seconds, task.nanos as f64 / 1e6 / seconds);
    println!("{what:<30}{switches:>10.1}{millis:>10.2}{rest}");
}

/// What a thread did so far.
#[derive(Default)]
struct Task {
    name: String,
    /// It went to sleep of itself so often.
    switches: u64,
    nanos: u64,
}

impl Task {
    fn since(&self, before: Option<&Self>) -> Self {
        Self {
            name: self.name.clone(),
            switches: self.switches - before.map_or(0, |before| before.switches),
            nanos: self.nanos - before.map_or(0, |before| before.nanos),
        }
    }
}

fn tasks(process: u32) -> BTreeMap<String, Task> {
    let mut tasks = BTreeMap::new();
    for entry in std::fs::read_dir(format!("/proc/{process}/task")).unwrap() {
        let entry = entry.unwrap();
        let text =
            |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let status = text("status");
        let switches =
            status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        let number =
            |word: Option<&str>| word.and_then(|word| word.trim().parse().ok()).unwrap_or(0);
        let task = Task {
            name: text("comm").trim().to_owned(),
            switches: number(switches),
            // Its first number: nanoseconds on a processor.
            nanos: number(text("schedstat").split(' ').next()),
        };
        tasks.insert(entry.file_name().to_string_lossy().into_owned(), task);
    }
    tasks
}
