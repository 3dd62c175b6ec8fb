//! EIO and ENOSPC at each of the first calls to the disk: nothing new afterwards, clear words, and
//! what running calls came to is kept.

use std::io::ErrorKind;

use stanch::engine::View;
use stanch::incident::Refusal;
use stanch::journal::verify;

use crate::disk::{DIR, Failure, parse};
use crate::walk::{Walked, walk};
use crate::world::{EMERGENCY, World};

/// What all the runs came to.
#[derive(Debug, Default)]
struct Tally {
    not_opened: u32,
    read_only: u32,
    no_room: u32,
    unharmed: u32,
    results_elsewhere: u32,
    results_from_the_reserve: u32,
}

const CALLS: u64 = 260;

fn fail(failure: Failure, tally: &mut Tally) {
    let world = World::new();
    world.disk.inside().failure = Some(failure);
    let handle = match world.open(None) {
        Ok(handle) => handle,
        Err(error) => {
            let words = error.to_string();
            assert!(words.contains("incident"), "{failure:?}: {words}");
            assert!(world.ledger().sent.is_empty(), "{failure:?}");
            tally.not_opened += 1;
            return;
        }
    };
    let walked = walk(&world, &handle, CALLS);
    let view = handle.idle().unwrap();
    handle.stop();
    assert_eq!(world.sound(), Ok(()), "{failure:?}");
    told(failure, &walked, &view, tally);
    kept(failure, &world, &view, tally);
    let record = world.disk.bytes(crate::world::journal());
    assert!(record.starts_with(&walked.accepted), "{failure:?}");
    let durable = world.disk.durable_lines().len() as u64;
    assert!(view.head.seq < durable, "{failure:?}: what is shown is on the disk");
    world.disk.mend();
    go_on(failure, &world, &walked);
}

/// The person knows, and the views say so too.
fn told(failure: Failure, walked: &Walked, view: &View, tally: &mut Tally) {
    match &walked.refused {
        None => {
            assert_eq!(view.read_only, None, "{failure:?}");
            tally.unharmed += 1;
        }
        Some(refusal @ Refusal::ReadOnly(why)) => {
            assert_eq!(view.read_only.as_ref(), Some(why), "{failure:?}");
            let words = refusal.to_string();
            assert!(words.contains(DIR) && words.contains("--continue-in"), "{words}");
            tally.read_only += 1;
        }
        Some(refusal @ Refusal::NoRoom) => {
            let words = refusal.to_string();
            assert!(words.contains("nothing new may start") && words.contains("--continue-in"));
            assert!(view.read_only.is_none(), "{failure:?}");
            tally.no_room += 1;
        }
        Some(other) => panic!("{failure:?}: {other}"),
    }
}

/// Every outcome that came stands in the record, or in the emergency file and on screen.
fn kept(failure: Failure, world: &World, view: &View, tally: &mut Tally) {
    let is_outcome = |line: &serde_json::Value| {
        line["kind"] == "call_answered" || line["kind"] == "call_in_doubt"
    };
    let recorded = world.disk.durable_lines().iter().filter(|line| is_outcome(line)).count();
    let emergency = world.disk.bytes(EMERGENCY);
    let elsewhere = parse(&emergency).filter(is_outcome).count();
    let told = world.ledger().told;
    assert!(
        recorded + elsewhere >= told,
        "{failure:?}: {told} came, {recorded} + {elsewhere} kept"
    );
    if recorded < told {
        assert!(view.unsaved.len() >= told - recorded, "{failure:?}: {:?}", view.unsaved);
        tally.results_elsewhere += 1;
    } else if view.no_room && recorded > 0 {
        tally.results_from_the_reserve += 1;
    }
}

/// Two ways on: the same directory when the disk is good again, or another one.
fn go_on(failure: Failure, world: &World, walked: &Walked) {
    let sent = world.ledger().sent.len();
    let again = world.on(world.disk.copy());
    let handle = again.resume().unwrap();
    // Proofs go on by themselves: what is shown is that of the last record, whichever it is.
    let view = loop {
        let (view, folded) = (crate::world::settle(&handle), again.folded(DIR));
        if view.state.seq == folded.seq {
            assert!(view.state == folded, "{failure:?}: what is shown is not the record");
            break view;
        }
    };
    assert_eq!(again.ledger().sent.len(), sent, "{failure:?}: resuming sends nothing");
    assert_eq!(crate::world::flying(&view.state).len(), 0, "{failure:?}");
    handle.stop();

    let next = world.on(world.disk.copy());
    let handle = next.continue_in("/other/incident").unwrap();
    assert_eq!(next.ledger().sent.len(), sent, "{failure:?}: going on sends nothing");
    let rest = walk(&next, &handle, 0);
    assert_eq!(rest.refused, None, "{failure:?}");
    let view = handle.idle().unwrap();
    let over = |id: &str| view.state.progress(id).is_over();
    assert!(view.state.playbook.steps.iter().all(|step| over(&step.id)), "{failure:?}");
    handle.stop();
    let report = verify(&next.disk, "/other/incident".as_ref()).unwrap();
    assert!(report.is_good(), "{failure:?}: {:?}", report.finding);
    assert_eq!(report.segments.len(), 2);
    assert!(next.disk.bytes(crate::world::journal()).starts_with(&walked.accepted));
    assert_eq!(next.sound(), Ok(()), "{failure:?}");
}

fn fail_at_each(kind: ErrorKind) -> Tally {
    let mut tally = Tally::default();
    for at in 1..=200 {
        for lasting in [false, true] {
            fail(Failure { at, kind, lasting }, &mut tally);
        }
    }
    tally
}

#[test]
fn a_broken_disk_starts_nothing_and_loses_no_outcome() {
    let tally = fail_at_each(ErrorKind::Other);
    println!("{tally:?}");
    let Tally { not_opened, read_only, results_elsewhere, .. } = tally;
    assert!(not_opened > 20 && read_only > 100 && results_elsewhere > 10);
}

#[test]
fn a_full_disk_starts_nothing_and_loses_no_outcome() {
    let tally = fail_at_each(ErrorKind::StorageFull);
    println!("{tally:?}");
    assert!(tally.not_opened > 20 && tally.no_room > 50 && tally.read_only > 50);
    assert!(tally.results_elsewhere > 5 && tally.results_from_the_reserve > 5);
}
