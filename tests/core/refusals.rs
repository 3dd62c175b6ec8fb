//! The transition table: what is refused when, and in which words.

use crate::support::{Core, later, person};
use rstest::rstest;
use stanch::incident::{
    Ask, CallOutcome, ClaimStatus, CommandEnd, Finding, HowEnded, Input, Mode, Occurred, Output,
    Purpose, Refusal, Stamp, StepKey, TEXT_LIMIT, Verdict, When, apply_unknown,
};
use stanch::playbook::STEP_TEXT_LIMIT;
use stanch::text::Shown;

fn because() -> Shown {
    "because".into()
}

fn armed(core: &mut Core, step: &str) -> String {
    let key = core.key(step);
    core.ask(Ask::Arm { step: key, purpose: Purpose::Act, reason: Some(because()) }).unwrap();
    core.state.instance(step).unwrap().armed.clone().unwrap().hash
}

fn confirm(core: &Core, step: &str, hash: &str, typed: Option<&str>) -> Ask {
    Ask::Confirm { step: core.key(step), hash: hash.to_owned(), typed: typed.map(str::to_owned) }
}

fn arm(core: &Core, step: &str) -> Ask {
    Ask::Arm { step: core.key(step), purpose: Purpose::Act, reason: None }
}

fn undo(core: &Core, step: &str) -> Ask {
    Ask::Arm { step: core.key(step), purpose: Purpose::Undo, reason: None }
}

fn answer(core: &Core, text: &str) -> Ask {
    Ask::Answer { step: core.key("report"), text: text.into(), reason: None }
}

fn doubtful(core: &mut Core, step: &str) {
    let call = core.send(step);
    core.called(call, CallOutcome::InDoubt);
}

/// A step whose effect nobody knows, with no retry pending.
fn in_doubt(core: &mut Core, step: &str) {
    doubtful(core, step);
    if let Ok(_stopped) = core.ask(Ask::StopRetry { step: core.key(step) }) {}
}

fn proven(core: &mut Core) {
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
}

fn claimed(core: &mut Core) {
    let data = None;
    core.ask(Ask::ClaimMake { text: because(), source: because(), data }).unwrap();
}

fn listed(core: &mut Core) {
    core.ask(Ask::Start { step: core.key("list"), reason: None }).unwrap();
    core.succeeds(1);
}

pub(crate) fn start(run: &str) -> Ask {
    let (run, argv) = (run.to_owned(), vec!["uptime".into()]);
    Ask::CommandStart { run, argv, directory: "/".into(), host: "bastion".into(), anyway: false }
}

pub(crate) fn ended(run: &str, sha256: Option<&str>) -> Ask {
    let stdout = Output { bytes: 7, truncated: false, sha256: sha256.map(str::to_owned) };
    let how = HowEnded::Exited { code: 0 };
    let end = CommandEnd { how, took_ms: 12, stdout, stderr: Output::default() };
    Ask::CommandEnd { run: run.to_owned(), end }
}

fn take(role: &str, who: Option<&str>, reason: Option<&str>) -> Ask {
    let (who, reason) = (who.map(Shown::new), reason.map(Shown::new));
    Ask::TakeRole { role: role.into(), who, reason }
}

/// Brings the core into a state and says what to ask there.
type Case = fn(&mut Core) -> Ask;

#[rstest]
#[case::closed(
    |core: &mut Core| { core.ask(Ask::Close { reason: because() }).unwrap(); answer(core, "x") },
    "the incident is closed"
)]
#[case::unknown_step(
    |_: &mut Core| Ask::Skip { step: StepKey::first("blok"), skip: None, reason: because() },
    "there is no step blok; did you mean block?"
)]
#[case::stale(
    |core: &mut Core| {
        core.ask(answer(core, "x")).unwrap();
        let old = core.key("report");
        core.ask(Ask::Reopen { step: old.clone(), reason: because() }).unwrap();
        Ask::Skip { step: old, skip: None, reason: because() }
    },
    "this is about an earlier turn of the step; it now stands as report (time 2)"
)]
#[case::wrong_progress(
    |core: &mut Core| { core.ask(answer(core, "x")).unwrap(); answer(core, "y") },
    "the step is done, so this is not possible"
)]
#[case::wrong_task_call(|core: &mut Core| arm(core, "report"), "this step is not a call")]
#[case::wrong_task_question(
    |core: &mut Core| Ask::Answer { step: core.key("list"), text: because(), reason: None },
    "this step is not a question"
)]
#[case::wrong_task_decision(
    |core: &mut Core| Ask::Decide {
        step: core.key("report"), option: "yes".into(), because: because(), reason: None
    },
    "this step is not a decision"
)]
#[case::not_applicable(
    |core: &mut Core| {
        let step = core.key("passwords");
        core.ask(Ask::Decide { step, option: "no".into(), because: because(), reason: None })
            .unwrap();
        Ask::Answer { step: core.key("reset"), text: because(), reason: None }
    },
    "it does not apply: `saved.reset == 'yes'` is not so"
)]
#[case::requires(|core: &mut Core| arm(core, "notify"), "it needs what \u{201c}List the indices\u{201d} saves")]
#[case::comes_after(
    |core: &mut Core| arm(core, "block"),
    "\u{201c}Take the report in\u{201d} should come first; give a reason to go out of order"
)]
#[case::needs_confirmation(
    |core: &mut Core| Ask::Start { step: core.key("revoke"), reason: None },
    "it changes a live system: look at the request first, then confirm it"
)]
#[case::needs_no_confirmation(
    |core: &mut Core| arm(core, "list"),
    "it only reads: start it, there is nothing to confirm"
)]
#[case::not_armed(
    |core: &mut Core| confirm(core, "revoke", "", None),
    "it is not armed: look at the request first"
)]
#[case::disarm_not_armed(
    |core: &mut Core| Ask::Disarm { step: core.key("revoke") },
    "it is not armed: look at the request first"
)]
#[case::expired(
    |core: &mut Core| {
        let hash = armed(core, "revoke");
        core.now = later(core.now, 301);
        confirm(core, "revoke", &hash, Some("all users"))
    },
    "the confirmation expired; look at the request again"
)]
#[case::changed(
    |core: &mut Core| { armed(core, "revoke"); confirm(core, "revoke", "0", Some("all users")) },
    "what would be sent is not what was shown; look at the request again"
)]
#[case::typed_otherwise(
    |core: &mut Core| { let hash = armed(core, "revoke"); confirm(core, "revoke", &hash, Some("all user")) },
    "what was typed is not all users"
)]
#[case::typed_nothing(
    |core: &mut Core| { let hash = armed(core, "revoke"); confirm(core, "revoke", &hash, None) },
    "what was typed is not all users"
)]
#[case::needs_reason(
    |core: &mut Core| Ask::Skip { step: core.key("report"), skip: None, reason: " ".into() },
    "a reason is needed"
)]
#[case::blank(|core: &mut Core| answer(core, " \n"), "nothing was written")]
#[case::not_yet(
    |core: &mut Core| {
        let occurred = Occurred::parse("2026-01-05 03:06Z").ok();
        assert!(core.now.at < occurred.as_ref().unwrap().at);
        Ask::Note { text: because(), occurred, source: None }
    },
    "that time has not come yet: what happened lies in the past"
)]
#[case::too_long(
    |core: &mut Core| answer(core, &"x".repeat(TEXT_LIMIT + 1)),
    "it is longer than 262144 bytes; keep it as a file, and note its name and hash"
)]
#[case::not_an_option(
    |core: &mut Core| Ask::Decide {
        step: core.key("passwords"), option: "maybe".into(), because: because(), reason: None
    },
    "maybe is not an option; choose yes and no"
)]
#[case::no_proof(
    |core: &mut Core| { listed(core); Ask::CheckAgain { step: core.key("list") } },
    "the step has no proof to ask for"
)]
#[case::no_proof_in_doubt(
    |core: &mut Core| { in_doubt(core, "revoke"); Ask::Probe { step: core.key("revoke") } },
    "the step has no proof to ask for"
)]
#[case::proves_only_the_step(
    |core: &mut Core| {
        proven(core);
        core.ask(undo(core, "block")).unwrap();
        let hash = core.state.instance("block").unwrap().armed.clone().unwrap().hash;
        core.ask(confirm(core, "block", &hash, None)).unwrap();
        core.called(2, CallOutcome::InDoubt);
        core.ask(Ask::StopRetry { step: core.key("block") }).unwrap();
        Ask::Probe { step: core.key("block") }
    },
    "its checks prove the step, not that it was undone: say what you know instead"
)]
#[case::already_checking(
    |core: &mut Core| {
        in_doubt(core, "block");
        core.ask(Ask::Probe { step: core.key("block") }).unwrap();
        Ask::Probe { step: core.key("block") }
    },
    "a check of this step is being made"
)]
#[case::resolve_while_checking(
    |core: &mut Core| {
        in_doubt(core, "block");
        core.ask(Ask::Probe { step: core.key("block") }).unwrap();
        Ask::Resolve { step: core.key("block"), took_effect: true, reason: because() }
    },
    "a check of this step is being made"
)]
#[case::no_undo(
    |core: &mut Core| { let call = core.send("revoke"); core.succeeds(call); undo(core, "revoke") },
    "the step cannot be undone: the playbook names no undo"
)]
#[case::undo_of_nothing(
    |core: &mut Core| undo(core, "block"),
    "the step is planned, so this is not possible"
)]
#[case::never_repeat(
    |core: &mut Core| { in_doubt(core, "revoke"); Ask::Retry { step: core.key("revoke") } },
    "sending it twice may do it twice: ask the proof, or say what you know, with a reason"
)]
#[case::key_expired(
    |core: &mut Core| {
        listed(core);
        in_doubt(core, "notify");
        core.now = later(core.now, 660);
        Ask::Retry { step: core.key("notify") }
    },
    "the back end forgot the key of the first attempt 11 min ago: sending again may do it twice"
)]
#[case::cannot_render(
    |core: &mut Core| {
        core.ask(Ask::SetInput { name: "index".to_owned(), value: "..".into() }).unwrap();
        Ask::Arm { step: core.key("block"), purpose: Purpose::Act, reason: Some(because()) }
    },
    "the request cannot be made: "
)]
#[case::unknown_input(
    |_: &mut Core| Ask::SetInput { name: "indx".to_owned(), value: because() },
    "there is no input indx; did you mean index?"
)]
#[case::already_in_scope(
    |core: &mut Core| {
        listed(core);
        Ask::AddScope {
            scope: "index".to_owned(), name: "users-2019".into(), source: "a caller".into()
        }
    },
    "it is in the scope already"
)]
#[case::scope_without_source(
    |_: &mut Core| Ask::AddScope { scope: "index".to_owned(), name: "x".into(), source: "".into() },
    "a reason is needed"
)]
#[case::unknown_blob(
    |_: &mut Core| Ask::Withhold { blob: "00".to_owned(), reason: because() },
    "there is no kept body 00"
)]
#[case::claim_blank(
    |_: &mut Core| Ask::ClaimMake { text: " ".into(), source: because(), data: None },
    "nothing was written"
)]
#[case::claim_without_source(
    |_: &mut Core| Ask::ClaimMake { text: because(), source: "".into(), data: None },
    "nothing was written"
)]
#[case::claim_with_blank_data(
    |_: &mut Core| Ask::ClaimMake { text: because(), source: because(), data: Some(" ".into()) },
    "nothing was written"
)]
#[case::no_claim(
    |_: &mut Core| Ask::ClaimCount { claim: 1, count: because(), source: because() },
    "there is no claim 1; none was entered yet"
)]
#[case::unknown_claim(
    |core: &mut Core| {
        claimed(core);
        Ask::ClaimActAsIf { claim: 4, act: true, reason: because() }
    },
    "there is no claim 4; claims go from 1 to 1"
)]
#[case::same_status(
    |core: &mut Core| {
        claimed(core);
        Ask::ClaimAmend { claim: 1, status: ClaimStatus::Asserted, reason: because() }
    },
    "the claim is asserted already"
)]
#[case::status_without_reason(
    |core: &mut Core| {
        claimed(core);
        Ask::ClaimAmend { claim: 1, status: ClaimStatus::Refuted, reason: " ".into() }
    },
    "a reason is needed"
)]
#[case::acted_on(
    |core: &mut Core| {
        claimed(core);
        let act = Ask::ClaimActAsIf { claim: 1, act: true, reason: because() };
        core.ask(act.clone()).unwrap();
        act
    },
    "the claim is acted on already"
)]
#[case::not_acted_on(
    |core: &mut Core| {
        claimed(core);
        Ask::ClaimActAsIf { claim: 1, act: false, reason: because() }
    },
    "the claim is not acted on as if it were so"
)]
#[case::reminder_of_nothing(
    |_: &mut Core| Ask::Remind { what: " ".into(), who: None, when: When::After { seconds: 1 } },
    "nothing was written"
)]
#[case::reminder_in_the_past(
    |core: &mut Core| {
        Ask::Remind { what: because(), who: None, when: When::At { at: core.now.at } }
    },
    "that time has passed: a reminder lies ahead"
)]
#[case::reminder_too_far(
    |core: &mut Core| {
        let at = later(core.now, 367 * 86_400).at;
        Ask::Remind { what: because(), who: None, when: When::At { at } }
    },
    "that is more than 366 days ahead"
)]
#[case::reminder_beyond_all_time(
    |_: &mut Core| {
        Ask::Remind { what: because(), who: None, when: When::After { seconds: u64::MAX } }
    },
    "that is more than 366 days ahead"
)]
#[case::unknown_timer(
    |_: &mut Core| Ask::TimerDone { timer: 3, how: None },
    "there is no reminder 3; none was entered yet"
)]
#[case::timer_is_done(
    |core: &mut Core| {
        let when = When::After { seconds: 60 };
        core.ask(Ask::Remind { what: because(), who: None, when }).unwrap();
        let done = Ask::TimerDone { timer: 1, how: None };
        core.ask(done.clone()).unwrap();
        done
    },
    "the reminder is done already"
)]
#[case::not_hashed(
    |_: &mut Core| Ask::Attach {
        path: "/srv/dump".into(), sha256: String::new(), bytes: 0, about: because()
    },
    "the file was not read: evidence needs its SHA-256"
)]
#[case::evidence_of_nothing(
    |_: &mut Core| Ask::Attach {
        path: "/srv/dump".into(), sha256: "0".repeat(64), bytes: 0, about: " ".into()
    },
    "nothing was written"
)]
#[case::note_of_a_blank_source(
    |_: &mut Core| Ask::Note { text: because(), occurred: None, source: Some(" ".into()) },
    "nothing was written"
)]
#[case::command_in_a_drill(
    |core: &mut Core| {
        std::sync::Arc::make_mut(core.state.opened.as_mut().unwrap()).mode = Mode::Drill;
        start("0123456789abcdef")
    },
    "this is a drill, and a command reaches the real world"
)]
#[case::command_of_nothing(
    |_: &mut Core| match start("0123456789abcdef") {
        Ask::CommandStart { run, directory, host, .. } => {
            Ask::CommandStart { run, argv: Vec::new(), directory, host, anyway: false }
        }
        other => other,
    },
    "nothing was written"
)]
#[case::command_of_too_many_words(
    |_: &mut Core| match start("0123456789abcdef") {
        Ask::CommandStart { run, directory, host, .. } => {
            Ask::CommandStart { run, argv: vec![because(); 1_025], directory, host, anyway: false }
        }
        other => other,
    },
    "it is longer than 262144 bytes"
)]
#[case::command_without_a_name(|_: &mut Core| start("../x"), "no command was started under the name ../x")]
#[case::command_twice(
    |core: &mut Core| {
        core.ask(start("0123456789abcdef")).unwrap();
        start("0123456789abcdef")
    },
    "a command was started under that name already"
)]
#[case::command_that_never_began(
    |_: &mut Core| ended("0123456789abcdef", None),
    "no command was started under the name 0123456789abcdef"
)]
#[case::command_that_is_over(
    |core: &mut Core| {
        core.ask(start("0123456789abcdef")).unwrap();
        core.ask(ended("0123456789abcdef", None)).unwrap();
        ended("0123456789abcdef", None)
    },
    "it is recorded already how that command ended"
)]
#[case::command_with_a_strange_hash(
    |core: &mut Core| {
        core.ask(start("0123456789abcdef")).unwrap();
        ended("0123456789abcdef", Some("../../etc/passwd"))
    },
    "the file was not read: evidence needs its SHA-256"
)]
#[case::command_ended_without_a_word(
    |core: &mut Core| {
        core.ask(start("0123456789abcdef")).unwrap();
        match ended("0123456789abcdef", None) {
            Ask::CommandEnd { run, end } => {
                let end = CommandEnd { how: HowEnded::Said { why: " ".into() }, ..end };
                Ask::CommandEnd { run, end }
            }
            other => other,
        }
    },
    "a reason is needed"
)]
#[case::unsettled(
    |core: &mut Core| { in_doubt(core, "revoke"); Ask::Close { reason: because() } },
    "not before this is settled: \u{201c}Revoke every token\u{201d} (in doubt)"
)]
#[case::amend_nothing(
    |_: &mut Core| Ask::Amend { step: "block".to_owned(), toml: " ".into(), reason: because() },
    "nothing was written"
)]
#[case::amend_without_reason(
    |_: &mut Core| Ask::Amend { step: "block".to_owned(), toml: because(), reason: "".into() },
    "a reason is needed"
)]
#[case::amend_unknown_step(
    |_: &mut Core| Ask::Amend { step: "blok".to_owned(), toml: because(), reason: because() },
    "there is no step blok; did you mean block?"
)]
#[case::amend_the_same(
    |core: &mut Core| {
        let toml = core.state.playbook.step_text("block").unwrap().into();
        Ask::Amend { step: "block".to_owned(), toml, reason: because() }
    },
    "nothing is changed"
)]
#[case::amend_badly(
    |_: &mut Core| Ask::Amend { step: "block".to_owned(), toml: because(), reason: because() },
    "the step cannot be taken so:\nstep block:1:8: this is not TOML"
)]
#[case::amend_in_doubt(
    |core: &mut Core| {
        in_doubt(core, "revoke");
        Ask::Amend { step: "revoke".to_owned(), toml: because(), reason: because() }
    },
    "the step is in doubt, so this is not possible"
)]
#[case::add_without_reason(
    |_: &mut Core| Ask::AddStep { toml: because(), reason: " ".into() },
    "a reason is needed"
)]
#[case::add_two(
    |_: &mut Core| {
        let two = format!("{0}\n{0}", crate::plan::RESTART);
        Ask::AddStep { toml: two.into(), reason: because() }
    },
    "the step cannot be taken so:\nnew step:11:1: one step stands here, not two"
)]
#[case::add_too_much(
    |_: &mut Core| {
        Ask::AddStep { toml: "#".repeat(STEP_TEXT_LIMIT + 1).into(), reason: because() }
    },
    "the step cannot be taken so:\nnew step:1:1: a step has at most 32768 bytes and 1000 lines"
)]
#[case::skip_in_doubt(
    |core: &mut Core| { in_doubt(core, "revoke"); Ask::Skip { step: core.key("revoke"), skip: None, reason: because() } },
    "the step is in doubt, so this is not possible"
)]
#[case::again_while_in_doubt(
    |core: &mut Core| { in_doubt(core, "revoke"); arm(core, "revoke") },
    "the step is in doubt, so this is not possible"
)]
#[case::role_of_a_slip(
    |_: &mut Core| take("comander", None, None),
    "there is no role comander; did you mean commander?"
)]
#[case::role_too_long(
    |_: &mut Core| take(&"x".repeat(101), None, None),
    "a role, or a name, is one line of at most 100 bytes"
)]
#[case::role_of_two_lines(
    |_: &mut Core| take("watcher\nof", None, None),
    "a role, or a name, is one line of at most 100 bytes"
)]
#[case::role_unnamed(|_: &mut Core| take(" ", None, None), "nothing was written")]
#[case::role_held(
    |core: &mut Core| { core.ask(take("scribe", Some("ben"), None)).unwrap(); take("scribe", None, None) },
    "ben is scribe: have it handed over, or take it over with a reason where ben cannot be reached"
)]
#[case::role_theirs(
    |core: &mut Core| { core.ask(take("scribe", None, None)).unwrap(); take("scribe", None, Some("x")) },
    "ana holds the role of scribe already"
)]
#[case::beside_the_commander(
    |core: &mut Core| { core.ask(take("commander", None, None)).unwrap(); take("scribe", None, None) },
    "the commander decides and holds no other role: give it to somebody else, or give a reason"
)]
#[case::commander_beside_another(
    |core: &mut Core| { core.ask(take("scribe", None, None)).unwrap(); take("commander", None, None) },
    "the commander decides and holds no other role"
)]
#[case::role_for_no_reason(
    |core: &mut Core| { core.ask(take("scribe", Some("ben"), None)).unwrap(); take("scribe", None, Some(" ")) },
    "a reason is needed"
)]
#[case::not_held(
    |_: &mut Core| Ask::GiveUpRole { role: "legal".into(), who: None },
    "nobody holds the role of legal"
)]
#[case::not_held_by_them(
    |core: &mut Core| {
        core.ask(take("legal", Some("ben"), None)).unwrap();
        Ask::GiveUpRole { role: "legal".into(), who: None }
    },
    "ana does not hold the role of legal"
)]
#[case::not_theirs_to_hand_over(
    |core: &mut Core| {
        core.ask(take("legal", Some("ben"), None)).unwrap();
        Ask::OfferHandOver { role: "legal".into(), to: "cleo".into() }
    },
    "ben is legal, and only ben can hand it over; take it over with a reason"
)]
#[case::not_offered(
    |core: &mut Core| {
        core.ask(take("legal", None, None)).unwrap();
        Ask::AcceptHandOver { role: "legal".into(), page_sha256: String::new() }
    },
    "the role of legal is not on offer to anybody"
)]
#[case::offered_to_another(
    |core: &mut Core| {
        core.ask(take("legal", None, None)).unwrap();
        core.ask(Ask::OfferHandOver { role: "legal".into(), to: "ben".into() }).unwrap();
        Ask::AcceptHandOver { role: "legal".into(), page_sha256: String::new() }
    },
    "the role of legal was offered to ben: only they can accept it (--who says who you are)"
)]
#[case::declined_for_no_reason(
    |core: &mut Core| {
        core.ask(take("legal", None, None)).unwrap();
        core.ask(Ask::OfferHandOver { role: "legal".into(), to: "ben".into() }).unwrap();
        Ask::DeclineHandOver { role: "legal".into(), reason: "".into() }
    },
    "a reason is needed"
)]
#[case::moved(
    |core: &mut Core| {
        let (by, to, reason) = (person(), "/stick".to_owned(), because());
        core.input(&Input::Move { by, to, reason }).unwrap();
        answer(core, "x")
    },
    "this record was moved, and goes on in /stick: `stanch resume` it there"
)]
#[case::read_only(
    |core: &mut Core| {
        let stamp = Stamp { seq: 1, at: core.now.at, wall: core.now.at, up: core.now.up };
        apply_unknown(&mut core.state, stamp, "teleported");
        answer(core, "x")
    },
    "this incident is read-only: record 1 is of the kind \u{201c}teleported\u{201d}"
)]
fn a_person_is_refused(#[case] case: Case, #[case] words: &str) {
    let mut core = Core::open();
    let ask = case(&mut core);
    let before = core.state.clone();
    let refusal = core.ask(ask).expect_err("refused");
    assert!(refusal.to_string().starts_with(words), "{refusal}");
    assert_eq!(core.state, before);
}

#[test]
fn what_the_world_says_about_nothing_under_way_is_refused() {
    let mut core = Core::open();
    let result = || crate::support::result(CallOutcome::InDoubt);
    let inputs =
        [Input::Called { call: 7, attempt: 1, result: result() }, Input::RetryDue { call: 7 }];
    for input in inputs {
        assert_eq!(core.input(&input), Err(Refusal::Unexpected));
    }
    let call = core.send("revoke");
    let late = Input::Called { call, attempt: 2, result: result() };
    assert_eq!(core.input(&late), Err(Refusal::Unexpected), "another attempt's answer");
    core.succeeds(call);
    let twice = Input::Called { call, attempt: 1, result: result() };
    assert_eq!(core.input(&twice), Err(Refusal::Unexpected), "an answer comes once");
    let opened = Input::Open { by: person(), opened: crate::support::opened() };
    assert_eq!(core.input(&opened), Err(Refusal::AlreadyOpen));
}

#[test]
fn before_the_first_record_nothing_can_be_asked() {
    let mut core = Core::open();
    core.state = stanch::incident::State::new(crate::support::playbook());
    assert_eq!(core.ask(answer(&core, "x")), Err(Refusal::NotOpen));
    let resume = Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() };
    assert_eq!(core.input(&resume), Err(Refusal::NotOpen));
}

#[test]
fn a_definite_failure_may_be_tried_again_by_a_person_whatever_its_class() {
    let mut core = Core::open();
    let call = core.send("revoke");
    core.called(call, CallOutcome::Known { verdict: Verdict::Failed });
    let again = core.send("revoke");
    assert_ne!(again, call);
}

#[test]
fn the_kind_of_a_refusal_is_its_name_in_small_letters() {
    for (refusal, kind) in [
        (Refusal::OnlyLooks, "only_looks"),
        (Refusal::ReadOnly(because()), "read_only"),
        (Refusal::TooLong { limit: 3 }, "too_long"),
        (Refusal::Requires(vec!["x".to_owned()]), "requires"),
    ] {
        assert_eq!(refusal.kind(), kind);
    }
}
