//! The record on a real disk: round trip, recovery, full disk, segments, lock, blobs, store.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "journal/common.rs"]
mod common;

use std::sync::Arc;

use common::{note, now, opened, options, refused, writable};
use stanch::incident::Record;
use stanch::journal::{
    Disk, Entry, FindingKind, JOURNAL, JournalError, Reader, RealDisk, Store, Torn, Urgency,
    Writer, blob, fold, has_blob, verify,
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

    let mut writer = Writer::continue_in(disk(), &new, &old, &head, &options()).unwrap();
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

#[test]
fn nobody_else_can_read_it_and_no_link_is_followed() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data/incident");
    let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
    writer.put_blob(b"body").unwrap();
    writer.push(&opened(), now(0)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    for path in [&dir, &dir.join("blobs"), &home.path().join("data")] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
    for name in [JOURNAL, "lock", "ballast"] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
    drop(writer);
    std::fs::rename(dir.join(JOURNAL), home.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(home.path().join("elsewhere"), dir.join(JOURNAL)).unwrap();
    let Err(error) = Writer::recover(disk(), &dir, &options(), &mut |_| ()) else {
        panic!("it followed a link")
    };
    assert!(matches!(error, JournalError::Io { .. }), "{error}");
}

#[test]
fn a_body_can_be_withheld_and_a_changed_one_is_not_trusted() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("incident");
    let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
    let (one, two) = (writer.put_blob(b"one").unwrap(), writer.put_blob(b"two").unwrap());
    writer.remove_blob(&one).unwrap();
    writer.remove_blob(&one).unwrap();
    assert_eq!(blob(&RealDisk, &dir, &one).unwrap(), None);
    assert!(has_blob(&RealDisk, &dir, &two).unwrap());
    std::fs::write(dir.join("blobs").join(&two), b"2").unwrap();
    let words = blob(&RealDisk, &dir, &two).unwrap_err().to_string();
    assert!(words.contains("no longer gives its hash"), "{words}");
    assert_eq!(blob(&RealDisk, &dir, "../../etc/passwd").unwrap(), None);
}

#[test]
fn incidents_are_found_by_the_beginning_of_their_name() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::new(disk(), home.path().join("incidents"));
    assert!(store.list().unwrap().is_empty());
    let mut hash = String::new();
    for (codename, incident) in [("amber-heron", "0f3c7a5e"), ("amber-finch", "77aa0011")] {
        let dir = store.place(codename, incident);
        hash = store.keep_document(&dir, "playbook.toml", b"format = 1\n").unwrap();
        let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
        let mut draft = opened();
        let Record::Opened(record) = &mut draft.record else { panic!("opened") };
        (record.codename, record.incident) = (codename.into(), incident.into());
        writer.push(&draft, now(0)).unwrap();
        writer.commit(Urgency::Intent).unwrap();
        write(&mut writer, &["last words"]);
    }
    std::fs::create_dir(store.root().join("no-incident")).unwrap();
    let all = store.list().unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|listed| listed.last.as_ref().is_some_and(|last| last.seq == 1)));
    for name in ["amber-h", "0f", "amber-heron", "amber-heron-0f3c7a5e"] {
        assert_eq!(store.find(name).unwrap().opened.unwrap().codename, "amber-heron", "{name}");
    }
    let words = store.find("amber").unwrap_err().to_string();
    assert!(words.contains("amber-heron-0f3c7a5e") && words.contains("amber-finch"), "{words}");
    assert!(matches!(store.find("zebra"), Err(JournalError::Unknown { .. })));
    let dir = store.find("amber-h").unwrap().dir;
    assert_eq!(store.document(&dir, "playbook.toml", &hash).unwrap(), b"format = 1\n");
    std::fs::write(dir.join("playbook.toml"), b"format = 2\n").unwrap();
    assert!(store.document(&dir, "playbook.toml", &hash).is_err());
}

#[test]
fn a_long_record_is_read_in_parts_and_by_number() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("incident");
    let mut writer = Writer::create(disk(), &dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    for number in 1..4_000 {
        writer.push(&note(&format!("{number} {}", "x".repeat(600))), now(number)).unwrap();
    }
    writer.commit(Urgency::Result).unwrap();
    let mut reader = Reader::open(&disk(), &dir).unwrap();
    for range in [0..=0, 127..=129, 1_000..=1_300, 3_990..=9_999] {
        let last = (*range.end()).min(3_999);
        let seqs: Vec<_> =
            reader.entries(range.clone(), 3_999).unwrap().iter().map(|e| e.seq).collect();
        assert_eq!(seqs, (*range.start()..=last).collect::<Vec<_>>());
    }
    assert!(reader.entries(4_000..=5_000, 9_000).unwrap().is_empty());
    writer.push(&note("more"), now(9)).unwrap();
    writer.commit(Urgency::Result).unwrap();
    assert!(reader.entries(4_000..=4_000, 3_999).unwrap().is_empty(), "not told of it yet");
    assert_eq!(reader.entries(4_000..=4_000, 4_000).unwrap().len(), 1);
    // Over a quarter of a megabyte it is checked on all cores: damage far inside is found there too.
    drop(writer);
    let path = dir.join(JOURNAL);
    let mut bytes = std::fs::read(&path).unwrap();
    let byte = bytes.len() / 2;
    bytes[byte] = if bytes[byte] == b'x' { b'y' } else { b'x' };
    std::fs::write(&path, &bytes).unwrap();
    let report = verify(&RealDisk, &dir).unwrap();
    let finding = report.finding.unwrap();
    assert_eq!(finding.line, report.records + 1);
    assert!(finding.byte <= byte as u64 && byte as u64 <= finding.byte + 1_200);
}
