//! What the terminal can do, as far as it can be told without taking it over.

use std::io::{IsTerminal as _, stdin, stdout};

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// There is one at standard input and at standard output: the whole screen can be used.
    pub screen: bool,
    /// There is one at either of them.
    pub terminal: bool,
    /// Columns and rows; absent where nobody says.
    pub size: Option<(u16, u16)>,
    pub colours: Colours,
}

/// How many colours a terminal of this name shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    None,
    Sixteen,
    TwoHundredFiftySix,
    Millions,
}

impl Colours {
    /// The guess from `TERM` and `COLORTERM`: no terminal is asked.
    pub fn guess(term: Option<&str>, colorterm: Option<&str>) -> Self {
        let term = term.unwrap_or("dumb");
        if term == "dumb" || term.starts_with("vt") {
            Self::None
        } else if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            Self::Millions
        } else if term.contains("256color") {
            Self::TwoHundredFiftySix
        } else {
            Self::Sixteen
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "no colours",
            Self::Sixteen => "16 colours",
            Self::TwoHundredFiftySix => "256 colours",
            Self::Millions => "16 million colours",
        }
    }
}

/// Looks at the terminal of this process; `term` and `colorterm` are the variables of that name.
pub fn abilities(term: Option<&str>, colorterm: Option<&str>) -> Abilities {
    let (input, output) = (stdin().is_terminal(), stdout().is_terminal());
    let terminal = input || output;
    let size = crossterm::terminal::size().ok().filter(|(columns, rows)| *columns > 0 && *rows > 0);
    Abilities {
        screen: input && output,
        terminal,
        size: size.filter(|_| terminal),
        colours: Colours::guess(term, colorterm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_guessed_from_the_names() {
        for (term, colorterm, colours) in [
            (None, None, Colours::None),
            (Some("dumb"), Some("truecolor"), Colours::None),
            (Some("vt100"), None, Colours::None),
            (Some("linux"), None, Colours::Sixteen),
            (Some("screen-256color"), None, Colours::TwoHundredFiftySix),
            (Some("xterm-256color"), Some("truecolor"), Colours::Millions),
            (Some("xterm-direct"), None, Colours::Millions),
        ] {
            assert_eq!(Colours::guess(term, colorterm), colours, "{term:?} {colorterm:?}");
        }
    }
}
