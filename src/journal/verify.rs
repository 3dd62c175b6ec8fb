//! Whether a record is what was once written, and where it is not.

use std::path::Path;

use super::disk::Disk;
use super::entry::Head;
use super::error::{Finding, JournalError};
use super::fold::{Chain, walk};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Directories that were passed over, oldest first.
    pub segments: Vec<std::path::PathBuf>,
    /// Good records, up to the finding.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The last good record. Compare it with one that was read aloud or posted: a chain cannot show
    /// that its end was cut off.
    pub head: Option<Head>,
    /// The first thing that is wrong.
    pub finding: Option<Finding>,
}

impl Report {
    pub(super) fn of(chain: Chain) -> Self {
        Self {
            head: chain.head(),
            segments: chain.segments.into_iter().map(|segment| segment.dir).collect(),
            records: chain.records,
            bytes: chain.bytes,
            finding: chain.finding,
        }
    }

    /// Nothing is wrong as far as the record itself can show.
    pub fn is_good(&self) -> bool {
        self.finding.is_none()
    }
}

/// Checks every line of the record in `dir`, and of the segments before it, against its own hash,
/// its number and the line before. Changes nothing.
pub fn verify(disk: &dyn Disk, dir: &Path) -> Result<Report, JournalError> {
    Ok(Report::of(walk(disk, dir, None, None)?))
}
