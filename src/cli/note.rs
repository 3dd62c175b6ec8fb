//! `note`: what a person or a pipe says, into the record of an incident.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};

use super::args::Note;
use super::context::Context;
use super::reach::{self, Pen};
use super::{Outcome, out};
use crate::incident::Ask;
use crate::text::Shown;

/// So much goes into one note, bytes; longer text becomes several.
const PIECE: usize = 128 * 1024;
/// More is no note any more, bytes.
const LONGEST: usize = 4 << 20;
/// More than this is not even read, bytes.
const MOST: u64 = 64 << 20;

/// Good only when all of it is flushed; what was not stays in a file.
pub(super) fn note(context: &Context, args: &Note) -> anyhow::Result<Outcome> {
    let text = text(args)?;
    let shown = context.redactor().shown(String::from_utf8_lossy(&text));
    if shown.is_blank() {
        bail!("nothing was written; write the note behind `note`, or pipe it in");
    }
    let mut told = 0;
    let Err(error) = record(context, args, &shown, &mut told) else { return Ok(Outcome::Good) };
    let rest = shown.as_str().get(told..).unwrap_or_default();
    match reach::rescue(context, "note", rest.as_bytes()) {
        Ok(path) => {
            let what = if told > 0 { "the rest of the note" } else { "the note" };
            let path = path.display();
            Err(error.context(format!("NOT RECORDED; {what} is kept in {path}")))
        }
        Err(lost) => {
            out::note(rest);
            Err(error
                .context(format!("NOT RECORDED, and it cannot be kept in a file either: {lost}")))
        }
    }
}

fn text(args: &Note) -> anyhow::Result<Vec<u8>> {
    if !args.text.is_empty() {
        return Ok(args.text.join(" ").into_bytes());
    }
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        out::note("The note, as many lines as you like; Ctrl-D on a line of its own ends it.");
    }
    let mut text = Vec::new();
    input.take(MOST).read_to_end(&mut text).context("standard input cannot be read")?;
    Ok(text)
}

/// Records it piece by piece; `told` says how many bytes of it are.
fn record(context: &Context, args: &Note, shown: &Shown, told: &mut usize) -> anyhow::Result<()> {
    let text = shown.as_str();
    if text.len() > LONGEST {
        bail!(
            "it is {} bytes long, and notes take at most {LONGEST} at a time: attach it as a file, \
             with `stanch attach-file`",
            text.len()
        );
    }
    let pieces = pieces(text)?;
    let listed = context.find_open(args.incident.as_deref())?;
    let mut pen = Pen::take(context, &listed)?;
    for (index, piece) in pieces.iter().enumerate() {
        let words = match pieces.len() {
            1 => Shown::new(piece.trim_end()),
            many => Shown::new(format!("[part {} of {many}]\n{}", index + 1, piece.trim_end())),
        };
        let source = args.source.as_ref().map(Shown::new);
        let (seq, head) = pen.ask(Ask::Note { text: words, occurred: None, source })?;
        *told += piece.len();
        out::line(format!("Noted: {}", reach::spot(&listed, seq, &head)))?;
    }
    Ok(())
}

/// Whole lines, as many to a piece as fit: a secret never has two lines, so none is cut.
fn pieces(text: &str) -> anyhow::Result<Vec<&str>> {
    let mut pieces = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.len() > PIECE {
            bail!(
                "line {} is {} bytes long, and a note takes at most {PIECE} of one line: attach it as \
                 a file, with `stanch attach-file`",
                number + 1,
                line.len()
            );
        }
        if end + line.len() - begin > PIECE {
            pieces.extend(text.get(begin..end));
            begin = end;
        }
        end += line.len();
    }
    pieces.extend(text.get(begin..end));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_becomes_pieces_of_whole_lines() {
        let line = format!("{}\n", "é".repeat(20_000));
        let text = line.repeat(10);
        let pieces = pieces(&text).unwrap();
        assert_eq!(pieces.concat(), text);
        assert!(pieces.len() > 1);
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE && piece.ends_with('\n')));
        assert_eq!(super::pieces("one").unwrap(), ["one"]);
        assert!(super::pieces(&"x".repeat(PIECE + 1)).is_err());
    }
}
