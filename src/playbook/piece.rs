//! The text of one step by itself: what may stand in it, and what of its own it says.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Problems};

/// A step is no longer than this, bytes.
pub const STEP_TEXT_LIMIT: usize = 32 * 1024;
/// Nor has it more lines.
const LINE_LIMIT: usize = 1000;

/// What a step's text says of itself.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) id: String,
    pub(super) phase: Option<String>,
    /// It says what repeating its call does, or has no call.
    pub(super) says_repeat: bool,
    /// Bytes of these, for what is told of them.
    pub(super) id_at: usize,
    pub(super) danger_at: usize,
    pub(super) call_at: usize,
    pub(super) each_at: usize,
}

/// Looks at a text that must be one `[[steps]]` table and nothing else; problems call it `name`.
pub(super) fn piece(name: &str, text: &str) -> Result<Piece, Vec<Problem>> {
    let mut problems = Problems::default();
    let piece = look(text, &mut problems);
    match piece {
        Some(piece) if problems.is_empty() => Ok(piece),
        _ => {
            if problems.is_empty() {
                problems.add(0, "this is not the table of a step, [[steps]]");
            }
            Err(problems.finish(name, text))
        }
    }
}

fn look(text: &str, problems: &mut Problems) -> Option<Piece> {
    if text.len() > STEP_TEXT_LIMIT || text.lines().count() > LINE_LIMIT {
        let what = format!("a step has at most {STEP_TEXT_LIMIT} bytes and {LINE_LIMIT} lines");
        problems.add(0, what);
        return None;
    }
    super::read::hidden_characters(text, problems);
    let (found, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(text.len(), |span| span.start);
        problems.add(at, format!("this is not TOML: {}", error.message()));
    }
    if !errors.is_empty() {
        return None;
    }
    for (key, value) in found.get_ref().iter().filter(|(key, _)| key.get_ref() != "steps") {
        let at = key.span().start.min(value.span().start);
        let what = format!("only the step itself can stand here, not `{}`", key.get_ref());
        problems.mend(at, what, "take it out: the rest stays as the playbook was opened");
    }
    let Some(DeValue::Array(steps)) = found.get_ref().get("steps").map(Spanned::get_ref) else {
        problems.mend(0, "no step stands here", "begin it with a line [[steps]]");
        return None;
    };
    if let Some(second) = steps.get(1) {
        problems.mend(second.span().start, "one step stands here, not two", "take one out");
    }
    let step = steps.iter().next()?;
    if !text.get(step.span().start..).is_some_and(|rest| rest.starts_with("[[")) {
        problems.mend(step.span().start, "a step is not written inline", "begin it with [[steps]]");
    }
    let DeValue::Table(table) = step.get_ref() else { return None };
    let text_of = |key: &str| match table.get(key).map(|value| (value.get_ref(), value.span())) {
        Some((DeValue::String(text), span)) => Some((text.to_string(), span.start)),
        _ => None,
    };
    let at = |key: &str| table.get(key).map_or(step.span().start, |value| value.span().start);
    let Some((id, id_at)) = text_of("id") else {
        problems.mend(step.span().start, "the step needs its `id`", "add `id`");
        return None;
    };
    let says_repeat = match table.get("call").map(Spanned::get_ref) {
        Some(DeValue::Table(call)) => call.get("repeat").is_some(),
        _ => true,
    };
    Some(Piece {
        id,
        phase: text_of("phase").map(|(phase, _)| phase),
        says_repeat,
        id_at,
        danger_at: at("danger"),
        call_at: at("call"),
        each_at: at("each"),
    })
}
