//! Any sequence of inputs: the live state is the fold of the record, a fold causes no effect, and
//! what is sent was recorded first.

use crate::refusals::{ended, start};
use crate::register::walked;
use crate::scope::touches_no_other;
use crate::support::{Core, inject, later, person, result};
use proptest::prelude::*;
use stanch::incident::exercise::{Control, ExerciseEnd, Judged};
use stanch::incident::{
    Ask, By, CallEnd, CallOutcome, CheckResult, ClaimStatus, Effect, Finding, Input, Occurred,
    Purpose, Record, Severity, SkipAs, StepKey, Verdict, When, hand_over_page, permit_to,
};
use stanch::playbook::{Repeat, Task};
use stanch::text::Shown;

const STEPS: [&str; 16] = [
    "report",
    "list",
    "block",
    "revoke",
    "notify",
    "passwords",
    "reset",
    "nowhere",
    "close-host",
    "close-host[db1]",
    "close-host[db2]",
    "firewall[db1]",
    "firewall[db2]",
    "own-key[db1]",
    "own-key[db2]",
    "all-closed",
];

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
    Attached(bool),
    Visit,
    Resume,
    /// The record is moved; the next one takes it up again.
    Away,
    Arrive,
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
        1 => any::<bool>().prop_map(Move::Attached),
        1 => Just(Move::Visit),
        1 => Just(Move::Resume),
        1 => Just(Move::Away),
        3 => Just(Move::Arrive),
        2 => (0..700_i64).prop_map(Move::Wait),
    ]
}

fn pick<T: Copy>(all: &[T], index: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[index % all.len()])
}

fn pick_one<T: Clone>(all: &[T], index: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[index % all.len()].clone())
}

/// More than there are, so that what needs no details comes often.
const KINDS: usize = 56;

fn any_ask(core: &Core, step: usize, ask: usize) -> Ask {
    let step = core.key(STEPS[step % STEPS.len()]);
    let text = || Shown::new("because");
    let (kind, more) = (ask % KINDS, ask / KINDS);
    // Some of them exist, and some do not.
    let number = 1 + u32::try_from(more % 4).unwrap();
    match kind {
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
        11 => Ask::Resolve { step, took_effect: more.is_multiple_of(2), reason: text() },
        12 => Ask::StopRetry { step },
        13 => Ask::SetInput { name: "index".to_owned(), value: text() },
        14 => Ask::Note { text: text(), occurred: None, source: Some(text()) },
        15 => Ask::ClaimMake { text: text(), source: text(), data: Some(text()) },
        16 => {
            let status = ClaimStatus::ALL[more % ClaimStatus::ALL.len()];
            Ask::ClaimAmend { claim: number, status, reason: text() }
        }
        17 => Ask::ClaimCount { claim: number, count: text(), source: text() },
        18 => Ask::ClaimActAsIf { claim: number, act: number > 2, reason: text() },
        19 => {
            let when = When::After { seconds: u64::from(number) * 200 };
            Ask::Remind { what: text(), who: None, when }
        }
        20 => Ask::TimerDone { timer: number, how: Some(text()) },
        21..=22 => any_scope_ask(kind - 21, more),
        23..=27 => any_people_ask(core, kind - 23, more),
        28 => amended(core, &step.id, more),
        29 => {
            // The same id twice is refused, and so is a step that cannot be read.
            let id = format!("\"restart-{}\"", number / 2);
            let toml = crate::plan::RESTART.replacen("\"restart\"", &id, 1);
            crate::plan::add(if number == 4 { "[[steps]]" } else { &toml })
        }
        30 => start(&format!("{number:016x}")),
        31 => ended(&format!("{number:016x}"), Some(&format!("{number:064x}"))),
        32..=40 => ask_by_the_clock(core, step, kind, number),
        41..=48 => any_exercise_ask(core, kind - 41, number),
        _ => Ask::CheckAgain { step },
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
        32 => Ask::Declare { severity: Severity::ALL[which], occurred, reason: text() },
        33 => Ask::SetSeverity { severity: Severity::ALL[which], reason: text() },
        34 => Ask::Aware { occurred, reason: text() },
        35 => {
            let starts = earlier(i64::from(number) * 90_000);
            Ask::DutyDecide { duty: duty(), on: true, starts, reason: text() }
        }
        36 => Ask::DutyMet { duty: duty(), occurred, how: text() },
        37 => {
            let next = (number > 2).then_some(When::After { seconds: 900 });
            Ask::UpdateGive { cadence: cadence(), occurred, how: text(), next }
        }
        38 => Ask::UpdatesEnd { cadence: cadence(), reason: text() },
        39 => {
            let until = When::After { seconds: u64::from(number) * 200 };
            Ask::Skip { step, skip: Some(SkipAs::Deferred { until }), reason: text() }
        }
        _ => Ask::DoneElsewhere {
            step,
            by_whom: text(),
            place: text(),
            occurred,
            evidence: None,
            reason: text(),
        },
    }
}

/// Of the drill itself; refused where this is none.
fn any_exercise_ask(core: &Core, ask: usize, number: u32) -> Ask {
    let text = || Shown::new("because");
    let id = || format!("I-{number}");
    let options: &[&str] = if number.is_multiple_of(2) { &["yes", "no"] } else { &[] };
    match ask {
        0 | 1 => Ask::Deliver { inject: inject(&id(), options) },
        2 => Ask::InjectSeen { inject: id() },
        3 => {
            let option = options.first().map(Shown::new);
            Ask::InjectAnswer { inject: id(), option, text: text() }
        }
        4 | 5 => Ask::Control { control: any_control(core, ask - 4, number) },
        6 => Ask::HotWash { question: Shown::new(format!("What {number}?")), text: text() },
        // Seldom: it would end most sequences.
        _ if number == 4 => {
            let (how, faults) = (ExerciseEnd::Stopped, Vec::new());
            Ask::Control { control: Control::End { how, reason: text(), faults } }
        }
        _ => Ask::Control { control: Control::Resume },
    }
}

fn any_control(core: &Core, control: usize, number: u32) -> Control {
    let (reason, inject, fault) = (Shown::new("because"), format!("I-{number}"), "slow".to_owned());
    let now = core.state.by_its_clock(core.now);
    let soon = later(now, i64::from(number) * 60).at;
    match (control, number) {
        (0, 1) => Control::Pause { reason, back_to: core.state.last_at },
        (0, 2) => Control::Skip { inject, reason },
        (0, 3) => Control::Delay { inject, until: soon, reason },
        (0, _) => Control::Jump { to: soon, what: reason },
        (_, 1) => Control::Hint { expectation: None, text: reason, cost: 3 },
        (_, 2) => Control::Judge { expectation: "E-1".to_owned(), verdict: Judged::Late, reason },
        (_, 3) => Control::Arm { fault, reason },
        _ => Control::Disarm { fault, reason },
    }
}

fn any_scope_ask(kind: usize, more: usize) -> Ask {
    let text = || Shown::new("because");
    let (scope, name) = ("database".to_owned(), Shown::new(format!("db{}", more % 3)));
    if kind == 0 {
        return Ask::AddScope { scope, name, source: text() };
    }
    let url = Shown::new(format!("https://{name}.example.com:920{}", more / 3 % 2));
    Ask::Admit { scope, name, url, secrets: (more / 6).is_multiple_of(2), reason: text() }
}

fn any_people_ask(core: &Core, kind: usize, more: usize) -> Ask {
    let text = || Shown::new("because");
    let role = || Shown::new(["commander", "scribe", "resolver", "watcher"][more % 4]);
    let name = || Shown::new(["ana", "ben"][more / 4 % 2]);
    match kind {
        0 => {
            let reason = (more / 8).is_multiple_of(2).then(text);
            Ask::TakeRole { role: role(), who: Some(name()), reason }
        }
        1 => Ask::GiveUpRole { role: role(), who: Some(name()) },
        2 => Ask::OfferHandOver { role: role(), to: name() },
        3 => {
            let page_sha256 = hand_over_page(&core.state).sha256();
            Ask::AcceptHandOver { role: role(), page_sha256 }
        }
        _ => Ask::DeclineHandOver { role: role(), reason: text() },
    }
}

/// Another title, another path, or another question; now and then nothing that could be read.
fn amended(core: &Core, step: &str, more: usize) -> Ask {
    let text = core.state.playbook.step_text(step).unwrap_or_default();
    let (from, to) = [
        ("title = \"", "title = \"Once more: "),
        ("request = \"PUT /", "request = \"PUT /v2/"),
        ("ok = \"status == 403", "ok = \"status != 200 and status == 403"),
        ("phase", "fase"),
    ][more % 4];
    let toml = Shown::new(text.replacen(from, to, 1));
    Ask::Amend { step: step.to_owned(), toml, reason: "because".into() }
}

fn input_of(core: &Core, one: &Move) -> Option<Input> {
    let calls = |wanted: fn(CallEnd) -> bool| -> Vec<u32> {
        core.state.calls.values().filter(|call| wanted(call.end)).map(|call| call.id).collect()
    };
    Some(match one {
        Move::Offer(index) => {
            let possible: Vec<Ask> = core
                .offers()
                .into_iter()
                .filter(|offer| offer.refusal.is_none())
                .map(|offer| filled(core, offer.ask))
                .filter(|ask| permit_to(&core.state, &person(), ask).is_ok())
                // Closing early would end most sequences.
                .filter(|ask| !matches!(ask, Ask::Close { .. }))
                .filter(|ask| !matches!(ask, Ask::Control { control: Control::End { .. } }))
                .collect();
            let ask = pick_one(&possible, *index)?;
            Input::Person { by: person(), ask }
        }
        Move::Ask(step, ask) => {
            let who = if step.is_multiple_of(2) { "ana" } else { "ben" };
            let by = By { who: who.into(), role: None };
            Input::Person { by, ask: any_ask(core, *step, *ask) }
        }
        Move::Away => {
            Input::Move { by: person(), to: "/stick".to_owned(), reason: "because".into() }
        }
        Move::Arrive => {
            Input::Arrive { by: person(), from: "/data".to_owned(), host: "here".into() }
        }
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
            Input::Guarded { guard: pick(&live, *index)?, result: found(*finding), silent_ms: None }
        }
        Move::RetryDue(index) => {
            let waiting = calls(|end| matches!(end, CallEnd::Waiting { .. }));
            Input::RetryDue { call: pick(&waiting, *index)? }
        }
        Move::Due => {
            let (at, due) = core.state.next_due()?;
            if at > core.state.by_its_clock(core.now).at {
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
        Move::Attached(may_act) => Input::Attached { by: person(), may_act: *may_act },
        Move::Visit => {
            Input::Visit { by: person(), boot: "other".to_owned(), version: "0".to_owned() }
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
        Ask::Amend { step, .. } => amended(core, &step, core.records.len() * 25),
        Ask::AddStep { .. } => {
            let id = format!("\"restart-{}\"", core.records.len());
            crate::plan::add(&crate::plan::RESTART.replacen("\"restart\"", &id, 1))
        }
        Ask::Confirm { step, hash, .. } => {
            let armed = core.state.instance(&step.name()).and_then(|step| step.armed.clone());
            let typed = armed.and_then(|armed| armed.target).map(|target| target.to_string());
            Ask::Confirm { step, hash, typed }
        }
        Ask::AddScope { source, .. } => {
            let free = |name: &&str| core.state.member("database", name).is_none();
            let known = ["db1", "db2"].into_iter().find(free).map(str::to_owned);
            let name = known.unwrap_or_else(|| format!("db-{}", core.records.len()));
            Ask::AddScope { scope: "database".to_owned(), name: name.into(), source }
        }
        Ask::Admit { scope, name, secrets, reason, .. } => {
            let url = Shown::new(format!("https://{name}.example.com:{}", core.records.len()));
            Ask::Admit { scope, name, url, secrets, reason }
        }
        Ask::TakeRole { who, reason, .. } => {
            let held = core.state.people.held.len();
            let role = ["commander", "deputy", "resolver"][held % 3].into();
            Ask::TakeRole { role, who, reason }
        }
        // Somebody who holds nothing yet.
        Ask::OfferHandOver { role, .. } => {
            Ask::OfferHandOver { role, to: format!("dan {}", core.records.len()).into() }
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
        replays(Core::scoped_and_timed(), &moves);
    }

    /// A drill too, with its clock, its injects and its controls among the rest.
    #[test]
    fn a_drill_is_replayed_likewise(moves in proptest::collection::vec(moves(), 1..80)) {
        replays(Core::whole_drill(), &moves);
    }
}

fn replays(mut core: Core, moves: &[Move]) {
    for one in moves {
        if let Move::Wait(seconds) = one {
            core.now = later(core.now, *seconds);
        }
        let Some(input) = input_of(&core, one) else { continue };
        let before = core.state.clone();
        let recorded = core.records.len();
        let answer = core.input(&input);
        // Whether a text can be read is found out when it is there.
        let is_text =
            matches!(&input, Input::Person { ask: Ask::Amend { .. } | Ask::AddStep { .. }, .. });
        if let (Move::Offer(_), Err(refusal), false) = (one, &answer, is_text) {
            panic!("an offer without a refusal was refused: {refusal}");
        }
        if answer.is_err() {
            assert_eq!(core.state, before, "a refusal changes nothing");
        } else {
            look_at(&core, &input);
            let decided: Vec<Record> =
                core.records.iter().skip(recorded).map(|(_, one)| one.clone()).collect();
            touches_no_other(&core, &input, &decided);
            assert_eq!(core.state.index, walked(&core.state), "what is unsettled");
        }
    }
    assert_eq!(core.replayed(), core.state);
    never_twice(&core);
}

/// A call that must not be repeated has one attempt; only a person can make another call of it.
fn never_twice(core: &Core) {
    for call in core.state.calls.values() {
        let step = core.state.playbook.step(&call.step.id).unwrap();
        let once = matches!(&step.task, Task::Call(what) if what.repeat == Repeat::Once);
        assert!(!once || call.purpose == Purpose::Undo || call.attempt == 1);
    }
}
