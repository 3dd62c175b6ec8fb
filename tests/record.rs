//! A long record as a face goes over it: found by filter, read by number, looked at closely, and
//! none of it counted from the start of the file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "journal/common.rs"]
mod common;
#[path = "record/counting.rs"]
mod counting;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::{note, now, opened, options, writable};
use counting::CountingDisk;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use stanch::command::{Console, Detail, Filter, Reading, record_line};
use stanch::drill::shipped;
use stanch::engine::{SystemClock, View, fold_entry};
use stanch::incident::record::{CheckEnd, Purpose, ScopeSource, Stage, Verdict};
use stanch::incident::{By, Record, Request, Seq, State, StepKey, hex};
use stanch::journal::{Disk, Draft, Entry, Index, JOURNAL, Reader, RealDisk, Urgency, Writer};
use stanch::journal::{fold, fold_with};
use stanch::playbook::{Auth, Playbook};

/// Nothing that these tests wait for takes so long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

fn playbook() -> Arc<Playbook> {
    Arc::new(shipped::read("exposed-database").unwrap().playbook.unwrap())
}

fn reading(dir: &Path) -> (Reading, Arc<View>) {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let clock = Arc::new(SystemClock);
    let reading = Reading::open(&disk, dir, playbook(), "a test".into(), clock).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let last = fold(&RealDisk, dir, &mut |_| ()).unwrap().head.unwrap();
    let mut views = reading.watch();
    let view = runtime.block_on(async {
        let whole = views.wait_for(|view| view.head == last);
        tokio::time::timeout(PATIENCE, whole).await.unwrap().unwrap().clone()
    });
    (reading, view)
}

fn request(path: &str) -> Request {
    Request {
        backend: "search".to_owned(),
        method: "PUT".to_owned(),
        url: format!("https://search.example.com:9200/{path}"),
        headers: Vec::new(),
        body: None,
        auth: Auth::None,
        via: None,
        timeout_ms: 10_000,
    }
}

fn step(number: usize) -> StepKey {
    StepKey::first(["close-network", "close-api", "block-reads"][number % 3])
}

/// Three records that belong together, or one: calls and checks that name a step, and what names
/// only them.
fn records(number: usize, choice: u8) -> Vec<Record> {
    let id = u32::try_from(number).unwrap() + 1;
    let step = step(number);
    match choice {
        0 => vec![Record::Noted { text: "the DOUBT was Müller's, 東京".into(), source: None }],
        1 => vec![Record::StepSkipped { step, reason: "in doubt\nwhether".into(), skip: None }],
        2 => vec![
            Record::CallRequested {
                call: id,
                step,
                purpose: Purpose::Act,
                attempt: 1,
                request: request("users"),
                hash: "5e".repeat(32),
            },
            Record::CallAnswered {
                call: id,
                attempt: 1,
                verdict: Verdict::Failed,
                why: "the connection was refused".into(),
                answer: None,
                saved: std::iter::once(("n".to_owned(), serde_json::json!(1.50))).collect(),
                retry_within_ms: None,
            },
            Record::ScopeAdded {
                scope: "index".to_owned(),
                name: "users-2019".into(),
                source: ScopeSource::Call { call: id },
            },
        ],
        3 => vec![
            Record::CheckStarted {
                check: id,
                step,
                index: 0,
                stage: Stage::Proof,
                request: request("_search"),
            },
            Record::CheckPassed(CheckEnd {
                check: id,
                asked: 2,
                why: "refused".into(),
                answer: None,
            }),
        ],
        _ => vec![Record::InputSet { name: "index".to_owned(), value: "users\u{202e}".into() }],
    }
}

fn write(dir: &Path, choices: &[u8]) {
    let mut writer = Writer::create(Arc::new(RealDisk), dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    for (number, choice) in choices.iter().enumerate() {
        let who = if number % 4 == 0 { "Ana Müller" } else { "stanch" };
        let role = (number % 3 == 0).then(|| "scribe".into());
        let by = By { who: who.into(), role };
        for record in records(number, *choice) {
            let draft = Draft { record, by: by.clone(), occurred: None };
            writer.push(&draft, now(1)).unwrap();
        }
        if number % 50 == 0 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    writer.commit(Urgency::Result).unwrap();
}

const FILTERS: [&str; 10] = [
    "",
    "kind:call",
    "kind:noted,check step:close",
    "step:block-reads",
    "step:close-network refused",
    "who:ana",
    "who:SCRIBE kind:call-a",
    "\"in doubt\"",
    "doubt müller",
    "kind:check step:close-api who:stanch",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..Default::default() })]

    #[test]
    fn in_pieces_as_in_one_go(
        choices in prop::collection::vec(0..5_u8, 0..400),
        piece in 1..300_u64,
    ) {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), &choices);
        let (reading, view) = reading(home.path());
        let mut all: Vec<Entry> = Vec::new();
        fold(&RealDisk, home.path(), &mut |entry| all.push(entry)).unwrap();
        let mut state = State::new(playbook());
        for entry in &all {
            fold_entry(&mut state, entry);
        }
        prop_assert_eq!(&view.state, &state);
        let lines = reading.lines(0..Seq::MAX, &state).unwrap();
        let told: Vec<_> = all.iter().map(|entry| record_line(entry, &state)).collect();
        prop_assert_eq!(lines, told);
        for text in FILTERS {
            let filter = Filter::parse(text).unwrap();
            let wanted: Vec<Seq> = all
                .iter()
                .filter(|entry| filter.matches(entry, &state))
                .map(|entry| entry.seq)
                .collect();
            let mut found = Vec::new();
            let mut from = 0;
            while from < all.len() as u64 {
                found.extend(reading.scan(from..from + piece, &filter, &state).unwrap());
                from += piece;
            }
            prop_assert_eq!(found, wanted, "{}", text);
        }
    }
}

#[test]
fn a_filter_finds_what_it_says() {
    let home = tempfile::tempdir().unwrap();
    // Of step close-network, close-api and block-reads in turn.
    write(home.path(), &[2, 3, 1, 0, 2, 4]);
    let (reading, view) = reading(home.path());
    let kinds = |text: &str| -> Vec<(Seq, &'static str)> {
        let filter = Filter::parse(text).unwrap();
        let found = reading.scan(0..99, &filter, &view.state).unwrap();
        let line = |seq: Seq| reading.lines(seq..seq + 1, &view.state).unwrap().remove(0);
        found.into_iter().map(|seq| (seq, line(seq).kind)).collect()
    };
    assert_eq!(kinds("").len(), 12);
    // What names only a call or a check belongs to the step of that.
    let calls = [(1, "call_requested"), (2, "call_answered"), (3, "scope_added")];
    assert_eq!(kinds("step:close-network"), calls);
    assert_eq!(kinds("step:close-a kind:check"), [(4, "check_started"), (5, "check_passed")]);
    assert_eq!(kinds("step:block"), [(6, "step_skipped")]);
    assert_eq!(
        kinds("kind:call-ans,noted"),
        [(2, "call_answered"), (7, "noted"), (9, "call_answered")]
    );
    assert_eq!(kinds("müller doubt"), [(7, "noted")]);
    // A line feed in what somebody wrote stands as a sign in the words.
    assert_eq!(kinds("\"in doubt⏎\" who:stanch"), [(6, "step_skipped")]);
    assert_eq!(kinds("who:\"ana m\" kind:call").len(), 4);
    assert_eq!(kinds("<u+202e>"), [(11, "input_set")]);
    assert_eq!(kinds("\"kind:call\""), []);
}

fn body_and_hash(line: &[u8]) -> (Vec<u8>, String) {
    let text = std::str::from_utf8(line).unwrap();
    let (body, _) = text.rsplit_once(",\"h\":\"").unwrap();
    (body.as_bytes().to_vec(), hex(&Sha256::digest(body)))
}

#[test]
fn a_detail_tells_the_line_as_it_stands_and_its_hashes() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), &[2, 0, 4]);
    let path = home.path().join(JOURNAL);
    let mut bytes = std::fs::read(&path).unwrap();
    // A kind of tomorrow, under hashes that fit.
    let last = bytes.split(|byte| *byte == b'\n').rev().nth(1).unwrap().to_vec();
    let (body, hash) = body_and_hash(&last);
    let body = String::from_utf8(body).unwrap();
    let seq = body.split("\"seq\":").nth(1).unwrap().split(',').next().unwrap();
    let next = format!("\"seq\":{}", seq.parse::<u64>().unwrap() + 1);
    let prev = body.split("\"prev\":\"").nth(1).unwrap()[..64].to_owned();
    let dreamt = body
        .replace(&format!("\"seq\":{seq}"), &next)
        .replace(&prev, &hash)
        .replace("\"kind\":\"input_set\"", "\"kind\":\"dreamt\"");
    let line = format!("{dreamt},\"h\":\"{}\"}}\n", hex(&Sha256::digest(&dreamt)));
    bytes.extend_from_slice(line.as_bytes());
    std::fs::write(&path, &bytes).unwrap();

    let (reading, view) = reading(home.path());
    let mut before = "0".repeat(64);
    let lines: Vec<&[u8]> = bytes.strip_suffix(b"\n").unwrap().split(|b| *b == b'\n').collect();
    let mut details: Vec<Detail> = Vec::new();
    for (seq, line) in lines.iter().enumerate() {
        let detail = reading.detail(seq as u64, &view.state).unwrap();
        let (_, hash) = body_and_hash(line);
        assert_eq!((&detail.prev, &detail.hash), (&before, &hash));
        assert_eq!(detail.bytes, line.len() + 1);
        // Broken into lines, and not written anew: also `1.50` and `\u202e` are as they were.
        let shown: Vec<&str> = detail.json.iter().map(|line| line.as_str().trim_start()).collect();
        let spaces_in_text = std::str::from_utf8(line).unwrap().replace("\": ", "\":");
        assert_eq!(shown.concat().replace("\": ", "\":"), spaces_in_text);
        before = hash;
        details.push(detail);
    }
    assert_eq!(details[0].flushed, None);
    assert_eq!(details.last().unwrap().kind.as_str(), "dreamt");
    assert_eq!(details.last().unwrap().line.kind, "unknown");
    assert_eq!(details[4].flushed, Some(3), "the second commit begins there");
    assert_eq!(details[1].by.as_str(), "Ana Müller (scribe)");
    let unknown = Filter::parse("kind:unknown").unwrap();
    let last = lines.len() as u64 - 1;
    assert_eq!(reading.scan(0..99, &unknown, &view.state).unwrap(), [last]);
    assert!(view.state.read_only.is_some(), "what nobody understands is not hidden");
    let words = reading.detail(99, &view.state).unwrap_err();
    assert_eq!(words.as_str(), "there is no entry 99 in this record");
}

/// Lines of a record that is some megabytes long.
const LONG: u64 = 12_000;
/// More than the lines around a jump, and much less than the file.
const NEAR: u64 = 256 << 10;

fn long(dir: &Path) -> Writer {
    let mut writer = Writer::create(Arc::new(RealDisk), dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    for number in 1..LONG {
        writer.push(&note(&format!("{number} {}", "x".repeat(400))), now(1)).unwrap();
        if number % 500 == 0 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    writer.commit(Urgency::Result).unwrap();
    writer
}

/// Bytes that are read to show the lines from `from` on with a reader that never read any.
fn read_for(dir: &Path, index: &Index, from: Seq) -> u64 {
    let disk = CountingDisk::default();
    let as_disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut reader = Reader::with_index(&as_disk, dir, index).unwrap();
    let before = disk.read();
    let entries = reader.entries(from..=from + 39, Seq::MAX).unwrap();
    let seqs: Vec<Seq> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (from..from + 40).collect::<Vec<_>>());
    disk.read() - before
}

#[test]
fn a_jump_does_not_count_the_file_from_its_start() {
    let home = tempfile::tempdir().unwrap();
    let (dir, next) = (home.path().join("one"), home.path().join("two"));
    let mut writer = long(&dir);
    let far = LONG - 200;
    assert!(read_for(&dir, &Index::default(), far) > 4 << 20, "nobody counted for this one");
    // Who wrote it knows, and goes on knowing.
    assert!(read_for(&dir, &writer.index(), far) < NEAR);
    for _ in 0..300 {
        writer.push(&note("more"), now(2)).unwrap();
    }
    let index = writer.index();
    assert!(read_for(&dir, &index, 100) < NEAR);
    let head = writer.commit(Urgency::Result).unwrap();
    assert!(read_for(&dir, &index, head.seq - 39) < NEAR, "who was given it before learns more");
    drop(writer);
    // So does who took it up again,
    let (writer, ..) = writable(Arc::new(RealDisk), &dir);
    assert!(read_for(&dir, &writer.index(), far) < NEAR);
    drop(writer);
    // or passed over all of it, from one directory into the next.
    let from = dir.to_str().unwrap().to_owned();
    let mut writer =
        Writer::continue_in(Arc::new(RealDisk), &next, &dir, &head, &options()).unwrap();
    let record = Record::Continued { from, reason: "the disk".into() };
    writer.push(&Draft { record, ..note("") }, now(3)).unwrap();
    for _ in 0..60 {
        writer.push(&note("elsewhere"), now(3)).unwrap();
    }
    writer.commit(Urgency::Result).unwrap();
    let index = Index::default();
    let on_entry = &mut |_| std::ops::ControlFlow::Continue(());
    fold_with(&RealDisk, &next, &index, on_entry).unwrap();
    writer.index().take_over(&index);
    for index in [&index, &writer.index()] {
        assert!(read_for(&next, index, far) < NEAR);
        assert!(read_for(&next, index, head.seq - 10) < NEAR, "over the border");
    }
}
