//! Which role each cell of a screen was drawn in: found out with a theme in which every role has an
//! ink of its own.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use stanch::config::theme::{Role, ThemeFile};
use stanch::tui::{Depth, Theme};

/// A theme that tells every role from every other, by its ink alone. Plain text is italic too:
/// that tells it from a cell that nothing was drawn in.
pub(crate) fn probe() -> Theme {
    let mut text =
        "format = 1\ntitle = \"Probe\"\nkind = \"dark\"\nbackground = \"#000000\"\n[roles]\n"
            .to_owned();
    for role in Role::ALL {
        let name = role.name();
        let blue = role as usize * 10;
        let more = match role {
            Role::Text => ", italic = true",
            Role::Selected | Role::Live => ", reversed = true",
            _ => "",
        };
        writeln!(text, "{name} = {{ ink = \"#ffff{blue:02x}\"{more} }}").unwrap();
    }
    let file = ThemeFile::read("probe", "probe.toml", &text);
    Theme::new(&file.unwrap_or_else(|problems| panic!("{problems:?}")), Depth::True)
}

/// The role of a cell that the probe has drawn; `None` where only the background stands.
pub(crate) fn role(cell: &Cell) -> Option<Role> {
    let Color::Rgb(_, _, blue) = cell.fg else { panic!("the probe did not dress {cell:?}") };
    let role = Role::ALL[usize::from(blue / 10)];
    (role != Role::Text || cell.modifier.contains(Modifier::ITALIC)).then_some(role)
}

/// The roles of a screen in runs of columns, equal rows together: `3-7: 0-12 live, 14-20 muted`.
pub(crate) fn map(probed: &Buffer) -> String {
    let rows: Vec<String> = (0..probed.area.height).map(|y| runs(probed, y)).collect();
    let mut told = String::new();
    let mut y = 0;
    while y < rows.len() {
        let same = rows[y..].iter().take_while(|row| **row == rows[y]).count();
        let names = if same == 1 { y.to_string() } else { format!("{y}-{}", y + same - 1) };
        if !rows[y].is_empty() {
            writeln!(told, "{names}: {}", rows[y]).unwrap();
        }
        y += same;
    }
    told
}

fn runs(probed: &Buffer, y: u16) -> String {
    let roles: Vec<Option<Role>> = (0..probed.area.width).map(|x| role(&probed[(x, y)])).collect();
    let mut told = Vec::new();
    let mut x = 0;
    for run in roles.chunk_by(|one, other| one == other) {
        let end = x + run.len() - 1;
        if let Some(role) = run[0] {
            let columns = if end == x { x.to_string() } else { format!("{x}-{end}") };
            told.push(format!("{columns} {}", role.name()));
        }
        x = end + 1;
    }
    told.join(", ")
}
