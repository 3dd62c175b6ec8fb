//! What the terminal can do, as far as it can be told without taking it over.

use std::io::{IsTerminal as _, stdin, stdout};

use super::theme::Depth;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// There is one at standard input and at standard output: the whole screen can be used.
    pub screen: bool,
    /// There is one at either of them.
    pub terminal: bool,
    /// Columns and rows; absent where nobody says.
    pub size: Option<(u16, u16)>,
    /// By what it says of itself: no terminal is asked.
    pub depth: Depth,
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
        depth: Depth::of(term.unwrap_or("dumb"), colorterm.unwrap_or_default()),
    }
}
