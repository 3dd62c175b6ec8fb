//! Values of a table in the types of the house.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use toml::de::DeValue;

use super::Fields;
use crate::incident::exercise::Rate;
use crate::playbook::duration;
use crate::text::Shown;

/// No time in a scenario is longer, seconds.
const LONGEST: u64 = 400 * 86_400;

impl Fields<'_, '_, '_> {
    /// Where the value of this key stands, or else the table.
    pub(in crate::drill) fn place(&self, name: &str) -> usize {
        self.get(name).map_or(self.at, |value| value.span().start)
    }

    /// The line of the table, from 1.
    pub(in crate::drill) fn line(&self) -> usize {
        self.source.line(self.at)
    }

    /// A text that has to be there and say something.
    pub(in crate::drill) fn shown(&self, name: &str) -> Shown {
        if self.required(name).is_none() {
            return Shown::default();
        }
        self.optional_shown(name).unwrap_or_default()
    }

    /// A text that says something, where it is there.
    pub(in crate::drill) fn optional_shown(&self, name: &str) -> Option<Shown> {
        let value = self.get(name)?;
        let text = Shown::new(self.source.text_of(value)?.trim());
        if text.is_blank() {
            self.source.problem(value.span().start, format!("`{name}` must not be blank"));
        }
        Some(text)
    }

    /// A text as it stands, where it is there.
    pub(in crate::drill) fn optional(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|value| self.source.text_of(value)).map(str::to_owned)
    }

    /// The id of the table: what other tables and the record call it.
    pub(in crate::drill) fn id(&self, name: &str) -> String {
        let text = self.text(name);
        let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if self.get(name).is_some() && !(begins && text.len() <= 64 && text.chars().all(inner)) {
            let what = "an id is letters, digits, `-`, `_` and `.`, at most 64, a letter or digit \
                        first";
            self.source.problem(self.place(name), what);
        }
        text
    }

    /// False where it is not there.
    pub(in crate::drill) fn truth(&self, name: &str) -> bool {
        self.get(name).and_then(|value| self.source.truth_of(value)).unwrap_or_default()
    }

    /// A whole number within these limits, where it is there.
    pub(in crate::drill) fn whole(&self, name: &str, limits: RangeInclusive<u32>) -> Option<u32> {
        let value = self.get(name)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok()
            }
            _ => None,
        };
        let number = number.and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| limits.contains(number));
        if number.is_none() {
            let (least, most) = (limits.start(), limits.end());
            let what = format!("`{name}` is a whole number from {least} to {most}");
            self.source.problem(value.span().start, what);
        }
        number
    }

    /// A duration of at least so many seconds, where it is there.
    pub(in crate::drill) fn duration(&self, name: &str, least: u64) -> Option<TimeDelta> {
        let value = self.get(name)?;
        match duration(self.source.text_of(value)?, least, LONGEST) {
            Ok(length) => TimeDelta::from_std(length).ok(),
            Err(what) => {
                let what = if what.starts_with('`') { what } else { format!("`{name}` {what}") };
                self.source.problem(value.span().start, what);
                None
            }
        }
    }

    /// Scenario seconds in a second, where it is there.
    pub(in crate::drill) fn rate(&self, name: &str) -> Option<Rate> {
        let value = self.get(name)?;
        let rate = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => Rate::parse(integer.as_str()),
            DeValue::Float(float) => Rate::parse(float.as_str()),
            _ => None,
        };
        if rate.is_none() {
            let (least, most) = Rate::LIMITS;
            let what =
                format!("`{name}` is a number from {least} to {most}, with at most three decimals");
            self.source.problem(value.span().start, what);
        }
        rate
    }

    /// A moment with its day and its zone, where it is there.
    pub(in crate::drill) fn moment(&self, name: &str) -> Option<DateTime<Utc>> {
        let value = self.get(name)?;
        let written = value.get_ref().as_datetime().map(ToString::to_string);
        let moment = written.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
        if moment.is_none() {
            let what = format!("`{name}` is a time with its day and its zone, without quotes");
            self.source.mend(value.span().start, what, "write it as 2019-12-26T09:00:00-08:00");
        }
        moment.map(|moment| moment.with_timezone(&Utc))
    }

    /// One of a few words, where it is there; `what` says what they are.
    pub(in crate::drill) fn word<'w>(
        &self,
        name: &str,
        what: &str,
        words: &[&'w str],
    ) -> Option<&'w str> {
        let value = self.get(name)?;
        let text = self.source.text_of(value)?;
        let found = words.iter().find(|word| **word == text);
        if found.is_none() {
            self.source.unknown(value.span().start, what, text, words.iter().copied());
        }
        found.copied()
    }

    /// Texts of a list, each with where it stands; none where it is not there.
    pub(in crate::drill) fn texts(&self, name: &str) -> Vec<(String, usize)> {
        let items = self.get(name).map(|list| self.source.items_of(list)).unwrap_or_default();
        let text = |item| Some((self.source.text_of(item)?.to_owned(), item.span().start));
        items.iter().filter_map(text).collect()
    }
}
