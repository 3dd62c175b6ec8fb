//! A click marks what it is on, a wheel scrolls; neither opens or sends anything.

use crossterm::event::MouseEventKind;
use stanch::tui::{Pane, Request, View};

use crate::core::Core;
use crate::fixture::{Screen, armed};
use crate::scenes::{press, rich, with};

const SIZE: (u16, u16) = (120, 40);

fn screen(keys: &str) -> Screen {
    let mut screen = with(rich(), SIZE, keys);
    screen.model.mouse = true;
    screen
}

#[test]
fn it_is_off_until_it_is_turned_on() {
    let mut screen = with(rich(), SIZE, "");
    let before = screen.text();
    screen.click_on("4 Claims");
    screen.mouse(MouseEventKind::ScrollDown, 5, 8);
    assert_eq!(screen.text(), before);
    press(&mut screen, "tm");
    assert_eq!(screen.count(&Request::Mouse(true)), 1);
    screen.assert_shows("The mouse is on");
    screen.click_on("4 Claims");
    assert_eq!(screen.model.view, View::Claims);
    press(&mut screen, "tm");
    assert_eq!(screen.count(&Request::Mouse(false)), 1);
    screen.click_on("2 Record");
    assert_eq!(screen.model.view, View::Claims);
}

#[test]
fn a_click_marks_a_step_and_takes_the_focus() {
    let mut screen = screen("");
    screen.click_on("List the indices");
    screen.assert_shows(">- planned  List the indices");
    assert_eq!(screen.model.selected.as_deref(), Some("list"));
    screen.click_on("┌ Step ");
    assert_eq!(screen.model.pane, Pane::Step);
    screen.click_on("┌ Record");
    assert_eq!(screen.model.pane, Pane::Record);
    screen.click_on("CONTAIN");
    assert_eq!(screen.model.pane, Pane::Timeline);
    assert_eq!(screen.model.selected.as_deref(), Some("list"), "a phase is no step");
}

#[test]
fn a_click_marks_an_entry_a_claim_and_a_row_of_the_list() {
    let mut record = screen("2");
    record.click_on("16 03:03:20Z");
    record.assert_shows(">16 03:03:20Z");
    let mut claims = screen("4");
    claims.click_on("2. asserted");
    claims.assert_shows("> 2. asserted");
    claims.click_on("count 24,000");
    claims.assert_shows("> 1. confirmed");
    let mut list = screen("?");
    list.click_on("Set a reminder");
    list.assert_shows("> Set a reminder");
}

#[test]
fn every_name_of_a_view_is_a_button() {
    // Those of a drill are not there.
    for view in View::ALL.into_iter().take(8) {
        let mut screen = screen("");
        screen.click_on(&format!(" {}", view.title()));
        assert_eq!(screen.model.view, view);
    }
}

#[test]
fn the_wheel_scrolls_but_not_what_must_be_read_first() {
    let mut record = screen("2");
    record.mouse(MouseEventKind::ScrollUp, 10, 10);
    record.assert_shows(">26 ");
    let mut confirm = with(armed("block"), (40, 12), "\n");
    confirm.model.mouse = true;
    let before = confirm.text();
    for _ in 0..30 {
        confirm.mouse(MouseEventKind::ScrollDown, 5, 5);
    }
    assert_eq!(confirm.text(), before);
    confirm.ctrl('y');
    assert_eq!(confirm.sent, []);
    let mut form = with(Core::open(), SIZE, "nwritten");
    form.model.mouse = true;
    let before = form.text();
    form.mouse(MouseEventKind::ScrollDown, 5, 5);
    form.click(5, 5);
    assert_eq!(form.text(), before);
}
