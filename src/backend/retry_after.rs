//! `Retry-After`, in seconds or as a date.

use chrono::{DateTime, Utc};

/// A back end cannot make us wait longer, milliseconds.
const LIMIT_MS: u64 = 15 * 60 * 1000;

/// Milliseconds to wait from `now`; `None` when it cannot be read.
pub(super) fn read(value: &str, now: DateTime<Utc>) -> Option<u64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is a long time too.
        let seconds: u64 = value.parse().unwrap_or(u64::MAX);
        return Some(seconds.saturating_mul(1000).min(LIMIT_MS));
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?;
    let wait = at.with_timezone(&Utc).signed_duration_since(now).num_milliseconds();
    Some(u64::try_from(wait).unwrap_or(0).min(LIMIT_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_bounded() {
        let now = DateTime::parse_from_rfc3339("2026-11-22T10:00:00Z").unwrap().to_utc();
        for (value, wanted) in [
            ("0", Some(0)),
            (" 7 ", Some(7_000)),
            ("86400", Some(LIMIT_MS)),
            ("99999999999999999999999", Some(LIMIT_MS)),
            ("Sun, 22 Nov 2026 10:00:30 GMT", Some(30_000)),
            ("Sun, 22 Nov 2026 09:00:00 GMT", Some(0)),
            ("Mon, 22 Nov 2027 10:00:00 GMT", Some(LIMIT_MS)),
            ("soon", None),
            ("", None),
            ("-1", None),
            ("1.5", None),
        ] {
            assert_eq!(read(value, now), wanted, "{value}");
        }
    }
}
