//! What is told and asked when a drill is over.

use super::super::console::Snapshot;
use super::{Told, Tone, over_words};
use crate::text::Shown;

/// The page of the hot wash; one line where it is not its time.
pub fn hot_wash_lines(snapshot: &Snapshot) -> Vec<Told> {
    let state = snapshot.state();
    let Some(exercise) = state.exercise.as_deref() else {
        return vec![Told::new(Tone::Muted, "This is no drill: there is no hot wash.")];
    };
    let (Some(ended), Some(hot_wash)) = (&exercise.ended, &snapshot.hot_wash) else {
        return vec![Told::new(Tone::Muted, "The hot wash begins when the exercise is over.")];
    };
    let at = ended.at.format("%Y-%m-%d %H:%M:%SZ");
    let mut told = vec![
        Told::new(Tone::Title, over_words(state).unwrap_or_default()),
        Told::new(Tone::Muted, format!("at {at}, scenario time")),
    ];
    told.extend(hot_wash.told.iter().cloned());
    let known = |question: &Shown| {
        let answer = exercise.hot_wash.iter().find(|(asked, _)| asked == question);
        answer.map(|(_, text)| text)
    };
    let asked_elsewhere = exercise.hot_wash.iter().map(|(question, _)| question);
    let others = asked_elsewhere.filter(|question| !hot_wash.questions.contains(question));
    let questions: Vec<&Shown> = hot_wash.questions.iter().chain(others).collect();
    if !questions.is_empty() {
        told.push(Told::new(Tone::Heading, "Questions"));
    }
    for question in questions {
        told.push(Told::new(Tone::Plain, question.one_line()));
        told.push(match known(question) {
            Some(text) => Told::new(Tone::Good, format!("  {}", text.one_line())),
            None => Told::new(Tone::Muted, "  nobody has answered yet"),
        });
    }
    told
}
