//! Which entries of a record are looked for: `kind:call step:block-reads who:ana "in doubt"`.

mod entry;
mod kinds;
mod words;

use std::fmt;

use crate::incident::State;
use crate::incident::words::Sight;
use crate::journal::Entry;
use crate::text::Shown;
use words::Word;

/// What an entry must be to be found. Empty, it finds everything.
///
/// | Word | Finds entries |
/// |---|---|
/// | `kind:call` | whose kind is, or begins with, this; several after commas |
/// | `step:block` | of a step whose id is, or begins with, this; several after commas |
/// | `who:ana` | by somebody in whose name or role this occurs |
/// | anything else | in whose words this occurs |
///
/// All words must fit, but of several `kind:` (or `step:`, or `who:`) one is enough. Only kinds and
/// step ids tell capital letters from small ones. Quotes keep spaces in a word, and make text of
/// what would be a key: `"kind:call"`; within them `\"` is a quote and `\\` a backslash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    kinds: Vec<String>,
    steps: Vec<String>,
    /// In small letters, as are the texts.
    who: Vec<String>,
    texts: Vec<String>,
}

/// The keys that a word may begin with.
const KEYS: [&str; 3] = ["kind", "step", "who"];

impl Filter {
    /// Reads a filter as a person types it. The error says what is wrong with it, and what may have
    /// been meant.
    pub fn parse(text: &str) -> Result<Self, Shown> {
        let mut filter = Self::default();
        for word in words::split(text)? {
            filter.take(&word)?;
        }
        Ok(filter)
    }

    fn take(&mut self, word: &Word) -> Result<(), Shown> {
        let Some((key, value)) = word.key.zip(Some(&word.value)) else {
            add(&mut self.texts, word.value.to_lowercase());
            return Ok(());
        };
        if value.trim_matches([' ', ',']).trim().is_empty() {
            return Err(Shown::new(format!(
                "nothing follows `{key}:`; write it without a space, such as {}",
                example(key)
            )));
        }
        match key {
            "kind" => {
                for kind in parts(value) {
                    add(&mut self.kinds, kinds::known(kind)?);
                }
            }
            "step" => parts(value).for_each(|step| add(&mut self.steps, step.to_owned())),
            _ => add(&mut self.who, value.to_lowercase()),
        }
        Ok(())
    }

    /// It finds everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this entry is looked for, by what players may read of it. `state` is any state that
    /// has applied it.
    pub fn matches(&self, entry: &Entry, state: &State) -> bool {
        self.finds(entry, state, Sight::Player)
    }

    /// The same by what is seen of it.
    pub fn finds(&self, entry: &Entry, state: &State, sight: Sight) -> bool {
        // What costs nothing comes first: nearly all entries of a long record end there.
        entry::has_kind(entry, &self.kinds)
            && entry::has_step(entry, &self.steps, state)
            && entry::is_by(entry, &self.who)
            && entry::has_texts(entry, &self.texts, state, sight)
    }
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn add(all: &mut Vec<String>, one: String) {
    if !one.is_empty() && !all.contains(&one) {
        all.push(one);
    }
}

fn example(key: &str) -> &'static str {
    match key {
        "kind" => "`kind:call`",
        "step" => "`step:block-reads`",
        _ => "`who:ana`",
    }
}

/// As it can be parsed again.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |key: &str, all: &[String]| {
            (!all.is_empty()).then(|| format!("{key}:{}", words::quoted(&all.join(","), true)))
        };
        let who = self.who.iter().map(|who| format!("who:{}", words::quoted(who, true)));
        let texts = self.texts.iter().map(|text| words::quoted(text, false));
        let lists = [list("kind", &self.kinds), list("step", &self.steps)];
        let all: Vec<String> = lists.into_iter().flatten().chain(who).chain(texts).collect();
        f.write_str(&all.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> String {
        Filter::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        for (text, again) in [
            ("", ""),
            ("  In   DOUBT ", "in doubt"),
            (
                "kind:call,noted step:block who:Ana \"in doubt\"",
                "kind:call,noted step:block who:ana \"in doubt\"",
            ),
            ("kind:noted refused kind:call-in-doubt", "kind:noted,call_in_doubt refused"),
            ("who:\"Ana Maria\" who:scribe", "who:\"ana maria\" who:scribe"),
            ("\"kind:call\" 02:14 https://example.com", "\"kind:call\" 02:14 https://example.com"),
            (r#""a \"b\" \\" x"#, r#""a \"b\" \\" x"#),
        ] {
            let filter = Filter::parse(text).unwrap();
            assert_eq!(filter.to_string(), again);
            assert_eq!(Filter::parse(again).unwrap(), filter);
        }
        assert!(Filter::parse(" \"\" ").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_what_may_be_meant() {
        assert_eq!(
            refused("kind:cal_requested"),
            "there is no kind `cal_requested`; did you mean `call_requested`?"
        );
        assert!(refused("kind:note,nted").contains("did you mean `noted`?"));
        let words = refused("kind:zebra");
        assert!(words.contains("kinds are") && words.contains("guard_broken"), "{words}");
        assert_eq!(
            refused("stpe:block"),
            "there is no `stpe:`; did you mean `step:`? Text stands in quotes: \"stpe:block\""
        );
        assert!(refused("who: ana").contains("such as `who:ana`"));
        assert!(refused("\"in doubt").contains("no quote at its end"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_reads_back_the_same(
            text in "(kind:|step:|who:|call|noted|[ \"\\\\,:a-cA-CÄß\u{202e}]){0,12}"
        ) {
            if let Ok(filter) = Filter::parse(&text) {
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
        }
    }
}
