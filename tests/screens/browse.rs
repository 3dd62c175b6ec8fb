//! Going through the record: following it, filtering, finding, jumping, and reading one entry.

use crossterm::event::KeyCode;
use stanch::command::Console;
use stanch::incident::Ask;
use stanch::tui::{Hunt, Layer, Msg, Request};

use crate::core::{Core, person};
use crate::fixture::{HEAD, Screen};
use crate::scenes::{press, rich, with};

const SIZE: (u16, u16) = (100, 24);

/// The numbers of the entries that are shown, and the marked one among them.
fn entries(screen: &Screen) -> (Vec<u64>, Option<u64>) {
    let text = screen.text();
    let rows = text.lines().filter_map(|line| {
        let line = line.strip_prefix('│')?;
        let number = line.get(1..)?.split(' ').next()?.parse().ok()?;
        Some((line.starts_with('>'), number))
    });
    let rows: Vec<(bool, u64)> = rows.collect();
    let marked: Vec<u64> = rows.iter().filter(|(is, _)| *is).map(|(_, number)| *number).collect();
    assert!(marked.len() <= 1, "{text}");
    (rows.into_iter().map(|(_, number)| number).collect(), marked.first().copied())
}

fn note(screen: &mut Screen, text: &str) {
    screen
        .fake
        .ask(person(), Ask::Note { text: text.into(), occurred: None, source: None })
        .unwrap();
    screen.tell(Msg::Changed);
}

fn many(notes: u64) -> Core {
    let mut core = Core::open();
    for number in 1..=notes {
        let text = format!("note {number}").into();
        core.ask(Ask::Note { text, occurred: None, source: None }).unwrap();
    }
    core
}

#[test]
fn the_newest_is_followed_until_one_goes_up() {
    let mut screen = with(many(50), SIZE, "2");
    assert_eq!(entries(&screen).1, Some(50));
    note(&mut screen, "newer");
    assert_eq!(entries(&screen).1, Some(51), "it follows");
    press(&mut screen, "k");
    note(&mut screen, "newest");
    assert_eq!(entries(&screen).1, Some(50), "what is read stays where it is");
    screen.assert_shows("more below");
    press(&mut screen, "G");
    note(&mut screen, "the last one");
    assert_eq!(entries(&screen).1, Some(53), "at the end it follows again");
}

#[test]
fn pages_and_ends_of_a_long_record() {
    let mut screen = with(many(300), SIZE, "2");
    let rows = entries(&screen).0.len() as u64;
    screen.key(KeyCode::PageUp);
    assert_eq!(entries(&screen).1, Some(300 - rows));
    press(&mut screen, "gg");
    assert_eq!(entries(&screen).1, Some(0));
    screen.key(KeyCode::Up);
    assert_eq!(entries(&screen).1, Some(0), "there is nothing before the first");
    screen.key(KeyCode::PageDown);
    assert_eq!(entries(&screen).1, Some(rows));
    screen.key(KeyCode::End);
    assert_eq!(entries(&screen).1, Some(300));
}

#[test]
fn a_filter_shows_only_what_it_finds_and_esc_clears_it() {
    let mut screen = with(rich(), SIZE, "2");
    screen.prompt('f', "kind:call");
    assert_eq!(entries(&screen).0, [8, 9, 28, 29]);
    screen.assert_shows("Record, only kind:call: 4 found");
    screen.key(KeyCode::Esc);
    assert!(entries(&screen).0.len() > 10, "{}", screen.text());
    screen.assert_hides("only kind:call");
    // An empty one clears too, and what was looked for is there to be changed.
    screen.prompt('f', "step:block");
    screen.assert_shows("only ");
    press(&mut screen, "f");
    screen.assert_shows("step:block");
    for _ in 0..20 {
        screen.key(KeyCode::Backspace);
    }
    screen.key(KeyCode::Enter);
    screen.assert_hides("only ");
}

#[test]
fn a_filter_follows_the_record_and_looks_at_each_entry_once() {
    let mut screen = with(many(3), SIZE, "2");
    screen.prompt('f', "two");
    screen.assert_shows("0 found");
    note(&mut screen, "one");
    note(&mut screen, "two");
    assert_eq!(entries(&screen).0, [5]);
    assert_eq!(screen.scanned, [0..4, 4..5, 5..6]);
}

#[test]
fn a_wrong_filter_says_so_and_stays_open() {
    let mut screen = with(rich(), SIZE, "2");
    screen.prompt('f', "kind:cal_requested");
    assert!(matches!(screen.model.layer, Layer::Form(_)));
    screen.assert_shows("did you mean `call_requested`?");
    assert_eq!(screen.scanned, []);
    screen.key(KeyCode::Esc);
    assert!(matches!(screen.model.layer, Layer::None));
}

#[test]
fn finding_goes_from_hit_to_hit() {
    let mut screen = with(rich(), SIZE, "2");
    press(&mut screen, "]");
    screen.assert_shows("Nothing is looked for. / finds entries.");
    screen.prompt('/', "tokens");
    assert_eq!(entries(&screen).1, Some(17), "the newest hit first");
    press(&mut screen, "[");
    assert_eq!(entries(&screen).1, Some(14));
    press(&mut screen, "[");
    assert_eq!(entries(&screen).1, Some(1));
    press(&mut screen, "[");
    screen.assert_shows("No hit before this.");
    press(&mut screen, "]]");
    assert_eq!(entries(&screen).1, Some(17));
    press(&mut screen, "]");
    screen.assert_shows("No hit after this.");
    screen.key(KeyCode::Esc);
    screen.assert_hides("find tokens");
}

#[test]
fn a_number_jumps_to_its_entry() {
    let mut screen = with(many(300), SIZE, "2");
    screen.prompt('#', "120");
    assert_eq!(entries(&screen).1, Some(120));
    screen.prompt('#', "");
    press(&mut screen, "\u{1b}");
    let mut screen = with(many(300), SIZE, "2");
    screen.prompt('#', "9,999");
    assert_eq!(entries(&screen).1, Some(300));
    screen.assert_shows("The last entry is 300.");
    let mut screen = with(many(300), SIZE, "2");
    screen.prompt('#', "soon");
    screen.assert_shows("No number of an entry from 0 to 300, and no time");
}

#[test]
fn one_entry_is_read_with_its_hashes_and_those_beside_it() {
    let mut screen = with(rich(), SIZE, "2kk");
    let at = entries(&screen).1.unwrap();
    screen.key(KeyCode::Enter);
    screen.assert_shows(&format!("Entry {at}"));
    screen.assert_shows("prev 0000000000000000");
    screen.assert_shows(&format!("\"h\": \"{HEAD}\""));
    screen.key(KeyCode::Left);
    screen.assert_shows(&format!("Entry {}", at - 1));
    screen.assert_shows(&format!("\"seq\": {}", at - 1));
    for _ in 0..10 {
        screen.key(KeyCode::Right);
    }
    screen.assert_shows("Entry 29");
    screen.key(KeyCode::Left);
    screen.key(KeyCode::Esc);
    assert_eq!(entries(&screen).1, Some(28), "the mark went along");
}

#[test]
fn notes_and_decisions_alone_are_a_part_of_the_record() {
    let mut screen = with(rich(), SIZE, "5");
    assert_eq!(entries(&screen).0, [1, 3, 14, 15, 16, 17, 21]);
    assert_eq!(entries(&screen).1, Some(21));
    press(&mut screen, "k\n");
    screen.assert_shows("Entry 17");
}

#[test]
fn the_latest_entries_below_the_steps_are_one_way_through_the_record_too() {
    let mut screen = with(rich(), (100, 30), "\t\tkk");
    screen.key(KeyCode::Enter);
    screen.assert_shows("Entry 27");
    screen.key(KeyCode::Esc);
    screen.prompt('f', "kind:call");
    screen.assert_shows("only kind:call");
}

/// The searches that wait for an answer: of what, under which number.
fn searches(screen: &Screen) -> Vec<(Hunt, u64)> {
    let scans = screen.wanted.iter().filter_map(|request| match request {
        Request::Scan { hunt, job, .. } => Some((*hunt, *job)),
        _ => None,
    });
    scans.collect()
}

fn found(
    screen: &mut Screen,
    (hunt, job): (Hunt, u64),
    range: std::ops::Range<u64>,
    found: &[u64],
) {
    let found = Ok(found.to_vec());
    screen.tell(Msg::Found { hunt, job, from: range.start, to: range.end, found });
}

#[test]
fn a_long_search_is_told_piece_by_piece_and_a_newer_one_ends_it() {
    let mut screen = with(many(299), SIZE, "2");
    screen.holds = true;
    screen.prompt('f', "note 1");
    let [first] = searches(&screen)[..] else { panic!("{:?}", screen.wanted) };
    screen.assert_shows("0 found, 0% looked through");
    found(&mut screen, first, 150..300, &[190, 199]);
    screen.assert_shows("2 found, 50% looked through");
    assert_eq!(entries(&screen).0, [190, 199], "what is there already is shown");
    screen.prompt('f', "0");
    let [_, second] = searches(&screen)[..] else { panic!("{:?}", screen.wanted) };
    found(&mut screen, first, 0..150, &[1, 10]);
    screen.assert_hides("2 found");
    assert!(entries(&screen).0.is_empty(), "an answer to the older one is nobody's");
    found(&mut screen, second, 0..300, &[10, 20]);
    assert_eq!(entries(&screen).0, [10, 20]);
    screen.assert_hides("looked through");
}

#[test]
fn a_search_that_fails_says_so_once_and_keeps_what_it_found() {
    let mut screen = with(many(299), SIZE, "2");
    screen.holds = true;
    screen.prompt('/', "note 1");
    let [(hunt, job)] = searches(&screen)[..] else { panic!("{:?}", screen.wanted) };
    found(&mut screen, (hunt, job), 150..300, &[190, 199]);
    assert_eq!(entries(&screen).1, Some(199));
    let failed = Err("line 7 cannot be read".into());
    screen.tell(Msg::Found { hunt, job, from: 0, to: 150, found: failed });
    screen.assert_shows("! The search ended early: line 7 cannot be read");
    screen.key(KeyCode::Char('['));
    assert_eq!(entries(&screen).1, Some(190));
    note(&mut screen, "another");
    assert_eq!(searches(&screen).len(), 2, "what is new is still looked through");
}
