//! The record on a real disk: round trip, recovery, full disk, segments, lock, blobs, store.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "journal/common.rs"]
mod common;

use std::sync::Arc;

use common::{note, now, opened, options, refused, writable};
use stanch::incident::Record;
use stanch::journal::{
    Disk, Entry, FindingKind, JOURNAL, JournalError, Reader, RealDisk, Torn, Urgency, Writer, fold,
    verify,
};

fn disk() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
}

fn write(writer: &mut Writer, texts: &[&str]) -> Vec<Entry> {
    let entries = texts.iter().map(|text| writer.push(&note(text), now(1)).unwrap()).collect();
    writer.commit(Urgency::Result).unwrap();
    entries
}

#[test]
fn what_is_written_reads_back_the_same() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("incident");
    let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
    let mut written = vec![writer.push(&opened(), now(0)).unwrap()];
    writer.commit(Urgency::Intent).unwrap();
    written.extend(write(&mut writer, &["one", "tw\u{202e}o \"x\",\"h\":\"", "Zürich 東京\n3"]));
    let head = writer.head().unwrap();
    drop(writer);

    let mut read = Vec::new();
    let folded = fold(&RealDisk, &dir, &mut |entry| read.push(entry)).unwrap();
    assert_eq!(folded.head.as_ref(), Some(&head));
    assert_eq!(folded.finding, None);
    assert_eq!(read, written);

    let (writer, recovered, again) = writable(disk(), &dir);
    assert_eq!((recovered.head, recovered.torn), (Some(head), Vec::new()));
    assert_eq!(again, written);
    drop(writer);
    let report = verify(&RealDisk, &dir).unwrap();
    assert!(report.is_good());
    assert_eq!(report.records, 4);
}

#[test]
fn a_torn_end_is_kept_cut_and_told() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("incident");
    let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    write(&mut writer, &["kept"]);
    drop(writer);
    let path = dir.join(JOURNAL);
    let whole = std::fs::read(&path).unwrap();
    let torn = [whole.as_slice(), b"{\"v\":1,\"seq\":2,\"prev\":\"77"].concat();
    std::fs::write(&path, &torn).unwrap();

    let report = verify(&RealDisk, &dir).unwrap();
    let finding = report.finding.unwrap();
    assert_eq!((finding.kind, finding.line), (FindingKind::Tail, 3));
    assert_eq!(finding.byte, whole.len() as u64);

    for _ in 0..2 {
        // Until a record speaks of it, it is told at each opening.
        let (_, recovered, entries) = writable(disk(), &dir);
        assert_eq!(entries.len(), 2);
        let [Torn { bytes, kept_as, .. }] = recovered.torn.as_slice() else { panic!("one") };
        assert_eq!(*bytes, (torn.len() - whole.len()) as u64);
        assert_eq!(std::fs::read(dir.join(kept_as)).unwrap(), torn[whole.len()..]);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
    let (mut writer, recovered, _) = writable(disk(), &dir);
    let draft = stanch::journal::Draft { record: recovered.torn[0].record(), ..note("") };
    writer.push(&draft, now(2)).unwrap();
    writer.commit(Urgency::Result).unwrap();
    drop(writer);
    let (_, recovered, entries) = writable(disk(), &dir);
    assert_eq!((recovered.torn, entries.len()), (Vec::new(), 3));
}

#[test]
fn damage_below_the_flushed_mark_is_never_cut() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("incident");
    let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    write(&mut writer, &["one", "two"]);
    write(&mut writer, &["three"]);
    drop(writer);
    let path = dir.join(JOURNAL);
    let mut bytes = std::fs::read(&path).unwrap();
    let place = bytes.windows(3).position(|w| w == b"two").unwrap();
    bytes[place] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    let (read_only, entries) = refused(disk(), &dir);
    assert_eq!(read_only.finding.kind, FindingKind::Damage);
    assert_eq!(read_only.finding.line, 3);
    assert_eq!(entries.len(), 2);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_second_engine_is_refused_with_the_words_of_the_first() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("incident");
    let _first = Writer::create(disk(), &dir, &options()).unwrap();
    let Err(error) = Writer::recover(disk(), &dir, &options(), &mut |_| ()) else { panic!("two") };
    assert!(matches!(error, JournalError::Locked { .. }));
    let words = error.to_string();
    assert!(words.contains("Ada") && words.contains(&std::process::id().to_string()), "{words}");
}

#[test]
fn the_record_goes_on_in_another_directory() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (home.path().join("old"), home.path().join("new"));
    let mut writer = Writer::create(disk(), &old, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    write(&mut writer, &["one"]);
    let head = writer.head().unwrap();
    write(&mut writer, &["left behind"]);
    let blob = writer.put_blob(b"body").unwrap();
    drop(writer);

    let mut writer = Writer::continue_in(&disk(), &new, &old, &head, &options()).unwrap();
    let record =
        Record::Continued { from: old.to_str().unwrap().into(), reason: "disk failed".into() };
    writer.push(&stanch::journal::Draft { record, ..note("") }, now(2)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    drop(writer);

    let (mut writer, _, entries) = writable(disk(), &new);
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(entries[2].record.kind(), "continued");
    write(&mut writer, &["three"]);
    let report = verify(&RealDisk, &new).unwrap();
    assert!(report.is_good(), "{report:?}");
    assert_eq!((report.records, report.segments.len()), (4, 2));
    let mut reader = Reader::open(&disk(), &new).unwrap();
    let seqs: Vec<_> = reader.entries(1..=9, 3).unwrap().iter().map(|e| e.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(stanch::journal::blob(&RealDisk, &new, &blob).unwrap().unwrap(), b"body");

    let Err(error) = Writer::recover(disk(), &old, &options(), &mut |_| ()) else { panic!("fork") };
    assert!(matches!(error, JournalError::Continued { .. }), "{error}");
}
