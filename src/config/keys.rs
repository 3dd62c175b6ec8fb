//! The person's own keys: `[keys.main]`, `[keys.record]` and so on, a command and its keys a line.

use super::table::{Findings, Table};
use crate::command::{Bound, Keymap, Place, Sequence, rows};
use crate::playbook::similar;

/// Reads the tables of `[keys]` over the keys of the table of commands.
pub(super) fn read(findings: &Findings<'_>, tables: Vec<(String, Table<'_>)>) -> Keymap {
    let mut keymap = Keymap::standard();
    let mut places = Vec::new();
    for (name, table) in tables {
        let Some(place) = Place::ALL.into_iter().find(|place| place.name() == name) else {
            let names = Place::ALL.map(Place::name);
            let mend = match similar(&name, names.into_iter()) {
                Some(meant) => format!("did you mean `[keys.{meant}]`?"),
                None => format!("known are `{}`", names.join("`, `")),
            };
            findings.mend(table.at, format!("there are no keys of `{name}`"), mend);
            continue;
        };
        places.push((place, table.at));
        read_place(findings, &mut keymap, place, table);
    }
    for (one, other, keys) in keymap.conflicts() {
        let at = places.iter().find(|(place, _)| *place == one.row.place).map_or(0, |(_, at)| *at);
        findings.mend(at, conflict(one, other, keys), "give one of the two other keys");
    }
    keymap
}

fn conflict(one: &Bound, other: &Bound, keys: &Sequence) -> String {
    let (place, one, other) = (one.row.place.name(), one.row.name, other.row.name);
    format!("`{keys}` is wanted by `{one}` and by `{other}` in [keys.{place}]")
}

fn read_place(findings: &Findings<'_>, keymap: &mut Keymap, place: Place, table: Table<'_>) {
    for row in rows(place) {
        let Some(words) = table.texts_with_places(row.name) else { continue };
        let mut keys = Vec::new();
        for (word, at) in &words {
            match Sequence::parse(word) {
                Some(sequence) => keys.push(sequence),
                None => findings.mend(
                    *at,
                    format!("`{word}` is no key"),
                    "write like `Ctrl-Y`, `F5`, `Enter`, `x`, or up to three of them: `g r`",
                ),
            }
        }
        let at = words.first().map_or(table.at, |(_, at)| *at);
        if let Err(why) = keymap.bind(place, row.command, keys) {
            findings.add(at, format!("`{}`: {why}", row.name));
        }
    }
    table.finish(|_| None);
}
