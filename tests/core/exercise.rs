//! A drill: what may be asked of it when, in which words it is refused, and what is offered.

use rstest::rstest;
use stanch::incident::exercise::{Control, Delivery, ExerciseEnd, Inject, Judged, Rate, Wish};
use stanch::incident::offer::hot_wash_offers;
use stanch::incident::words::{is_veiled, is_veiled_in_part};
use stanch::incident::{Ask, Needs, Now, Offer, Record, RecordLine, Refusal, offers_of};
use stanch::text::Shown;

use crate::support::{Core, inject, later, person};

fn because() -> Shown {
    "because".into()
}

fn control(control: Control) -> Ask {
    Ask::Control { control }
}

fn pause() -> Ask {
    control(Control::Pause { reason: "lunch".into(), back_to: None })
}

fn end(how: ExerciseEnd) -> Ask {
    control(Control::End { how, reason: because(), faults: Vec::new() })
}

fn deliver(core: &mut Core, id: &str, options: &[&str]) {
    core.ask(Ask::Deliver { inject: inject(id, options) }).unwrap();
}

fn answer(id: &str, option: Option<&str>) -> Ask {
    Ask::InjectAnswer { inject: id.to_owned(), option: option.map(Shown::new), text: because() }
}

fn ad_hoc(body: &str) -> Ask {
    let inject = Inject { why: Delivery::AdHoc, body: body.into(), ..inject("x", &[]) };
    Ask::Deliver { inject }
}

/// Brings the core into a state and says what to ask there.
type Case = fn(&mut Core) -> Ask;

#[rstest]
#[case::paused(
    |core: &mut Core| {
        core.ask(pause()).unwrap();
        Ask::Answer { step: core.key("report"), text: because(), reason: None }
    },
    "the exercise is paused: resume it first"
)]
#[case::paused_twice(
    |core: &mut Core| { core.ask(pause()).unwrap(); pause() },
    "the exercise is paused: resume it first"
)]
#[case::pause_without_a_reason(
    |_: &mut Core| control(Control::Pause { reason: " ".into(), back_to: None }),
    "a reason is needed"
)]
#[case::not_paused(|_: &mut Core| control(Control::Resume), "the exercise is not paused")]
#[case::the_same_rate(
    |_: &mut Core| control(Control::Rate { rate: Rate::parse("4").unwrap() }),
    "the clock goes at that rate already"
)]
#[case::back(
    |core: &mut Core| {
        let to = core.state.by_its_clock(core.now).at;
        control(Control::Jump { to, what: because() })
    },
    "the scenario's clock only leaps ahead"
)]
#[case::asked_twice(
    |core: &mut Core| {
        let ask = control(Control::Ask { wish: Wish::Hint });
        core.ask(ask.clone()).unwrap();
        ask
    },
    "that is asked for already"
)]
#[case::unknown_inject(|_: &mut Core| answer("I-9", None), "no inject I-9 arrived")]
#[case::twice(
    |core: &mut Core| { deliver(core, "I-1", &[]); Ask::Deliver { inject: inject("I-1", &[]) } },
    "that inject arrived already"
)]
#[case::skipped_too_late(
    |core: &mut Core| {
        deliver(core, "I-1", &[]);
        control(Control::Skip { inject: "I-1".to_owned(), reason: because() })
    },
    "that inject arrived already"
)]
#[case::seen_twice(
    |core: &mut Core| {
        deliver(core, "I-1", &[]);
        let seen = Ask::InjectSeen { inject: "I-1".to_owned() };
        core.ask(seen.clone()).unwrap();
        seen
    },
    "it was opened before"
)]
#[case::no_option(
    |core: &mut Core| { deliver(core, "I-1", &["yes", "no"]); answer("I-1", None) },
    "nothing was written"
)]
#[case::another_option(
    |core: &mut Core| { deliver(core, "I-1", &["yes", "no"]); answer("I-1", Some("perhaps")) },
    "perhaps is not an option; choose yes and no"
)]
#[case::an_inject_of_nothing(|_: &mut Core| ad_hoc(" "), "nothing was written")]
#[case::hot_wash_too_early(
    |_: &mut Core| Ask::HotWash { question: because(), text: because() },
    "the exercise is not over yet"
)]
#[case::over(
    |core: &mut Core| {
        core.ask(end(ExerciseEnd::Stopped)).unwrap();
        Ask::Answer { step: core.key("report"), text: because(), reason: None }
    },
    "the exercise is over: what is left is to talk about it"
)]
#[case::an_inject_after_the_end(
    |core: &mut Core| { core.ask(end(ExerciseEnd::Finished)).unwrap(); ad_hoc("more") },
    "the exercise is over: what is left is to talk about it"
)]
fn it_is_refused_in_these_words(#[case] case: Case, #[case] words: &str) {
    let mut core = Core::drill();
    let ask = case(&mut core);
    let before = core.state.clone();
    assert_eq!(core.ask(ask).unwrap_err().to_string(), words);
    assert_eq!(core.state, before);
}

#[test]
fn a_live_incident_has_nothing_of_it() {
    let mut core = Core::open();
    for ask in [Ask::Deliver { inject: inject("I-1", &[]) }, pause(), end(ExerciseEnd::Stopped)] {
        assert_eq!(core.ask(ask), Err(Refusal::NoDrill));
    }
    let verbs: Vec<&str> = core.offers().iter().map(|offer| offer.verb).collect();
    for verb in ["pause", "answer-inject", "real-incident", "hint", "hot-wash"] {
        assert!(!verbs.contains(&verb), "{verb}");
    }
}

fn offered<'a>(offers: &'a [Offer], verb: &str) -> Vec<&'a Offer> {
    offers.iter().filter(|offer| offer.verb == verb).collect()
}

#[test]
fn what_waits_for_a_decision_is_offered_first() {
    let mut core = Core::drill();
    deliver(&mut core, "I-1", &[]);
    deliver(&mut core, "I-2", &["publish", "wait"]);
    let offers = core.offers();
    let answers = offered(&offers, "answer-inject");
    let told: Vec<(&str, &Needs)> =
        answers.iter().map(|offer| (offer.title.as_str(), &offer.needs)).collect();
    let options = Needs::OptionAndReason(vec!["publish".to_owned(), "wait".to_owned()]);
    assert_eq!(
        told,
        [
            ("Decide about inject I-2: Is it true?", &options),
            ("Answer inject I-1: Is it true?", &Needs::Text),
        ]
    );
    core.ask(answer("I-2", Some("wait"))).unwrap();
    let offers = core.offers();
    let titles: Vec<&str> =
        offered(&offers, "answer-inject").iter().map(|offer| offer.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Answer inject I-1: Is it true?", "Answer anew inject I-2: Is it true?"],
        "a later answer stands in the place of the one before"
    );
    let arrived = core.state.exercise.as_ref().unwrap().arrived("I-2").unwrap();
    assert!(arrived.seen.is_some(), "whoever answers has read it");
}

#[test]
fn the_clock_is_paused_or_resumed_and_a_real_incident_has_to_be_typed() {
    let mut core = Core::drill();
    let verbs = |core: &Core| -> Vec<(&str, bool)> {
        let of_drill =
            ["pause", "resume", "rate", "hint", "onward", "end-exercise", "real-incident"];
        let offers = core.offers();
        let own = offers.iter().filter(|offer| of_drill.contains(&offer.verb));
        own.map(|offer| (offer.verb, offer.refusal.is_none())).collect()
    };
    assert_eq!(
        verbs(&core),
        [
            ("pause", true),
            ("rate", true),
            ("hint", true),
            ("onward", true),
            ("end-exercise", true),
            ("real-incident", true)
        ]
    );
    core.ask(pause()).unwrap();
    core.ask(control(Control::Ask { wish: Wish::Onward })).unwrap();
    assert_eq!(verbs(&core)[0], ("resume", true));
    assert!(verbs(&core).contains(&("onward", false)), "it is asked for already");
    assert!(verbs(&core).contains(&("real-incident", true)), "also while it is paused");
    let offers = core.offers();
    let real = offered(&offers, "real-incident");
    assert_eq!(real[0].needs, Needs::Typed("REAL".to_owned()));
}

#[test]
fn when_it_is_over_nothing_is_offered_but_to_talk_about_it() {
    let mut core = Core::drill();
    deliver(&mut core, "I-1", &["yes", "no"]);
    core.ask(end(ExerciseEnd::Finished)).unwrap();
    let now = core.state.by_its_clock(core.now);
    let offers = core.offers();
    assert!(offers.iter().all(|offer| offer.step.is_none()), "no step offers anything");
    assert!(offers.iter().all(|offer| offer.refusal != Some(Refusal::ExerciseOver)));
    assert!(offers_of(&core.state, "report", now).is_empty());
    assert_eq!(offered(&offers, "note").len(), 1);
    assert_eq!(offered(&offers, "close").len(), 1);
    let questions = ["What went well?".into(), "What did not?".into()];
    let asked = hot_wash_offers(&core.state, &questions, now);
    assert_eq!(asked[0].title, "Hot wash: What went well?");
    assert!(asked.iter().all(|offer| offer.refusal.is_none()));
    let text = "The pager did".into();
    core.ask(Ask::HotWash { question: questions[0].clone(), text }).unwrap();
    let anew = hot_wash_offers(&core.state, &questions, now);
    assert_eq!(anew[0].title, "Hot wash (anew): What went well?");
    let open = Core::drill();
    assert!(hot_wash_offers(&open.state, &questions, now).is_empty(), "not before");
}

/// As players read it now.
fn read(core: &Core, record: &Record) -> String {
    let at = core.now.at;
    RecordLine::new(1, at, &person(), None, record, &core.state).words.to_string()
}

#[test]
fn what_would_tell_what_is_to_come_is_told_when_it_is_over() {
    let mut core = Core::drill();
    let veiled = [
        Control::Skip { inject: "I-7".to_owned(), reason: "no time".into() },
        Control::Delay {
            inject: "I-8".to_owned(),
            until: later(core.now, 60).at,
            reason: because(),
        },
        Control::Judge { expectation: "E-1".to_owned(), verdict: Judged::Late, reason: because() },
        Control::Arm { fault: "slow".to_owned(), reason: because() },
        Control::Disarm { fault: "slow".to_owned(), reason: because() },
    ];
    for control in &veiled {
        let control = control.clone();
        core.ask(Ask::Control { control }).unwrap();
    }
    let missed = Delivery::Contingency { missed: "E-1".to_owned() };
    let sent = Inject { why: missed, ..inject("I-1", &[]) };
    core.ask(Ask::Deliver { inject: sent }).unwrap();
    let records: Vec<Record> = core.records.iter().skip(1).map(|(_, one)| one.clone()).collect();
    let (controls, arrived) = records.split_at(veiled.len());
    for record in controls {
        assert!(is_veiled(record, &core.state));
        assert_eq!(
            read(&core, record),
            "something by those who run the exercise; told when it is over"
        );
    }
    assert!(is_veiled_in_part(&arrived[0], &core.state));
    assert_eq!(read(&core, &arrived[0]), "inject I-1 arrived: press from the Courier: Is it true?");
    core.ask(end(ExerciseEnd::Finished)).unwrap();
    assert_eq!(read(&core, &controls[0]), "inject I-7 will not come: no time");
    assert!(read(&core, &arrived[0]).contains("as a contingency"));
}

#[test]
fn the_clock_of_the_scenario_stamps_what_happens() {
    let mut core = Core::drill();
    let start = core.state.exercise.as_ref().unwrap().briefing.start;
    let shows = |core: &Core| (core.state.by_its_clock(core.now).at - start).num_seconds();
    core.now = later(core.now, 60);
    assert_eq!(shows(&core), 240);
    core.ask(pause()).unwrap();
    core.now = later(core.now, 600);
    assert_eq!(shows(&core), 240, "it stands still");
    core.ask(control(Control::Resume)).unwrap();
    core.ask(control(Control::Rate { rate: Rate::parse("60").unwrap() })).unwrap();
    core.now = later(core.now, 10);
    assert_eq!(shows(&core), 840);
    let to = start + chrono::TimeDelta::hours(2);
    core.ask(control(Control::Jump { to, what: "the evening".into() })).unwrap();
    assert_eq!(shows(&core), 7_200);
    deliver(&mut core, "I-1", &[]);
    assert_eq!(core.state.exercise.as_ref().unwrap().injects[0].at, to);
    let Now { at, .. } = core.records.last().unwrap().0;
    assert_eq!(at, to);
    assert_eq!(core.replayed(), core.state);
}
