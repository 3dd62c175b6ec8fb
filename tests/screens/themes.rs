//! Every screen in every theme: a theme dresses each cell by its role and by nothing else, so that
//! none can hide what another shows; and what is drawn can be read, by the numbers.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use stanch::config::theme::{Kind, Rgb, Role, ThemeFile};
use stanch::tui::{Depth, Theme};

use crate::roles::{probe, role};
use crate::scenes::SCENES;
use crate::snapshots::SIZES;

fn shipped() -> impl Iterator<Item = ThemeFile> {
    ThemeFile::names().map(|name| ThemeFile::shipped(name).unwrap())
}

/// What is seen of a cell in a theme, when it has this role.
fn expected(theme: &Theme, role: Option<Role>) -> (Color, Color, Modifier) {
    let ground = theme.ground();
    let style = role.map_or(ground, |role| ground.patch(theme.style(role)));
    let Style { fg, bg, add_modifier, .. } = style;
    (fg.unwrap_or(Color::Reset), bg.unwrap_or(Color::Reset), add_modifier)
}

fn worn(cell: &Cell) -> (Color, Color, Modifier) {
    (cell.fg, cell.bg, cell.modifier)
}

/// Every scene at every size, as the probe draws it, and as each of the themes does.
fn pictures(themes: &[Theme], look: impl Fn(&str, &Buffer, usize, &Buffer)) {
    let probe = probe();
    for scene in SCENES {
        for size in SIZES {
            let screen = (scene.open)(size);
            let probed = screen.buffer(&probe);
            for (index, theme) in themes.iter().enumerate() {
                let name = format!("{} {}x{}", scene.name, size.0, size.1);
                look(&name, &probed, index, &screen.buffer(theme));
            }
        }
    }
}

#[test]
fn every_cell_wears_its_role_and_says_the_same() {
    let depths = [Depth::True, Depth::Indexed, Depth::Ansi, Depth::None];
    let all: Vec<(String, Theme)> = shipped()
        .flat_map(|file| depths.map(|depth| (format!("{} {depth:?}", file.name), Theme::new(&file, depth))))
        .collect();
    let themes: Vec<Theme> = all.iter().map(|(_, theme)| *theme).collect();
    pictures(&themes, |scene, probed, index, drawn| {
        for (probed, drawn) in probed.content.iter().zip(&drawn.content) {
            let (name, theme) = &all[index];
            assert_eq!(probed.symbol(), drawn.symbol(), "{scene} in {name}");
            let role = role(probed);
            assert_eq!(worn(drawn), expected(theme, role), "{scene} in {name}: {role:?} {drawn:?}");
        }
    });
}

#[test]
fn every_cell_that_is_drawn_can_be_read() {
    let files: Vec<ThemeFile> = shipped().filter(|file| file.kind != Kind::Mono).collect();
    let themes: Vec<Theme> = files.iter().map(|file| Theme::new(file, Depth::True)).collect();
    pictures(&themes, |scene, probed, index, drawn| {
        let (file, theme) = (&files[index], &themes[index]);
        for (probed, drawn) in probed.content.iter().zip(&drawn.content) {
            let Some(role) = role(probed).filter(|_| drawn.symbol() != " ") else { continue };
            let Some(ink) = colour(drawn.fg) else {
                // The person's own ink, on the person's own background.
                assert_eq!((drawn.bg, theme.ground().bg), (Color::Reset, None), "{scene} {role:?}");
                continue;
            };
            let grounds = colour(drawn.bg).map_or_else(|| file.grounds().to_vec(), |one| vec![one]);
            let needed = if role.is_mark() { 3.0 } else { 4.5 };
            let least = grounds.iter().map(|ground| ink.contrast(*ground)).fold(f64::MAX, f64::min);
            assert!(least >= needed, "{scene} in {}: {role:?} has {least:.2}", file.name);
        }
    });
}

fn colour(colour: Color) -> Option<Rgb> {
    match colour {
        Color::Rgb(red, green, blue) => Some(Rgb::new(red, green, blue)),
        _ => None,
    }
}

/// The mark of a list, the sign of a step and the words of a state say it too: whoever sees no
/// colour misses nothing.
#[test]
fn nothing_is_said_by_colour_alone() {
    let all = SCENES.iter().map(|scene| (scene.name, (scene.open)((120, 40)).text()));
    for (name, text) in all {
        let says = |words: &[&str]| words.iter().all(|word| text.contains(word));
        let expected: &[&str] = match name {
            "drill" => &["DRILL"],
            "in_doubt" => &["LIVE", "IN DOUBT"],
            "broken_guard" => &["LIVE", "BROKEN"],
            "read_only" => &["LIVE", "READ-ONLY"],
            "refusal" => &["! "],
            _ => &["amber-heron", ">"],
        };
        assert!(says(expected) || name.starts_with("confirm"), "{name}: {expected:?}\n{text}");
    }
}
