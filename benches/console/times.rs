//! Many times, and what to say of them.

use std::time::Duration;

/// Times of one thing, in microseconds.
#[derive(Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1e6);
    }

    /// The time that so many percent are not above.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted[(sorted.len() - 1) * percent / 100]
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// Least, median, 99th percentile and most, in columns of twelve.
    pub(crate) fn row(&self) -> String {
        [0, 50, 99, 100].map(|percent| format!("{:>12.1}", self.percentile(percent))).concat()
    }
}

/// The heads of [`Times::row`].
pub(crate) fn heads(unit: &str) -> String {
    ["min", "median", "p99", "max"].map(|head| format!("{:>12}", format!("{head} {unit}"))).concat()
}
