//! What is copied.

use stanch::command::{Snapshot, curl, request_of};

use crate::core::{Core, person};
use crate::fixture::{HEAD, Screen, armed};
use crate::scenes::{press, rich, with};

const SIZE: (u16, u16) = (100, 30);

#[test]
fn a_request_is_copied_as_the_command_that_makes_it() {
    for core in [armed("block"), armed("revoke"), rich()] {
        let mut screen = Screen::new(core, SIZE);
        let snapshot = Snapshot::take(&screen.fake, &person());
        let step = screen.model.current(&snapshot).unwrap().to_owned();
        let request = request_of(&snapshot, &step).unwrap();
        press(&mut screen, "yc");
        assert_eq!(screen.copied(), Some(curl(&request).as_str()));
        screen.assert_shows("Copied the request, as curl.");
    }
    let mut screen = with(Core::open(), SIZE, "yc");
    assert_eq!(screen.copied(), None, "a question is no request");
    screen.assert_shows("This step has no request that can be made now.");
    press(&mut screen, "\u{1b}");
}

#[test]
fn the_head_is_copied_as_it_is_read_out() {
    let screen = with(Core::open(), SIZE, "yh");
    let copied: String = screen.copied().unwrap().chars().filter(|c| *c != ' ').collect();
    assert!(HEAD.starts_with(&copied) && copied.len() >= 16, "{copied}");
}

#[test]
fn what_is_marked_is_copied_as_text() {
    for (keys, parts) in [
        ("yy", &["Revoke every token", "IN DOUBT: call 2"][..]),
        ("2kkyy", &["27 03:05:50Z ana: revoke started"]),
        ("3jyy", &["index users-2019", "source: a reader"]),
        ("4yy", &["confirmed: API tokens leaked", "count 24,000 tokens"]),
        ("5yy", &["21 03:03:50Z ana: passwords decided: no"]),
        ("6yy", &["call the reader back"]),
        ("2kk\nyy", &["revoke started", "\"seq\": 27", "prev 0000"]),
    ] {
        let screen = with(rich(), SIZE, keys);
        let copied = screen.copied().unwrap_or_else(|| panic!("{keys}: nothing"));
        for part in parts {
            assert!(copied.contains(part), "{keys}: no {part} in\n{copied}");
        }
    }
    let screen = with(rich(), SIZE, "7yy");
    screen.assert_shows("There is nothing to copy here.");
    assert_eq!(screen.copied(), None);
}
