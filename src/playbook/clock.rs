//! Clocks of a playbook: duties to tell somebody in time, and promises to report again and again.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, Days, Months, TimeDelta, Utc, Weekday};

use super::words::spoken;

/// Somebody must be told in time, by law or by contract, if a person decides that it applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// `[a-z0-9][a-z0-9-]{0,63}`, once in the playbook.
    pub id: String,
    pub title: String,
    /// Markdown; empty when the file has none.
    pub text: String,
    /// The word for the moment from which its time counts, such as `aware`.
    pub starts: String,
    pub due: Deadline,
    pub role: Option<String>,
    /// The source of the rule.
    pub law: Option<String>,
}

/// A promise to report again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cadence {
    /// As of a duty, and none of those.
    pub id: String,
    pub title: String,
    pub every: Duration,
    pub starts: Moment,
    pub role: Option<String>,
}

/// A moment that the record itself knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    Opened,
    Declared,
    Aware,
}

impl Moment {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Declared, Self::Aware];

    /// The word in the file and on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Declared => "declared",
            Self::Aware => "aware",
        }
    }

    /// The moment of this word; `None` for a moment that only people know.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|moment| moment.word() == word)
    }
}

/// By when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// So long after the start, exactly.
    After(Duration),
    /// So many days from Monday to Friday after that of the start, at the same time of the day.
    /// Days are those of UTC; holidays are not known.
    BusinessDays(u32),
    /// On the same day of a later month, or on its last day where it has no such day.
    Months(u32),
    /// No time is set; what counts is how long it takes.
    Soon,
}

/// The longest time that a duty may have, seconds.
const LONGEST: u64 = 400 * 86_400;

impl Deadline {
    /// Reads `72h`, `60d`, `4 business days`, `1 month`, `as soon as possible`.
    ///
    /// # Errors
    ///
    /// How it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let wrong = || {
            format!(
                "`{text}` is no deadline: write `72h`, `60d`, `4 business days`, `1 month` or \
                 `as soon as possible`"
            )
        };
        let count = |digits: &str, most: u32| {
            let count = digits.parse::<u32>().ok().filter(|count| (1..=most).contains(count));
            count.ok_or_else(|| format!("`{text}` must count from 1 to {most}"))
        };
        match words.as_slice() {
            ["as", "soon", "as", "possible"] => Ok(Self::Soon),
            [digits, "business", "day" | "days"] => count(digits, 250).map(Self::BusinessDays),
            [digits, "month" | "months"] => count(digits, 12).map(Self::Months),
            [one] => super::words::duration(one, 60, LONGEST).map(Self::After).map_err(|what| {
                if what.starts_with('`') { wrong() } else { format!("`{text}` {what}") }
            }),
            _ => Err(wrong()),
        }
    }

    /// The moment by which it must be done; `None` where no time is set.
    pub fn due(self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::After(length) => start.checked_add_signed(TimeDelta::from_std(length).ok()?),
            Self::BusinessDays(days) => business_days(start, days),
            Self::Months(months) => start.checked_add_months(Months::new(months)),
            Self::Soon => None,
        }
    }
}

/// The week counts where it is read in UTC, and a start on a weekend counts from its own time of
/// the day on Monday.
fn business_days(start: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
    let mut at = start;
    let mut left = days;
    while left > 0 {
        at = at.checked_add_days(Days::new(1))?;
        if !matches!(at.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    Some(at)
}

/// As it would stand in the file.
impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The law says hours, and people count them: 72h, not 3d.
            Self::After(length) => match length.as_secs() {
                seconds if seconds % 3_600 == 0 && seconds < 5 * 86_400 => {
                    write!(f, "{}h", seconds / 3_600)
                }
                seconds => f.write_str(&spoken(seconds)),
            },
            Self::BusinessDays(1) => f.write_str("1 business day"),
            Self::BusinessDays(days) => write!(f, "{days} business days"),
            Self::Months(1) => f.write_str("1 month"),
            Self::Months(months) => write!(f, "{months} months"),
            Self::Soon => f.write_str("as soon as possible"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(deadline: &str, start: &str) -> String {
        let start = DateTime::parse_from_rfc3339(start).unwrap().with_timezone(&Utc);
        let due = Deadline::parse(deadline).unwrap().due(start);
        due.map_or_else(|| "none".to_owned(), |due| due.format("%a %Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn when_it_is_due() {
        for (deadline, start, wanted) in [
            ("72h", "2019-12-26T18:00:00Z", "Sun 2019-12-29 18:00"),
            ("24h", "2020-02-28T12:30:00Z", "Sat 2020-02-29 12:30"),
            ("60d", "2019-12-26T18:00:00Z", "Mon 2020-02-24 18:00"),
            // Over the hour that some clocks on the wall skip or have twice: UTC has neither.
            ("72h", "2026-03-28T00:30:00Z", "Tue 2026-03-31 00:30"),
            ("72h", "2026-10-24T22:00:00Z", "Tue 2026-10-27 22:00"),
            ("1 business day", "2026-01-05T09:00:00Z", "Tue 2026-01-06 09:00"),
            ("4 business days", "2026-01-05T09:00:00Z", "Fri 2026-01-09 09:00"),
            ("4 business days", "2026-01-08T09:00:00Z", "Wed 2026-01-14 09:00"),
            ("1 business day", "2026-01-09T23:59:00Z", "Mon 2026-01-12 23:59"),
            ("1 business day", "2026-01-10T15:00:00Z", "Mon 2026-01-12 15:00"),
            ("4 business days", "2026-01-11T15:00:00Z", "Thu 2026-01-15 15:00"),
            ("10 business days", "2026-01-05T09:00:00Z", "Mon 2026-01-19 09:00"),
            ("1 month", "2026-01-15T09:00:00Z", "Sun 2026-02-15 09:00"),
            ("1 month", "2026-01-31T09:00:00Z", "Sat 2026-02-28 09:00"),
            ("1 month", "2028-01-31T09:00:00Z", "Tue 2028-02-29 09:00"),
            ("3 months", "2025-11-30T09:00:00Z", "Sat 2026-02-28 09:00"),
            ("as soon as possible", "2026-01-05T09:00:00Z", "none"),
        ] {
            assert_eq!(due(deadline, start), wanted, "{deadline} from {start}");
        }
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        for text in ["72h", "60d", "90m", "4 business days", "1 business day", "1 month"] {
            assert_eq!(Deadline::parse(text).unwrap().to_string(), text);
        }
        let said = |text: &str| Deadline::parse(text).unwrap_err();
        for text in ["soon", "72", "4 days", "business days", "72 h", "", "asap", "-1h"] {
            assert!(said(text).contains("write `72h`, `60d`, `4 business days`"), "{text}");
        }
        assert_eq!(said("0 business days"), "`0 business days` must count from 1 to 250");
        assert_eq!(said("13 months"), "`13 months` must count from 1 to 12");
        assert_eq!(said("500d"), "`500d` must be between 1m and 400d");
    }
}
