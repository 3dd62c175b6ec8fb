//! The page of keys is what the table of commands says: `UPDATE_DOCS=1 cargo test --test keys` writes
//! it anew.

use std::fmt::Write as _;

use stanch::command::{Keymap, Place, rows};

const PAGE: &str = "docs/keys.md";

fn page() -> String {
    let keymap = Keymap::standard();
    let mut page = String::from(
        "# Keys and words\n\nMade from the table of commands by `UPDATE_DOCS=1 cargo test --test keys`. \
         The list on the screen (`?`) shows the same with your own keys in place; \
         [configuration.md](configuration.md) says how to change them.\n",
    );
    for place in Place::ALL {
        let _ = write!(page, "\n## `[keys.{}]`: {}\n\n", place.name(), place.title());
        page.push_str("| Command | Keys | |\n|---|---|---|\n");
        for bound in keymap.of(place) {
            let keys: Vec<String> = bound.keys.iter().map(|keys| format!("`{keys}`")).collect();
            let (name, help) = (bound.row.name, bound.row.help);
            let _ = writeln!(page, "| `{name}` | {} | {help} |", keys.join(", "));
        }
    }
    page.push_str("\n## Line by line (`--plain`)\n\nNumbers take choices; beside them:\n\n");
    page.push_str("| Word | |\n|---|---|\n");
    for row in rows(Place::Plain) {
        let _ = writeln!(page, "| `{}` | {} |", row.name, row.help);
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how the page is written anew")]
fn the_page_of_keys_is_what_the_table_says() {
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(PAGE, page()).unwrap();
    }
    let written = std::fs::read_to_string(PAGE).unwrap();
    assert!(written == page(), "{PAGE} is old: UPDATE_DOCS=1 cargo test --test keys");
}
