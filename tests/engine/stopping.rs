//! Outcomes that come late, and an engine that is told to stop while something is under way.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use stanch::engine::Handle;
use stanch::incident::{Ask, CallEnd, CallOutcome, Purpose, Refusal, StepKey, Verdict};

use stanch::journal::{BALLAST, Disk};

use crate::disk::{DIR, Failure, parse};
use crate::walk::fill;
use crate::world::{EMERGENCY, World, note, person, result, settle};

const DONE: CallOutcome = CallOutcome::Known { verdict: Verdict::Succeeded };

/// A call of `revoke` that is under way.
fn under_way() -> (World, Handle) {
    let world = World::new();
    let handle = world.open(None).unwrap();
    world.ledger().hold = true;
    let step = StepKey::first("revoke");
    handle
        .ask(person(), Ask::Arm { step: step.clone(), purpose: Purpose::Act, reason: None })
        .unwrap();
    let state = &handle.view().state;
    let hash = state.instance("revoke").unwrap().armed.clone().unwrap().hash;
    handle.ask(person(), fill(state, Ask::Confirm { step, hash, typed: None })).unwrap();
    settle(&handle);
    assert_eq!(world.ledger().sent.len(), 1);
    (world, handle)
}

/// No byte more fits, the reserve included.
fn fill_up(world: &World) {
    let _ = world.disk.remove(&Path::new(DIR).join(BALLAST));
    world.disk.inside().free = Some(0);
}

fn answer(world: &World, outcome: CallOutcome) {
    let (_, judge, done) = world.ledger().calls.pop_front().unwrap();
    done(result(outcome, &judge));
}

/// Tells the engine to stop, and waits until it refuses what is new.
fn stopping(handle: &Handle) -> std::thread::JoinHandle<()> {
    let other = handle.clone();
    let stopped = std::thread::spawn(move || other.stop());
    while handle.ask(person(), note("one more")) != Err(Refusal::Stopping) {
        std::thread::yield_now();
    }
    stopped
}

#[test]
fn an_engine_that_stops_waits_for_the_call_and_records_it() {
    let (world, handle) = under_way();
    let stopped = stopping(&handle);
    assert!(!stopped.is_finished());
    answer(&world, DONE);
    stopped.join().unwrap();
    assert_eq!(world.durable("call_answered"), 1);
    assert_eq!(world.durable("step_completed"), 1);
    assert_eq!(handle.ask(person(), note("after")), Err(Refusal::Stopping));
}

#[test]
fn an_engine_on_a_broken_disk_waits_for_the_call_and_keeps_it_elsewhere() {
    let (world, handle) = under_way();
    let at = world.disk.inside().calls + 1;
    world.disk.inside().failure = Some(Failure { at, kind: ErrorKind::Other, lasting: true });
    assert!(matches!(handle.ask(person(), note("lost")), Err(Refusal::ReadOnly(_))));
    let stopped = stopping(&handle);
    assert!(!stopped.is_finished());
    answer(&world, DONE);
    stopped.join().unwrap();
    assert_eq!(handle.view().unsaved.len(), 1);
    let kept = world.disk.bytes(EMERGENCY);
    let kinds: Vec<String> =
        parse(&kept).map(|line| line["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["call_answered", "step_completed"]);
    assert_eq!(world.sound(), Ok(()));
}

#[test]
fn an_outcome_that_found_no_room_is_recorded_when_there_is_room() {
    let (world, handle) = under_way();
    fill_up(&world);
    answer(&world, DONE);
    let view = settle(&handle);
    assert_eq!((view.unsaved.len(), view.no_room), (1, true));
    assert_eq!(view.state.calls[&1].end, CallEnd::InFlight, "nothing unsaved is shown as saved");
    assert_eq!(handle.ask(person(), note("no room")), Err(Refusal::NoRoom));
    handle.idle().unwrap();
    world.disk.mend();
    world.pass(&handle, Duration::from_secs(2));
    let view = settle(&handle);
    assert_eq!(view.state.calls[&1].end, CallEnd::Known(Verdict::Succeeded));
    assert_eq!((view.unsaved.len(), view.no_room), (0, false));
    assert_eq!(world.durable("call_answered"), 1);
    handle.stop();
}

#[test]
fn a_retry_that_found_no_room_is_made_when_there_is_room() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    handle.ask(person(), Ask::Start { step: StepKey::first("list"), reason: None }).unwrap();
    handle.idle().unwrap();
    world.clock.by_hand();
    let step = StepKey::first("notify");
    let arm = Ask::Arm { step: step.clone(), purpose: Purpose::Act, reason: None };
    handle.ask(person(), arm).unwrap();
    let state = &handle.view().state;
    let hash = state.instance("notify").unwrap().armed.clone().unwrap().hash;
    handle.ask(person(), Ask::Confirm { step, hash, typed: None }).unwrap();
    settle(&handle);
    assert_eq!(world.ledger().sent.len(), 2);
    fill_up(&world);
    world.pass(&handle, Duration::from_secs(5));
    assert_eq!(world.ledger().sent.len(), 2, "nothing new without room");
    assert!(settle(&handle).no_room);
    world.disk.mend();
    world.pass(&handle, Duration::from_secs(5));
    assert_eq!(world.ledger().sent.len(), 3);
    assert_eq!(world.sound(), Ok(()));
    handle.stop();
}

#[test]
fn an_engine_that_stops_makes_no_further_attempt() {
    let (world, handle) = under_way();
    world.clock.by_hand();
    world.ledger().hold = false;
    handle.ask(person(), Ask::Start { step: StepKey::first("list"), reason: None }).unwrap();
    settle(&handle);
    let step = StepKey::first("notify");
    let arm = Ask::Arm { step: step.clone(), purpose: Purpose::Act, reason: None };
    handle.ask(person(), arm).unwrap();
    let state = &handle.view().state;
    let hash = state.instance("notify").unwrap().armed.clone().unwrap().hash;
    handle.ask(person(), Ask::Confirm { step, hash, typed: None }).unwrap();
    settle(&handle);
    let sent = world.ledger().sent.len();
    let stopped = stopping(&handle);
    world.pass(&handle, Duration::from_secs(10));
    assert_eq!(world.ledger().sent.len(), sent, "the retry was due while the console was closing");
    answer(&world, CallOutcome::InDoubt);
    stopped.join().unwrap();
    assert_eq!(world.durable("call_in_doubt"), 1);
}

#[test]
fn an_outcome_for_a_call_that_is_over_changes_nothing() {
    let (world, handle) = under_way();
    let (_, judge, done) = world.ledger().calls.pop_front().unwrap();
    handle.ask(person(), note("meanwhile")).unwrap();
    // The engine dies; its network does not know that.
    world.disk.inside().power_ends_at = Some(0);
    let other = world.on(world.disk.copy());
    other.disk.mend();
    let again = other.resume().unwrap();
    assert_eq!(again.view().state.calls[&1].end, CallEnd::InDoubt);
    done(result(DONE, &judge));
    settle(&handle);
    handle.stop();
    assert_eq!(handle.view().unsaved.len(), 1, "the old engine shows what it cannot save");
    assert_eq!(again.view().state.calls[&1].end, CallEnd::InDoubt);
    again.stop();
}

#[test]
fn an_answer_after_the_incident_was_closed_is_refused_or_the_closing_is() {
    let (world, handle) = under_way();
    let closed = handle.ask(person(), Ask::Close { reason: "over".into() });
    assert!(matches!(closed, Err(Refusal::Unsettled(_))), "{closed:?}");
    answer(&world, DONE);
    settle(&handle);
    assert_eq!(world.durable("call_answered"), 1);
    handle.stop();
}
