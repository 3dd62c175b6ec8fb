//! The ways in which one character stands in text: as itself, percent-encoded, escaped as in JSON
//! (and C), or as an HTML character reference.

/// The longest spelling of one character, bytes: a surrogate pair as `\uD83D\uDE00`, four bytes as
/// `%F0%9F%98%80`, or a padded reference.
pub(super) const LONGEST: usize = 12;

/// The first bytes of the characters that may begin at `at`: as itself, and in another spelling.
pub(super) fn first_bytes(bytes: &[u8], at: usize) -> [Option<u8>; 2] {
    let Some(rest) = bytes.get(at..) else { return [None; 2] };
    let first_of = |(c, _): (char, usize)| c.encode_utf8(&mut [0; 4]).as_bytes()[0];
    let escaped = match rest.first() {
        Some(b'%') => rest.get(1..3).and_then(|digits| u8::try_from(number(digits, 16)?).ok()),
        Some(b'\\') => backslash(rest).map(first_of),
        Some(b'&') => reference(rest).map(first_of),
        Some(b'+') => Some(b' '),
        _ => None,
    };
    [rest.first().copied(), escaped]
}

/// Where `c`, beginning at `at`, ends: as itself, and in another spelling.
pub(super) fn ends(c: char, fold: bool, bytes: &[u8], at: usize) -> [Option<usize>; 2] {
    let Some(rest) = bytes.get(at..) else { return [None; 2] };
    let mut buffer = [0; 4];
    let plain = c.encode_utf8(&mut buffer).as_bytes();
    let is_plain = rest
        .get(..plain.len())
        .is_some_and(|text| if fold { text.eq_ignore_ascii_case(plain) } else { text == plain });
    let escaped = match rest.first() {
        Some(b'%') => percent(plain, fold, rest),
        Some(b'\\') => {
            backslash(rest).and_then(|(read, length)| same(read, c, fold).then_some(length))
        }
        Some(b'&') => {
            reference(rest).and_then(|(read, length)| same(read, c, fold).then_some(length))
        }
        Some(b'+') if c == ' ' => Some(1),
        _ => None,
    };
    [is_plain.then_some(at + plain.len()), escaped.map(|length| at + length)]
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
