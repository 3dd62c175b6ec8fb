//! The page of the format, for people: from the field table.

use super::expression::{EXPRESSION_LIMIT, FILTERS, TESTS};
use super::fields::{self, Field, Kind, Need, Table};
use super::read::FILE_LIMIT;
use super::words::spoken;

/// The page as Markdown, with a last line feed.
pub fn format_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for table in fields::tables() {
        page.push_str(&section(table));
    }
    page.push_str(&expressions());
    page
}

const INTRODUCTION: &str = "# The playbook file

A playbook is one TOML file. `stanch check FILE` tells everything that is wrong with it, each \
problem with its line and a way to mend it; `stanch plan FILE` shows what would be sent, without \
sending. An editor with a TOML language server reads `playbook.schema.json`.

This page is generated from the table that the reader itself uses.

";

fn section(table: &Table) -> String {
    let header = match table.header {
        header if header.starts_with('[') || !header.contains(' ') => format!("`{header}`"),
        header => format!("T{}", header.trim_start_matches('t')),
    };
    let mut out = format!(
        "## {header}\n\n{}\n\n| key | value | needed | meaning |\n|---|---|---|---|\n",
        table.doc
    );
    for field in table.fields {
        out.push_str(&row(field));
    }
    out.push('\n');
    out
}

fn row(field: &Field) -> String {
    let need = match field.need {
        _ if matches!(field.kind, Kind::Later) => "not in this version".to_owned(),
        Need::Required => "yes".to_owned(),
        Need::Optional => "no".to_owned(),
        Need::Default(text) => format!("default `{text}`"),
    };
    let doc = field.doc.replace('|', "\\|");
    format!("| `{}` | {} | {need} | {doc} |\n", field.name, value(field.kind))
}

fn value(kind: Kind) -> String {
    match kind {
        Kind::Id => "lower-case letters, digits, `-`".to_owned(),
        Kind::Name => "lower-case letters, digits, `_`".to_owned(),
        Kind::Line => "one line".to_owned(),
        Kind::Prose => "text".to_owned(),
        Kind::Whole(least, most) if least == most => format!("`{least}`"),
        Kind::Whole(least, most) => format!("{least} to {most}"),
        Kind::Truth => "`true` or `false`".to_owned(),
        Kind::Duration(least, most) => {
            format!("duration, {} to {}", spoken(least), spoken(most))
        }
        Kind::Deadline => {
            "`72h`, `60d`, `4 business days`, `1 month`, `as soon as possible`".to_owned()
        }
        Kind::OneOf(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        Kind::Lines => "list of texts".to_owned(),
        Kind::Expression => "expression".to_owned(),
        Kind::Template => "template".to_owned(),
        Kind::Request => "method and path".to_owned(),
        Kind::Url => "address".to_owned(),
        Kind::Json => "any value, its texts are templates".to_owned(),
        Kind::Headers | Kind::Form => "names with templates".to_owned(),
        Kind::Expressions => "names with expressions".to_owned(),
        Kind::Auth(_) => "`\"none\"` or `auth`".to_owned(),
        Kind::Destination(_) => "name of a back end, or `backend`".to_owned(),
        Kind::Playbook(table) => format!("name, or `{}`", table.header),
        Kind::Table(table) | Kind::Tables(table) | Kind::Named(table) => {
            format!("`{}`", table.header)
        }
        Kind::Later => String::new(),
    }
}

fn expressions() -> String {
    let list = |words: &[&str]| {
        words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    };
    let (filters, tests) = (list(&FILTERS), list(&TESTS));
    let (expression_kib, file_mib) = (EXPRESSION_LIMIT / 1024, FILE_LIMIT / 1024 / 1024);
    format!(
        "## Expressions and templates

A template is text with `{{{{ expressions }}}}` in it. Expressions are those of Jinja, without \
statements, functions and methods: `status == 200 and json.hits | length > 0`.

Everywhere they see `inputs.<name>`, `saved.<name>`, `backends.<name>.url` and `.host`, \
`incident.id` and `.codename`; in a step with `each` also `member.name`, and `.url` and `.host` of \
a member whose host was admitted. In `ok`, `not_done`, `save` and `items` they also see the answer: \
`status` (none when there was no answer), `json`, `text`, `headers` (names in lower case), \
`refused`, `timed_out`, `latency_ms`.

- A name that is not there is an error, wherever it stands. Ask `\"name\" in json` first.
- A condition must yield true or false.
- None has no order: `status < 300` without an answer is an error, never true. Neither has a \
number written as text beside a number: write `json.count | int > 5`.
- A value never changes the shape of a request: in a path it is one percent-encoded segment and \
neither empty nor `.` nor `..`; in a header it has no control characters.
- Filters: {filters}.
- Tests (`is …`): {tests}.

Limits: a file {file_mib} MiB, an expression {expression_kib} KiB. Characters that a reader cannot \
see (bidi, zero width, control) are refused anywhere in the file. A duration is a whole number and \
`s`, `m`, `h` or `d`, or several, the largest first: `90s`, `1h30m`.
"
    )
}
