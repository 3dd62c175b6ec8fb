//! A file in pieces of whole lines, in bounded memory.

use std::io;

use super::disk::{DiskFile, read_full_at};
use super::line::LINE_LIMIT;

/// How much is read at once.
const READ: usize = 1 << 20;

/// Some lines. The last one lacks its line feed only where the file ends, or the line is too long.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
}

/// Reads a file from an offset to an end that is fixed at the beginning: what is appended meanwhile
/// is not seen.
pub(super) struct Chunks<'a> {
    file: &'a dyn DiskFile,
    offset: u64,
    end: u64,
    /// The beginning of a line whose rest is not read yet; stands right before `offset`.
    carry: Vec<u8>,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(file: &'a dyn DiskFile, offset: u64, end: u64) -> Self {
        Self { file, offset, end, carry: Vec::new() }
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        let mut bytes = std::mem::take(&mut self.carry);
        loop {
            let searched = bytes.len();
            let more = usize::try_from(self.end - self.offset).unwrap_or(READ).min(READ);
            bytes.resize(searched + more, 0);
            let read = read_full_at(self.file, &mut bytes[searched..], self.offset)?;
            bytes.truncate(searched + read);
            self.offset += read as u64;
            if read < more {
                // It was cut under our hands: what is left is what there is.
                self.end = self.offset;
            }
            if self.offset == self.end || bytes.len() - searched == 0 {
                break;
            }
            if let Some(last) = bytes[searched..].iter().rposition(|byte| *byte == b'\n') {
                self.carry = bytes.split_off(searched + last + 1);
                break;
            }
            if bytes.len() > LINE_LIMIT {
                break;
            }
        }
        Ok((!bytes.is_empty()).then_some(Chunk { bytes }))
    }
}

/// The lines of a piece, each with its line feed if it has one.
pub(super) fn lines(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        // The standard library's search for a byte is the fast one only here; from a slice it
        // cannot fail.
        let mut after = bytes;
        let length = io::BufRead::skip_until(&mut after, b'\n').unwrap_or(bytes.len());
        let (line, rest) = bytes.split_at(length);
        bytes = rest;
        Some(line)
    })
}
