//! The face line by line: what is asked, what is told, and that nothing is sent by accident.

use insta::assert_snapshot;
use stanch::incident::{Ask, CallOutcome, Progress};
use stanch::plain;

use crate::core::{Core, person};
use crate::fixture::{Fake, armed};

/// What is printed when these lines are typed.
fn talk(fake: &Fake, input: &str) -> String {
    let mut output = Vec::new();
    plain::run(fake, person(), &mut input.as_bytes(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    assert!(
        !output
            .chars()
            .any(|c| stanch::text::is_hidden(c) || ('\u{2500}'..='\u{259f}').contains(&c)),
        "no escape sequence and no box drawing: {output}"
    );
    output
}

fn asked(fake: &Fake) -> Vec<Ask> {
    fake.asked.lock().unwrap().clone()
}

fn sends(fake: &Fake) -> usize {
    let changes = |ask: &&Ask| matches!(ask, Ask::Confirm { .. } | Ask::Retry { .. });
    asked(fake).iter().filter(changes).count()
}

#[test]
fn a_step_from_its_request_to_its_proof() {
    let fake = Fake::new(Core::open());
    let output = talk(&fake, "answer\nthe reporter\nnext\nstep 3\nlook\nsend\nquit\n");
    assert_eq!(fake.core.lock().unwrap().state.progress("block"), Progress::Proven);
    assert_snapshot!(output);
}

#[test]
fn only_the_word_sends() {
    for typed in ["", "y", "yes", "SEND", "sendd", "1"] {
        let fake = Fake::new(armed("block"));
        talk(&fake, &format!("1\n{typed}\n"));
        assert_eq!(sends(&fake), 0, "{typed:?}");
        assert!(asked(&fake).iter().any(|ask| matches!(ask, Ask::Disarm { .. })));
    }
    let fake = Fake::new(armed("block"));
    let output = talk(&fake, "1\nsend\n");
    assert_eq!(sends(&fake), 1);
    let request = output.find("PUT https://search.example.com:9200/users/_settings").unwrap();
    assert!(request < output.find("Type send to send it").unwrap(), "shown whole, then asked");
}

#[test]
fn what_is_dangerous_needs_its_target() {
    for typed in ["send", "", "all", "All users"] {
        let fake = Fake::new(armed("revoke"));
        talk(&fake, &format!("1\n{typed}\n"));
        assert_eq!(sends(&fake), 0, "{typed:?}");
    }
    let fake = Fake::new(armed("revoke"));
    talk(&fake, "1\nall users\n");
    assert_eq!(sends(&fake), 1);
}

#[test]
fn empty_lines_and_the_end_of_the_input_send_nothing() {
    for core in [Core::open(), armed("block"), armed("revoke")] {
        let fake = Fake::new(core);
        let output = talk(&fake, "\n\n\n\n\n");
        assert_eq!(asked(&fake), []);
        assert!(output.ends_with("The input ended. The incident stays as it is.\n"));
    }
    // In the middle of the confirmation.
    let fake = Fake::new(armed("block"));
    talk(&fake, "1\n");
    assert_eq!(sends(&fake), 0);
}

#[test]
fn a_doubt_is_told_and_sending_again_is_confirmed() {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::InDoubt);
    let step = core.key("block");
    let _ = core.ask(Ask::StopRetry { step });
    let fake = Fake::new(core);
    let output = talk(&fake, "retry\nno\nretry\nsend\n");
    assert!(output.contains("1 IN DOUBT"), "{output}");
    assert!(output.contains("This will be sent once more"), "{output}");
    assert_eq!(sends(&fake), 1);
}

#[test]
fn notes_refusals_help_and_the_record() {
    let mut core = Core::open();
    let call = core.send("revoke");
    core.called(call, CallOutcome::InDoubt);
    let fake = Fake::new(core);
    let input =
        "note seen at ten\nnote\nfirst\nsecond\n.\nprobe\n99\nfrobnicate\n?\nsteps\nlog 3\nquit\n";
    let output = talk(&fake, input);
    let notes: Vec<Ask> = asked(&fake);
    let note = |text: &str| Ask::Note { text: text.into(), occurred: None, source: None };
    assert_eq!(notes, [note("seen at ten"), note("first\nsecond")]);
    assert_snapshot!(output);
}

#[test]
fn a_decision_and_the_scope_are_asked_for_in_turn() {
    let fake = Fake::new(Core::open());
    talk(
        &fake,
        "step passwords\ndecide\n2\nno passwords leaked\n? add to the scope\n1\n2\ndb-2\na reader\n",
    );
    let core = fake.core.lock().unwrap();
    assert_eq!(core.state.progress("passwords"), Progress::Done);
    assert_eq!(core.state.scope[0].name.as_str(), "db-2");
    assert_eq!(core.state.scope[0].scope, "host");
}

#[test]
fn claims_and_reminders_are_asked_for_in_turn() {
    let fake = Fake::new(Core::open());
    let output = talk(
        &fake,
        "claim\ntokens leaked\na consultant\n\nclaim-status\n3\nwe looked\n\
         claim-count\n24,000\na reader\nremind\nsoon\ncall back\n\nremind\n20m\ncall back\nana\n\
         timer-done\n\n",
    );
    assert!(output.contains("Nothing happened. soon is neither a duration nor a time"), "{output}");
    let core = fake.core.lock().unwrap();
    let claim = &core.state.claims[&1];
    assert_eq!((claim.data.as_ref(), claim.status.word()), (None, "no evidence"));
    assert_eq!(claim.counts[0].source.as_str(), "a reader");
    let timer = &core.state.timers[&1];
    assert_eq!(timer.who, Some("ana".into()));
    assert!(timer.done.is_some());
}
