//! A small drill, and a record of it written by hand: every entry with the time by both clocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Map;
use stanch::drill::plan::{
    Event, Expectation, Inject, InjectKind, Objective, Plan, Since, Trigger, What,
};
use stanch::drill::{Scenario, Standing, Watch};
use stanch::engine::fold_entry;
use stanch::incident::exercise::{Briefing, Control, Delivery, Inject as Message, Judged, Rate};
use stanch::incident::{By, Mode, Opened, Record, State, StepKey};
use stanch::journal::{Entry, Fact, LineHash, Version};
use stanch::playbook::{Playbook, read};
use stanch::text::Shown;

pub(crate) const PLAYBOOK: &str = r#"
format = 1
id = "core"
title = "A small response"

[backends.search]
title = "Search"
url = "https://search.example.com:9200"

[[steps]]
id = "report"
phase = "detect"
title = "Take the report in"
ask = { question = "Who says what?" }

[[steps]]
id = "lock"
phase = "contain"
title = "Lock the database"
target = "{{ backends.search.host }}"
[steps.call]
backend = "search"
request = "PUT /_lock"
repeat = "idempotent"
[[steps.verify]]
title = "Strangers are refused"
backend = "search"
request = "GET /"
ok = "status == 403"

[[steps]]
id = "tell"
phase = "notify"
title = "Tell the users"
ask = { question = "How?" }

[[cadence]]
id = "executives"
title = "Executive update"
every = "30m"
"#;

/// The scenario's clock goes four times as fast as the wall.
pub(crate) const RATE: i64 = 4;

/// What the scenario's clock shows at the first record.
pub(crate) fn start() -> DateTime<Utc> {
    "2019-12-26T17:00:00Z".parse().unwrap()
}

fn wall_start() -> DateTime<Utc> {
    "2026-01-15T18:00:00Z".parse().unwrap()
}

pub(crate) fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

pub(crate) fn playbook() -> Arc<Playbook> {
    let checked = read("core.toml", PLAYBOOK);
    let problems: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
    Arc::new(checked.playbook.unwrap_or_else(|| panic!("{}", problems.join("\n"))))
}

pub(crate) fn ana() -> By {
    By { who: "ana".into(), role: Some("responder".into()) }
}

pub(crate) fn evaluator() -> By {
    By { who: "ben".into(), role: Some("evaluator".into()) }
}

pub(crate) fn event(kind: &str) -> Event {
    Event { kind: kind.to_owned(), ..Event::default() }
}

/// A step is completed.
pub(crate) fn completed(step: &str) -> Event {
    Event { step: Some(step.to_owned()), ..event("step_completed") }
}

pub(crate) fn record(event: Event) -> What {
    What::Record { event, each: Vec::new(), before: None, after: None }
}

/// An expectation under I-01 that is worth ten points and has ten minutes, twenty if late.
pub(crate) fn expectation(id: &str, what: What) -> Expectation {
    Expectation {
        line: 1,
        id: id.to_owned(),
        title: Shown::new(format!("What {id} says")),
        inject: "I-01".to_owned(),
        objective: "O1".to_owned(),
        what,
        since: Since::Inject("I-01".to_owned()),
        within: minutes(10),
        late_until: minutes(20),
        points: 10,
        critical: false,
        on_miss: None,
        fresh: false,
        measures: None,
        hint: None,
    }
}

pub(crate) fn message(id: &str) -> Message {
    Message {
        inject: id.to_owned(),
        channel: "ticket".to_owned(),
        from: "A reporter".into(),
        to: Vec::new(),
        subject: Shown::new(format!("Subject of {id}")),
        body: "Your database is open.".into(),
        options: Vec::new(),
        why: Delivery::Planned,
        original: None,
    }
}

pub(crate) fn inject(id: &str, when: Trigger) -> Inject {
    let kind = if when == Trigger::Never { InjectKind::Contingency } else { InjectKind::Inject };
    Inject {
        line: 1,
        message: message(id),
        kind,
        when,
        best: None,
        evaluator: Shown::default(),
        claims: Vec::new(),
    }
}

/// I-01 at once, I-02 a quarter of an hour later, I-09 only where something is missed; one
/// objective.
pub(crate) fn plan(expectations: Vec<Expectation>) -> Plan {
    Plan {
        version: "1".to_owned(),
        injects: vec![
            inject("I-01", Trigger::At(TimeDelta::zero())),
            inject("I-02", Trigger::At(minutes(15))),
            inject("I-09", Trigger::Never),
        ],
        objectives: vec![Objective {
            id: "O1".to_owned(),
            title: "Contain it".into(),
            target: "closed and proven within the hour".into(),
            weight: 100,
        }],
        expectations,
        ..Plan::default()
    }
}

pub(crate) fn scenario(plan: Plan) -> Scenario {
    Scenario {
        id: "small".to_owned(),
        title: "A small drill".to_owned(),
        text: "Somebody found your **database**.".to_owned(),
        playbook: "core".to_owned(),
        banner: "EXERCISE EXERCISE EXERCISE".to_owned(),
        backends: vec!["search".to_owned()],
        hosts: BTreeMap::new(),
        vantages: Vec::new(),
        state: Map::new(),
        refuses: Vec::new(),
        routes: Vec::new(),
        faults: Vec::new(),
        plan,
        world: None,
        sha256: "5".repeat(64),
    }
}

/// The record of a drill, and what follows it.
pub(crate) struct Tape {
    pub(crate) scenario: Scenario,
    pub(crate) state: State,
    pub(crate) watch: Watch,
    pub(crate) entries: Vec<Entry>,
    /// Since the start, by the scenario's clock and by the wall.
    scenario_time: TimeDelta,
    wall_time: TimeDelta,
}

impl Tape {
    /// Opened, and nothing more.
    pub(crate) fn new(plan: Plan) -> Self {
        let scenario = scenario(plan);
        let mut tape = Self {
            state: State::new(playbook()),
            watch: Watch::new(Arc::new(scenario.plan.clone())),
            entries: Vec::new(),
            scenario_time: TimeDelta::zero(),
            wall_time: TimeDelta::zero(),
            scenario,
        };
        let opened = Opened {
            incident: "0123456789abcdef".to_owned(),
            codename: "amber-heron".to_owned(),
            mode: Mode::Drill,
            playbook: "core".to_owned(),
            title: "A small response".to_owned(),
            playbook_sha256: "a".repeat(64),
            sub_playbooks: BTreeMap::new(),
            scenario_sha256: Some(tape.scenario.sha256.clone()),
            exercise: Some(Briefing {
                scenario: "small".to_owned(),
                version: "1".to_owned(),
                title: "A small drill".into(),
                banner: "EXERCISE EXERCISE EXERCISE".into(),
                start: start(),
                rate: Rate::parse("4").unwrap(),
                world_sha256: None,
            }),
            version: "0".to_owned(),
            boot: "boot".to_owned(),
            inputs: BTreeMap::new(),
            backends: BTreeMap::new(),
        };
        tape.by(ana(), Record::Opened(opened));
        tape
    }

    /// With the expectations, and I-01 arrived.
    pub(crate) fn begun(expectations: Vec<Expectation>) -> Self {
        let mut tape = Self::new(plan(expectations));
        tape.arrive("I-01");
        tape
    }

    /// So many minutes pass by the scenario's clock.
    pub(crate) fn wait(&mut self, scenario_minutes: i64) -> &mut Self {
        self.wait_seconds(scenario_minutes * 60)
    }

    pub(crate) fn wait_seconds(&mut self, seconds: i64) -> &mut Self {
        self.scenario_time += TimeDelta::seconds(seconds);
        self.wall_time += TimeDelta::seconds(seconds) / i32::try_from(RATE).unwrap();
        self
    }

    /// So many minutes pass while the scenario's clock stands still.
    pub(crate) fn stand_still(&mut self, wall_minutes: i64) -> &mut Self {
        self.wall_time += minutes(wall_minutes);
        self
    }

    /// The scenario's clock leaps.
    pub(crate) fn leap(&mut self, scenario_minutes: i64) -> &mut Self {
        self.scenario_time += minutes(scenario_minutes);
        self
    }

    /// What the scenario's clock shows.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        start() + self.scenario_time
    }

    pub(crate) fn push(&mut self, record: Record) -> &mut Self {
        self.by(ana(), record)
    }

    pub(crate) fn console(&mut self, record: Record) -> &mut Self {
        self.by(By::console(), record)
    }

    pub(crate) fn by(&mut self, by: By, record: Record) -> &mut Self {
        let entry = Entry {
            version: Version::CURRENT,
            seq: self.entries.len() as u64,
            prev: LineHash::ZERO,
            flushed: None,
            at: wall_start() + self.wall_time,
            up: u64::try_from(self.wall_time.num_microseconds().unwrap()).unwrap(),
            by,
            occurred: None,
            sim: Some(self.now()),
            record: Fact::Known(record),
            hash: LineHash::ZERO,
        };
        fold_entry(&mut self.state, &entry);
        self.watch.heard(&entry, &self.state);
        self.entries.push(entry);
        self
    }

    pub(crate) fn arrive(&mut self, inject: &str) -> &mut Self {
        let planned = self.scenario.plan.inject(inject);
        let message = planned.map_or_else(|| message(inject), |one| one.message.clone());
        self.console(Record::InjectArrived(message))
    }

    pub(crate) fn answer(&mut self, inject: &str, option: Option<&str>) -> &mut Self {
        let (inject, option) = (inject.to_owned(), option.map(Shown::new));
        self.push(Record::InjectAnswered { inject, option, text: "so it is".into() })
    }

    /// A step is done, proven.
    pub(crate) fn complete(&mut self, step: &str) -> &mut Self {
        let step = StepKey::named(step);
        self.push(Record::StepCompleted { step, proven: true, reason: None })
    }

    pub(crate) fn control(&mut self, by: By, control: Control) -> &mut Self {
        self.by(by, Record::ExerciseControlled(control))
    }

    pub(crate) fn judge(&mut self, expectation: &str, verdict: Judged) -> &mut Self {
        let (expectation, reason) = (expectation.to_owned(), "seen on the call".into());
        self.control(evaluator(), Control::Judge { expectation, verdict, reason })
    }

    pub(crate) fn standing(&self, expectation: &str) -> Standing {
        let expectation = self.scenario.plan.expectation(expectation).unwrap();
        self.watch.standing(expectation, self.now(), &self.state)
    }
}
