//! Themes: every one that is shipped can be read, by the numbers, as each kind of terminal shows it;
//! and every problem of one that cannot is told at once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use rstest::rstest;
use stanch::config::theme::{Attribute, Kind, Rgb, Role, SHIPPED, Sight, ThemeFile};
use stanch::config::{Config, ConfigError, Drawing, Environment, Notify, Screen, ThemeChoice};
use stanch::tui::{Depth, Theme};

fn shipped(name: &str) -> ThemeFile {
    ThemeFile::shipped(name).unwrap()
}

fn all() -> impl Iterator<Item = ThemeFile> {
    ThemeFile::names().map(shipped)
}

fn read(text: &str) -> Result<ThemeFile, String> {
    ThemeFile::read("mine", "mine.toml", text)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// What a terminal that shows xterm's palette makes of a colour.
fn seen(colour: Color) -> Rgb {
    match colour {
        Color::Rgb(red, green, blue) => Rgb::new(red, green, blue),
        Color::Indexed(index @ 232..) => {
            let grey = 8 + (index - 232) * 10;
            Rgb::new(grey, grey, grey)
        }
        Color::Indexed(index @ 16..) => {
            let level = |digit: u8| if digit == 0 { 0 } else { 55 + digit * 40 };
            let cube = index - 16;
            Rgb::new(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        other => panic!("{other:?} is the person's own choice"),
    }
}

/// The least contrast that a style has where it can stand.
fn least(style: Style, file: &ThemeFile, theme: &Theme) -> f64 {
    let ink = seen(style.fg.unwrap());
    let grounds = match style.bg.or(theme.ground().bg) {
        Some(ground) => vec![seen(ground)],
        None => file.backgrounds.clone(),
    };
    assert!(!grounds.is_empty(), "{}", file.name);
    grounds.iter().map(|ground| ink.contrast(*ground)).fold(f64::MAX, f64::min)
}

#[test]
fn the_numbers_are_those_of_the_guidelines() {
    let ratio = |one: &str, two: &str| {
        let colour = |text| Rgb::parse(text).unwrap();
        let ratio = colour(one).contrast(colour(two));
        assert!((ratio - colour(two).contrast(colour(one))).abs() < f64::EPSILON);
        format!("{ratio:.2}")
    };
    assert_eq!(ratio("#000000", "#ffffff"), "21.00");
    assert_eq!(ratio("#777777", "#ffffff"), "4.48");
    assert_eq!(ratio("#767676", "#ffffff"), "4.54");
    assert_eq!(ratio("#ff0000", "#ffffff"), "4.00");
    assert_eq!(ratio("#0000ff", "#ffffff"), "8.59");
    assert_eq!(ratio("#123456", "#123456"), "1.00");
}

#[rstest]
#[case::all(Depth::True)]
#[case::those_of_xterm(Depth::Indexed)]
fn every_role_of_every_shipped_theme_can_be_read(#[case] depth: Depth) {
    let mut measured = 0;
    for file in all().filter(|file| file.kind != Kind::Mono) {
        let theme = Theme::new(&file, depth);
        for role in Role::ALL {
            let style = theme.style(role);
            if style.fg.is_none() {
                // The person's own ink on the person's own background.
                let own = [Role::Text, Role::Title].contains(&role);
                assert!(own && style.bg.is_none() && file.background.is_none(), "{role:?}");
                continue;
            }
            let mark = ["border", "focus", "bar", "bar-rest", "spark"].contains(&role.name());
            let needed = match (mark, file.name.as_str()) {
                (true, _) => 3.0,
                (false, "high-contrast") => 7.0,
                (false, _) => 4.5,
            };
            let least = least(style, &file, &theme);
            assert!(least >= needed, "{} {}: {least:.2}", file.name, role.name());
            measured += 1;
        }
    }
    assert_eq!(measured, 4 * Role::COUNT - 4);
}

#[test]
fn sixteen_colours_are_the_persons_own_and_never_ink_on_itself() {
    for file in all().filter(|file| file.kind != Kind::Mono) {
        let theme = Theme::new(&file, Depth::Ansi);
        for role in Role::ALL {
            let (style, paint) = (theme.style(role), file.paint(role));
            assert_eq!(style.fg.is_some(), paint.ink.is_some(), "{} {role:?}", file.name);
            assert_eq!(style.bg.is_some(), paint.ground.is_some(), "{} {role:?}", file.name);
            assert!(style.fg.is_none() || style.fg != style.bg, "{} {role:?}", file.name);
            let own = |colour| !matches!(colour, Color::Rgb(..) | Color::Indexed(_));
            assert!([style.fg, style.bg].into_iter().flatten().all(own));
        }
        let hues = [Role::Good, Role::Warning, Role::Bad].map(|role| theme.style(role).fg);
        assert!(hues[0] != hues[1] && hues[1] != hues[2] && hues[0] != hues[2], "{hues:?}");
    }
}

#[test]
fn without_colour_no_cell_is_coloured_and_what_matters_still_stands_out() {
    let without = all().map(|file| Theme::new(&file, Depth::None));
    let mono = [Depth::Ansi, Depth::Indexed, Depth::True];
    let mono = mono.map(|depth| Theme::new(&shipped("mono"), depth));
    for theme in without.chain(mono).chain([Theme::mono()]) {
        for role in Role::ALL {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None));
        }
        assert_eq!(theme.ground(), Style::new());
        assert_ne!(theme.style(Role::Live), theme.style(Role::Drill));
        assert_ne!(theme.style(Role::Bad), theme.style(Role::Good));
        for role in [Role::Live, Role::Selected, Role::Alarm, Role::Match] {
            assert!(theme.style(role).add_modifier.contains(Modifier::REVERSED), "{role:?}");
        }
    }
}

#[test]
fn a_live_incident_is_never_taken_for_a_drill_by_hue_alone() {
    for file in all() {
        for depth in [Depth::None, Depth::Ansi, Depth::Indexed, Depth::True] {
            let theme = Theme::new(&file, depth);
            let [live, drill] = [Role::Live, Role::Drill].map(|role| theme.style(role));
            let filled = |style: Style| {
                style.bg.is_some() || style.add_modifier.contains(Modifier::REVERSED)
            };
            let shape = |style: Style| (filled(style), style.add_modifier - Modifier::REVERSED);
            assert_ne!(shape(live), shape(drill), "{} {depth:?}", file.name);
        }
    }
}

#[rstest]
#[case(Depth::True)]
#[case(Depth::Indexed)]
fn good_warning_and_bad_stay_apart_for_every_sight(#[case] depth: Depth) {
    let theme = Theme::new(&shipped("colour-blind"), depth);
    let [good, warning, bad] =
        [Role::Good, Role::Warning, Role::Bad].map(|role| seen(theme.style(role).fg.unwrap()));
    for (one, other) in [(good, warning), (good, bad), (warning, bad)] {
        for sight in Sight::ALL {
            let difference = sight.difference(one, other);
            assert!(difference >= 0.15, "{one} {other} {}: {difference:.3}", sight.name());
        }
        assert!(one.contrast(other) >= 1.25, "{one} and {other} are equally bright");
    }
    // The measure itself: red and green as most people would choose them are not apart.
    let (red, green) = (Rgb::new(0xd0, 0x60, 0x40), Rgb::new(0x80, 0x90, 0x40));
    assert!(red.difference(green) > 0.15);
    assert!(Sight::Deuteranopia.difference(red, green) < 0.1);
}

#[test]
fn what_a_theme_leaves_out_is_stood_in_for() {
    for (number, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, number);
        let chain = std::iter::successors(Some(role), |role| role.fallback());
        let chain: Vec<Role> = chain.take(Role::COUNT).collect();
        assert_eq!(chain.last(), Some(&Role::Text), "{role:?}");
    }
    let file = read(
        r##"
        format = 1
        title = "Short"
        kind = "dark"
        background = "#101010"
        [roles]
        text = { ink = "#eeeeee" }
        heading = { bold = true }
        bad = { ink = "#ff8080", underlined = true }
        selected = { reversed = true }
        "##,
    )
    .unwrap();
    let ink = |role| file.paint(role).ink.unwrap().to_string();
    assert_eq!(ink(Role::Muted), "#eeeeee");
    assert_eq!(ink(Role::Heading), "#eeeeee", "a look without an ink has that of text");
    assert!(file.paint(Role::Warning).has(Attribute::Bold));
    assert_eq!(file.paint(Role::Live), file.paint(Role::Bad));
    assert_eq!(ink(Role::Alarm), "#ff8080");
    assert!(file.paint(Role::Match).has(Attribute::Reversed));
    let theme = Theme::new(&file, Depth::True);
    let painted = Style::new().fg(Color::Rgb(0xee, 0xee, 0xee)).bg(Color::Rgb(0x10, 0x10, 0x10));
    assert_eq!(theme.ground(), painted);
    assert_eq!(theme.style(Role::Spark), theme.style(Role::Key));
}

#[test]
fn a_colour_that_is_missing_gives_way_to_one_that_can_be_read() {
    // The palette's nearest, #875f00, has 3.7:1 on this background.
    let file = read(
        r##"
        format = 1
        title = "Edge"
        kind = "dark"
        background = "#000000"
        [roles]
        text = { ink = "#907020" }
        live = { reversed = true }
        selected = { reversed = true }
        "##,
    )
    .unwrap();
    for depth in [Depth::True, Depth::Indexed] {
        let theme = Theme::new(&file, depth);
        assert!(least(theme.style(Role::Text), &file, &theme) >= 4.5);
    }
}

/// A theme that is whole but for what `with` puts in the place of a line.
fn broken(line: &str, with: &str) -> String {
    let whole = r##"format = 1
title = "Mine"
kind = "dark"
backgrounds = ["#000000", "#2e3440"]
[roles]
text = { ink = "#ffffff" }
muted = { ink = "#a9b1bd" }
good = { ink = "#7ed491" }
border = { ink = "#838d9c" }
live = { ink = "#ffffff", ground = "#b3151b", bold = true }
drill = { ink = "#ffffff", ground = "#1f5fa8" }
selected = { reversed = true }
"##;
    assert!(read(whole).is_ok());
    assert!(whole.contains(line), "{line}");
    whole.replacen(line, with, 1)
}

#[test]
fn every_problem_is_told_with_its_place_and_a_way_to_mend_it() {
    let drill = "drill = { ink = \"#ffffff\", ground = \"#1f5fa8\" }";
    let muted = "muted = { ink = \"#a9b1bd\" }";
    let grounds = "backgrounds = [\"#000000\", \"#2e3440\"]\n";
    let cases = [
        ("not TOML", "[roles]", "[roles"),
        ("no format", "format = 1\n", ""),
        ("newer format", "format = 1", "format = 2"),
        ("no title", "title = \"Mine\"\n", ""),
        ("no kind", "kind = \"dark\"\n", ""),
        ("unknown kind", "\"dark\"", "\"drak\""),
        ("far kind", "\"dark\"", "\"pastel\""),
        ("unknown key", "title =", "name = \"x\"\ntitle ="),
        ("no background", grounds, ""),
        ("bad background", "\"#000000\", ", "\"black\", "),
        ("painted, without ink", "text = { ink = \"#ffffff\" }", "text = {}"),
        ("unknown role", "muted =", "mutet ="),
        ("not a table", muted, "muted = \"#a9b1bd\""),
        ("bad colour", "#7ed491", "green"),
        ("short colour", "#7ed491", "#7e9"),
        ("other word", muted, "muted = { fg = \"#a9b1bd\" }"),
        ("bad attribute", "bold = true", "bald = true"),
        ("attribute is text", "bold = true", "bold = \"yes\""),
        ("low contrast", "#a9b1bd", "#7c8490"),
        ("low contrast of a mark", "#838d9c", "#4c566a"),
        ("low contrast of a banner", "ground = \"#1f5fa8\"", "ground = \"#7fb0e0\""),
        ("no ink for all", "\"#2e3440\"", "\"#ffffff\""),
        ("dim text", muted, "muted = { dim = true }"),
        (
            "banners alike",
            drill,
            "drill = { ink = \"#ffffff\", ground = \"#1f5fa8\", bold = true }",
        ),
        ("selected does not stand out", "reversed = true", "bold = true"),
        ("colours in mono", "\"dark\"", "\"mono\""),
        ("high contrast", "\"dark\"", "\"high-contrast\""),
        ("colour-blind", "\"dark\"", "\"colour-blind\""),
        ("escape", "\"#7ed491\"", "\"\\u001b[2J\""),
    ];
    let mut told = String::new();
    for (what, line, with) in cases {
        let with = if what == "painted, without ink" {
            broken(grounds, "background = \"#101010\"\n").replacen(line, with, 1)
        } else {
            broken(line, with)
        };
        writeln!(told, "--- {what}\n{}", read(&with).unwrap_err()).unwrap();
    }
    assert!(!told.contains('\u{1b}'));
    insta::assert_snapshot!(told);
}

#[test]
fn red_and_green_are_not_enough_for_a_colour_blind_theme() {
    let text = SHIPPED.iter().find(|theme| theme.name == "colour-blind").unwrap().text;
    let good = "good = { ink = \"#56b4e9\" }";
    assert!(text.contains(good));
    let error = read(&text.replacen(good, "good = { ink = \"#a09000\" }", 1)).unwrap_err();
    assert!(error.contains("`good` and `bad` look alike with "), "{error}");
}

fn config_in(directory: &Path) -> Config {
    let environment = Environment::of([
        ("XDG_CONFIG_HOME", directory.to_str().unwrap()),
        ("STANCH_DATA", "/srv/incidents"),
    ]);
    Config::load(&environment, None).unwrap()
}

#[test]
fn a_theme_of_ones_own_wins_over_the_shipped_one() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(config_in(home.path()).theme("dark").unwrap(), shipped("dark"));
    let themes = home.path().join("stanch/themes");
    std::fs::create_dir_all(&themes).unwrap();
    std::fs::write(themes.join("dark.toml"), broken("Mine", "Darker")).unwrap();
    std::fs::write(themes.join("sunrise.toml"), broken("#7ed491", "green")).unwrap();
    std::fs::write(home.path().join("stanch/outside.toml"), broken("Mine", "Out")).unwrap();

    // With and without a configuration beside it.
    for config in [(); 2].map(|()| {
        let config = config_in(home.path());
        std::fs::write(home.path().join("stanch/config.toml"), "").unwrap();
        config
    }) {
        assert_eq!(config.theme("dark").unwrap().title.as_str(), "Darker");
        assert_eq!(config.theme("light").unwrap(), shipped("light"));
        let names = ["dark", "light", "high-contrast", "colour-blind", "mono", "sunrise"];
        assert_eq!(config.themes(), names);
        let error = config.theme("sunrise").unwrap_err();
        assert!(matches!(error, ConfigError::Problems(_)));
        assert!(
            error.to_string().contains("sunrise.toml:8:16: `green` is not a colour"),
            "{error}"
        );
        let error = config.theme("sunrize").unwrap_err().to_string();
        assert_eq!(error, "there is no theme `sunrize`: did you mean `sunrise`?");
        let outside = config.theme("../outside").unwrap_err();
        assert!(matches!(outside, ConfigError::NoTheme { .. }), "{outside}");
    }
}

#[test]
fn the_screen_is_configured() {
    let read = |text: &str| {
        let environment = Environment::of([("STANCH_DATA", "/srv/incidents")]);
        Config::read("/etc/stanch/config.toml", text, &environment)
    };
    let config = read("").unwrap();
    assert_eq!(config.screen, Screen::default());
    assert_eq!(config.directory.as_deref(), Some(Path::new("/etc/stanch")));
    let whole = "[screen]\ntheme = \"mono\"\ndrawing = \"ascii\"\nmouse = true\n\
                 notify = \"osc777\"\neditor = \"vim\"\n";
    let screen = read(whole).unwrap().screen;
    let expected = Screen {
        theme: ThemeChoice::Named("mono".to_owned()),
        drawing: Drawing::Ascii,
        mouse: true,
        notify: Notify::Osc777,
        editor: Some("vim".to_owned()),
    };
    assert_eq!(screen, expected);
    let wrong = "[screen]\ntheme = \"../x\"\ndrawing = \"asci\"\nmouse = 1\nnotify = \"beep\"\n\
                 editor = \"\"\ncolour = true\n";
    insta::assert_snapshot!(read(wrong).unwrap_err().to_string());
}

#[rstest]
#[case("xterm-256color", "truecolor", Depth::True)]
#[case("xterm-256color", "24bit", Depth::True)]
#[case("xterm-kitty", "", Depth::True)]
#[case("xterm-direct", "", Depth::True)]
#[case("xterm-256color", "", Depth::Indexed)]
#[case("tmux-256color", "yes", Depth::Indexed)]
#[case("xterm", "", Depth::Ansi)]
#[case("linux", "", Depth::Ansi)]
#[case("vt100", "truecolor", Depth::None)]
#[case("xterm-mono", "", Depth::None)]
#[case("", "", Depth::None)]
fn a_terminal_says_how_many_colours_it_has(
    #[case] term: &str,
    #[case] colorterm: &str,
    #[case] depth: Depth,
) {
    assert_eq!(Depth::of(term, colorterm), depth);
}

#[test]
fn check_knows_a_theme() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mine.toml");
    let check = |files: &[&Path]| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_stanch"));
        let output = command.arg("check").args(files).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    std::fs::write(&path, broken("#7ed491", "green")).unwrap();
    let (good, told) = check(&[&path]);
    assert!(!good);
    assert!(told.contains("mine.toml:8:16: `green` is not a colour"), "{told}");
    std::fs::write(&path, broken("Mine", "Mine")).unwrap();
    assert_eq!(check(&[&path]), (true, format!("{}: good\n", path.display())));
    let (good, told) = check(&[]);
    assert!(good, "{told}");
    for name in ThemeFile::names() {
        assert!(told.lines().any(|line| line == format!("{name}: good")), "{told}");
    }
}
