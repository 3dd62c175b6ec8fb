//! What the configuration says of the screen: `[screen]`.

use super::table::{Findings, Table, is_name};

/// How the whole-screen face looks and behaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Screen {
    pub theme: ThemeChoice,
    pub drawing: Drawing,
    /// Whether the mouse is stanch's, instead of the terminal's own.
    pub mouse: bool,
    pub notify: Notify,
    /// The command that opens long texts, instead of that of the environment.
    pub editor: Option<String>,
}

/// Which theme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// As the background of the terminal is.
    #[default]
    Auto,
    Named(String),
}

/// What lines and shapes are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drawing {
    #[default]
    Unicode,
    Ascii,
}

/// How stanch calls for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notify {
    #[default]
    Bell,
    /// A message of the desktop, as iTerm2 first had it.
    Osc9,
    /// Likewise, as rxvt-unicode first had it.
    Osc777,
    None,
}

/// Reads `[screen]`; what it leaves out is the default.
pub(super) fn read(findings: &Findings<'_>, table: Table<'_>) -> Screen {
    let mut screen = Screen::default();
    match table.text("theme") {
        Some((name, _)) if name == "auto" => screen.theme = ThemeChoice::Auto,
        Some((name, _)) if is_name(&name) => screen.theme = ThemeChoice::Named(name),
        Some((name, at)) => {
            let mend = "write `auto` or the name of a theme: lower-case letters, digits, `-`, `_`";
            findings.mend(at, format!("`{name}` cannot be the name of a theme"), mend);
        }
        None => {}
    }
    let drawings = [("unicode", Drawing::Unicode), ("ascii", Drawing::Ascii)];
    screen.drawing = table.choice("drawing", &drawings).unwrap_or_default();
    screen.mouse = table.flag("mouse").unwrap_or(screen.mouse);
    let ways = [
        ("bell", Notify::Bell),
        ("osc9", Notify::Osc9),
        ("osc777", Notify::Osc777),
        ("none", Notify::None),
    ];
    screen.notify = table.choice("notify", &ways).unwrap_or_default();
    screen.editor = table.text("editor").map(|(command, _)| command);
    table.finish(|_| None);
    screen
}
