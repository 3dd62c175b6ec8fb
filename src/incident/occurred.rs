//! When a thing happened, as a person writes it: a time without its date or zone is refused, with
//! what is missing, since nobody can complete it later.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::record::{Occurred, Precision};

/// Why a written time is not one; its `Display` tells how to write it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    #[error("{0} has no date: write the day before it and the zone behind it, YYYY-MM-DD {0}Z")]
    NoDate(String),
    #[error("{0} has no zone: write {0}Z for UTC, or {0}+01:00")]
    NoZone(String),
    #[error("{0} is no time: write 2026-11-22 02:10Z, or 2026-11-22Z when only the day is known")]
    Unreadable(String),
}

impl Occurred {
    /// Reads `2026-11-22 02:10:05Z`, `2026-11-22T02:10+01:00`, `2026-11-22 02Z`, `2026-11-22Z`: as
    /// exact as what is written.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        parse_zoned(text).map(|(at, precision)| Self { at, precision })
    }

    /// A moment that is known to the second.
    pub fn exactly(at: DateTime<Utc>) -> Self {
        Self { at, precision: Precision::Second }
    }

    /// As [`parse`](Self::parse) reads it, no finer than it is known.
    pub fn written(&self) -> String {
        let format = match self.precision {
            Precision::Second => "%Y-%m-%d %H:%M:%SZ",
            Precision::Minute => "%Y-%m-%d %H:%MZ",
            Precision::Hour => "%Y-%m-%d %HZ",
            Precision::Day => "%Y-%m-%dZ",
        };
        self.at.format(format).to_string()
    }
}

/// A day, perhaps with a time, and its zone.
pub(super) fn parse_zoned(text: &str) -> Result<(DateTime<Utc>, Precision), TimeError> {
    let text = text.trim();
    let unreadable = || TimeError::Unreadable(crate::text::Shown::new(text).to_string());
    let shown = || crate::text::Shown::new(text).to_string();
    let Some((date, rest)) = text.split_at_checked(10) else {
        return Err(if is_clock(text) { TimeError::NoDate(shown()) } else { unreadable() });
    };
    let Ok(date) = NaiveDate::parse_from_str(date, "%Y-%m-%d") else {
        return Err(if is_clock(text) { TimeError::NoDate(shown()) } else { unreadable() });
    };
    let rest = rest.trim_start_matches(['T', ' ']);
    let zone_at = rest.find(['Z', '+', '-']).ok_or_else(|| TimeError::NoZone(shown()))?;
    let (clock, zone) = rest.split_at(zone_at);
    let (time, precision) = read_clock(clock.trim()).ok_or_else(unreadable)?;
    let zone = read_zone(zone.trim()).ok_or_else(unreadable)?;
    let at = date.and_time(time).and_local_timezone(zone).single().ok_or_else(unreadable)?;
    Ok((DateTime::<Utc>::from(at), precision))
}

/// The moment that is meant on the way through a record: a whole time, or a time of the day such as
/// `02:30Z`, the last before `now`.
pub fn moment(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, TimeError> {
    let text = text.trim();
    let Some(time) = clock_of_day(text) else { return parse_zoned(text).map(|(at, _)| at) };
    let today = now.date_naive().and_time(time).and_utc();
    Ok(if today > now { today - TimeDelta::days(1) } else { today })
}

/// A time of the day with its zone, such as `02:30Z`, in UTC; `None` for anything else.
pub(super) fn clock_of_day(text: &str) -> Option<NaiveTime> {
    let (clock, zone) = text.split_at(text.find(['Z', '+', '-'])?);
    let (time, precision) = read_clock(clock.trim())?;
    if !matches!(precision, Precision::Minute | Precision::Second) {
        return None;
    }
    let ahead = TimeDelta::seconds(i64::from(read_zone(zone.trim())?.local_minus_utc()));
    Some(time.overflowing_sub_signed(ahead).0)
}

fn is_clock(text: &str) -> bool {
    text.contains(':') && text.starts_with(|c: char| c.is_ascii_digit())
}

fn read_clock(clock: &str) -> Option<(NaiveTime, Precision)> {
    let parts: Vec<&str> = clock.split(':').filter(|part| !part.is_empty()).collect();
    let number = |index: usize| parts.get(index).map_or(Some(0), |part| part.parse::<u32>().ok());
    let precision = match parts.len() {
        0 => Precision::Day,
        1 => Precision::Hour,
        2 => Precision::Minute,
        3 => Precision::Second,
        _ => return None,
    };
    let time = NaiveTime::from_hms_opt(number(0)?, number(1)?, number(2)?)?;
    Some((time, precision))
}

fn read_zone(zone: &str) -> Option<FixedOffset> {
    if zone == "Z" {
        return FixedOffset::east_opt(0);
    }
    zone.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Precision) {
        let occurred = Occurred::parse(text).unwrap();
        (occurred.at.format("%Y-%m-%d %H:%M:%S").to_string(), occurred.precision)
    }

    #[test]
    fn a_time_is_as_exact_as_it_is_written() {
        let at = |text: &str| text.to_owned();
        assert_eq!(read("2026-11-22 02:10:05Z"), (at("2026-11-22 02:10:05"), Precision::Second));
        assert_eq!(read("2026-11-22T02:10+01:00"), (at("2026-11-22 01:10:00"), Precision::Minute));
        assert_eq!(read("2019-12-26 10-08:00"), (at("2019-12-26 18:00:00"), Precision::Hour));
        assert_eq!(read(" 2019-12-04Z "), (at("2019-12-04 00:00:00"), Precision::Day));
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["2026-11-22 02:10:05Z", "2026-11-22 01:10Z", "2019-12-26 18Z", "2019-12-04Z"] {
            assert_eq!(Occurred::parse(text).unwrap().written(), text);
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let words = |text: &str| Occurred::parse(text).unwrap_err().to_string();
        assert!(words("02:10").starts_with("02:10 has no date"));
        assert!(words("2026-11-22 02:10").starts_with("2026-11-22 02:10 has no zone"));
        for nonsense in ["", "soon", "2026-13-01Z", "2026-11-22 25:00Z", "2026-11-22 1:2:3:4Z"] {
            assert!(words(nonsense).contains("is no time"), "{nonsense}");
        }
    }
}
