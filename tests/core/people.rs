//! Roles, the hand-over page, and a record that goes on elsewhere.

use crate::support::{Core, later, person};
use stanch::incident::words::words;
use stanch::incident::{
    Ask, By, CallOutcome, ClaimStatus, Due, Finding, Input, Occurred, Purpose, Refusal, Severity,
    SkipAs, Verdict, When, hand_over_page,
};
use stanch::text::Shown;

fn by(who: &str) -> By {
    By { who: who.into(), role: None }
}

fn take(role: &str, who: Option<&str>, reason: Option<&str>) -> Ask {
    let (who, reason) = (who.map(Shown::new), reason.map(Shown::new));
    Ask::TakeRole { role: role.into(), who, reason }
}

fn asked(core: &mut Core, who: &str, ask: Ask) -> Result<(), Refusal> {
    core.input(&Input::Person { by: by(who), ask }).map(drop)
}

fn offer(core: &mut Core, to: &str) {
    core.ask(Ask::OfferHandOver { role: "commander".into(), to: to.into() }).unwrap();
}

fn accept(core: &mut Core, who: &str) -> Result<(), Refusal> {
    let page_sha256 = hand_over_page(&core.state).sha256();
    asked(core, who, Ask::AcceptHandOver { role: "commander".into(), page_sha256 })
}

fn told(core: &Core) -> Vec<String> {
    let told = core.records.iter().skip(1);
    told.map(|(_, record)| words(record, &core.state).to_string()).collect()
}

fn holders(core: &Core) -> Vec<String> {
    let held = core.state.people.held.iter();
    held.map(|held| format!("{} {}", held.role, held.who)).collect()
}

#[test]
fn alone_at_night_one_person_can_hold_everything() {
    let mut core = Core::open();
    core.ask(take("commander", None, None)).unwrap();
    assert_eq!(core.ask(take("scribe", None, None)), Err(Refusal::BesideCommander));
    core.ask(take("scribe", None, Some("nobody else is awake"))).unwrap();
    assert_eq!(holders(&core), ["commander ana", "scribe ana"]);
    let by = core.state.people.by(&person());
    assert_eq!(by.role, Some("commander, scribe".into()), "what later records bear");
    let said = By { who: "ana".into(), role: Some("on call".into()) };
    assert_eq!(core.state.people.by(&said), said, "what a client says goes before");
    core.ask(Ask::GiveUpRole { role: "scribe".into(), who: None }).unwrap();
    assert_eq!(holders(&core), ["commander ana"]);
    assert_eq!(
        told(&core),
        [
            "ana is commander now",
            "ana is scribe now: nobody else is awake",
            "ana is no longer scribe"
        ]
    );
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn several_know_their_systems_and_one_writes() {
    let mut core = Core::open();
    for who in ["ben", "cleo"] {
        core.ask(take("resolver", Some(who), None)).unwrap();
    }
    core.ask(take("scribe", Some("dan"), None)).unwrap();
    core.ask(take("scribe", Some("eve"), Some("dan is on the phone"))).unwrap();
    assert_eq!(holders(&core), ["resolver ben", "resolver cleo", "scribe eve"]);
    core.ask(take("runs the fleet", Some("fay"), None)).unwrap();
    assert_eq!(holders(&core).last().unwrap(), "runs the fleet fay", "a word of one's own");
}

#[test]
fn a_role_changes_hands_when_the_page_was_read() {
    let mut core = Core::open();
    core.ask(take("commander", None, None)).unwrap();
    core.ask(take("deputy", Some("ben"), None)).unwrap();
    offer(&mut core, "ben");
    let old = hand_over_page(&core.state).sha256();
    assert_eq!(core.state.people.commander().unwrap().who, "ana".into(), "until it is accepted");
    core.ask(Ask::Note { text: "still here".into(), occurred: None, source: None }).unwrap();
    assert_eq!(hand_over_page(&core.state).sha256(), old, "a note changes nothing that is true");
    core.ask(take("scribe", Some("cleo"), None)).unwrap();
    let stale = Ask::AcceptHandOver { role: "commander".into(), page_sha256: old };
    assert_eq!(asked(&mut core, "ben", stale), Err(Refusal::PageChanged));
    let page = hand_over_page(&core.state).sha256();
    accept(&mut core, "ben").unwrap();
    assert_eq!(holders(&core), ["scribe cleo", "commander ben"], "the deputy is deputy no more");
    assert_eq!(core.state.people.commander().unwrap().page_sha256, Some(page.clone()));
    assert!(core.state.people.offered.is_empty());
    let told = told(&core);
    let read = format!("hand-over page after record 5 read, sha256 {page}");
    assert_eq!(told[5], format!("ben is commander now, handed over by ana; {read}"));
    assert_eq!(told[6], "ben is no longer deputy");
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn an_offer_is_declined_withdrawn_or_overtaken() {
    let mut core = Core::open();
    core.ask(take("commander", None, None)).unwrap();
    let decline = || Ask::DeclineHandOver { role: "commander".into(), reason: "asleep".into() };
    offer(&mut core, "ben");
    asked(&mut core, "ben", decline()).unwrap();
    assert_eq!(told(&core)[2], "the role of commander does not go from ana to ben: asleep");
    offer(&mut core, "ben");
    offer(&mut core, "cleo");
    assert_eq!(core.state.people.offered.len(), 1, "the later one counts");
    asked(&mut core, "dan", take("commander", None, Some("ana fell asleep"))).unwrap();
    assert_eq!(
        accept(&mut core, "cleo").unwrap_err().to_string(),
        "the role of commander is not on offer to anybody"
    );
    assert_eq!(
        told(&core).last().unwrap(),
        "dan is commander now, taken over from ana: ana fell asleep"
    );
    assert_eq!(core.replayed(), core.state);
}

/// Declared, a duty that runs, one that has no time, one that nobody decided on, a promised update,
/// a step that was put off.
fn at_the_clock(core: &mut Core) {
    let (severity, occurred) = (Severity::Sev1, None);
    core.ask(Ask::Declare { severity, occurred, reason: "user data".into() }).unwrap();
    core.ask(Ask::Aware { occurred: None, reason: "we could read it".into() }).unwrap();
    for duty in ["gdpr-33", "people"] {
        let starts = Some(Occurred::exactly(core.now.at));
        let (duty, reason) = (duty.to_owned(), "people of the EU".into());
        core.ask(Ask::DutyDecide { duty, on: true, starts, reason }).unwrap();
    }
    core.ask(take("privacy-officer", Some("eve"), None)).unwrap();
    let until = When::After { seconds: 7_200 };
    let (step, skip) = (core.key("list"), Some(SkipAs::Deferred { until }));
    core.ask(Ask::Skip { step, skip, reason: "the cluster is slow".into() }).unwrap();
    for name in ["db1", "db2"] {
        let (scope, source) = ("database".to_owned(), "the inventory".into());
        core.ask(Ask::AddScope { scope, name: name.into(), source }).unwrap();
    }
}

/// An incident with something of everything.
fn rich() -> Core {
    let mut core = Core::scoped_and_timed();
    at_the_clock(&mut core);
    core.ask(take("commander", None, None)).unwrap();
    core.ask(take("scribe", Some("ben"), None)).unwrap();
    let step = core.key("report");
    core.ask(Ask::Answer { step, text: "a reporter reads\naddresses".into(), reason: None })
        .unwrap();
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
    let guard = *core.state.guards.keys().next().unwrap();
    let result = stanch::incident::CheckResult {
        finding: Finding::Failed,
        asked: 2,
        why: "status 200".into(),
        answer: None,
    };
    core.input(&Input::Guarded { guard, result, silent_ms: None }).unwrap();
    let call = core.send("revoke");
    core.called(call, CallOutcome::InDoubt);
    let when = When::After { seconds: 1_800 };
    core.ask(Ask::Remind { what: "next public update".into(), who: Some("cleo".into()), when })
        .unwrap();
    core.ask(Ask::Remind {
        what: "call\u{1b}[2J back".into(),
        who: None,
        when: When::After { seconds: 60 },
    })
    .unwrap();
    core.now = later(core.now, 61);
    core.input(&Input::Due { due: Due::Reminder(2) }).unwrap();
    let (text, source) = ("video could be watched".into(), "a consultant".into());
    core.ask(Ask::ClaimMake { text, source, data: None }).unwrap();
    let status = ClaimStatus::Disputed;
    core.ask(Ask::ClaimAmend { claim: 1, status, reason: "no key was found".into() }).unwrap();
    core.ask(Ask::ClaimActAsIf { claim: 1, act: true, reason: "too dangerous".into() }).unwrap();
    let (name, source) = ("203.0.113.7:9200".into(), "a reporter".into());
    core.ask(Ask::AddScope { scope: "host".to_owned(), name, source }).unwrap();
    offer(&mut core, "dan");
    core
}

#[test]
fn the_page_tells_a_stranger_everything() {
    let core = rich();
    let page = hand_over_page(&core.state);
    insta::assert_snapshot!(page.text());
    assert_eq!(page, hand_over_page(&core.replayed()), "from the record alone");
}

#[test]
fn a_moved_record_takes_nothing_until_it_arrives() {
    let mut core = Core::open();
    let step = core.key("revoke");
    core.ask(Ask::Arm { step, purpose: Purpose::Act, reason: Some("now".into()) }).unwrap();
    let arrive =
        || Input::Arrive { by: person(), from: "old:/data".to_owned(), host: "new".into() };
    assert_eq!(core.input(&arrive()), Err(Refusal::NotMoved));
    let leave = || {
        let (to, reason) = ("/stick".to_owned(), "the shift ends".into());
        Input::Move { by: person(), to, reason }
    };
    core.input(&leave()).unwrap();
    let moved = Refusal::Moved("/stick".into());
    let resume = || Input::Resume { by: person(), boot: "b".to_owned(), version: "0".to_owned() };
    assert_eq!(core.input(&resume()), Err(moved.clone()));
    assert_eq!(core.input(&leave()), Err(moved));
    let page = hand_over_page(&core.state).text();
    assert!(page.contains("MOVED: the record goes on in /stick"), "{page}");
    core.input(&arrive()).unwrap();
    core.input(&resume()).unwrap();
    assert_eq!(core.state.epoch, 2);
    core.input(&leave()).unwrap();
    assert_eq!(core.replayed(), core.state);
    let told = told(&core);
    assert_eq!(
        told.last().unwrap(),
        "moved to /stick (place 2 of the record ends here): the shift ends"
    );
    assert!(told.contains(&"arrived on new from old:/data (place 2 of the record)".to_owned()));
}

#[test]
fn what_failed_or_was_taken_back_stands_at_the_top_and_hearsay_is_told_as_such() {
    let mut core = Core::open();
    let told = |core: &Core| hand_over_page(&core.state).text();
    let call = core.send("revoke");
    core.called(call, CallOutcome::Known { verdict: Verdict::Failed });
    assert!(told(&core).contains("Attention\n- Revoke every token: FAILED"), "{}", told(&core));

    core.ask(Ask::DoneElsewhere {
        step: core.key("block"),
        by_whom: "bo".into(),
        place: "another console".into(),
        occurred: None,
        evidence: None,
        reason: "said so by phone".into(),
    })
    .unwrap();
    let hearsay = "Block reads: said to be done elsewhere, by bo in another console; its proof is";
    assert!(told(&core).contains(hearsay), "{}", told(&core));
    core.checks(Finding::Failed);
    assert!(told(&core).contains("- Block reads: NOT PROVEN"), "{}", told(&core));
    core.ask(Ask::CheckAgain { step: core.key("block") }).unwrap();
    core.checks(Finding::Passed);
    let step = core.key("block");
    core.ask(Ask::Arm { step: step.clone(), purpose: Purpose::Undo, reason: None }).unwrap();
    let hash = core.state.instance("block").unwrap().armed.clone().unwrap().hash;
    core.ask(Ask::Confirm { step, hash, typed: None }).unwrap();
    let undo = core.state.calls.get_max().unwrap().0;
    core.succeeds(undo);
    assert!(told(&core).contains("- Block reads: UNDONE"), "{}", told(&core));
}
