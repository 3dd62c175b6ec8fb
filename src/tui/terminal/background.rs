//! Which background the terminal has: asked with OSC 11, and heard among the keys.
//!
//! The question is asked without waiting, so that the first frame does not wait either. The answer
//! comes as what looks like keys (`Alt-]`, `11;rgb:…`, `Alt-\` or `Ctrl-G`), and must never be taken
//! for keys: a person cannot press them so fast one after the other.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Listens for the answer.
#[derive(Debug, Default)]
pub(in crate::tui) struct Listener {
    /// What was heard of an answer so far, and when it began.
    heard: Option<(String, u64)>,
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
/// An answer comes within this time, microseconds.
const TOGETHER: u64 = 200_000;

impl Listener {
    /// Takes every key at the time that it came, by the boot clock.
    pub(in crate::tui) fn hear(&mut self, event: &KeyEvent, up: u64) -> Heard {
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        if event.code == KeyCode::Char(']') && alt {
            self.heard = Some((String::new(), up));
            return Heard::Part;
        }
        let Some((heard, began)) = &mut self.heard else { return Heard::Key };
        if up.saturating_sub(*began) > TOGETHER || heard.len() > LONGEST {
            self.heard = None;
            return Heard::Key;
        }
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('\\') if alt => self.end(),
            KeyCode::Char('g') if control => self.end(),
            KeyCode::Char(c) => {
                heard.push(c);
                Heard::Part
            }
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

/// Reads `11;rgb:ffff/ffff/ffff`, with one to four digits each; light where the weighted mean of
/// the three (ITU-R BT.601 luma) is above the middle.
fn is_light(text: &str) -> Option<bool> {
    let colour = text.strip_prefix("11;rgb:")?;
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
