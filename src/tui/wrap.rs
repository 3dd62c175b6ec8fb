//! Text cut to the width of a region, nothing of it lost.

use unicode_width::UnicodeWidthChar;

/// The rows of `text` at this width: broken after white space where that is possible, later rows
/// indented by `hang` columns. Every character is on one of the rows.
pub(super) fn wrap(text: &str, width: usize, hang: usize) -> Vec<String> {
    if width == 0 {
        return Vec::new();
    }
    let hang = if hang + 8 <= width { hang } else { 0 };
    let mut rows = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, width, hang, &mut rows);
    }
    rows
}

fn wrap_line(line: &str, width: usize, hang: usize, rows: &mut Vec<String>) {
    let mut rest = line;
    let mut indent = 0;
    loop {
        let (end, all) = fitting(rest, width - indent);
        let mut row = " ".repeat(indent);
        row.push_str(&rest[..end]);
        rows.push(row);
        if all {
            return;
        }
        rest = &rest[end..];
        indent = hang;
    }
}

/// Where the row ends, in bytes, and whether that is all.
fn fitting(text: &str, width: usize) -> (usize, bool) {
    let mut used = 0;
    let mut after_space = None;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        // One character always goes on the row, or a narrow region would never end.
        if used > width && at > 0 {
            return (after_space.unwrap_or(at), false);
        }
        if c == ' ' && !text[..at].trim_start().is_empty() {
            after_space = Some(at + 1);
        }
    }
    (text.len(), true)
}

/// As much of the beginning as fits, with `…` where it was cut.
pub(super) fn clip(text: &str, width: usize) -> String {
    let whole: usize = text.chars().map(|c| c.width().unwrap_or(0)).sum();
    if whole <= width {
        return text.to_owned();
    }
    let Some(width) = width.checked_sub(1) else { return String::new() };
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let begin: String = text.chars().take_while(fits).collect();
    format!("{begin}…")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_breaks_after_white_space_and_hangs() {
        assert_eq!(wrap("one two three four", 12, 2), ["one two ", "  three four"]);
        assert_eq!(wrap("abcdefghij", 4, 2), ["abcd", "efgh", "ij"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_wider(text in "[a-z 東é\n]{0,80}", width in 2_usize..30) {
            let rows = wrap(&text, width, 0);
            prop_assert_eq!(rows.concat(), text.replace('\n', ""));
            for row in rows {
                let wide: usize = row.chars().filter_map(UnicodeWidthChar::width).sum();
                prop_assert!(wide <= width, "{row:?}");
            }
        }

        #[test]
        fn a_clipped_line_fits(text in "[a-z 東é]{0,40}", width in 0_usize..30) {
            let row = clip(&text, width);
            let wide: usize = row.chars().filter_map(UnicodeWidthChar::width).sum();
            prop_assert!(wide <= width);
        }
    }
}
