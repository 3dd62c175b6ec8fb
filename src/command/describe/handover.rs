//! The hand-over page, line by line, with where the record lies.

use crate::incident::hand_over_page;
use crate::incident::page::{Page, Section, Weight};
use crate::text::Shown;

use super::super::console::Snapshot;
use super::{Told, Tone};

/// The page as every face shows it; its foot names the head of the record and the page's own hash.
pub fn hand_over_lines(snapshot: &Snapshot) -> Vec<Told> {
    let page = hand_over_page(snapshot.state());
    let mut told = page_lines(&page);
    told.push(Told::new(Tone::Heading, "Record"));
    let (seq, head) = (snapshot.view.head.seq, snapshot.view.head.spoken());
    told.push(Told::new(Tone::Plain, format!("- head {head} (record {seq})")));
    if let Some(place) = &snapshot.place {
        told.push(Told::new(Tone::Plain, format!("- in {place}")));
    }
    told.push(Told::new(Tone::Muted, page_hash_line(&page)));
    told
}

/// A page as every face shows it.
pub fn page_lines(page: &Page) -> Vec<Told> {
    let mut told = vec![Told::new(Tone::Title, &page.title)];
    told.extend(page.sections.iter().flat_map(section));
    told
}

/// The line that pins the page: what is recorded when it is accepted.
pub fn page_hash_line(page: &Page) -> Shown {
    Shown::new(format!("- this page, sha256 {}", page.sha256()))
}

fn section(section: &Section) -> Vec<Told> {
    let mut told = vec![Told::new(Tone::Heading, section.title)];
    if section.lines.is_empty() {
        told.push(Told::new(Tone::Muted, format!("  {}", section.none)));
    }
    told.extend(section.lines.iter().map(|line| {
        let tone = match line.weight {
            Weight::Plain => Tone::Plain,
            Weight::Good => Tone::Good,
            Weight::Warning => Tone::Warning,
            Weight::Bad => Tone::Bad,
        };
        Told::new(tone, format!("- {}", line.text))
    }));
    told
}
