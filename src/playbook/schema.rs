//! The JSON Schema of the format, for editors: from the field table.

use serde_json::{Map, Value, json};

use super::fields::{self, Field, Kind, Need, Table};

/// The schema (draft 7, which TOML language servers read), indented, with a last line feed.
pub fn json_schema() -> String {
    let mut definitions = Map::new();
    for table in fields::tables().into_iter().skip(1) {
        definitions.insert(key(table), object(table));
    }
    let mut schema = object(&fields::PLAYBOOK);
    if let Value::Object(root) = &mut schema {
        root.shift_insert(
            0,
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        root.shift_insert(1, "title".to_owned(), json!("stanch playbook"));
        root.insert("definitions".to_owned(), Value::Object(definitions));
    }
    format!("{schema:#}\n")
}

/// `[[steps.verify]]` as `steps.verify`.
fn key(table: &Table) -> String {
    table.header.trim_matches(['[', ']']).trim_end_matches(".<name>").to_owned()
}

fn object(table: &Table) -> Value {
    let known = || table.fields.iter().filter(|field| !matches!(field.kind, Kind::Later));
    let properties: Map<_, _> =
        known().map(|field| (field.name.to_owned(), property(field))).collect();
    let required: Vec<_> =
        known().filter(|field| field.need == Need::Required).map(|field| field.name).collect();
    json!({
        "description": table.doc,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut value = kind(field.kind);
    if let Value::Object(map) = &mut value {
        map.insert("description".to_owned(), json!(field.doc));
        if let Need::Default(text) = field.need {
            // Every default of the table is written the same way in TOML and in JSON.
            let default = serde_json::from_str(text).unwrap_or(Value::Null);
            map.insert("default".to_owned(), default);
        }
    }
    value
}

fn kind(kind: Kind) -> Value {
    let reference = |table: &Table| json!({ "$ref": format!("#/definitions/{}", key(table)) });
    match kind {
        Kind::Id => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$" }),
        Kind::Name => json!({ "type": "string", "pattern": "^[a-z_][a-z0-9_]{0,63}$" }),
        Kind::Line => json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        Kind::Prose | Kind::Expression | Kind::Template | Kind::Later => {
            json!({ "type": "string" })
        }
        Kind::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::Duration(..) => json!({ "type": "string", "pattern": "^([0-9]+[smhd])+$" }),
        Kind::Deadline => json!({
            "type": "string",
            "pattern": "^(([0-9]+[smhd])+|[0-9]+ business days?|[0-9]+ months?|as soon as possible)$",
        }),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Lines => {
            json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true })
        }
        Kind::Request => json!({ "type": "string", "pattern": "^[A-Z]+ /" }),
        Kind::Url => json!({ "type": "string", "pattern": "^https?://" }),
        Kind::Json => json!({}),
        Kind::Headers | Kind::Form | Kind::Expressions => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Kind::Destination(table) => json!({
            "anyOf": [
                { "type": "string", "pattern": "^[a-z_][a-z0-9_]{0,63}$" },
                reference(table),
            ]
        }),
        Kind::Auth(table) => json!({ "anyOf": [{ "const": "none" }, reference(table)] }),
        Kind::Playbook(table) => json!({ "anyOf": [
            { "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$" },
            reference(table),
        ] }),
        // A reference hides its neighbours in draft 7, so it stands one level down.
        Kind::Table(table) => json!({ "allOf": [reference(table)] }),
        Kind::Tables(table) => json!({ "type": "array", "items": reference(table) }),
        Kind::Named(table) => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z_][a-z0-9_]{0,63}$" },
            "additionalProperties": reference(table),
        }),
    }
}
