//! What the main states look like at the three sizes.

use crossterm::event::KeyCode;
use insta::assert_snapshot;
use rstest::rstest;
use stanch::incident::{By, CallOutcome, Finding, Input};
use stanch::tui::{Model, Pane, Seen};

use crate::core::{Core, result};
use crate::fixture::{Fake, Screen, armed, buffer, seen, text, view};

const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (120, 40)];

fn shoot(name: &str, seen: &Seen, change: impl Fn(&mut Model)) {
    for size in SIZES {
        let mut model = Model::new(size);
        change(&mut model);
        assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), text(&buffer(&model, seen)));
    }
}

#[test]
fn planned() {
    let core = Core::open();
    shoot("planned", &seen(&core), |_| {});
    shoot("planned_step", &seen(&core), |model| {
        model.pane = Pane::Step;
        model.selected = Some("block".to_owned());
    });
}

#[test]
fn a_drill_says_so() {
    let mut core = Core::open();
    let mut opened = crate::core::opened();
    opened.mode = stanch::incident::Mode::Drill;
    core.state.opened = Some(opened.into());
    shoot("drill", &seen(&core), |_| {});
}

#[test]
fn in_doubt() {
    let mut core = Core::open();
    let call = core.send("revoke");
    core.called(call, CallOutcome::InDoubt);
    shoot("in_doubt", &seen(&core), |_| {});
    shoot("in_doubt_step", &seen(&core), |model| model.pane = Pane::Step);
    shoot("in_doubt_record", &seen(&core), |model| model.pane = Pane::Record);
}

#[test]
fn a_broken_guard() {
    let mut core = Core::open();
    let call = core.send("block");
    core.succeeds(call);
    core.checks(Finding::Passed);
    let guard = core.state.guards.get_min().unwrap().0;
    let result = stanch::incident::CheckResult {
        finding: Finding::Failed,
        asked: 2,
        why: "status 200".into(),
        answer: None,
    };
    core.input(&Input::Guarded { guard, result }).unwrap();
    shoot("broken_guard", &seen(&core), |model| model.selected = Some("block".to_owned()));
}

#[test]
fn read_only() {
    let core = Core::open();
    let fake = Fake::new(core);
    let mut view = view(&fake.core.lock().unwrap().state);
    view.read_only = Some("the disk failed: Input/output error (os error 5)".into());
    view.unsaved = vec!["call 3 succeeded, status 200".into()];
    let seen = fake.seen(view);
    shoot("read_only", &seen, |_| {});
}

#[rstest]
#[case("block")]
#[case("revoke")]
fn the_dialog(#[case] step: &str) {
    for size in SIZES {
        let mut screen = Screen::new(armed(step), size);
        screen.key(KeyCode::Enter);
        assert_snapshot!(format!("dialog_{step}_{}x{}", size.0, size.1), screen.text());
    }
}

#[test]
fn too_small() {
    for size in [(39, 12), (40, 11), (12, 3)] {
        let screen = Screen::new(armed("block"), size);
        assert_snapshot!(format!("too_small_{}x{}", size.0, size.1), screen.text());
    }
}

#[test]
fn note_actions_help_and_a_refusal() {
    for size in SIZES {
        let mut screen = Screen::new(Core::open(), size);
        screen.key(KeyCode::Char('n'));
        screen.type_text("They knew");
        screen.key(KeyCode::Enter);
        screen.type_text("since ten.");
        assert_snapshot!(format!("note_{}x{}", size.0, size.1), screen.text());
        screen.ctrl('s');
        assert_snapshot!(format!("noted_{}x{}", size.0, size.1), screen.text());
        screen.key(KeyCode::Char('a'));
        assert_snapshot!(format!("actions_{}x{}", size.0, size.1), screen.text());
        screen.key(KeyCode::Esc);
        screen.key(KeyCode::Char('?'));
        assert_snapshot!(format!("help_{}x{}", size.0, size.1), screen.text());
        screen.key(KeyCode::Esc);
        screen.fake.core.lock().unwrap().state.read_only = Some("unknown kind".into());
        screen.tell(stanch::tui::Msg::Paste("x".to_owned()));
        assert_snapshot!(format!("refusal_{}x{}", size.0, size.1), screen.text());
    }
}

#[test]
fn running() {
    let mut core = Core::open();
    core.send("block");
    let mut seen = seen(&core);
    let mut view = view(&core.state);
    view.busy = 1;
    seen.snapshot.view = view.into();
    seen.snapshot.by = By { who: "ana".into(), role: Some("responder".into()) };
    shoot("running", &seen, |model| model.selected = Some("block".to_owned()));
    // The answer of a call is told with the request that it answers.
    let result = result(CallOutcome::Known { verdict: stanch::incident::Verdict::Failed });
    let call = core.state.calls.get_min().unwrap().0;
    core.input(&Input::Called { call, attempt: 1, result }).unwrap();
    let seen = crate::fixture::seen(&core);
    shoot("failed", &seen, |model| model.selected = Some("block".to_owned()));
}
