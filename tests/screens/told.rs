//! Messages, what is folded, and when a person who looks elsewhere is called.

use crossterm::event::KeyCode;
use stanch::incident::CallOutcome;
use stanch::tui::{Msg, Request};

use crate::core::Core;
use crate::fixture::{Fake, Screen};
use crate::scenes::{break_guard, guarded, press, rich, with};

const SIZE: (u16, u16) = (100, 30);

#[test]
fn a_success_goes_with_the_next_key_and_an_error_stays() {
    let mut screen = with(Core::open(), SIZE, "yh");
    screen.assert_shows("Copied the head.");
    press(&mut screen, "j");
    screen.assert_hides("Copied the head.");
    press(&mut screen, "kyc");
    screen.assert_shows("no request that can be made");
    press(&mut screen, "jk2314?");
    screen.assert_shows("no request that can be made");
    press(&mut screen, "\u{1b}\u{1b}");
    screen.assert_hides("no request that can be made");
}

#[test]
fn errors_wait_for_each_other_and_are_kept() {
    let mut screen = with(Core::open(), SIZE, "yc");
    screen.tell(Msg::Paste("x".to_owned()));
    screen.assert_shows("no request that can be made now. [Esc: read, 1 more]");
    screen.key(KeyCode::Esc);
    screen.assert_shows("Pasted text was not used.");
    screen.assert_hides("no request that can be made");
    screen.key(KeyCode::Esc);
    screen.assert_hides("Pasted text was not used.");
    press(&mut screen, "!");
    screen.assert_shows("Messages, the newest first");
    let text = screen.text();
    let newest = text.find("Pasted text was not used.").unwrap();
    assert!(newest < text.find("no request that can be made now.").unwrap());
    press(&mut screen, "q");
    screen.assert_hides("Messages, the newest first");
    with(Core::open(), SIZE, "!").assert_shows("There were none.");
}

#[test]
fn what_is_long_in_a_step_is_folded_and_unfolded() {
    let mut screen = Screen::new(rich(), (100, 60));
    screen.model.selected = Some("block".to_owned());
    screen.tell(Msg::Changed);
    let folded = screen.text();
    press(&mut screen, "z");
    let unfolded = screen.text();
    assert_ne!(folded, unfolded);
    let rows =
        |text: &str| text.lines().filter(|line| !line.trim_matches(['│', ' ']).is_empty()).count();
    assert!(rows(&folded) <= rows(&unfolded), "{folded}\n{unfolded}");
    press(&mut screen, "z");
    let body = |text: &str| text.lines().skip(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&screen.text())[..20], body(&folded)[..20]);
}

fn calls(screen: &Screen) -> Vec<&str> {
    let call = |request: &'_ Request| matches!(request, Request::Attention(_));
    let words = screen.wanted.iter().filter(|request| call(request));
    let words = words.map(|request| match request {
        Request::Attention(words) => words.as_str(),
        _ => "",
    });
    words.collect()
}

#[test]
fn a_broken_guard_calls_whoever_looks_elsewhere_once() {
    for focused in [false, true] {
        let mut screen = Screen::new(guarded(), SIZE);
        screen.tell(Msg::Focus(focused));
        break_guard(&mut screen.fake.core.lock().unwrap());
        screen.fake.publish();
        for _ in 0..3 {
            screen.tell(Msg::Changed);
        }
        let expected: &[&str] =
            if focused { &[] } else { &["LIVE amber-heron: a guard is broken"] };
        assert_eq!(calls(&screen), expected);
    }
}

#[test]
fn a_doubt_and_the_end_of_what_was_under_way_call_too() {
    let mut core = Core::open();
    let call = core.send("revoke");
    let mut fake = Fake::new(core);
    fake.outcome = None;
    fake.publish_with(|view| view.busy = 1);
    let mut screen = Screen::of(fake, SIZE);
    screen.tell(Msg::Focus(false));
    screen.fake.core.lock().unwrap().called(call, CallOutcome::InDoubt);
    screen.fake.publish();
    screen.tell(Msg::Changed);
    assert_eq!(calls(&screen), ["LIVE amber-heron: a call is in doubt"]);

    let fake = Fake::new(guarded());
    fake.publish_with(|view| view.busy = 1);
    let mut screen = Screen::of(fake, SIZE);
    screen.tell(Msg::Focus(false));
    screen.fake.publish();
    screen.tell(Msg::Changed);
    assert_eq!(calls(&screen), ["LIVE amber-heron: it waits for you"]);
}

#[test]
fn the_keys_of_the_shell_reach_it_from_every_view() {
    for keys in ["", "2", "3", "4", "5", "6", "7"] {
        let mut screen = with(rich(), SIZE, keys);
        let before = screen.text();
        screen.ctrl('z');
        screen.ctrl('l');
        assert_eq!(screen.count(&Request::Suspend), 1, "{keys}");
        assert_eq!(screen.count(&Request::Redraw), 1, "{keys}");
        assert_eq!(before.lines().count(), screen.text().lines().count());
    }
}
