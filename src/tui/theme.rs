//! The styles of the screen, by role: a theme, as this terminal can show it. Nothing is said by
//! colour alone.

mod palette;

use ratatui::style::{Color, Modifier, Style};

use crate::command::Tone;
use crate::config::theme::{self, Attribute, Attributes, Kind, Paint, Rgb, ThemeFile};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// No colour at all, or none is wanted.
    None,
    /// The 16 that the person chose.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// All.
    True,
}

impl Depth {
    /// What the terminal says of itself in `TERM` and `COLORTERM`; 16 colours where it says
    /// nothing of them.
    pub fn of(term: &str, colorterm: &str) -> Self {
        const ALL: [&str; 7] =
            ["-direct", "truecolor", "alacritty", "foot", "ghostty", "kitty", "wezterm"];
        const NONE: [&str; 5] = ["dumb", "vt100", "vt102", "vt220", "-mono"];
        let says = |words: &[&str]| words.iter().any(|word| term.contains(word));
        if term.is_empty() || says(&NONE) || term.ends_with("-m") {
            Self::None
        } else if ["truecolor", "24bit"].contains(&colorterm) || says(&ALL) {
            Self::True
        } else if says(&["256"]) {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}

/// The look of one role in this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    ink: Option<Color>,
    ground: Option<Color>,
    attributes: Attributes,
}

/// The styles of every role. It is small: a copy costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    looks: [Look; theme::Role::COUNT],
    background: Option<Color>,
}

impl Theme {
    /// The theme as a terminal of this depth can show it. A colour that the terminal does not have
    /// becomes the nearest that still has the contrast that its role needs.
    pub fn new(file: &ThemeFile, depth: Depth) -> Self {
        let depth = if file.kind == Kind::Mono { Depth::None } else { depth };
        let painter = Painter::new(file, depth);
        Self {
            looks: theme::Role::ALL.map(|role| painter.look(role)),
            background: painter.background,
        }
    }

    /// The built-in dark theme in the terminal's own 16 colours, which suit most backgrounds.
    pub fn standard() -> Self {
        Self::shipped("dark", Depth::Ansi)
    }

    /// Bold, underlined and reversed only: for `NO_COLOR` and terminals of one colour.
    pub fn mono() -> Self {
        Self::shipped("mono", Depth::None)
    }

    fn shipped(name: &str, depth: Depth) -> Self {
        let plain = Self { looks: Default::default(), background: None };
        ThemeFile::shipped(name).map_or(plain, |file| Self::new(&file, depth))
    }

    /// How a role looks.
    pub fn style(&self, role: impl Into<theme::Role>) -> Style {
        let look = self.looks[role.into() as usize];
        let style = Style { fg: look.ink, bg: look.ground, ..Style::new() };
        style.add_modifier(modifiers(look.attributes))
    }

    /// How a cell looks that nothing stands in: painted where the theme paints its background.
    pub fn ground(&self) -> Style {
        let ink = self.background.and(self.looks[theme::Role::Text as usize].ink);
        Style { fg: ink, bg: self.background, ..Style::new() }
    }
}

/// Brings the colours of a theme to what a terminal has.
struct Painter<'a> {
    file: &'a ThemeFile,
    depth: Depth,
    background: Option<Color>,
    /// Those that a role without a ground of its own stands on, as they are shown.
    grounds: Vec<Rgb>,
}

impl<'a> Painter<'a> {
    fn new(file: &'a ThemeFile, depth: Depth) -> Self {
        let painted = file.background.map(|colour| shown(colour, depth, |_| true));
        let grounds = match painted {
            Some((_, seen)) => vec![seen],
            None => file.grounds().to_vec(),
        };
        Self { file, depth, background: painted.and_then(|(colour, _)| colour), grounds }
    }

    fn look(&self, role: theme::Role) -> Look {
        let paint = self.file.paint(role);
        if self.depth == Depth::None {
            return without_colour(paint);
        }
        let ground = paint.ground.map(|colour| shown(colour, self.depth, |_| true));
        let seen = ground.map(|(_, seen)| seen);
        let needed = self.file.kind.needs(role);
        let grounds = seen.as_ref().map_or(self.grounds.as_slice(), std::slice::from_ref);
        let keeps = |ink: Rgb| grounds.iter().all(|ground| ink.contrast(*ground) >= needed);
        Look {
            ink: paint.ink.and_then(|colour| shown(colour, self.depth, keeps).0),
            ground: ground.and_then(|(colour, _)| colour),
            attributes: paint.attributes,
        }
    }
}

/// A role that was filled with a colour is reversed instead.
fn without_colour(paint: Paint) -> Look {
    let attributes = match paint.ground {
        Some(_) => paint.attributes.with(Attribute::Reversed),
        None => paint.attributes,
    };
    Look { ink: None, ground: None, attributes }
}

/// The colour for a terminal of this depth, and what is seen of it as far as anybody knows.
fn shown(colour: Rgb, depth: Depth, keeps: impl Fn(Rgb) -> bool) -> (Option<Color>, Rgb) {
    match depth {
        Depth::True => (Some(Color::Rgb(colour.red, colour.green, colour.blue)), colour),
        Depth::Indexed => {
            let index = palette::indexed(colour, keeps);
            (Some(Color::Indexed(index)), palette::xterm(index))
        }
        Depth::Ansi => (Some(palette::ansi(colour)), colour),
        Depth::None => (None, colour),
    }
}

fn modifiers(attributes: Attributes) -> Modifier {
    let modifier = |attribute| match attribute {
        Attribute::Bold => Modifier::BOLD,
        Attribute::Dim => Modifier::DIM,
        Attribute::Italic => Modifier::ITALIC,
        Attribute::Underlined => Modifier::UNDERLINED,
        Attribute::Reversed => Modifier::REVERSED,
    };
    let set = Attribute::ALL.into_iter().filter(|attribute| attributes.has(*attribute));
    set.map(modifier).fold(Modifier::empty(), Modifier::union)
}

/// What the views call the roles.
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

impl From<Role> for theme::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Told(tone) => tone.into(),
            Role::Border => Self::Border,
            Role::Focus => Self::Focus,
            Role::Selected => Self::Selected,
            Role::Key => Self::Key,
            Role::Refused => Self::Alarm,
        }
    }
}

impl From<Tone> for theme::Role {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Text,
            Tone::Title => Self::Title,
            Tone::Heading => Self::Heading,
            Tone::Exact => Self::Exact,
            Tone::Muted => Self::Muted,
            Tone::Good => Self::Good,
            Tone::Warning => Self::Warning,
            Tone::Bad => Self::Bad,
            Tone::Live => Self::Live,
            Tone::Drill => Self::Drill,
        }
    }
}
