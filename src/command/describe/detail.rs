//! One entry of the record, whole: who, when by which clock, its place in the chain, and its line.

use super::super::detail::Detail;
use super::{Told, Tone};
use crate::incident::words::occurred_words;

/// The page of an entry.
pub fn detail_lines(detail: &Detail) -> Vec<Told> {
    let plain = |text: String| Told::new(Tone::Plain, text);
    let mut told = vec![
        Told::new(Tone::Title, &detail.line.words),
        plain(format!("kind {}, by {}", detail.kind, detail.by)),
        plain(format!("recorded {}", detail.at.format("%Y-%m-%d %H:%M:%S%.6fZ"))),
    ];
    if let Some(occurred) = &detail.occurred {
        told.push(plain(format!("occurred {}", occurred_words(occurred))));
    }
    if let Some(sim) = detail.sim {
        told.push(plain(format!("scenario clock {}", sim.format("%Y-%m-%d %H:%M:%SZ"))));
    }
    told.push(plain(format!(
        "boot clock {}.{:06} s",
        detail.up / 1_000_000,
        detail.up % 1_000_000
    )));
    if let Some(flushed) = detail.flushed {
        told.push(plain(format!("first of its commit; flushed before it: up to {flushed}")));
    }
    told.push(Told::new(
        Tone::Heading,
        "Chain: each hash is of the line and of the hash before it",
    ));
    told.push(Told::new(Tone::Exact, format!("prev {}", detail.prev)));
    told.push(Told::new(Tone::Exact, format!("h    {}", detail.hash)));
    told.push(Told::new(Tone::Heading, format!("The line, {} bytes, laid out", detail.bytes)));
    told.extend(detail.json.iter().map(|line| Told::new(Tone::Exact, line)));
    told
}
