//! A record moved to another directory: a power cut or a failure at every call loses nothing, and
//! leaves never two that can be gone on with.

use std::io;

use stanch::engine::StartError;
use stanch::incident::{Ask, Refusal};
use stanch::journal::{
    BALLAST, FindingKind, JOURNAL, JournalError, Kinship, LOCK, compare, verify,
};

use crate::disk::{DIR, Failure, FaultDisk};
use crate::world::{BODY, World, note, person, settle};

const STICK: &str = "/stick/incident";

/// A world with a record in which an answer is kept, and no engine any more.
fn recorded() -> World {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let step = handle.view().state.key("list");
    handle.ask(person(), Ask::Start { step, reason: None }).unwrap();
    settle(&handle);
    handle.ask(person(), note("before it moves")).unwrap();
    handle.stop();
    world
}

fn go(world: &World) -> Result<(), StartError> {
    world.relocation(DIR).go(STICK.as_ref(), "the shift ends".into()).map(drop)
}

/// A torn end is no news here.
fn is_moved(world: &World, dir: &str) -> bool {
    let mut state = stanch::incident::State::new(crate::world::playbook());
    let folded = stanch::journal::fold(&world.disk, dir.as_ref(), &mut |entry| {
        stanch::engine::fold_entry(&mut state, &entry);
    });
    let finding = folded.unwrap().finding;
    assert!(finding.is_none_or(|finding| finding.kind == FindingKind::Tail));
    state.moved.is_some()
}

fn has_copy(world: &World) -> bool {
    !world.disk.bytes(format!("{STICK}/{JOURNAL}")).is_empty()
}

fn kinship(world: &World) -> Kinship {
    let disk: std::sync::Arc<dyn stanch::journal::Disk> = std::sync::Arc::new(world.disk.clone());
    compare(&disk, DIR.as_ref(), STICK.as_ref()).unwrap().kinship
}

#[test]
fn it_goes_on_elsewhere_with_all_that_belongs_to_it() {
    let world = recorded();
    let old = world.folded(DIR);
    go(&world).unwrap();
    assert_eq!(kinship(&world), Kinship::Same);
    let blob = old.calls[&1].answer.clone().unwrap().sha256.unwrap();
    assert_eq!(world.disk.bytes(format!("{STICK}/blobs/{blob}")), BODY);
    for name in [LOCK, BALLAST, "journal.moving"] {
        assert_eq!(world.disk.bytes(format!("{STICK}/{name}")), b"", "{name}");
    }
    let refused = world.resume().err().unwrap().to_string();
    assert!(refused.contains(&format!("goes on in {STICK}")), "{refused}");
    assert!(refused.contains("--back"), "{refused}");
    let handle = world.resume_in(STICK).unwrap();
    handle.ask(person(), note("on the other machine")).unwrap();
    handle.stop();
    let lines = world.disk.bytes(format!("{STICK}/{JOURNAL}"));
    let kinds: Vec<String> =
        crate::disk::parse(&lines).map(|line| line["kind"].as_str().unwrap().to_owned()).collect();
    let moved = kinds.iter().position(|kind| kind == "moved").unwrap();
    assert_eq!(kinds[moved + 1..moved + 3], ["arrived", "resumed"]);
    assert_eq!(world.folded(STICK).epoch, 2);
    assert_eq!(kinship(&world), Kinship::Begins, "the old one is its beginning");
    assert!(verify(&world.disk, STICK.as_ref()).unwrap().is_good());
    let back = world.relocation(DIR).back().map(drop);
    assert!(matches!(back, Err(StartError::Refused(Refusal::WentOn(_)))), "it went on there");
}

#[test]
fn it_can_be_moved_on_before_it_was_taken_up_and_home_again() {
    let world = recorded();
    go(&world).unwrap();
    let home = "/data/home";
    world.relocation(STICK).go(home.as_ref(), "taken in".into()).unwrap();
    assert!(world.resume_in(STICK).is_err(), "the copy moved on");
    assert_eq!(world.folded(home).epoch, 2);
    let handle = world.resume_in(home).unwrap();
    handle.stop();
    assert_eq!(world.folded(home).epoch, 3);
    world.relocation(home).go("/stick/again".as_ref(), "another shift".into()).unwrap();
    assert!(world.resume_in(home).is_err(), "what it once was moved by holds no longer");
    let taken = world.relocation(DIR).go(home.as_ref(), "x".into());
    assert!(matches!(taken, Err(StartError::Refused(Refusal::Moved(_)))));
}

#[test]
fn a_move_is_taken_back_where_the_copy_was_not_taken_up() {
    let world = recorded();
    assert!(matches!(world.relocation(DIR).back(), Err(StartError::Refused(Refusal::NotMoved))));
    go(&world).unwrap();
    world.relocation(DIR).back().unwrap();
    let copy = world.resume_in(STICK).err().unwrap().to_string();
    assert!(copy.contains("was moved"), "the copy cannot go on too: {copy}");
    let handle = world.resume().unwrap();
    handle.ask(person(), note("here after all")).unwrap();
    handle.stop();
    assert_eq!(world.folded(DIR).epoch, 2);
}

#[test]
fn where_something_else_lies_nothing_is_moved() {
    let world = recorded();
    let other = World::new().on(world.disk.clone());
    drop(other);
    go(&world).unwrap();
    world.relocation(DIR).back().unwrap();
    let again = go(&world);
    assert!(
        matches!(again, Err(StartError::Journal(JournalError::HasRecord { .. }))),
        "a copy that is there is never written over"
    );
    assert!(!is_moved(&world, DIR), "and the old one goes on");
}

/// What must hold when it died: one of the two goes on, and doing it again ends it well.
fn holds(world: &World, cut: &str) -> bool {
    let moved = is_moved(world, DIR);
    assert!(moved || !has_copy(world), "{cut}: a copy can be found before the old one is closed");
    let again = world.on(world.disk.copy());
    if !moved {
        let handle = world.resume().unwrap_or_else(|error| panic!("{cut}: {error}"));
        handle.stop();
    }
    go(&again).unwrap_or_else(|error| panic!("{cut}: {error}"));
    assert!(again.resume().is_err(), "{cut}");
    assert_eq!(kinship(&again), Kinship::Same, "{cut}");
    let handle = again.resume_in(STICK).unwrap_or_else(|error| panic!("{cut}: {error}"));
    assert!(settle(&handle).state.calls.contains_key(&1), "{cut}: the past came along");
    handle.stop();
    assert!(verify(&again.disk, STICK.as_ref()).unwrap().is_good(), "{cut}");
    moved
}

fn dying(disk: &FaultDisk, from: &World) -> World {
    from.on(disk.clone())
}

#[test]
fn death_at_every_call_of_a_move_leaves_one_that_goes_on() {
    let world = recorded();
    let start = world.disk.inside().calls;
    let (mut before, mut after, mut points) = (0, 0, 0);
    for step in 1.. {
        let disk = world.disk.copy();
        disk.inside().power_ends_at = Some(start + step);
        let dead = dying(&disk, &world);
        let done = go(&dead);
        if disk.inside().calls < start + step {
            assert!(done.is_ok());
            break;
        }
        points += 1;
        for share in [0, 128] {
            let left = dying(&disk.after_power_cut(share), &world);
            let moved = holds(&left, &format!("power off at {step}, share {share}"));
            if moved { after += 1 } else { before += 1 }
        }
        let killed = dying(&disk.copy(), &world);
        killed.disk.mend();
        holds(&killed, &format!("killed at {step}"));
    }
    println!("{points} points; {before} with the old one open, {after} with it closed");
    assert!(points > 60 && before > 60 && after > 2, "{points} {before} {after}");
}

#[test]
fn a_failure_of_every_call_of_a_move_leaves_one_that_goes_on() {
    let world = recorded();
    let start = world.disk.inside().calls;
    let mut told = 0;
    for step in 1.. {
        let disk = world.disk.copy();
        let at = start + step;
        disk.inside().failure =
            Some(Failure { at, kind: io::ErrorKind::PermissionDenied, lasting: false });
        let failing = dying(&disk, &world);
        told += u32::from(go(&failing).is_err());
        if disk.inside().calls < at {
            break;
        }
        disk.mend();
        holds(&failing, &format!("call {step} failed"));
    }
    assert!(told > 40, "{told} failures were told");
}
