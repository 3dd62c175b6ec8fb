//! JSON in which every character is visible: people follow the record with `tail -f`.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::text::is_hidden;

/// Compact JSON; hidden characters stand as `\uXXXX`, in surrogate pairs where needed.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (place, c) in fragment.char_indices() {
            if !is_hidden(c) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[plain..place])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = place + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}

/// Appends `value` as visible JSON.
pub(super) fn write_json<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Visible))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_escaped_and_reads_back_the_same() {
        let text = "Zürich\u{7f}\u{9b}31m\u{202e}x\u{200b}\u{e0041}\u{feff}\n\"\\ 東京";
        let mut out = Vec::new();
        write_json(&mut out, text).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(
            json,
            "\"Zürich\\u007f\\u009b31m\\u202ex\\u200b\\udb40\\udc41\\ufeff\\n\\\"\\\\ 東京\""
        );
        assert!(!json.chars().any(is_hidden));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
