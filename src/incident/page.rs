//! The hand-over page: all that somebody must know who has seen nothing of it, on one page.
//!
//! It is made from the state alone, and holds no time that moves: the same record makes the same
//! page, to the byte, on every machine. So its hash says what was read.

mod clocks;
mod people;
mod steps;
mod things;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::request::hex;
use super::state::State;
use crate::text::Shown;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub title: Shown,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
}

/// One part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    /// What is said where there is nothing.
    pub none: &'static str,
    pub lines: Vec<Line>,
}

/// One line, and how much it asks for attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub weight: Weight,
    pub text: Shown,
}

/// How much a line asks for attention. The words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Plain,
    Good,
    Warning,
    Bad,
}

impl Line {
    fn new(weight: Weight, text: impl AsRef<str>) -> Self {
        Self { weight, text: Shown::new(Shown::new(text).one_line()) }
    }

    fn plain(text: impl AsRef<str>) -> Self {
        Self::new(Weight::Plain, text)
    }
}

impl Page {
    /// The page as text, each line ended by a line feed: what its hash is of.
    pub fn text(&self) -> String {
        let mut rows = vec![self.title.to_string()];
        for section in &self.sections {
            rows.extend([String::new(), section.title.to_owned()]);
            if section.lines.is_empty() {
                rows.push(format!("  {}", section.none));
            }
            rows.extend(section.lines.iter().map(|line| format!("- {}", line.text)));
        }
        rows.push(String::new());
        rows.join("\n")
    }

    /// The SHA-256 of the text, in hex.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(self.text().as_bytes()))
    }
}

/// The page of what is true now.
pub fn hand_over_page(state: &State) -> Page {
    let codename = Shown::new(state.codename());
    let title = Shown::new(&state.playbook.title);
    let title = format!(
        "Hand-over of {} ({}): {}",
        codename.one_line(),
        state.mode().word(),
        title.one_line()
    );
    let mut sections = Vec::new();
    sections.extend(attention(state));
    sections.extend([
        clocks::incident(state),
        steps::in_doubt(state),
        steps::guards(state),
        steps::running(state),
        steps::proven(state),
        steps::unproven(state),
        steps::to_do(state),
        steps::settled(state),
        clocks::promised(state),
        steps::undecided(state),
        people::people(state),
        things::scope(state),
        things::claims(state),
    ]);
    Page { title: Shown::new(title), sections }
}

/// What concerns the record as a whole, where there is any.
fn attention(state: &State) -> Option<Section> {
    let mut lines = Vec::new();
    if let Some(reason) = &state.closed {
        lines.push(Line::new(Weight::Warning, format!("CLOSED: {reason}")));
    }
    if let Some(to) = &state.moved {
        lines.push(Line::new(Weight::Warning, format!("MOVED: the record goes on in {to}")));
    }
    if let Some(why) = &state.read_only {
        lines.push(Line::new(Weight::Bad, format!("READ-ONLY: {why}")));
    }
    lines.extend(steps::amiss(state));
    lines.extend(things::uncontained(state));
    for anomaly in &state.anomalies {
        let text = format!("ANOMALY: record {} did not fit: {}", anomaly.seq, anomaly.what);
        lines.push(Line::new(Weight::Bad, text));
    }
    let (title, none) = ("Attention", "");
    (!lines.is_empty()).then_some(Section { title, none, lines })
}

/// To the minute, with its date: a shift may change at midnight.
fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%MZ").to_string()
}
