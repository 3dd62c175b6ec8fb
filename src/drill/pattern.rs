//! The path of a route: literal segments and `{captures}`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A path pattern such as `/{index}/_settings`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Capture(String),
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub(super) fn parse(path: &str) -> Result<Self, String> {
        let Some(rest) = path.strip_prefix('/') else {
            return Err("a path begins with `/`".to_owned());
        };
        if path.contains(['?', '#']) {
            return Err("a pattern is a path only: ask for `query.<name>` in `when`".to_owned());
        }
        let segments = rest.split('/').map(Segment::parse).collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        for segment in &segments {
            if let Segment::Capture(name) = segment
                && !seen.insert(name)
            {
                return Err(format!("`{{{name}}}` stands twice in the path"));
            }
        }
        Ok(Self { segments })
    }

    /// The names of the captures.
    pub(super) fn captures(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Capture(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// What the captures hold, if the decoded segments of a request fit. An empty segment fits no
    /// capture.
    pub(super) fn matches(&self, segments: &[String]) -> Option<Map<String, Value>> {
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut captured = Map::new();
        for (pattern, segment) in self.segments.iter().zip(segments) {
            match pattern {
                Segment::Literal(literal) if literal == segment => {}
                Segment::Capture(name) if !segment.is_empty() => {
                    captured.insert(name.clone(), Value::String(segment.clone()));
                }
                _ => return None,
            }
        }
        Some(captured)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match inner {
            Some(name) if is_name(name) => Ok(Self::Capture(name.to_owned())),
            Some(name) => Err(format!(
                "`{{{name}}}`: a capture is a name of a-z, 0-9 and `_`, not a digit first"
            )),
            None if text.contains(['{', '}']) => {
                Err(format!("`{text}`: a capture is a whole segment, such as `{{name}}`"))
            }
            None => Ok(Self::Literal(text.to_owned())),
        }
    }
}

/// An identifier, as expressions can use it after a dot.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.len() <= 64
        && text.chars().all(allowed)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
}

/// The decoded segments of a request's path; `None` where the encoding is broken.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    path.strip_prefix('/')?.split('/').map(|segment| decode(segment, false)).collect()
}

/// The fields of a query or a form; the last of a name wins. `None` where the encoding is broken.
pub(super) fn pairs(text: &str) -> Option<Map<String, Value>> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name, true)?, Value::String(decode(value, true)?)))
        })
        .collect()
}

fn decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fit(pattern: &str, path: &str) -> Option<Value> {
        Pattern::parse(pattern).unwrap().matches(&segments(path)?).map(Value::Object)
    }

    #[test]
    fn captures_take_one_decoded_segment() {
        assert_eq!(fit("/{index}/_settings", "/a%2Fb/_settings"), Some(json!({"index": "a/b"})));
        assert_eq!(fit("/{index}/_settings", "/*/_settings"), Some(json!({"index": "*"})));
        assert_eq!(fit("/", "/"), Some(json!({})));
        for path in
            ["//_settings", "/a/_settings/", "/a/b/_settings", "/a/_SETTINGS", "/%zz/_settings"]
        {
            assert_eq!(fit("/{index}/_settings", path), None, "{path}");
        }
    }

    #[test]
    fn a_wrong_pattern_is_refused() {
        for path in ["x", "/{a}b", "/{A}", "/{}", "/{1}", "/{a}/{a}", "/a?b=1"] {
            assert!(Pattern::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn pairs_are_decoded() {
        assert_eq!(
            pairs("a=1&b=x+y%26&c&a=2").map(Value::Object),
            Some(json!({"a": "2", "b": "x y&", "c": ""}))
        );
        assert_eq!(pairs("a=%f"), None);
    }
}
