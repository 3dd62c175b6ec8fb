//! Every view and every layer in the states that matter, reached as a person reaches them: by keys.

use crossterm::event::KeyCode;
use stanch::incident::{
    Ask, By, CallOutcome, CheckResult, ClaimStatus, Finding, Input, Mode, Occurred, Severity,
    SkipAs, Verdict, When,
};

use stanch::text::Shown;

use crate::core::{Core, later};
use crate::exercise;
use crate::fixture::{Fake, Screen, armed};

/// A state of the screen, at the size that is wanted.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) open: fn((u16, u16)) -> Screen,
}

type Size = (u16, u16);

pub(crate) const SCENES: &[Scene] = &[
    Scene { name: "planned", open: |size| Screen::new(Core::open(), size) },
    Scene { name: "planned_step", open: |size| step(Core::open(), "block", size) },
    Scene { name: "unfolded_step", open: unfolded },
    Scene { name: "armed", open: |size| step(armed("block"), "block", size) },
    Scene { name: "drill", open: drill },
    Scene { name: "in_doubt", open: |size| Screen::new(doubtful(), size) },
    Scene { name: "in_doubt_step", open: |size| step(doubtful(), "revoke", size) },
    Scene { name: "in_doubt_record", open: |size| with(doubtful(), size, "\u{9}\u{9}") },
    Scene { name: "running", open: running },
    Scene { name: "failed", open: |size| step(failed(), "block", size) },
    Scene { name: "broken_guard", open: |size| step(broken(), "block", size) },
    Scene { name: "read_only", open: read_only },
    Scene { name: "record", open: |size| with(rich(), size, "2kkkk") },
    Scene { name: "record_filter", open: |size| with(rich(), size, "2fkind:call\n") },
    Scene { name: "record_find", open: |size| with(rich(), size, "2/tokens\n[") },
    Scene { name: "record_latest", open: |size| with(rich(), size, "\u{9}\u{9}kkk") },
    Scene { name: "entry", open: |size| with(rich(), size, "2kk\n") },
    Scene { name: "messages", open: messages },
    Scene { name: "scope", open: |size| with(rich(), size, "3j") },
    Scene { name: "members", open: members },
    Scene { name: "scope_members", open: |size| with(phoned_in(), size, "3") },
    Scene { name: "not_admitted", open: |size| step(phoned_in(), "close-host[db2]", size) },
    Scene {
        name: "admit",
        open: |size| with(phoned_in(), size, "?admit database db2\nhttps://db2"),
    },
    Scene { name: "claims", open: |size| with(rich(), size, "4j") },
    Scene { name: "no_claims", open: |size| with(Core::open(), size, "4") },
    Scene { name: "notes", open: |size| with(rich(), size, "5k") },
    Scene { name: "reminders", open: |size| with(rich(), size, "6") },
    Scene { name: "clocks", open: |size| with(by_the_clock(), size, "6j") },
    Scene { name: "clocks_header", open: |size| Screen::new(by_the_clock(), size) },
    Scene { name: "duty_decide", open: |size| with(by_the_clock(), size, "?decide sec-8k\n") },
    Scene { name: "already_true", open: |size| with(already_true(), size, "\n") },
    Scene { name: "remind_line", open: |size| with(rich(), size, "?remind 20m Ana: call back") },
    Scene { name: "timeline", open: |size| with(rich(), size, "7") },
    Scene { name: "hand_over", open: |size| with(offered(), size, "8") },
    Scene { name: "take_role", open: |size| with(offered(), size, "?take a role\nlegal") },
    Scene { name: "palette", open: |size| with(rich(), size, "?") },
    Scene { name: "palette_typed", open: |size| with(rich(), size, "?claim") },
    Scene { name: "palette_nothing", open: |size| with(rich(), size, "?zzz") },
    Scene { name: "note", open: |size| with(Core::open(), size, "nThey knew\nsince ten.") },
    Scene { name: "noted", open: noted },
    Scene { name: "decide", open: |size| with(Core::open(), size, "?force it\n") },
    Scene { name: "remind", open: |size| with(Core::open(), size, "?set a reminder\n20m") },
    Scene { name: "find", open: |size| with(rich(), size, "2/in doubt") },
    Scene { name: "filter_wrong", open: |size| with(rich(), size, "2fkind:cal_requested\n") },
    Scene { name: "jump_wrong", open: |size| with(rich(), size, "2#soon\n") },
    Scene { name: "keys_after_g", open: |size| with(rich(), size, "g") },
    Scene { name: "keys_after_y", open: |size| with(rich(), size, "y") },
    Scene { name: "refusal", open: refused },
    Scene { name: "confirm_block", open: |size| with(armed("block"), size, "\n") },
    Scene { name: "confirm_revoke", open: |size| with(armed("revoke"), size, "\nall us") },
    Scene { name: "confirm_too_soon", open: too_soon },
    Scene { name: "drill_running", open: |size| Screen::new(exercise::mid(), size) },
    Scene { name: "drill_paused", open: |size| Screen::new(exercise::paused(), size) },
    Scene { name: "drill_over", open: |size| Screen::new(exercise::over(), size) },
    Scene { name: "drill_confirm", open: exercise::confirm },
    Scene { name: "injects", open: |size| with(exercise::mid(), size, "9") },
    Scene { name: "inject", open: |size| with(exercise::mid(), size, "9k\n") },
    Scene { name: "inject_answer", open: |size| with(exercise::mid(), size, "9k\n\n") },
    Scene { name: "real_incident", open: exercise::real },
    Scene { name: "plan", open: |size| exercise::facilitated(size, "0") },
    Scene { name: "plan_controls", open: |size| exercise::facilitated(size, "0G\n") },
    Scene { name: "ad_hoc", open: |size| exercise::facilitated(size, "?not in the scenario\n") },
    Scene { name: "score", open: |size| exercise::facilitated(size, "-") },
    Scene { name: "hot_wash", open: exercise::hot_wash },
    Scene { name: "confirm_retry", open: |size| with(repeatable(), size, "?same request\n") },
];

/// The scene of this name.
pub(crate) fn scene(name: &str, size: Size) -> Screen {
    let scene = SCENES.iter().find(|scene| scene.name == name);
    (scene.unwrap_or_else(|| panic!("there is no scene {name}")).open)(size)
}

/// A screen on which these keys were pressed, each long enough after the one before.
pub(crate) fn with(core: Core, size: Size, keys: &str) -> Screen {
    let mut screen = Screen::new(core, size);
    press(&mut screen, keys);
    screen
}

pub(crate) fn press(screen: &mut Screen, keys: &str) {
    for c in keys.chars() {
        screen.key(match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\u{1b}' => KeyCode::Esc,
            c => KeyCode::Char(c),
        });
    }
}

/// The pane of a step.
fn step(core: Core, step: &str, size: Size) -> Screen {
    let mut screen = Screen::new(core, size);
    screen.model.selected = Some(step.to_owned());
    press(&mut screen, "\t");
    screen
}

fn unfolded(size: Size) -> Screen {
    let mut screen = step(rich(), "block", size);
    press(&mut screen, "z");
    screen
}

fn drill(size: Size) -> Screen {
    let mut core = Core::open();
    let mut opened = crate::core::opened();
    opened.mode = Mode::Drill;
    core.state.opened = Some(opened.into());
    Screen::new(core, size)
}

/// `revoke` may or may not have been done.
pub(crate) fn doubtful() -> Core {
    let mut core = Core::open();
    let call = core.send("revoke");
    core.called(call, CallOutcome::InDoubt);
    core
}

/// `block` may or may not have been done, and may be sent again.
pub(crate) fn repeatable() -> Core {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::InDoubt);
    // The step repeats by itself; only when that stopped is there a doubt to settle.
    let step = core.key("block");
    let _ = core.ask(Ask::StopRetry { step });
    core
}

/// `block` was refused by the back end.
pub(crate) fn failed() -> Core {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::Known { verdict: Verdict::Failed });
    core
}

/// `block` was proven, and then its guard broke.
pub(crate) fn broken() -> Core {
    let mut core = guarded();
    break_guard(&mut core);
    core
}

/// `block` is proven and guarded.
pub(crate) fn guarded() -> Core {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
    core
}

pub(crate) fn break_guard(core: &mut Core) {
    let guard = core.state.guards.get_min().unwrap().0;
    let why = "status 200".into();
    let result = CheckResult { finding: Finding::Failed, asked: 2, why, answer: None };
    core.input(&Input::Guarded { guard, result, silent_ms: None }).unwrap();
}

/// Overdue, undecided, on, met, promised, put off: everything that runs by the clock.
pub(crate) fn by_the_clock() -> Core {
    let mut core = Core::timed();
    let (severity, reason) = (Severity::Sev1, "customers' data is out".into());
    core.ask(Ask::Declare { severity, occurred: None, reason }).unwrap();
    let earlier =
        |core: &Core, hours: i64| Some(Occurred::exactly(later(core.now, -hours * 3_600).at));
    let occurred = earlier(&core, 4);
    core.ask(Ask::Aware { occurred, reason: "the reader's ticket was read".into() }).unwrap();
    let decide = |core: &mut Core, duty: &str, starts| {
        let (duty, reason) = (duty.to_owned(), "people are hit".into());
        core.ask(Ask::DutyDecide { duty, on: true, starts, reason }).unwrap();
    };
    let starts = earlier(&core, 4);
    decide(&mut core, "gdpr-33", starts);
    let starts = earlier(&core, 1);
    decide(&mut core, "people", starts);
    let skip = Some(SkipAs::Deferred { until: When::After { seconds: 7_200 } });
    let (step, reason) = (core.key("revoke"), "the fleet is asleep".into());
    core.ask(Ask::Skip { step, skip, reason }).unwrap();
    let (cadence, how) = ("public".to_owned(), "status page, in red".into());
    core.ask(Ask::UpdateGive { cadence, occurred: None, how, next: None }).unwrap();
    core.now = later(core.now, 2_040);
    for _ in 0..2 {
        let (_, due) = core.state.next_due().unwrap();
        core.input(&Input::Due { due }).unwrap();
    }
    core
}

/// The proof before the call says that it is so already.
pub(crate) fn already_true() -> Core {
    let mut core = armed("block");
    core.checks(Finding::Passed);
    core
}

/// An incident in which much has happened.
/// The role of the commander waits for ana, whose screen it is.
pub(crate) fn offered() -> Core {
    let mut core = rich();
    let by = By { who: "ben".into(), role: None };
    let role = || Shown::new("commander");
    for ask in [
        Ask::TakeRole { role: role(), who: None, reason: None },
        Ask::OfferHandOver { role: role(), to: "ana".into() },
    ] {
        core.input(&Input::Person { by: by.clone(), ask }).unwrap();
    }
    core
}

pub(crate) fn rich() -> Core {
    let mut core = Core::open();
    let pass = |core: &mut Core, seconds| core.now = later(core.now, seconds);
    core.ask(Ask::Note {
        text: "A reader wrote in: tokens work.".into(),
        occurred: None,
        source: None,
    })
    .unwrap();
    pass(&mut core, 40);
    let report = core.key("report");
    core.ask(Ask::Answer { step: report, text: "a reader".into(), reason: None }).unwrap();
    pass(&mut core, 95);
    let call = core.send("block");
    pass(&mut core, 5);
    core.succeeds(call);
    core.checks(Finding::Passed);
    pass(&mut core, 60);
    for (text, data) in
        [("API tokens leaked, all of them", Some("API tokens")), ("Nobody used them", None)]
    {
        let (text, source) = (text.into(), "a consultant".into());
        core.ask(Ask::ClaimMake { text, source, data: data.map(Into::into) }).unwrap();
    }
    let (status, reason) = (ClaimStatus::Confirmed, "we tried one".into());
    core.ask(Ask::ClaimAmend { claim: 1, status, reason }).unwrap();
    let (count, source) = ("24,000 tokens".into(), "a consultant".into());
    core.ask(Ask::ClaimCount { claim: 1, count, source }).unwrap();
    pass(&mut core, 30);
    for (seconds, what, who) in
        [(60, "call the reader back", None), (7200, "tell the authority", Some("bo"))]
    {
        let when = When::After { seconds };
        core.ask(Ask::Remind { what: what.into(), who: who.map(Into::into), when }).unwrap();
    }
    let passwords = core.key("passwords");
    let (option, because) = ("no".into(), "no passwords leaked".into());
    core.ask(Ask::Decide { step: passwords, option, because, reason: Some("known now".into()) })
        .unwrap();
    for (name, source) in [("users", "the report"), ("users-2019", "a reader")] {
        let (scope, name, source) = ("index".to_owned(), name.into(), source.into());
        core.ask(Ask::AddScope { scope, name, source }).unwrap();
    }
    pass(&mut core, 120);
    core.input(&Input::Due { due: stanch::incident::Due::Reminder(1) }).unwrap();
    let call = core.send("revoke");
    core.called(call, CallOutcome::InDoubt);
    pass(&mut core, 15);
    core
}

/// One database is contained, and a second was phoned in.
pub(crate) fn phoned_in() -> Core {
    let mut core = Core::scoped();
    for (name, source) in [("db1", "the report"), ("db2", "a reader, by phone")] {
        let (scope, name, source) = ("database".to_owned(), name.into(), source.into());
        core.ask(Ask::AddScope { scope, name, source }).unwrap();
    }
    core.ask(Ask::Admit {
        scope: "database".to_owned(),
        name: "db1".into(),
        url: "https://db1.example.com:9200".into(),
        secrets: false,
        reason: "it is in our inventory".into(),
    })
    .unwrap();
    let call = core.send("close-host[db1]");
    core.succeeds(call);
    core.checks(Finding::Passed);
    core
}

fn members(size: Size) -> Screen {
    let mut screen = Screen::new(phoned_in(), size);
    screen.model.selected = Some("close-host[db2]".to_owned());
    screen
}

fn running(size: Size) -> Screen {
    let mut core = Core::open();
    core.send("block");
    let mut fake = Fake::new(core);
    fake.outcome = None;
    fake.publish_with(|view| view.busy = 1);
    let mut screen = Screen::of(fake, size);
    screen.by.role = Some("responder".into());
    screen.model.selected = Some("block".to_owned());
    screen
}

fn read_only(size: Size) -> Screen {
    let screen = Screen::new(Core::open(), size);
    screen.fake.publish_with(|view| {
        view.read_only = Some("the disk failed: Input/output error (os error 5)".into());
        view.unsaved = vec!["call 3 succeeded, status 200".into()];
    });
    screen
}

fn messages(size: Size) -> Screen {
    let mut screen = refused(size);
    press(&mut screen, "\u{1b}yh!");
    screen
}

fn noted(size: Size) -> Screen {
    let mut screen = scene("note", size);
    screen.ctrl('s');
    screen
}

fn refused(size: Size) -> Screen {
    let mut screen = Screen::new(Core::open(), size);
    screen.tell(stanch::tui::Msg::Paste("x".to_owned()));
    screen
}

fn too_soon(size: Size) -> Screen {
    let mut screen = Screen::new(armed("block"), size);
    screen.key(KeyCode::Enter);
    screen.press(KeyCode::Char('x'), crossterm::event::KeyModifiers::NONE);
    screen
}
