//! The ways in which one character stands in text: as itself, percent-encoded, escaped as in JSON
//! (and C), or as an HTML character reference.

/// The longest spelling of one character, bytes: a surrogate pair as `\uD83D\uDE00`, four bytes as
/// `%F0%9F%98%80`, or a padded reference.
pub(super) const LONGEST: usize = 12;

/// What a spelling other than the plain one begins with.
pub(super) const ESCAPES: &[u8] = b"%\\&";

/// Pushes the end of every spelling of `c` that begins at `at`.
pub(super) fn ends(c: char, fold: bool, bytes: &[u8], at: usize, found: &mut Vec<usize>) {
    let Some(&first) = bytes.get(at) else { return };
    let rest = &bytes[at..];
    let mut buffer = [0; 4];
    let plain = c.encode_utf8(&mut buffer).as_bytes();
    let is_plain = rest
        .get(..plain.len())
        .is_some_and(|text| if fold { text.eq_ignore_ascii_case(plain) } else { text == plain });
    if is_plain {
        found.push(at + plain.len());
    }
    let escaped = match first {
        b'%' => percent(plain, fold, rest),
        b'\\' => backslash(rest).and_then(|(read, length)| same(read, c, fold).then_some(length)),
        b'&' => reference(rest).and_then(|(read, length)| same(read, c, fold).then_some(length)),
        b'+' if c == ' ' => Some(1),
        _ => None,
    };
    found.extend(escaped.map(|length| at + length));
}

fn same(read: char, wanted: char, fold: bool) -> bool {
    read == wanted || (fold && read.eq_ignore_ascii_case(&wanted))
}

/// Each byte of the character as `%XX`.
fn percent(plain: &[u8], fold: bool, text: &[u8]) -> Option<usize> {
    for (index, wanted) in plain.iter().enumerate() {
        let unit = text.get(index * 3..index * 3 + 3)?;
        let byte = u8::try_from(number(&unit[1..], 16)?).ok()?;
        let equal = byte == *wanted || (fold && byte.eq_ignore_ascii_case(wanted));
        if unit[0] != b'%' || !equal {
            return None;
        }
    }
    Some(plain.len() * 3)
}

/// What a backslash and its followers stand for, and their length.
fn backslash(text: &[u8]) -> Option<(char, usize)> {
    match *text.get(1)? {
        b'u' => {
            let high = number(text.get(2..6)?, 16)?;
            if (0xd800..0xdc00).contains(&high) && text.get(6..8) == Some(b"\\u") {
                let low = number(text.get(8..12)?, 16)?;
                let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                return Some((char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)?, 12));
            }
            Some((char::from_u32(high)?, 6))
        }
        b'x' => Some((char::from_u32(number(text.get(2..4)?, 16)?)?, 4)),
        escaped @ (b'"' | b'\\' | b'/' | b'\'') => Some((char::from(escaped), 2)),
        _ => None,
    }
}

/// What an HTML character reference stands for, and its length.
fn reference(text: &[u8]) -> Option<(char, usize)> {
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let c = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((c, end + 1))
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, digit| {
        sum.checked_mul(base)?.checked_add(char::from(*digit).to_digit(base)?)
    })
}
