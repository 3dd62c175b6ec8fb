//! How the screen is dressed, by what the terminal, the environment, the command line and the
//! configuration say.

use std::time::Duration;

use rstest::rstest;

use crate::harness::{Home, small};
use crate::pty::{DARK, LIGHT, Left, Pty, SILENT, Terminal};
use crate::stage::{ENTER, drill, leave};
use crate::wire::{colours, dresses, ever_set, is_coloured};

const TRUE: (&str, &str) = ("COLORTERM", "truecolor");

/// The colours that a shipped theme may use: its inks and its grounds, and its own background.
fn palette(theme: &str) -> (Vec<String>, Vec<String>) {
    let file = format!("{}/themes/{theme}.toml", env!("CARGO_MANIFEST_DIR"));
    let file: toml::Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut own = Vec::new();
    for role in file["roles"].as_table().unwrap().values() {
        own.extend(["ink", "ground"].iter().filter_map(|name| role.get(name)).map(text));
    }
    let grounds = file.get("backgrounds").and_then(|all| all.as_array()).cloned();
    let mut grounds: Vec<String> = grounds.unwrap_or_default().iter().map(text).collect();
    grounds.extend(file.get("background").map(text));
    (own, grounds)
}

fn text(value: &toml::Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Walks a little, so that most of what is drawn was drawn, and leaves.
fn shown(home: &Home, arguments: &[&str], terminal: Terminal<'_>) -> Left {
    let file = small("drills/small.toml");
    let arguments = [&["drill", &file], arguments].concat();
    let mut pty = Pty::start_in(home, &arguments, terminal);
    pty.expect("next     Take report");
    if terminal.background.is_empty() {
        // The time after which a terminal that says nothing is painted.
        pty.calm();
    }
    pty.calm();
    for view in ["7", "2", "1"] {
        pty.press(view);
        pty.expect(&format!(">{view} "));
    }
    pty.press("q");
    pty.end()
}

/// All colours are those of the theme, and some of them are there.
fn assert_worn(left: &Left, theme: &str, painted: bool) {
    let worn = colours(&left.raw);
    let (own, grounds) = palette(theme);
    let is_painted = worn.iter().any(|one| !own.contains(one) && grounds.contains(one));
    let foreign: Vec<&String> = worn
        .iter()
        .filter(|one| !(own.contains(one) || painted && grounds.contains(one)))
        .collect();
    assert!(foreign.is_empty(), "{theme}: {foreign:?} of {worn:?}");
    assert!(worn.iter().filter(|one| own.contains(one)).count() > 4, "{theme}: {worn:?}");
    assert_eq!(is_painted, painted, "{theme}: {worn:?}");
    left.assert_given_back();
}

#[rstest]
#[case::light(LIGHT, "light")]
#[case::dark(DARK, "dark")]
#[case::cream(b"\x1b]11;rgb:fd/f6/e3\x07", "light")]
fn the_theme_is_that_of_the_background(#[case] background: &[u8], #[case] theme: &str) {
    let home = Home::new();
    let left =
        shown(&home, &[], Terminal { background, variables: &[TRUE], ..Terminal::default() });
    assert_eq!(left.acted.asked, 1);
    assert_worn(&left, theme, false);
}

#[test]
fn a_terminal_that_does_not_tell_its_background_gets_one() {
    let home = Home::new();
    let terminal = Terminal { background: SILENT, variables: &[TRUE], ..Terminal::default() };
    let pty = drill(&home, terminal);
    pty.expect_raw("the paint", 0, |raw| colours(raw).contains(&"#000000".to_owned()));
    // Until then nothing may be unreadable on whatever it stands: it was drawn without colours.
    let first = String::from_utf8_lossy(&pty.raw_since(0)).into_owned();
    let at = first.find("8;2;").unwrap();
    assert!(first[..at].contains("Revoke"), "{}", &first[..at]);
    leave(pty);
    let left = shown(&home, &[], terminal);
    assert_worn(&left, "dark", true);
}

#[rstest]
#[case("0;15", "light")]
#[case("15;0", "dark")]
#[case("default;default;7", "light")]
fn what_the_environment_says_of_the_background_is_enough(#[case] told: &str, #[case] theme: &str) {
    let home = Home::new();
    let variables = [TRUE, ("COLORFGBG", told)];
    let left = shown(&home, &[], Terminal { variables: &variables, ..Terminal::default() });
    assert_eq!(left.acted.asked, 0, "nobody is asked what is known");
    assert_worn(&left, theme, false);
}

#[test]
fn a_theme_that_is_named_is_worn() {
    let home = Home::new();
    let variables = [TRUE, ("NO_COLOR", "1"), ("COLORFGBG", "0;15")];
    let left = shown(
        &home,
        &["--theme", "high-contrast"],
        Terminal { variables: &variables, ..Terminal::default() },
    );
    assert_eq!(left.acted.asked, 0);
    let (own, grounds) = palette("high-contrast");
    let worn = colours(&left.raw);
    assert!(worn.iter().all(|one| own.contains(one) || grounds.contains(one)), "{worn:?}");
    assert!(worn.len() > 2, "{worn:?}");
}

#[test]
fn no_color_leaves_reverse_video_and_signs() {
    let file = small("drills/small.toml");
    for arguments in [&["drill", &file][..], &[]] {
        let home = Home::new();
        let terminal = Terminal { variables: &[("NO_COLOR", "1"), TRUE], ..Terminal::default() };
        let mut pty = Pty::start_in(&home, arguments, terminal);
        pty.expect("Enter open");
        pty.calm();
        let marked = if arguments.is_empty() { "> first-drill" } else { ">- next" };
        let (column, row) = pty.place_of(marked);
        assert!(pty.is_reversed((column + 2, row)), "{}", pty.screen());
        assert!(!pty.is_reversed((column + 2, row + 1)), "{}", pty.screen());
        pty.press("q");
        let left = pty.end();
        assert!(!is_coloured(&left.raw));
        assert!(dresses(&left.raw).iter().any(|dress| dress.split(';').any(|part| part == "7")));
        left.assert_given_back();
    }
}

/// The answer is never taken for keys: it holds `f`, `/`, digits and what opens things.
#[rstest]
#[case::late("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", 700)]
#[case::in_pieces("\x1b]11;rg|b:ffff/ff|ff/ffff\x1b\\", 60)]
#[case::cut_after_the_first_byte("\x1b|]11;rgb:ffff/ffff/ffff\x1b\\", 30)]
#[case::cut_before_the_last_byte("\x1b]11;rgb:ffff/ffff/ffff\x1b|\\", 30)]
#[case::in_slow_pieces("\x1b]11;rgb:ffff/|ffff/|ffff\x1b\\", 300)]
fn an_answer_in_pieces_or_late_is_never_keys(#[case] answer: &str, #[case] pause: u64) {
    let home = Home::new();
    let terminal = Terminal { background: SILENT, variables: &[TRUE], ..Terminal::default() };
    let mut pty = drill(&home, terminal);
    pty.expect_acted("the question", |acted| acted.asked == 1);
    for piece in answer.split('|') {
        // A slow line: how long a piece takes is what this is about.
        std::thread::sleep(Duration::from_millis(pause));
        pty.press(piece);
    }
    pty.calm();
    let screen = pty.screen();
    assert!(screen.contains(">1 Steps") && screen.contains("Enter open"), "{screen}");
    assert!(!screen.contains("mean nothing together"), "{screen}");
    // It was heard: the light theme is worn from then on.
    let from = pty.written();
    pty.press("\x0c");
    pty.expect_raw("the light theme", from, |raw| colours(raw).contains(&"#0a5fc2".to_owned()));
    // And keys are keys again.
    pty.press("n");
    pty.expect("Write a note");
    pty.press("fff/11");
    pty.expect("fff/11");
    pty.press("\x03");
    pty.expect_gone("Write a note");
    leave(pty);
}

#[test]
fn in_ascii_nothing_else_is_drawn() {
    for config in ["", "[screen]\ndrawing = \"ascii\"\n"] {
        let home = Home::new();
        home.write(".config/stanch/config.toml", config);
        let arguments: &[&str] = if config.is_empty() { &["--ascii"] } else { &[] };
        let left = shown(&home, arguments, Terminal::default());
        let foreign: String =
            String::from_utf8_lossy(&left.raw).chars().filter(|c| !c.is_ascii()).collect();
        assert!(foreign.is_empty(), "{foreign}");
        left.assert_given_back();
    }
}

#[test]
fn keys_of_the_configuration_work_and_stand_in_the_hints() {
    let home = Home::new();
    home.write(
        ".config/stanch/config.toml",
        "[keys.main]\nnote = [\"F5\", \"x w\"]\nleave = [\"Ctrl-Q\"]\n",
    );
    let mut pty = drill(&home, Terminal::default());
    pty.expect("F5 note");
    pty.press("q");
    pty.press("n");
    pty.press("\x1b[15~");
    pty.expect("Write a note");
    pty.press("\x03");
    pty.expect_gone("Write a note");
    pty.press("xw");
    pty.expect("Write a note");
    pty.press("\x03");
    pty.expect_gone("Write a note");
    pty.press("\x11");
    pty.end().assert_given_back();
}

/// The modes in which a terminal tells clicks.
fn tells_clicks(raw: &[u8]) -> bool {
    ever_set(raw).iter().any(|mode| mode == "1000")
}

#[test]
fn a_click_marks_and_opens_nothing() {
    for config in ["", "[screen]\nmouse = true\n"] {
        let home = Home::new();
        home.write(".config/stanch/config.toml", config);
        let mut pty = drill(&home, Terminal::default());
        if config.is_empty() {
            pty.calm();
            assert!(!tells_clicks(&pty.raw_since(0)), "the mouse is the terminal's own");
            pty.press("tm");
            pty.expect("The mouse is on");
        }
        pty.expect_raw("clicks to be asked for", 0, tells_clicks);
        // Twice on a step: marked, and no more.
        let (column, row) = pty.place_of("planned  Revoke tokens");
        let (column, row) = (column + 1, row + 1);
        let click = format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m");
        pty.press(click.repeat(2));
        pty.expect(">- planned  Revoke tokens");
        // On a view.
        let (column, row) = pty.place_of("4 Claims");
        pty.press(format!("\x1b[<0;{};{}M", column + 1, row + 1));
        pty.expect(">4 Claims");
        pty.press("tm");
        pty.expect("The mouse is off");
        let from = pty.written();
        pty.calm();
        assert!(!tells_clicks(&pty.raw_since(from)));
        pty.press("1");
        pty.expect(">1 Steps");
        pty.press(ENTER);
        pty.expect("This is next. Enter opens it.");
        leave(pty);
        assert_eq!(crate::record::kinds(&home.incident()), ["opened"]);
    }
}
