//! A role is accepted on the page that was read, on both faces.

use crossterm::event::KeyCode;
use stanch::incident::{Ask, By, hand_over_page};
use stanch::plain;
use stanch::tui::{Layer, View};

use crate::core::person;
use crate::fixture::{Fake, Screen};
use crate::scenes::offered;

const ACCEPT: &str = "read the hand-over page";

fn accepted(core: &crate::core::Core) -> Ask {
    let page_sha256 = hand_over_page(&core.state).sha256();
    Ask::AcceptHandOver { role: "commander".into(), page_sha256 }
}

#[test]
fn on_the_screen_the_page_is_read_to_its_end_first() {
    let core = offered();
    let wanted = accepted(&core);
    let mut screen = Screen::new(core, (80, 24));
    screen.assert_shows("commander ben");
    screen.run(ACCEPT);
    assert!(matches!(screen.model.layer, Layer::None), "no form before the page");
    assert_eq!(screen.model.view, View::HandOver);
    screen.assert_shows("Read this page to its end");
    screen.assert_shows("more lines below");
    screen.run(ACCEPT);
    assert!(matches!(screen.model.layer, Layer::None), "its end was not seen yet");
    screen.key(KeyCode::End);
    screen.assert_hides("below");
    screen.assert_shows("this page, sha256");
    screen.run(ACCEPT);
    screen.assert_shows("I have read it, and accept");
    screen.ctrl('s');
    assert_eq!(screen.sent, [wanted]);
}

#[test]
fn line_by_line_it_is_told_first() {
    let core = offered();
    let answer = |said: &str| {
        let fake = Fake::new(crate::fixture::copy(&core));
        let mut output = Vec::new();
        let input = format!("accept-role\n{said}\nquit\n");
        plain::run(&fake, person(), &mut input.as_bytes(), &mut output).unwrap();
        String::from_utf8(output).unwrap()
    };
    let told = answer("accept");
    let (page, asked) = (told.find("Hand-over of "), told.find("Type accept"));
    assert!(page.unwrap() < asked.unwrap(), "{told}");
    assert!(told.contains("ana is commander now, handed over by ben"), "{told}");
    assert!(answer("yes").contains("Nothing happened."));
}

#[test]
fn who_it_is_not_for_is_told_how_else() {
    let fake = Fake::new(offered());
    let mut output = Vec::new();
    let by = By { who: "cleo".into(), role: None };
    plain::run(&fake, by, &mut "accept-role\nquit\n".as_bytes(), &mut output).unwrap();
    let told = String::from_utf8(output).unwrap();
    assert!(told.contains("Not now: the role of commander was offered to ana"), "{told}");
}
