//! The members of a line in one pass: the envelope, and the payload handed on to the record.
//!
//! Reading a line twice, or keeping the envelope while the payload is sought, would make opening a
//! long record slower than hashing it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error, IgnoredAny, IntoDeserializer, MapAccess, VariantAccess,
    Visitor,
};
use serde::{Deserialize, Deserializer};

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
    pub(super) record: Record,
}

/// The envelope alone, of a line whose payload cannot be read.
#[derive(Deserialize)]
pub(super) struct Around {
    pub(super) kind: String,
    at: DateTime<Utc>,
    up: u64,
    by: By,
    #[serde(default)]
    occurred: Option<Occurred>,
    #[serde(default)]
    sim: Option<DateTime<Utc>>,
}

impl Around {
    pub(super) fn envelope(self) -> Envelope {
        let Self { at, up, by, occurred, sim, .. } = self;
        Envelope { at, up, by, occurred, sim }
    }
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
        let record = Record::deserialize(Payload { kind, first, map: &mut map })?;
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

/// The rest of a line: to serde the content of an enum, whose variant is the kind.
struct Payload<'a, 'de, A> {
    kind: Cow<'de, str>,
    first: Option<Cow<'de, str>>,
    map: &'a mut A,
}

/// The same as a map.
struct Fields<'a, 'de, A> {
    first: Option<Cow<'de, str>>,
    map: &'a mut A,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Payload<'_, 'de, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'a, 'de, A: MapAccess<'de>> EnumAccess<'de> for Payload<'a, 'de, A> {
    type Error = A::Error;
    type Variant = Fields<'a, 'de, A>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), A::Error> {
        let kind = seed.deserialize((&*self.kind).into_deserializer())?;
        Ok((kind, Fields { first: self.first, map: self.map }))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Fields<'_, 'de, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        IgnoredAny::deserialize(MapAccessDeserializer::new(self)).map(drop)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        seed.deserialize(MapAccessDeserializer::new(self))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(name) => seed.deserialize((&*name).into_deserializer()).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
