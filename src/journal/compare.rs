//! Two copies of a record: whether they are the same, and where they part.

use std::path::Path;
use std::sync::Arc;

use super::disk::Disk;
use super::entry::{Entry, LineHash};
use super::fold::walk;
use super::index::Index;
use super::reader::{ReadError, Reader};
use super::verify::Report;
use crate::incident::Seq;

/// How two records stand to each other, as far as both are good.
#[derive(Debug, Clone, PartialEq)]
pub enum Kinship {
    Same,
    /// The first is the beginning of the second.
    Begins,
    /// The second is the beginning of the first.
    Follows,
    /// They are the same up to an entry, and then two different ones stand at the same place.
    Fork(Box<Parting>),
}

/// The first entries in which two records differ; both have the same number.
#[derive(Debug, Clone, PartialEq)]
pub struct Parting {
    pub a: Entry,
    pub b: Entry,
}

/// Two records, verified and compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub a: Report,
    pub b: Report,
    pub kinship: Kinship,
}

/// Verifies both, in bounded memory, and compares them. Changes nothing.
///
/// Each line names the hash of the one before: where two records have the same hash at a place, all
/// before it is the same. So a few looks find the place at which they part.
pub fn compare(disk: &Arc<dyn Disk>, a: &Path, b: &Path) -> Result<Comparison, ReadError> {
    let (report_a, mut a) = Side::open(disk, a)?;
    let (report_b, mut b) = Side::open(disk, b)?;
    let shorter = report_a.records.min(report_b.records);
    let (mut same, mut differs) = (0, shorter);
    // Everything before `same` is the same, and nothing from `differs` on.
    while same < differs {
        let middle = same + (differs - same) / 2;
        if a.hash(middle)? == b.hash(middle)? {
            same = middle + 1;
        } else {
            differs = middle;
        }
    }
    let kinship = if same < shorter {
        match (a.entry(same)?, b.entry(same)?) {
            (Some(a), Some(b)) => Kinship::Fork(Box::new(Parting { a, b })),
            // It was cut under our hands: what is left of it is the beginning.
            (None, _) => Kinship::Begins,
            (_, None) => Kinship::Follows,
        }
    } else {
        match report_a.records.cmp(&report_b.records) {
            std::cmp::Ordering::Equal => Kinship::Same,
            std::cmp::Ordering::Less => Kinship::Begins,
            std::cmp::Ordering::Greater => Kinship::Follows,
        }
    };
    Ok(Comparison { a: report_a, b: report_b, kinship })
}

/// One of the two.
struct Side {
    reader: Reader,
    last: Seq,
}

impl Side {
    fn open(disk: &Arc<dyn Disk>, dir: &Path) -> Result<(Report, Self), ReadError> {
        let index = Index::default();
        let chain = walk(disk.as_ref(), dir, Some(&index), None)?;
        let reader = Reader::with_index(disk, dir, &index)?;
        let report = Report::of(chain);
        let last = report.records.saturating_sub(1);
        Ok((report, Self { reader, last }))
    }

    fn entry(&mut self, seq: Seq) -> Result<Option<Entry>, ReadError> {
        Ok(self.reader.entries(seq..=seq, self.last)?.pop())
    }

    fn hash(&mut self, seq: Seq) -> Result<Option<LineHash>, ReadError> {
        Ok(self.entry(seq)?.map(|entry| entry.hash))
    }
}
