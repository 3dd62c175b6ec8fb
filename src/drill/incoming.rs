//! A request that reached the range, and what can be read from it.

use base64::Engine as _;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::pattern;
use crate::incident::hex;

/// What a client sends in a drill where a secret would stand: this, and the secret's name.
const PLACEHOLDER: &str = "drill:";

/// A request as it came over the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Incoming {
    pub(super) backend: String,
    pub(super) vantage: String,
    pub(super) method: String,
    /// Not decoded.
    pub(super) path: String,
    /// Not decoded; empty without one.
    pub(super) query: String,
    /// Names in lower case.
    pub(super) headers: Map<String, Value>,
    pub(super) body: Vec<u8>,
}

impl Incoming {
    /// Method, path and query, not decoded.
    pub(super) fn line(&self) -> String {
        let Self { method, path, query, .. } = self;
        if query.is_empty() {
            format!("{method} {path}")
        } else {
            format!("{method} {path}?{query}")
        }
    }

    /// The `Idempotency-Key`.
    pub(super) fn key(&self) -> Option<&str> {
        self.header("idempotency-key")
    }

    /// SHA-256, in hex, of method, path, query and body.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.line());
        hash.update("\n");
        hash.update(&self.body);
        hex(&hash.finalize())
    }

    /// The fields of a form; empty when the body is none.
    pub(super) fn form(&self) -> Map<String, Value> {
        let kind = self.header("content-type").unwrap_or_default();
        let form = kind.starts_with("application/x-www-form-urlencoded").then_some(&self.body);
        let text = form.and_then(|body| std::str::from_utf8(body).ok());
        text.and_then(pattern::pairs).unwrap_or_default()
    }

    /// The name of the secret whose placeholder came.
    pub(super) fn secret(&self) -> Option<String> {
        let authorization = self.header("authorization").unwrap_or_default();
        let credentials = match authorization.split_once(' ') {
            Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => password(pair),
            Some((_, credentials)) => Some(credentials.trim().to_owned()),
            None => None,
        };
        let headers = self.headers.values().filter_map(Value::as_str);
        let name = |value: &str| value.strip_prefix(PLACEHOLDER).map(str::to_owned);
        credentials.as_deref().and_then(name).or_else(|| headers.map(name).find_map(|name| name))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(Value::as_str)
    }
}

fn password(pair: &str) -> Option<String> {
    let decoded = base64::engine::general_purpose::STANDARD.decode(pair.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_placeholder_is_found_wherever_a_secret_may_stand() {
        for (name, value, found) in [
            ("authorization", "Bearer drill:a-b", Some("a-b")),
            ("authorization", "ApiKey drill:k", Some("k")),
            // ann:drill:token
            ("authorization", "Basic YW5uOmRyaWxsOnRva2Vu", Some("token")),
            ("authorization", "drill:whole", Some("whole")),
            ("x-key", "drill:own", Some("own")),
            ("authorization", "Bearer real", None),
            ("authorization", "Basic !!!", None),
            ("authorization", "", None),
        ] {
            let headers = [(name.to_owned(), json!(value))].into_iter().collect();
            let incoming = Incoming { headers, ..Incoming::default() };
            assert_eq!(incoming.secret().as_deref(), found, "{value}");
        }
    }
}
