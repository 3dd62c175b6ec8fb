//! The exercise in a scenario file: read exactly, and everything that is wrong with it is told.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use stanch::drill::plan::{
    Act, ClockPlan, Doing, DutyNote, Event, Expectation, Inject, InjectKind, Module, Objective,
    Plan, Rating, Role, RoleKind, Rumour, Scoring, Since, Solution, Trigger, What,
};
use stanch::drill::{CheckedScenario, Scenario, WorldFile, shipped};
use stanch::incident::Ask;
use stanch::incident::exercise::{Delivery, Inject as Message, Rate};
use stanch::pilot::{Answer, Answers};
use stanch::playbook::Problem;
use stanch::text::Shown;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(name)
}

/// The examples of `docs/drills.md` with this id, and the world of the first for the second.
fn documented(id: &str) -> CheckedScenario {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/drills.md");
    let page = fs::read_to_string(page).unwrap();
    let mut examples =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let first = examples.clone().next().unwrap();
    let world = &first[first.find("backends = ").unwrap()..];
    let example = examples.find(|text| text.contains(&format!("id = \"{id}\""))).unwrap();
    Scenario::check("docs/drills.md", example, &|path| {
        assert_eq!(path, "door-world.toml");
        Ok(WorldFile { file: path.to_owned(), text: world.to_owned() })
    })
}

fn told(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Checks a file, called by its name alone, with worlds from beside it.
fn check(path: &Path) -> CheckedScenario {
    let name = path.file_name().unwrap().to_string_lossy();
    let text = fs::read_to_string(path).unwrap();
    Scenario::check(&name, &text, &|world| {
        let found = WorldFile::beside(path, world)?;
        Ok(WorldFile { file: world.to_owned(), ..found })
    })
}

fn expected(path: &Path, told: &str) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(path, told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(path).unwrap_or_default(), "{}", path.display());
}

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

fn shown(text: &str) -> Shown {
    Shown::new(text)
}

fn message(inject: &str, channel: &str, from: &str, subject: &str) -> Message {
    Message {
        inject: inject.to_owned(),
        channel: channel.to_owned(),
        from: shown(from),
        to: Vec::new(),
        subject: shown(subject),
        body: Shown::default(),
        options: Vec::new(),
        why: Delivery::Planned,
        original: None,
    }
}

fn event(kind: &str) -> Event {
    Event { kind: kind.to_owned(), ..Event::default() }
}

fn lock() -> Event {
    Event { step: Some("lock".to_owned()), ..event("step_completed") }
}

/// Nothing but its time.
fn expectation(id: &str, inject: &str, within: i64) -> Expectation {
    Expectation {
        line: 0,
        id: id.to_owned(),
        title: Shown::default(),
        inject: inject.to_owned(),
        objective: "O2".to_owned(),
        what: What::Manual(Shown::default()),
        since: Since::Inject(inject.to_owned()),
        within: minutes(within),
        late_until: minutes(2 * within),
        points: 5,
        critical: false,
        on_miss: None,
        fresh: false,
        measures: None,
        hint: None,
    }
}

fn expectations() -> Vec<Expectation> {
    let of = |event, each| What::Record { event, each, before: None, after: None };
    vec![
        Expectation {
            title: shown("The door is locked"),
            objective: "O1".to_owned(),
            what: of(Event { proven: Some(true), ..lock() }, Vec::new()),
            points: 20,
            critical: true,
            on_miss: Some("I-2c".to_owned()),
            measures: Some("contain".to_owned()),
            hint: Some(shown("The step `lock` does it.")),
            ..expectation("E-lock", "I-1", 30)
        },
        Expectation {
            title: shown("claim made: \u{201c}cats\u{201d}"),
            what: of(
                Event { contains: Some("cats".to_owned()), ..event("claim_made") },
                Vec::new(),
            ),
            ..expectation("E-claim", "I-1", 45)
        },
        Expectation {
            title: shown("I-3 is answered best"),
            what: What::Answer { inject: "I-3".to_owned(), best: true },
            late_until: minutes(120),
            ..expectation("E-tell", "I-3", 30)
        },
    ]
}

fn injects() -> Vec<Inject> {
    let inject = |message, kind, when| Inject {
        line: 0,
        message,
        kind,
        when,
        best: None,
        evaluator: Shown::default(),
        claims: Vec::new(),
    };
    let ticket = Message {
        to: vec![shown("ops")],
        body: shown("I stand before it. A hundred cats went in. I publish at eleven."),
        ..message("I-1", "ticket", "a reporter", "Your door is open")
    };
    let phone = message("I-2c", "phone", "a neighbour", "It is still open");
    let decision = Message {
        options: vec![shown("What is known, and that we look"), shown("Nothing")],
        ..message("I-3", "decision", "the press office", "What do we tell the reporter?")
    };
    let after = Trigger::After { what: lock(), delay: minutes(510), latest: Some(minutes(570)) };
    vec![
        Inject {
            evaluator: shown("Who reads tickets at night?"),
            claims: vec!["C-cats".to_owned()],
            ..inject(ticket, InjectKind::Inject, Trigger::At(minutes(5)))
        },
        inject(phone, InjectKind::Contingency, Trigger::Never),
        Inject { best: Some(0), ..inject(decision, InjectKind::Inject, after) },
    ]
}

fn solution() -> Solution {
    let claim = Ask::ClaimMake {
        text: shown("A hundred cats went in"),
        source: shown("the reporter's ticket"),
        data: None,
    };
    let reply = Doing::Reply {
        inject: "I-3".to_owned(),
        option: Some(shown("What is known, and that we look")),
        text: shown("It is true"),
    };
    let act = |on: &str, after, what| Act { line: 0, on: Some(on.to_owned()), after, what };
    let confirm = Answer { confirm: true, ..Answer::default() };
    Solution {
        hold: std::collections::BTreeMap::new(),
        answers: Answers { steps: [("lock".to_owned(), confirm)].into(), scope: Vec::new() },
        acts: vec![
            act("I-1", minutes(3), Doing::Ask(Box::new(claim))),
            act("I-3", minutes(0), reply),
        ],
    }
}

/// Lines are checked by themselves: a new paragraph in the page moves them all.
fn without_lines(mut plan: Plan) -> Plan {
    plan.injects.iter_mut().for_each(|one| one.line = 0);
    plan.expectations.iter_mut().for_each(|one| one.line = 0);
    plan.duties.iter_mut().for_each(|one| one.line = 0);
    plan.solution.acts.iter_mut().for_each(|one| one.line = 0);
    plan
}

#[test]
fn the_documented_exercise_is_read_exactly() {
    let CheckedScenario { scenario, problems, warnings } = documented("night-shift-2");
    assert_eq!((told(&problems), told(&warnings)), (String::new(), String::new()));
    let scenario = scenario.unwrap();
    let rate = |rate| Rate::parse(rate).unwrap();
    let module = |id: &str, title, start, end, pace| Module {
        id: id.to_owned(),
        title: shown(title),
        start: minutes(start),
        end: minutes(end),
        rate: rate(pace),
    };
    let objective = |id: &str, title, target, weight| Objective {
        id: id.to_owned(),
        title: shown(title),
        target: shown(target),
        weight,
    };
    let first = "Locked and proven from outside within half an hour";
    let wanted = Plan {
        version: "1.1".to_owned(),
        clock: ClockPlan {
            start: Some("2026-01-15T21:00:00Z".parse().unwrap()),
            rate: rate("2"),
            max_rate: rate("600"),
        },
        modules: vec![
            module("M1", "The night", 0, 90, "2"),
            module("M2", "The morning after", 540, 660, "6"),
        ],
        roles: vec![Role { id: "ops".to_owned(), title: shown("On call"), kind: RoleKind::Player }],
        objectives: vec![
            objective("O1", "Close it, and prove it", first, 70),
            objective("O2", "Say what is known", "No claim is told as a fact", 30),
        ],
        claims: vec![Rumour {
            id: "C-cats".to_owned(),
            text: shown("A hundred cats went in"),
            by: shown("the reporter"),
            status: "no evidence".to_owned(),
        }],
        injects: injects(),
        expectations: expectations(),
        duties: vec![DutyNote { line: 0, duty: "gdpr-33".to_owned(), applies: false }],
        questions: vec![shown("When could we first have known?")],
        scoring: Scoring { hint_cost: 2, critical_miss: Rating::M },
        solution: solution(),
    };
    assert_eq!(without_lines(scenario.plan), wanted);
    assert_eq!(scenario.backends, ["lock"]);
    assert_eq!(scenario.routes.len(), 3);
}

#[test]
fn the_line_is_that_of_the_table() {
    let text = fs::read_to_string(folder("warned.toml")).unwrap();
    let plan = check(&folder("warned.toml")).scenario.unwrap().plan;
    let line = |number: usize| text.lines().nth(number).unwrap_or_default();
    for inject in &plan.injects {
        assert_eq!(line(inject.line - 1), "[[injects]]");
        assert_eq!(line(inject.line), format!("id = \"{}\"", inject.message.inject));
    }
    for expectation in &plan.expectations {
        assert_eq!(line(expectation.line), format!("  id = \"{}\"", expectation.id));
    }
}

#[test]
fn without_an_exercise_there_is_an_empty_one() {
    let document = shipped::drill("key-in-the-open").unwrap();
    let plan = shipped::scenario(&document).unwrap().plan;
    assert_eq!(plan, Plan { version: "1".to_owned(), ..Plan::default() });
}

/// Each bad scenario has beside it what is said of it. `UPDATE_EXPECTED=1` writes it anew.
#[test]
fn bad_scenarios_are_told_everything() {
    let mut seen = 0;
    for entry in fs::read_dir(folder("bad")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            seen += 1;
            let checked = check(&path);
            assert_eq!(checked.scenario, None, "{}", path.display());
            expected(&path.with_extension("problems"), &told(&checked.problems));
        }
    }
    assert!(seen >= 4, "the folder of bad scenarios has only {seen}");
}

#[test]
fn what_may_be_meant_so_is_warned_of_and_no_problem() {
    let path = folder("warned.toml");
    let checked = check(&path);
    assert_eq!(told(&checked.problems), "");
    assert!(checked.scenario.is_some());
    expected(&path.with_extension("warnings"), &told(&checked.warnings));
}

const OVER: &str = "format = 1\nid = \"x\"\ntitle = \"X\"\nplaybook = \"p\"\nbanner = \"DRILL\"\n\
                    world = \"worlds/one.toml\"\nbackends = [\"two\"]\n\
                    [hosts]\n\"https://new.example.com\" = \"two\"\n\
                    [state]\nmore = 1\nrules = { inner = 5 }\n\
                    [[routes]]\nbackend = \"one\"\nrequest = \"GET /\"\ntext = \"own\"\n";

fn over(world: &str) -> Scenario {
    let path = folder("worlds/one.toml");
    let text = fs::read_to_string(path).unwrap().replace("\"world\"", world);
    let found = Scenario::parse_with("x.toml", OVER, &|file| {
        Ok(WorldFile { file: file.to_owned(), text: text.clone() })
    });
    found.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_the_scenario_says_goes_before_its_world() {
    let scenario = over("\"world\"");
    assert_eq!(scenario.backends, ["one", "two"]);
    assert_eq!(scenario.vantages, ["outside"]);
    let state = serde_json::json!({"open": true, "rules": {"inner": 5, "outer": 2}, "more": 1});
    assert_eq!(serde_json::Value::Object(scenario.state.clone()), state);
    let hosts = [("https://new.example.com", "two"), ("https://old.example.com", "one")];
    let hosts = hosts.map(|(url, backend)| (url.to_owned(), backend.to_owned()));
    assert_eq!(scenario.hosts, hosts.into());
    assert_eq!(scenario.refuses.len(), 1);
    let places: Vec<String> = scenario.routes.iter().map(stanch::drill::Route::place).collect();
    assert_eq!(places, ["line 13", "line 12 of the world"]);
}

#[test]
fn another_world_is_another_scenario() {
    let (one, other) = (over("\"world\""), over("\"other\""));
    assert_eq!(one.sha256, over("\"world\"").sha256);
    assert_ne!(one.sha256, other.sha256);
    assert_ne!(one.world.unwrap().sha256(), other.world.unwrap().sha256());
}

#[test]
fn what_the_playbook_does_not_have_is_told() {
    let playbook = shipped::read("exposed-database").unwrap().playbook.unwrap();
    let mut scenario = shipped::scenario(&shipped::drill("first-walk").unwrap()).unwrap();
    let plan = &mut scenario.plan;
    let step = |kind: &str, step: &str| Event { step: Some(step.to_owned()), ..event(kind) };
    let of = |event| What::Record { event, each: Vec::new(), before: None, after: None };
    for (line, event) in [
        (1, step("step_completed", "close-netwrok")),
        (2, Event { check: Some("nobody asked".to_owned()), ..event("check_passed") }),
        (3, Event { duty: Some("gdpr-3".to_owned()), ..event("duty_met") }),
        (4, Event { duty: Some("hourly".to_owned()), ..event("update_given") }),
        (5, Event { target: Some("alexa".to_owned()), ..step("step_completed", "close-network") }),
        (6, step("step_completed", "close-network")),
    ] {
        let what = of(event);
        plan.expectations.push(Expectation { line, what, ..expectation("E", "I", 5) });
    }
    let answer = Answer { option: Some("yes".to_owned()), ..Answer::default() };
    plan.solution.answers.steps.insert("close-network".to_owned(), answer);
    let missing = scenario.missing_for(&playbook).join("\n");
    let told: Vec<&str> = missing.lines().collect();
    assert_eq!(told.len(), 6, "{missing}");
    for words in [
        "first-walk, line 1: there is no step `close-netwrok`",
        "did you mean `close-network`?",
        "line 2: there is no check `nobody asked`",
        "line 3: there is no duty `gdpr-3`",
        "line 4: there is no cadence `hourly`",
        "line 5: the step close-network is for no member",
        "solution of close-network: the step close-network decides nothing",
    ] {
        assert!(missing.contains(words), "{words}: {missing}");
    }
}
