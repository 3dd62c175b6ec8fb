//! Copying by way of the terminal (OSC 52): it works over ssh, and no program is started.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::Shown;

/// Terminals take no more at once: xterm's and tmux's buffers end near 75,000 bytes of text.
const LIMIT: usize = 74_000;

/// The sequence that copies, and what to tell; an error where the text is too long.
pub(in crate::tui) fn copy(
    what: &str,
    text: &str,
    in_tmux: bool,
) -> Result<(String, Shown), Shown> {
    if text.len() > LIMIT {
        return Err(Shown::new(format!(
            "Not copied: {what} has {} bytes, and terminals take at most {LIMIT} at once.",
            text.len()
        )));
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    let bytes = text.len();
    if !in_tmux {
        let told = format!(
            "Sent {what} ({bytes} bytes) to the terminal's clipboard (OSC 52); some terminals have \
             it turned off."
        );
        return Ok((plain, told.into()));
    }
    // tmux takes the first for its own buffer, and hands the second on to the terminal outside.
    let outside = format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b"));
    let told = format!(
        "Sent {what} ({bytes} bytes) to tmux and through it to the terminal's clipboard (OSC 52); \
         tmux needs set-clipboard on, or allow-passthrough on."
    );
    Ok((format!("{plain}{outside}"), told.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_stands_in_it_and_nothing_of_it_acts() {
        let (sequence, told) = copy("the head", "7e67 a1d0\x1b]0;x\x07", false).unwrap();
        let middle = sequence.strip_prefix("\x1b]52;c;").unwrap().strip_suffix('\x07').unwrap();
        assert_eq!(STANDARD.decode(middle).unwrap(), b"7e67 a1d0\x1b]0;x\x07");
        assert!(told.as_str().contains("15 bytes"), "{told}");
    }

    #[test]
    fn in_tmux_it_goes_both_ways() {
        let (sequence, _) = copy("the head", "x", true).unwrap();
        let expected = "\x1b]52;c;eA==\x07\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\";
        assert_eq!(sequence, expected);
    }

    #[test]
    fn too_much_is_refused_in_words() {
        assert!(copy("the page", &"x".repeat(LIMIT + 1), false).is_err());
    }
}
