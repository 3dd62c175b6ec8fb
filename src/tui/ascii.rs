//! What is drawn, in ASCII: for terminals and fonts that have nothing else.
//!
//! The views draw in one way only; this changes what they drew, cell by cell. Text that people or
//! systems wrote stays as it is but for the few signs that are ours.

use ratatui::buffer::Buffer;

/// Signs of ours, and what stands for them.
const SIGNS: &[(char, char)] = &[
    ('─', '-'),
    ('│', '|'),
    ('┌', '+'),
    ('┐', '+'),
    ('└', '+'),
    ('┘', '+'),
    ('█', '#'),
    ('░', '.'),
    ('▁', '_'),
    ('▂', '_'),
    ('▃', '-'),
    ('▄', '-'),
    ('▅', '='),
    ('▆', '='),
    ('▇', '#'),
    ('…', '~'),
    ('“', '"'),
    ('”', '"'),
    ('’', '\''),
    ('⏎', '/'),
    ('×', 'x'),
];

/// Changes every sign of ours in the buffer.
pub(super) fn lower(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let sign = cell.symbol().chars().next().and_then(ascii);
        if let Some(sign) = sign {
            cell.set_char(sign);
        }
    }
}

fn ascii(sign: char) -> Option<char> {
    if sign.is_ascii() {
        return None;
    }
    SIGNS.iter().find(|(drawn, _)| *drawn == sign).map(|(_, ascii)| *ascii)
}
