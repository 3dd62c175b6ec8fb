//! Properties of the record: whatever bytes stand there, whatever is written.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "journal/common.rs"]
mod common;
#[path = "journal/sim.rs"]
#[expect(dead_code, reason = "only the disk is needed here")]
mod sim;

use std::cmp::Ordering;
use std::path::Path;

use common::{note, now, opened, options, writable};
use proptest::prelude::*;
use sim::SimDisk;
use stanch::incident::By;
use stanch::journal::{
    Disk, Draft, Entry, JOURNAL, JournalError, Kinship, LINE_LIMIT, Open, Opening, Parting,
    PushError, Reader, Urgency, Writer, compare, fold, verify,
};
use stanch::text::is_hidden;

const DIR: &str = "/incident";

fn written(texts: &[String]) -> (SimDisk, Vec<Entry>) {
    let disk = SimDisk::new(None);
    let mut writer = Writer::create(disk.as_disk(), Path::new(DIR), &options()).unwrap();
    let mut entries = vec![writer.push(&opened(), now(0)).unwrap()];
    for (number, text) in texts.iter().enumerate() {
        let by = By { who: text.as_str().into(), role: None };
        let draft = Draft { by, ..note(text) };
        entries.push(writer.push(&draft, now(1)).unwrap());
        if number % 3 == 0 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    writer.commit(Urgency::Result).unwrap();
    (disk, entries)
}

fn with_bytes(bytes: &[u8]) -> SimDisk {
    let disk = SimDisk::new(None);
    disk.create_dir(Path::new(DIR)).unwrap();
    let mut file = disk.open(&Path::new(DIR).join(JOURNAL), Open::CreateNew).unwrap();
    file.append(bytes).unwrap();
    disk
}

fn open(disk: &SimDisk) -> (Vec<Entry>, bool) {
    let mut entries = Vec::new();
    let opening = Writer::recover(disk.as_disk(), Path::new(DIR), &options(), &mut |entry| {
        entries.push(entry);
    });
    (entries, matches!(opening, Ok(Opening::Writable(..))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn two_copies_part_where_they_part(
        shared in prop::collection::vec(".{0,20}", 0..40),
        a in prop::collection::vec(".{0,20}", 0..20),
        b in prop::collection::vec(".{0,20}", 0..20),
    ) {
        let with = |rest: &[String]| written(&[&shared[..], rest].concat());
        let ((disk, one), (other, two)) = (with(&a), with(&b));
        disk.create_dir(Path::new("/other")).unwrap();
        let mut file = disk.open(&Path::new("/other").join(JOURNAL), Open::CreateNew).unwrap();
        let journal = other.bytes(&format!("{DIR}/{JOURNAL}"));
        file.append(&journal).unwrap();
        let found = compare(&disk.as_disk(), Path::new(DIR), Path::new("/other")).unwrap();
        prop_assert!(found.a.is_good() && found.b.is_good());
        let parts = one.iter().zip(&two).position(|(one, two)| one.hash != two.hash);
        let wanted = match (parts, one.len().cmp(&two.len())) {
            (Some(at), _) => Kinship::Fork(Box::new(Parting { a: one[at].clone(), b: two[at].clone() })),
            (None, Ordering::Equal) => Kinship::Same,
            (None, Ordering::Less) => Kinship::Begins,
            (None, Ordering::Greater) => Kinship::Follows,
        };
        prop_assert_eq!(found.kinship, wanted);
    }

    #[test]
    fn any_bytes_open_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        let disk = with_bytes(&bytes);
        let _ = verify(&disk, Path::new(DIR));
        let (entries, _) = open(&disk);
        prop_assert!(entries.is_empty());
    }

    #[test]
    fn bytes_that_look_like_lines_open_without_panic(
        parts in prop::collection::vec(
            prop_oneof![
                Just("{\"v\":1,\"seq\":0,\"prev\":\"".to_owned()),
                Just("{\"v\":2.9,".to_owned()),
                Just("0".repeat(64)),
                Just("\",\"flushed\":18446744073709551615,".to_owned()),
                Just(format!(",\"h\":\"{}\"}}\n", "0".repeat(64))),
                Just("\n".to_owned()),
                "[ -~]{0,90}",
            ],
            0..40,
        )
    ) {
        let disk = with_bytes(parts.concat().as_bytes());
        let _ = verify(&disk, Path::new(DIR));
        let (entries, _) = open(&disk);
        prop_assert!(entries.is_empty());
    }

    #[test]
    fn what_is_written_is_read(texts in prop::collection::vec(any::<String>(), 0..12)) {
        let (disk, entries) = written(&texts);
        let bytes = disk.bytes(&format!("{DIR}/{JOURNAL}"));
        let text = String::from_utf8(bytes).unwrap();
        prop_assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)));
        let (read, taken) = open(&disk);
        prop_assert!(taken);
        prop_assert_eq!(&read, &entries);
        let mut reader = Reader::open(&disk.as_disk(), Path::new(DIR)).unwrap();
        prop_assert_eq!(reader.entries(0..=u64::MAX, 1_000).unwrap(), entries);
    }

    #[test]
    fn opening_twice_is_opening_once(
        texts in prop::collection::vec("[a-z]{0,300}", 1..8),
        cut in any::<prop::sample::Index>(),
        tail in prop::collection::vec(any::<u8>(), 0..700),
    ) {
        let (disk, _) = written(&texts);
        let mut bytes = disk.bytes(&format!("{DIR}/{JOURNAL}"));
        bytes.truncate(cut.index(bytes.len() + 1));
        bytes.extend(tail);
        let disk = with_bytes(&bytes);
        let once = open(&disk);
        let after = disk.bytes(&format!("{DIR}/{JOURNAL}"));
        prop_assert_eq!(open(&disk), once);
        prop_assert_eq!(disk.bytes(&format!("{DIR}/{JOURNAL}")), after);
    }

    #[test]
    fn dropping_what_was_pushed_leaves_no_trace(
        kept in prop::collection::vec("[a-z]{0,50}", 1..5),
        dropped in prop::collection::vec("[a-z]{0,50}", 0..5),
    ) {
        let (disk, _) = written(&[]);
        let (mut writer, ..) = writable(disk.as_disk(), Path::new(DIR));
        let mut entries = Vec::new();
        for text in &kept {
            entries.push(writer.push(&note(text), now(1)).unwrap());
            let mark = writer.mark();
            for text in &dropped {
                writer.push(&note(text), now(1)).unwrap();
            }
            writer.rollback_to(mark);
        }
        let head = writer.commit(Urgency::Intent).unwrap();
        let mut read = Vec::new();
        let folded = fold(&disk, Path::new(DIR), &mut |entry| read.push(entry)).unwrap();
        prop_assert_eq!(folded.head, Some(head));
        prop_assert_eq!(&read[1..], &entries[..]);
    }
}

#[test]
fn a_line_too_long_is_refused_and_leaves_no_trace() {
    let (disk, _) = written(&[]);
    let (mut writer, ..) = writable(disk.as_disk(), Path::new(DIR));
    let error = writer.push(&note(&"x".repeat(LINE_LIMIT)), now(1)).unwrap_err();
    assert!(matches!(error, PushError::TooLong { .. }));
    assert!(error.to_string().contains("at most 1048576"), "{error}");
    writer.push(&note("short"), now(1)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    let disk = with_bytes(&vec![b'x'; 3 * LINE_LIMIT]);
    let words = verify(&disk, Path::new(DIR)).unwrap().finding.unwrap().to_string();
    assert!(words.contains("longer than 1048576 bytes"), "{words}");
}

/// A line of this record with other words, under a hash that fits.
fn forged(from: &str, to: &str, entry: &str) -> Vec<u8> {
    use sha2::Digest;
    let (body, _) = entry.rsplit_once(",\"h\":\"").unwrap();
    let body = body.replace(from, to);
    let hash = stanch::incident::hex(&sha2::Sha256::digest(&body));
    format!("{body},\"h\":\"{hash}\"}}\n").into_bytes()
}

#[test]
fn what_is_newer_than_this_stanch_is_read_but_not_written() {
    let (disk, _) = written(&["one".into()]);
    let text = String::from_utf8(disk.bytes(&format!("{DIR}/{JOURNAL}"))).unwrap();
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    for (from, to, entries, words) in [
        ("\"v\":1,", "\"v\":1.7,", 2, "format 1.7"),
        ("\"v\":1,", "\"v\":2,", 1, "format 2"),
        ("\"kind\":\"noted\"", "\"kind\":\"dreamt\"", 2, "dreamt"),
    ] {
        let disk = with_bytes(&[all[0].as_bytes(), &forged(from, to, all[1])].concat());
        let (read_only, read) = common::refused(disk.as_disk(), Path::new(DIR));
        assert_eq!(read.len(), entries);
        let finding = read_only.finding.to_string();
        assert!(finding.contains(words) && finding.contains("newer one"), "{finding}");
    }
}

#[test]
fn a_directory_without_a_record_is_named() {
    let disk = SimDisk::new(None);
    let Err(error) = verify(&disk, Path::new("/nowhere")) else { unreachable!() };
    assert!(
        matches!(error, JournalError::NoRecord { .. }) && error.to_string().contains("/nowhere")
    );
}
