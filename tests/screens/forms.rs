//! What is written: pasted, edited elsewhere, kept as a draft, saved.

use crossterm::event::KeyCode;
use stanch::incident::Ask;
use stanch::tui::{Layer, Msg, Request};

use crate::core::Core;
use crate::fixture::Screen;
use crate::scenes::{press, with};

const SIZE: (u16, u16) = (80, 24);

fn note(text: &str) -> Ask {
    Ask::Note { text: text.into(), occurred: None, source: None }
}

#[test]
fn ten_thousand_pasted_lines_are_one_note() {
    let lines: Vec<String> = (0..10_000).map(|number| format!("line {number}")).collect();
    let text = lines.join("\n");
    let mut screen = with(Core::open(), SIZE, "n");
    screen.tell(Msg::Paste(text.clone()));
    screen.assert_shows("line 9999");
    for _ in 0..30 {
        screen.key(KeyCode::Up);
    }
    screen.assert_shows("line 9969");
    screen.ctrl('s');
    assert_eq!(screen.sent, [note(&text)]);
    assert!(matches!(screen.model.layer, Layer::None));
}

#[test]
fn what_the_editor_made_of_it_takes_its_place() {
    let mut screen = with(Core::open(), SIZE, "nfirst\nsecond");
    screen.ctrl('o');
    assert_eq!(screen.count(&Request::Edit("first\nsecond".to_owned())), 1);
    screen.tell(Msg::Edited(Ok("third\nfourth\n".to_owned())));
    screen.assert_hides("second");
    screen.assert_shows("fourth");
    screen.tell(Msg::Edited(Err("the editor ended with 1".into())));
    screen.assert_shows("the editor ended with 1");
    screen.assert_shows("fourth");
    screen.ctrl('s');
    assert_eq!(screen.sent, [note("third\nfourth")]);
}

#[test]
fn an_editor_that_comes_back_after_the_form_was_closed_changes_nothing() {
    let mut screen = with(Core::open(), SIZE, "nfirst");
    screen.ctrl('o');
    screen.key(KeyCode::Esc);
    screen.tell(Msg::Edited(Ok("second".to_owned())));
    assert!(matches!(screen.model.layer, Layer::None));
    press(&mut screen, "n");
    screen.assert_shows("first");
    screen.assert_hides("second");
}

#[test]
fn each_form_keeps_its_own_draft() {
    let mut screen = with(Core::open(), SIZE, "nabout the note\u{1b}");
    screen.assert_shows("the draft is kept");
    screen.run("enter a claim");
    screen.assert_hides("about the note");
    screen.type_text("about the claim");
    screen.key(KeyCode::Esc);
    press(&mut screen, "n");
    screen.assert_shows("about the note");
    screen.key(KeyCode::Esc);
    screen.run("enter a claim");
    screen.assert_shows("about the claim");
    assert_eq!(screen.sent, []);
}

#[test]
fn a_decision_is_chosen_and_explained() {
    let mut screen = Screen::new(Core::open(), SIZE);
    screen.run("force it");
    screen.assert_shows("(x) yes");
    screen.key(KeyCode::Down);
    screen.assert_shows("(x) no");
    screen.key(KeyCode::Tab);
    screen.type_text("no passwords leaked");
    screen.key(KeyCode::Tab);
    screen.type_text("it is known now");
    screen.ctrl('s');
    let [Ask::Decide { option, because, .. }] = screen.sent.as_slice() else {
        panic!("{:?}\n{}", screen.sent, screen.text())
    };
    assert_eq!((option.as_str(), because.as_str()), ("no", "no passwords leaked"));
}

#[test]
fn an_empty_note_is_not_saved_and_says_why() {
    let mut screen = with(Core::open(), SIZE, "n");
    screen.ctrl('s');
    assert_eq!(screen.sent, []);
    screen.assert_shows("Not saved.");
    assert!(matches!(screen.model.layer, Layer::Form(_)));
    press(&mut screen, "x");
    screen.assert_hides("Not saved.");
}

#[test]
fn letters_that_are_keys_elsewhere_are_text_here() {
    let mut screen = with(Core::open(), SIZE, "n");
    screen.type_text("q?agy/f#][z!1234567");
    screen.assert_shows("q?agy/f#][z!1234567");
    screen.ctrl('s');
    assert_eq!(screen.sent, [note("q?agy/f#][z!1234567")]);
}

#[test]
fn a_host_is_phoned_in_admitted_and_looked_at_by_keys_alone() {
    let mut screen = Screen::new(Core::scoped(), SIZE);
    screen.run("add to the scope");
    screen.assert_shows("(x) database");
    screen.key(KeyCode::Tab);
    screen.type_text("db2");
    screen.key(KeyCode::Tab);
    screen.type_text("a reader, by phone");
    screen.ctrl('s');
    // Found by its name, wherever in the playbook its steps stand.
    screen.run("admit db2");
    screen.type_text("https://db2.example.com:9200");
    screen.key(KeyCode::Tab);
    screen.assert_shows("(x) no");
    screen.key(KeyCode::Tab);
    screen.type_text("it is in our inventory");
    screen.ctrl('s');
    let Some(Ask::Admit { name, url, secrets, reason, .. }) = screen.sent.last() else {
        panic!("{:?}\n{}", screen.sent, screen.text())
    };
    assert_eq!((name.as_str(), url.as_str()), ("db2", "https://db2.example.com:9200"));
    assert_eq!((*secrets, reason.as_str()), (false, "it is in our inventory"));
    // And there it goes on.
    screen.assert_shows("Close the host  db2");
    screen.key(KeyCode::Enter);
    screen.assert_shows("Send this?");
    screen.assert_shows("Target: db2.example.com");
}
