//! What every view and every layer looks like at the three sizes, and in which role each cell is
//! drawn.

use insta::assert_snapshot;
use ratatui::style::{Color, Modifier};
use stanch::config::theme::{Role, ThemeFile};
use stanch::tui::{Depth, Theme};

use crate::core::Core;
use crate::fixture::{Screen, armed, text};
use crate::roles::{map, probe};
use crate::scenes::SCENES;

pub(crate) const SIZES: [(u16, u16); 3] = [(40, 12), (80, 24), (120, 40)];

/// The text of a screen, and below it the roles that it was drawn in.
fn picture(screen: &Screen, probe: &Theme) -> String {
    let probed = screen.buffer(probe);
    format!("{}\n{}", text(&probed), map(&probed))
}

#[test]
fn every_view_and_layer() {
    let probe = probe();
    for scene in SCENES {
        for size in SIZES {
            let screen = (scene.open)(size);
            let name = format!("{}_{}x{}", scene.name, size.0, size.1);
            assert_snapshot!(name, picture(&screen, &probe));
        }
    }
}

#[test]
fn too_small() {
    for size in [(39, 12), (40, 11), (12, 3)] {
        for (name, core) in [("planned", Core::open()), ("armed", armed("block"))] {
            let screen = Screen::new(core, size);
            assert_snapshot!(format!("too_small_{name}_{}x{}", size.0, size.1), screen.text());
        }
    }
}

#[test]
fn every_role_in_every_theme() {
    for name in ThemeFile::names() {
        let file = ThemeFile::shipped(name).unwrap();
        let mut told = String::new();
        for depth in [Depth::True, Depth::Indexed, Depth::Ansi, Depth::None] {
            let theme = Theme::new(&file, depth);
            told.push_str(depth.words());
            told.push('\n');
            for role in Role::ALL {
                let style = theme.style(role);
                let colour =
                    |colour: Option<Color>| colour.map_or("own".to_owned(), |it| it.to_string());
                let words = format!("{} on {}", colour(style.fg), colour(style.bg));
                let modifiers = modifiers(style.add_modifier);
                told.push_str(format!("  {:<9} {words} {modifiers}", role.name()).trim_end());
                told.push('\n');
            }
        }
        assert_snapshot!(format!("theme_{name}"), told);
    }
}

fn modifiers(modifier: Modifier) -> String {
    let names: Vec<&str> = modifier.iter_names().map(|(name, _)| name).collect();
    names.join(" ").to_lowercase()
}
