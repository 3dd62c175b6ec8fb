//! A first look at an expression's words, for what the compiler cannot say: filters, tests and
//! functions that are not on the list, and whether it orders values.

use super::environment::{FILTERS, TESTS};

/// The compiler goes down one level of its stack for each operator of a chain.
const TOKEN_LIMIT: usize = 500;

/// What the words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Traits {
    /// Uses `<`, `<=`, `>`, `>=`.
    pub(super) ordered: bool,
    /// Uses `int` or `float`, so it knows that numbers may come as text.
    pub(super) converts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Number,
    /// Without its quotes, escapes as written.
    Text(&'a str),
    /// One character of punctuation.
    Mark(char),
}

/// The tokens with the byte where each begins; `Err` is the byte where a text opens that never
/// ends.
fn tokens(source: &str) -> Result<Vec<(usize, Token<'_>)>, usize> {
    let mut found = Vec::new();
    let mut rest = source.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '"' || c == '\'' {
            let mut escaped = false;
            let closing = rest.by_ref().find(|(_, inner)| {
                let inner = *inner;
                let ends = inner == c && !escaped;
                escaped = inner == '\\' && !escaped;
                ends
            });
            let (end, _) = closing.ok_or(at)?;
            found.push((at, Token::Text(&source[at + 1..end])));
        } else if c.is_alphanumeric() || c == '_' {
            let number = c.is_ascii_digit();
            let goes_on =
                |inner: char| inner.is_alphanumeric() || inner == '_' || (number && inner == '.');
            let mut end = at + c.len_utf8();
            while let Some((next, inner)) = rest.next_if(|(_, inner)| goes_on(*inner)) {
                end = next + inner.len_utf8();
            }
            let word = if number { Token::Number } else { Token::Word(&source[at..end]) };
            found.push((at, word));
        } else if !c.is_whitespace() {
            found.push((at, Token::Mark(c)));
        }
    }
    Ok(found)
}

/// Where the expression that begins `text` is closed by `}}`: the byte of the first brace.
pub(in crate::playbook) fn expression_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if c == open && !escaped {
                    quote = None;
                }
                escaped = c == '\\' && !escaped;
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '{' => depth += 1,
            None if c == '}' && depth == 0 && text[at..].starts_with("}}") => return Some(at),
            None if c == '}' => depth = depth.saturating_sub(1),
            None => {}
        }
    }
    None
}

/// Looks for what is not on the list; an error is what it is and the byte where.
pub(super) fn examine(source: &str) -> Result<Traits, (String, usize)> {
    let tokens =
        tokens(source).map_err(|at| ("this text never ends: a quote is missing".to_owned(), at))?;
    if let Some((at, _)) = tokens.get(TOKEN_LIMIT) {
        return Err((format!("this expression has more than {TOKEN_LIMIT} words and marks"), *at));
    }
    if let Some(at) = stepped_slice(&tokens) {
        return Err(("a slice has a begin and an end here, no step".to_owned(), at));
    }
    let mut traits = Traits::default();
    let token = |index: Option<usize>| index.and_then(|index| tokens.get(index)).map(|(_, t)| *t);
    for (index, (at, here)) in tokens.iter().enumerate() {
        let before = token(index.checked_sub(1));
        match here {
            Token::Mark('<' | '>') | Token::Text("lt" | "le" | "gt" | "ge") => {
                traits.ordered = true;
            }
            Token::Text("int" | "float") => traits.converts = true,
            Token::Mark('%' | '#') if before == Some(Token::Mark('{')) => {
                return Err((
                    "statements and comments are not part of an expression".to_owned(),
                    *at,
                ));
            }
            Token::Word(word) => {
                let earlier = token(index.checked_sub(2));
                let called = token(Some(index + 1)) == Some(Token::Mark('('));
                examine_word(word, before, earlier, called).map_err(|what| (what, *at))?;
                traits.converts |= matches!(*word, "int" | "float");
                traits.ordered |= matches!(*word, "lt" | "le" | "gt" | "ge");
            }
            _ => {}
        }
    }
    Ok(traits)
}

/// The second colon inside one pair of square brackets: minijinja panics on some backward steps.
fn stepped_slice(tokens: &[(usize, Token<'_>)]) -> Option<usize> {
    let mut open = Vec::new();
    for (at, token) in tokens {
        match token {
            Token::Mark(bracket @ ('[' | '(' | '{')) => open.push((*bracket, 0)),
            Token::Mark(']' | ')' | '}') => drop(open.pop()),
            Token::Mark(':') => {
                if let Some(('[', colons)) = open.last_mut() {
                    *colons += 1;
                    if *colons == 2 {
                        return Some(*at);
                    }
                }
            }
            _ => {}
        }
    }
    None
}

const KEYWORDS: [&str; 8] = ["and", "else", "if", "in", "is", "not", "or", "recursive"];

fn examine_word(
    word: &str,
    before: Option<Token<'_>>,
    earlier: Option<Token<'_>>,
    called: bool,
) -> Result<(), String> {
    let attribute = Some(Token::Mark('.'));
    let after_is = |token, one_before| token == Some(Token::Word("is")) && one_before != attribute;
    if before == Some(Token::Mark('|')) {
        known(word, &FILTERS, "filter")
    } else if word != "not" && after_is(before, earlier)
        || before == Some(Token::Word("not")) && earlier == Some(Token::Word("is"))
    {
        known(word, &TESTS, "test")
    } else if called && before == attribute {
        Err(format!(
            "`{word}` is called like a method, and there are none: use a filter (`| {word}`)"
        ))
    } else if called && !KEYWORDS.contains(&word) {
        Err(format!("`{word}` is called like a function, and there are none: use a filter"))
    } else {
        Ok(())
    }
}

fn known(word: &str, list: &[&str], what: &str) -> Result<(), String> {
    if list.contains(&word) {
        return Ok(());
    }
    Err(format!("there is no {what} `{word}`; there are {}", list.join(", ")))
}
