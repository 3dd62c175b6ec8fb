//! Any sequence of inputs: the live state is the fold of the record, a fold causes no effect, and
//! what is sent was recorded first.

use crate::register::walked;
use crate::support::{Core, later, person, result};
use proptest::prelude::*;
use stanch::incident::{
    Ask, CallEnd, CallOutcome, CheckResult, ClaimStatus, Effect, Finding, Input, Occurred, Purpose,
    Record, Severity, SkipAs, StepKey, Verdict, When, offers,
};
use stanch::playbook::{Repeat, Task};
use stanch::text::Shown;

const STEPS: [&str; 8] =
    ["report", "list", "block", "revoke", "notify", "passwords", "reset", "nowhere"];

/// What may happen next; indices are taken modulo what there is.
#[derive(Debug, Clone)]
enum Move {
    Offer(usize),
    Ask(usize, usize),
    Called(usize, CallOutcome, Option<u64>),
    Checked(usize, Finding),
    Guarded(usize, Finding),
    RetryDue(usize),
    Due,
    Withhold(usize),
    Resume,
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Move> {
    let verdict = prop_oneof![
        6 => Just(CallOutcome::Known { verdict: Verdict::Succeeded }),
        1 => Just(CallOutcome::Known { verdict: Verdict::Failed }),
        2 => Just(CallOutcome::Known { verdict: Verdict::NotDone }),
        1 => Just(CallOutcome::Known { verdict: Verdict::NotSent }),
        3 => Just(CallOutcome::InDoubt),
    ];
    let finding = || prop_oneof![4 => Just(Finding::Passed), 1 => Just(Finding::Failed), 1 => Just(Finding::Unknown)];
    prop_oneof![
        8 => any::<usize>().prop_map(Move::Offer),
        4 => (any::<usize>(), any::<usize>()).prop_map(|(step, ask)| Move::Ask(step, ask)),
        6 => (any::<usize>(), verdict, proptest::option::of(0..5_000_u64))
            .prop_map(|(call, outcome, after)| Move::Called(call, outcome, after)),
        5 => (any::<usize>(), finding()).prop_map(|(check, finding)| Move::Checked(check, finding)),
        2 => (any::<usize>(), finding()).prop_map(|(guard, finding)| Move::Guarded(guard, finding)),
        3 => any::<usize>().prop_map(Move::RetryDue),
        2 => Just(Move::Due),
        1 => any::<usize>().prop_map(Move::Withhold),
        1 => Just(Move::Resume),
        2 => (0..700_i64).prop_map(Move::Wait),
    ]
}

fn pick<T: Copy>(all: &[T], index: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[index % all.len()])
}

fn any_ask(core: &Core, step: usize, ask: usize) -> Ask {
    let step = core.key(STEPS[step % STEPS.len()]);
    let text = || Shown::new("because");
    // Some of them exist, and some do not.
    let number = 1 + u32::try_from(ask / 31 % 4).unwrap();
    match ask % 31 {
        0 => Ask::Start { step, reason: None },
        1 => Ask::Arm { step, purpose: Purpose::Act, reason: None },
        2 => Ask::Arm { step, purpose: Purpose::Undo, reason: Some(text()) },
        3 => Ask::Confirm { step, hash: "0".to_owned(), typed: None },
        4 => Ask::Disarm { step },
        5 => Ask::Answer { step, text: text(), reason: None },
        6 => Ask::Decide { step, option: "yes".into(), because: text(), reason: None },
        7 => Ask::Skip { step, skip: None, reason: text() },
        8 => Ask::Reopen { step, reason: text() },
        9 => Ask::Probe { step },
        10 => Ask::Retry { step },
        11 => Ask::Resolve { step, took_effect: ask.is_multiple_of(2), reason: text() },
        12 => Ask::StopRetry { step },
        13 => Ask::SetInput { name: "index".to_owned(), value: text() },
        14 => Ask::Note { text: text(), occurred: None },
        15 => Ask::ClaimMake { text: text(), source: text(), data: Some(text()) },
        16 => {
            let status = ClaimStatus::ALL[ask / 88 % ClaimStatus::ALL.len()];
            Ask::ClaimAmend { claim: number, status, reason: text() }
        }
        17 => Ask::ClaimCount { claim: number, count: text(), source: text() },
        18 => Ask::ClaimActAsIf { claim: number, act: number > 2, reason: text() },
        19 => {
            let when = When::After { seconds: u64::from(number) * 200 };
            Ask::Remind { what: text(), who: None, when }
        }
        20 => Ask::TimerDone { timer: number, how: Some(text()) },
        rest => ask_by_the_clock(core, step, rest, number),
    }
}

/// Of what runs by the clock; `number` chooses among a few.
fn ask_by_the_clock(core: &Core, step: StepKey, ask: usize, number: u32) -> Ask {
    let text = || Shown::new("because");
    let which = usize::try_from(number - 1).unwrap();
    let earlier = |seconds: i64| Some(Occurred::exactly(later(core.now, -seconds).at));
    let occurred = earlier(i64::from(number - 1) * 3_000).filter(|_| number > 1);
    let duty = || ["gdpr-33", "sec-8k", "people", "nowhere"][which].to_owned();
    let cadence = || ["executives", "public", "executives", "nowhere"][which].to_owned();
    match ask {
        21 => Ask::Declare { severity: Severity::ALL[which], occurred, reason: text() },
        22 => Ask::SetSeverity { severity: Severity::ALL[which], reason: text() },
        23 => Ask::Aware { occurred, reason: text() },
        24 => {
            let starts = earlier(i64::from(number) * 90_000);
            Ask::DutyDecide { duty: duty(), on: true, starts, reason: text() }
        }
        25 => Ask::DutyMet { duty: duty(), occurred, how: text() },
        26 => {
            let next = (number > 2).then_some(When::After { seconds: 900 });
            Ask::UpdateGive { cadence: cadence(), occurred, how: text(), next }
        }
        27 => Ask::UpdatesEnd { cadence: cadence(), reason: text() },
        28 => {
            let until = When::After { seconds: u64::from(number) * 200 };
            Ask::Skip { step, skip: Some(SkipAs::Deferred { until }), reason: text() }
        }
        29 => Ask::DoneElsewhere {
            step,
            by_whom: text(),
            place: text(),
            occurred,
            evidence: None,
            reason: text(),
        },
        _ => Ask::CheckAgain { step },
    }
}

fn input_of(core: &Core, one: &Move) -> Option<Input> {
    let calls = |wanted: fn(CallEnd) -> bool| -> Vec<u32> {
        core.state.calls.values().filter(|call| wanted(call.end)).map(|call| call.id).collect()
    };
    Some(match one {
        Move::Offer(index) => {
            let possible: Vec<Ask> = offers(&core.state, core.now)
                .into_iter()
                .filter(|offer| offer.refusal.is_none())
                .map(|offer| filled(core, offer.ask))
                // Closing early would end most sequences.
                .filter(|ask| !matches!(ask, Ask::Close { .. }))
                .collect();
            let ask = possible[index % possible.len()].clone();
            Input::Person { by: person(), ask }
        }
        Move::Ask(step, ask) => Input::Person { by: person(), ask: any_ask(core, *step, *ask) },
        Move::Called(index, outcome, after) => {
            let call = pick(&calls(|end| end == CallEnd::InFlight), *index)?;
            let mut result = result(*outcome);
            result.retry_after_ms = *after;
            if let Some(answer) = &mut result.answer {
                // Some bodies are kept, and some of those are the same.
                answer.kept = index.is_multiple_of(2);
                answer.sha256 = answer.kept.then(|| format!("{:064x}", index % 5));
            }
            Input::Called { call, attempt: core.state.calls[&call].attempt, result }
        }
        Move::Checked(index, finding) => {
            let open: Vec<u32> = core
                .state
                .checks
                .values()
                .filter(|check| check.end.is_none())
                .map(|check| check.id)
                .collect();
            Input::Checked { check: pick(&open, *index)?, result: found(*finding) }
        }
        Move::Guarded(index, finding) => {
            let live: Vec<u32> = core.state.live_guards().map(|guard| guard.id).collect();
            Input::Guarded { guard: pick(&live, *index)?, result: found(*finding) }
        }
        Move::RetryDue(index) => {
            let waiting = calls(|end| matches!(end, CallEnd::Waiting { .. }));
            Input::RetryDue { call: pick(&waiting, *index)? }
        }
        Move::Due => {
            let (at, due) = core.state.next_due()?;
            if at > core.now.at {
                return None;
            }
            Input::Due { due }
        }
        Move::Withhold(index) => {
            let kept: Vec<u32> = core.state.kept_calls().map(|call| call.id).collect();
            let answer = core.state.calls[&pick(&kept, *index)?].answer.as_ref()?;
            let (blob, reason) = (answer.sha256.clone()?, Shown::new("because"));
            Input::Person { by: person(), ask: Ask::Withhold { blob, reason } }
        }
        Move::Resume => {
            Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() }
        }
        Move::Wait(_) => return None,
    })
}

/// What a face would fill in.
fn filled(core: &Core, ask: Ask) -> Ask {
    match ask {
        Ask::Confirm { step, hash, .. } => {
            let armed = core.state.instance(&step.id).and_then(|step| step.armed.clone());
            let typed = armed.and_then(|armed| armed.target).map(|target| target.to_string());
            Ask::Confirm { step, hash, typed }
        }
        Ask::Attach { path, about, .. } => {
            Ask::Attach { path, sha256: "0".repeat(64), bytes: 1, about }
        }
        other => other,
    }
}

fn found(finding: Finding) -> CheckResult {
    CheckResult { finding, asked: 2, why: "it answered".into(), answer: None }
}

/// What must hold of every decision.
fn look_at(core: &Core, input: &Input) {
    for effect in &core.effects {
        match effect {
            Effect::Send { call, attempt, request, .. } => {
                assert!(
                    !matches!(input, Input::Resume { .. }),
                    "resuming sends nothing that may change a system"
                );
                let recorded = core.records.iter().any(|(_, record)| {
                    matches!(record, Record::CallRequested { call: id, attempt: n, hash, .. }
                        if id == call && n == attempt && *hash == request.hash())
                });
                assert!(recorded, "the intent of what is sent stands in the record");
            }
            Effect::Check { check, .. } => assert!(core.state.checks.contains_key(check)),
            Effect::Guard { guard, .. } => assert!(core.state.guards.contains_key(guard)),
            _ => {}
        }
    }
    assert_eq!(core.state.anomalies, [], "no decision leads to a record that does not fit");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn live_is_replayed_and_effects_are_recorded_first(
        moves in proptest::collection::vec(moves(), 1..80)
    ) {
        let mut core = Core::timed();
        for one in &moves {
            if let Move::Wait(seconds) = one {
                core.now = later(core.now, *seconds);
            }
            let Some(input) = input_of(&core, one) else { continue };
            let before = core.state.clone();
            let answer = core.input(&input);
            if let (Move::Offer(_), Err(refusal)) = (one, &answer) {
                panic!("an offer without a refusal was refused: {refusal}");
            }
            if answer.is_err() {
                prop_assert_eq!(&core.state, &before, "a refusal changes nothing");
            } else {
                look_at(&core, &input);
                prop_assert_eq!(&core.state.index, &walked(&core.state), "what is unsettled");
            }
        }
        prop_assert_eq!(&core.replayed(), &core.state);
        never_twice(&core);
    }
}

/// A call that must not be repeated has one attempt; only a person can make another call of it.
fn never_twice(core: &Core) {
    for call in core.state.calls.values() {
        let step = core.state.playbook.step(&call.step.id).unwrap();
        let once = matches!(&step.task, Task::Call(what) if what.repeat == Repeat::Once);
        assert!(!once || call.purpose == Purpose::Undo || call.attempt == 1);
    }
}
