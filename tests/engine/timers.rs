//! Pauses, probes, guards and retries, on a clock that a test moves.

use std::time::Duration;

use stanch::engine::{Clock, Handle};
use stanch::incident::{Ask, CallEnd, CheckVerdict, Finding, Progress, Purpose, StepKey, When};

use crate::walk::fill;
use crate::world::{World, found, note, person, settle};

const SECOND: Duration = Duration::from_secs(1);

fn begin() -> (World, Handle) {
    let world = World::new();
    world.clock.by_hand();
    let handle = world.open(None).unwrap();
    (world, handle)
}

fn send(handle: &Handle, step: &str) {
    let step = StepKey::first(step);
    let reason = Some("now".into());
    handle.ask(person(), Ask::Arm { step: step.clone(), purpose: Purpose::Act, reason }).unwrap();
    let view = settle(handle);
    let hash = view.state.instance(&step.id).unwrap().armed.clone().unwrap().hash;
    let confirm = fill(&view.state, Ask::Confirm { step, hash, typed: None });
    handle.ask(person(), confirm).unwrap();
    settle(handle);
}

fn progress(handle: &Handle, step: &str) -> Progress {
    settle(handle).state.progress(step)
}

fn asked(world: &World) -> usize {
    world.ledger().asked.len()
}

#[test]
fn a_proof_is_asked_every_pause_and_so_often_in_a_row() {
    let (world, handle) = begin();
    send(&handle, "block");
    // Once before the call, once at once after it.
    assert_eq!(asked(&world), 2);
    assert_eq!(progress(&handle, "block"), Progress::Proving);
    world.pass(&handle, SECOND * 4);
    assert_eq!(asked(&world), 2, "not before its time");
    world.ledger().finding = Some(Finding::Failed);
    world.pass(&handle, SECOND);
    assert_eq!(asked(&world), 3);
    // A miss begins the row anew.
    world.ledger().finding = None;
    world.pass(&handle, SECOND * 5);
    assert_eq!(progress(&handle, "block"), Progress::Proving);
    world.pass(&handle, SECOND * 5);
    assert_eq!(progress(&handle, "block"), Progress::Proven);
    assert_eq!(asked(&world), 5);
    handle.stop();
}

#[test]
fn a_proof_fails_when_its_time_is_over() {
    let (world, handle) = begin();
    world.ledger().finding = Some(Finding::Failed);
    send(&handle, "block");
    for _ in 0..11 {
        world.pass(&handle, SECOND * 5);
        assert_eq!(progress(&handle, "block"), Progress::Proving);
    }
    world.pass(&handle, SECOND * 5);
    assert_eq!(progress(&handle, "block"), Progress::Unproven);
    let before = asked(&world);
    world.pass(&handle, SECOND * 600);
    assert_eq!(asked(&world), before, "nobody asks any more");
    assert_eq!(world.durable("check_failed"), 2, "the state before, and the proof");
    handle.stop();
}

/// A proven step whose guard is on.
fn guarded() -> (World, Handle) {
    let (world, handle) = begin();
    send(&handle, "block");
    world.pass(&handle, SECOND * 5);
    assert_eq!(progress(&handle, "block"), Progress::Proven);
    (world, handle)
}

fn verdict(handle: &Handle) -> CheckVerdict {
    settle(handle).state.guards[&1].verdict
}

#[test]
fn a_guard_raises_the_alarm_after_so_many_misses() {
    let (world, handle) = guarded();
    let before = asked(&world);
    world.pass(&handle, SECOND * 59);
    assert_eq!(asked(&world), before);
    world.pass(&handle, SECOND);
    assert_eq!(asked(&world), before + 1);
    world.ledger().finding = Some(Finding::Failed);
    world.pass(&handle, SECOND * 60);
    assert_eq!(verdict(&handle), CheckVerdict::Passed, "one miss is no alarm yet");
    world.pass(&handle, SECOND * 60);
    assert_eq!(verdict(&handle), CheckVerdict::Failed);
    assert_eq!(world.durable("guard_broken"), 1);
    world.pass(&handle, SECOND * 60);
    assert_eq!(world.durable("guard_broken"), 1, "changes are recorded, not askings");
    world.ledger().finding = None;
    world.pass(&handle, SECOND * 60);
    assert_eq!(verdict(&handle), CheckVerdict::Passed);
    handle.stop();
}

#[test]
fn a_guard_that_cannot_be_asked_is_unknown_never_green() {
    let (world, handle) = guarded();
    world.ledger().finding = Some(Finding::Unknown);
    world.pass(&handle, SECOND * 60);
    world.pass(&handle, SECOND * 60);
    assert_eq!(verdict(&handle), CheckVerdict::Unknown);
    handle.stop();
}

#[test]
fn an_overdue_guard_is_asked_at_once_after_a_pause() {
    let (world, handle) = guarded();
    let before = asked(&world);
    // The machine slept: both clocks went on, no timer fired.
    world.pass(&handle, SECOND * 20 * 60);
    assert_eq!(asked(&world), before + 1);
    let last = *world.ledger().asked.last().unwrap();
    assert_eq!(last, world.clock.now().up);
    assert_eq!(world.durable("clock_stepped"), 0, "a pause is no step of the clock");
    handle.stop();

    // The same when nobody ran at all.
    world.clock.advance(SECOND * 20 * 60);
    let handle = world.resume().unwrap();
    settle(&handle);
    assert_eq!(asked(&world), before + 2);
    assert_eq!(*world.ledger().asked.last().unwrap(), world.clock.now().up);
    handle.stop();
}

/// What the record says of guards, with how long nobody had asked, minutes.
fn findings(world: &World) -> Vec<(String, Option<u64>)> {
    let lines = world.disk.durable_lines();
    let kinds = lines.iter().filter_map(|line| {
        let kind = line["kind"].as_str()?.strip_prefix("guard_")?;
        let silent = line["silent_ms"].as_u64().map(|silent| silent / 60_000);
        Some((kind.to_owned(), silent))
    });
    kinds.collect()
}

#[test]
fn a_protection_that_is_removed_while_the_machine_sleeps_is_an_alarm_on_waking() {
    let (world, handle) = guarded();
    world.pass(&handle, SECOND * 60);
    world.ledger().finding = Some(Finding::Failed);
    world.pass(&handle, SECOND * 20 * 60);
    // Faces are told at most 60 times a second.
    world.pass(&handle, SECOND);
    // At the first answer, although two misses in a row are needed while it is known to hold.
    assert_eq!(verdict(&handle), CheckVerdict::Failed);
    let told = |kind: &str, silent| (kind.to_owned(), silent);
    let wanted = vec![told("armed", None), told("unknown", Some(20)), told("broken", Some(20))];
    assert_eq!(findings(&world), wanted);
    let last = settle(&handle).state.guards[&1].last.clone().unwrap();
    assert_eq!(stanch::incident::words::silence_words(&last), "; nobody had asked for 0:20:00");
    handle.stop();

    // Nobody ran at all, on and after the sleep.
    world.ledger().finding = None;
    world.clock.advance(SECOND * 20 * 60);
    let handle = world.resume().unwrap();
    settle(&handle);
    assert_eq!(verdict(&handle), CheckVerdict::Passed);
    let more = vec![told("unknown", Some(20)), told("holds", None)];
    assert_eq!(findings(&world), [wanted, more].concat());
    handle.stop();
}

#[test]
fn an_answer_from_before_the_sleep_says_nothing_about_now() {
    let (world, handle) = guarded();
    world.ledger().hold = true;
    world.pass(&handle, SECOND * 60);
    world.pass(&handle, SECOND * 20 * 60);
    world.ledger().hold = false;
    world.ledger().finding = Some(Finding::Failed);
    // It was asked while the protection stood, and read after waking.
    let answer = world.ledger().questions.pop_front().unwrap();
    answer(found(Finding::Passed));
    assert_eq!(verdict(&handle), CheckVerdict::Failed);
    handle.stop();
}

#[test]
fn a_retry_obeys_retry_after_and_comes_within_its_jitter() {
    let mut waits = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let world = World { seed, ..World::new() };
        world.clock.by_hand();
        let handle = world.open(None).unwrap();
        handle.ask(person(), Ask::Start { step: StepKey::first("list"), reason: None }).unwrap();
        settle(&handle);
        // Told to come back after 3 s; the pause is random between that and 400 ms more.
        send(&handle, "notify");
        let call = |handle: &Handle| settle(handle).state.calls[&2].clone();
        assert_eq!(call(&handle).end, CallEnd::Waiting { within_ms: 3_400 });
        world.pass(&handle, Duration::from_millis(2_999));
        assert_eq!(call(&handle).attempt, 1, "seed {seed}");
        while call(&handle).attempt == 1 {
            world.pass(&handle, Duration::from_millis(5));
        }
        let ledger = world.ledger();
        let [.., first, second] = ledger.sent.as_slice() else { panic!("two attempts") };
        assert_eq!(first.hash, second.hash, "the recorded request is sent again");
        let wait = (second.up - first.up) / 1_000;
        assert!((3_000..3_405).contains(&wait), "seed {seed}: {wait} ms");
        waits.insert(wait);
        drop(ledger);
        handle.stop();
    }
    assert!(waits.len() > 10, "random: {waits:?}");
}

#[test]
fn a_step_of_the_wall_clock_is_recorded_once_before_what_it_precedes() {
    for seconds in [-3_600, -2, 2, 3_600] {
        let (world, handle) = begin();
        handle.ask(person(), note("before")).unwrap();
        world.clock.step_wall(seconds);
        handle.ask(person(), note("after")).unwrap();
        handle.ask(person(), note("later")).unwrap();
        let lines = world.disk.durable_lines();
        let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["opened", "noted", "clock_stepped", "noted", "noted"], "{seconds}");
        let wall = lines[2]["wall_us"].as_i64().unwrap();
        assert_eq!(wall - lines[2]["boot_us"].as_i64().unwrap(), seconds * 1_000_000);
        handle.stop();
    }
    let (world, handle) = begin();
    world.clock.step_wall(1);
    handle.ask(person(), note("within the tolerance")).unwrap();
    assert_eq!(world.durable("clock_stepped"), 0);
    handle.stop();
}

#[test]
fn a_new_boot_is_no_step_of_the_clock() {
    let (world, handle) = guarded();
    handle.stop();
    world.clock.reboot(1);
    let handle = world.resume().unwrap();
    handle.ask(person(), note("after")).unwrap();
    assert_eq!(world.durable("clock_stepped"), 0);
    assert_eq!(verdict(&handle), CheckVerdict::Passed, "asked again at once");
    handle.stop();
}

fn remind(handle: &Handle, seconds: u64) {
    let when = When::After { seconds };
    handle.ask(person(), Ask::Remind { what: "call back".into(), who: None, when }).unwrap();
    settle(handle);
}

fn is_due(handle: &Handle, timer: u32) -> bool {
    settle(handle).state.timers[&timer].is_due
}

#[test]
fn a_reminder_is_recorded_when_its_time_comes_and_once() {
    let (world, handle) = begin();
    remind(&handle, 120);
    remind(&handle, 60);
    world.pass(&handle, SECOND * 59);
    assert_eq!(world.durable("timer_due"), 0, "not before its time");
    world.pass(&handle, SECOND);
    assert!(is_due(&handle, 2) && !is_due(&handle, 1));
    assert_eq!(world.durable("timer_due"), 1);
    handle.ask(person(), Ask::TimerDone { timer: 1, how: None }).unwrap();
    world.pass(&handle, SECOND * 600);
    assert_eq!(world.durable("timer_due"), 1, "what is done is not due");
    handle.stop();
}

#[test]
fn the_engine_wakes_by_itself_for_a_reminder() {
    // This clock goes on by itself over the pause that the engine asks for, and no further.
    let world = World::new();
    let handle = world.open(None).unwrap();
    let mut views = handle.watch();
    remind(&handle, 9);
    while !views.borrow_and_update().state.timers.get(&1).is_some_and(|timer| timer.is_due) {
        wait(&mut views);
    }
    assert_eq!(handle.view().state.timers[&1].due, handle.view().state.last_at.unwrap());
    handle.stop();
}

fn wait(views: &mut tokio::sync::watch::Receiver<std::sync::Arc<stanch::engine::View>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(views.changed()).unwrap();
}

#[test]
fn a_reminder_outlives_sleep_death_and_a_step_of_the_clock() {
    let (world, handle) = begin();
    for seconds in [60, 3_000, 9_000] {
        remind(&handle, seconds);
    }
    // The machine slept.
    world.pass(&handle, SECOND * 600);
    assert!(is_due(&handle, 1));
    handle.stop();
    // Nobody ran at all.
    world.clock.advance(SECOND * 3_600);
    let handle = world.resume().unwrap();
    assert!(is_due(&handle, 2) && !is_due(&handle, 3), "recorded at once on resuming");
    // A reminder goes by the clock on the wall.
    world.clock.step_wall(7_200);
    handle.wake();
    assert!(is_due(&handle, 3));
    assert_eq!(world.durable("timer_due"), 3);
    handle.stop();
    assert_eq!(world.folded(crate::disk::DIR).open_timers().count(), 3);
}
