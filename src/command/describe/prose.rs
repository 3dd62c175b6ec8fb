//! The texts of a playbook, which are Markdown, as plain lines.

/// Markdown as plain lines: a paragraph becomes one line, which the face wraps to its own width;
/// lists, quotes and code keep theirs; the marks of emphasis fall away.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut joins = false;
    for line in text.trim().lines() {
        let stands_alone = line.trim().is_empty()
            || line.starts_with(['-', '*', '>', '#', ' ', '\t', '`']) && !line.starts_with("**")
            || line.starts_with(|c: char| c.is_ascii_digit());
        let plain = unmarked(line);
        match lines.last_mut() {
            Some(last) if joins && !stands_alone => {
                last.push(' ');
                last.push_str(plain.trim());
            }
            _ => lines.push(plain),
        }
        joins = !line.trim().is_empty();
    }
    lines
}

/// A line of Markdown without the marks of emphasis; what stands in code stays as it is.
pub(super) fn unmarked(line: &str) -> String {
    let mut in_code = false;
    let mut before = ' ';
    let mut plain = String::with_capacity(line.len());
    let line = line.replace("**", "");
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        in_code ^= letter == '`';
        let after = letters.peek().copied().unwrap_or(' ');
        let opens = after.is_alphanumeric() && !before.is_alphanumeric();
        let closes = before.is_alphanumeric() && !after.is_alphanumeric();
        if letter != '*' || in_code || !(opens || closes) {
            plain.push(letter);
        }
        before = letter;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::unmarked;

    #[test]
    fn the_marks_of_emphasis_fall_away_and_code_stays() {
        for (line, plain) in [
            ("202 means *begun*, **not** done", "202 means begun, not done"),
            ("`PUT /*/_settings` for *all*", "`PUT /*/_settings` for all"),
            ("* a list of 2 * 3", "* a list of 2 * 3"),
            ("*.example.com and `logs*`", "*.example.com and `logs*`"),
        ] {
            assert_eq!(unmarked(line), plain);
        }
    }
}
