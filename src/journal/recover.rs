//! Opening a record to go on with it: verify, fold, finish what a crash interrupted.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::ballast::Ballast;
use super::disk::{Disk, Open, create_dir_all, read_whole, write_new};
use super::entry::{Entry, Fact, Head};
use super::error::{Finding, FindingKind, JournalError};
use super::files::{CONTINUED_IN, JOURNAL};
use super::fold::{Chain, walk};
use super::index::{Counter, Index};
use super::lock::Lock;
use super::scan::Link;
use super::tail::{finish_rewrite, keep_torn, rewrite, unrecorded_torn};
use super::writer::{Options, Writer};
use crate::incident::Record;

/// A record taken up again.
#[expect(clippy::large_enum_variant, reason = "there is one of it, for a moment")]
pub enum Opening {
    /// Every line was proven and handed over.
    Writable(Writer, Recovered),
    /// The lines before the finding were proven and handed over; nothing may be written.
    ReadOnly(ReadOnly),
}

/// What was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The last record; `None` where nothing was ever recorded.
    pub head: Option<Head>,
    /// Torn ends that no record speaks of yet: each is to be recorded as `recovered`.
    pub torn: Vec<Torn>,
}

/// A torn end that was cut and kept beside the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    pub bytes: u64,
    pub sha256: String,
    /// The file's name in the directory of the record.
    pub kept_as: String,
}

impl Torn {
    /// The record that speaks of it.
    pub fn record(&self) -> Record {
        let Self { bytes, sha256, kept_as } = self.clone();
        Record::Recovered { bytes, sha256, kept_as }
    }
}

/// Why a record can only be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOnly {
    pub head: Option<Head>,
    pub finding: Finding,
}

impl Writer {
    /// A new record in a new directory.
    pub fn create(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: &Options,
    ) -> Result<Self, JournalError> {
        begin(disk, dir, options, Link::FIRST)
    }

    /// The next segment of the record in `from`, in another directory. The first record that is
    /// pushed must be `continued` and name `from`. `head` is the last record that counts: what
    /// stands in `from` behind it is left behind.
    pub fn continue_in(
        disk: Arc<dyn Disk>,
        dir: &Path,
        from: &Path,
        head: &Head,
        options: &Options,
    ) -> Result<Self, JournalError> {
        let prev = super::LineHash::parse(head.hash.as_bytes());
        let prev = prev.ok_or_else(|| JournalError::Segments {
            path: from.to_owned(),
            what: format!("`{}` is not the hash of a record", head.hash),
        })?;
        // A disk that is past writing stays as it is; but two ends of one record would both be true.
        if let Err(error @ JournalError::Locked { .. }) = secure(disk.as_ref(), from, options) {
            return Err(error);
        }
        let writer = begin(disk, dir, options, Link { seq: head.seq + 1, prev })?;
        // The disk of the old record may be past writing: then nothing can be left there.
        let words = format!("{}\n", dir.display());
        let _ = write_new(writer.disk(), &from.join(CONTINUED_IN), words.as_bytes());
        Ok(writer)
    }

    /// Takes up the record in `dir`: verifies it with the segments before it, hands every entry to
    /// `on_entry`, keeps and cuts a torn end, and makes durable what stands.
    pub fn recover(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: &Options,
        on_entry: &mut dyn FnMut(Entry),
    ) -> Result<Opening, JournalError> {
        let _ = super::fold::open_journal(disk.as_ref(), dir)?;
        let lock = Lock::take(disk.as_ref(), dir, &options.holder)?;
        refuse_continued(disk.as_ref(), dir)?;
        finish_rewrite(disk.as_ref(), dir)?;
        let mut recorded = Vec::new();
        let index = Index::default();
        let chain = walk(
            disk.as_ref(),
            dir,
            Some(&index),
            Some(&mut |entry: Entry| {
                if let Fact::Known(Record::Recovered { kept_as, .. }) = &entry.record {
                    recorded.push(kept_as.clone());
                }
                on_entry(entry);
                ControlFlow::Continue(())
            }),
        )?;
        let head = chain.head();
        let Chain { last, finding, segments, .. } = chain;
        match finding {
            Some(finding) if finding.kind != FindingKind::Tail => {
                return Ok(Opening::ReadOnly(ReadOnly { head, finding }));
            }
            Some(_) => {
                keep_torn(disk.as_ref(), dir, &last)?;
            }
            None => {}
        }
        rewrite(disk.as_ref(), dir, &last)?;
        let torn = unrecorded_torn(disk.as_ref(), dir, &recorded)?;
        let first = segments.last().map_or(Link::FIRST, |segment| segment.first);
        let counter = index.counter(first);
        let writer = writer(disk, dir, options, lock, last.next, counter)?;
        Ok(Opening::Writable(writer, Recovered { head, torn }))
    }
}

/// Makes durable what can be read in `dir`: the flush of its last lines may be what failed, and the
/// next segment stands on them.
fn secure(disk: &dyn Disk, dir: &Path, options: &Options) -> Result<(), JournalError> {
    let _lock = Lock::take(disk, dir, &options.holder)?;
    finish_rewrite(disk, dir)?;
    let chain = walk(disk, dir, None, None)?;
    match chain.finding {
        Some(finding) if finding.kind != FindingKind::Tail => return Ok(()),
        Some(_) => drop(keep_torn(disk, dir, &chain.last)?),
        None => {}
    }
    rewrite(disk, dir, &chain.last)
}

/// An empty record whose first line follows `link`.
fn begin(
    disk: Arc<dyn Disk>,
    dir: &Path,
    options: &Options,
    link: Link,
) -> Result<Writer, JournalError> {
    create_dir_all(disk.as_ref(), dir).map_err(JournalError::io("create", dir))?;
    let lock = Lock::take(disk.as_ref(), dir, &options.holder)?;
    let path = dir.join(JOURNAL);
    match disk.open(&path, Open::CreateNew) {
        Ok(mut file) => file.sync_all().map_err(JournalError::io("flush", &path))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            // A crash may have come before the first commit was whole.
            let chain = walk(disk.as_ref(), dir, None, None)?;
            if chain.records > 0 || chain.finding.is_some_and(|f| f.kind != FindingKind::Tail) {
                return Err(JournalError::HasRecord { path: dir.to_owned() });
            }
            if chain.last.end > 0 {
                keep_torn(disk.as_ref(), dir, &chain.last)?;
            }
            rewrite(disk.as_ref(), dir, &chain.last)?;
        }
        Err(error) => return Err(JournalError::io("create", &path)(error)),
    }
    disk.sync_dir(dir).map_err(JournalError::io("flush", dir))?;
    writer(disk, dir, options, lock, link, Index::default().counter(link))
}

fn writer(
    disk: Arc<dyn Disk>,
    dir: &Path,
    options: &Options,
    lock: Lock,
    next: Link,
    counter: Counter,
) -> Result<Writer, JournalError> {
    let path = dir.join(JOURNAL);
    let file = disk.open(&path, Open::Append).map_err(JournalError::io("open", &path))?;
    let ballast = Ballast::prepare(disk.as_ref(), dir, options.ballast);
    Ok(Writer::new(disk, dir.to_owned(), file, lock, ballast, next, counter))
}

fn refuse_continued(disk: &dyn Disk, dir: &Path) -> Result<(), JournalError> {
    match read_whole(disk, &dir.join(CONTINUED_IN), 64 << 10) {
        Ok(words) => {
            let next = crate::text::Shown::new(String::from_utf8_lossy(&words).trim());
            let next = next.one_line().into_owned();
            Err(JournalError::Continued { path: dir.to_owned(), next })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(JournalError::io("read", &dir.join(CONTINUED_IN))(error)),
    }
}
