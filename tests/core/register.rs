//! Claims, reminders, evidence, and the index of what people said.

use crate::refusals::{ended, start};
use crate::support::{Core, later, person};
use chrono::TimeDelta;
use stanch::incident::state::Index;
use stanch::incident::words::words;
use stanch::incident::{Ask, ClaimStatus, Due, Input, Offer, Record, Refusal, State, When, offers};
use stanch::text::Shown;

fn claim(core: &mut Core, text: &str) {
    let data = Some("API tokens".into());
    core.ask(Ask::ClaimMake { text: text.into(), source: "a consultant".into(), data }).unwrap();
}

fn remind(core: &mut Core, seconds: u64) {
    let when = When::After { seconds };
    core.ask(Ask::Remind { what: "call back".into(), who: Some("ana".into()), when }).unwrap();
}

fn resume(core: &mut Core) {
    let input = Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() };
    core.input(&input).unwrap();
}

fn due(timer: u32) -> Input {
    Input::Due { due: Due::Reminder(timer) }
}

fn kinds(core: &Core) -> Vec<&'static str> {
    core.records.iter().map(|(_, record)| record.kind()).collect()
}

fn told(core: &Core) -> Vec<String> {
    let told = core.records.iter().skip(1);
    told.map(|(_, record)| words(record, &core.state).to_string()).collect()
}

fn titles(core: &Core, verb: &str) -> Vec<String> {
    let all: Vec<Offer> = offers(&core.state, core.now);
    all.into_iter().filter(|offer| offer.verb == verb).map(|offer| offer.title).collect()
}

#[test]
fn a_claim_goes_from_asserted_to_what_became_of_it() {
    let mut core = Core::open();
    claim(&mut core, "API tokens of the applications leaked, all of them");
    assert_eq!(core.state.claims[&1].status, ClaimStatus::Asserted);
    let amend = |status| Ask::ClaimAmend { claim: 1, status, reason: "we looked".into() };
    core.ask(amend(ClaimStatus::NoEvidence)).unwrap();
    for (count, source) in [("24,000 tokens", "a consultant"), ("24,500", "a reader")] {
        let (count, source) = (count.into(), source.into());
        core.ask(Ask::ClaimCount { claim: 1, count, source }).unwrap();
    }
    let act = |act| Ask::ClaimActAsIf { claim: 1, act, reason: "too dangerous".into() };
    core.ask(act(true)).unwrap();
    let claim = &core.state.claims[&1];
    assert!(!claim.is_fact());
    assert_eq!(claim.reason, Some("we looked".into()), "why it is acted on is another reason");
    assert_eq!(claim.act_as_if, Some("too dangerous".into()));
    let counts: Vec<&str> = claim.counts.iter().map(|one| one.count.as_str()).collect();
    assert_eq!(counts, ["24,000 tokens", "24,500"], "both stand");
    core.ask(act(false)).unwrap();
    assert_eq!(core.state.claims[&1].act_as_if, None);
    core.ask(amend(ClaimStatus::Confirmed)).unwrap();
    assert!(core.state.claims[&1].is_fact());
    assert_eq!(
        told(&core),
        [
            "claim 1, a consultant says: API tokens of the applications leaked, all of them; \
             data: API tokens",
            "claim 1 is no evidence: we looked",
            "claim 1: 24,000 tokens, says a consultant",
            "claim 1: 24,500, says a reader",
            "claim 1 is acted on as if it were so: too dangerous",
            "claim 1 is no longer acted on as if it were so: too dangerous",
            "claim 1 is confirmed: we looked",
        ]
    );
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn what_can_be_done_with_a_claim_names_it() {
    let mut core = Core::open();
    assert_eq!(titles(&core, "claim-status"), Vec::<String>::new());
    claim(&mut core, "first\nof all");
    claim(&mut core, &"long ".repeat(20));
    let long = format!("{}…", "long ".repeat(8));
    assert_eq!(
        titles(&core, "claim-count"),
        [
            "Add a count to claim 1 (first⏎of all), with its source".to_owned(),
            format!("Add a count to claim 2 ({long}), with its source"),
        ]
    );
    core.ask(Ask::ClaimActAsIf { claim: 2, act: true, reason: "x".into() }).unwrap();
    assert_eq!(
        titles(&core, "claim-act"),
        [
            "Act on claim 1 (first⏎of all) as if it were so, with a reason".to_owned(),
            format!("No longer act on claim 2 ({long}) as if it were so, with a reason"),
        ]
    );
}

#[test]
fn a_reminder_is_due_once_and_done_once() {
    let mut core = Core::open();
    remind(&mut core, 1_200);
    let timer = core.state.timers[&1].clone();
    assert_eq!(timer.due, core.now.at + TimeDelta::minutes(20), "counted from when it was set");
    let its_time = due(1);
    core.now = later(core.now, 1_199);
    assert_eq!(core.input(&its_time), Err(Refusal::Unexpected), "not before its time");
    core.now = later(core.now, 1);
    core.input(&its_time).unwrap();
    assert!(core.state.timers[&1].is_due);
    assert_eq!(core.input(&its_time), Err(Refusal::Unexpected), "once");
    assert_eq!(titles(&core, "timer-done"), ["Reminder 1 (call back), DUE is done"]);
    let how = Some("she was told".into());
    core.ask(Ask::TimerDone { timer: 1, how }).unwrap();
    assert_eq!(core.state.open_timers().count(), 0);
    assert_eq!(core.input(&due(7)), Err(Refusal::Unexpected));
    assert_eq!(
        told(&core),
        [
            "reminder 1 set for 2026-01-05 03:20:00Z, for ana: call back",
            "reminder 1 DUE: call back",
            "reminder 1 done: call back, she was told",
        ]
    );
}

#[test]
fn what_was_done_before_its_time_is_never_due() {
    let mut core = Core::open();
    remind(&mut core, 60);
    core.ask(Ask::TimerDone { timer: 1, how: None }).unwrap();
    core.now = later(core.now, 60);
    assert_eq!(core.state.next_reminder(), None);
    assert_eq!(core.input(&due(1)), Err(Refusal::Unexpected));
}

#[test]
fn resuming_records_at_once_what_was_due_meanwhile_in_the_order_of_its_time() {
    let mut core = Core::open();
    for seconds in [600, 60, 7_200] {
        remind(&mut core, seconds);
    }
    core.now = later(core.now, 3_600);
    resume(&mut core);
    assert_eq!(kinds(&core)[4..], ["resumed", "timer_due", "timer_due"]);
    assert!(matches!(core.records[5].1, Record::TimerDue { timer: 2 }));
    assert!(core.state.timers[&1].is_due && !core.state.timers[&3].is_due);
    resume(&mut core);
    assert_eq!(kinds(&core)[7..], ["resumed"], "each is told once");
}

#[test]
fn a_closed_incident_reminds_nobody() {
    let mut core = Core::open();
    remind(&mut core, 60);
    core.ask(Ask::Close { reason: "over".into() }).unwrap();
    core.now = later(core.now, 60);
    assert_eq!(core.state.next_reminder(), None);
    assert_eq!(core.input(&due(1)), Err(Refusal::Closed));
}

fn attach(sha256: &str) -> Ask {
    Ask::Attach {
        path: "/srv/dump.json".into(),
        sha256: sha256.to_owned(),
        bytes: 7,
        about: "the leak".into(),
    }
}

#[test]
fn evidence_is_offered_without_a_hash_and_recorded_only_with_one() {
    let mut core = Core::open();
    let offered = offers(&core.state, core.now);
    let offer = offered.iter().find(|offer| offer.verb == "attach").unwrap();
    assert_eq!(offer.refusal, None);
    for wrong in [String::new(), "0".repeat(63), "g".repeat(64), "A".repeat(64)] {
        assert_eq!(core.ask(attach(&wrong)), Err(Refusal::NotHashed), "{wrong}");
    }
    let sha256 = "0a".repeat(32);
    core.ask(attach(&sha256)).unwrap();
    let piece = &core.state.evidence[0];
    assert_eq!((piece.seq, piece.bytes, piece.sha256.as_str()), (1, 7, sha256.as_str()));
    let line = format!("evidence /srv/dump.json attached, 7 bytes, sha256 {sha256}: the leak");
    assert_eq!(told(&core), [line]);
}

#[test]
fn what_people_said_is_found_without_a_scan() {
    let mut core = Core::open();
    let text = || Shown::new("because");
    core.ask(Ask::Note { text: text(), occurred: None, source: None }).unwrap();
    remind(&mut core, 60);
    core.ask(Ask::Answer { step: core.key("report"), text: text(), reason: None }).unwrap();
    core.ask(Ask::Skip { step: core.key("revoke"), skip: None, reason: text() }).unwrap();
    let (step, option) = (core.key("passwords"), "no".into());
    core.ask(Ask::Decide { step, option, because: text(), reason: None }).unwrap();
    claim(&mut core, "a claim");
    core.ask(Ask::ClaimCount { claim: 1, count: text(), source: text() }).unwrap();
    core.ask(attach(&"0".repeat(64))).unwrap();
    let all = kinds(&core);
    let said: Vec<&str> =
        core.state.said.iter().map(|seq| all[usize::try_from(*seq).unwrap()]).collect();
    assert_eq!(
        said,
        [
            "noted",
            "step_answered",
            "step_skipped",
            "decided",
            "claim_made",
            "claim_amended",
            "evidence_attached",
        ]
    );
}

#[test]
fn a_command_is_told_with_its_end_and_its_output_can_be_removed() {
    let mut core = Core::open();
    let (run, blob) = ("0123456789abcdef", "0a".repeat(32));
    core.ask(start(run)).unwrap();
    assert_eq!(core.state.open_commands().count(), 1);
    let offered = |core: &Core, verb: &str| {
        let all = offers(&core.state, core.now);
        all.into_iter().find(|offer| offer.verb == verb && offer.refusal.is_none())
    };
    assert!(offered(&core, "command-ended").is_some(), "whoever ran it may be gone");
    core.ask(Ask::Close { reason: "over".into() }).unwrap();
    core.ask(ended(run, Some(&blob))).unwrap();
    assert_eq!(core.state.open_commands().count(), 0);
    assert!(offered(&core, "command-ended").is_none());
    let lines = told(&core);
    assert_eq!(lines[0], "command `uptime` started on bastion in /");
    let end = format!("command `uptime` exited with 0 after 12 ms; output 7 bytes, sha256 {blob}");
    assert_eq!(lines[2], end);
    let withhold = offered(&core, "withhold").unwrap().ask;
    assert!(matches!(&withhold, Ask::Withhold { blob: one, .. } if *one == blob));
    core.ask(Ask::Withhold { blob: blob.clone(), reason: "it names customers".into() }).unwrap();
    assert_eq!(core.state.kept_outputs().count(), 0);
    assert!(
        matches!(core.effects.last(), Some(stanch::incident::Effect::RemoveBlob { sha256 }) if *sha256 == blob)
    );
}

#[test]
fn who_comes_and_who_writes_without_an_engine_changes_nothing_of_the_incident() {
    let mut core = Core::open();
    let before = core.state.clone();
    core.input(&Input::Attached { by: person(), may_act: false }).unwrap();
    let (boot, version) = ("another".to_owned(), "0".to_owned());
    core.input(&Input::Visit { by: person(), boot, version }).unwrap();
    let (seq, last_at, last_up) = (core.state.seq, core.state.last_at, core.state.last_up);
    let boot = "another".to_owned();
    assert_eq!(core.state, stanch::incident::State { seq, last_at, last_up, boot, ..before });
    core.ask(Ask::Close { reason: "over".into() }).unwrap();
    let late = core.input(&Input::Attached { by: person(), may_act: true });
    assert_eq!(late, Err(Refusal::Closed));
}

#[test]
fn a_record_that_does_not_fit_is_told_and_changes_nothing_that_stands() {
    let mut core = Core::open();
    claim(&mut core, "a claim");
    remind(&mut core, 60);
    let again = |core: &Core, index: usize| core.records[index].1.clone();
    for record in [
        again(&core, 1),
        again(&core, 2),
        Record::TimerDue { timer: 9 },
        Record::ClaimAmended {
            claim: 9,
            status: None,
            count: None,
            act_as_if: Some(true),
            reason: None,
        },
    ] {
        core.records.push((core.now, record));
    }
    let state = core.replayed();
    let told: Vec<&str> = state.anomalies.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(
        told,
        [
            "claim 1 was made a second time",
            "reminder 1 was set a second time",
            "reminder 9 was never set",
            "claim 9 was never made",
        ]
    );
    assert_eq!((state.claims.len(), state.timers.len()), (1, 1));
    assert_eq!(state.index, walked(&state));
}

/// What the index must hold, by walking over everything.
pub(crate) fn walked(state: &State) -> Index {
    use stanch::incident::CallEnd;
    let mut index = Index::default();
    for call in state.calls.values() {
        match call.end {
            CallEnd::InDoubt => drop(index.doubtful.insert(call.id)),
            CallEnd::InFlight | CallEnd::Waiting { .. } => drop(index.under_way.insert(call.id)),
            CallEnd::Known(_) | CallEnd::Resolved { .. } | CallEnd::SetAside => {}
        }
        let answer = call.answer.as_ref().filter(|answer| answer.kept);
        let blob = answer.and_then(|answer| answer.sha256.as_ref());
        if blob.is_some_and(|blob| !state.withheld.contains(blob)) {
            index.kept.insert(call.id);
        }
    }
    let checks = state.checks.values().filter(|check| check.end.is_none());
    index.checking = checks.map(|check| check.id).collect();
    let guards = state.guards.values().filter(|guard| guard.ended.is_none());
    index.guarding = guards.map(|guard| guard.id).collect();
    for timer in state.timers.values().filter(|timer| timer.done.is_none()) {
        index.reminding.insert(timer.id);
        if !timer.is_due {
            index.ahead.insert((timer.due, timer.id));
        }
    }
    index
}
