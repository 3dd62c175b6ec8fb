//! The one table of the format: every field's name, kind, need and meaning. The decoder, unknown
//! keys, the JSON Schema and the format page all come from it.

mod tables;

pub(super) use tables::PLAYBOOK;

/// One table of the file.
#[derive(Debug)]
pub(super) struct Table {
    /// As it stands in a file.
    pub(super) header: &'static str,
    pub(super) doc: &'static str,
    pub(super) fields: &'static [Field],
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    pub(super) doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
    /// As it would stand in the file.
    Default(&'static str),
}

/// What stands on the right of the `=`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// `[a-z0-9][a-z0-9-]{0,63}`.
    Id,
    /// `[a-z_][a-z0-9_]*`, at most 64.
    Name,
    /// One line, not blank, at most 200 characters.
    Line,
    /// Any text.
    Prose,
    /// A whole number between the two.
    Whole(u32, u32),
    Truth,
    /// Seconds, between the two.
    Duration(u64, u64),
    /// `72h`, `4 business days`, `1 month`, `as soon as possible`.
    Deadline,
    OneOf(&'static [&'static str]),
    /// A list of lines.
    Lines,
    Expression,
    Template,
    /// A method and a path.
    Request,
    Url,
    /// Any value; texts in it are templates.
    Json,
    /// Header names with templates.
    Headers,
    /// Any names with templates.
    Form,
    /// Identifiers with expressions.
    Expressions,
    /// `"none"` or a table.
    Auth(&'static Table),
    /// A [`Name`](Self::Name), or a table that names a scope.
    Destination(&'static Table),
    Table(&'static Table),
    /// The name of a shipped playbook, or a table.
    Playbook(&'static Table),
    /// `[[…]]`
    Tables(&'static Table),
    /// One table for each name.
    Named(&'static Table),
    /// Known, and refused by this version.
    Later,
}

impl Table {
    /// The field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Kind {
    /// The table that such a value holds.
    pub(super) fn table(self) -> Option<&'static Table> {
        match self {
            Self::Auth(table)
            | Self::Destination(table)
            | Self::Table(table)
            | Self::Playbook(table)
            | Self::Tables(table)
            | Self::Named(table) => Some(table),
            _ => None,
        }
    }
}

/// Every table, each once, in the order in which a reader meets them.
pub(super) fn tables() -> Vec<&'static Table> {
    let mut found: Vec<&'static Table> = vec![&PLAYBOOK];
    let mut next = 0;
    while let Some(table) = found.get(next).copied() {
        for inner in table.fields.iter().filter_map(|field| field.kind.table()) {
            if !found.iter().any(|known| std::ptr::eq(*known, inner)) {
                found.push(inner);
            }
        }
        next += 1;
    }
    found
}
