//! What came back: the answer of a call, and how long answers took.

use crate::incident::state::Instance;
use crate::incident::words::{answer_words, laid_out, milliseconds_words};
use crate::incident::{Answer, State};

use super::{Told, Tone};

/// An answer whole: status, headers on the allow-list, the beginning of the body laid out, and
/// what is kept of it.
pub(super) fn answer_lines(answer: &Answer) -> Vec<Told> {
    let short = Answer { excerpt: None, ..answer.clone() };
    let mut told = vec![Told::new(Tone::Plain, format!("  {}", answer_words(&short)))];
    for (name, value) in &answer.headers {
        told.push(Told::new(Tone::Exact, format!("  {name}: {value}")));
    }
    if let Some(excerpt) = &answer.excerpt {
        told.push(Told::new(Tone::Muted, "  beginning of the body:"));
        let lines = laid_out(excerpt.as_str());
        told.extend(lines.split('\n').map(|line| Told::new(Tone::Exact, format!("  {line}"))));
    }
    if let Some(sha256) = &answer.sha256 {
        let kept = if answer.kept { "kept whole" } else { "not kept, only its hash" };
        told.push(Told::new(Tone::Muted, format!("  body {kept}: sha256 {sha256}")));
    }
    told
}

/// Fewer answers need no statistics.
const MANY: usize = 5;
/// So many of the latest are drawn.
const DRAWN: usize = 60;

/// How long the answers to the calls and checks of a step took, where there are many.
pub(super) fn latency_lines(state: &State, instance: &Instance) -> Vec<Told> {
    let calls = instance.calls.iter().filter_map(|id| state.calls.get(id)?.answer.as_ref());
    let checks = instance.checks.iter().filter_map(|id| {
        let (_, end) = state.checks.get(id)?.end.as_ref()?;
        end.answer.as_ref()
    });
    let latencies: Vec<u64> = calls.chain(checks).map(|answer| answer.latency_us).collect();
    if latencies.len() < MANY {
        return Vec::new();
    }
    let words = |part| milliseconds_words(percentile(&latencies, part) / 1000);
    let (count, half, nine, most) = (latencies.len(), words(50), words(90), words(99));
    let told = format!("Latency of {count} answers: half within {half}, 90% {nine}, 99% {most}");
    let latest = &latencies[latencies.len().saturating_sub(DRAWN)..];
    vec![Told::new(Tone::Plain, told), Told::new(Tone::Spark, format!("  {}", spark(latest)))]
}

/// The smallest value that at least `part` per cent of the values do not exceed (nearest rank).
fn percentile(values: &[u64], part: usize) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * part).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// One block for each value, from the lowest to the highest of them.
pub(super) fn spark(values: &[u64]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let block = |value: &u64| {
        let level = u128::from(*value) * 7 / u128::from(most);
        BLOCKS[usize::try_from(level).unwrap_or(0).min(7)]
    };
    values.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values: Vec<u64> = (1..=100).rev().collect();
        assert_eq!([50, 90, 99, 100].map(|part| percentile(&values, part)), [50, 90, 99, 100]);
        assert_eq!(percentile(&[7], 50), 7);
    }

    #[test]
    fn a_spark_reaches_from_the_bottom_to_the_top() {
        assert_eq!(spark(&[0, 50, 100]), "▁▄█");
        assert_eq!(spark(&[]), "");
        assert_eq!(spark(&[0, 0]), "▁▁");
    }
}
