//! Points, in halves: what was late is worth half.

use std::fmt;
use std::iter::Sum;

use serde::{Serialize, Serializer};

/// So many halves of a point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(u64);

impl Points {
    pub fn whole(points: u32) -> Self {
        Self(u64::from(points) * 2)
    }

    /// Half of so many.
    pub fn half(points: u32) -> Self {
        Self(u64::from(points))
    }

    /// None are left where there are not so many.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The share of `of` in hundredths, rounded down; `None` where there is nothing to share.
    pub fn percent(self, of: Self) -> Option<u64> {
        (self.0 * 100).checked_div(of.0)
    }

    /// The same of a weight, in thousandths of it.
    pub(super) fn thousandths(self, of: Self) -> Option<u64> {
        (self.0 * 1_000).checked_div(of.0)
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.map(|one| one.0).sum())
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / 2)?;
        if self.0 % 2 == 1 { f.write_str(".5") } else { Ok(()) }
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(2) {
            serializer.serialize_u64(self.0 / 2)
        } else {
            #[expect(clippy::cast_precision_loss, reason = "exact: far fewer than 2^52 halves")]
            serializer.serialize_f64(self.0 as f64 / 2.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Points;

    #[test]
    fn half_a_point_is_told_exactly() {
        assert_eq!(Points::whole(15).to_string(), "15");
        assert_eq!(Points::half(15).to_string(), "7.5");
        assert_eq!(serde_json::to_string(&Points::half(15)).unwrap(), "7.5");
        assert_eq!(serde_json::to_string(&Points::half(10)).unwrap(), "5");
        assert_eq!(Points::half(1).less(Points::whole(3)), Points::default());
        assert_eq!(Points::half(15).percent(Points::whole(15)), Some(50));
        assert_eq!(Points::default().percent(Points::default()), None);
    }
}
