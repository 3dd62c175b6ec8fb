//! A line of the record, broken into lines for a person. Nothing is written anew: every name,
//! string and number stands as in the file, in its order.

use crate::text::Shown;

/// How far each level is moved in.
const STEP: usize = 2;
/// Deeper than this nothing is moved in further: a hostile line is not shown as a slope.
const DEEPEST: usize = 16;

/// The lines of one JSON document. What is no JSON comes out with all its characters, somehow.
pub(super) fn pretty(json: &str) -> Vec<Shown> {
    let mut lines = Lines::default();
    let mut rest = json.char_indices().peekable();
    let mut in_string = false;
    while let Some((place, c)) = rest.next() {
        if in_string {
            lines.now.push(c);
            match c {
                '\\' => lines.now.extend(rest.next().map(|(_, escaped)| escaped)),
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                lines.now.push(c);
            }
            '{' | '[' => {
                lines.now.push(c);
                let inside = json[place + 1..].trim_start();
                if inside.starts_with(['}', ']']) {
                    while rest.next_if(|(_, c)| c.is_ascii_whitespace()).is_some() {}
                    lines.now.extend(rest.next().map(|(_, close)| close));
                } else {
                    lines.depth += 1;
                    lines.end();
                }
            }
            '}' | ']' => {
                lines.depth = lines.depth.saturating_sub(1);
                lines.end();
                lines.now.push(c);
            }
            ',' => {
                lines.now.push(c);
                lines.end();
            }
            ':' => lines.now.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => lines.now.push(c),
        }
    }
    lines.end();
    lines.done
}

#[derive(Default)]
struct Lines {
    done: Vec<Shown>,
    now: String,
    depth: usize,
}

impl Lines {
    /// Ends the line, and begins the next at the depth that is reached.
    fn end(&mut self) {
        if !self.now.trim().is_empty() {
            self.done.push(Shown::new(&self.now));
        }
        self.now.clear();
        self.now.extend(std::iter::repeat_n(' ', STEP * self.depth.min(DEEPEST)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn text(json: &str) -> String {
        pretty(json).iter().map(Shown::as_str).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn nothing_is_written_anew() {
        let line = r#"{"v":1,"n":1.50,"z":"a,\"b\":{\u202e","by":{"who":"ana"},"e":[],"l":[1,{}]}"#;
        let wanted = r#"{
  "v": 1,
  "n": 1.50,
  "z": "a,\"b\":{\u202e",
  "by": {
    "who": "ana"
  },
  "e": [],
  "l": [
    1,
    {}
  ]
}"#;
        assert_eq!(text(line), wanted);
    }

    proptest! {
        #[test]
        fn the_same_characters_come_out(garbage in "[ -~\u{e9}\n]{0,200}") {
            let solid = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(solid(&text(&garbage)), solid(&garbage));
        }

        #[test]
        fn the_same_document_comes_out(text_in in any::<String>(), number in any::<i64>()) {
            let value = serde_json::json!({ "b": [text_in, { "a": number }], "a": {}, "c": null });
            let json = value.to_string();
            let again: Value = serde_json::from_str(&text(&json)).unwrap();
            // What a terminal would act on stands escaped in a record.
            if !json.chars().any(crate::text::is_hidden) {
                prop_assert_eq!(again.to_string(), json);
            }
        }
    }
}
