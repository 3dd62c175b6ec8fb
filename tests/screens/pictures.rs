//! The pictures of the screens in the documentation: `UPDATE_DOCS=1 cargo test --test screens pictures`
//! draws them anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stanch::command::{Card, Keymap, Standing, Start};
use stanch::config::theme::ThemeFile;
use stanch::drill::shipped;
use stanch::incident::{Input, Mode, State};
use stanch::tui::{Depth, Home, HomeMsg, Theme, draw, draw_home};

use crate::core::{Core, opened, person, start};
use crate::fixture::{Screen, text};
use crate::roles::{map, probe};
use crate::svg::svg;

/// The shipped playbook in a drill, nothing done yet.
fn drill() -> Core {
    let playbook = shipped::read("exposed-database").unwrap().playbook.unwrap();
    let inputs =
        playbook.inputs.iter().filter_map(|input| Some((input.id.clone(), input.default.clone()?)));
    let mut opened = opened();
    opened.mode = Mode::Drill;
    opened.title.clone_from(&playbook.title);
    opened.playbook.clone_from(&playbook.id);
    opened.inputs = inputs.collect();
    let playbook = Arc::new(playbook);
    let mut core = Core {
        state: State::new(playbook.clone()),
        playbook,
        now: start(),
        records: Vec::new(),
        effects: Vec::new(),
    };
    core.input(&Input::Open { by: person(), opened }).unwrap();
    core
}

fn dark() -> Theme {
    Theme::new(&ThemeFile::shipped("dark").unwrap(), Depth::True)
}

fn check(name: &str, picture: &str) {
    let path = Path::new("docs/pictures").join(name);
    #[expect(clippy::disallowed_methods, reason = "how the pictures are drawn anew")]
    if std::env::var("UPDATE_DOCS").is_ok() {
        fs::create_dir_all("docs/pictures").unwrap();
        fs::write(&path, picture).unwrap();
    }
    let drawn = fs::read_to_string(&path).unwrap_or_default();
    let path = path.display();
    assert!(drawn == picture, "{path} is old: UPDATE_DOCS=1 cargo test --test screens pictures");
}

fn shoot(name: &str, title: &str, screen: &Screen) {
    let (columns, rows) = screen.model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let theme = dark();
    terminal.draw(|frame| draw(frame, &screen.model, &screen.seen(), &theme)).unwrap();
    check(name, &svg(terminal.backend().buffer(), title, "#e6e6e6", "#1e1e1e"));
}

#[test]
fn an_incident_step_by_step() {
    let mut screen = Screen::new(drill(), (100, 30));
    screen.key(KeyCode::Enter);
    screen.type_text("A reporter of the evening paper reads customers' e-mail addresses.");
    screen.ctrl('s');
    screen.key(KeyCode::Enter);
    screen.key(KeyCode::Enter);
    shoot("confirm.svg", "The confirmation of a change, whole, in a drill", &screen);
    screen.key(KeyCode::PageDown);
    screen.ctrl('y');
    screen.key(KeyCode::Down);
    shoot("step.svg", "Steps, the selected step and the record in a drill", &screen);
    screen.key(KeyCode::Char('?'));
    shoot("list.svg", "The list of all that can be done and of all keys", &screen);
    screen.key(KeyCode::Esc);
    screen.key(KeyCode::Char('2'));
    shoot("record.svg", "The record", &screen);
    screen.fake.wait(240);
    screen.key(KeyCode::Char('7'));
    shoot("timeline.svg", "The timeline, drawn", &screen);
}

/// With alarms, a quiet one and a closed one.
fn home(size: (u16, u16)) -> Home {
    let now = start().at;
    let card = |name: &str, mode, hours: i64, closed| Card {
        dir: name.into(),
        name: name.into(),
        mode,
        title: "Customer database exposed to the internet".into(),
        opened_at: Some(now - TimeDelta::hours(hours)),
        closed,
        moved: false,
        records: 120,
        held: None,
        trouble: None,
    };
    let begin = |name: &str, title: &str| Start { name: name.to_owned(), title: title.into() };
    let mut home = Home::new(
        size,
        Arc::new(Keymap::standard()),
        vec![begin("exposed-database", "Customer database exposed to the internet")],
        vec![begin("first-walk", "The first walk")],
    );
    home.update(HomeMsg::Cards(Ok(vec![
        card("amber-heron", Mode::Live, 6, false),
        card("golden-falcon", Mode::Drill, 30, false),
        card("silver-otter", Mode::Drill, 90, true),
    ])));
    let due = |minutes: i64| -> DateTime<Utc> { now + TimeDelta::minutes(minutes) };
    let alarmed = Standing {
        broken: 1,
        holding: 2,
        doubts: 1,
        due: vec![due(-12), due(18)],
        over: (7, 10),
        ..Standing::default()
    };
    home.update(HomeMsg::Standing("amber-heron".into(), Ok(alarmed)));
    let quiet = Standing { holding: 1, over: (3, 10), ..Standing::default() };
    home.update(HomeMsg::Standing("golden-falcon".into(), Ok(quiet)));
    home
}

fn drawn(home: &Home, (columns, rows): (u16, u16), theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw_home(frame, home, start().at, theme)).unwrap();
    terminal.backend().buffer().clone()
}

#[test]
fn the_home_screen() {
    let size = (100, 20);
    let buffer = drawn(&home(size), size, &dark());
    check("home.svg", &svg(&buffer, "The home screen", "#e6e6e6", "#1e1e1e"));
}

#[test]
fn the_home_screen_at_its_sizes() {
    for size in [(40, 12), (80, 24), (120, 40), (39, 12)] {
        let buffer = drawn(&home(size), size, &probe());
        let name = format!("home_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, format!("{}\n{}", text(&buffer), map(&buffer)));
    }
}
