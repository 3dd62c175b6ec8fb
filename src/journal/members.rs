//! The members of a line in one pass: the envelope, and the payload handed on to the record.
//!
//! Reading a line twice, or keeping the envelope while the payload is sought, would make opening a
//! long record slower than hashing it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::entry::Fact;
use crate::incident::{By, Occurred, Record};

/// What stands around the payload.
pub(super) struct Envelope {
    pub(super) at: DateTime<Utc>,
    pub(super) up: u64,
    pub(super) by: By,
    pub(super) occurred: Option<Occurred>,
    pub(super) sim: Option<DateTime<Utc>>,
}

/// One line, but for what its frame says.
pub(super) struct Parsed {
    pub(super) envelope: Envelope,
    pub(super) record: Fact,
}

/// A name, borrowed where it holds no escape.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed, A::Error> {
        let (mut kind, mut at, mut up, mut by) = (None, None, None, None);
        let (mut occurred, mut sim) = (None, None);
        let first = loop {
            let Some(Name(name)) = map.next_key()? else { break None };
            match &*name {
                "v" | "seq" | "prev" | "flushed" => {
                    map.next_value::<IgnoredAny>()?;
                }
                "kind" => kind = Some(map.next_value::<Name<'_>>()?.0),
                "at" => at = Some(map.next_value()?),
                "up" => up = Some(map.next_value()?),
                "by" => by = Some(map.next_value()?),
                "occurred" => occurred = Some(map.next_value()?),
                "sim" => sim = Some(map.next_value()?),
                _ => break Some(name),
            }
        };
        let kind = kind.ok_or_else(|| A::Error::missing_field("kind"))?;
        let mut payload = Payload { kind: Some(kind.clone()), first, map: &mut map };
        let record =
            Record::deserialize(serde::de::value::MapAccessDeserializer::new(&mut payload));
        let record = match record {
            Ok(record) => Fact::Known(record),
            Err(error) => {
                let why = error.to_string();
                payload.skip()?;
                Fact::Unknown { kind: kind.into_owned(), why }
            }
        };
        let missing = A::Error::missing_field;
        let envelope = Envelope {
            at: at.ok_or_else(|| missing("at"))?,
            up: up.ok_or_else(|| missing("up"))?,
            by: by.ok_or_else(|| missing("by"))?,
            occurred,
            sim,
        };
        Ok(Parsed { envelope, record })
    }
}

/// The rest of a line as a map of its own, with the kind before it.
struct Payload<'a, 'de, A> {
    kind: Option<Cow<'de, str>>,
    first: Option<Cow<'de, str>>,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Payload<'_, 'de, A> {
    /// Reads on to the end of the line where the record did not.
    fn skip(&mut self) -> Result<(), A::Error> {
        if self.first.take().is_some() {
            self.map.next_value::<IgnoredAny>()?;
        }
        while self.map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for &mut Payload<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if self.kind.is_some() {
            return seed.deserialize("kind".into_deserializer()).map(Some);
        }
        match self.first.take() {
            Some(Cow::Borrowed(name)) => {
                seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(name)).map(Some)
            }
            Some(Cow::Owned(name)) => seed.deserialize(name.into_deserializer()).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.kind.take() {
            Some(Cow::Borrowed(kind)) => {
                seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(kind))
            }
            Some(Cow::Owned(kind)) => seed.deserialize(kind.into_deserializer()),
            None => self.map.next_value_seed(seed),
        }
    }
}
