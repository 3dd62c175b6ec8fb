//! Themes: which look a role has, read from a file and checked so that it can be read.

mod check;
mod colour;
mod paint;
mod read;
mod role;
mod shipped;
mod sight;

use std::collections::BTreeMap;

use crate::playbook::Problem;
use crate::text::Shown;

pub use colour::Rgb;
pub use paint::{Attribute, Attributes, Paint};
pub use role::Role;
pub use shipped::{SHIPPED, Shipped};
pub use sight::Sight;

/// Whom or what a theme is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Dark,
    Light,
    /// Text has 7:1 instead of 4.5:1.
    HighContrast,
    /// Good, warning and bad are told apart by those who see fewer colours.
    ColourBlind,
    /// Without any colour.
    Mono,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Dark, Self::Light, Self::HighContrast, Self::ColourBlind, Self::Mono];

    /// Its word in a theme file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
            Self::Mono => "mono",
        }
    }

    /// The contrast ratio that a role needs: levels AA and, for high contrast, AAA of the Web
    /// Content Accessibility Guidelines 2.2 (1.4.3, 1.4.6, 1.4.11).
    pub fn needs(self, role: Role) -> f64 {
        match (role.is_mark(), self) {
            (true, _) => 3.0,
            (false, Self::HighContrast) => 7.0,
            (false, _) => 4.5,
        }
    }
}

/// A theme that can be read: whoever holds one holds a checked one.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeFile {
    /// What `[screen] theme` calls it.
    pub name: String,
    pub title: Shown,
    pub kind: Kind,
    /// Those of terminals that it is made for; empty where it paints its own.
    pub backgrounds: Vec<Rgb>,
    /// Painted behind everything.
    pub background: Option<Rgb>,
    paints: BTreeMap<Role, Paint>,
}

impl ThemeFile {
    /// Reads the text of a theme file, or finds everything that is wrong with it. Problems call
    /// it `file_name`.
    pub fn read(name: &str, file_name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        read::read(name, file_name, text)
    }

    /// Whether a TOML text is meant to be a theme: it says its `kind` first, and has `[roles]`.
    pub fn is_meant(text: &str) -> bool {
        let mut lines = text.lines().map(str::trim_start);
        let key = |line: &str| line.split(['=', ' ', '\t']).next() == Some("kind");
        let kind = lines.by_ref().take_while(|line| !line.starts_with('[')).any(key);
        kind && text.lines().any(|line| line.trim_start().starts_with("[roles"))
    }

    /// The look of a role: its own or that of the first role it falls back to. Without an ink of
    /// its own it has that of `text`.
    pub fn paint(&self, role: Role) -> Paint {
        let mut here = Some(role);
        while let Some(role) = here {
            if let Some(paint) = self.paints.get(&role) {
                let text = self.paints.get(&Role::Text).and_then(|text| text.ink);
                return Paint { ink: paint.ink.or(text), ..*paint };
            }
            here = role.fallback();
        }
        Paint::default()
    }

    /// Those on which its text stands: the painted one, or each it is made for.
    pub fn grounds(&self) -> &[Rgb] {
        self.background.as_ref().map_or(&self.backgrounds, std::slice::from_ref)
    }
}
