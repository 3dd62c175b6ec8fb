//! Whether flushing flushes, and what it costs: measured as a record would be written, in a file
//! that is removed afterwards.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Finding, GROUP, Verdict};

/// So many blocks are written, each flushed.
const BLOCKS: usize = 32;
/// Bytes.
const BLOCK: usize = 4096;
/// No device keeps a block in so short a time.
const COSTS_NOTHING: Duration = Duration::from_micros(20);
/// A person notices; each key that is recorded takes one.
const SLOW: Duration = Duration::from_millis(100);

/// One for the flushes, one for what makes a new record last: renaming, and flushing the directory.
pub(super) fn flush(data: &Path) -> Vec<Finding> {
    let scratch = Scratch::new(data);
    let times = match write(&scratch.file) {
        Ok(times) => times,
        Err(error) => return vec![failed("flushing", data, "written and flushed", &error)],
    };
    let renamed = std::fs::rename(&scratch.file, &scratch.renamed)
        .and_then(|()| File::open(data)?.sync_all());
    let renaming = match renamed {
        Ok(()) => Finding::good(GROUP, "renaming", "works, and the directory can be flushed"),
        Err(error) => failed("renaming", data, "renamed and its directory flushed", &error),
    };
    vec![judge(&times), renaming]
}

/// Removed when it is dropped, whatever it is called by then.
struct Scratch {
    file: PathBuf,
    renamed: PathBuf,
}

impl Scratch {
    fn new(dir: &Path) -> Self {
        let name = format!(".stanch-doctor-{}", std::process::id());
        Self { file: dir.join(&name), renamed: dir.join(format!("{name}.renamed")) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for path in [&self.file, &self.renamed] {
            // One of the two is never there.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// How long each flush took, with its write; sorted.
fn write(path: &Path) -> io::Result<Vec<Duration>> {
    let mut file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
    // Not zeros: a file system may keep those without writing any.
    let block: Vec<u8> = (1..=251_u8).cycle().take(BLOCK).collect();
    let mut times = Vec::with_capacity(BLOCKS);
    for _ in 0..BLOCKS {
        let begun = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

fn judge(times: &[Duration]) -> Finding {
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let longest = times.last().copied().unwrap_or_default();
    let [median_ms, longest_ms] = [median, longest].map(|time| time.as_secs_f64() * 1_000.0);
    let what = format!(
        "{BLOCKS} writes of {} KiB, each flushed: {median_ms:.3} ms in the median, at most \
         {longest_ms:.3} ms",
        BLOCK / 1024
    );
    let warning = |words: &str, mend: &str| {
        Finding::mend(GROUP, "flushing", Verdict::Warning, format!("{what}; {words}"), mend)
    };
    let finding = if median < COSTS_NOTHING {
        warning(
            "flushes cost nothing: a memory file system, or a disk that lies",
            "keep the record on a disk that keeps it without power; name it with --data",
        )
    } else if median > SLOW {
        warning(
            "each recorded action waits so long",
            "keep the record on a local disk that is not busy; name it with --data",
        )
    } else {
        Finding::good(GROUP, "flushing", &what)
    };
    // Microseconds are enough.
    let rounded = |ms: f64| (ms * 1_000.0).round() / 1_000.0;
    finding
        .with("flushes", BLOCKS)
        .with("flush_median_ms", rounded(median_ms))
        .with("flush_max_ms", rounded(longest_ms))
}

fn failed(name: &str, data: &Path, what: &str, error: &io::Error) -> Finding {
    let what = format!("a file in {} cannot be {what}: {error}", data.display());
    let mend = "without that there is no record and no incident: name a directory on a sound disk \
                that you may write with --data";
    Finding::mend(GROUP, name, Verdict::Bad, what, mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_nothing_or_too_much_is_suspicious() {
        for (median, verdict) in [
            (Duration::from_micros(3), Verdict::Warning),
            (Duration::from_millis(2), Verdict::Good),
            (Duration::from_millis(150), Verdict::Warning),
        ] {
            assert_eq!(judge(&[median; BLOCKS]).verdict, verdict, "{median:?}");
        }
    }

    #[test]
    fn nothing_of_the_measuring_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let findings = flush(dir.path());
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.verdict != Verdict::Bad), "{findings:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
