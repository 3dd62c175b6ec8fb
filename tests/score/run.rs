//! One whole exercise: something is late, something missed, something helped with.

use std::collections::BTreeMap;

use stanch::drill::plan::{Event, Expectation, Objective, Plan, Since, Trigger, What};
use stanch::drill::{Fault, FaultKind, Score, Target, Window};
use stanch::incident::exercise::{Control, Delivery, ExerciseEnd, FaultTold, Judged};
use stanch::incident::record::{Record, Resolution, ScopeSource, Verdict};
use stanch::incident::{
    Answer, By, Occurred, Precision, Purpose, Request, Severity, SkipKind, StepKey,
};
use stanch::playbook::Auth;

use crate::support::{
    Tape, completed, evaluator, event, expectation, inject, message, minutes, plan, playbook,
    record, start,
};

/// Two objectives, four injects, six expectations.
pub(crate) fn whole_plan() -> Plan {
    let declare = Expectation {
        critical: true,
        points: 10,
        measures: Some("declare".to_owned()),
        title: "The incident is declared".into(),
        ..expectation("E-declare", record(event("declared")))
    };
    let lock = Expectation {
        critical: true,
        points: 15,
        measures: Some("contain".to_owned()),
        on_miss: Some("I-09".to_owned()),
        late_until: minutes(60),
        title: "The database is locked, and that is proven".into(),
        ..expectation("E-lock", record(Event { proven: Some(true), ..completed("lock") }))
    };
    let told = What::Record {
        event: completed("tell"),
        each: Vec::new(),
        before: Some(completed("lock")),
        after: None,
    };
    let tell = Expectation {
        objective: "O2".to_owned(),
        points: 5,
        measures: Some("notify".to_owned()),
        title: "Users hear of it before they are locked out".into(),
        ..expectation("E-tell", told)
    };
    let choose = Expectation {
        objective: "O2".to_owned(),
        inject: "I-02".to_owned(),
        since: Since::Inject("I-02".to_owned()),
        title: "Lock first, confirm afterwards".into(),
        ..expectation("E-choose", What::Answer { inject: "I-02".to_owned(), best: true })
    };
    let thank = Expectation {
        objective: "O2".to_owned(),
        points: 5,
        title: "The reporter is thanked".into(),
        ..expectation("E-thank", What::Manual("a friendly word".into()))
    };
    let press = Expectation {
        objective: "O2".to_owned(),
        inject: "I-04".to_owned(),
        since: Since::Inject("I-04".to_owned()),
        title: "The press has an answer".into(),
        ..expectation("E-press", record(event("update_given")))
    };
    let mut plan = plan(vec![declare, lock, tell, choose, thank, press]);
    plan.injects.push(inject("I-04", Trigger::At(minutes(600))));
    plan.injects[0].evaluator = "Does anybody look at who reports it?".into();
    plan.injects[1].message.options = vec!["lock it now".into(), "confirm it first".into()];
    plan.injects[1].best = Some(0);
    plan.objectives = [("O1", "Contain it", 60), ("O2", "Tell those concerned", 40)]
        .map(|(id, title, weight)| Objective {
            id: id.to_owned(),
            title: title.into(),
            target: "proven within the hour".into(),
            weight,
        })
        .into();
    plan.questions = vec!["What surprised you?".into(), "What was missing?".into()];
    plan
}

/// On changes of the search cluster, or on nothing that is ever asked.
fn fault(id: &str, title: &str, kind: FaultKind) -> Fault {
    let method = if kind == FaultKind::Stale { "DELETE" } else { "PUT" };
    let (backend, method) = ("search".to_owned(), Some(method.to_owned()));
    Fault {
        line: 1,
        id: id.to_owned(),
        title: title.to_owned(),
        target: Target { backend, method, path: None, vantage: None },
        kind,
        times: Some(1),
        skip: 0,
        chance: None,
        window: Window::default(),
        armed: true,
    }
}

fn requested(attempt: u32) -> Record {
    let request = Request {
        backend: "search".to_owned(),
        method: "PUT".to_owned(),
        url: "https://search.example.com:9200/_lock".to_owned(),
        headers: Vec::new(),
        body: None,
        auth: Auth::None,
        via: None,
        timeout_ms: 10_000,
    };
    let hash = request.hash();
    let (step, purpose) = (StepKey::named("lock"), Purpose::Act);
    Record::CallRequested { call: 1, step, purpose, attempt, request, hash }
}

fn asked_to_wait(seconds: u32) -> Record {
    let headers = vec![("retry-after".to_owned(), seconds.to_string().into())];
    Record::CallAnswered {
        call: 1,
        attempt: 1,
        verdict: Verdict::NotDone,
        why: "busy".into(),
        answer: Some(Answer { status: Some(503), headers, ..Answer::default() }),
        saved: BTreeMap::new(),
        retry_within_ms: Some(100),
    }
}

fn in_doubt() -> Record {
    let (attempt, why) = (2, "the connection was reset".into());
    Record::CallInDoubt { call: 1, attempt, why, answer: None, retry_within_ms: None }
}

fn declared(tape: &Tape) -> Record {
    Record::Declared {
        severity: Severity::Sev1,
        when: Occurred { at: tape.now() - minutes(2), precision: Precision::Minute },
        reason: "anybody can read it".into(),
    }
}

/// Twenty minutes by the wall, with a pause of four.
pub(crate) fn whole_run() -> Tape {
    let mut tape = Tape::new(whole_plan());
    tape.scenario.faults = vec![
        fault("F-reset", "The lock's answer is lost", FaultKind::Reset { applied: true }),
        fault("F-slow", "Searches are slow", FaultKind::Stale),
    ];
    tape.push(Record::StepApplies { step: StepKey::named("lock"), applies: true });
    tape.arrive("I-01").wait(2).push(Record::InjectSeen { inject: "I-01".to_owned() }).wait(6);
    let declared = declared(&tape);
    tape.push(declared).wait(7).arrive("I-02").wait(1).answer("I-02", Some("lock it now"));
    let contingency = Delivery::Contingency { missed: "E-lock".to_owned() };
    let still_open = stanch::incident::exercise::Inject { why: contingency, ..message("I-09") };
    tape.console(Record::InjectArrived(still_open)).wait(4);
    let out_of_order = Some("users can wait".into());
    tape.push(Record::StepStarted { step: StepKey::named("lock"), out_of_order });
    tape.push(requested(1)).wait_seconds(4).console(asked_to_wait(30));
    tape.wait_seconds(8).console(requested(2)).wait_seconds(8).console(in_doubt());
    let probe = Resolution::Probe { check: 1 };
    tape.console(Record::CallResolved { call: 1, took_effect: true, how: probe });
    tape.wait(2).complete("lock").wait(10).complete("tell");
    let pause = Control::Pause { reason: "coffee".into(), back_to: None };
    tape.control(evaluator(), pause).stand_still(4).control(evaluator(), Control::Resume);
    let hint = Control::Hint {
        expectation: Some("E-press".to_owned()),
        text: "somebody will call".into(),
        cost: 3,
    };
    tape.wait(8).control(evaluator(), hint);
    let skip = Record::StepSkipped {
        step: StepKey::named("report"),
        reason: "it is in the ticket".into(),
        skip: Some(SkipKind::NotApplicable),
    };
    tape.push(skip);
    tape.push(Record::ScopeAdded {
        scope: "database".to_owned(),
        name: "db2".into(),
        source: ScopeSource::Person { source: "the reporter".into() },
    });
    let struck = |fault: &str, struck| FaultTold { fault: fault.to_owned(), struck };
    let end = Control::End {
        how: ExerciseEnd::Finished,
        reason: "all was played".into(),
        faults: vec![struck("F-reset", 1), struck("F-slow", 0)],
    };
    tape.wait(15).control(By::console(), end);
    tape.judge("E-thank", Judged::Met);
    tape.push(Record::HotWashAnswered {
        question: "What surprised you?".into(),
        text: "that the answer got lost, and the lock held".into(),
    });
    tape
}

pub(crate) fn score_of(tape: &Tape) -> Score {
    Score::of(&tape.scenario, playbook(), tape.entries.iter().cloned())
}

#[test]
fn it_is_what_the_tests_take_it_for() {
    let tape = whole_run();
    assert_eq!(tape.state.anomalies, [], "every record fits");
    assert_eq!(tape.now(), start() + minutes(55) + chrono::TimeDelta::seconds(20));
}
