//! The styles of the screen, by role. Nothing is said by colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::command::Tone;

/// What a piece of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Text, Title, Heading, Exact, Muted, Good, Warning, Bad, Live, Drill, Border, Focus, Selected, Key, Alarm, Match, Bar, BarRest, Spark,
    Tint1, Tint2, Tint3, Tint4, Tint5, Tint6,
}

/// Styles for every role.
#[derive(Debug, Clone)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    pub fn standard() -> Self { Self { colour: true } }
    pub fn mono() -> Self { Self { colour: false } }

    pub fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = bold.add_modifier(Modifier::REVERSED);
        match role {
            Role::Title | Role::Heading | Role::Key => bold,
            Role::Exact => self.colour(plain, Color::Cyan),
            Role::Muted => plain.add_modifier(Modifier::DIM),
            Role::Good => self.colour(plain, Color::Green),
            Role::Warning => self.colour(bold, Color::Yellow),
            Role::Bad => self.colour(bold, Color::Red),
            Role::Live | Role::Alarm => self.colour(reversed, Color::Red),
            Role::Drill => self.colour(reversed, Color::Blue),
            Role::Focus => self.colour(bold, Color::Cyan),
            Role::Selected => reversed,
            _ => plain,
        }
    }
    pub fn ground(&self) -> Style { Style::new() }

    fn colour(&self, style: Style, colour: Color) -> Style {
        if self.colour { style.fg(colour) } else { style }
    }
}

/// The role of what is told.
pub(super) fn role(tone: Tone) -> Role {
    match tone {
        Tone::Plain => Role::Text,
        Tone::Title => Role::Title,
        Tone::Heading => Role::Heading,
        Tone::Exact => Role::Exact,
        Tone::Muted => Role::Muted,
        Tone::Good => Role::Good,
        Tone::Warning => Role::Warning,
        Tone::Bad => Role::Bad,
        Tone::Live => Role::Live,
        Tone::Drill => Role::Drill,
        Tone::Spark => Role::Spark,
    }
}

/// The colour of a codename: one of six, always the same for the same name.
pub(super) fn tint(codename: &str) -> Role {
    const TINTS: [Role; 6] =
        [Role::Tint1, Role::Tint2, Role::Tint3, Role::Tint4, Role::Tint5, Role::Tint6];
    let sum: usize = codename.bytes().map(usize::from).sum();
    TINTS[sum % TINTS.len()]
}

/// Which theme is worn when.
#[derive(Debug, Clone)]
pub enum Themes {
    /// Always this one.
    Fixed(Theme),
    /// What the background of the terminal wants.
    Follow { dark: Theme, light: Theme, unsure: Theme, painted: Theme },
}

impl Themes {
    /// Whether the terminal is asked for its background.
    pub(super) fn follows(&self) -> bool {
        matches!(self, Self::Follow { .. })
    }

    /// Before the background is known: nothing that may be unreadable on it.
    pub(super) fn at_first(&self) -> Theme {
        match self {
            Self::Fixed(theme) | Self::Follow { unsure: theme, .. } => theme.clone(),
        }
    }

    /// The terminal did not tell its background, so it gets one.
    pub(super) fn unknown(&self) -> Theme {
        match self {
            Self::Fixed(theme) | Self::Follow { painted: theme, .. } => theme.clone(),
        }
    }

    /// The terminal told its background.
    pub(super) fn on(&self, is_light: bool) -> Theme {
        match self {
            Self::Fixed(theme) => theme.clone(),
            Self::Follow { light, .. } if is_light => light.clone(),
            Self::Follow { dark, .. } => dark.clone(),
        }
    }
}
