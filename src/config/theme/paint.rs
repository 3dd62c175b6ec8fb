//! The look of one role.

use super::colour::Rgb;

/// What a terminal can do to text beside colouring it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    Bold,
    Dim,
    Italic,
    Underlined,
    /// Ink and ground change places.
    Reversed,
}

impl Attribute {
    pub const ALL: [Self; 5] =
        [Self::Bold, Self::Dim, Self::Italic, Self::Underlined, Self::Reversed];

    /// Its key in a theme file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Dim => "dim",
            Self::Italic => "italic",
            Self::Underlined => "underlined",
            Self::Reversed => "reversed",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Bold => 1,
            Self::Dim => 2,
            Self::Italic => 4,
            Self::Underlined => 8,
            Self::Reversed => 16,
        }
    }
}

/// A set of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes(u8);

impl Attributes {
    pub fn has(self, attribute: Attribute) -> bool {
        self.0 & attribute.bit() != 0
    }

    #[must_use]
    pub fn with(self, attribute: Attribute) -> Self {
        Self(self.0 | attribute.bit())
    }
}

/// The look of one role; what is left out is the terminal's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paint {
    pub ink: Option<Rgb>,
    pub ground: Option<Rgb>,
    pub attributes: Attributes,
}

impl Paint {
    pub fn has(&self, attribute: Attribute) -> bool {
        self.attributes.has(attribute)
    }

    /// Whether the cells behind the text differ from those around it.
    pub fn is_filled(&self) -> bool {
        self.ground.is_some() || self.has(Attribute::Reversed)
    }
}
