//! The list of all that can be done, and sequences of keys: found, done, or refused with the reason.

use crossterm::event::KeyCode;
use stanch::command::{Command, Console, Place, rows};
use stanch::incident::Ask;
use stanch::tui::{Layer, Msg, View};

use crate::core::{Core, person};
use crate::fixture::Screen;
use crate::scenes::{press, rich, with};

const SIZE: (u16, u16) = (120, 40);

/// The marked row of the list.
fn marked(screen: &Screen) -> String {
    let text = screen.text();
    let row = text.lines().find(|line| line.starts_with("│>"));
    row.unwrap_or_else(|| panic!("nothing is marked in\n{text}")).to_owned()
}

#[test]
fn it_is_found_by_its_words_and_by_its_key() {
    let screen = with(Core::open(), SIZE, "?into the record");
    assert!(marked(&screen).contains("Write a note into the record  [n]"), "{}", marked(&screen));
    let screen = with(Core::open(), SIZE, "?n");
    assert!(marked(&screen).contains("Write a note into the record  [n]"), "{}", marked(&screen));
    let screen = with(Core::open(), SIZE, "?undo reads");
    screen.assert_hides("Write a note");
    let mut screen = with(Core::open(), SIZE, "?zzz");
    screen.assert_shows("Nothing has these words.");
    for _ in 0..3 {
        screen.key(KeyCode::Backspace);
    }
    screen.assert_shows("Write a note");
    // The list opens with each of its keys.
    for keys in ["?", "a", ":"] {
        assert!(matches!(with(Core::open(), SIZE, keys).model.layer, Layer::Palette(_)));
    }
}

#[test]
fn enter_does_what_is_marked() {
    let mut screen = Screen::new(rich(), SIZE);
    screen.run("show the claims");
    assert_eq!(screen.model.view, View::Claims);
    assert!(matches!(screen.model.layer, Layer::None));
    screen.run("enter a claim");
    assert!(matches!(screen.model.layer, Layer::Form(_)));
    screen.assert_shows("Source: who says so?");
    assert_eq!(screen.sent, []);
}

#[test]
fn what_is_impossible_says_why_and_the_list_stays() {
    let mut screen = with(rich(), SIZE, "?close the incident");
    assert!(marked(&screen).contains("not now: not before this is settled"));
    screen.key(KeyCode::Enter);
    assert!(matches!(screen.model.layer, Layer::Palette(_)));
    assert_eq!(screen.sent, []);
    screen.assert_shows("! Close the incident, with a reason: not now: not before this is settled");
    screen.key(KeyCode::Esc);
    assert!(matches!(screen.model.layer, Layer::None));
}

#[test]
fn a_key_that_works_elsewhere_is_listed_with_its_place() {
    let screen = with(Core::open(), (160, 200), "?");
    for place in Place::ALL {
        for row in rows(place).filter(|row| row.command != Command::Palette) {
            screen.assert_shows(&format!("{}  [{}]", row.help, row.keys.join(", ")));
        }
    }
    screen.assert_shows("once its end was seen  [Ctrl-Y]: not now: a key when something is about");
    let mut screen = with(Core::open(), SIZE, "?exactly what is shown");
    assert!(marked(&screen).contains("[Ctrl-Y]"), "{}", marked(&screen));
    screen.key(KeyCode::Enter);
    assert_eq!(screen.sent, [], "a row is no way around the confirmation");
}

#[test]
fn nothing_moves_below_the_cursor_while_the_record_grows() {
    let mut screen = with(rich(), SIZE, "?");
    for _ in 0..4 {
        screen.key(KeyCode::Down);
    }
    let (before, list) = (marked(&screen), screen.text().lines().skip(3).collect::<String>());
    let claim = Ask::ClaimMake { text: "more".into(), source: "bo".into(), data: None };
    screen.fake.ask(person(), claim).unwrap();
    screen.tell(Msg::Changed);
    assert_eq!(marked(&screen), before);
    assert_eq!(screen.text().lines().skip(3).collect::<String>(), list);
}

#[test]
fn the_keys_that_may_follow_are_shown_and_others_mean_nothing() {
    let mut screen = with(rich(), SIZE, "g");
    for (key, help) in [("s", "Show the steps"), ("c", "Show the claims"), ("g", "Go to the first")]
    {
        screen.assert_shows(&format!("{key}      {help}"));
    }
    press(&mut screen, "c");
    assert_eq!(screen.model.view, View::Claims);
    screen.assert_hides("g …");
    press(&mut screen, "yn");
    screen.assert_shows("These keys mean nothing together.");
    assert!(matches!(screen.model.layer, Layer::None), "the second key is not taken alone");
    press(&mut screen, "g");
    screen.key(KeyCode::Esc);
    screen.assert_hides("mean nothing");
    press(&mut screen, "n");
    assert!(matches!(screen.model.layer, Layer::Form(_)), "the keys before it are forgotten");
}

#[test]
fn every_view_has_a_number_and_a_sequence() {
    let keys = ["1", "2", "3", "4", "5", "6", "7"].into_iter();
    let sequences = ["gs", "gr", "go", "gc", "gd", "ga", "gt"];
    for ((number, sequence), view) in keys.zip(sequences).zip(View::ALL) {
        for keys in [number, sequence] {
            let screen = with(rich(), SIZE, keys);
            assert_eq!(screen.model.view, view, "{keys}");
            let place = View::ALL.iter().position(|one| *one == view).unwrap() + 1;
            screen.assert_shows(&format!(">{place} {}", view.title()));
        }
    }
    // With Tab one is back at the panes.
    assert_eq!(with(rich(), SIZE, "4\t").model.view, View::Steps);
}
