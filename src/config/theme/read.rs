//! From the text of a theme file to a [`ThemeFile`], or everything that is wrong with it.

use std::collections::BTreeMap;

use super::check;
use super::{Attribute, Kind, Paint, Rgb, Role, ThemeFile};
use crate::config::table::{Findings, Table};
use crate::playbook::Problem;
use crate::text::Shown;

/// The version of the format.
const FORMAT: u64 = 1;

/// Where a role and its parts stand in the file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) role: usize,
    pub(super) ink: Option<usize>,
    pub(super) ground: Option<usize>,
    pub(super) dim: Option<usize>,
}

/// A theme that was read and not checked yet.
pub(super) struct Draft {
    pub(super) theme: ThemeFile,
    pub(super) places: BTreeMap<Role, Place>,
    /// Where `[roles]` stands, or the end of what there is.
    pub(super) roles: usize,
    /// Where a colour outside the roles stands.
    pub(super) background_places: Vec<usize>,
}

pub(super) fn read(name: &str, file_name: &str, text: &str) -> Result<ThemeFile, Vec<Problem>> {
    let findings = Findings::new(file_name, text);
    let mut theme = None;
    if let Some(document) = findings.document() {
        let draft = draft(&findings, name, Table::new(&findings, document.get_ref(), 0));
        check::check(&draft, &findings);
        theme = Some(draft.theme);
    }
    let problems = findings.finish();
    match theme {
        Some(theme) if problems.is_empty() => Ok(theme),
        _ => Err(problems),
    }
}

fn draft<'a>(findings: &'a Findings<'a>, name: &str, file: Table<'a>) -> Draft {
    format(findings, &file);
    let title = file.text("title").map(|(title, _)| title);
    if file.place("title").is_none() {
        findings.mend(0, "there is no `title`", "write like `title = \"Night\"` at the top");
    }
    let words = Kind::ALL.map(|kind| (kind.name(), kind));
    let kind = file.choice("kind", &words);
    if file.place("kind").is_none() {
        findings.mend(0, "there is no `kind`", "write like `kind = \"dark\"` at the top");
    }
    let listed = file.texts_with_places("backgrounds").unwrap_or_default();
    let mut draft = Draft {
        theme: ThemeFile {
            name: name.to_owned(),
            title: Shown::new(title.unwrap_or_default()),
            kind: kind.unwrap_or(Kind::Dark),
            backgrounds: listed.iter().filter_map(|(c, at)| colour(findings, c, *at)).collect(),
            background: colour_at(findings, &file, "background"),
            paints: BTreeMap::new(),
        },
        places: BTreeMap::new(),
        roles: 0,
        background_places: ["background", "backgrounds"]
            .into_iter()
            .filter_map(|key| file.place(key))
            .collect(),
    };
    match file.table("roles") {
        Some(table) => roles(findings, table, &mut draft),
        None if file.place("roles").is_none() => {
            findings.mend(0, "there is no `[roles]`", "write like `[roles]` and `bad.bold = true`");
        }
        None => {}
    }
    file.finish(|_| None);
    draft
}

fn format(findings: &Findings<'_>, file: &Table<'_>) {
    match (file.place("format"), file.number("format")) {
        (None, _) => findings.mend(0, "there is no `format`", "write `format = 1` at the top"),
        (Some(at), Some(number)) if number != FORMAT => {
            let what = format!("format {number} is not known to this stanch");
            findings.mend(at, what, format!("it reads format {FORMAT}"));
        }
        _ => {}
    }
}

fn roles<'a>(findings: &'a Findings<'a>, table: Table<'a>, draft: &mut Draft) {
    draft.roles = table.at;
    for role in Role::ALL {
        let Some(at) = table.place(role.name()) else { continue };
        let Some(look) = table.table(role.name()) else { continue };
        let place = Place {
            role: at,
            ink: look.place("ink"),
            ground: look.place("ground"),
            dim: look.place(Attribute::Dim.name()),
        };
        let mut paint = Paint {
            ink: colour_at(findings, &look, "ink"),
            ground: colour_at(findings, &look, "ground"),
            ..Paint::default()
        };
        for attribute in Attribute::ALL {
            if look.flag(attribute.name()) == Some(true) {
                paint.attributes = paint.attributes.with(attribute);
            }
        }
        look.finish(|word| match word {
            "fg" | "foreground" | "color" | "colour" => Some("the colour of text is its `ink`"),
            "bg" | "background" => Some("the colour behind text is its `ground`"),
            _ => None,
        });
        draft.theme.paints.insert(role, paint);
        draft.places.insert(role, place);
    }
    table.finish(|_| None);
}

fn colour_at(findings: &Findings<'_>, table: &Table<'_>, key: &'static str) -> Option<Rgb> {
    table.text(key).and_then(|(text, at)| colour(findings, &text, at))
}

fn colour(findings: &Findings<'_>, text: &str, at: usize) -> Option<Rgb> {
    let colour = Rgb::parse(text);
    if colour.is_none() {
        let mend = "write `#` and six hexadecimal digits, like `#7ed491`";
        findings.mend(at, format!("`{text}` is not a colour"), mend);
    }
    colour
}
