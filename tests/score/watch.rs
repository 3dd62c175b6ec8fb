//! How each kind of expectation is found met, and when a contingency is due.

use chrono::TimeDelta;
use rstest::rstest;
use stanch::drill::Standing;
use stanch::drill::plan::{Event, Expectation, Inject, Since, Trigger, What};
use stanch::incident::exercise::{Control, ExerciseEnd, Judged};
use stanch::incident::record::ScopeSource;
use stanch::incident::{ClaimStatus, Occurred, Precision, Record, Severity, StepKey};

use crate::support::{
    Tape, completed, evaluator, event, expectation, inject, minutes, plan, start,
};
use crate::support::{ana, record};

fn lock() -> Expectation {
    expectation("E-lock", record(completed("lock")))
}

fn end(tape: &mut Tape) {
    let end = Control::End {
        how: ExerciseEnd::Finished,
        reason: "all was played".into(),
        faults: Vec::new(),
    };
    tape.control(stanch::incident::By::console(), end);
}

#[rstest]
#[case::at_once(0, "met")]
#[case::in_the_last_moment(600, "met")]
#[case::a_second_late(601, "late")]
#[case::in_the_last_moment_that_counts(1200, "late")]
#[case::too_late(1201, "missed")]
fn the_moment_of_the_match_decides(#[case] seconds: i64, #[case] word: &str) {
    let mut tape = Tape::begun(vec![lock()]);
    tape.wait_seconds(seconds).complete("lock");
    assert_eq!(tape.standing("E-lock").word(), word);
    tape.wait(600);
    assert_eq!(tape.standing("E-lock").word(), word, "it stays so");
}

#[test]
fn it_is_open_while_it_can_be_met_and_missed_afterwards() {
    let mut tape = Tape::new(plan(vec![lock()]));
    assert_eq!(tape.standing("E-lock"), Standing::NotBegun);
    tape.wait(3).arrive("I-01").wait(15);
    let Standing::Open { began, until, late_until } = tape.standing("E-lock") else {
        panic!("it is open")
    };
    assert_eq!((began.seq, began.scenario), (1, start() + minutes(3)));
    assert_eq!((until, late_until), (start() + minutes(13), start() + minutes(23)));
    tape.wait_seconds(300);
    assert_eq!(tape.standing("E-lock").word(), "open", "the last moment counts");
    tape.wait_seconds(1);
    assert_eq!(tape.standing("E-lock"), Standing::Missed { since: start() + minutes(23) });
}

#[test]
fn what_a_facilitator_leaps_over_does_not_count_and_what_the_players_leap_over_does() {
    for (by, word) in [(evaluator(), "not observed"), (stanch::incident::By::console(), "missed")] {
        let mut tape = Tape::begun(vec![lock()]);
        tape.wait(4);
        let to = tape.now() + minutes(60);
        tape.control(by, Control::Jump { to, what: "on".into() }).leap(60);
        assert_eq!(tape.standing("E-lock").word(), word);
        tape.complete("lock");
        assert_eq!(tape.standing("E-lock").word(), word, "done after all, and far too late");
    }
    let mut near = Tape::begun(vec![lock()]);
    near.wait(4);
    let to = near.now() + minutes(3);
    near.control(evaluator(), Control::Jump { to, what: "on".into() }).leap(3).wait(30);
    assert_eq!(near.standing("E-lock").word(), "missed", "there was time left");
}

#[test]
fn both_clocks_are_told() {
    let mut tape = Tape::begun(vec![lock()]);
    tape.wait(8).complete("lock");
    let Standing::Met { at } = tape.standing("E-lock") else { panic!("it is met") };
    assert_eq!(at.seq, 2);
    assert_eq!(at.scenario - start(), minutes(8));
    let began = tape.watch.began("E-lock").unwrap();
    assert_eq!(at.wall - began.wall, minutes(2), "the scenario is four times as fast");
}

#[test]
fn what_was_done_ahead_counts_unless_it_must_be_fresh() {
    let fresh = Expectation { fresh: true, ..expectation("E-fresh", record(completed("lock"))) };
    let mut tape = Tape::new(plan(vec![lock(), fresh]));
    tape.complete("lock").wait(5);
    assert_eq!(tape.standing("E-lock"), Standing::NotBegun, "nobody asked for it yet");
    tape.arrive("I-01");
    assert_eq!(tape.standing("E-lock").word(), "met");
    assert_eq!(tape.standing("E-fresh").word(), "open");
    tape.wait(1).complete("lock");
    assert_eq!(tape.standing("E-fresh").word(), "met");
}

#[test]
fn each_target_needs_its_own_record() {
    let what = What::Record {
        event: completed("unlink"),
        each: vec!["alexa".to_owned(), "google".to_owned()],
        before: None,
        after: None,
    };
    let mut tape = Tape::begun(vec![expectation("E-unlink", what)]);
    tape.wait(1).complete("unlink[alexa]").complete("unlink[ifttt]");
    let expectation = tape.scenario.plan.expectation("E-unlink").unwrap();
    assert_eq!(tape.watch.missing(expectation), ["google"]);
    assert_eq!(tape.standing("E-unlink").word(), "open");
    tape.wait(10).complete("unlink[google]");
    assert_eq!(tape.standing("E-unlink").word(), "late", "the last one counts");
}

#[test]
fn what_has_to_come_before_is_missed_once_it_has_not() {
    let what = What::Record {
        event: completed("tell"),
        each: Vec::new(),
        before: Some(completed("lock")),
        after: None,
    };
    let told = Expectation { on_miss: Some("I-09".to_owned()), ..expectation("E-tell", what) };
    let mut right = Tape::begun(vec![told.clone()]);
    right.wait(1).complete("tell").wait(1).complete("lock");
    assert_eq!(right.standing("E-tell").word(), "met");

    let mut wrong = Tape::begun(vec![told]);
    wrong.wait(2).complete("lock");
    assert_eq!(wrong.standing("E-tell"), Standing::Missed { since: start() + minutes(2) });
    assert!(wrong.watch.next_deadline(&wrong.state).is_some(), "it still is to be done");
    wrong.wait(1).complete("tell");
    assert_eq!(wrong.standing("E-tell"), Standing::Missed { since: start() + minutes(2) });
    assert_eq!(wrong.watch.out_of_order("E-tell").unwrap().seq, 3);
    assert_eq!(wrong.watch.next_deadline(&wrong.state), None, "nothing is left to bring it to");
}

#[test]
fn what_has_to_come_after_does_not_count_ahead() {
    let what = What::Record {
        event: event("noted"),
        each: Vec::new(),
        before: None,
        after: Some(completed("lock")),
    };
    let mut tape = Tape::begun(vec![expectation("E-note", what)]);
    let note = || Record::Noted { text: "closed".into(), source: None };
    tape.push(note());
    assert_eq!(tape.standing("E-note").word(), "open");
    tape.wait(1).complete("lock").push(note());
    assert_eq!(tape.standing("E-note").word(), "met");
    assert_eq!(tape.watch.out_of_order("E-note").unwrap().seq, 2);
}

#[test]
fn the_last_answer_is_the_one_that_counts() {
    let any = What::Answer { inject: "I-02".to_owned(), best: false };
    let best = What::Answer { inject: "I-02".to_owned(), best: true };
    let mut plan = plan(vec![expectation("E-any", any), expectation("E-best", best)]);
    plan.injects[1].message.options = vec!["lock it".into(), "wait".into()];
    plan.injects[1].best = Some(0);
    let mut tape = Tape::new(plan);
    tape.arrive("I-01").arrive("I-02").answer("I-02", Some("wait"));
    assert_eq!(tape.standing("E-any").word(), "met");
    assert_eq!(tape.standing("E-best").word(), "open");
    tape.wait(1).answer("I-02", Some("lock it"));
    assert_eq!(tape.standing("E-best").word(), "met");
    tape.wait(1).answer("I-02", Some("wait"));
    assert_eq!(tape.standing("E-best").word(), "open", "it was taken back");
}

#[test]
fn a_person_judges_what_no_record_tells() {
    let manual = What::Manual("The reporter was thanked".into());
    let mut tape = Tape::begun(vec![expectation("E-thanks", manual)]);
    tape.wait(90);
    assert_eq!(tape.standing("E-thanks").word(), "open", "it waits for a person");
    tape.judge("E-thanks", Judged::Late);
    assert_eq!(tape.standing("E-thanks").word(), "late");
    tape.judge("E-thanks", Judged::Met);
    assert_eq!(tape.standing("E-thanks").word(), "met", "the last word counts");
    assert_eq!(tape.watch.judging("E-thanks").unwrap().by, evaluator());
}

#[test]
fn what_was_found_is_kept_beside_what_a_person_said() {
    let mut tape = Tape::begun(vec![lock()]);
    tape.wait(30).judge("E-lock", Judged::Met);
    let expectation = tape.scenario.plan.expectation("E-lock").unwrap();
    assert_eq!(tape.standing("E-lock").word(), "met");
    assert_eq!(tape.watch.found(expectation, tape.now(), &tape.state).word(), "missed");
}

#[test]
fn an_inject_that_will_not_come_voids_what_counts_from_it() {
    let skip = Control::Skip { inject: "I-01".to_owned(), reason: "no time".into() };
    let mut tape = Tape::new(plan(vec![lock()]));
    tape.control(evaluator(), skip);
    assert_eq!(tape.standing("E-lock"), Standing::Void);
    tape.arrive("I-01");
    assert_eq!(tape.standing("E-lock").word(), "open", "it came after all");
}

#[rstest]
#[case::within_its_window(9, "not observed")]
#[case::after_its_window(11, "missed")]
fn the_end_closes_what_is_open(#[case] after: i64, #[case] word: &str) {
    let manual = expectation("E-manual", What::Manual("thanked".into()));
    let contingency = Expectation {
        since: Since::Inject("I-09".to_owned()),
        ..expectation("E-late", lock().what)
    };
    let mut tape = Tape::begun(vec![lock(), manual, contingency]);
    tape.wait(after);
    end(&mut tape);
    tape.wait(60).complete("lock");
    assert_eq!(tape.standing("E-lock").word(), word, "what comes afterwards does not count");
    assert_eq!(tape.standing("E-manual").word(), "not observed");
    assert_eq!(tape.standing("E-late"), Standing::Void);
    tape.judge("E-manual", Judged::Met);
    assert_eq!(tape.standing("E-manual").word(), "met", "evaluators go on");
}

#[test]
fn time_may_count_from_a_record() {
    let from_lock = Expectation {
        since: Since::Event(completed("lock")),
        ..expectation("E-tell", record(completed("tell")))
    };
    let mut tape = Tape::begun(vec![from_lock]);
    tape.wait(60);
    assert_eq!(tape.standing("E-tell"), Standing::NotBegun);
    tape.complete("lock").wait(9).complete("tell");
    assert_eq!(tape.standing("E-tell").word(), "met");
}

#[test]
fn a_contingency_is_due_once_its_window_passed_without_a_match() {
    let with = |id: &str, within| Expectation {
        within: minutes(within),
        on_miss: Some("I-09".to_owned()),
        ..expectation(id, record(completed("lock")))
    };
    let all = || vec![with("E-slow", 12), with("E-quick", 10)];
    let mut tape = Tape::new(plan(all()));
    assert_eq!(tape.watch.next_deadline(&tape.state), None, "nothing has begun");
    tape.arrive("I-01");
    let (due, expectation) = tape.watch.next_deadline(&tape.state).unwrap();
    assert_eq!(expectation, "E-quick");
    assert_eq!(due, start() + minutes(10) + TimeDelta::microseconds(1));
    let missed = |tape: &Tape| {
        let missed = tape.watch.missed_now(tape.now(), &tape.state);
        missed.iter().map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    tape.wait(10);
    assert!(missed(&tape).is_empty(), "the last moment is in time");
    tape.wait(5);
    assert_eq!(missed(&tape), ["E-slow", "E-quick"]);
    tape.arrive("I-09");
    assert_eq!(tape.watch.next_deadline(&tape.state), None, "it came");

    let mut met = Tape::begun(all());
    met.wait(1).complete("lock");
    assert_eq!(met.watch.next_deadline(&met.state), None);

    let mut skipped = Tape::begun(all());
    let skip = Control::Skip { inject: "I-09".to_owned(), reason: "enough".into() };
    skipped.control(evaluator(), skip);
    assert_eq!(skipped.watch.next_deadline(&skipped.state), None);

    let mut delayed = Tape::begun(all());
    let until = start() + minutes(30);
    let delay = Control::Delay { inject: "I-09".to_owned(), until, reason: "a break".into() };
    delayed.control(evaluator(), delay);
    assert_eq!(delayed.watch.next_deadline(&delayed.state).unwrap().0, until);
}

#[test]
fn an_inject_is_due_after_its_event_or_at_the_latest() {
    let when =
        Trigger::After { what: completed("lock"), delay: minutes(4), latest: Some(minutes(70)) };
    let unbounded = Trigger::After { what: completed("tell"), delay: minutes(1), latest: None };
    let mut plan = plan(Vec::new());
    plan.injects = vec![inject("I-03", when), inject("I-04", unbounded)];
    let injects = plan.injects.clone();
    let due_after = |tape: &Tape| -> Vec<_> {
        let due = |one| Some((inject_id(one), tape.watch.due_after(one)?));
        injects.iter().filter_map(due).collect()
    };
    let mut tape = Tape::new(plan);
    assert_eq!(due_after(&tape), [("I-03", start() + minutes(70))]);
    tape.wait(10).complete("lock").wait(1).complete("tell").wait(1).complete("lock");
    let due = [("I-03", start() + minutes(14)), ("I-04", start() + minutes(12))];
    assert_eq!(due_after(&tape), due, "the first record counts");
    assert_eq!(tape.watch.triggered("I-03").unwrap().scenario, start() + minutes(10));
    tape.wait(1).arrive("I-03");
    assert_eq!(due_after(&tape), due[1..], "it came");
}

fn inject_id(inject: &Inject) -> &str {
    &inject.message.inject
}

fn declared(severity: Severity) -> Record {
    let when = Occurred { at: start(), precision: Precision::Minute };
    Record::Declared { severity, when, reason: "open to all".into() }
}

/// Every part of an event, each with a record that fits and one that does not.
#[rstest]
#[case::kind(event("noted"), noted("x"), declared(Severity::Sev1))]
#[case::step(completed("lock"), done("lock", true), done("tell", true))]
#[case::step_of_a_member(completed("lock"), done("lock[db1]", true), done("locks", true))]
#[case::target(about(&completed("lock"), "db1"), done("lock[db1]", true), done("lock[db2]", true))]
#[case::target_of_scope(about(&event("scope_added"), "db2"), added("db2"), added("db1"))]
#[case::proven(proven(true), done("lock", true), done("lock", false))]
#[case::unproven(proven(false), done("lock", false), done("lock", true))]
#[case::option(option("decided", "yes"), decided("yes"), decided("no"))]
#[case::severity(option("declared", "sev-1"), declared(Severity::Sev1), declared(Severity::Sev2))]
#[case::status(
    option("claim_amended", "no evidence"),
    amended(Some(ClaimStatus::NoEvidence)),
    amended(None)
)]
#[case::duty(duty("duty_due", "gdpr-33"), Record::DutyDue { duty: "gdpr-33".to_owned() },
    Record::DutyDue { duty: "sec-8k".to_owned() })]
#[case::cadence(duty("update_due", "executives"),
    Record::UpdateDue { cadence: "executives".to_owned() },
    Record::UpdateDue { cadence: "public".to_owned() })]
#[case::words(containing("noted", "24,000 Tokens"), noted("about 24,000 tokens"), noted("tokens"))]
fn an_event_fits_only_where_all_of_it_fits(
    #[case] event: Event,
    #[case] right: Record,
    #[case] wrong: Record,
) {
    let mut tape = Tape::begun(Vec::new());
    tape.push(wrong);
    assert!(!event.fits(tape.entries.last().unwrap(), &tape.state));
    tape.by(ana(), right);
    assert!(event.fits(tape.entries.last().unwrap(), &tape.state));
}

fn noted(text: &str) -> Record {
    Record::Noted { text: text.into(), source: None }
}

fn done(step: &str, proven: bool) -> Record {
    Record::StepCompleted { step: StepKey::named(step), proven, reason: None }
}

fn added(name: &str) -> Record {
    let source = ScopeSource::Person { source: "the press".into() };
    Record::ScopeAdded { scope: "database".to_owned(), name: name.into(), source }
}

fn decided(option: &str) -> Record {
    Record::Decided { step: StepKey::named("report"), option: option.into(), reason: "so".into() }
}

fn amended(status: Option<ClaimStatus>) -> Record {
    let reason = Some("nobody found any".into());
    Record::ClaimAmended { claim: 1, status, count: None, act_as_if: None, reason }
}

fn about(event: &Event, target: &str) -> Event {
    event.about(target)
}

fn proven(proven: bool) -> Event {
    Event { proven: Some(proven), ..completed("lock") }
}

fn option(kind: &str, option: &str) -> Event {
    Event { option: Some(option.to_owned()), ..event(kind) }
}

fn duty(kind: &str, duty: &str) -> Event {
    Event { duty: Some(duty.to_owned()), ..event(kind) }
}

fn containing(kind: &str, words: &str) -> Event {
    Event { contains: Some(words.to_owned()), ..event(kind) }
}
