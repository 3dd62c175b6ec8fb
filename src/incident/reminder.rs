//! Reminders: what somebody must think of, and when, as a person writes it.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::id::TimerId;
use super::occurred::{TimeError, clock_of_day, parse_zoned};
use crate::playbook::similar;
use crate::text::Shown;

/// The longest time ahead that a reminder may lie.
pub const LONGEST_REMINDER: TimeDelta = TimeDelta::days(366);

/// One reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    pub id: TimerId,
    pub what: Shown,
    /// Whom it concerns.
    pub who: Option<Shown>,
    pub set_at: DateTime<Utc>,
    pub due: DateTime<Utc>,
    /// The record says that its time came.
    pub is_due: bool,
    /// `None` while it is open.
    pub done: Option<Done>,
}

/// How a reminder ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub at: DateTime<Utc>,
    pub how: Option<Shown>,
}

/// When a reminder is due, as a person said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    After {
        seconds: u64,
    },
    /// The next time that the clock shows this, UTC.
    Clock {
        time: NaiveTime,
    },
    At {
        at: DateTime<Utc>,
    },
}

/// Why a written time for a reminder is none; its `Display` tells how to write it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    #[error("{0} has no unit: write {0}m for minutes, or {0}s, {0}h, {0}d")]
    NoUnit(String),
    #[error(
        "{written} has a unit that is not known, {unit}{}: the units are s, m, h and d",
        meant(.nearest.as_deref())
    )]
    Unit { written: String, unit: String, nearest: Option<String> },
    #[error("{0} is no time ahead: write at least 1s")]
    Nothing(String),
    #[error("{0} is more than 366 days ahead: nobody will be here to be reminded")]
    TooFar(String),
    #[error("{0} has no zone: write {0}Z for UTC, or {0}+01:00")]
    NoZone(String),
    #[error(
        "{0} is neither a duration nor a time: write 20m, 2h or 1h30m from now, 02:30Z for the \
         next time the clock shows that, or 2026-11-22 02:30Z"
    )]
    Unreadable(String),
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |unit| format!(" (did you mean {unit}?)"))
}

impl When {
    /// Reads `90s`, `20m`, `2h`, `1h30m`, `3d`; `02:30Z`, `03:30+01:00`; `2026-11-22 02:30Z`.
    ///
    /// # Errors
    ///
    /// What is missing or not known, and how to write it.
    pub fn parse(text: &str) -> Result<Self, WhenError> {
        let text = text.trim();
        if text.contains(':') || text.ends_with('Z') || text.get(4..5) == Some("-") {
            return read_time(text);
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return read_duration(text).map(|seconds| Self::After { seconds });
        }
        Err(WhenError::Unreadable(shown(text)))
    }

    /// The moment that is meant, seen from `now`; `None` where there is no such moment.
    pub fn due(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::After { seconds } => {
                let ahead = TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
                now.checked_add_signed(ahead)
            }
            Self::Clock { time } => {
                let today = now.date_naive().and_time(time).and_utc();
                if today > now { Some(today) } else { today.checked_add_days(chrono::Days::new(1)) }
            }
            Self::At { at } => Some(at),
        }
    }
}

fn shown(text: &str) -> String {
    Shown::new(text).clipped(60).one_line().into_owned()
}

fn read_time(text: &str) -> Result<When, WhenError> {
    if let Some(time) = clock_of_day(text) {
        return Ok(When::Clock { time });
    }
    match parse_zoned(text) {
        Ok((at, _)) => Ok(When::At { at }),
        Err(TimeError::NoZone(text)) => Err(WhenError::NoZone(text)),
        // A time of the day stands without its date here.
        Err(TimeError::NoDate(text)) if !text.contains(['Z', '+']) => Err(WhenError::NoZone(text)),
        Err(_) => Err(WhenError::Unreadable(shown(text))),
    }
}

/// Seconds of `1h30m`.
fn read_duration(text: &str) -> Result<u64, WhenError> {
    let mut seconds: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let (digits, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let end = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        if digits.is_empty() {
            return Err(WhenError::Unreadable(shown(text)));
        }
        let unit = unit.trim();
        if unit.is_empty() {
            let lone = digits == text;
            return Err(if lone { WhenError::NoUnit } else { WhenError::Unreadable }(shown(text)));
        }
        let length = unit_seconds(text, unit)?;
        let too_far = || WhenError::TooFar(shown(text));
        let number: u64 = digits.parse().map_err(|_| too_far())?;
        seconds = number
            .checked_mul(length)
            .and_then(|more| seconds.checked_add(more))
            .filter(|all| *all <= LONGEST_REMINDER.num_seconds().unsigned_abs())
            .ok_or_else(too_far)?;
        rest = behind;
    }
    if seconds == 0 { Err(WhenError::Nothing(shown(text))) } else { Ok(seconds) }
}

/// The units, each with its length in seconds.
const UNITS: [(&str, u64); 14] = [
    ("s", 1),
    ("sec", 1),
    ("second", 1),
    ("seconds", 1),
    ("m", 60),
    ("min", 60),
    ("minute", 60),
    ("minutes", 60),
    ("h", 3_600),
    ("hour", 3_600),
    ("hours", 3_600),
    ("d", 86_400),
    ("day", 86_400),
    ("days", 86_400),
];

fn unit_seconds(text: &str, unit: &str) -> Result<u64, WhenError> {
    let found = UNITS.iter().find(|(word, _)| *word == unit);
    found.map(|(_, seconds)| *seconds).ok_or_else(|| WhenError::Unit {
        written: shown(text),
        unit: shown(unit),
        nearest: nearest(unit),
    })
}

/// Among the words; one letter is as near to any other.
fn nearest(unit: &str) -> Option<String> {
    let words = UNITS.iter().map(|(word, _)| *word).filter(|word| word.len() > 1);
    similar(unit, words).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    fn due(text: &str) -> String {
        let now = at("2026-11-22T02:10:30Z");
        let due = When::parse(text).unwrap().due(now).unwrap();
        due.format("%Y-%m-%d %H:%M:%S").to_string()
    }

    #[test]
    fn a_duration_counts_from_now() {
        assert_eq!(due("90s"), "2026-11-22 02:12:00");
        assert_eq!(due(" 20m "), "2026-11-22 02:30:30");
        assert_eq!(due("20 minutes"), "2026-11-22 02:30:30");
        assert_eq!(due("1h30m"), "2026-11-22 03:40:30");
        assert_eq!(due("1d 2h"), "2026-11-23 04:10:30");
        assert_eq!(due("366d"), "2027-11-23 02:10:30");
    }

    #[test]
    fn a_time_of_the_day_is_the_next_one() {
        assert_eq!(due("02:30Z"), "2026-11-22 02:30:00");
        assert_eq!(due("03:30+01:00"), "2026-11-22 02:30:00");
        assert_eq!(due("02:10Z"), "2026-11-23 02:10:00", "it has passed today");
        assert_eq!(due("00:30+01:00"), "2026-11-22 23:30:00");
        assert_eq!(due("2026-11-22 02:30Z"), "2026-11-22 02:30:00");
        assert_eq!(due("2026-11-24T12+01:00"), "2026-11-24 11:00:00");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let words = |text: &str| When::parse(text).unwrap_err().to_string();
        assert!(words("20").starts_with("20 has no unit: write 20m"));
        assert!(
            words("20 minuts").contains("minuts (did you mean minute?)"),
            "{}",
            words("20 minuts")
        );
        assert!(words("20y").contains("a unit that is not known, y"));
        assert!(words("0m").contains("is no time ahead"));
        assert!(words("367d").contains("more than 366 days ahead"));
        assert!(words("99999999999999999999s").contains("more than 366 days ahead"));
        assert!(words("02:30").starts_with("02:30 has no zone: write 02:30Z"));
        assert!(words("2026-11-22 02:30").contains("has no zone"));
        for nonsense in ["", "soon", "25:00Z", "1:2:3:4Z", "2026-13-01Z", "-5m", "m5", "5m3", "Z"] {
            let said = words(nonsense);
            assert!(said.contains("write"), "{nonsense}: {said}");
        }
    }
}
