//! A real process killed with SIGKILL while it writes a record: at random instants, and at every
//! call by which it changes the disk. This program is the killer and, told so, the process.
#![expect(clippy::disallowed_methods, reason = "how many kills is asked of the environment")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "it has no harness that prints for it")]

#[path = "journal/common.rs"]
mod common;
#[path = "journal/sim.rs"]
#[expect(dead_code, reason = "only its numbers are needed here")]
mod sim;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{note, now, opened, options};
use sim::Dice;
use stanch::journal::{
    Draft, FindingKind, JOURNAL, JournalError, Opening, RealDisk, Urgency, Writer, fold,
};

const DIR: &str = "STANCH_TEST_RECORD";
const SEED: &str = "STANCH_TEST_SEED";
const COMMITS: &str = "STANCH_TEST_COMMITS";
/// Bytes of one line of a big commit.
const LINE: &str = "STANCH_TEST_LINE";
/// One to four MiB a commit.
const BIG: usize = 900_000;
/// Where each call is killed, size would only cost time.
const SMALL: usize = 9_000;

fn main() {
    if let Ok(dir) = std::env::var(DIR) {
        let number = |name| std::env::var(name).unwrap().parse().unwrap();
        let line = "x".repeat(usize::try_from(number(LINE)).unwrap());
        return write_record(Path::new(&dir), number(SEED), number(COMMITS), &line);
    }
    let start = Instant::now();
    let (acknowledged, torn_at_random) = at_random_instants();
    let time = start.elapsed();
    println!(
        "1000 random kills: {acknowledged} commits acknowledged, none lost, {torn_at_random} \
         torn ends recovered, {time:?}"
    );
    assert!(acknowledged > 200, "the kills came too early to mean anything");
    let start = Instant::now();
    let (points, torn) = at_every_call();
    println!(
        "{points} calls killed: no record lost, {torn} torn ends recovered, {:?}",
        start.elapsed()
    );
    if points > 0 {
        // Where a random kill falls is luck; at every call, every second walk begins with a torn
        // end that this test made.
        assert!(torn > 0, "no torn end was taken up: nothing was shown of recovering one");
        assert!(torn_at_random + torn >= 50, "too few torn ends to mean anything");
    }
}

/// The process: takes the record up, or begins it, and says what was committed.
fn write_record(dir: &Path, seed: u64, commits: u64, line: &str) {
    let mut dice = Dice::new(seed);
    let say = |words: String| {
        let mut out = std::io::stdout().lock();
        out.write_all(words.as_bytes()).and_then(|()| out.flush()).unwrap();
    };
    let mut writer = match Writer::recover(Arc::new(RealDisk), dir, &options(), &mut |_| ()) {
        Ok(Opening::Writable(mut writer, recovered)) => {
            for torn in &recovered.torn {
                let draft = Draft { record: torn.record(), ..note("") };
                let entry = writer.push(&draft, now(1)).unwrap();
                writer.commit(Urgency::Result).unwrap();
                say(format!("torn\nack {} {}\n", entry.seq, entry.hash));
            }
            writer
        }
        Ok(Opening::ReadOnly(read_only)) => panic!("{}", read_only.finding),
        Err(JournalError::NoRecord { .. }) => {
            Writer::create(Arc::new(RealDisk), dir, &options()).unwrap()
        }
        Err(error) => panic!("{error}"),
    };
    for _ in 0..commits {
        let mut last = None;
        if writer.head().is_none() {
            last = Some(writer.push(&opened(), now(0)).unwrap());
        }
        if dice.below(2) == 0 {
            for _ in 0..=1 + dice.below(3) {
                last = Some(writer.push(&note(line), now(1)).unwrap());
            }
        } else {
            let blob = writer.put_blob(&dice.next().to_le_bytes()).unwrap();
            last = Some(writer.push(&note(&blob), now(1)).unwrap()).or(last);
        }
        writer.commit(Urgency::Result).unwrap();
        let last = last.unwrap();
        say(format!("ack {} {}\n", last.seq, last.hash));
    }
    say("end\n".to_owned());
}

/// What a killed process had said.
#[derive(Default)]
struct Said {
    acknowledged: Vec<(u64, String)>,
    torn: u64,
    ended: bool,
}

impl Said {
    fn hear(&mut self, words: &str) {
        // A line that was cut by the kill said nothing.
        for line in words.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["torn"] => self.torn += 1,
                ["end"] => self.ended = true,
                ["ack", seq, hash] => {
                    self.acknowledged.push((seq.parse().unwrap(), (*hash).to_owned()));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Every acknowledged record stands, and nothing but a torn end is wrong.
    fn check(&self, dir: &Path) {
        let mut hashes = Vec::new();
        match fold(&RealDisk, dir, &mut |entry| hashes.push(entry.hash.to_string())) {
            Ok(folded) => {
                let finding = folded.finding;
                assert!(
                    finding.as_ref().is_none_or(|f| f.kind == FindingKind::Tail),
                    "{finding:?}"
                );
            }
            Err(JournalError::NoRecord { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        for (seq, hash) in &self.acknowledged {
            let found = hashes.get(usize::try_from(*seq).unwrap());
            assert_eq!(found, Some(hash), "record {seq} in {}", dir.display());
        }
    }
}

fn process(
    command: &mut Command,
    dir: &Path,
    seed: u64,
    commits: u64,
    line: usize,
) -> std::process::Child {
    command
        .env(DIR, dir)
        .env(SEED, seed.to_string())
        .env(COMMITS, commits.to_string())
        .env(LINE, line.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn own_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

fn at_random_instants() -> (u64, u64) {
    std::thread::scope(|scope| {
        let seeds = [0, 1].map(|half| (half..1_000).step_by(2).collect::<Vec<u64>>());
        let runs = seeds.map(|seeds| scope.spawn(move || kill_some(&seeds)));
        runs.into_iter().map(|run| run.join().unwrap()).fold((0, 0), add)
    })
}

fn kill_some(seeds: &[u64]) -> (u64, u64) {
    let (mut acknowledged, mut torn) = (0, 0);
    for group in seeds.chunks(5) {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("incident");
        let mut said = Said::default();
        for seed in group {
            let mut dice = Dice::new(*seed);
            let mut child = process(&mut Command::new(own_program()), &dir, *seed, 1_000, BIG);
            std::thread::sleep(Duration::from_micros(dice.next() % 100_000));
            child.kill().unwrap();
            hear_out(child, &mut said);
            said.check(&dir);
        }
        // The last one ends by itself.
        hear_out(process(&mut Command::new(own_program()), &dir, 1, 1, SMALL), &mut said);
        assert!(said.ended);
        said.check(&dir);
        acknowledged += said.acknowledged.len() as u64;
        torn += said.torn;
    }
    (acknowledged, torn)
}

fn hear_out(mut child: std::process::Child, said: &mut Said) {
    let mut words = String::new();
    child.stdout.take().unwrap().read_to_string(&mut words).unwrap();
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    child.wait().unwrap();
    assert!(!complaint.contains("panicked"), "{complaint}");
    said.hear(&words);
}

/// Calls that change the disk, and those by which a change becomes durable.
const CALLS: [&str; 10] = [
    "write",
    "pwrite64",
    "fdatasync",
    "fsync",
    "openat",
    "ftruncate",
    "rename",
    "unlink",
    "mkdir",
    "flock",
];

fn at_every_call() -> (u64, u64) {
    if !cfg!(target_os = "linux") {
        println!("strace is there on Linux only: killing at every call is not tried here");
        return (0, 0);
    }
    let halves = [&CALLS[..4], &CALLS[4..]];
    std::thread::scope(|scope| {
        let runs = halves.map(|calls| {
            scope.spawn(|| calls.iter().map(|call| kill_at_each(call)).fold((0, 0), add))
        });
        runs.into_iter().map(|run| run.join().unwrap()).fold((0, 0), add)
    })
}

fn add(sum: (u64, u64), more: (u64, u64)) -> (u64, u64) {
    (sum.0 + more.0, sum.1 + more.1)
}

/// Kills at the first, second, third such call and so on, until a run ends by itself: once while
/// a record begins, once while one with a torn end is taken up.
fn kill_at_each(call: &str) -> (u64, u64) {
    let (mut points, mut recovered) = (0, 0);
    for torn in [false, true] {
        for when in 1.. {
            assert!(when < 500, "{call} is made without end");
            let home = tempfile::tempdir().unwrap();
            let dir = home.path().join("incident");
            let mut said = Said::default();
            if torn {
                hear_out(process(&mut Command::new(own_program()), &dir, 4, 2, SMALL), &mut said);
                let path = dir.join(JOURNAL);
                let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
                file.write_all(b"{\"v\":1,\"seq\":").unwrap();
            }
            let mut killed = Said::default();
            let inject = format!("inject={call}:signal=SIGKILL:when={when}");
            let mut strace = Command::new("strace");
            strace.args(["-f", "-o", "/dev/null", "-e", &inject]).arg(own_program());
            hear_out(process(&mut strace, &dir, 5, 4, SMALL), &mut killed);
            let ended = killed.ended;
            said.acknowledged.append(&mut killed.acknowledged);
            said.check(&dir);
            hear_out(process(&mut Command::new(own_program()), &dir, 6, 1, SMALL), &mut said);
            assert!(said.ended, "it does not go on after a kill at {call} {when}");
            said.check(&dir);
            recovered += said.torn + killed.torn;
            if ended {
                break;
            }
            points += 1;
        }
    }
    assert!(points > 0, "{call} was never made");
    (points, recovered)
}
