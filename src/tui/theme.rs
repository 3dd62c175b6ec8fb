//! The styles of the screen, by role. Nothing is said by colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::command::Tone;

/// What a piece of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Told(Tone),
    Border,
    /// Border of the pane that has the focus.
    Focus,
    Selected,
    Key,
    /// A message that stays until it was read.
    Refused,
}

/// Styles for every role, in the terminal's own 16 colours and without a background of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    /// Colours where they help.
    pub const STANDARD: Self = Self { colour: true };
    /// Bold, underlined and reversed only: for `NO_COLOR` and terminals of one colour.
    pub const MONO: Self = Self { colour: false };

    pub(super) fn style(self, role: Role) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = bold.add_modifier(Modifier::REVERSED);
        match role {
            Role::Told(Tone::Plain) | Role::Border => plain,
            Role::Told(Tone::Title | Tone::Heading) | Role::Key => bold,
            Role::Told(Tone::Exact) => self.colour(plain, Color::Cyan),
            Role::Told(Tone::Muted) => plain.add_modifier(Modifier::DIM),
            Role::Told(Tone::Good) => self.colour(plain, Color::Green),
            Role::Told(Tone::Warning) => self.colour(bold, Color::Yellow),
            Role::Told(Tone::Bad) => self.colour(bold, Color::Red),
            Role::Told(Tone::Live) | Role::Refused => self.colour(reversed, Color::Red),
            Role::Told(Tone::Drill) => self.colour(reversed, Color::Blue),
            Role::Focus => self.colour(bold, Color::Cyan),
            Role::Selected => reversed,
        }
    }

    fn colour(self, style: Style, colour: Color) -> Style {
        if self.colour { style.fg(colour) } else { style }
    }
}
