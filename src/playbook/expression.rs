//! Expressions and the templates that hold them (`{{ … }}`): minijinja, strict, with fuel and an
//! allow-list.

/// A compiled-and-checked expression; evaluated from its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// As written in the file.
    pub source: String,
}

/// Text with expressions in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// As written in the file.
    pub source: String,
    /// Literals and expressions in turn.
    pub parts: Vec<Part>,
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Literal(String),
    Expression(Expression),
}

/// What expressions see: a JSON object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(pub std::sync::Arc<serde_json::Map<String, serde_json::Value>>);
