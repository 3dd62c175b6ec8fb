//! The kinds that a record can be of, as its own decoder names them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::Record;

/// Every kind, in the order of the vocabulary: what the record's own decoder would accept.
pub fn kinds() -> Vec<&'static str> {
    let mut kinds: &'static [&'static str] = &[];
    // Nothing is decoded: the decoder is asked what it knows, and then told that nothing is there.
    let _ = Record::deserialize(Ask(&mut kinds));
    kinds.to_vec()
}

/// Keeps the names of an enum's variants.
struct Ask<'a>(&'a mut &'static [&'static str]);

#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing is there")
    }
}

impl std::error::Error for Nothing {}

impl Error for Nothing {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = Nothing;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Nothing> {
        Err(Nothing)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Nothing> {
        *self.0 = variants;
        Err(Nothing)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_name_of_the_record() {
        let all = kinds();
        for kind in ["opened", "call_in_doubt", "guard_broken", "noted"] {
            assert!(all.contains(&kind), "{kind}");
        }
        // Each is the word that `Record::kind` gives, and no other is.
        let source = include_str!("../record.rs");
        let given = source.split("pub fn kind(&self)").nth(1).unwrap();
        let given = given.split("\n    }\n").next().unwrap();
        let given: Vec<&str> = given.split('"').skip(1).step_by(2).collect();
        assert_eq!(all, given);
    }
}
