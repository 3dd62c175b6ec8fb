//! Duties, promised updates and what was put off, on a clock that a test moves.

use std::time::Duration;

use stanch::engine::{Clock, Handle};
use stanch::incident::{Ask, Occurred, Progress, Severity, SkipAs, StepKey, TEXT_LIMIT, When};

use crate::disk::DIR;
use crate::world::{World, person, settle};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

fn begin() -> (World, Handle) {
    let world = World::new();
    world.clock.by_hand();
    let handle = world.open(None).unwrap();
    (world, handle)
}

fn declare(handle: &Handle) {
    let (severity, occurred, reason) = (Severity::Sev1, None, "data is out".into());
    handle.ask(person(), Ask::Declare { severity, occurred, reason }).unwrap();
    settle(handle);
}

fn decide(world: &World, handle: &Handle, hours_ago: i64) {
    let at = world.clock.now().at - chrono::TimeDelta::hours(hours_ago);
    let starts = Some(Occurred::exactly(at));
    let (duty, reason) = ("authority".to_owned(), "people are hit".into());
    handle.ask(person(), Ask::DutyDecide { duty, on: true, starts, reason }).unwrap();
    settle(handle);
}

fn defer(handle: &Handle, step: &str, seconds: u64) {
    let skip = Some(SkipAs::Deferred { until: When::After { seconds } });
    let ask = Ask::Skip { step: StepKey::first(step), skip, reason: "asleep".into() };
    handle.ask(person(), ask).unwrap();
    settle(handle);
}

fn update(handle: &Handle) {
    let (cadence, how) = ("executives".to_owned(), "told them".into());
    let ask = Ask::UpdateGive { cadence, occurred: None, how, next: None };
    handle.ask(person(), ask).unwrap();
    settle(handle);
}

/// Kind and time of what stands on the disk for good, from entry `from` on.
fn since(world: &World, from: usize) -> Vec<(String, String)> {
    let text_of = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap().to_owned();
    let lines = world.disk.durable_lines();
    lines.iter().skip(from).map(|line| (text_of(line, "kind"), text_of(line, "at"))).collect()
}

fn kinds(world: &World, from: usize) -> Vec<String> {
    since(world, from).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn a_promise_falls_due_at_its_time_and_an_update_makes_the_next() {
    let (world, handle) = begin();
    declare(&handle);
    world.pass(&handle, SECOND * 1_799);
    assert_eq!(world.durable("update_due"), 0, "not before its time");
    world.pass(&handle, SECOND);
    assert_eq!(world.durable("update_due"), 1);
    world.pass(&handle, SECOND * 600);
    assert_eq!(world.durable("update_due"), 1, "once for each promise");
    update(&handle);
    world.pass(&handle, SECOND * 1_800);
    assert_eq!(world.durable("update_due"), 2);
    handle.stop();
    let state = world.folded(DIR);
    assert_eq!(state, handle.view().state);
    assert!(state.clocks.promises["executives"].is_due);
}

#[test]
fn what_falls_due_while_the_machine_sleeps_is_recorded_on_waking_with_the_gap() {
    let (world, handle) = begin();
    declare(&handle);
    decide(&world, &handle, 70);
    defer(&handle, "report", 600);
    let before = world.disk.durable_lines().len();
    // Nothing wakes the engine for three hours.
    world.pass(&handle, HOUR * 3);
    let woken = world.clock.now().at.format("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
    let due = since(&world, before);
    let due: Vec<(&str, &str)> = due.iter().map(|(k, a)| (k.as_str(), a.as_str())).collect();
    // In the order of their times, and recorded when somebody could.
    assert_eq!(
        due,
        [
            ("step_returned", woken.as_str()),
            ("update_due", woken.as_str()),
            ("duty_due", woken.as_str()),
        ]
    );
    assert_eq!(settle(&handle).state.progress("report"), Progress::Planned);
    handle.stop();
}

#[test]
fn what_falls_due_while_nothing_runs_is_recorded_on_resuming() {
    let (world, handle) = begin();
    declare(&handle);
    decide(&world, &handle, 0);
    defer(&handle, "report", 9_000);
    let state = handle.view().state.clone();
    handle.stop();
    let before = world.disk.durable_lines().len();
    world.clock.advance(HOUR * 2);
    world.clock.reboot(1);
    let handle = world.resume().unwrap();
    assert_eq!(kinds(&world, before), ["resumed", "update_due"]);
    let resumed = settle(&handle).state.clone();
    let mut clocks = (*state.clocks).clone();
    clocks.promises.get_mut("executives").unwrap().is_due = true;
    assert_eq!(*resumed.clocks, clocks, "nothing else changed");
    // The rest comes in its time.
    world.pass(&handle, HOUR);
    assert_eq!(kinds(&world, before + 2), ["step_returned"]);
    world.pass(&handle, HOUR * 72);
    assert_eq!(kinds(&world, before + 3), ["duty_due"]);
    handle.stop();
    assert_eq!(world.folded(DIR), handle.view().state);
}

#[test]
fn a_duty_may_be_overdue_at_once() {
    let (world, handle) = begin();
    let before = world.disk.durable_lines().len();
    decide(&world, &handle, 100);
    assert_eq!(kinds(&world, before), ["duty_decided", "duty_due"]);
    handle.stop();
}

#[test]
fn what_happened_earlier_says_so_of_itself_and_of_nothing_that_follows() {
    let (world, handle) = begin();
    let occurred = Occurred::parse("2026-01-05 02Z").ok();
    let (severity, reason) = (Severity::Sev2, "a ticket".into());
    handle.ask(person(), Ask::Declare { severity, occurred, reason }).unwrap();
    settle(&handle);
    let lines = world.disk.durable_lines();
    assert_eq!(lines[1]["kind"], "declared");
    assert_eq!(lines[1]["occurred"]["precision"], "hour");
    assert_eq!(lines[2]["kind"], "update_promised");
    assert!(lines[2].get("occurred").is_none(), "{}", lines[2]);
    // Promised for half past two, and it is three.
    assert_eq!(lines[3]["kind"], "update_due");
    handle.stop();
}

#[test]
fn what_people_write_is_masked_and_bounded() {
    let world = World::new();
    world.clock.by_hand();
    world.redactor.learn("token-admin", &"hunter2-hunter2".to_owned().into());
    let handle = world.open(None).unwrap();
    let secret = "it is hunter2-hunter2\u{1b}[2J";
    let asks = |text: &str| {
        [
            Ask::Declare { severity: Severity::Sev1, occurred: None, reason: text.into() },
            Ask::Aware { occurred: None, reason: text.into() },
            Ask::DutyDecide {
                duty: "authority".to_owned(),
                on: true,
                starts: Some(Occurred::exactly(world.clock.now().at)),
                reason: text.into(),
            },
            Ask::DutyMet { duty: "authority".to_owned(), occurred: None, how: text.into() },
            Ask::UpdateGive {
                cadence: "executives".to_owned(),
                occurred: None,
                how: text.into(),
                next: None,
            },
            Ask::Skip {
                step: StepKey::first("report"),
                skip: Some(SkipAs::RiskAccepted),
                reason: text.into(),
            },
            Ask::DoneElsewhere {
                step: StepKey::first("block"),
                by_whom: text.into(),
                place: text.into(),
                occurred: None,
                evidence: Some(text.into()),
                reason: text.into(),
            },
            Ask::UpdatesEnd { cadence: "executives".to_owned(), reason: text.into() },
        ]
    };
    let long = "x".repeat(TEXT_LIMIT + 1);
    for (ask, too_long) in asks(secret).into_iter().zip(asks(&long)) {
        let refused = handle.ask(person(), too_long.clone());
        assert!(refused.is_err(), "{too_long:?}");
        handle.ask(person(), ask.clone()).unwrap_or_else(|why| panic!("{ask:?}: {why}"));
    }
    handle.stop();
    let record = String::from_utf8(world.disk.bytes(crate::world::journal())).unwrap();
    assert!(!record.contains("hunter2") && !record.contains('\u{1b}'));
    assert!(record.matches("token-admin").count() >= 8, "{record}");
}
