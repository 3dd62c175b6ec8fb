//! What shares a flush, and that the other tests would see a flush that is not one.

use std::sync::mpsc::sync_channel;

use stanch::incident::{Ask, CallOutcome, Purpose, StepKey, Verdict};

use crate::disk::Lie;
use crate::walk::{Walker, walk};
use crate::world::{World, journal, person, result, settle};

/// The kinds of each commit: its first line says what was flushed before it.
fn commits(world: &World) -> Vec<Vec<String>> {
    let mut commits: Vec<Vec<String>> = Vec::new();
    for line in world.disk.durable_lines() {
        if line.get("flushed").is_some() || commits.is_empty() {
            commits.push(Vec::new());
        }
        let kind = line["kind"].as_str().unwrap().to_owned();
        commits.last_mut().unwrap().push(kind);
    }
    commits
}

#[test]
fn outcomes_of_one_turn_share_a_flush() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    world.ledger().hold = true;
    let key = StepKey::first;
    handle.ask(person(), Ask::Start { step: key("list"), reason: None }).unwrap();
    let arm =
        |step| Ask::Arm { step: key(step), purpose: Purpose::Act, reason: Some("now".into()) };
    handle.ask(person(), arm("revoke")).unwrap();
    let hash = handle.view().state.instance("revoke").unwrap().armed.clone().unwrap().hash;
    let typed = Some("all users".to_owned());
    handle.ask(person(), Ask::Confirm { step: key("revoke"), hash, typed }).unwrap();
    settle(&handle);
    let (entered, is_entered) = sync_channel(1);
    let (release, released) = sync_channel(1);
    world.ledger().gate = Some((entered, released));
    handle.ask(person(), arm("block")).unwrap();
    is_entered.recv().unwrap();
    let before = world.disk.inside().flushes;
    let calls: Vec<_> = world.ledger().calls.drain(..).collect();
    assert_eq!(calls.len(), 2);
    for (_, judge, done) in calls {
        done(result(CallOutcome::Known { verdict: Verdict::Succeeded }, &judge));
    }
    release.send(()).unwrap();
    settle(&handle);
    assert_eq!(world.disk.inside().flushes - before, 1, "two outcomes, one flush");
    assert_eq!(world.durable("call_answered"), 2);
    assert_eq!(world.sound(), Ok(()));
}

#[test]
fn an_answer_its_end_and_the_next_request_share_a_flush() {
    let world = World::new();
    let (pilot, ended) = Walker::pair();
    let handle = world.open(Some(pilot)).unwrap();
    assert!(ended.recv().is_err(), "the pilot ends by letting go");
    let view = handle.idle().unwrap();
    assert!(view.state.playbook.steps.iter().all(|one| view.state.progress(&one.id).is_over()));
    let commits = commits(&world);
    let all: Vec<Vec<&str>> =
        commits.iter().map(|one| one.iter().map(String::as_str).collect()).collect();
    let with =
        |kinds: &[&str]| all.iter().any(|commit| kinds.iter().all(|kind| commit.contains(kind)));
    assert!(with(&["call_answered", "step_completed", "step_armed", "call_requested"]), "{all:#?}");
    assert!(with(&["check_passed", "step_completed", "guard_armed"]), "{all:#?}");
    assert!(with(&["call_in_doubt", "call_resolved", "step_completed"]), "{all:#?}");
    let flushes = world.disk.inside().flushes;
    assert_eq!(flushes, 1 + all.len() as u64, "one for the new file, one for each commit");
    println!("{} records in {} commits", all.concat().len(), all.len());
    assert_eq!(world.sound(), Ok(()));
    handle.stop();
}

/// A whole walk by hand on a disk that lies; what the checks of every other test here find.
fn caught(lie: Option<Lie>) -> Result<(), String> {
    let world = World::new();
    world.disk.inside().lie = lie;
    let handle = world.open(None).unwrap();
    let walked = walk(&world, &handle, 0);
    handle.stop();
    world.sound()?;
    let disk = world.disk.after_power_cut(0);
    if disk.bytes(journal()).starts_with(&walked.accepted) {
        Ok(())
    } else {
        Err("what was accepted is gone".to_owned())
    }
}

#[test]
fn a_flush_that_does_nothing_or_comes_late_is_caught() {
    assert_eq!(caught(None), Ok(()));
    for lie in [Lie::NoFlush, Lie::LateFlush] {
        let words = caught(Some(lie)).unwrap_err();
        assert!(words.contains("sent without a durable intent"), "{lie:?}: {words}");
        assert!(words.contains("asked without a durable record"), "{lie:?}: {words}");
    }
}

#[test]
fn an_acknowledgement_before_the_flush_is_caught() {
    for lie in [Lie::NoFlush, Lie::LateFlush] {
        let world = World::new();
        let handle = world.open(None).unwrap();
        world.disk.inside().lie = Some(lie);
        // Nothing is sent by these, so that only the acknowledgement can give it away.
        let walked = walk_notes(&world, &handle);
        let kept = world.disk.after_power_cut(0).bytes(journal());
        assert!(!kept.starts_with(&walked), "{lie:?} was not caught");
    }
}

fn walk_notes(world: &World, handle: &stanch::engine::Handle) -> Vec<u8> {
    for index in 0..5 {
        handle.ask(person(), crate::world::note(&format!("note {index}"))).unwrap();
    }
    world.disk.bytes(journal())
}

#[test]
fn the_walk_is_long_enough_for_the_faults() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let walked = walk(&world, &handle, 0);
    assert_eq!(walked.refused, None);
    let lines = world.disk.durable_lines();
    for kind in ["call_requested", "call_in_doubt", "check_passed", "guard_armed", "scope_added"] {
        assert!(lines.iter().any(|line| line["kind"] == kind), "no {kind} in the walk");
    }
    println!("{} calls to the disk, {} records", world.disk.inside().calls, lines.len());
    handle.stop();
}
