//! What expressions see.

use std::sync::Arc;

use serde_json::{Map, Value};

/// What expressions see: a JSON object. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(pub Arc<Map<String, Value>>);

impl Values {
    /// The same with `name` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        Arc::make_mut(&mut self.0).insert(name.to_owned(), value);
        self
    }

    /// The value of a name at the root.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl From<Map<String, Value>> for Values {
    fn from(map: Map<String, Value>) -> Self {
        Self(Arc::new(map))
    }
}
