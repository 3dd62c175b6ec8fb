//! Death at every point of a walk: what was accepted is there, what was sent is known or in doubt,
//! and taking the record up sends nothing.

use stanch::incident::{CallEnd, Verdict};
use stanch::journal::{JOURNAL, verify};
use stanch::playbook::{Repeat, Task};

use crate::disk::DIR;
use crate::walk::{Walked, walk};
use crate::world::{World, journal, settle};

/// A walk whose power goes off at the call of this number; `None` when it ended before.
fn die(at: u64) -> Option<(World, Walked)> {
    let world = World::new();
    world.disk.inside().power_ends_at = Some(at);
    let Ok(handle) = world.open(None) else { return Some((world, Walked::default())) };
    let walked = walk(&world, &handle, 0);
    handle.stop();
    assert_eq!(world.sound(), Ok(()), "power off at {at}");
    let over = world.disk.inside().calls < at;
    (!over).then_some((world, walked))
}

/// The engine lives again on this disk. True when there was something to take up.
fn live_again(after: &World, walked: &Walked, cut: &str) -> bool {
    let sent: Vec<String> = after.ledger().sent.iter().map(|sent| sent.hash.clone()).collect();
    let lines = after.disk.durable_lines();
    for hash in &sent {
        let is_intent = |line: &&serde_json::Value| {
            line["kind"] == "call_requested" && line["hash"] == *hash.as_str()
        };
        let times = sent.iter().filter(|other| *other == hash).count();
        assert!(lines.iter().filter(is_intent).count() >= times, "{cut}: no intent on the disk");
    }
    if !after.disk.bytes(journal()).contains(&b'\n') {
        assert!(walked.accepted.is_empty() && sent.is_empty(), "{cut}");
        return false;
    }
    let handle = after.resume().unwrap_or_else(|error| panic!("{cut}: {error}"));
    let view = settle(&handle);
    assert_eq!(after.ledger().sent.len(), sent.len(), "{cut}: resuming sends nothing");
    assert!(after.disk.bytes(journal()).starts_with(&walked.accepted), "{cut}: lost");
    for call in view.state.calls.values() {
        let step = view.state.playbook.step(&call.step.id).unwrap();
        let reads = matches!(&step.task, Task::Call(what) if what.repeat == Repeat::Reads);
        let fits = match call.end {
            CallEnd::InFlight | CallEnd::Waiting { .. } => false,
            CallEnd::InDoubt => !reads,
            CallEnd::Known(Verdict::Failed) => reads,
            CallEnd::Known(_) | CallEnd::Resolved { .. } | CallEnd::SetAside => true,
        };
        assert!(fits, "{cut}: call {} is {:?}", call.id, call.end);
    }
    assert!(view.state == after.folded(DIR), "{cut}: what is shown is not the record");
    let rest = walk(after, &handle, 0);
    assert_eq!(rest.refused, None, "{cut}");
    handle.stop();
    assert!(verify(&after.disk, DIR.as_ref()).unwrap().is_good(), "{cut}");
    assert_eq!(after.sound(), Ok(()), "{cut}");
    true
}

#[test]
fn death_at_every_call_loses_nothing_and_repeats_nothing() {
    let (mut lives, mut torn, mut doubts, mut points) = (0, 0, 0, 0);
    for at in 1.. {
        let Some((world, walked)) = die(at) else { break };
        points += 1;
        for share in [0, 1, 128, 255] {
            let (again, _) = die(at).unwrap();
            let after = again.on(world.disk.after_power_cut(share));
            if live_again(&after, &walked, &format!("power off at {at}, share {share}")) {
                lives += 1;
                let kinds = |kind: &str| usize::from(after.durable(kind) > 0);
                torn += kinds("recovered");
                doubts += kinds("call_in_doubt");
            }
        }
        // The process dies and the machine lives on: all that was written is still there.
        let killed = world.on(world.disk.copy());
        killed.disk.mend();
        lives += u32::from(live_again(&killed, &walked, &format!("killed at {at}")));
    }
    println!("{points} points of {JOURNAL}, {lives} lives, {torn} torn ends, {doubts} with doubts");
    assert!(points > 40 && lives > 200 && torn > 20 && doubts > 100);
}
