//! Nothing that can be done is hidden from one of the faces, in any state that an incident can be in.

use proptest::prelude::*;
use stanch::command::{
    Action, Command, Item, Keymap, Kind, Place, Snapshot, filled, find_word, items, questions, rows,
};
use stanch::incident::{
    Ask, CallEnd, CallOutcome, Finding, Input, Offer, Verdict, offers, permit_to,
};
use stanch::plain;
use stanch::tui::Layer;

use crate::core::{Core, later, person};
use crate::fixture::{Fake, Screen, armed, copy};
use crate::scenes::{broken, doubtful, failed, guarded, rich};

/// What may happen next; indices are taken modulo what there is.
#[derive(Debug, Clone)]
enum Move {
    Offer(usize),
    Called(usize, CallOutcome),
    Checks(Finding),
    Guard(Finding),
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Move> {
    let known = |verdict| CallOutcome::Known { verdict };
    let outcome = prop_oneof![
        4 => Just(known(Verdict::Succeeded)),
        1 => Just(known(Verdict::Failed)),
        1 => Just(known(Verdict::NotDone)),
        2 => Just(CallOutcome::InDoubt),
    ];
    let finding = || prop_oneof![3 => Just(Finding::Passed), 1 => Just(Finding::Failed), 1 => Just(Finding::Unknown)];
    prop_oneof![
        8 => any::<usize>().prop_map(Move::Offer),
        5 => (any::<usize>(), outcome).prop_map(|(call, outcome)| Move::Called(call, outcome)),
        3 => finding().prop_map(Move::Checks),
        1 => finding().prop_map(Move::Guard),
        1 => (0..700_i64).prop_map(Move::Wait),
    ]
}

/// An offer's ask with its blanks filled as a face does it.
fn answered(core: &Core, offer: &Offer) -> Option<Ask> {
    let playbook = &core.state.playbook;
    let answers: Vec<String> = questions(offer, playbook)
        .into_iter()
        .map(|question| match question.kind {
            Kind::Choice(options) => options.first().cloned().unwrap_or_default(),
            Kind::Line if question.label.contains("20m") => "20m".to_owned(),
            Kind::Line if question.label.contains("02:10Z") => "2026-01-05 02:10Z".to_owned(),
            Kind::Document => {
                let title = format!("title = \"New {} ", core.records.len());
                let text = question.initial.replacen("title = \"", &title, 1);
                text.replacen("repeat = \"\"", "repeat = \"once\"", 1)
            }
            Kind::Told => String::new(),
            // Another one each time: what is there already is refused.
            Kind::Line | Kind::Text => format!("because {}", core.records.len()),
        })
        .collect();
    match filled(offer, playbook, &answers).ok()? {
        Ask::Confirm { step, hash, .. } => {
            let armed = core.state.instance(&step.id)?.armed.clone()?;
            let typed = armed.target.map(|target| target.to_string());
            Some(Ask::Confirm { step, hash, typed })
        }
        // Evidence is hashed from a file that is not there, and a closed incident ends the walk.
        Ask::Attach { .. } | Ask::Close { .. } => None,
        ask => Some(ask),
    }
}

fn walk(core: &mut Core, one: &Move) {
    match one {
        Move::Offer(index) => {
            let possible = offers(&core.state, core.now).into_iter();
            let possible: Vec<Offer> = possible.filter(|offer| offer.refusal.is_none()).collect();
            if let Some(ask) = answered(core, &possible[index % possible.len()])
                && permit_to(&core.state, &person(), &ask).is_ok()
            {
                core.ask(ask).unwrap();
            }
        }
        Move::Called(index, outcome) => {
            let open = core.state.calls.values().filter(|call| call.end == CallEnd::InFlight);
            let open: Vec<u32> = open.map(|call| call.id).collect();
            if !open.is_empty() {
                core.called(open[index % open.len()], *outcome);
            }
        }
        Move::Checks(finding) => core.checks(*finding),
        Move::Guard(finding) => {
            let guard = core.state.live_guards().map(|guard| guard.id).next();
            if let Some(guard) = guard {
                let why = "it answered".into();
                let result = stanch::incident::CheckResult {
                    finding: *finding,
                    asked: 2,
                    why,
                    answer: None,
                };
                core.input(&Input::Guarded { guard, result, silent_ms: None }).unwrap();
            }
        }
        Move::Wait(seconds) => core.now = later(core.now, *seconds),
    }
}

fn lists_it(item: &Item, offer: &Offer) -> bool {
    let Action::Offer(listed) = &item.action else { return false };
    let why = offer.refusal.as_ref().map(ToString::to_string);
    **listed == *offer && item.not_now.as_ref().map(ToString::to_string) == why
}

/// One line of words, so that it is found wherever it was broken.
fn flat(text: &str) -> String {
    text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every offer is in the list of the whole screen, and in the list of the plain face.
fn look_at(core: &Core) {
    let fake = Fake::new(copy(core));
    let snapshot = Snapshot::take(&fake, &person());
    let listed = items(&snapshot, snapshot.next_step(), &Keymap::default(), &[Place::Main]);
    let mut output = Vec::new();
    plain::run(&fake, person(), &mut "all\nquit\n".as_bytes(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    let (_, all) = output.split_once("Everything that can be done, in every step:").unwrap();
    let lines: Vec<String> = all.lines().map(flat).collect();
    for (index, offer) in snapshot.offers.iter().enumerate() {
        assert!(listed.iter().any(|item| lists_it(item, offer)), "not in the list: {offer:?}");
        let title = flat(&offer.title);
        let number = format!("{}. ", index + 1);
        let line = lines.iter().find(|line| line.starts_with(&number) && line.contains(&title));
        let line = line.unwrap_or_else(|| panic!("{number}{title} is not in\n{all}"));
        let refused = line.starts_with(&format!("{number}Not now: "));
        assert_eq!(refused, offer.refusal.is_some(), "{line}");
    }
    let offered = listed.iter().filter(|item| matches!(item.action, Action::Offer(_))).count();
    assert_eq!(offered, snapshot.offers.len(), "and nothing twice");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_offer_is_in_both_faces(moves in proptest::collection::vec(moves(), 1..30)) {
        let mut core = Core::open();
        for one in &moves {
            walk(&mut core, one);
            look_at(&core);
        }
    }
}

fn cores() -> Vec<Core> {
    let mut closed = Core::open();
    closed.ask(Ask::Close { reason: "no incident".into() }).ok();
    vec![
        Core::open(),
        armed("block"),
        armed("revoke"),
        doubtful(),
        failed(),
        guarded(),
        broken(),
        rich(),
        closed,
        crate::exercise::mid(),
        crate::exercise::paused(),
        crate::exercise::over(),
    ]
}

#[test]
fn all_of_it_stands_on_the_screen_with_the_reason_where_it_cannot_be_done() {
    for core in cores() {
        look_at(&core);
        let mut screen = Screen::new(core, (240, 250));
        screen.key(crossterm::event::KeyCode::Char('?'));
        let text = flat(&screen.text());
        for offer in Snapshot::take(&screen.fake, &person()).offers.iter() {
            let title = flat(&offer.title);
            let row = match &offer.refusal {
                None => title,
                Some(why) => format!("{title}: not now: {}", flat(&why.to_string())),
            };
            assert!(text.contains(&row), "{row}\n{}", screen.text());
        }
    }
}

/// More keys than the list has.
const KEYS: usize = 100;

/// From the list, each of them is asked, opens its questions, or opens its confirmation; and what
/// cannot be done does none of that.
#[test]
fn each_of_them_can_be_done_from_the_list() {
    for core in cores() {
        let count = {
            let screen = Screen::new(copy(&core), (200, 60));
            Snapshot::take(&screen.fake, &person()).offers.len()
        };
        let mut tried = 0;
        // Keys stand between the offers, and behind them.
        for index in 0..count + KEYS {
            let mut screen = Screen::new(copy(&core), (200, 60));
            screen.key(crossterm::event::KeyCode::Char('?'));
            for _ in 0..index {
                screen.key(crossterm::event::KeyCode::Down);
            }
            let text = screen.text();
            let row = text.lines().find(|line| line.starts_with("│>")).unwrap().to_owned();
            if row.contains("  [") {
                continue;
            }
            tried += 1;
            screen.key(crossterm::event::KeyCode::Enter);
            let opened = matches!(screen.model.layer, Layer::Form(_) | Layer::Confirm(_));
            let done = opened || !screen.sent.is_empty();
            assert_eq!(done, !row.contains(": not now: "), "{row}\n{}", screen.text());
        }
        assert_eq!(tried, count);
    }
}

#[test]
fn every_view_of_the_screen_has_a_word_in_the_plain_face() {
    let words: Vec<Command> = rows(Place::Plain).map(|row| row.command).collect();
    let views: Vec<_> = rows(Place::Main).filter(|row| row.name.starts_with("show-")).collect();
    for view in &views {
        // These two have words of their own there: the list of the steps, and the latest entries.
        let meant = match view.command {
            Command::ShowSteps => Command::Steps,
            Command::ShowRecord => Command::Log,
            command => command,
        };
        assert!(words.contains(&meant), "{}", view.name);
    }
    assert_eq!(views.len(), 12);
    for command in [Command::Note, Command::Next, Command::Leave, Command::CopyCurl] {
        assert!(words.contains(&command), "{command:?}");
    }
}

#[test]
fn every_word_of_the_plain_face_is_understood() {
    for row in rows(Place::Plain) {
        assert_eq!(find_word(row.name), Some(row.command));
        let fake = Fake::new(rich());
        let mut output = Vec::new();
        let input = format!("{}\nquit\n", row.name);
        plain::run(&fake, person(), &mut input.as_bytes(), &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        for wrong in ["is not understood", "a key of the whole screen"] {
            assert!(!output.contains(wrong), "{}: {output}", row.name);
        }
    }
}
