//! The themes that are built in.

use super::ThemeFile;

/// A built-in theme as it stands in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    pub name: &'static str,
    /// Its file, from the root of the repository.
    pub path: &'static str,
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),*) => {
        &[$(Shipped {
            name: $name,
            path: concat!("themes/", $name, ".toml"),
            text: include_str!(concat!("../../../themes/", $name, ".toml")),
        }),*]
    };
}

/// All of them.
pub const SHIPPED: &[Shipped] = shipped!["dark", "light", "high-contrast", "colour-blind", "mono"];

impl ThemeFile {
    /// The names of the built-in themes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|theme| theme.name)
    }

    /// The built-in theme of this name.
    pub fn shipped(name: &str) -> Option<Self> {
        let theme = SHIPPED.iter().find(|theme| theme.name == name)?;
        Self::read(theme.name, theme.path, theme.text).ok()
    }
}
