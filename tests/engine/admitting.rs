//! The network hears of an admitted host when that stands on the disk, and again when the incident
//! is taken up; never of one whose record failed.

use std::io::ErrorKind;

use stanch::engine::Handle;
use stanch::incident::Ask;

use crate::disk::Failure;
use crate::world::{World, person, settle};

const HOST: &str = "https://db1.example.com:9200";

fn admit(handle: &Handle, url: &str) -> Result<(), stanch::incident::Refusal> {
    let scope = "database".to_owned();
    let (name, reason) = ("db1".into(), "it is in our inventory".into());
    let ask = Ask::Admit { scope, name, url: url.into(), secrets: false, reason };
    handle.ask(person(), ask).map(|_| ())
}

fn scoped(world: &World) -> Handle {
    let handle = world.open(None).unwrap();
    let (scope, name) = ("database".to_owned(), "db1".into());
    handle.ask(person(), Ask::AddScope { scope, name, source: "a reader".into() }).unwrap();
    handle
}

fn told(world: &World) -> Vec<(String, String)> {
    world.ledger().admitted.clone()
}

#[test]
fn a_host_is_told_when_it_is_durable_and_again_after_a_pause() {
    let world = World::new();
    let handle = scoped(&world);
    admit(&handle, HOST).unwrap();
    settle(&handle);
    let one = ("database/db1".to_owned(), HOST.to_owned());
    assert_eq!(told(&world), std::slice::from_ref(&one));
    handle.stop();
    let handle = world.resume().unwrap();
    settle(&handle);
    assert_eq!(told(&world), [one.clone(), one]);
    // Elsewhere now: the record after that tells the last place alone.
    admit(&handle, "https://db1.example.org").unwrap();
    handle.stop();
    let handle = world.resume().unwrap();
    settle(&handle);
    let last = told(&world).last().cloned();
    assert_eq!(last, Some(("database/db1".to_owned(), "https://db1.example.org".to_owned())));
    assert_eq!(told(&world).len(), 4);
    handle.stop();
    assert_eq!(world.sound(), Ok(()));
}

#[test]
fn a_host_whose_admission_was_not_flushed_is_never_told() {
    let world = World::new();
    let handle = scoped(&world);
    let at = world.disk.inside().calls + 1;
    world.disk.inside().failure = Some(Failure { at, kind: ErrorKind::Other, lasting: true });
    admit(&handle, HOST).unwrap_err();
    settle(&handle);
    assert_eq!(told(&world), []);
    assert_eq!(handle.view().state.member("database", "db1").unwrap().admitted, None);
    handle.stop();
}
