//! The hand-over page in Markdown.

use std::fmt::Write as _;

use super::markdown::code;
use crate::incident::page::{Page, Weight};

/// The page as a document of its own, with what pins it at its foot. Everything that came from
/// outside stands in code spans.
pub fn hand_over_markdown(page: &Page, foot: &[String]) -> String {
    let mut out = format!("# {}\n\n", code(&page.title));
    // Writing to a string cannot fail.
    let _ = sections(&mut out, page, "##").and_then(|()| {
        writeln!(out, "## Record\n")?;
        foot.iter().try_for_each(|line| writeln!(out, "- {}", code(line)))
    });
    out
}

/// The sections under headings of this depth.
pub(super) fn sections(out: &mut String, page: &Page, depth: &str) -> std::fmt::Result {
    for section in &page.sections {
        writeln!(out, "{depth} {}\n", section.title)?;
        if section.lines.is_empty() {
            writeln!(out, "{}", section.none)?;
        }
        for line in &section.lines {
            let words = code(&line.text);
            match line.weight {
                Weight::Bad => writeln!(out, "- **!** {words}")?,
                Weight::Plain | Weight::Good | Weight::Warning => writeln!(out, "- {words}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
