//! A wrong field is amended under way: what was sent, the change and its reason, and what was sent then
//! all stand in the record and in the export. A secret does not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use stanch::command::{Attached, Snapshot, curl, request_of};
use stanch::engine::Handle;
use stanch::export::{Source, markdown};
use stanch::incident::{Ask, CallOutcome, Progress, Purpose, Refusal, Verdict};
use stanch::text::Shown;

use crate::world::{World, journal, person, result, settle};

fn send(handle: &Handle, step: &str) {
    let key = handle.view().state.key(step);
    let reason = Some("at once".into());
    handle.ask(person(), Ask::Arm { step: key.clone(), purpose: Purpose::Act, reason }).unwrap();
    let view = settle(handle);
    let armed = view.state.instance(step).unwrap().armed.clone().unwrap();
    let typed = armed.target.map(|target| target.to_string());
    handle.ask(person(), Ask::Confirm { step: key, hash: armed.hash, typed }).unwrap();
    settle(handle);
}

fn amend(handle: &Handle, step: &str, from: &str, to: &str) -> Ask {
    let text = handle.view().state.playbook.step_text(step).unwrap();
    let toml = text.replacen(from, to, 1);
    assert_ne!(text, toml);
    Ask::Amend { step: step.to_owned(), toml: toml.into(), reason: "the field was wrong".into() }
}

/// The next call under way fails.
fn fail(world: &World, handle: &Handle) {
    let (_, judge, done) = world.ledger().calls.pop_front().unwrap();
    done(result(CallOutcome::Known { verdict: Verdict::Failed }, &judge));
    settle(handle);
}

#[test]
fn a_wrong_field_fails_is_amended_and_sent_and_the_export_tells_all_of_it() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    world.ledger().hold = true;
    send(&handle, "block");
    fail(&world, &handle);
    assert!(matches!(handle.view().state.progress("block"), Progress::Failed { .. }));
    let ask = amend(&handle, "block", "/_settings", "/_all/_settings");
    handle.ask(person(), ask).unwrap();
    let attached = Attached::new(handle.clone(), world.clock.clone());
    let snapshot = Snapshot::take(&attached, &person());
    let waiting = request_of(&snapshot, "block").unwrap();
    assert!(
        curl(&waiting).as_str().contains("/_all/_settings'"),
        "what would go is what is copied"
    );
    send(&handle, "block");
    let sent = world.ledger().sent.len();
    assert_eq!(sent, 2);
    world.ledger().hold = false;
    // As another process reads it, from the record alone.
    let state = world.folded(crate::disk::DIR);
    assert_eq!(state, handle.view().state);
    let head = handle.view().head.clone();
    let entries = handle.entries(0..=head.seq).unwrap();
    let source =
        Source { state: &state, entries: &entries, head: &head, finding: None, is_attended: true };
    let told = markdown(&source);
    let part = told.split("## Changes of the plan\n").nth(1).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let order = [
        "### `block`",
        "shown, not sent yet\n",
        "**sent**, call 1, attempt 1\n",
        "users/_settings\n",
        "**amended**, because `the field was wrong`\n\n```diff\n--- before\n+++ after\n",
        "**sent**, call 2, attempt 1\n",
        "users/_all/_settings\n",
    ];
    let mut rest = part;
    for piece in order {
        let at = rest.find(piece).unwrap_or_else(|| panic!("{piece} is missing in\n{part}"));
        rest = &rest[at + piece.len()..];
    }
    let (_, judge, done) = world.ledger().calls.pop_front().unwrap();
    done(result(CallOutcome::Known { verdict: Verdict::Succeeded }, &judge));
    handle.idle().unwrap();
    handle.stop();
    assert_eq!(world.sound(), Ok(()));
}

#[test]
fn the_plan_as_it_is_now_outlives_the_process() {
    let world = World::new();
    let handle = world.open(None).unwrap();
    let ask = amend(&handle, "block", "title = \"", "title = \"Once more: ");
    handle.ask(person(), ask).unwrap();
    let before = handle.view().state.playbook.clone();
    handle.stop();
    let handle = world.resume().unwrap();
    assert_eq!(handle.view().state.playbook, before);
    assert_eq!(handle.view().state.anomalies, []);
    handle.stop();
}

#[test]
fn a_secret_in_a_text_is_refused_and_stands_nowhere() {
    const SECRET: &str = "correct-horse-battery";
    let world = World::new();
    world.redactor.learn("search-admin", &SecretString::from(SECRET));
    let handle = world.open(None).unwrap();
    let escaped: Vec<String> = SECRET.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect();
    let escaped = escaped.concat();
    let base64 = STANDARD.encode(format!("ann:{SECRET}"));
    for spelling in [SECRET, &escaped, &base64, "[secret:search-admin]"] {
        let header = format!("[steps.call]\nheaders = {{ X-Key = \"{spelling}\" }}");
        let ask = amend(&handle, "block", "[steps.call]", &header);
        assert_eq!(handle.ask(person(), ask), Err(Refusal::HoldsSecret), "{spelling}");
    }
    let reason = Shown::new(format!("the key is {SECRET}"));
    let mut ask = amend(&handle, "block", "title = \"", "title = \"Now: ");
    if let Ask::Amend { reason: of, .. } = &mut ask {
        *of = reason;
    }
    handle.ask(person(), ask).unwrap();
    let record = String::from_utf8(world.disk.bytes(journal())).unwrap();
    assert!(record.contains("the key is [secret:search-admin]"), "a reason is masked like a note");
    for spelling in [SECRET, &escaped, &base64] {
        assert!(!record.contains(spelling));
    }
    handle.stop();
}
