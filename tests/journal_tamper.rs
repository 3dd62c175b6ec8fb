//! Edits of a record: verification finds every one, and a few lines of shell agree.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "journal/common.rs"]
mod common;
#[path = "journal/sim.rs"]
#[expect(dead_code, reason = "only its numbers are needed here")]
mod sim;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use common::{note, now, opened, options};
use sim::Dice;
use stanch::journal::{FindingKind, JOURNAL, RealDisk, Report, Urgency, Writer, verify};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/verify-record.sh");

fn record(dir: &Path, seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut writer = Writer::create(Arc::new(RealDisk), dir, &options()).unwrap();
    writer.push(&opened(), now(0)).unwrap();
    for number in 0..30 {
        let text = format!("note {number} of {seed}: Zürich \\ \"quoted\" {}", dice.next());
        writer.push(&note(&text), now(number)).unwrap();
        if dice.below(3) > 0 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    writer.commit(Urgency::Result).unwrap();
    std::fs::read(dir.join(JOURNAL)).unwrap()
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// One random edit; `None` where it changed nothing, or cut whole lines from the end.
fn edit(original: &[u8], other: &[u8], dice: &mut Dice) -> Option<(&'static str, Vec<u8>)> {
    let mut bytes = original.to_vec();
    let (mut all, foreign) = (lines(original), lines(other));
    let line = dice.below(all.len());
    let place = dice.below(bytes.len());
    let (what, edited) = match dice.below(9) {
        0 => {
            bytes[place] ^= 1 << dice.below(8);
            ("flip", bytes)
        }
        1 => {
            let end = (place + 1 + dice.below(200)).min(bytes.len());
            bytes.drain(place..end);
            ("delete bytes", bytes)
        }
        2 => {
            all.remove(line);
            ("delete a line", all.concat())
        }
        3 => {
            let again = all[line].clone();
            all.insert(dice.below(all.len() + 1), again);
            ("duplicate", all.concat())
        }
        4 => {
            all.swap(line, dice.below(foreign.len()));
            ("swap", all.concat())
        }
        5 => {
            bytes.insert(place, dice.next().to_le_bytes()[0]);
            ("insert", bytes)
        }
        6 => {
            all[line].clone_from(&foreign[line]);
            ("splice", all.concat())
        }
        7 => {
            bytes.truncate(place);
            ("cut in the middle", bytes)
        }
        _ => {
            bytes[place] = dice.next().to_le_bytes()[0];
            ("overwrite", bytes)
        }
    };
    let shorter = original.starts_with(&edited) && (edited.is_empty() || edited.ends_with(b"\n"));
    (!shorter).then_some((what, edited))
}

fn verify_bytes(dir: &Path, bytes: &[u8]) -> Report {
    std::fs::write(dir.join(JOURNAL), bytes).unwrap();
    verify(&RealDisk, dir).unwrap()
}

fn script(path: &Path) -> (bool, String) {
    let output = Command::new("sh").arg(SCRIPT).arg(path).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn ten_thousand_edits_are_all_found() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("one");
    let original = record(&dir, 1);
    let other = record(&home.path().join("two"), 2);
    let mut dice = Dice::new(3);
    let (mut found, mut asked) = (0, 0);
    while found < 10_000 {
        let Some((what, edited)) = edit(&original, &other, &mut dice) else { continue };
        let report = verify_bytes(&dir, &edited);
        let finding = report.finding.as_ref();
        assert!(finding.is_some(), "{what} was not found");
        assert!(finding.is_some_and(|finding| finding.byte <= edited.len() as u64));
        found += 1;
        if found % 50 == 0 {
            let (good, words) = script(&dir.join(JOURNAL));
            assert!(!good, "the script took a record with a fault ({what}): {words}");
            asked += 1;
        }
    }
    assert_eq!(asked, 200);
    let report = verify_bytes(&dir, &original);
    let (good, words) = script(&dir.join(JOURNAL));
    assert!(report.is_good() && good, "{words}");
    assert!(words.contains(&report.head.unwrap().hash), "{words}");
}

/// The one edit that a chain cannot show: whoever knows the head can.
#[test]
fn an_end_cut_off_is_found_by_the_spoken_head_alone() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("one");
    let original = record(&dir, 1);
    let spoken = verify(&RealDisk, &dir).unwrap().head.unwrap().spoken();
    assert_eq!(spoken.len(), 19);
    let all = lines(&original);
    for kept in 1..all.len() {
        let report = verify_bytes(&dir, &all[..kept].concat());
        assert!(report.is_good());
        assert_ne!(report.head.unwrap().spoken(), spoken);
    }
}

#[test]
fn a_finding_says_where_what_and_how_to_mend_it() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("one");
    let original = record(&dir, 1);
    let mut all = lines(&original);
    let byte = all[..4].concat().len() as u64;
    let place = all[4].windows(4).position(|w| w == b"note").unwrap();
    all[4][place] = b'v';
    let finding = verify_bytes(&dir, &all.concat()).finding.unwrap();
    assert_eq!((finding.kind, finding.line, finding.byte), (FindingKind::Damage, 5, byte));
    let words = finding.to_string();
    assert!(words.contains("line 5") && words.contains("changed") && words.contains("copy"));
    let (_, script_words) = script(&dir.join(JOURNAL));
    assert_eq!(script_words, "record 4: its bytes do not give its hash\n");
}

#[test]
fn the_script_takes_nothing_at_all_for_no_record() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("one");
    record(&dir, 1);
    let path = dir.join(JOURNAL);
    assert!(script(&path).0);
    std::fs::write(&path, "").unwrap();
    let (good, words) = script(&path);
    assert!(
        !good && words == "record 0: the file has no line: a record begins with one\n",
        "{words}"
    );
    std::fs::remove_file(&path).unwrap();
    let (good, words) = script(&path);
    assert!(!good && words.contains("no record can be read at"), "{words}");
}
