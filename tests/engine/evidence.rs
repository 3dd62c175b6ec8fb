//! What is kept beside the record, what is taken away again, and when things happened.

use stanch::incident::{Ask, Occurred, Refusal, offers};

use crate::world::{BODY, World, journal, person, settle};

fn kept(world: &World) -> (stanch::engine::Handle, String) {
    let handle = world.open(None).unwrap();
    let step = handle.view().state.key("list");
    handle.ask(person(), Ask::Start { step, reason: None }).unwrap();
    let view = settle(&handle);
    let answer = view.state.calls[&1].answer.clone().unwrap();
    assert!(answer.kept);
    (handle, answer.sha256.unwrap())
}

#[test]
fn a_kept_answer_stands_under_its_hash_until_somebody_withholds_it() {
    let world = World::new();
    let (handle, blob) = kept(&world);
    let path = journal().with_file_name("blobs").join(&blob);
    assert_eq!(world.disk.bytes(&path), BODY);
    let view = handle.view();
    let offered = offers(&view.state, stanch::engine::Clock::now(&*world.clock));
    assert!(offered.iter().any(|offer| offer.verb == "withhold" && offer.refusal.is_none()));
    let withhold = Ask::Withhold { blob: blob.clone(), reason: "it names customers".into() };
    handle.ask(person(), withhold.clone()).unwrap();
    assert_eq!(world.durable("withheld"), 1, "who and why are on record");
    // Its removal is an effect: it comes after the reply, before the next.
    settle(&handle);
    assert_eq!(world.disk.bytes(&path), b"");
    let again = handle.ask(person(), withhold);
    assert_eq!(again, Err(Refusal::UnknownBlob(blob)));
    handle.stop();
    assert_eq!(world.sound(), Ok(()), "the record still verifies without it");
}

#[test]
fn what_happened_earlier_bears_both_times() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let occurred = Occurred::parse("2019-12-04Z").unwrap();
    let text = "somebody removed the protection".into();
    handle
        .ask(person(), Ask::Note { text, occurred: Some(occurred.clone()), source: None })
        .unwrap();
    let seq = handle.view().head.seq;
    let entry = handle.entries(seq..=seq).unwrap().remove(0);
    assert_eq!(entry.occurred, Some(occurred));
    assert!(entry.at.to_rfc3339().starts_with("2026"), "and when it was written down");
    handle.stop();
}
