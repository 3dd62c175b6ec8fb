//! The plan changes during an incident: what was wrong is amended, what is in no playbook is added, and
//! what was sent stays as it was sent.

use std::sync::Arc;

use stanch::incident::{
    Ask, CallOutcome, Finding, Input, Progress, Purpose, Record, Refusal, Verdict, change_of_plan,
    offers_of,
};
use stanch::playbook::{Found, Origin, Wanted, read, read_with};
use stanch::text::Shown;

use crate::support::{Core, person};

fn amend(core: &Core, step: &str, from: &str, to: &str) -> Ask {
    let text = core.state.playbook.step_text(step).unwrap();
    assert!(text.contains(from), "{text}");
    let toml = Shown::new(text.replacen(from, to, 1));
    Ask::Amend { step: step.to_owned(), toml, reason: "it was wrong".into() }
}

fn refused(core: &mut Core, ask: Ask) -> String {
    let before = core.state.clone();
    let refusal = core.ask(ask).unwrap_err().to_string();
    assert_eq!(core.state, before);
    refusal
}

pub(crate) const RESTART: &str = r#"[[steps]]
id = "restart"
phase = "contain"
title = "Restart the node that nobody thought of"
danger = "confirm"
[steps.call]
backend = "search"
request = "POST /nodes/7/restart"
repeat = "once"
# asked the owner first"#;

pub(crate) fn add(toml: &str) -> Ask {
    Ask::AddStep { toml: toml.into(), reason: "it is open too".into() }
}

#[test]
fn a_wrong_field_is_amended_and_sent_and_what_was_sent_before_stays() {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::Known { verdict: Verdict::Failed });
    let first = core.state.calls[&call].request.clone();
    let ask = amend(&core, "block", "read = true", "read = true, write = true");
    let shown = change_of_plan(&core.state.playbook, &ask).unwrap().unwrap();
    core.ask(ask).unwrap();
    let Some((_, Record::StepAmended { step, diff, reason, .. })) = core.records.last() else {
        panic!("{:?}", core.records.last())
    };
    assert_eq!((step.as_str(), reason.as_str()), ("block", "it was wrong"));
    assert_eq!(*diff, shown, "what was shown is what is recorded");
    assert!(
        diff.as_str().contains("\n-json = { index = { blocks = { read = true } } }\n"),
        "{diff}"
    );
    assert!(
        diff.as_str()
            .contains("\n+json = { index = { blocks = { read = true, write = true } } }\n")
    );
    let second = core.send("block");
    let body = core.state.calls[&second].request.body.clone().unwrap();
    assert_eq!(body, r#"{"index":{"blocks":{"read":true,"write":true}}}"#);
    assert_eq!(core.state.calls[&call].request, first);
    assert_eq!(core.replayed(), core.state);
    assert_eq!(core.state.playbook.step("block").unwrap().origin, Origin::Amended);
    assert_eq!(core.state.anomalies, []);
}

#[test]
fn an_amendment_takes_an_open_confirmation_back_even_where_the_request_is_the_same() {
    let mut core = Core::open();
    let step = core.key("block");
    core.ask(Ask::Arm { step, purpose: Purpose::Act, reason: Some("go".into()) }).unwrap();
    let ask = amend(&core, "block", "Block reads", "Block all reads");
    core.ask(ask).unwrap();
    assert_eq!(core.state.progress("block"), Progress::Planned);
    assert!(core.state.running_checks().next().is_none(), "nothing of before is asked any more");
}

#[test]
fn nothing_is_amended_while_it_is_unsettled() {
    let mut core = Core::open();
    let call = core.send("revoke");
    let ask = amend(&core, "revoke", "POST /revoke", "POST /revoke/all");
    assert_eq!(refused(&mut core, ask.clone()), "the step is running, so this is not possible");
    core.called(call, CallOutcome::InDoubt);
    assert_eq!(refused(&mut core, ask), "the step is in doubt, so this is not possible");
}

#[test]
fn what_is_over_stays_over_and_its_guard_goes_on_as_it_was() {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
    let ask = amend(&core, "block", "ok = \"status == 403\"", "ok = \"status == 401\"");
    core.ask(ask).unwrap();
    assert_eq!(core.state.progress("block"), Progress::Proven);
    let resume = Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() };
    core.input(&resume).unwrap();
    let guard = core.effects.iter().find_map(|effect| match effect {
        stanch::incident::Effect::Guard { question, .. } => Some(question.ok.source().to_owned()),
        _ => None,
    });
    assert_eq!(guard.as_deref(), Some("status == 403"), "as it was armed");
    // Proven anew, by the new question: the old guard makes room.
    core.ask(Ask::CheckAgain { step: core.key("block") }).unwrap();
    core.checks(Finding::Passed);
    let guards: Vec<_> = core.state.live_guards().collect();
    assert_eq!(guards.len(), 1);
    assert_eq!(guards[0].check().unwrap().ok.source(), "status == 401");
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn what_an_amendment_may_not_do_is_refused_with_its_place() {
    let mut core = Core::open();
    for (step, from, to, words) in [
        (
            "block",
            "id = \"block\"",
            "id = \"blocked\"",
            "step block:2:6: the id of the step stays as it is, `block`",
        ),
        (
            "block",
            "backend = \"search\"",
            "backend = \"serach\"",
            "step block:8:11: there is no back end `serach`\n  mend: did you mean `search`?",
        ),
        (
            "block",
            "auth = \"none\"",
            "auth = { scheme = \"bearer\", secret = \"root\" }",
            "the playbook as it was opened knows no secret `root`\n  mend: for search there is \
             search-admin",
        ),
        (
            "revoke",
            "danger = \"type\"",
            "danger = \"confirm\"",
            "step revoke:5:10: the danger of a step is not lowered: it is `type`",
        ),
        (
            "list",
            "GET /_cat",
            "POST /_cat",
            "is looked at first\n  mend: write danger = \"confirm\"",
        ),
        (
            "report",
            "[[steps]]",
            "[backends.x]\ntitle = \"X\"\nurl = \"https://x.example\"\n[[steps]]",
            "only the step itself can stand here, not `backends`",
        ),
        ("report", "[[steps]]", "steps = [", "this is not TOML"),
        (
            "list",
            "first = \"json[0].index\"",
            "second = \"json[0].index\"",
            "no step saves `first`",
        ),
    ] {
        let ask = amend(&core, step, from, to);
        let words_now = refused(&mut core, ask);
        assert!(words_now.contains(words), "{words_now}");
    }
    let same = amend(&core, "block", "Block", "Block");
    assert_eq!(refused(&mut core, same), "nothing is changed");
}

#[test]
fn a_step_off_the_playbook_goes_through_the_same_gate_and_stays_unproven() {
    let mut core = Core::open();
    core.ask(add(RESTART)).unwrap();
    let order: Vec<&str> = core.state.playbook.steps.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(order[3..6], ["revoke", "restart", "notify"], "the last of its phase");
    let key = core.key("restart");
    let start = Ask::Start { step: key.clone(), reason: None };
    assert_eq!(core.ask(start), Err(Refusal::NeedsConfirmation));
    let call = core.send("restart");
    core.succeeds(call);
    assert_eq!(core.state.progress("restart"), Progress::Unproven);
    let verbs: Vec<_> = offers_of(&core.state, "restart", core.now)
        .into_iter()
        .filter(|offer| offer.refusal.is_none())
        .map(|offer| offer.verb)
        .collect();
    assert_eq!(verbs, ["accept-unproven", "reopen", "amend"]);
    core.ask(Ask::AcceptUnproven { step: key, reason: "the owner says so".into() }).unwrap();
    assert_eq!(core.state.progress("restart"), Progress::Done);
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn what_is_added_must_say_what_a_playbook_says() {
    let mut core = Core::open();
    for (from, to, words) in [
        ("\"restart\"", "\"revoke\"", "new step:2:6: there is a step `revoke` already"),
        ("repeat = \"once\"", "", "new step:6:1: say what repeating it does"),
        ("\"POST /nodes", "\"GET /nodes", ""),
        (
            "backend = \"search\"",
            "backend = \"other\"",
            "new step:7:11: there is no back end `other`",
        ),
        (
            "[steps.call]",
            "[steps.cal]",
            "new step:6:8: [[steps]] has no key `cal`\n  mend: did you mean `call`?",
        ),
        ("title =", "playbook = \"x\"\ntitle =", "a step does one thing"),
        ("\"contain\"", "\"contian\"", "did you mean `contain`?"),
    ] {
        let toml = RESTART.replacen(from, to, 1);
        assert_ne!(toml, RESTART);
        if words.is_empty() {
            assert!(change_of_plan(&core.state.playbook, &add(&toml)).unwrap().is_ok());
            continue;
        }
        let told = refused(&mut core, add(&toml));
        assert!(told.contains(words), "{told}");
    }
    let other = RESTART.split("danger").next().unwrap().to_owned() + "playbook = \"leak\"";
    let told = refused(&mut core, add(&other));
    assert!(told.contains("during an incident no other playbook is brought in"), "{told}");
}

#[test]
fn a_step_that_was_added_is_amended_and_promoted_with_its_comments() {
    let mut core = Core::open();
    core.ask(add(RESTART)).unwrap();
    core.ask(amend(&core, "restart", "/nodes/7", "/nodes/8")).unwrap();
    assert_eq!(core.state.playbook.step("restart").unwrap().origin, Origin::Added);
    let text = core.state.playbook.step_text("restart").unwrap();
    assert_eq!(text, RESTART.replace("/7", "/8"));
    // It fits the playbook as it was opened, and what comes of that is a playbook.
    let (with, id) = crate::support::playbook().with_step(&text).unwrap();
    assert_eq!(id, "restart");
    assert!(read("core.toml", &with.source("").unwrap().text).playbook.is_some());
}

#[test]
fn a_condition_that_is_taken_out_no_longer_holds_the_step_back() {
    let mut core = Core::open();
    let step = core.key("passwords");
    let (option, because) = (Shown::new("no"), Shown::new("none leaked"));
    core.ask(Ask::Decide { step, option, because, reason: None }).unwrap();
    assert!(core.state.not_applicable.contains("reset"));
    core.ask(amend(&core, "reset", "when = \"saved.reset == 'yes'\"\n", "")).unwrap();
    assert!(!core.state.not_applicable.contains("reset"));
    assert_eq!(core.replayed(), core.state);
}

/// A step that stands for a playbook, and one that comes after it.
const WHOLE: &str = r#"format = 1
id = "whole"
title = "Whole"
[inputs.index]
title = "Which?"
default = "users"
[[steps]]
id = "leak"
phase = "contain"
title = "What leaked"
when = "inputs.index == 'users'"
playbook = { id = "leak", inputs = { who = "all {{ inputs.index }}" } }
[[steps]]
id = "tell"
phase = "notify"
title = "Tell"
after = ["leak"]
ask = { question = "Told?" }
"#;

const LEAK: &str = r#"format = 1
id = "leak"
title = "Leak"
[inputs.who]
title = "Who?"
[backends.tokens]
title = "Tokens"
url = "https://tokens.example.com"
[[steps]]
id = "look"
phase = "detect"
title = "Look"
ask = { question = "How many?", save = "count" }
[[steps]]
id = "revoke"
phase = "contain"
title = "Revoke"
requires = ["look"]
[steps.call]
backend = "tokens"
request = "POST /revoke"
json = { who = "{{ inputs.who }}", count = "{{ saved.count }}" }
repeat = "once"
"#;

fn within() -> Core {
    let leak = |_: &Wanted<'_>| {
        Ok(Found { file: "leak.toml".to_owned(), text: LEAK.to_owned(), sha256: None })
    };
    let playbook = read_with("whole.toml", WHOLE, &leak).playbook.unwrap();
    Core::with(Arc::new(playbook))
}

fn answer(core: &mut Core, step: &str) {
    let (step, text) = (core.key(step), "40".into());
    core.ask(Ask::Answer { step, text, reason: None }).unwrap();
}

#[test]
fn a_playbook_within_is_walked_by_its_steps_and_over_with_them() {
    let mut core = within();
    let skip = Ask::Skip { step: core.key("leak"), skip: None, reason: "no".into() };
    assert_eq!(refused(&mut core, skip), Refusal::StandsForOthers.to_string());
    let early = Ask::Answer { step: core.key("tell"), text: "yes".into(), reason: None };
    assert!(refused(&mut core, early).contains("\u{201c}What leaked\u{201d} should come first"));
    answer(&mut core, "leak.look");
    let call = core.send("leak.revoke");
    let body = core.state.calls[&call].request.body.clone().unwrap();
    assert_eq!(
        body, r#"{"who":"all users","count":"40"}"#,
        "its own names, and what was filled in"
    );
    assert_eq!(core.state.progress("leak"), Progress::Planned);
    core.succeeds(call);
    assert_eq!(core.state.progress("leak"), Progress::Done);
    let offered = offers_of(&core.state, "leak", core.now);
    assert_eq!(offered.iter().map(|offer| offer.verb).collect::<Vec<_>>(), ["amend"]);
    answer(&mut core, "tell");
    assert_eq!(core.state.anomalies, []);
}

#[test]
fn a_playbook_that_does_not_apply_has_no_step_that_does() {
    let mut core = within();
    core.ask(Ask::SetInput { name: "index".to_owned(), value: "none".into() }).unwrap();
    for step in ["leak", "leak.look", "leak.revoke"] {
        assert!(core.state.not_applicable.contains(step), "{step}");
    }
    answer(&mut core, "tell");
    core.ask(Ask::SetInput { name: "index".to_owned(), value: "users".into() }).unwrap();
    assert_eq!(core.state.not_applicable.len(), 0);
}

#[test]
fn a_step_within_is_amended_by_the_text_of_its_own_file() {
    let mut core = within();
    core.ask(amend(&core, "leak.revoke", "POST /revoke", "POST /v2/revoke")).unwrap();
    answer(&mut core, "leak.look");
    let call = core.send("leak.revoke");
    let url = &core.state.calls[&call].request.url;
    assert_eq!(url, "https://tokens.example.com/v2/revoke");
    assert_eq!(core.state.anomalies, []);
}
