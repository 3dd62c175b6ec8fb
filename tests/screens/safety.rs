//! Nothing that changes a system is asked for by accident.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use proptest::prelude::*;
use rstest::rstest;
use stanch::incident::{Ask, CallOutcome, Progress};
use stanch::tui::{Layer, Msg, Request};

use crate::core::{Core, later};
use crate::fixture::{Screen, armed};
use crate::scenes::{SCENES, doubtful, failed, rich};
use crate::sizes::assert_whole;

const SIZE: (u16, u16) = (80, 24);

fn confirmed(screen: &Screen) -> bool {
    screen.sent.iter().any(changes)
}

/// Asks that let a request leave that may change something.
fn changes(ask: &Ask) -> bool {
    matches!(ask, Ask::Confirm { .. } | Ask::Retry { .. })
}

fn is_open(screen: &Screen) -> bool {
    matches!(screen.model.layer, Layer::Confirm(_))
}

#[test]
fn enter_opens_the_dialog_and_the_other_key_sends() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    assert!(is_open(&screen));
    assert_eq!(screen.count(&Request::DiscardInput), 1, "type-ahead is thrown away");
    for _ in 0..20 {
        screen.key(KeyCode::Enter);
        screen.key(KeyCode::Char(' '));
        screen.key(KeyCode::Char('y'));
    }
    assert!(!confirmed(&screen) && is_open(&screen));
    screen.ctrl('y');
    assert!(confirmed(&screen) && !is_open(&screen));
    assert_eq!(screen.fake.core.lock().unwrap().state.progress("block"), Progress::Proven);
}

#[test]
fn keys_typed_ahead_and_keys_held_down_do_not_send() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    // A key that repeats: 33 times a second, for five seconds.
    for _ in 0..165 {
        screen.press(KeyCode::Char('y'), KeyModifiers::CONTROL);
        screen.fake.core.lock().unwrap().now.up += 30_000;
    }
    assert!(!confirmed(&screen));
    screen.ctrl('y');
    assert!(confirmed(&screen), "after a pause the key counts");
}

#[test]
fn the_same_key_held_from_before_the_dialog_does_not_send() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    screen.fake.core.lock().unwrap().now.up += 400_000;
    screen.press(KeyCode::Char('y'), KeyModifiers::CONTROL);
    // The first repeat comes after the longest delay that keyboards have.
    screen.fake.core.lock().unwrap().now.up += 700_000;
    screen.press(KeyCode::Char('y'), KeyModifiers::CONTROL);
    assert!(!confirmed(&screen));
}

#[test]
fn a_second_press_sends_nothing_twice_and_release_is_no_press() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    screen.fake.wait(2);
    let mut event = KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL);
    event.kind = KeyEventKind::Release;
    screen.tell(Msg::Key(event));
    assert!(!confirmed(&screen));
    screen.ctrl('y');
    screen.ctrl('y');
    assert_eq!(screen.sent.iter().filter(|ask| changes(ask)).count(), 1);
}

#[test]
fn the_target_has_to_be_typed_and_cannot_be_pasted() {
    let mut screen = Screen::new(armed("revoke"), SIZE);
    screen.key(KeyCode::Enter);
    screen.ctrl('y');
    assert!(!confirmed(&screen));
    screen.tell(Msg::Paste("all users".to_owned()));
    screen.ctrl('y');
    assert!(!confirmed(&screen));
    screen.type_text("all user");
    screen.ctrl('y');
    assert!(!confirmed(&screen));
    screen.type_text("s");
    screen.key(KeyCode::Enter);
    assert!(!confirmed(&screen));
    screen.ctrl('y');
    let typed = screen.sent.iter().find_map(|ask| match ask {
        Ask::Confirm { typed, .. } => typed.clone(),
        _ => None,
    });
    assert_eq!(typed.as_deref(), Some("all users"));
}

#[test]
fn what_does_not_fit_is_read_to_its_end_first() {
    let mut screen = Screen::new(armed("block"), (40, 12));
    screen.key(KeyCode::Enter);
    screen.ctrl('y');
    assert!(!confirmed(&screen) && screen.text().contains("read to the end first"));
    for _ in 0..10 {
        screen.key(KeyCode::PageDown);
    }
    // Another size may break the lines otherwise: it has to be read again.
    screen.tell(Msg::Resize(41, 12));
    screen.ctrl('y');
    assert!(!confirmed(&screen));
    for _ in 0..10 {
        screen.key(KeyCode::PageDown);
    }
    screen.ctrl('y');
    assert!(confirmed(&screen));
}

#[test]
fn on_a_terminal_that_is_too_small_nothing_is_sent() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    screen.tell(Msg::Resize(39, 24));
    screen.ctrl('y');
    screen.key(KeyCode::Enter);
    assert!(!confirmed(&screen));
    screen.tell(Msg::Resize(80, 24));
    screen.ctrl('y');
    assert!(confirmed(&screen));
}

#[test]
fn a_dialog_that_is_out_of_date_closes_with_words() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    let now = screen.fake.core.lock().unwrap().now;
    screen.fake.core.lock().unwrap().now = later(now, 3600);
    screen.tell(Msg::Changed);
    assert!(!is_open(&screen) && screen.text().contains("ran out"), "{}", screen.text());
    screen.ctrl('y');
    assert!(!confirmed(&screen));

    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    {
        let state = &mut screen.fake.core.lock().unwrap().state;
        let mut instance = state.instance("block").unwrap().clone();
        instance.armed.as_mut().unwrap().hash = "another".to_owned();
        state.steps.insert("block".into(), instance.into());
    }
    screen.fake.publish();
    screen.tell(Msg::Changed);
    assert!(!is_open(&screen) && screen.text().contains("has changed"), "{}", screen.text());
    screen.ctrl('y');
    assert!(!confirmed(&screen));
}

#[test]
fn esc_takes_the_confirmation_back() {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.key(KeyCode::Enter);
    screen.key(KeyCode::Esc);
    assert!(!is_open(&screen));
    assert!(matches!(screen.sent.as_slice(), [Ask::Disarm { .. }]), "{:?}", screen.sent);
}

#[test]
fn sending_again_what_is_in_doubt_takes_the_second_key_too() {
    let mut core = Core::open();
    let call = core.send("block");
    core.called(call, CallOutcome::InDoubt);
    // The step repeats by itself; only when that stopped is there a doubt to settle.
    let step = core.key("block");
    let _ = core.ask(Ask::StopRetry { step });
    assert_eq!(core.state.progress("block"), Progress::InDoubt { call });
    let mut screen = Screen::new(core, SIZE);
    screen.run("same request");
    assert!(is_open(&screen), "{}", screen.text());
    assert!(screen.text().contains("once more"));
    screen.key(KeyCode::Enter);
    assert!(!confirmed(&screen));
    screen.ctrl('y');
    assert!(matches!(screen.sent.as_slice(), [Ask::Retry { .. }]), "{:?}", screen.sent);
}

#[test]
fn a_draft_is_kept_and_a_paste_of_many_lines_is_one_note() {
    let mut screen = Screen::new(Core::open(), SIZE);
    screen.key(KeyCode::Char('n'));
    screen.tell(Msg::Paste("one\r\ntwo\rthree\u{1b}[2J".to_owned()));
    screen.key(KeyCode::Esc);
    assert_eq!(screen.sent, []);
    screen.key(KeyCode::Char('n'));
    screen.ctrl('s');
    let text = "one\ntwo\nthree␛[2J".into();
    assert_eq!(screen.sent, [Ask::Note { text, occurred: None, source: None }]);
    screen.key(KeyCode::Char('n'));
    assert!(!screen.text().contains("three"), "what was saved is no draft");
}

#[test]
fn a_refusal_stays_until_it_was_read() {
    let mut screen = Screen::new(Core::open(), SIZE);
    screen.tell(Msg::Paste("x".to_owned()));
    screen.key(KeyCode::Down);
    screen.key(KeyCode::Char('?'));
    screen.key(KeyCode::Esc);
    assert!(screen.text().contains("Pasted text was not used"));
    screen.key(KeyCode::Esc);
    assert!(!screen.text().contains("Pasted text was not used"));
}

#[rstest]
#[case(KeyCode::Char('q'), KeyModifiers::NONE)]
#[case(KeyCode::Char('c'), KeyModifiers::CONTROL)]
fn leaving_asks_nothing(#[case] code: KeyCode, #[case] modifiers: KeyModifiers) {
    let mut screen = Screen::new(armed("block"), SIZE);
    screen.press(code, modifiers);
    assert!(screen.count(&Request::Leave) == 1 && screen.sent.is_empty());
}

/// What a person or a cat may do, all but the one key that confirms.
#[derive(Debug, Clone)]
enum Doing {
    Key(KeyEvent),
    Mouse(MouseEventKind, u16, u16),
    Paste,
    Resize(u16, u16),
}

fn keys() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        6 => Just(KeyCode::Enter),
        2 => Just(KeyCode::Esc),
        2 => Just(KeyCode::Tab),
        2 => Just(KeyCode::Up),
        4 => Just(KeyCode::Down),
        1 => Just(KeyCode::PageDown),
        1 => Just(KeyCode::Backspace),
        1 => Just(KeyCode::Left),
        1 => Just(KeyCode::Right),
        8 => proptest::sample::select("ang?jky s1234567grsocdaytmh/f#][z!.:".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
    ];
    let modifiers = prop_oneof![
        8 => Just(KeyModifiers::NONE),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::SHIFT),
        1 => Just(KeyModifiers::ALT),
    ];
    (code, modifiers)
        .prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
        .prop_filter("confirms", |key| {
            !(key.code == KeyCode::Char('y') && key.modifiers == KeyModifiers::CONTROL)
        })
}

fn doings() -> impl Strategy<Value = Doing> {
    let button = proptest::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Down(MouseButton::Middle),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::Moved,
    ]);
    prop_oneof![
        16 => keys().prop_map(Doing::Key),
        4 => (button, 0..130_u16, 0..50_u16).prop_map(|(kind, x, y)| Doing::Mouse(kind, x, y)),
        1 => Just(Doing::Paste),
        2 => (30..130_u16, 8..45_u16).prop_map(|(columns, rows)| Doing::Resize(columns, rows)),
    ]
}

fn act(screen: &mut Screen, doing: &Doing) {
    match doing {
        Doing::Key(key) => screen.tell(Msg::Key(*key)),
        Doing::Mouse(kind, column, row) => screen.mouse(*kind, *column, *row),
        Doing::Paste => screen.tell(Msg::Paste("all users\n".to_owned())),
        Doing::Resize(columns, rows) => screen.tell(Msg::Resize(*columns, *rows)),
    }
}

/// States from which a change is one key away.
fn core(which: usize) -> Core {
    match which {
        0 => Core::open(),
        1 => armed("block"),
        2 => armed("revoke"),
        3 => doubtful(),
        4 => failed(),
        _ => rich(),
    }
}

fn screen(which: usize, small: bool) -> Screen {
    let mut screen = Screen::new(core(which), if small { (40, 12) } else { SIZE });
    screen.model.mouse = true;
    screen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..Default::default() })]

    #[test]
    fn without_the_second_key_nothing_is_sent(
        which in 0_usize..6,
        doings in proptest::collection::vec((doings(), 0_i64..3), 1..60),
        small in any::<bool>(),
    ) {
        let mut screen = screen(which, small);
        for (doing, pause) in doings {
            screen.fake.wait(pause);
            act(&mut screen, &doing);
            prop_assert!(!confirmed(&screen), "{doing:?} sent {:?}", screen.sent);
        }
    }

    /// With the second key among them, every confirmation was shown whole and typed.
    #[test]
    fn only_that_key_sends_whatever_came_before(
        which in 0_usize..6,
        doings in proptest::collection::vec((doings(), any::<bool>(), 0_i64..3), 1..40),
    ) {
        let mut screen = screen(which, false);
        for (doing, second, pause) in doings {
            screen.fake.wait(pause);
            let before = screen.sent.len();
            act(&mut screen, &doing);
            prop_assert!(!screen.sent[before..].iter().any(changes), "{doing:?}");
            if second {
                screen.ctrl('y');
            }
        }
    }

    /// A click marks, in every state of the screen: nothing is asked for, and no layer opens,
    /// closes or is confirmed by it.
    #[test]
    fn a_click_only_marks(
        scene in 0..SCENES.len(),
        clicks in proptest::collection::vec((0..125_u16, 0..45_u16), 1..40),
        large in any::<bool>(),
    ) {
        let mut screen = (SCENES[scene].open)(if large { (120, 40) } else { SIZE });
        screen.model.mouse = true;
        let (sent, wanted) = (screen.sent.len(), screen.wanted.len());
        let layer = std::mem::discriminant(&screen.model.layer);
        for (column, row) in clicks {
            screen.click(column, row);
        }
        prop_assert_eq!((screen.sent.len(), screen.wanted.len()), (sent, wanted));
        prop_assert_eq!(std::mem::discriminant(&screen.model.layer), layer);
    }

    /// Another size asks for nothing; and a confirmation stays what it was, open or not.
    #[test]
    fn a_resize_executes_and_hides_nothing(
        scene in 0..SCENES.len(),
        sizes in proptest::collection::vec((1_u16..200, 1_u16..60), 1..8),
    ) {
        let mut screen = (SCENES[scene].open)(SIZE);
        let (sent, wanted) = (screen.sent.len(), screen.wanted.len());
        let was_open = is_open(&screen);
        for (columns, rows) in sizes {
            screen.tell(Msg::Resize(columns, rows));
            prop_assert_eq!(is_open(&screen), was_open);
            if was_open && columns >= 40 && rows >= 12 {
                assert_whole(&screen);
            }
        }
        prop_assert_eq!((screen.sent.len(), screen.wanted.len()), (sent, wanted));
    }
}
