//! What was found, how bad it is and how to mend it; in words and as JSON.

use serde_json::{Map, Value, json};

use crate::text::Shown;

/// What belongs together, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Configuration,
    BackEnds,
    Vantages,
    Journal,
    Clock,
    Terminal,
}

impl Group {
    const ALL: [Self; 6] = [
        Self::Configuration,
        Self::BackEnds,
        Self::Vantages,
        Self::Journal,
        Self::Clock,
        Self::Terminal,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::BackEnds => "back ends",
            Self::Vantages => "vantage points",
            Self::Journal => "journal",
            Self::Clock => "clock",
            Self::Terminal => "terminal",
        }
    }
}

/// How it is; the later, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Good,
    /// It could not be found out.
    Unknown,
    Warning,
    /// In the night it would not work.
    Bad,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) group: Group,
    name: Shown,
    pub(super) verdict: Verdict,
    what: Shown,
    /// Absent where nothing is to be mended.
    mend: Option<Shown>,
    numbers: Map<String, Value>,
}

impl Finding {
    pub(super) fn good(group: Group, name: impl AsRef<str>, what: impl AsRef<str>) -> Self {
        Self::new(group, name, Verdict::Good, what, None)
    }

    /// Not good, with how to mend it.
    pub(super) fn mend(
        group: Group,
        name: impl AsRef<str>,
        verdict: Verdict,
        what: impl AsRef<str>,
        mend: impl AsRef<str>,
    ) -> Self {
        Self::new(group, name, verdict, what, Some(Shown::new(mend)))
    }

    fn new(
        group: Group,
        name: impl AsRef<str>,
        verdict: Verdict,
        what: impl AsRef<str>,
        mend: Option<Shown>,
    ) -> Self {
        let (name, what) = (Shown::new(name), Shown::new(what));
        Self { group, name, verdict, what, mend, numbers: Map::new() }
    }

    /// With something measured, for JSON.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.numbers.insert(name.to_owned(), value.into());
        self
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("group".to_owned(), self.group.word().into());
        object.insert("name".to_owned(), self.name.as_str().into());
        object.insert("verdict".to_owned(), self.verdict.word().into());
        object.insert("what".to_owned(), self.what.as_str().into());
        object.insert("mend".to_owned(), self.mend.as_ref().map(Shown::as_str).into());
        object.extend(self.numbers.clone());
        object.into()
    }
}

/// All findings.
pub(super) struct Report(Vec<Finding>);

/// A longer name does not push the words of the others to the right.
const NAME_WIDTH: usize = 24;
/// Where names begin.
const INDENT: usize = 11;

impl Report {
    /// Sorted by group, in the order in which they were found.
    pub(super) fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.group);
        Self(findings)
    }

    /// Nothing is bad; when `strict`, nothing is anything but good.
    pub(super) fn passes(&self, strict: bool) -> bool {
        let worst = self.worst();
        if strict { worst == Verdict::Good } else { worst < Verdict::Bad }
    }

    fn worst(&self) -> Verdict {
        self.0.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Good)
    }

    /// One object.
    pub(super) fn to_json(&self) -> String {
        let checks: Vec<Value> = self.0.iter().map(Finding::to_json).collect();
        json!({ "verdict": self.worst().word(), "checks": checks }).to_string()
    }

    /// In words, a paragraph for each group, and a sum.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for group in Group::ALL {
            let findings: Vec<&Finding> =
                self.0.iter().filter(|finding| finding.group == group).collect();
            if findings.is_empty() {
                continue;
            }
            lines.push(format!("{}:", group.word()));
            let names = findings.iter().map(|finding| finding.name.as_str().chars().count());
            let width = names.max().unwrap_or(0).min(NAME_WIDTH);
            for finding in findings {
                let (verdict, name) = (finding.verdict.word(), finding.name.one_line());
                let what = finding.what.one_line();
                lines.push(format!("  {verdict:<8} {name:<width$}  {what}"));
                if let Some(mend) = &finding.mend {
                    let indent = " ".repeat(INDENT + width + 2);
                    lines.push(format!("{indent}mend: {}", mend.one_line()));
                }
            }
            lines.push(String::new());
        }
        lines.push(self.sum());
        lines
    }

    fn sum(&self) -> String {
        let count = |verdict| self.0.iter().filter(|one| one.verdict == verdict).count();
        let all = [Verdict::Good, Verdict::Warning, Verdict::Unknown, Verdict::Bad];
        let parts: Vec<String> = all
            .iter()
            .filter(|verdict| **verdict == Verdict::Good || count(**verdict) > 0)
            .map(|verdict| format!("{} {}", count(*verdict), verdict.word()))
            .collect();
        format!("{}.", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: &[Verdict]) -> Report {
        let one = |verdict: &Verdict| Finding::mend(Group::Clock, "x", *verdict, "y", "z");
        Report::new(verdicts.iter().map(one).collect())
    }

    #[test]
    fn only_what_is_bad_fails_and_strictly_all_that_is_not_good() {
        for (verdicts, passes, strictly) in [
            (&[][..], true, true),
            (&[Verdict::Good], true, true),
            (&[Verdict::Good, Verdict::Unknown], true, false),
            (&[Verdict::Warning, Verdict::Good], true, false),
            (&[Verdict::Bad, Verdict::Good], false, false),
        ] {
            let report = report(verdicts);
            assert_eq!((report.passes(false), report.passes(true)), (passes, strictly));
        }
    }

    #[test]
    fn a_finding_stays_on_its_line() {
        let finding = Finding::good(Group::Clock, "a\u{1b}", "b\nc");
        let lines = Report::new(vec![finding]).lines();
        assert_eq!(lines, ["clock:", "  good     a␛  b⏎c", "", "1 good."]);
    }
}
