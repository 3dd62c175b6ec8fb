//! Which background the terminal has: asked with OSC 11, and heard among the keys.
//!
//! The question is asked without waiting, so that the first frame does not wait either. The answer
//! comes as what looks like keys (`Alt-]`, `11;rgb:…`, `Alt-\` or `Ctrl-G`), and must never be taken
//! for keys: a person cannot press them so fast one after the other.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Listens for the answer.
#[derive(Debug, Default)]
pub(in crate::tui) struct Listener {
    /// What was heard of an answer so far, and when the last of it came.
    heard: Option<(String, u64)>,
    /// When the last key came, if that was Esc: a slow line may cut an answer after its first byte.
    escape: Option<u64>,
}

/// What a key was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Heard {
    /// A key.
    Key,
    /// A part of an answer.
    Part,
    /// The answer: whether the background is light.
    Background { light: bool },
}

/// Asks for the colour of the background.
pub(in crate::tui) const QUESTION: &str = "\x1b]11;?\x1b\\";

/// An answer is not longer, characters.
const LONGEST: usize = 40;
/// The next part of anything that a terminal says comes within this time, microseconds.
const TOGETHER: u64 = 200_000;
/// The next part of what does look like the answer, by a slow line, microseconds.
const SLOWLY: u64 = 2_000_000;
const BEGIN: &str = "11;rgb:";

impl Listener {
    /// Takes every key at the time that it came, by the boot clock.
    pub(in crate::tui) fn hear(&mut self, event: &KeyEvent, up: u64) -> Heard {
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let cut = self.escape.take().is_some_and(|at| up.saturating_sub(at) <= TOGETHER);
        if event.code == KeyCode::Esc {
            self.escape = Some(up);
        }
        if event.code == KeyCode::Char(']') && (alt || cut) {
            self.heard = Some((String::new(), up));
            return Heard::Part;
        }
        let Some((heard, last)) = &mut self.heard else { return Heard::Key };
        let patience = if looks_right(heard) { SLOWLY } else { TOGETHER };
        if up.saturating_sub(*last) > patience || heard.len() > LONGEST {
            self.heard = None;
            return Heard::Key;
        }
        *last = up;
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('\\') if alt || cut => self.end(),
            KeyCode::Char('g') if control => self.end(),
            KeyCode::Char(c) => {
                heard.push(c);
                Heard::Part
            }
            KeyCode::Esc => Heard::Part,
            _ => {
                self.heard = None;
                Heard::Key
            }
        }
    }

    fn end(&mut self) -> Heard {
        let heard = self.heard.take();
        match heard.as_ref().and_then(|(text, _)| is_light(text)) {
            Some(light) => Heard::Background { light },
            None => Heard::Part,
        }
    }
}

/// Whether it is the beginning of an answer, and more than a key that was pressed by mistake.
fn looks_right(heard: &str) -> bool {
    let colour = heard.strip_prefix(BEGIN);
    colour.map_or_else(
        || heard.len() > 1 && BEGIN.starts_with(heard),
        |colour| colour.chars().all(|c| c.is_ascii_hexdigit() || c == '/'),
    )
}

/// Reads `11;rgb:ffff/ffff/ffff`, with one to four digits each; light where the weighted mean of
/// the three (ITU-R BT.601 luma) is above the middle.
fn is_light(text: &str) -> Option<bool> {
    let colour = text.strip_prefix(BEGIN)?;
    let parts: Option<Vec<u32>> = colour.split('/').map(part).collect();
    let [red, green, blue] = parts?[..] else { return None };
    Some(299 * red + 587 * green + 114 * blue > 1000 * 500)
}

/// From 0 to 1000.
fn part(digits: &str) -> Option<u32> {
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some(value * 1000 / (16_u32.pow(u32::try_from(digits.len()).ok()?) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(listener: &mut Listener, text: &str, up: u64) -> Vec<Heard> {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let mut chars = text.chars();
        let mut all = Vec::new();
        while let Some(c) = chars.next() {
            let event = match c {
                '\x1b' => {
                    let next = chars.next().unwrap();
                    key(KeyCode::Char(next), KeyModifiers::ALT)
                }
                '\x07' => key(KeyCode::Char('g'), KeyModifiers::CONTROL),
                c => key(KeyCode::Char(c), KeyModifiers::NONE),
            };
            all.push(listener.hear(&event, up));
        }
        all
    }

    #[test]
    fn an_answer_is_heard_and_no_part_of_it_is_a_key() {
        for (answer, light) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", true),
            ("\x1b]11;rgb:fd/f6/e3\x07", true),
            ("\x1b]11;rgb:0000/2b2b/3636\x1b\\", false),
        ] {
            let mut listener = Listener::default();
            let mut heard = hear(&mut listener, answer, 5);
            assert_eq!(heard.pop(), Some(Heard::Background { light }));
            assert!(heard.iter().all(|heard| *heard == Heard::Part));
            assert_eq!(hear(&mut listener, "q", 6), [Heard::Key]);
        }
    }

    #[test]
    fn an_answer_that_comes_in_pieces_is_heard_all_the_same() {
        let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
        let mut listener = Listener::default();
        // Nobody can tell that from the key.
        assert_eq!(listener.hear(&escape, 0), Heard::Key);
        let begun = hear(&mut listener, "]11;rgb:ffff/", 150_000);
        assert!(begun.iter().all(|heard| *heard == Heard::Part));
        assert!(hear(&mut listener, "ffff/ffff", 1_500_000).iter().all(|one| *one == Heard::Part));
        assert_eq!(listener.hear(&escape, 1_600_000), Heard::Part);
        assert_eq!(hear(&mut listener, "\\", 1_700_000), [Heard::Background { light: true }]);
        assert_eq!(listener.hear(&escape, 2_000_000), Heard::Key);
        assert_eq!(hear(&mut listener, "]", 2_300_000), [Heard::Key], "Esc, and later a key");
    }

    #[test]
    fn what_a_person_presses_is_heard_as_keys() {
        let mut listener = Listener::default();
        assert_eq!(hear(&mut listener, "n11;rgb", 0), [Heard::Key; 7]);
        hear(&mut listener, "\x1b]", 0);
        assert_eq!(hear(&mut listener, "q", 300_000), [Heard::Key]);
        let mut listener = Listener::default();
        let heard = hear(&mut listener, "\x1b]12;nonsense\x1b\\q", 0);
        assert_eq!(heard.last(), Some(&Heard::Key));
    }
}
