//! Calling a person who looks elsewhere: the bell, or a notification of the terminal.

use crate::config::Notify;

/// The sequence; nothing where it is turned off. `words` are made of what stands on the screen, and
/// harmless.
pub(in crate::tui) fn notify(how: Notify, words: &str) -> String {
    // What separates the parts of these sequences must not stand in the words.
    let words: String = words.chars().filter(|c| !c.is_control() && *c != ';').collect();
    match how {
        Notify::None => String::new(),
        Notify::Bell => "\x07".to_owned(),
        // iTerm2, Windows Terminal, kitty, WezTerm; the bell beside it, where it is not known.
        Notify::Osc9 => format!("\x1b]9;{words}\x07\x07"),
        // rxvt-unicode, foot, VTE.
        Notify::Osc777 => format!("\x1b]777;notify;stanch;{words}\x07\x07"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_do_not_break_out() {
        assert_eq!(notify(Notify::Osc9, "a\x07;b"), "\x1b]9;ab\x07\x07");
        assert_eq!(notify(Notify::Bell, "a"), "\x07");
        assert_eq!(notify(Notify::None, "a"), "");
    }
}
