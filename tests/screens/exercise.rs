//! A drill on the screen and line by line: its injects, its clock, what only a facilitator sees.

use std::sync::Arc;

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use stanch::command::{Console, Debrief, Snapshot, Told, Tone};
use stanch::drill::plan::{
    self, Event, Expectation, InjectKind, Module, Objective, Since, Trigger, What,
};
use stanch::drill::{Desk, Scenario};
use stanch::incident::exercise::{Control, Delivery, ExerciseEnd, Inject, Judged, Wish};
use stanch::incident::{Ask, Purpose, Refusal, State};
use stanch::plain;
use stanch::text::Shown;
use stanch::tui::{Layer, Msg, Request, View};

use crate::core::{Core, inject, later, person};
use crate::fixture::{Fake, Screen};
use crate::scenes::{press, scene};

const SIZE: (u16, u16) = (100, 30);

/// Some injects came: one is answered, one was read, one waits for a decision.
pub(crate) fn mid() -> Core {
    let mut core = Core::drill();
    let deliver = |core: &mut Core, inject: Inject| {
        core.now = later(core.now, 75);
        core.ask(Ask::Deliver { inject }).unwrap();
    };
    let ticket = Inject {
        channel: "ticket".to_owned(),
        from: "a reader".into(),
        to: Vec::new(),
        subject: "Your search answers everybody".into(),
        body: "I can read *all* of it from here,\nwithout a password.\n\n- users: 2.4 million\n- cameras".into(),
        ..inject("I-01", &[])
    };
    deliver(&mut core, ticket);
    deliver(&mut core, inject("I-02", &["publish a holding statement", "wait"]));
    let log = Inject {
        channel: "log".to_owned(),
        subject: "Reads from one address".into(),
        body: "17:09 GET /users/_search 200\n17:09 GET /users/_search 200".into(),
        ..inject("I-03", &[])
    };
    deliver(&mut core, log);
    core.ask(Ask::InjectSeen { inject: "I-01".to_owned() }).unwrap();
    let text = "We are looking at it.".into();
    core.ask(Ask::InjectAnswer { inject: "I-01".to_owned(), option: None, text }).unwrap();
    let text = "Read the oldest ticket again.".into();
    core.now = later(core.now, 20);
    core.ask(Ask::Control { control: Control::Hint { expectation: None, text, cost: 3 } }).unwrap();
    core.now = later(core.now, 25);
    core
}

pub(crate) fn paused() -> Core {
    let mut core = mid();
    let reason = "the machine slept for 12 minutes".into();
    core.ask(Ask::Control { control: Control::Pause { reason, back_to: None } }).unwrap();
    core.now = later(core.now, 600);
    core
}

pub(crate) fn over() -> Core {
    let mut core = mid();
    let (how, reason) = (ExerciseEnd::Finished, "all modules were played".into());
    let control = Control::End { how, reason, faults: Vec::new() };
    core.ask(Ask::Control { control }).unwrap();
    core
}

/// A request that waits for its confirmation.
pub(crate) fn confirm(size: (u16, u16)) -> Screen {
    let mut core = mid();
    let (step, reason) = (core.key("block"), Some("it is urgent".into()));
    core.ask(Ask::Arm { step, purpose: Purpose::Act, reason }).unwrap();
    let mut screen = Screen::new(core, size);
    press(&mut screen, "\n");
    screen
}

pub(crate) fn real(size: (u16, u16)) -> Screen {
    let mut screen = Screen::new(mid(), size);
    screen.ctrl('r');
    screen.type_text("RE");
    screen
}

fn expectation(id: &str, inject: &str, what: What) -> Expectation {
    Expectation {
        line: 1,
        id: id.to_owned(),
        title: "The cluster is locked".into(),
        inject: inject.to_owned(),
        objective: "O1".to_owned(),
        what,
        since: Since::Inject(inject.to_owned()),
        within: TimeDelta::minutes(40),
        late_until: TimeDelta::minutes(80),
        points: 15,
        critical: true,
        on_miss: Some("I-09".to_owned()),
        fresh: false,
        measures: None,
        hint: Some("Ask the proof from outside.".into()),
    }
}

fn planned(id: &str, when: Trigger) -> plan::Inject {
    plan::Inject {
        line: 1,
        message: inject(id, &["publish a holding statement", "wait"]),
        kind: InjectKind::Inject,
        when,
        best: Some(1),
        evaluator: "Do they ask who said so?".into(),
        claims: Vec::new(),
    }
}

/// Injects that come by the clock, after something, and where something is missed.
fn scenario() -> Scenario {
    let text = "format = 1\nid = \"night\"\ntitle = \"A night\"\nplaybook = \"core\"\n\
                banner = \"EXERCISE EXERCISE EXERCISE\"\nbackends = [\"search\"]\n[state]\nopen = true\n\
                [[routes]]\nbackend = \"search\"\nrequest = \"GET /\"\n\
                [[faults]]\nid = \"slow-tokens\"\ntitle = \"the tokens answer after 40 s\"\n\
                kind = \"latency\"\nbackend = \"search\"\nlatency_ms = 40000\narmed = false\n";
    let mut scenario = Scenario::parse("night.toml", text).unwrap();
    let minutes = TimeDelta::minutes;
    let what = Event { kind: "step_completed".to_owned(), ..Event::default() };
    let what = Event { step: Some("block".to_owned()), proven: Some(true), ..what };
    let after = Trigger::After { what: what.clone(), delay: minutes(4), latest: Some(minutes(70)) };
    scenario.plan.injects = vec![
        planned("I-02", Trigger::At(minutes(10))),
        planned("I-05", Trigger::At(minutes(30))),
        planned("I-06", after),
        plan::Inject { kind: InjectKind::Contingency, ..planned("I-09", Trigger::Never) },
    ];
    let record = What::Record { event: what, each: Vec::new(), before: None, after: None };
    scenario.plan.expectations = vec![
        expectation("E-lock", "I-02", record),
        expectation("E-reply", "I-02", What::Answer { inject: "I-02".to_owned(), best: true }),
        expectation("E-tone", "I-05", What::Manual("The statement blames nobody.".into())),
    ];
    scenario.plan.objectives = vec![Objective {
        id: "O1".to_owned(),
        title: "Contain".into(),
        target: "Within 40 minutes".into(),
        weight: 100,
    }];
    let module = |id: &str, start, end| Module {
        id: id.to_owned(),
        title: "The evening".into(),
        start: minutes(start),
        end: minutes(end),
        rate: crate::core::briefing().rate,
    };
    scenario.plan.modules = vec![module("M1", 0, 60), module("M2", 480, 600)];
    scenario
}

fn desk() -> Arc<Desk> {
    Arc::new(Desk::new(Arc::new(scenario())))
}

fn facilitator(core: Core) -> Fake {
    let mut fake = Fake::new(core);
    fake.desk = Some(desk());
    fake
}

/// With something skipped, judged and armed already.
fn run() -> Core {
    let mut core = mid();
    let (verdict, reason) = (Judged::Late, Shown::new("seen on the screen"));
    for control in [
        Control::Judge { expectation: "E-lock".to_owned(), verdict, reason: reason.clone() },
        Control::Arm { fault: "slow-tokens".to_owned(), reason },
    ] {
        core.ask(Ask::Control { control }).unwrap();
    }
    core
}

/// What a facilitator sees after these keys.
pub(crate) fn facilitated(size: (u16, u16), keys: &str) -> Screen {
    let mut screen = Screen::of(facilitator(run()), size);
    press(&mut screen, keys);
    screen
}

struct Card;

impl Debrief for Card {
    fn told(&self, _: &State) -> Vec<Told> {
        vec![Told { tone: Tone::Good, text: "72 of 100 points".into() }]
    }

    fn questions(&self) -> Vec<Shown> {
        vec!["What helped most?".into(), "What would you change?".into()]
    }
}

pub(crate) fn hot_wash(size: (u16, u16)) -> Screen {
    let mut core = over();
    let (question, text) = ("What helped most?".into(), "That one wrote and one acted.".into());
    core.ask(Ask::HotWash { question, text }).unwrap();
    let mut fake = Fake::new(core);
    fake.debrief = Some(Arc::new(Card));
    let mut screen = Screen::of(fake, size);
    press(&mut screen, "=");
    screen
}

#[test]
fn whoever_opens_an_inject_has_read_it_and_once_is_enough() {
    let mut screen = Screen::new(mid(), SIZE);
    screen.assert_shows("2 injects UNREAD");
    screen.assert_shows("9 Injects 2");
    press(&mut screen, "9");
    assert_eq!(screen.model.view, View::Injects);
    // At the first that nobody read.
    press(&mut screen, "\n");
    screen.assert_shows("It asks for a decision");
    let seen = |id: &str| Ask::InjectSeen { inject: id.to_owned() };
    assert_eq!(screen.sent, [seen("I-02")]);
    screen.assert_shows("1 inject UNREAD");
    screen.assert_shows("1 waits for a DECISION");
    screen.assert_hides("Recorded, up to");
    press(&mut screen, "]");
    screen.assert_shows("17:09 GET /users/_search 200");
    press(&mut screen, "[[]]]");
    assert_eq!(screen.sent, [seen("I-02"), seen("I-03")]);
    screen.assert_hides("UNREAD");
}

#[test]
fn enter_on_an_inject_answers_it() {
    let mut screen = Screen::new(mid(), SIZE);
    press(&mut screen, "9\n\n");
    assert!(matches!(screen.model.layer, Layer::Form(_)));
    screen.key(KeyCode::Down);
    screen.key(KeyCode::Tab);
    screen.type_text("nobody knows yet");
    screen.ctrl('s');
    let answer = screen.sent.last().unwrap().clone();
    let (option, text) = (Some("wait".into()), "nobody knows yet".into());
    assert_eq!(answer, Ask::InjectAnswer { inject: "I-02".to_owned(), option, text });
    screen.assert_shows("Z: wait, because: nobody knows yet");
    screen.assert_hides("DECI");
}

#[test]
fn what_comes_rings_and_is_told_wherever_one_looks() {
    for focused in [true, false] {
        let mut screen = Screen::new(mid(), SIZE);
        screen.tell(Msg::Focus(focused));
        let more = Ask::Deliver { inject: inject("I-04", &[]) };
        screen.fake.ask(person(), more).unwrap();
        screen.tell(Msg::Changed);
        screen.tell(Msg::Changed);
        let words = "EXERCISE EXERCISE EXERCISE, DRILL amber-heron: \
                     inject I-04, press from the Courier";
        assert_eq!(screen.count(&Request::Attention(words.to_owned())), 1);
        screen.assert_shows("New inject I-04, press from the Courier: Is it true? (9 shows it)");
        screen.assert_shows("3 injects UNREAD");
    }
}

#[test]
fn whoever_runs_it_is_called_when_the_players_ask_for_something() {
    for (is_facilitator, times) in [(true, 1), (false, 0)] {
        let core = mid();
        let fake = if is_facilitator { facilitator(core) } else { Fake::new(core) };
        let mut screen = Screen::of(fake, SIZE);
        let control = Control::Ask { wish: Wish::Hint };
        screen.fake.ask(person(), Ask::Control { control }).unwrap();
        screen.tell(Msg::Changed);
        let called = |request: &&Request| matches!(request, Request::Attention(_));
        assert_eq!(screen.wanted.iter().filter(called).count(), times);
        screen.assert_shows("a hint is asked for");
    }
}

#[test]
fn a_facilitator_sees_what_became_of_each_expectation() {
    let mut core = mid();
    let (option, text) = (Some("wait".into()), "nobody knows yet".into());
    core.ask(Ask::InjectAnswer { inject: "I-02".to_owned(), option, text }).unwrap();
    let mut screen = Screen::of(facilitator(core), SIZE);
    press(&mut screen, "-");
    screen.assert_shows("E-lock within 0:3");
    screen.assert_shows("E-reply met 2019-12-26 17:18:00Z");
    screen.assert_shows("E-tone to come");
    // The window closes, and nothing was done.
    screen.fake.wait(1_200);
    screen.tell(Msg::Changed);
    screen.assert_shows("E-lock missed");
}

#[test]
fn a_real_incident_takes_one_key_and_one_word() {
    for keys in ["", "n", "?", "9\n"] {
        let mut screen = Screen::new(mid(), SIZE);
        press(&mut screen, keys);
        screen.sent.clear();
        screen.ctrl('r');
        screen.assert_shows("Declare a REAL incident");
        screen.ctrl('s');
        assert_eq!(screen.sent, [], "{keys}: nothing was typed");
        screen.type_text("real");
        screen.ctrl('s');
        screen.assert_shows("type REAL, in capital letters");
        (0..4).for_each(|_| screen.key(KeyCode::Backspace));
        screen.type_text("REAL");
        screen.ctrl('s');
        let (how, reason) = (ExerciseEnd::RealIncident, "A real incident began.".into());
        let control = Control::End { how, reason, faults: Vec::new() };
        assert_eq!(screen.sent, [Ask::Control { control }], "{keys}");
        screen.assert_shows("EXERCISE OVER, a REAL incident began");
    }
    let mut live = Screen::new(Core::open(), SIZE);
    live.ctrl('r');
    live.assert_shows("This is no drill.");
    assert!(matches!(live.model.layer, Layer::None));
}

#[test]
fn that_it_is_over_is_said_once() {
    let mut screen = Screen::new(over(), SIZE);
    screen.assert_shows("EXERCISE OVER: all modules were played");
    press(&mut screen, "\n");
    screen.assert_shows("The exercise is over: the steps stay as they are.");
    let offers = Snapshot::take(&screen.fake, &person()).offers;
    let refused =
        offers.iter().filter(|offer| offer.refusal == Some(Refusal::ExerciseOver)).count();
    assert_eq!(refused, 0);
}

/// The banner, the mode and the clock stand on every screen of a drill.
#[test]
fn the_banner_stands_on_every_screen() {
    let drills = ["running", "paused", "over"].map(|name| format!("drill_{name}"));
    let others = ["drill_confirm", "injects", "inject", "inject_answer", "real_incident", "plan"];
    let names = drills.iter().map(String::as_str).chain(others);
    for name in names.chain(["plan_controls", "ad_hoc", "score", "hot_wash"]) {
        for size in [(40, 12), (80, 24), (120, 40)] {
            let text = scene(name, size).text();
            assert!(text.contains("EXERCISE EX"), "{name} at {size:?}\n{text}");
            assert!(text.contains("DRILL"), "{name} at {size:?}\n{text}");
            let clock = name == "drill_confirm" || text.contains("2019-12-26 17:");
            assert!(clock, "{name} at {size:?}\n{text}");
        }
    }
}

#[test]
fn the_row_of_views_fits() {
    for size in [(80, 24), (81, 24), (100, 30), (120, 40)] {
        for keys in ["", "7", "9", "0", "-"] {
            let screen = facilitated(size, keys);
            for name in ["9 Injects 2", "0 Plan", "- Score"] {
                screen.assert_shows(name);
            }
            let player = {
                let mut screen = Screen::new(mid(), size);
                press(&mut screen, keys);
                screen
            };
            player.assert_shows("9 Injects 2");
            player.assert_hides(" Plan");
            player.assert_hides(" Score");
        }
    }
    Screen::new(Core::open(), SIZE).assert_hides("Injects");
}

/// What tells what is to come, or what is expected.
const SECRETS: [&str; 6] =
    ["I-05", "I-09", "E-lock", "Do they ask who", "slow-tokens", "seen on the screen"];

#[test]
fn a_player_never_sees_what_is_to_come() {
    let keys = ["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=", "9\n", "?"];
    for keys in keys.into_iter().chain(["2k\n", "2\n", "2fkind:exercise\n", "2/slow\n"]) {
        let mut player = Screen::new(run(), (160, 120));
        press(&mut player, keys);
        for secret in SECRETS {
            player.assert_hides(secret);
        }
    }
    let fake = Fake::new(run());
    let mut output = Vec::new();
    let last = fake.core.lock().unwrap().state.seq.unwrap();
    let input = format!("plan\nscore\ninjects\nall\nlog 99\nentry {last}\nlog slow-tokens\nquit\n");
    plain::run(&fake, person(), &mut input.as_bytes(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    for secret in SECRETS {
        assert!(!output.contains(secret), "{secret} in {output}");
    }
    assert!(output.contains("Only the console of a facilitator shows that."));
}

#[test]
fn a_facilitator_sees_the_whole_record_and_reads_without_a_trace() {
    let mut screen = facilitated((160, 60), "2");
    screen.assert_shows("expectation E-lock set to late: seen on the screen");
    screen.assert_shows("FACILITATOR");
    press(&mut screen, "9\n");
    screen.assert_shows("For controllers only");
    screen.assert_shows("best: wait");
    assert_eq!(screen.sent, [], "no player has read it");
    let seq = screen.seen().snapshot.state().seq.unwrap();
    let detail = screen.fake.detail(seq, screen.seen().snapshot.state()).unwrap();
    assert!(detail.json.len() > 1, "the line is shown");
    screen.fake.desk = None;
    let detail = screen.fake.detail(seq, screen.seen().snapshot.state()).unwrap();
    assert_eq!(detail.json.len(), 1, "and hidden from players");
    assert_eq!(detail.json[0].as_str(), "The line is shown when the exercise is over.");
}

fn last(screen: &Screen) -> Ask {
    screen.sent.last().unwrap().clone()
}

#[test]
fn a_facilitator_sends_delays_edits_and_judges() {
    let mut screen = facilitated(SIZE, "?send now inject i-05\n");
    let sent =
        Inject { why: Delivery::ByHand, ..scenario().plan.inject("I-05").unwrap().message.clone() };
    assert_eq!(last(&screen), Ask::Deliver { inject: sent });

    let mut delay = facilitated(SIZE, "?delay inject i-05\n20m\tthey are behind");
    delay.ctrl('s');
    let until = "2019-12-26T17:50:00Z".parse().unwrap();
    let control =
        Control::Delay { inject: "I-05".to_owned(), until, reason: "they are behind".into() };
    assert_eq!(last(&delay), Ask::Control { control });
    press(&mut delay, "0");
    delay.assert_shows("delayed: Is it true?");

    screen.run("edit and send inject i-09");
    screen.key(KeyCode::Tab);
    screen.type_text(" Now.");
    screen.ctrl('s');
    let Ask::Deliver { inject } = last(&screen) else { panic!("{:?}", screen.sent) };
    assert_eq!(inject.body.as_str(), "We go to print at six.\nWhat do you say? Now.");
    assert!(inject.original.is_some(), "as the scenario has it");

    screen.run("judge e-tone");
    screen.key(KeyCode::Tab);
    screen.type_text("nobody was blamed");
    screen.ctrl('s');
    let control = Control::Judge {
        expectation: "E-tone".to_owned(),
        verdict: Judged::Met,
        reason: "nobody was blamed".into(),
    };
    assert_eq!(last(&screen), Ask::Control { control });
    screen.run("jump to the next module");
    screen.ctrl('s');
    let Ask::Control { control: Control::Jump { to, .. } } = last(&screen) else { panic!() };
    assert_eq!(to, "2019-12-27T01:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
}

#[test]
fn line_by_line_injects_are_read_answered_and_talked_about() {
    let fake = Fake::new(mid());
    let mut output = Vec::new();
    let input = "injects\ninject 2\n1\n2\nnobody knows\ninject I-03\nreal\nREAL\n\ndebrief\nquit\n";
    plain::run(&fake, person(), &mut input.as_bytes(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    insta::assert_snapshot!(output);
}

#[test]
fn the_questions_of_the_hot_wash_are_answered_from_its_page() {
    let mut screen = hot_wash(SIZE);
    screen.assert_shows("72 of 100 points");
    screen.run("hot wash: what would you change");
    screen.type_text("the pager");
    screen.ctrl('s');
    let (question, text) = ("What would you change?".into(), "the pager".into());
    assert_eq!(last(&screen), Ask::HotWash { question, text });
    screen.assert_shows("  the pager");
    let mut early = Screen::new(mid(), SIZE);
    press(&mut early, "=");
    early.assert_shows("The hot wash begins when the exercise is over.");
}
