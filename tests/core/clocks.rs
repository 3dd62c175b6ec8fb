//! Severity, duties, promised updates, what is put off and what was done elsewhere.

use crate::support::{Core, later, person};
use chrono::TimeDelta;
use rstest::rstest;
use stanch::incident::words::words;
use stanch::incident::{
    Ask, CallEnd, CallOutcome, Due, Finding, Input, Occurred, Offer, Progress, Purpose, Record,
    Refusal, Severity, SkipAs, SkipKind, StepKey, Verdict, When, offers, offers_of, recommended,
};
use stanch::text::Shown;

fn because() -> Shown {
    "because".into()
}

fn declare() -> Ask {
    Ask::Declare { severity: Severity::Sev1, occurred: None, reason: because() }
}

fn ago(core: &Core, seconds: i64) -> Occurred {
    Occurred::exactly(later(core.now, -seconds).at)
}

fn decide(duty: &str, on: bool, starts: Option<Occurred>) -> Ask {
    Ask::DutyDecide { duty: duty.to_owned(), on, starts, reason: because() }
}

fn met(duty: &str) -> Ask {
    Ask::DutyMet { duty: duty.to_owned(), occurred: None, how: because() }
}

fn update(cadence: &str, next: Option<When>) -> Ask {
    Ask::UpdateGive { cadence: cadence.to_owned(), occurred: None, how: because(), next }
}

fn defer(core: &Core, step: &str, seconds: u64) -> Ask {
    let skip = Some(SkipAs::Deferred { until: When::After { seconds } });
    Ask::Skip { step: core.key(step), skip, reason: because() }
}

fn elsewhere(core: &Core, step: &str) -> Ask {
    Ask::DoneElsewhere {
        step: core.key(step),
        by_whom: "ben".into(),
        place: "the provider's console".into(),
        occurred: None,
        evidence: Some("audit log 42".into()),
        reason: because(),
    }
}

fn resume(core: &mut Core) {
    let input = Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() };
    core.input(&input).unwrap();
}

fn kinds(core: &Core) -> Vec<&'static str> {
    core.records.iter().map(|(_, record)| record.kind()).collect()
}

fn told(core: &Core) -> Vec<String> {
    let told = core.records.iter().skip(1);
    told.map(|(_, record)| words(record, &core.state).to_string()).collect()
}

fn arm(core: &mut Core, step: &str) {
    let key = core.key(step);
    core.ask(Ask::Arm { step: key, purpose: Purpose::Act, reason: Some(because()) }).unwrap();
}

/// Brings the core into a state and says what to ask there.
type Case = fn(&mut Core) -> Ask;

#[rstest]
#[case::declared_twice(
    |core: &mut Core| { core.ask(declare()).unwrap(); declare() },
    "it is declared already; change the severity instead"
)]
#[case::declared_tomorrow(
    |core: &mut Core| {
        let occurred = Some(ago(core, -3_600));
        Ask::Declare { severity: Severity::Sev1, occurred, reason: because() }
    },
    "that time has not come yet"
)]
#[case::declared_without_reason(
    |_: &mut Core| Ask::Declare { severity: Severity::Sev4, occurred: None, reason: " ".into() },
    "a reason is needed"
)]
#[case::severity_of_nothing(
    |_: &mut Core| Ask::SetSeverity { severity: Severity::Sev2, reason: because() },
    "it is not declared yet: declare it, with its severity"
)]
#[case::same_severity(
    |core: &mut Core| {
        core.ask(declare()).unwrap();
        Ask::SetSeverity { severity: Severity::Sev1, reason: because() }
    },
    "the severity is SEV-1 already"
)]
#[case::aware_without_reason(
    |_: &mut Core| Ask::Aware { occurred: None, reason: "".into() },
    "a reason is needed"
)]
#[case::unknown_duty(
    |_: &mut Core| decide("gdpr-34", false, None),
    "there is no duty gdpr-34; did you mean gdpr-33?"
)]
#[case::duty_without_start(
    |_: &mut Core| decide("sec-8k", true, None),
    "a duty that applies needs the time from which it counts: when was \u{201c}material\u{201d}?"
)]
#[case::duty_from_tomorrow(
    |core: &mut Core| { let starts = Some(ago(core, -86_400)); decide("gdpr-33", true, starts) },
    "that time has not come yet"
)]
#[case::met_undecided(|_: &mut Core| met("gdpr-33"), "nobody decided yet whether this duty applies")]
#[case::met_off(
    |core: &mut Core| { core.ask(decide("gdpr-33", false, None)).unwrap(); met("gdpr-33") },
    "it was decided that this duty does not apply"
)]
#[case::met_twice(
    |core: &mut Core| {
        let starts = Some(ago(core, 60));
        core.ask(decide("gdpr-33", true, starts)).unwrap();
        core.ask(met("gdpr-33")).unwrap();
        met("gdpr-33")
    },
    "the duty is met already"
)]
#[case::unknown_cadence(
    |_: &mut Core| update("executive", None),
    "there is no cadence executive; did you mean executives?"
)]
#[case::nothing_promised(
    |_: &mut Core| update("executives", None),
    "no update is promised yet: it starts when the incident is declared"
)]
#[case::update_of_nothing(
    |core: &mut Core| {
        core.ask(declare()).unwrap();
        Ask::UpdateGive {
            cadence: "executives".to_owned(), occurred: None, how: " ".into(), next: None
        }
    },
    "nothing was written"
)]
#[case::next_in_the_past(
    |core: &mut Core| {
        core.ask(declare()).unwrap();
        update("executives", Some(When::At { at: core.now.at }))
    },
    "that time has passed: it must lie ahead"
)]
#[case::updates_ended(
    |core: &mut Core| {
        core.ask(declare()).unwrap();
        let cadence = "executives".to_owned();
        core.ask(Ask::UpdatesEnd { cadence, reason: because() }).unwrap();
        update("executives", None)
    },
    "no more updates are promised here"
)]
#[case::put_off_into_the_past(
    |core: &mut Core| {
        let skip = Some(SkipAs::Deferred { until: When::At { at: core.now.at } });
        Ask::Skip { step: core.key("report"), skip, reason: because() }
    },
    "that time has passed: it must lie ahead"
)]
#[case::put_off_too_far(
    |core: &mut Core| defer(core, "report", 367 * 86_400),
    "that is more than 366 days ahead"
)]
#[case::skip_as_without_reason(
    |core: &mut Core| {
        let skip = Some(SkipAs::RiskAccepted);
        Ask::Skip { step: core.key("report"), skip, reason: " ".into() }
    },
    "a reason is needed"
)]
#[case::elsewhere_of_a_question(
    |core: &mut Core| elsewhere(core, "report"),
    "this step is not a call"
)]
#[case::elsewhere_while_it_runs(
    |core: &mut Core| { core.send("block"); elsewhere(core, "block") },
    "the step is running, so this is not possible"
)]
#[case::elsewhere_by_nobody(
    |core: &mut Core| {
        let Ask::DoneElsewhere { step, place, reason, .. } = elsewhere(core, "block") else {
            unreachable!()
        };
        let (occurred, evidence) = (None, None);
        Ask::DoneElsewhere { step, by_whom: "".into(), place, occurred, evidence, reason }
    },
    "nothing was written"
)]
#[case::closed_with_open_duties(
    |core: &mut Core| {
        core.ask(decide("gdpr-33", false, None)).unwrap();
        let starts = Some(ago(core, 0));
        core.ask(decide("people", true, starts)).unwrap();
        let later = defer(core, "report", 60);
        core.ask(later).unwrap();
        Ask::Close { reason: because() }
    },
    "not before this is settled: \u{201c}File with the regulator\u{201d} (a duty that nobody \
     decided on), \u{201c}Tell those affected\u{201d} (a duty that is not met) and \u{201c}Take \
     the report in\u{201d} (put off)"
)]
fn a_person_is_refused(#[case] case: Case, #[case] words: &str) {
    let mut core = Core::timed();
    let ask = case(&mut core);
    let before = core.state.clone();
    let refusal = core.ask(ask).expect_err("refused");
    assert!(refusal.to_string().starts_with(words), "{refusal}");
    assert_eq!(core.state, before);
}

#[test]
fn a_severity_is_declared_once_and_changed_with_a_reason() {
    let mut core = Core::timed();
    let occurred = Occurred::parse("2026-01-05 02Z").ok();
    core.ask(Ask::Declare { severity: Severity::Sev3, occurred, reason: because() }).unwrap();
    let reason = "customers' data".into();
    core.ask(Ask::SetSeverity { severity: Severity::Sev1, reason }).unwrap();
    let declared = core.state.clocks.declared.clone().unwrap();
    assert_eq!(declared.severity, Severity::Sev1);
    assert_eq!(declared.when.written(), "2026-01-05 02Z", "since when does not change");
    assert_eq!(
        told(&core),
        [
            "declared SEV-3, since 2026-01-05, the hour from 02:00Z: because",
            "update executives (Executive update) promised for 2026-01-05 02:30:00Z",
            "severity set to SEV-1: customers' data",
        ]
    );
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn a_duty_is_undecided_until_a_person_says_and_counts_from_a_start_in_the_past() {
    let mut core = Core::timed();
    assert!(core.state.duties().all(|(_, decided)| decided.is_none()));
    // Four days ago: overdue at once.
    let began = ago(&core, 4 * 86_400);
    let starts = Some(began.clone());
    core.ask(decide("gdpr-33", true, starts.clone())).unwrap();
    let duty = core.state.clocks.duties["gdpr-33"].clone();
    assert_eq!(duty.due, Some(began.at + TimeDelta::hours(72)));
    let (at, due) = core.state.next_due().unwrap();
    assert!(at < core.now.at && due == Due::Duty("gdpr-33".to_owned()));
    core.input(&Input::Due { due: due.clone() }).unwrap();
    assert_eq!(core.input(&Input::Due { due }), Err(Refusal::Unexpected), "once");
    assert_eq!(core.state.next_due(), None);
    // A new decision stands in the place of the old one, and both in the record.
    core.ask(decide("gdpr-33", false, None)).unwrap();
    assert!(!core.state.clocks.duties["gdpr-33"].is_open());
    let starts = Some(ago(&core, 3_600));
    core.ask(decide("gdpr-33", true, starts)).unwrap();
    let duty = &core.state.clocks.duties["gdpr-33"];
    assert!(duty.is_open() && !duty.is_due, "its time is another one");
    core.ask(met("gdpr-33")).unwrap();
    let duty = &core.state.clocks.duties["gdpr-33"];
    assert_eq!(duty.met.as_ref().unwrap().late(duty.due), None);
    let decided = kinds(&core).iter().filter(|kind| **kind == "duty_decided").count();
    assert_eq!(decided, 3);
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn awareness_is_proposed_to_the_duties_that_start_with_it_and_nothing_else_is() {
    let mut core = Core::timed();
    let proposed = |core: &Core, duty: &str| {
        let all: Vec<Offer> = offers(&core.state, core.now);
        let of_it = |offer: &Offer| match &offer.ask {
            Ask::DutyDecide { duty: id, starts, .. } if id == duty => Some(starts.clone()),
            _ => None,
        };
        let found = all.iter().find_map(of_it).unwrap();
        assert!(all.iter().all(|offer| offer.verb != "duty-decide" || offer.refusal.is_none()));
        found
    };
    assert_eq!(proposed(&core, "gdpr-33"), None, "never guessed");
    let when = Occurred::parse("2026-01-04 18:00Z").ok();
    core.ask(Ask::Aware { occurred: when.clone(), reason: because() }).unwrap();
    assert_eq!(proposed(&core, "gdpr-33"), when);
    assert_eq!(proposed(&core, "sec-8k"), None, "only people know when it was material");
    // The public is told by a promise that counts from then: overdue since hours.
    assert_eq!(core.state.next_due().unwrap().1, Due::Update("public".to_owned()));
}

#[test]
fn an_update_sets_the_next_and_may_promise_another_time() {
    let mut core = Core::timed();
    assert!(core.state.clocks.promises.is_empty());
    core.ask(declare()).unwrap();
    let next = |core: &Core| core.state.clocks.promises["executives"].next;
    assert_eq!(next(&core), core.now.at + TimeDelta::minutes(30));
    core.now = later(core.now, 1_000);
    core.ask(update("executives", None)).unwrap();
    assert_eq!(next(&core), core.now.at + TimeDelta::minutes(30));
    core.now = later(core.now, 1_860);
    core.input(&Input::Due { due: Due::Update("executives".to_owned()) }).unwrap();
    core.ask(update("executives", Some(When::After { seconds: 7_200 }))).unwrap();
    assert_eq!(next(&core), core.now.at + TimeDelta::hours(2));
    let promise = &core.state.clocks.promises["executives"];
    let late: Vec<_> =
        promise.given.iter().map(|one| one.late().map(|l| l.num_seconds())).collect();
    assert_eq!(late, [None, Some(60)]);
    assert!(!promise.is_due);
    let reason = because();
    core.ask(Ask::UpdatesEnd { cadence: "executives".to_owned(), reason }).unwrap();
    assert_eq!(core.state.next_due(), None);
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn resuming_tells_whatever_fell_due_in_the_order_of_its_time() {
    let mut core = Core::timed();
    core.ask(declare()).unwrap();
    let later_on = defer(&core, "report", 600);
    core.ask(later_on).unwrap();
    let starts = Some(ago(&core, 71 * 3_600));
    core.ask(decide("gdpr-33", true, starts)).unwrap();
    let when = When::After { seconds: 60 };
    core.ask(Ask::Remind { what: "call".into(), who: None, when }).unwrap();
    core.now = later(core.now, 7_200);
    let before = core.records.len();
    resume(&mut core);
    assert_eq!(
        kinds(&core)[before..],
        ["resumed", "timer_due", "step_returned", "update_due", "duty_due"]
    );
    resume(&mut core);
    assert_eq!(kinds(&core)[before + 5..], ["resumed"], "each is told once");
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn what_was_put_off_comes_back_and_is_what_comes_next() {
    let mut core = Core::timed();
    let later_on = defer(&core, "revoke", 600);
    core.ask(later_on).unwrap();
    assert_eq!(core.state.progress("revoke"), Progress::Skipped);
    assert_eq!(core.state.deferred("revoke"), Some(later(core.now, 600).at));
    let key = core.key("revoke");
    let due = Input::Due { due: Due::Step(key.clone()) };
    assert_eq!(core.input(&due), Err(Refusal::Unexpected), "not before its time");
    core.now = later(core.now, 600);
    core.input(&due).unwrap();
    assert_eq!(core.state.progress("revoke"), Progress::Planned);
    let next = recommended(&core.state, core.now).unwrap();
    assert_eq!(next.step.as_deref(), Some("revoke"), "before what stands above it");
    // Once it is begun, nobody waits for it any more.
    let call = core.send("revoke");
    assert!(core.state.clocks.returned.is_empty());
    core.succeeds(call);
    assert_eq!(core.state.progress("revoke"), Progress::Done);
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn what_was_put_off_may_be_taken_up_before_its_time() {
    let mut core = Core::timed();
    let later_on = defer(&core, "revoke", 600);
    core.ask(later_on).unwrap();
    core.ask(Ask::Reopen { step: core.key("revoke"), reason: because() }).unwrap();
    assert_eq!(core.state.next_due(), None);
    assert_eq!(core.state.progress("revoke"), Progress::Planned);
}

#[test]
fn a_skip_that_nobody_qualified_is_still_read() {
    let old = r#"{"step_skipped":{"step":{"id":"report","epoch":1},"reason":"x"}}"#;
    let record: Record = serde_json::from_str(old).unwrap();
    let step = StepKey::first("report");
    assert_eq!(record, Record::StepSkipped { step: step.clone(), reason: "x".into(), skip: None });
    assert_eq!(serde_json::to_string(&record).unwrap(), old, "and written as it was");
    let skip = Some(SkipKind::RiskAccepted);
    let record = Record::StepSkipped { step, reason: "x".into(), skip };
    let core = Core::timed();
    assert_eq!(words(&record, &core.state).as_str(), "report skipped, risk accepted: x");
}

#[test]
fn what_is_so_already_is_recorded_as_done_elsewhere_and_proven_all_the_same() {
    let mut core = Core::timed();
    arm(&mut core, "block");
    core.checks(Finding::Passed);
    let of_block = offers_of(&core.state, "block", core.now);
    let first = &of_block[0];
    assert_eq!(first.title, "Already true: record it as done elsewhere");
    assert!(first.recommended && first.refusal.is_none());
    let Ask::DoneElsewhere { by_whom, reason, .. } = first.ask.clone() else { unreachable!() };
    assert_eq!(by_whom.as_str(), "not known yet", "what is not known is not made up");
    assert!(reason.as_str().starts_with("The proof passed before anything was sent"));
    core.ask(first.ask.clone()).unwrap();
    assert_eq!(core.state.progress("block"), Progress::Proving);
    assert!(core.state.calls.is_empty(), "nothing was sent");
    core.checks(Finding::Passed);
    assert_eq!(core.state.progress("block"), Progress::Proven);
    assert_eq!(core.state.live_guards().count(), 1, "it is guarded as after a call");
    assert_eq!(
        kinds(&core)[1..],
        [
            "step_armed",
            "check_started",
            "check_passed",
            "step_disarmed",
            "step_done_elsewhere",
            "check_started",
            "check_passed",
            "step_completed",
            "guard_armed",
        ]
    );
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn what_was_so_before_a_call_says_nothing_after_it() {
    let mut core = Core::timed();
    arm(&mut core, "block");
    core.checks(Finding::Passed);
    let hash = core.state.instance("block").unwrap().armed.clone().unwrap().hash;
    core.ask(Ask::Confirm { step: core.key("block"), hash, typed: None }).unwrap();
    core.called(1, CallOutcome::Known { verdict: Verdict::Failed });
    let of_block = offers_of(&core.state, "block", core.now);
    let elsewhere = of_block.iter().find(|offer| offer.verb == "done-elsewhere").unwrap();
    assert!(!elsewhere.recommended, "{}", elsewhere.title);
    assert_eq!(elsewhere.title, "Record it as done elsewhere, with who and where");
}

#[test]
fn the_word_of_a_person_is_no_proof() {
    let mut core = Core::timed();
    let ask = elsewhere(&core, "block");
    core.ask(ask).unwrap();
    core.checks(Finding::Failed);
    assert_eq!(core.state.progress("block"), Progress::Unproven);
    // Without a proof in the playbook it is done, and no more.
    let ask = elsewhere(&core, "revoke");
    core.ask(ask).unwrap();
    assert_eq!(core.state.progress("revoke"), Progress::Done);
    let line = "block done elsewhere, by ben, in the provider's console: because; evidence: audit \
                log 42";
    assert!(told(&core).iter().any(|told| told == line), "{:?}", told(&core));
}

#[test]
fn a_doubt_is_set_aside_by_what_was_done_elsewhere() {
    let mut core = Core::timed();
    let call = core.send("block");
    core.called(call, CallOutcome::InDoubt);
    core.ask(Ask::StopRetry { step: core.key("block") }).unwrap();
    assert!(matches!(core.state.progress("block"), Progress::InDoubt { .. }));
    let ask = elsewhere(&core, "block");
    core.ask(ask).unwrap();
    assert_eq!(core.state.calls[&call].end, CallEnd::SetAside, "nobody says that it took effect");
    assert_eq!(core.state.doubts().count(), 0);
    // The undo of what is proven is another matter: it cannot be done elsewhere as the step.
    core.checks(Finding::Passed);
    let key = core.key("block");
    core.ask(Ask::Arm { step: key, purpose: Purpose::Undo, reason: None }).unwrap();
    let ask = elsewhere(&core, "block");
    assert_eq!(core.ask(ask), Err(Refusal::WrongProgress("armed")));
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn a_torn_end_after_done_elsewhere_is_made_whole_on_resuming() {
    let mut core = Core::timed();
    let ask = elsewhere(&core, "block");
    core.ask(ask).unwrap();
    // Only the statement reached the disk.
    core.records.truncate(2);
    core.state = core.replayed();
    assert_eq!(core.state.progress("block"), Progress::Proving);
    resume(&mut core);
    assert_eq!(kinds(&core)[2..], ["resumed", "check_started"]);
    core.checks(Finding::Passed);
    assert_eq!(core.state.progress("block"), Progress::Proven);
}

#[test]
fn what_does_not_fit_is_told_and_changes_nothing_that_stands() {
    let mut core = Core::timed();
    core.ask(declare()).unwrap();
    let when = Occurred::exactly(core.now.at);
    let cadence = || "executives".to_owned();
    for record in [
        Record::Declared { severity: Severity::Sev2, when: when.clone(), reason: because() },
        Record::DutyMet { duty: "people".to_owned(), when, how: because() },
        Record::UpdatePromised { cadence: cadence(), due: core.now.at },
        Record::UpdateDue { cadence: "nowhere".to_owned() },
        Record::StepReturned { step: StepKey::first("report") },
    ] {
        core.records.push((core.now, record));
    }
    let state = core.replayed();
    let told: Vec<&str> = state.anomalies.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(
        told,
        [
            "it was declared a second time",
            "duty people was never decided on",
            "updates of executives were promised a second time",
            "updates of nowhere were never promised",
            "report was not put off",
        ]
    );
    assert_eq!(state.clocks.promises, core.state.clocks.promises);
}

#[test]
fn out_of_order_stands_in_the_way_of_no_fact() {
    let mut core = Core::timed();
    // Only sending needs a reason; what is put off, left out or done by others is as it is.
    let key = core.key("block");
    let arm = Ask::Arm { step: key, purpose: Purpose::Act, reason: None };
    assert!(matches!(core.ask(arm), Err(Refusal::ComesAfter(_))));
    let later_on = defer(&core, "block", 60);
    core.ask(later_on).unwrap();
    let ask = elsewhere(&core, "notify");
    core.ask(ask).unwrap();
    assert_eq!(core.state.progress("notify"), Progress::Done);
}
