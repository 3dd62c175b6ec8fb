//! Roles in a running engine: what is recorded bears them.

use stanch::backend::Redactor;
use stanch::incident::{Ask, By};

use crate::world::{World, note, person, settle};

fn role_of_last(world: &World) -> String {
    let lines = world.disk.durable_lines();
    lines.last().unwrap()["by"]["role"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn what_somebody_does_is_recorded_with_their_role() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    handle.ask(person(), note("before")).unwrap();
    assert_eq!(role_of_last(&world), "none");
    let take = Ask::TakeRole { role: "commander".into(), who: None, reason: None };
    handle.ask(person(), take).unwrap();
    assert_eq!(role_of_last(&world), "none", "it was taken by somebody without it");
    handle.ask(person(), note("after")).unwrap();
    assert_eq!(role_of_last(&world), "commander");
    handle.ask(By { who: "ben".into(), role: None }, note("somebody else")).unwrap();
    assert_eq!(role_of_last(&world), "none");
    handle.ask(By { who: "ana".into(), role: Some("on call".into()) }, note("said")).unwrap();
    assert_eq!(role_of_last(&world), "on call");
    handle.stop();
    let handle = world.resume().unwrap();
    let resumed = world.disk.durable_lines();
    let resumed = resumed.iter().rfind(|line| line["kind"] == "resumed").unwrap();
    assert_eq!(resumed["by"]["role"], "commander");
    handle.stop();
}

#[test]
fn a_secret_in_the_words_of_a_role_reaches_no_disk() {
    let secret = "tok-5f1c9e0b7a62d843";
    let redactor = Redactor::default();
    redactor.learn("key", &secret.into());
    let world = World { redactor, ..World::new() };
    let handle = world.open(None).unwrap();
    let take = |reason: Option<&str>| Ask::TakeRole {
        role: format!("holds {secret}").as_str().into(),
        who: Some(format!("ben {secret}").as_str().into()),
        reason: reason.map(Into::into),
    };
    handle.ask(person(), take(Some(secret))).unwrap();
    let role = settle(&handle).state.people.held[0].role.clone();
    handle
        .ask(By { who: "ben [secret:key]".into(), role: None }, {
            Ask::OfferHandOver { role: role.clone(), to: secret.into() }
        })
        .unwrap();
    handle.ask(person(), Ask::DeclineHandOver { role, reason: secret.into() }).unwrap();
    handle.stop();
    let record = world.disk.bytes(crate::world::journal());
    let record = String::from_utf8(record).unwrap();
    assert!(!record.contains(secret), "{record}");
    assert!(record.matches("[secret:key]").count() >= 6, "{record}");
}
