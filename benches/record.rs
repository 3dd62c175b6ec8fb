//! What it takes to look at a long record: jumps to any place of it, and going over all of it.
//!
//! `cargo bench --bench record [RECORDS]`: with the page cache warm, a jump of 40 and of 100 entries
//! with a reader that never read any, its file just opened; then a search through all of it, beside
//! decoding alone.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use stanch::command::{Filter, record_line};
use stanch::drill::shipped;
use stanch::engine::fold_entry;
use stanch::incident::record::{CheckEnd, GuardChange, Purpose, Stage, Verdict};
use stanch::incident::{Answer, By, Now, Record, Request, Seq, State, StepKey};
use stanch::journal::{
    Disk, Draft, Entry, Holder, Index, JOURNAL, Options, Reader, RealDisk, Urgency, Writer,
    fold_with,
};
use stanch::playbook::Auth;

const JUMPS: usize = 2_000;
/// So many calls, and checks, that the state knows; entries name them again and again.
const KNOWN: u64 = 200;
/// As many as a face asks for at a time.
const PIECE: Seq = 2_000;

fn main() {
    let records = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    // Not in the memory file system that a temporary directory may be.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    build(home.path(), records);
    let bytes = std::fs::metadata(home.path().join(JOURNAL)).unwrap().len();
    println!("a record of {records} entries, {bytes} bytes, {} each", bytes / records);

    let index = Index::default();
    let mut state = State::new(Arc::new(playbook()));
    let opened = timed(|| {
        let on_entry = &mut |entry: Entry| {
            if entry.seq < KNOWN * 20 {
                fold_entry(&mut state, &entry);
            }
            ControlFlow::Continue(())
        };
        let folded = fold_with(&RealDisk, home.path(), &index, on_entry).unwrap();
        assert!(folded.finding.is_none());
    });
    println!("passed over (verified, decoded, lines counted) in {:.2} s", opened.as_secs_f64());
    jumps(home.path(), records, &index, &state);
    scans(home.path(), records, &index, &state);
}

fn playbook() -> stanch::playbook::Playbook {
    shipped::read("exposed-database").unwrap().playbook.unwrap()
}

fn build(dir: &Path, records: u64) {
    let options = Options::new(Holder::this_process("bench".into()));
    let mut writer = Writer::create(Arc::new(RealDisk), dir, &options).unwrap();
    for number in 0..records {
        let by = match number % 20 {
            4 | 9 | 14 => By { who: "ana".into(), role: Some("scribe".into()) },
            _ => By::console(),
        };
        let draft = Draft { record: record(number), by, occurred: None };
        writer.push(&draft, Now { at: Utc::now(), up: 123_456_789 }).unwrap();
        if number % 10_000 == 9_999 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    let _ = writer.commit(Urgency::Result);
}

/// Of twenty entries: a call and its answer, a check and its end, three notes, and findings of a
/// guard.
fn record(number: u64) -> Record {
    let id = u32::try_from(number / 20 % KNOWN).unwrap() + 1;
    let step = StepKey::first(if id.is_multiple_of(2) { "close-network" } else { "block-reads" });
    match number % 20 {
        0 if number == 0 => Record::GuardArmed {
            guard: 1,
            step,
            index: 0,
            request: request("/_search?size=0"),
            every_ms: 60_000,
            alarm_after: 2,
        },
        0 => Record::CallRequested {
            call: id,
            step,
            purpose: Purpose::Act,
            attempt: 1,
            request: request("/users/_settings"),
            hash: "5e".repeat(32),
        },
        1 => Record::CallAnswered {
            call: id,
            attempt: 1,
            verdict: Verdict::Succeeded,
            why: "status is 200 and the answer says acknowledged".into(),
            answer: Some(answer(number)),
            saved: std::iter::once(("task".to_owned(), number.into())).collect(),
            retry_within_ms: None,
        },
        2 => Record::CheckStarted {
            check: id,
            step,
            index: 0,
            stage: Stage::Proof,
            request: request("/_search?size=0"),
        },
        3 => Record::CheckPassed(CheckEnd {
            check: id,
            asked: 2,
            why: "the connection was refused".into(),
            answer: Some(answer(number)),
        }),
        4 | 9 | 14 => Record::Noted { text: format!("{number}: {NOTE}").into(), source: None },
        _ => Record::GuardHolds(GuardChange {
            guard: 1,
            asked: 60,
            silent_ms: None,
            why: "the connection was refused".into(),
            answer: Some(answer(number)),
        }),
    }
}

const NOTE: &str = "the load balancer's logs of the last thirty days are copied to the evidence \
                    share, read-only; the owner of the copy job does not answer his phone";

fn answer(number: u64) -> Answer {
    Answer {
        address: Some("10.20.30.40:9200".into()),
        latency_us: 3_000 + number % 997,
        ..Answer::default()
    }
}

fn request(path: &str) -> Request {
    Request {
        backend: "search".to_owned(),
        method: "GET".to_owned(),
        url: format!("https://search.example.com:9200{path}"),
        headers: Vec::new(),
        body: None,
        auth: Auth::None,
        via: Some("outside".to_owned()),
        timeout_ms: 10_000,
    }
}

/// Each with a reader of its own, that was given where the lines stand and never read any.
fn jumps(dir: &Path, records: u64, index: &Index, state: &State) {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    println!(
        "\n{:>8} {:>12} {:>12} {:>12} {:>12}",
        "entries", "min us", "median us", "p99 us", "max us"
    );
    for entries in [40, 100] {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut times: Vec<Duration> = (0..JUMPS)
            .map(|_| {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let from = seed % (records - entries);
                timed(|| {
                    let mut reader = Reader::with_index(&disk, dir, index).unwrap();
                    let read = reader.entries(from..=from + entries - 1, records).unwrap();
                    let lines: Vec<_> = read.iter().map(|one| record_line(one, state)).collect();
                    assert_eq!(lines.len() as u64, entries);
                })
            })
            .collect();
        times.sort_unstable();
        let at = |place: usize| times[place].as_secs_f64() * 1e6;
        let [min, median, late, max] = [0, JUMPS / 2, JUMPS * 99 / 100, JUMPS - 1].map(at);
        println!("{entries:>8} {min:>12.1} {median:>12.1} {late:>12.1} {max:>12.1}");
    }
    let cold = timed(|| {
        let mut reader = Reader::open(&disk, dir).unwrap();
        assert_eq!(reader.entries(records - 40..=records - 1, records).unwrap().len(), 40);
    });
    println!("the last 40 where nobody counted the lines: {:.1} us", cold.as_secs_f64() * 1e6);
}

fn scans(dir: &Path, records: u64, index: &Index, state: &State) {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    println!("\n{:<34} {:>10} {:>8} {:>12}", "over all entries", "found", "s", "entries/s");
    let filters = ["kind:call step:block who:nobody", "who:ana 999999", "acknowledged", "zebra"];
    let all = std::iter::once(None).chain(filters.map(Some));
    for text in all {
        let filter = text.map(|text| Filter::parse(text).unwrap());
        let mut reader = Reader::with_index(&disk, dir, index).unwrap();
        let mut found = 0_u64;
        let time = timed(|| {
            for from in (0..records).step_by(usize::try_from(PIECE).unwrap()) {
                let on_line = &mut |entry, _: &[u8]| {
                    found +=
                        u64::from(filter.as_ref().is_some_and(|one| one.matches(&entry, state)));
                };
                reader.visit(from..=from + PIECE - 1, records - 1, on_line).unwrap();
            }
        });
        let seconds = time.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "printed without its last digits")]
        let speed = records as f64 / seconds;
        println!(
            "{:<34} {found:>10} {seconds:>8.2} {speed:>12.0}",
            text.unwrap_or("(decoding alone)")
        );
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
