//! One form of a secret to look for: plain, base64 at one offset, or hex. Each is found however
//! its characters are escaped.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::{Zeroize as _, Zeroizing};

use super::spelling;

/// Characters to find in a row.
pub(super) struct Needle {
    name: Arc<str>,
    chars: Zeroizing<Vec<char>>,
    /// Upper and lower case are the same.
    fold: bool,
}

impl Needle {
    /// Every form of `value` that is looked for.
    pub(super) fn all(name: &str, value: &str) -> Vec<Self> {
        let name: Arc<str> = name.into();
        let mut forms = vec![Self::new(&name, value, false)];
        for offset in 0..3 {
            let standard = base64_inside(value.as_bytes(), offset, &STANDARD_NO_PAD);
            let url_safe = base64_inside(value.as_bytes(), offset, &URL_SAFE_NO_PAD);
            if *standard != *url_safe {
                forms.push(Self::new(&name, &url_safe, false));
            }
            forms.push(Self::new(&name, &standard, false));
        }
        let hex = Zeroizing::new(crate::incident::hex(value.as_bytes()));
        forms.push(Self::new(&name, &hex, true));
        forms
    }

    fn new(name: &Arc<str>, text: &str, fold: bool) -> Self {
        // Exactly once allocated: growing would leave copies behind in freed memory.
        let mut chars = Zeroizing::new(Vec::with_capacity(text.chars().count()));
        chars.extend(text.chars());
        Self { name: name.clone(), chars, fold }
    }

    pub(super) fn name(&self) -> Arc<str> {
        self.name.clone()
    }

    /// Whether this is the plain form of `value`.
    pub(super) fn is_plain(&self, value: &str) -> bool {
        !self.fold && self.chars.iter().copied().eq(value.chars())
    }

    /// No spelling is longer, bytes.
    pub(super) fn longest(&self) -> usize {
        self.chars.len() * spelling::LONGEST
    }

    /// The first bytes of its first character, in either case where that is the same.
    pub(super) fn first_bytes(&self) -> Vec<u8> {
        let Some(&first) = self.chars.first() else { return Vec::new() };
        let both = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
        let cases = if self.fold { both } else { [first; 2] };
        let mut bytes: Vec<u8> =
            cases.iter().map(|c| c.encode_utf8(&mut [0; 4]).as_bytes()[0]).collect();
        bytes.dedup();
        bytes
    }

    /// Where the needle that begins at `at` ends, if one does.
    pub(super) fn end_at(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let mut here = at;
        for (index, &c) in self.chars.iter().enumerate() {
            here = match spelling::ends(c, self.fold, bytes, here) {
                [None, None] => return None,
                [Some(end), None] | [None, Some(end)] => end,
                [Some(_), Some(_)] => return self.last_end(index, bytes, here),
            };
        }
        Some(here)
    }

    /// The same from the character `index` on, following all readings side by side: "%25" may be a
    /// percent sign, or three characters.
    fn last_end(&self, index: usize, bytes: &[u8], at: usize) -> Option<usize> {
        let mut here = vec![at];
        for &c in self.chars.get(index..)? {
            let ends = here.iter().flat_map(|at| spelling::ends(c, self.fold, bytes, *at));
            let mut next: Vec<usize> = ends.flatten().collect();
            next.sort_unstable();
            next.dedup();
            here = next;
        }
        here.last().copied()
    }
}

/// The characters of the base64 of any text that holds `value` at `offset` bytes after a multiple
/// of three: those that depend on `value` alone.
fn base64_inside(
    value: &[u8],
    offset: usize,
    alphabet: &base64::engine::GeneralPurpose,
) -> Zeroizing<String> {
    let mut padded = Zeroizing::new(Vec::with_capacity(offset + value.len()));
    padded.resize(offset, 0);
    padded.extend_from_slice(value);
    let mut encoded = alphabet.encode(&*padded);
    let first = (offset * 8).div_ceil(6);
    let end = (offset + value.len()) * 8 / 6;
    let inside = Zeroizing::new(encoded[first..end].to_owned());
    encoded.zeroize();
    inside
}
