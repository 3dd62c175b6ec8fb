//! Lines in, lines out. Whatever is said here is made harmless once more.

use std::io::{self, BufRead, Read, Write};

use crate::text::Shown;

/// A longer line of input is cut: it is not typed by a person.
const LONGEST_LINE: u64 = 1 << 20;

/// The two ends of the talk.
pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, output: &'a mut dyn Write) -> Self {
        Self { input, output }
    }

    /// Prints text and ends the line.
    pub(super) fn say(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.output, "{}", Shown::new(text))?;
        self.output.flush()
    }

    /// Prints a prompt and reads a line; `None` at the end of the input.
    pub(super) fn ask(&mut self, prompt: &str) -> io::Result<Option<String>> {
        write!(self.output, "{}", Shown::new(prompt))?;
        self.output.flush()?;
        let mut line = Vec::new();
        let mut input = &mut *self.input;
        Read::take(&mut input, LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            writeln!(self.output)?;
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// Reads lines up to one with a dot only, or the end of the input.
    pub(super) fn ask_many(&mut self, label: &str) -> io::Result<String> {
        self.say(format!("{label}, as many lines as you like; a line with only a dot ends it."))?;
        let mut lines = Vec::new();
        while let Some(line) = self.ask("")? {
            if line == "." {
                break;
            }
            lines.push(line);
        }
        Ok(lines.join("\n"))
    }
}
