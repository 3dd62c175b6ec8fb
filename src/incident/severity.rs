//! How bad it is, in the words that people say on a call.

use serde::{Deserialize, Serialize};

/// The worst first. Who is not sure takes the worse one, and nobody argues about it during the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    #[serde(rename = "SEV-1")]
    Sev1,
    #[serde(rename = "SEV-2")]
    Sev2,
    #[serde(rename = "SEV-3")]
    Sev3,
    #[serde(rename = "SEV-4")]
    Sev4,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4];

    /// The word on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sev1 => "SEV-1",
            Self::Sev2 => "SEV-2",
            Self::Sev3 => "SEV-3",
            Self::Sev4 => "SEV-4",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Sev1 => {
                "customers' data exposed, or down for most: public notice, executives called"
            }
            Self::Sev2 => "many customers hit, or data at risk: executives told",
            Self::Sev3 => "few customers hit, or a risk that is contained: the team deals with it",
            Self::Sev4 => "no customer hit: dealt with in working hours",
        }
    }

    /// Word and meaning, as a face offers it.
    pub fn told(self) -> String {
        format!("{}: {}", self.word(), self.meaning())
    }

    /// The severity whose word the text is, or begins with; `None` for any other.
    pub fn of_word(text: &str) -> Option<Self> {
        let word = text.split(':').next().unwrap_or(text).trim();
        Self::ALL.into_iter().find(|one| one.word().eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_found_by_its_word_and_as_it_is_told() {
        for one in Severity::ALL {
            assert_eq!(Severity::of_word(one.word()), Some(one));
            assert_eq!(Severity::of_word(&one.told()), Some(one));
            let written = serde_json::to_string(&one).unwrap();
            assert_eq!(written, format!("\"{}\"", one.word()));
        }
        assert_eq!(Severity::of_word("sev-2"), Some(Severity::Sev2));
        assert_eq!(Severity::of_word("SEV"), None);
    }
}
