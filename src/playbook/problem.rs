//! What is wrong with a file, where, and how to mend it.

use std::fmt;

/// Problems beyond this many are only counted.
const PROBLEM_LIMIT: usize = 500;

/// One problem of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// As the reader was told.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, on one line.
    pub what: String,
    /// How to mend it, on one line.
    pub mend: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)?;
        match &self.mend {
            Some(mend) => write!(f, "\n  mend: {mend}"),
            None => Ok(()),
        }
    }
}

/// Problems on their way, by byte.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<(usize, String, Option<String>)>,
    total: usize,
}

impl Problems {
    pub(crate) fn add(&mut self, at: usize, what: impl Into<String>) {
        self.push(at, what.into(), None);
    }

    pub(crate) fn mend(&mut self, at: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.push(at, what.into(), Some(mend.into()));
    }

    /// Further problems are only counted, so nobody needs to find words for them.
    pub(crate) fn full(&self) -> bool {
        self.found.len() >= PROBLEM_LIMIT
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.total == 0
    }

    fn push(&mut self, at: usize, what: String, mend: Option<String>) {
        self.total += 1;
        if self.found.len() < PROBLEM_LIMIT {
            self.found.push((at, what, mend));
        }
    }

    /// The problems in the order of the file, made safe to print.
    pub(crate) fn finish(mut self, file: &str, text: &str) -> Vec<Problem> {
        self.found.sort();
        self.found.dedup();
        let hidden = self.total.saturating_sub(PROBLEM_LIMIT);
        if hidden > 0 {
            self.found.push((text.len(), format!("and {hidden} more problems"), None));
        }
        let lines: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        // A line may be as long as the file: count on from the problem before.
        let (mut counted, mut column) = (0, 1);
        let problem = |(at, what, mend): (usize, String, Option<String>)| {
            let line = lines.partition_point(|start| *start <= at).max(1);
            let start = lines.get(line - 1).copied().unwrap_or_default();
            if counted < start {
                (counted, column) = (start, 1);
            }
            let between = text.get(counted..at).unwrap_or_default();
            counted = counted.max(at.min(text.len()));
            column += between.chars().count();
            let mend = mend.map(|mend| safe(&mend));
            Problem { file: safe(file), line, column, what: safe(&what), mend }
        };
        self.found.into_iter().map(problem).collect()
    }
}

fn safe(text: &str) -> String {
    crate::text::Shown::new(text).one_line().into_owned()
}

/// More candidates than this are not compared.
const CANDIDATE_LIMIT: usize = 200;

/// The candidate that `word` was probably meant to be.
pub(crate) fn similar<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.len() > 64 {
        return None;
    }
    let close = |candidate: &&str| {
        let distance = strsim::damerau_levenshtein(word, candidate);
        distance <= (candidate.len().max(word.len()) / 3).clamp(1, 3)
    };
    candidates
        .take(CANDIDATE_LIMIT)
        .filter(close)
        .min_by_key(|candidate| strsim::damerau_levenshtein(word, candidate))
}
