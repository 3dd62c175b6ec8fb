//! The styles of the screen, by role: a theme, as this terminal can show it. Nothing is said by
//! colour alone.

mod palette;

use ratatui::style::{Color, Modifier, Style};

use crate::command::Tone;
use crate::config::theme::{Attribute, Attributes, Kind, Paint, Rgb, ThemeFile};

pub use crate::config::theme::Role;

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

impl Depth {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no colours",
            Self::Ansi => "16 colours",
            Self::Indexed => "256 colours",
            Self::True => "16 million colours",
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
    looks: [Look; Role::COUNT],
    background: Option<Color>,
}

impl Theme {
    /// The theme as a terminal of this depth can show it. A colour that the terminal does not have
    /// becomes the nearest that still has the contrast that its role needs.
    pub fn new(file: &ThemeFile, depth: Depth) -> Self {
        let depth = if file.kind == Kind::Mono { Depth::None } else { depth };
        let painter = Painter::new(file, depth);
        Self { looks: Role::ALL.map(|role| painter.look(role)), background: painter.background }
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
    pub fn style(&self, role: Role) -> Style {
        let look = self.looks[role as usize];
        let style = Style { fg: look.ink, bg: look.ground, ..Style::new() };
        style.add_modifier(modifiers(look.attributes))
    }

    /// How a cell looks that nothing stands in: painted where the theme paints its background.
    pub fn ground(&self) -> Style {
        let ink = self.background.and(self.looks[Role::Text as usize].ink);
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

    fn look(&self, role: Role) -> Look {
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
    let sum: usize = codename.bytes().map(usize::from).sum();
    Role::TINTS[sum % Role::TINTS.len()]
}

/// Which theme is worn when.
#[derive(Debug, Clone)]
pub enum Themes {
    /// Always this one.
    Fixed(Theme),
    /// What the background of the terminal wants. They are brought to what the terminal has when one
    /// is worn: to find the nearest of 256 colours takes longer than to draw the first frame.
    Follow { dark: ThemeFile, light: ThemeFile, depth: Depth },
}

impl Themes {
    /// Whether the terminal is asked for its background.
    pub(super) fn follows(&self) -> bool {
        matches!(self, Self::Follow { .. })
    }

    /// Before the background is known: no colour, which may be unreadable on it.
    pub(super) fn at_first(&self) -> Theme {
        match self {
            Self::Fixed(theme) => *theme,
            Self::Follow { .. } => Theme::mono(),
        }
    }

    /// The terminal did not tell its background, so it gets one.
    pub(super) fn unknown(&self) -> Theme {
        match self {
            Self::Fixed(theme) => *theme,
            Self::Follow { dark, depth, .. } => {
                let mut painted = dark.clone();
                painted.background = dark.backgrounds.first().copied();
                Theme::new(&painted, *depth)
            }
        }
    }

    /// The terminal told its background.
    pub(super) fn on(&self, is_light: bool) -> Theme {
        match self {
            Self::Fixed(theme) => *theme,
            Self::Follow { dark, light, depth } => {
                Theme::new(if is_light { light } else { dark }, *depth)
            }
        }
    }
}
