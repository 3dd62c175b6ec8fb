//! Steps that are done for each member of the scope, and the hosts that a person admits.

use crate::support::{Core, person, result};
use rstest::rstest;
use stanch::incident::words::words;
use stanch::incident::{
    Ask, CallOutcome, Effect, Finding, Input, Offer, Progress, Purpose, Record, Refusal, StepKey,
    Verdict, offers, offers_of, recommended,
};
use stanch::text::Shown;

fn add(core: &mut Core, name: &str) {
    let ask = Ask::AddScope {
        scope: "database".to_owned(),
        name: name.into(),
        source: "a reader, by phone".into(),
    };
    core.ask(ask).unwrap();
}

fn admission(name: &str, url: &str, secrets: bool) -> Ask {
    Ask::Admit {
        scope: "database".to_owned(),
        name: name.into(),
        url: url.into(),
        secrets,
        reason: "it is in our inventory".into(),
    }
}

fn admit(core: &mut Core, name: &str) {
    let url = format!("https://{name}.example.com:9200");
    core.ask(admission(name, &url, false)).unwrap();
}

fn two() -> Core {
    let mut core = Core::scoped();
    add(&mut core, "db1");
    add(&mut core, "db2");
    core
}

/// The call of this instance took effect, and every check passed.
fn contain(core: &mut Core, name: &str) {
    let call = core.send(name);
    let mut answered = result(CallOutcome::Known { verdict: Verdict::Succeeded });
    answered.saved = [("closed".to_owned(), name.into())].into();
    core.input(&Input::Called { call, attempt: 1, result: answered }).unwrap();
    core.checks(Finding::Passed);
    assert_eq!(core.state.progress(name), Progress::Proven);
}

fn arm(name: &str) -> Ask {
    Ask::Arm { step: StepKey::named(name), purpose: Purpose::Act, reason: None }
}

fn rows(core: &Core, id: &str) -> Vec<String> {
    let rows = core.state.timeline().filter(|row| row.step.id == id);
    rows.map(|row| format!("{}: {}", row.name, row.progress.word())).collect()
}

fn next(core: &Core, name: &str) -> Option<Offer> {
    offers_of(&core.state, name, core.now).into_iter().find(|offer| offer.recommended)
}

#[test]
fn new_members_open_new_turns_and_old_ones_are_not_done_again() {
    let mut core = Core::scoped();
    assert_eq!(rows(&core, "close-host"), ["close-host: planned"]);
    add(&mut core, "db1");
    admit(&mut core, "db1");
    contain(&mut core, "close-host[db1]");
    add(&mut core, "db2");
    assert_eq!(rows(&core, "close-host"), ["close-host[db1]: proven", "close-host[db2]: planned"]);
    assert_eq!(rows(&core, "report"), ["report: planned"], "the others are done once");
    admit(&mut core, "db2");
    contain(&mut core, "close-host[db2]");
    assert_eq!(core.state.live_guards().count(), 2);
    assert_eq!(core.state.anomalies, []);
    assert_eq!(core.replayed(), core.state);
}

#[test]
fn the_next_thing_for_a_member_is_to_admit_it_and_then_to_contain_it() {
    let mut core = Core::scoped();
    assert_eq!(next(&core, "close-host"), None);
    add(&mut core, "db2");
    let first = next(&core, "close-host[db2]").unwrap();
    assert_eq!(first.verb, "admit");
    assert_eq!(
        first.title,
        "Admit database db2: at which URL it is, and how we know that it is ours"
    );
    let all = offers(&core.state, core.now);
    assert_eq!(all.iter().filter(|offer| offer.verb == "admit").count(), 1, "one for each member");
    admit(&mut core, "db2");
    assert_eq!(next(&core, "close-host[db2]").unwrap().verb, "look");
    let again: Vec<&str> = offers(&core.state, core.now)
        .iter()
        .filter(|offer| offer.verb.starts_with("admit"))
        .map(|offer| offer.verb)
        .collect();
    assert_eq!(again, ["admit-again"]);
    // What is next at all is a row of it, once nothing above is left.
    for id in ["report", "list", "block", "revoke", "notify", "passwords", "reset"] {
        let skip = Ask::Skip { step: core.key(id), skip: None, reason: "not ours".into() };
        core.ask(skip).unwrap();
    }
    let next = recommended(&core.state, core.now).unwrap();
    assert_eq!((next.verb, next.step.as_deref()), ("look", Some("close-host[db2]")));
}

#[test]
fn a_call_goes_to_the_host_of_its_own_member_and_without_a_secret() {
    let mut core = two();
    admit(&mut core, "db1");
    admit(&mut core, "db2");
    core.ask(arm("close-host[db2]")).unwrap();
    let armed = core.state.instance("close-host[db2]").unwrap().armed.clone().unwrap();
    assert_eq!(armed.request.url, "https://db2.example.com:9200/_closed");
    assert_eq!(armed.request.backend, "database/db2");
    assert_eq!(armed.request.auth.secret(), None);
    assert_eq!(armed.target, Some("db2.example.com".into()), "a person must recognise the host");
    let checked = core.effects.iter().find_map(|effect| match effect {
        Effect::Check { request, .. } => Some(request.clone()),
        _ => None,
    });
    assert_eq!(checked.unwrap().url, "https://db2.example.com:9200/");
}

#[test]
fn a_secret_leaves_only_where_step_and_admission_both_say_so() {
    let mut core = two();
    admit(&mut core, "db1");
    let refused = core.ask(arm("own-key[db1]")).unwrap_err();
    assert!(matches!(refused, Refusal::NoSecretsThere { .. }), "{refused}");
    core.ask(admission("db1", "https://db1.example.com:9200", true)).unwrap();
    core.ask(arm("own-key[db1]")).unwrap();
    let armed = core.state.instance("own-key[db1]").unwrap().armed.clone().unwrap();
    assert_eq!(armed.request.auth.secret(), Some("db-admin"));
    assert_eq!(armed.request.url, "https://db1.example.com:9200/keys/db1.example.com");
    // Nothing names a secret in this one, so none goes there although it might.
    core.ask(arm("close-host[db1]")).unwrap();
    let armed = core.state.instance("close-host[db1]").unwrap().armed.clone().unwrap();
    assert_eq!(armed.request.auth.secret(), None);
    core.ask(admission("db1", "https://db1.example.com:9200", false)).unwrap();
    assert_eq!(core.state.progress("own-key[db1]"), Progress::Planned, "and is taken back");
    assert_eq!(core.state.progress("close-host[db1]"), Progress::Armed);
}

#[test]
fn admitting_at_another_url_takes_back_what_was_shown() {
    let mut core = two();
    admit(&mut core, "db1");
    core.ask(arm("close-host[db1]")).unwrap();
    let decided = core.ask(admission("db1", "https://db1.example.org", false)).unwrap();
    let admit = Effect::Admit {
        backend: "database/db1".to_owned(),
        url: "https://db1.example.org".to_owned(),
        secrets: false,
    };
    assert!(decided.effects.contains(&admit));
    assert_eq!(core.state.progress("close-host[db1]"), Progress::Planned);
    let told: Vec<String> =
        decided.records.iter().map(|one| words(one, &core.state).to_string()).collect();
    assert_eq!(
        told.first().map(String::as_str),
        Some(
            "database db1 admitted at https://db1.example.org, no secrets: it is in our inventory"
        )
    );
    assert!(told.last().unwrap().contains("no longer what was shown"), "{told:?}");
}

#[test]
fn what_a_turn_saves_is_seen_by_turns_of_the_same_member_only() {
    let mut core = two();
    admit(&mut core, "db1");
    admit(&mut core, "db2");
    contain(&mut core, "close-host[db1]");
    let refused = core.ask(arm("firewall[db2]")).unwrap_err().to_string();
    assert_eq!(refused, "it needs what \u{201c}Close the host  db2\u{201d} saves");
    contain(&mut core, "close-host[db2]");
    for name in ["db1", "db2"] {
        let firewall = format!("firewall[{name}]");
        core.ask(arm(&firewall)).unwrap();
        let armed = core.state.instance(&firewall).unwrap().armed.clone().unwrap();
        let body = format!(r#"{{"host":"{name}","proof":"close-host[{name}]"}}"#);
        assert_eq!(armed.request.body, Some(body));
    }
}

#[test]
fn a_step_that_is_done_once_waits_for_all_members() {
    let answer =
        || Ask::Answer { step: StepKey::first("all-closed"), text: "ana".into(), reason: None };
    let mut core = two();
    admit(&mut core, "db1");
    contain(&mut core, "close-host[db1]");
    let refused = core.ask(answer()).unwrap_err().to_string();
    assert_eq!(refused, "it needs what \u{201c}Close the host  db2\u{201d} saves");
    let step = StepKey::named("close-host[db2]");
    core.ask(Ask::Skip { step: step.clone(), skip: None, reason: "gone".into() }).unwrap();
    assert!(core.ask(answer()).is_err(), "a skipped one saved nothing");
    core.ask(Ask::Reopen { step, reason: "it is there after all".into() }).unwrap();
    admit(&mut core, "db2");
    core.state.steps.get("close-host[db2]").unwrap();
    contain_again(&mut core);
    core.ask(answer()).unwrap();
    let mut none = Core::scoped();
    none.ask(answer()).unwrap();
}

fn contain_again(core: &mut Core) {
    let call = core.send("close-host[db2]");
    core.succeeds(call);
    core.checks(Finding::Passed);
    assert_eq!(core.state.key("close-host[db2]").epoch, 2);
}

#[test]
fn resuming_admits_again_before_anything_is_asked() {
    let mut core = two();
    admit(&mut core, "db1");
    contain(&mut core, "close-host[db1]");
    let resume = Input::Resume { by: person(), boot: "boot".to_owned(), version: "0".to_owned() };
    let decided = core.input(&resume).unwrap();
    let admit = |effect: &Effect| matches!(effect, Effect::Admit { .. });
    let guard = |effect: &Effect| matches!(effect, Effect::Guard { .. });
    let first = decided.effects.iter().position(admit).unwrap();
    assert!(first < decided.effects.iter().position(guard).unwrap());
    assert_eq!(decided.effects.iter().filter(|effect| admit(effect)).count(), 1);
}

/// Brings the core into a state and says what to ask there.
type Case = fn(&mut Core) -> Ask;

#[rstest]
#[case::no_member(|_: &mut Core| arm("close-host"), "the scope holds no database yet: add one")]
#[case::no_member_to_skip(
    |_: &mut Core| Ask::Skip { step: StepKey::first("firewall"), skip: None, reason: "no".into() },
    "the scope holds no database yet: add one"
)]
#[case::which_member(
    |core: &mut Core| { add(core, "db1"); arm("close-host") },
    "it is done for each database: say for which, such as close-host[db1]"
)]
#[case::other_member(
    |core: &mut Core| { add(core, "db1"); arm("close-host[db2]") },
    "the scope holds no database db2; did you mean db1?"
)]
#[case::member_of_a_step_that_is_done_once(
    |core: &mut Core| { add(core, "db1"); arm("block[db1]") },
    "there is no step block[db1]; did you mean block?"
)]
#[case::not_admitted(
    |core: &mut Core| { add(core, "db1"); arm("close-host[db1]") },
    "database db1 is not admitted: nothing is sent there before a person says at which URL it is, and \
     how we know that it is ours"
)]
#[case::no_secrets_there(
    |core: &mut Core| { add(core, "db1"); admit(core, "db1"); arm("own-key[db1]") },
    "the secret db-admin would go to database db1, which was admitted without secrets"
)]
#[case::admit_whom(
    |core: &mut Core| { add(core, "db1"); admission("db", "https://db.example.com", false) },
    "the scope holds no database db; did you mean db1?"
)]
#[case::admit_without_url(
    |core: &mut Core| { add(core, "db1"); admission("db1", "", false) },
    "the URL must begin with https://"
)]
#[case::admit_in_the_clear(
    |core: &mut Core| { add(core, "db1"); admission("db1", "http://db1.example.com", true) },
    "the URL sends secrets to db1.example.com in the clear: http is only for this machine"
)]
#[case::admit_with_a_user(
    |core: &mut Core| { add(core, "db1"); admission("db1", "https://u:p@db1.example.com", false) },
    "the URL has a user in it"
)]
#[case::admit_with_a_query(
    |core: &mut Core| { add(core, "db1"); admission("db1", "https://db1.example.com?a", false) },
    "the URL has a query in it"
)]
#[case::admit_with_a_fragment(
    |core: &mut Core| { add(core, "db1"); admission("db1", "https://db1.example.com#a", false) },
    "the URL has a `#`"
)]
#[case::admit_a_template(
    |core: &mut Core| { add(core, "db1"); admission("db1", "https://{{ member.name }}", false) },
    "the URL has a `{`"
)]
#[case::admit_without_reason(
    |core: &mut Core| {
        add(core, "db1");
        let Ask::Admit { scope, name, url, secrets, .. } =
            admission("db1", "https://db1.example.com", false) else { panic!() };
        Ask::Admit { scope, name, url, secrets, reason: " ".into() }
    },
    "a reason is needed"
)]
#[case::admitted_so_already(
    |core: &mut Core| {
        add(core, "db1");
        admit(core, "db1");
        admission("db1", "https://db1.example.com:9200/", false)
    },
    "it is admitted so already"
)]
fn a_person_is_refused(#[case] case: Case, #[case] words: &str) {
    let mut core = Core::scoped();
    let ask = case(&mut core);
    let before = core.state.clone();
    let refusal = core.ask(ask).expect_err("refused");
    assert!(refusal.to_string().starts_with(words), "{refusal}");
    assert_eq!(core.state, before);
}

/// What must hold of a decision about one member: no other is touched by it.
pub(crate) fn touches_no_other(core: &Core, input: &Input, records: &[Record]) {
    let Some(member) = member_of(core, input) else { return };
    for record in records {
        let value = serde_json::to_value(record).unwrap();
        let payload = value.as_object().unwrap().values().next().unwrap();
        let other = payload.pointer("/step/member").and_then(|name| name.as_str());
        assert!(other.is_none_or(|other| other == member), "{member}: {record:?}");
    }
    for effect in &core.effects {
        let (Effect::Send { request, .. }
        | Effect::Check { request, .. }
        | Effect::Guard { request, .. }) = effect
        else {
            continue;
        };
        if let Some(name) = request.backend.strip_prefix("database/") {
            let admitted = core.state.member("database", name).unwrap().admitted.clone().unwrap();
            assert_eq!(name, member);
            assert!(admitted.secrets || request.auth.secret().is_none(), "{request:?}");
        }
    }
}

/// The member that the instance is of which an input speaks.
fn member_of(core: &Core, input: &Input) -> Option<String> {
    let key = match input {
        Input::Person { ask, .. } => {
            let value = serde_json::to_value(ask).unwrap();
            return value.pointer("/step/member").and_then(|one| one.as_str()).map(str::to_owned);
        }
        Input::Called { call, .. } | Input::RetryDue { call } => &core.state.calls[call].step,
        Input::Checked { check, .. } => &core.state.checks[check].step,
        _ => return None,
    };
    key.member.clone()
}

#[test]
fn a_name_with_brackets_is_a_name() {
    let mut core = Core::scoped();
    for name in ["[db1]", "a]", "[", "close-host[db1]"] {
        add(&mut core, name);
        let row = format!("close-host[{name}]");
        assert_eq!(core.state.row(&row).unwrap().member.unwrap().name, Shown::new(name));
        core.ask(Ask::Skip { step: StepKey::named(&row), skip: None, reason: "no".into() })
            .unwrap();
    }
    assert_eq!(rows(&core, "close-host").len(), 4);
    assert_eq!(core.state.anomalies, []);
}
