//! A drill under its director, on a clock that a test moves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use stanch::drill::plan::{
    ClockPlan, Event, Expectation, Inject, InjectKind, Module, Plan, Since, Trigger, What,
};
use stanch::drill::{Director, Faults};
use stanch::engine::Handle;
use stanch::incident::exercise::{
    Briefing, Control, Delivery, Exercise, ExerciseEnd, FaultTold, Inject as Message, Rate, Wish,
};
use stanch::incident::{Ask, Refusal, Severity, StepKey};

use crate::disk::DIR;
use crate::world::{World, person, settle};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What a range would have been told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn say(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Faults for Told {
    fn arm(&self, fault: &str) {
        self.say(format!("arm {fault}"));
    }

    fn disarm(&self, fault: &str) {
        self.say(format!("disarm {fault}"));
    }

    fn suspend(&self, suspended: bool) {
        self.say(if suspended { "suspend" } else { "go on" });
    }

    fn end(&self) {
        self.say("end");
    }

    fn struck(&self) -> Vec<FaultTold> {
        vec![FaultTold { fault: "F-01".to_owned(), struck: 2 }]
    }

    fn elapsed(&self, _: TimeDelta) {}
}

fn start() -> DateTime<Utc> {
    "2019-12-26T17:00:00Z".parse().unwrap()
}

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

fn inject(id: &str, when: Trigger) -> Inject {
    let message = Message {
        inject: id.to_owned(),
        channel: "ticket".to_owned(),
        from: "a reporter".into(),
        to: Vec::new(),
        subject: "your database is open".into(),
        body: "I can read it.".into(),
        options: Vec::new(),
        why: Delivery::Planned,
        original: None,
    };
    let kind = if when == Trigger::Never { InjectKind::Contingency } else { InjectKind::Inject };
    let evaluator = "look".into();
    Inject { line: 1, message, kind, when, best: None, evaluator, claims: Vec::new() }
}

fn declared() -> Expectation {
    let event = Event { kind: "declared".to_owned(), ..Event::default() };
    Expectation {
        line: 1,
        id: "E-declare".to_owned(),
        title: "It is declared".into(),
        inject: "I-01".to_owned(),
        objective: "O1".to_owned(),
        what: What::Record { event, each: Vec::new(), before: None, after: None },
        since: Since::Inject("I-01".to_owned()),
        within: minutes(15),
        late_until: minutes(45),
        points: 10,
        critical: true,
        on_miss: Some("I-01c".to_owned()),
        fresh: false,
        measures: None,
        hint: Some("Is this an incident?".into()),
    }
}

fn module(id: &str, from: i64, to: i64, rate: u32) -> Module {
    let rate = Rate::from_thousandths(rate * 1_000).unwrap();
    Module { id: id.to_owned(), title: id.into(), start: minutes(from), end: minutes(to), rate }
}

/// An inject after 21 minutes that wants a declaration within 15, one on the next day, at two rates.
fn plan() -> Plan {
    Plan {
        clock: ClockPlan { start: Some(start()), ..ClockPlan::default() },
        modules: vec![module("M1", 0, 90, 2), module("M2", 1_980, 2_040, 4)],
        injects: vec![
            inject("I-01", Trigger::At(minutes(21))),
            inject("I-01c", Trigger::Never),
            inject("I-10", Trigger::At(minutes(2_000))),
        ],
        expectations: vec![declared()],
        ..Plan::default()
    }
}

struct Drill {
    world: World,
    handle: Handle,
    told: Told,
}

fn director(plan: Plan, told: &Told) -> Box<Director> {
    Box::new(Director::new(Arc::new(plan), Box::new(told.clone())))
}

impl Drill {
    fn begin(plan: Plan) -> Self {
        let (world, told) = (World::new(), Told::default());
        world.clock.by_hand();
        let briefing = Briefing {
            scenario: "leak".to_owned(),
            version: "1".to_owned(),
            title: "A leak".into(),
            banner: "EXERCISE".into(),
            start: start(),
            rate: Rate::from_thousandths(2_000).unwrap(),
            world_sha256: None,
        };
        let handle = world.drill(briefing, director(plan, &told)).unwrap();
        settle(&handle);
        Self { world, handle, told }
    }

    fn pass(&self, by: Duration) {
        // No longer than a machine that is awake would leave it.
        let mut left = by;
        while left > Duration::ZERO {
            let step = left.min(SECOND * 20);
            self.world.pass(&self.handle, step);
            left -= step;
        }
    }

    fn ask(&self, ask: Ask) -> Result<(), Refusal> {
        let asked = self.handle.ask(person(), ask).map(|_| ());
        settle(&self.handle);
        asked
    }

    fn control(&self, control: Control) {
        self.ask(Ask::Control { control }).unwrap();
    }

    fn exercise(&self) -> Arc<Exercise> {
        self.handle.view().state.exercise.clone().unwrap()
    }

    /// Ids of those that arrived, and minutes from the start.
    fn arrived(&self) -> Vec<(String, i64)> {
        let exercise = self.exercise();
        let since = |at: DateTime<Utc>| (at - start()).num_minutes();
        exercise.injects.iter().map(|one| (one.inject.inject.clone(), since(one.at))).collect()
    }

    fn declare(&self) {
        let (severity, occurred, reason) = (Severity::Sev1, None, "data is out".into());
        self.ask(Ask::Declare { severity, occurred, reason }).unwrap();
    }

    /// What the scenario's clock shows, in minutes from the start.
    fn clock(&self) -> i64 {
        use stanch::engine::Clock as _;
        let state = self.handle.view().state.clone();
        (state.by_its_clock(self.world.clock.now()).at - start()).num_minutes()
    }
}

fn pairs(of: &[(&str, i64)]) -> Vec<(String, i64)> {
    of.iter().map(|(id, at)| ((*id).to_owned(), *at)).collect()
}

#[test]
fn an_inject_comes_when_the_scenarios_clock_says_so() {
    let drill = Drill::begin(plan());
    drill.pass(SECOND * 629);
    assert_eq!(drill.arrived(), [], "20:58 at twice the speed");
    drill.pass(SECOND * 2);
    assert_eq!(drill.arrived(), pairs(&[("I-01", 21)]));
    let lines = drill.world.disk.durable_lines();
    let arrived = lines.iter().find(|line| line["kind"] == "inject_arrived").unwrap();
    assert!(arrived["sim"].as_str().unwrap().starts_with("2019-12-26T17:21:0"), "{arrived}");
    assert!(arrived["at"].as_str().unwrap().starts_with("2026-"), "{arrived}");
}

#[test]
fn what_was_promised_falls_due_by_the_scenarios_clock() {
    let drill = Drill::begin(plan());
    drill.declare();
    drill.pass(SECOND * 899);
    assert_eq!(drill.world.durable("update_due"), 0);
    drill.pass(SECOND * 2);
    assert_eq!(drill.world.durable("update_due"), 1, "half an hour, at twice the speed");
    assert_eq!(drill.world.durable("clock_stepped"), 0);
}

#[test]
fn a_contingency_comes_where_something_was_missed_and_nowhere_else() {
    let missed = Drill::begin(plan());
    missed.pass(MINUTE * 19);
    assert_eq!(missed.arrived(), pairs(&[("I-01", 21), ("I-01c", 36)]));
    let why = missed.exercise().arrived("I-01c").unwrap().inject.why.clone();
    assert_eq!(why, Delivery::Contingency { missed: "E-declare".to_owned() });
    let met = Drill::begin(plan());
    met.pass(MINUTE * 12);
    met.declare();
    met.pass(MINUTE * 20);
    assert_eq!(met.arrived(), pairs(&[("I-01", 21)]));
}

#[test]
fn between_two_modules_the_clock_leaps_and_takes_the_next_rate() {
    let drill = Drill::begin(plan());
    drill.pass(MINUTE * 46);
    assert_eq!(drill.clock(), 1_984, "33 h, and a minute of four");
    assert_eq!(drill.exercise().clock.rate().to_string(), "4");
    drill.pass(MINUTE * 5);
    assert_eq!(drill.arrived().last(), Some(&("I-10".to_owned(), 2_000)));
}

#[test]
fn it_is_over_when_all_is_settled_and_tells_what_the_faults_did() {
    let drill = Drill::begin(plan());
    drill.pass(MINUTE * 12);
    drill.declare();
    drill.pass(MINUTE * 38 + SECOND * 20);
    assert_eq!(drill.arrived().last(), Some(&("I-10".to_owned(), 2_000)));
    assert!(drill.exercise().ended.is_none(), "nobody has read it yet");
    for inject in ["I-01", "I-10"] {
        drill.ask(Ask::InjectSeen { inject: inject.to_owned() }).unwrap();
    }
    let ended = drill.exercise().ended.clone().unwrap();
    assert_eq!(ended.how, ExerciseEnd::Finished);
    assert_eq!(ended.faults, [FaultTold { fault: "F-01".to_owned(), struck: 2 }]);
    assert_eq!(drill.told.all(), ["end"]);
    let step = StepKey::first("take-report");
    let ask = Ask::Answer { step, text: "late".into(), reason: None };
    assert!(matches!(
        drill.handle.ask(person(), ask),
        Err(Refusal::ExerciseOver | Refusal::UnknownStep { .. })
    ));
    drill.ask(Ask::HotWash { question: "When?".into(), text: "At nine.".into() }).unwrap();
}

#[test]
fn while_it_is_paused_nothing_comes_and_nobody_plays() {
    let drill = Drill::begin(plan());
    drill.pass(MINUTE * 10);
    drill.control(Control::Pause { reason: "coffee".into(), back_to: None });
    drill.pass(MINUTE * 60);
    assert_eq!((drill.arrived(), drill.clock()), (vec![], 20));
    let (severity, occurred, reason) = (Severity::Sev1, None, "data is out".into());
    let declare = Ask::Declare { severity, occurred, reason };
    assert_eq!(drill.ask(declare), Err(Refusal::IsPaused));
    drill.control(Control::Resume);
    drill.pass(MINUTE);
    assert_eq!(drill.arrived(), pairs(&[("I-01", 21)]));
    assert_eq!(drill.told.all(), ["suspend", "go on"]);
}

#[test]
fn after_the_machine_slept_it_is_paused_where_somebody_still_played_and_says_so() {
    let drill = Drill::begin(plan());
    drill.pass(MINUTE * 2);
    drill.world.pass(&drill.handle, MINUTE * 480);
    let exercise = drill.exercise();
    let why = exercise.paused.clone().unwrap();
    assert!(why.as_str().starts_with("this machine slept for 480 min"), "{why}");
    assert_eq!((drill.arrived(), drill.clock()), (vec![], 4));
    drill.control(Control::Resume);
    drill.pass(MINUTE * 9);
    assert_eq!(drill.arrived(), pairs(&[("I-01", 21)]));
}

#[test]
fn what_the_facilitator_does_changes_what_comes() {
    let drill = Drill::begin(plan());
    let (inject, reason) = ("I-01".to_owned(), "they are late".to_owned());
    let until = start() + minutes(30);
    drill.control(Control::Delay { inject: inject.clone(), until, reason: reason.as_str().into() });
    drill.pass(MINUTE * 14);
    assert_eq!(drill.arrived(), []);
    drill.pass(MINUTE * 2);
    assert_eq!(drill.arrived(), pairs(&[("I-01", 30)]));
    let skip = Control::Skip { inject: "I-01c".to_owned(), reason: reason.as_str().into() };
    drill.control(skip);
    drill.pass(MINUTE * 20);
    assert_eq!(drill.arrived().len(), 1, "it was taken out");
    let again = Message { why: Delivery::ByHand, ..inject_of("I-01") };
    assert_eq!(drill.ask(Ask::Deliver { inject: again }), Err(Refusal::HasArrived));
    let by_hand = Message { why: Delivery::ByHand, ..inject_of("I-10") };
    drill.ask(Ask::Deliver { inject: by_hand }).unwrap();
    assert_eq!(drill.arrived().len(), 2);
}

fn inject_of(id: &str) -> Message {
    inject(id, Trigger::Never).message
}

#[test]
fn a_wish_is_granted_once() {
    let drill = Drill::begin(plan());
    drill.control(Control::Ask { wish: Wish::Onward });
    assert_eq!(drill.arrived(), pairs(&[("I-01", 21)]), "the clock leapt there");
    drill.control(Control::Ask { wish: Wish::Hint });
    drill.control(Control::Ask { wish: Wish::Hint });
    let hints = drill.exercise().hints.clone();
    assert_eq!(hints[0].text.as_str(), "Is this an incident?");
    assert_eq!((hints[0].cost, hints[1].cost), (3, 0), "there is only one");
    assert!(drill.exercise().wish.is_none());
}

#[test]
fn a_drill_that_is_taken_up_goes_on_as_if_nothing_had_been() {
    let drill = Drill::begin(plan());
    drill.pass(MINUTE * 12);
    let (fault, reason) = ("F-01".to_owned(), "now".into());
    drill.control(Control::Arm { fault, reason });
    let rate = Rate::from_thousandths(1_000).unwrap();
    drill.control(Control::Rate { rate });
    let before = drill.exercise();
    drill.handle.stop();
    drill.world.clock.advance(MINUTE * 600);
    drill.world.clock.reboot(2);
    let told = Told::default();
    let handle = drill.world.resume_drill(director(plan(), &told)).unwrap();
    settle(&handle);
    let drill = Drill { handle, told, ..drill };
    let after = drill.exercise();
    assert_eq!(after.injects, before.injects);
    assert_eq!(drill.clock(), 24, "nobody played meanwhile");
    assert_eq!(after.clock.rate().to_string(), "1", "as it was set by hand");
    assert!(after.paused.is_none());
    assert_eq!(drill.told.all(), ["arm F-01"]);
    drill.pass(MINUTE * 13);
    assert_eq!(drill.arrived(), pairs(&[("I-01", 21), ("I-01c", 36)]));
    drill.handle.stop();
    assert_eq!(drill.world.folded(DIR), drill.handle.view().state);
}
