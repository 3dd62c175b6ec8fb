//! Every screen in every theme: a theme dresses each cell by its role and by nothing else, so that
//! none can hide what another shows; and what is drawn can be read, by the numbers.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use stanch::config::theme::{Kind, Rgb, Role, ThemeFile};
use stanch::tui::{Depth, Theme};

use crate::roles::{probe, role};
use crate::scenes::{SCENES, scene};
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
        .flat_map(|file| {
            depths.map(|depth| (format!("{} {depth:?}", file.name), Theme::new(&file, depth)))
        })
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

/// Whoever sees neither colour nor reverse misses nothing: what is marked has a mark, and what is
/// alarming a word.
#[test]
fn what_is_marked_has_a_mark_that_is_no_colour() {
    let probe = probe();
    for scene in SCENES {
        for size in SIZES {
            let probed = (scene.open)(size).buffer(&probe);
            for y in 0..size.1 {
                for (x, text) in selected(&probed, y) {
                    let goes_on = y > 0 && role(&probed[(x, y - 1)]) == Some(Role::Selected);
                    let marked = text.starts_with('>') || text.contains("(x)");
                    assert!(marked || goes_on, "{} at {size:?}: {text}", scene.name);
                }
            }
        }
    }
}

/// The runs of a row that are marked, but for the cursor in a text: column and text.
fn selected(probed: &Buffer, y: u16) -> Vec<(u16, String)> {
    let columns: Vec<u16> = (0..probed.area.width).collect();
    let same = |one: &u16, other: &u16| role(&probed[(*one, y)]) == role(&probed[(*other, y)]);
    let runs = columns.chunk_by(same);
    let marked =
        runs.filter(|run| run.len() > 1 && role(&probed[(run[0], y)]) == Some(Role::Selected));
    marked.map(|run| (run[0], run.iter().map(|x| probed[(*x, y)].symbol()).collect())).collect()
}

#[test]
fn what_alarms_is_a_word() {
    for (name, word) in [
        ("planned", "LIVE"),
        ("drill", "DRILL"),
        ("in_doubt", "IN DOUBT"),
        ("broken_guard", "BROKEN"),
        ("failed", "x failed"),
        ("armed", "! armed"),
        ("running", "1 under way"),
        ("read_only", "READ-ONLY"),
        ("read_only", "NOT IN THE RECORD"),
        ("reminders", "OVERDUE"),
        ("refusal", "! Pasted"),
    ] {
        scene(name, (120, 40)).assert_shows(word);
    }
}
