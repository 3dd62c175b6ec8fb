//! Where each step stands in its file, so that it can be shown, changed and taken elsewhere with its
//! comments.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The bytes of each step's tables, with the comments right above; in file order. `None` for a step
/// that is written inline, or whose tables do not stand together.
pub(super) fn steps(file: &DeTable<'_>, text: &str) -> Vec<Option<Range<usize>>> {
    let Some(DeValue::Array(steps)) = file.get("steps").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let starts = headers(file);
    let step = |step: &Spanned<DeValue<'_>>| {
        let header = step.span().start;
        if !text.get(header..)?.starts_with("[[") {
            return None;
        }
        let next = starts.get(starts.partition_point(|start| *start <= header));
        let next = next.copied().unwrap_or(text.len());
        let last = end(step);
        (last <= next).then(|| above(text, header)..below(text, last, next))
    };
    steps.iter().map(step).collect()
}

/// Where tables begin that are no part of a step, and where steps begin; in order.
fn headers(file: &DeTable<'_>) -> Vec<usize> {
    let mut starts = Vec::new();
    for (key, value) in file {
        match value.get_ref() {
            DeValue::Array(items) => starts.extend(items.iter().map(|item| item.span().start)),
            DeValue::Table(inner) => {
                starts.push(value.span().start);
                starts.extend(inner.iter().map(|(key, value)| match value.get_ref() {
                    DeValue::Table(_) => value.span().start,
                    _ => key.span().start,
                }));
            }
            _ => starts.push(key.span().start),
        }
    }
    starts.sort_unstable();
    starts
}

/// The last byte that belongs to a value.
fn end(value: &Spanned<DeValue<'_>>) -> usize {
    let inner = match value.get_ref() {
        DeValue::Array(items) => items.iter().map(end).max(),
        DeValue::Table(table) => table.iter().map(|(_, value)| end(value)).max(),
        _ => None,
    };
    value.span().end.max(inner.unwrap_or(0))
}

/// The start of the comments that stand right above.
fn above(text: &str, header: usize) -> usize {
    let mut start = text[..header].rfind('\n').map_or(0, |at| at + 1);
    loop {
        let before = text[..start].strip_suffix('\n').map(|before| before.rfind('\n'));
        let line = match before {
            None => return start,
            Some(at) => at.map_or(0, |at| at + 1),
        };
        if !text[line..start].trim_start().starts_with('#') {
            return start;
        }
        start = line;
    }
}

/// The end of the last line that belongs to a step: with the comments right below, unless they stand
/// right above what comes next.
fn below(text: &str, last: usize, next: usize) -> usize {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    let end = line_end(last).clamp(last, next.max(last));
    let mut after = end;
    while after < next {
        let line = text[after..line_end(after)].trim();
        match line.chars().next() {
            Some('#') => after = line_end(after),
            Some(_) => return end,
            None => return after,
        }
    }
    if next == text.len() { next } else { end }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::steps;

    fn spans(text: &str) -> Vec<Option<&str>> {
        let (file, errors) = DeTable::parse_recoverable(text);
        assert_eq!(errors, []);
        let spans = steps(file.get_ref(), text);
        spans.into_iter().map(|span| span.map(|span| &text[span])).collect()
    }

    #[test]
    fn a_step_has_its_tables_and_its_comments() {
        let first = "# about a\n[[steps]]\nid = \"a\" # here\n[steps.call]\ntext = \"\"\"\n[[steps]]\n\
                     # no comment\"\"\"\n# still a\n";
        let second = "# about b\n[[steps]]\nid = \"b\"\n";
        let third = "[[steps]]\nid = \"c\"\n# the end";
        let text =
            format!("format = 1\n{first}\n# ---\n\n{second}\n[backends.x]\nurl = \"\"\n\n{third}");
        assert_eq!(spans(&text), [Some(first), Some(second), Some(third)]);
    }

    #[test]
    fn what_stands_apart_or_inline_has_no_text_of_its_own() {
        assert_eq!(spans("steps = [{ id = \"a\" }]"), [None]);
        let apart = "[[steps]]\nid = \"a\"\n[backends.x]\nurl = \"\"\n[steps.call]\nx = 1\n";
        assert_eq!(spans(apart), [None]);
    }
}
