//! What the record costs beside the bare calls that it cannot do without.
//!
//! `cargo bench --bench journal [RECORDS]`: append + flush beside a bare write + `fdatasync` of the
//! same bytes; verification and opening of a long record beside `sha256sum` of its file.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use stanch::drill::shipped;
use stanch::engine::fold_entry;
use stanch::incident::record::{GuardChange, Verdict};
use stanch::incident::{Answer, By, Mode, Now, Opened, Record, Request, State, StepKey};
use stanch::journal::{Draft, Holder, JOURNAL, Options, RealDisk, Urgency, Writer, fold, verify};
use stanch::playbook::{Auth, Playbook};

const APPENDS: usize = 2_000;
const ROUNDS: usize = 5;

fn main() {
    let records = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    // Not in the memory file system that a temporary directory may be: a flush would cost nothing.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    appends(home.path());
    reading(home.path(), records);
}

fn draft(number: u32) -> Draft {
    console(Record::CallAnswered {
        call: number,
        attempt: 1,
        verdict: Verdict::Succeeded,
        why: "status is 200 and the answer says acknowledged".into(),
        answer: Some(Answer {
            status: Some(200),
            address: Some("10.20.30.40:9200".into()),
            latency_us: 3_000 + u64::from(number % 997),
            headers: vec![("content-type".into(), "application/json".into())],
            length: 21,
            sha256: Some("5e".repeat(32)),
            ..Answer::default()
        }),
        saved: std::iter::once(("task".to_owned(), serde_json::json!(number))).collect(),
        retry_within_ms: None,
    })
}

fn console(record: Record) -> Draft {
    Draft { record, by: By::console(), occurred: None }
}

fn playbook() -> Playbook {
    shipped::read("exposed-database").unwrap().playbook.unwrap()
}

/// What a long incident consists of: a guard's findings, and notes.
fn long(number: u32) -> Record {
    match number {
        0 => Record::Opened(Opened {
            incident: "5e".repeat(16),
            codename: "amber-heron".to_owned(),
            mode: Mode::Live,
            playbook: "exposed-database".to_owned(),
            title: "A long night".to_owned(),
            playbook_sha256: "5e".repeat(32),
            sub_playbooks: BTreeMap::new(),
            scenario_sha256: None,
            exercise: None,
            version: "0.1.0".to_owned(),
            boot: "5e5e5e5e5e5e".to_owned(),
            inputs: BTreeMap::new(),
            backends: BTreeMap::new(),
        }),
        1 => Record::GuardArmed {
            guard: 1,
            step: StepKey::first("close-network"),
            index: 0,
            request: Request {
                backend: "search".to_owned(),
                method: "GET".to_owned(),
                url: "https://search.example.com:9200/".to_owned(),
                headers: Vec::new(),
                body: None,
                auth: Auth::None,
                via: Some("outside".to_owned()),
                timeout_ms: 10_000,
            },
            every_ms: 60_000,
            alarm_after: 2,
        },
        even if even % 2 == 0 => Record::GuardHolds(GuardChange {
            guard: 1,
            asked: 60,
            silent_ms: None,
            why: "the connection was refused".into(),
            answer: Some(Answer {
                address: Some("10.20.30.40:9200".into()),
                latency_us: 3_000 + u64::from(number % 997),
                ..Answer::default()
            }),
        }),
        _ => Record::Noted { text: NOTE.into(), source: None },
    }
}

const NOTE: &str = "02:14 the load balancer's logs of the last thirty days are copied to the evidence \
                    share, read-only; the owner of the copy job does not answer his phone, so we \
                    asked his deputy, who will look for further copies and call back before three. \
                    Support has the text for those who ask; nobody speaks with the press but us.";

fn now() -> Now {
    Now { at: Utc::now(), up: 123_456_789 }
}

fn writer(dir: &Path) -> Writer {
    let options = Options::new(Holder::this_process("bench".into()));
    Writer::create(Arc::new(RealDisk), dir, &options).unwrap()
}

/// Alternates between a commit of the record and the bare calls with as many bytes.
fn appends(home: &Path) {
    println!("append + flush of one record, beside bare write + fdatasync ({APPENDS} each)");
    println!("{:>8} {:>12} {:>12} {:>8}", "round", "record us", "bare us", "ratio");
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let dir = home.join(format!("append-{round}"));
        let mut ledger = writer(&dir);
        let mut bare = std::fs::File::create(home.join(format!("bare-{round}"))).unwrap();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let line = vec![b'x'; 620];
        for number in 0..APPENDS {
            let start = Instant::now();
            ledger.push(&draft(u32::try_from(number).unwrap()), now()).unwrap();
            ledger.commit(Urgency::Result).unwrap();
            ours.push(start.elapsed());
            let start = Instant::now();
            bare.write_all(&line).unwrap();
            bare.sync_data().unwrap();
            theirs.push(start.elapsed());
        }
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        println!("{round:>8} {:>12.1} {:>12.1} {ratio:>8.3}", micros(ours), micros(theirs));
        ratios.push(ratio);
    }
    println!("{:>8} {:>34.3}   goal 1.1\n", "median", middle(&mut ratios));
}

fn reading(home: &Path, records: u32) {
    let dir = home.join("long");
    let mut writer = writer(&dir);
    for number in 0..records {
        writer.push(&console(long(number)), now()).unwrap();
        if number % 1_000 == 999 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    let _ = writer.commit(Urgency::Result);
    drop(writer);
    let path = dir.join(JOURNAL);
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("a record of {records} lines, {bytes} bytes; memory is the peak of this process");
    let columns = ["round", "sha256sum", "verify", "open", "verify/", "open/", "peak MiB"];
    println!("{}", columns.map(|column| format!("{column:>10}")).concat());
    let (mut verifies, mut opens) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let bare = timed(|| {
            assert!(Command::new("sha256sum").arg(&path).output().unwrap().status.success());
        });
        let checked = timed(|| assert!(verify(&RealDisk, &dir).unwrap().is_good()));
        let opened = timed(|| {
            let mut state = State::new(Arc::new(playbook()));
            let folded = fold(&RealDisk, &dir, &mut |entry| fold_entry(&mut state, &entry));
            assert!(folded.unwrap().finding.is_none());
            assert!(state.anomalies.is_empty() && state.live_guards().count() == 1);
            assert_eq!(state.seq, Some(u64::from(records) - 1));
        });
        let of = |time: Duration| time.as_secs_f64() / bare.as_secs_f64();
        let times = [bare, checked, opened].map(|time| format!("{:>9.2}s", time.as_secs_f64()));
        let ratios = [of(checked), of(opened)].map(|ratio| format!("{ratio:>10.3}"));
        println!("{round:>10}{}{}{:>10.1}", times.concat(), ratios.concat(), peak_mebibytes());
        verifies.push(of(checked));
        opens.push(of(opened));
    }
    let (verify, open) = (middle(&mut verifies), middle(&mut opens));
    println!("{:>10}{:>40.3}{open:>10.3}   goals 0.5 and 1.0", "median", verify);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn middle(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Where the system tells it.
fn peak_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kibibytes.map_or(f64::NAN, |kibibytes: f64| kibibytes / 1024.0)
}
