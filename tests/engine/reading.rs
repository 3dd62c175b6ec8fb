//! A record that another engine writes, seen through a console that only reads.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use stanch::command::{Attached, Console, Filter, Reading, Snapshot};
use stanch::engine::View;
use stanch::incident::{Ask, Refusal};
use stanch::journal::{Disk, Open};
use tokio::sync::watch;

use crate::disk::{DIR, FaultDisk};
use crate::walk::Walker;
use crate::world::{World, journal, note, person, playbook};

/// Nothing that these tests wait for takes so long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

fn reading(world: &World, disk: &FaultDisk, why: &str) -> Reading {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Reading::open(&disk, DIR.as_ref(), playbook(), why.into(), world.clock.clone()).unwrap()
}

/// Waits for a view; `None` when no more come.
fn wait(
    views: &mut watch::Receiver<Arc<View>>,
    wanted: impl Fn(&View) -> bool,
) -> Option<Arc<View>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let seen = tokio::time::timeout(PATIENCE, views.wait_for(|view| wanted(view))).await;
        // Not even an end: waited in vain.
        seen.unwrap().ok().map(|view| view.clone())
    })
}

#[test]
fn it_comes_to_the_state_of_the_engine_that_writes() {
    let world = World::new();
    let (pilot, ended) = Walker::pair();
    let handle = world.open(Some(pilot)).unwrap();
    let reading = reading(&world, &world.disk, "held by another engine: bo");
    let mut views = reading.watch();
    assert!(views.borrow().read_only.is_some(), "from the first view on");
    let _ = ended.recv();
    handle.ask(person(), note("the last words")).unwrap();
    let last = handle.idle().unwrap();
    let seen = wait(&mut views, |view| view.state.seq == last.state.seq).unwrap();
    assert_eq!(seen.state, last.state);
    assert_eq!(seen.head, last.head);
    assert_eq!(seen.read_only.as_ref().unwrap().as_str(), "held by another engine: bo");

    let attached = Attached::new(handle.clone(), world.clock.clone());
    let all = 0..last.head.seq + 1;
    let lines = reading.lines(all.clone(), &seen.state).unwrap();
    assert_eq!(lines.len() as u64, last.head.seq + 1);
    assert_eq!(lines, attached.lines(all.clone(), &last.state).unwrap());
    let filter = Filter::parse("step:notify kind:call").unwrap();
    let found = reading.scan(all.clone(), &filter, &seen.state).unwrap();
    assert!(found.len() >= 4, "it was told to come back later: {found:?}");
    assert_eq!(found, attached.scan(all, &filter, &last.state).unwrap());
    let detail = reading.detail(found[1], &seen.state).unwrap();
    assert_eq!(detail, attached.detail(found[1], &last.state).unwrap());
    assert!(reading.detail(last.head.seq + 1, &seen.state).is_err());
    handle.stop();
}

#[test]
fn it_does_nothing_and_says_why() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let (duty, reason) = ("authority".to_owned(), "nobody is hit".into());
    handle.ask(person(), Ask::DutyDecide { duty, on: false, starts: None, reason }).unwrap();
    handle.ask(person(), Ask::Close { reason: "a test".into() }).unwrap();
    handle.stop();
    let before = world.disk.bytes(journal());
    let reading = reading(&world, &world.disk, "closed");
    let seen = wait(&mut reading.watch(), |view| view.state.closed.is_some()).unwrap();
    assert_eq!(seen.state, handle.view().state);
    let refused = reading.ask(person(), note("one more"));
    assert_eq!(refused, Err(Refusal::ReadOnly("closed".into())));
    let snapshot = Snapshot::take(&reading, &person());
    assert!(snapshot.offers.iter().all(|offer| offer.refusal.is_some()));
    assert_eq!(snapshot.next, None);
    assert_eq!(reading.mask("a\u{1b}b").as_str(), "a␛b");
    assert_eq!(world.disk.bytes(journal()), before);
}

/// The same world with another record in it.
fn with_record(world: &World, bytes: &[u8]) -> FaultDisk {
    let disk = world.disk.copy();
    let mut file = disk.open(&journal(), Open::Append).unwrap();
    file.set_len(0).unwrap();
    file.append(bytes).unwrap();
    disk
}

#[test]
fn it_shows_what_stands_before_the_damage_and_where_that_is() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    for word in ["one", "two", "three"] {
        handle.ask(person(), note(word)).unwrap();
    }
    let whole = handle.view();
    handle.stop();
    let mut bytes = world.disk.bytes(journal());
    let place = bytes.windows(3).position(|three| three == b"two").unwrap();
    bytes[place] ^= 1;
    let reading = reading(&world, &with_record(&world, &bytes), "held by another engine: bo");
    let mut views = reading.watch();
    let damaged =
        |view: &View| view.read_only.as_ref().is_some_and(|why| why.as_str().contains("line "));
    let seen = wait(&mut views, damaged).unwrap();
    let last = whole.head.seq - 2;
    assert_eq!(seen.state.seq, Some(last), "the note before");
    let lines = reading.lines(0..99, &seen.state).unwrap();
    assert_eq!(lines.last().unwrap().words.as_str(), "noted: one");
    let Err(Refusal::ReadOnly(why)) = reading.ask(person(), note("")) else { panic!("asked") };
    assert!(why.as_str().contains(&format!("line {} (byte ", last + 2)), "{why}");
    // Damage is the end: nobody follows such a record.
    drop(reading);
    assert_eq!(wait(&mut views, |_| false), None);
}

#[test]
fn it_waits_for_the_rest_of_half_a_line_and_goes_with_one_that_was_cut() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    handle.ask(person(), note("the first words")).unwrap();
    let early = handle.view();
    let short = world.disk.bytes(journal());
    handle.ask(person(), note("the last words")).unwrap();
    let late = handle.view();
    handle.stop();
    let whole = world.disk.bytes(journal());
    let half = short.len() + 60;
    let disk = with_record(&world, &whole[..half]);
    let reading = reading(&world, &disk, "held by another engine: bo");
    let mut views = reading.watch();
    // Once it stands there for a while, it is told.
    let told =
        |view: &View| view.read_only.as_ref().is_some_and(|why| why.as_str().contains("not end"));
    assert_eq!(wait(&mut views, told).unwrap().state, early.state);
    let write = |bytes: &[u8]| disk.open(&journal(), Open::Append).unwrap().append(bytes).unwrap();
    write(&whole[half..]);
    let last = wait(&mut views, |view| view.state.seq == late.state.seq).unwrap();
    assert_eq!(last.state, late.state);
    assert_eq!(last.read_only.as_ref().unwrap().as_str(), "held by another engine: bo");
    // Another engine takes the record up, cuts its end and goes on.
    let mut file = disk.open(&journal(), Open::Append).unwrap();
    file.set_len(short.len() as u64).unwrap();
    let world = world.on(disk);
    let handle = world.resume().unwrap();
    for _ in 0..3 {
        handle.ask(person(), note("other words, and more of them than there were before")).unwrap();
    }
    let other = handle.view();
    let seen = wait(&mut views, |view| view.head == other.head).unwrap();
    assert_eq!(seen.state, other.state);
    handle.stop();
    drop(reading);
    assert_eq!(wait(&mut views, |_| false), None, "it ended");
}

#[test]
fn it_follows_a_record_into_another_directory() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let reading = reading(&world, &world.disk, "held by another engine: bo");
    let mut views = reading.watch();
    wait(&mut views, |view| view.state.seq == handle.view().state.seq).unwrap();
    handle.stop();
    let handle = world.continue_in("/elsewhere/next").unwrap();
    handle.ask(person(), note("from the other disk")).unwrap();
    let last = handle.view();
    let seen = wait(&mut views, |view| view.head == last.head).unwrap();
    assert_eq!(seen.state, last.state);
    let lines = reading.lines(0..99, &seen.state).unwrap();
    assert_eq!(lines.len() as u64, last.head.seq + 1);
    handle.stop();
}

#[test]
fn searching_never_keeps_the_screen_waiting() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let mut drawn = 0;
    let last = handle.view().head.seq;
    handle
        .search(0..=last, &mut |entry| {
            // The search stands in the middle of the record here, with its reader in hand.
            drawn += handle.entries(entry.seq..=entry.seq).unwrap().len();
        })
        .unwrap();
    assert_eq!(drawn as u64, last + 1);
    handle.stop();
}

#[test]
fn what_is_pasted_shows_no_secret() {
    let world = World::new();
    world.redactor.learn("search-admin", &SecretString::from("correct-horse-battery"));
    let handle = world.open(None).unwrap();
    let attached = Attached::new(handle.clone(), world.clock.clone());
    let masked = attached.mask("curl -u x:correct-horse-battery\u{202e}");
    assert_eq!(masked.as_str(), "curl -u x:[secret:search-admin]<U+202E>");
    handle.stop();
}
