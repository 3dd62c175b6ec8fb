//! In doubt: how a call gets there, its three ways out, and what resuming makes of it.

use crate::support::{Core, later, person};
use stanch::export::unattended;
use stanch::incident::{
    Answer, Ask, CallEnd, CallOutcome, Effect, Finding, Input, Progress, Purpose, Verdict,
    recommended,
};

fn sends(core: &Core) -> usize {
    core.effects.iter().filter(|effect| matches!(effect, Effect::Send { .. })).count()
}

fn resume(core: &mut Core) {
    let input = Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() };
    core.input(&input).unwrap();
}

#[test]
fn a_call_that_must_not_be_repeated_waits_for_a_person() {
    let mut core = Core::open();
    let call = core.send("revoke");
    core.called(call, CallOutcome::InDoubt);
    assert_eq!(core.state.progress("revoke"), Progress::InDoubt { call });
    assert_eq!(core.effects, [], "nothing is sent again by itself");
    let step = core.key("revoke");
    core.ask(Ask::Resolve { step, took_effect: true, reason: "the audit log says so".into() })
        .unwrap();
    assert_eq!(core.state.progress("revoke"), Progress::Done);
}

#[test]
fn a_harmless_call_is_tried_again_with_growing_pauses_and_a_bound() {
    let mut core = Core::open();
    let call = core.send("block");
    let mut pauses = Vec::new();
    loop {
        core.called(call, CallOutcome::InDoubt);
        let CallEnd::Waiting { within_ms } = core.state.calls[&call].end else { break };
        pauses.push(within_ms);
        core.input(&Input::RetryDue { call }).unwrap();
        assert_eq!(sends(&core), 1);
    }
    assert_eq!(pauses, [400, 800, 1600, 3200]);
    assert_eq!(core.state.progress("block"), Progress::InDoubt { call });
}

#[test]
fn a_later_failure_does_not_settle_an_earlier_doubt_but_a_success_does() {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::InDoubt);
    core.input(&Input::RetryDue { call }).unwrap();
    core.called(call, CallOutcome::Known { verdict: Verdict::Failed });
    assert_eq!(core.state.progress("block"), Progress::InDoubt { call });
    core.ask(Ask::Retry { step: core.key("block") }).unwrap();
    core.succeeds(call);
    assert_eq!(core.state.calls[&call].end, CallEnd::Resolved { took_effect: true });
    assert_eq!(core.state.progress("block"), Progress::Proving);
}

#[test]
fn a_read_whose_answer_was_lost_is_tried_again_and_a_refusal_is_not() {
    for (status, tried) in [(None, true), (Some(503), true), (Some(404), false)] {
        let mut core = Core::open();
        core.ask(Ask::Start { step: core.key("list"), reason: None }).unwrap();
        let mut result = crate::support::result(CallOutcome::Known { verdict: Verdict::Failed });
        result.answer = result.answer.map(|answer| Answer { status, ..answer });
        core.input(&Input::Called { call: 1, attempt: 1, result }).unwrap();
        let again = core.effects.iter().any(|one| matches!(one, Effect::RetryLater { .. }));
        assert_eq!(again, tried, "{status:?}");
    }
}

#[test]
fn what_no_engine_runs_is_told_as_it_is() {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
    core.send("revoke");
    let lines = unattended(&core.state, false);
    assert!(lines.iter().any(|line| line.starts_with("IN DOUBT") && line.contains("revoke")));
    assert!(lines.iter().any(|line| line.starts_with("Not asked since 03:00:00Z: guard 1")));
    assert_eq!(unattended(&core.state, true), Vec::<String>::new());
}

#[test]
fn a_probe_that_passes_settles_it_and_one_that_fails_leaves_it() {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::InDoubt);
    core.ask(Ask::StopRetry { step: core.key("block") }).unwrap();
    core.ask(Ask::Probe { step: core.key("block") }).unwrap();
    core.checks(Finding::Failed);
    assert_eq!(core.state.progress("block"), Progress::InDoubt { call });
    core.ask(Ask::Probe { step: core.key("block") }).unwrap();
    core.checks(Finding::Passed);
    assert_eq!(core.state.progress("block"), Progress::Proven);
    assert_eq!(core.state.live_guards().count(), 1, "what was proven is guarded");
}

#[test]
fn a_key_that_died_while_waiting_is_not_used() {
    let mut core = Core::open();
    core.ask(Ask::Start { step: core.key("list"), reason: None }).unwrap();
    core.succeeds(1);
    let call = core.send("notify");
    core.called(call, CallOutcome::InDoubt);
    core.now = later(core.now, 601);
    core.input(&Input::RetryDue { call }).unwrap();
    assert_eq!(sends(&core), 0);
    assert_eq!(core.state.progress("notify"), Progress::InDoubt { call });
}

#[test]
fn resuming_tells_what_is_not_known_and_voids_what_was_armed() {
    let mut core = Core::open();
    let block = core.send("block");
    core.ask(Ask::Start { step: core.key("list"), reason: None }).unwrap();
    let step = core.key("revoke");
    core.ask(Ask::Arm { step, purpose: Purpose::Act, reason: None }).unwrap();
    resume(&mut core);
    assert_eq!(core.state.progress("block"), Progress::InDoubt { call: block });
    assert!(matches!(core.state.progress("list"), Progress::Failed { .. }), "it only read");
    assert_eq!(core.state.progress("revoke"), Progress::Planned);
    assert_eq!(sends(&core), 0);
    let next = recommended(&core.state, core.now).unwrap();
    assert_eq!((next.step.as_deref(), next.verb), (Some("block"), "probe"));
}

#[test]
fn resuming_asks_proofs_and_guards_again_at_once() {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    resume(&mut core);
    assert!(matches!(core.effects[..], [Effect::Check { .. }]));
    core.checks(Finding::Passed);
    resume(&mut core);
    assert!(matches!(core.effects[..], [Effect::Guard { at_once: true, .. }]));
    let guard = core.state.live_guards().next().unwrap();
    assert_eq!(guard.verdict, stanch::incident::CheckVerdict::Unknown);
}

#[test]
fn a_torn_end_of_a_commit_is_finished_on_resuming() {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    // The answer was kept, the start of its proof was torn off.
    let answered =
        core.records.iter().position(|(_, record)| record.kind() == "call_answered").unwrap();
    core.records.truncate(answered + 1);
    core.state = core.replayed();
    resume(&mut core);
    assert!(matches!(core.effects[..], [Effect::Check { .. }]));
    assert_eq!(core.state.progress("block"), Progress::Proving);
}

#[test]
fn an_input_that_changes_what_was_shown_takes_the_confirmation_back() {
    let mut core = Core::open();
    let step = core.key("block");
    core.ask(Ask::Arm { step, purpose: Purpose::Act, reason: Some("at once".into()) }).unwrap();
    core.ask(Ask::SetInput { name: "index".to_owned(), value: "*".into() }).unwrap();
    assert_eq!(core.state.progress("block"), Progress::Planned);
}

#[test]
fn undoing_ends_the_guard_and_an_undo_without_effect_leaves_the_step_as_it_was() {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
    for (outcome, progress) in [
        (CallOutcome::Known { verdict: Verdict::Failed }, Progress::Proven),
        (CallOutcome::Known { verdict: Verdict::Succeeded }, Progress::Undone),
    ] {
        let step = core.key("block");
        core.ask(Ask::Arm { step: step.clone(), purpose: Purpose::Undo, reason: None }).unwrap();
        let hash = core.state.instance("block").unwrap().armed.clone().unwrap().hash;
        core.ask(Ask::Confirm { step, hash, typed: None }).unwrap();
        let undo = core.state.calls.get_max().unwrap().0;
        core.called(undo, outcome);
        assert_eq!(core.state.progress("block"), progress);
    }
    assert_eq!(core.state.live_guards().count(), 0);
}
