//! The record on a disk that loses power, fails, or is full.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "journal/common.rs"]
mod common;
#[path = "journal/cuts.rs"]
mod cuts;
#[path = "journal/sim.rs"]
mod sim;

use std::io;
use std::path::Path;

use common::{note, now, options};
use cuts::{DIR, Witness, power_cuts, run};
use sim::{Dice, Failure, Fault, SimDisk};
use stanch::journal::{CommitError, JOURNAL, Room, Urgency, Writer, emergency};

/// Power cuts on both cores; each pair of numbers is one random state.
fn many_power_cuts(seeds: u64, states: u64) -> (u64, u64) {
    let halves = [0..seeds / 2, seeds / 2..seeds];
    std::thread::scope(|scope| {
        let runs = halves.map(|seeds| scope.spawn(move || power_cuts(seeds, states, None)));
        runs.into_iter()
            .map(|run| run.join().unwrap().unwrap())
            .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    })
}

#[test]
fn no_flushed_record_is_lost_and_no_damaged_one_accepted() {
    let (tried, torn) = many_power_cuts(2_000, 50);
    assert_eq!(tried, 100_000);
    assert!(torn >= 50, "only {torn} torn ends: the run proves little");
    println!("{tried} states, {torn} torn ends recovered");
}

#[test]
fn every_prefix_of_what_was_not_flushed_opens() {
    let (mut tried, mut torn) = (0, 0);
    for seed in 0..24 {
        let mut dice = Dice::new(seed);
        let disk = SimDisk::new(None);
        let witness = run(&disk, &mut dice, 60);
        for kept in 0..=disk.unflushed(&format!("{DIR}/{JOURNAL}")) {
            let disk = disk.after_prefix(kept, &mut dice);
            torn += witness.clone().resume(&disk, &mut dice).unwrap();
            tried += 1;
        }
    }
    println!("{tried} prefixes, {torn} torn ends recovered");
    assert!(tried > 2_000 && torn >= 50, "{tried} prefixes, {torn} torn");
}

/// The five faults that this harness is there to find. Each is found, and without them nothing is.
#[test]
fn each_deliberate_fault_is_caught() {
    for fault in [
        Fault::NoFlush,
        Fault::NoDirectoryFlush,
        Fault::LateFlush,
        Fault::TrustedHash,
        Fault::NoCut,
    ] {
        let caught = power_cuts(0..400, 20, Some(fault));
        println!("{fault:?}: {caught:?}");
        assert!(caught.is_err(), "{fault:?} was not caught");
    }
    assert!(power_cuts(0..400, 20, None).is_ok());
}

/// What one run with failing calls came to.
#[derive(Default)]
struct Tally {
    poisoned: u64,
    full: u64,
    results_after_full: u64,
}

/// A run over 200 calls and more, in which call number `failure.at` fails.
fn fail_at(failure: Failure, seed: u64, tally: &mut Tally) {
    let mut dice = Dice::new(seed);
    let disk = SimDisk::new(None);
    disk.state().failure = Some(failure);
    let mut witness = Witness::default();
    let created = Writer::create(disk.as_disk(), Path::new(DIR), &options());
    if let Ok(mut writer) = created {
        let mut failed = false;
        while disk.state().calls < 260 {
            let urgency = if dice.below(2) == 0 { Urgency::Intent } else { Urgency::Result };
            if dice.below(4) == 0 {
                let _ = writer.put_blob(b"a body");
            }
            let done = witness.commit(&mut writer, &mut dice, urgency);
            let flush_failed = disk.state().failed_flushes > 0;
            assert!(!(flush_failed && done.is_ok()), "acknowledged after a failed flush");
            failed |= flush_failed;
            match done {
                Ok(()) => {}
                Err(error @ CommitError::Full { .. }) => {
                    tally.full += 1;
                    let words = error.to_string();
                    assert!(words.contains("nothing new is started"), "{words}");
                    assert!(
                        failure.kind == io::ErrorKind::StorageFull
                            || words.contains("no room could be kept"),
                        "{words}"
                    );
                    if !failure.lasting {
                        assert_eq!(urgency, Urgency::Intent, "a result has the ballast");
                        witness.commit(&mut writer, &mut dice, Urgency::Result).unwrap();
                        tally.results_after_full += 1;
                    }
                }
                Err(error @ CommitError::Poisoned { .. }) => {
                    tally.poisoned += 1;
                    failed = true;
                    let words = error.to_string();
                    assert!(words.contains(DIR) && words.contains("--continue-in"), "{words}");
                    assert!(writer.poisoned().is_some());
                    break;
                }
                Err(error) => panic!("{error}"),
            }
        }
        if failed {
            for _ in 0..3 {
                let more = witness.commit(&mut writer, &mut dice, Urgency::Result);
                assert!(matches!(more, Err(CommitError::Poisoned { .. })), "{more:?}");
            }
        }
    }
    // The process starts anew on the same running machine: pages may be called clean that are on
    // no disk. What it then reads it acts on, so a power cut must not take that away either.
    disk.power_on();
    witness.resume(&disk, &mut dice).unwrap();
    let disk = disk.after_power_cut(&mut dice);
    witness.resume(&disk, &mut dice).unwrap();
}

#[test]
fn a_failing_call_never_costs_a_record_nor_the_truth() {
    let mut tally = Tally::default();
    for at in 1..=200 {
        for kind in [io::ErrorKind::Other, io::ErrorKind::StorageFull] {
            for lasting in [false, true] {
                for seed in 0..4 {
                    fail_at(Failure { at, kind, lasting }, seed * 1000 + at, &mut tally);
                }
            }
        }
    }
    let Tally { poisoned, full, results_after_full } = tally;
    println!("{poisoned} poisoned, {full} full, {results_after_full} results kept after full");
    assert!(poisoned > 200 && full > 100 && results_after_full > 50);
}

#[test]
fn the_ballast_keeps_the_results_of_running_calls() {
    let disk = SimDisk::new(None);
    let mut dice = Dice::new(7);
    let mut witness = Witness::default();
    let mut writer = Writer::create(disk.as_disk(), Path::new(DIR), &options()).unwrap();
    witness.commit(&mut writer, &mut dice, Urgency::Intent).unwrap();
    disk.leave_room(100);
    let intent = witness.commit(&mut writer, &mut dice, Urgency::Intent);
    assert!(matches!(intent, Err(CommitError::Full { .. })), "{intent:?}");
    assert_eq!(writer.room(), Room::Ample, "the reserve is still whole");
    writer.push(&note("the answer came"), now(2)).unwrap();
    let kept = writer.commit(Urgency::Result).unwrap();
    assert_eq!(writer.room(), Room::Reserve);
    writer.push(&note("something new"), now(3)).unwrap();
    assert!(matches!(writer.commit(Urgency::Intent), Err(CommitError::Full { .. })));
    assert_eq!(writer.head(), Some(kept));
    disk.power_on();
    disk.state().capacity = None;
    assert_eq!(writer.room(), Room::Ample);
    writer.push(&note("something new"), now(4)).unwrap();
    writer.commit(Urgency::Intent).unwrap();
}

#[test]
fn outcomes_that_come_too_late_are_kept_elsewhere() {
    let disk = SimDisk::new(None);
    let mut writer = Writer::create(disk.as_disk(), Path::new(DIR), &options()).unwrap();
    writer.push(&common::opened(), now(0)).unwrap();
    let head = writer.commit(Urgency::Intent).unwrap();
    let at = disk.state().calls + 2;
    disk.state().failure = Some(Failure { at, kind: io::ErrorKind::Other, lasting: false });
    writer.push(&note("sent"), now(1)).unwrap();
    assert!(matches!(writer.commit(Urgency::Result), Err(CommitError::Poisoned { .. })));

    let path = Path::new("/elsewhere/emergency.jsonl");
    for text in ["first \u{202e}", "second"] {
        emergency(&disk, path, Some(&head), &[note(text)], now(2)).unwrap();
    }
    let disk = disk.after_power_cut(&mut Dice::new(1));
    let lines = String::from_utf8(disk.bytes(path.to_str().unwrap())).unwrap();
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["text"], "second");
    assert_eq!(lines[0]["after"]["hash"], head.hash.as_str());
}
