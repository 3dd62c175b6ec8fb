//! The disk of the record: whether the directory is ours and can be written, whether flushing
//! flushes, how much room there is, and whether the emergency file would be on another disk.

mod flush;
mod system;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Pending;
use super::finding::{Finding, Group, Verdict};
use crate::cli::context::Context;

const GROUP: Group = Group::Journal;
const MIB: u64 = 1024 * 1024;
/// Below so many free bytes an incident can run out of room.
const LITTLE_ROOM: u64 = 200 * MIB;
/// Below so many, it will.
const NO_ROOM: u64 = 20 * MIB;
/// Files that can still be made; an incident needs a few, and one for each body that it keeps.
const FEW_FILES: u64 = 1_000;
const NO_FILES: u64 = 50;

/// Begins in a thread of its own: a disk may hang, and nothing can end that.
pub(super) fn start(context: &Context) -> Pending<Vec<Finding>> {
    let data = context.config.data.clone();
    // Where it would be for an incident of any name.
    let file = context.emergency("doctor");
    let emergency = file.parent().and_then(Path::parent).map(Path::to_owned);
    Pending::start(|done| {
        let examine = move || done(examine(&data, emergency.as_deref()));
        // Where no thread can be had, nothing is heard, which is told as such.
        let _ = std::thread::Builder::new().name("stanch-doctor".to_owned()).spawn(examine);
    })
}

/// What was found by then.
pub(super) fn finish(pending: &Pending<Vec<Finding>>, until: Instant) -> Vec<Finding> {
    pending.wait(until).unwrap_or_else(|| {
        vec![Finding::mend(
            GROUP,
            "directory",
            Verdict::Bad,
            "the disk did not answer in time",
            "see whether the disk, or the server that it is on, hangs; name another with --data",
        )]
    })
}

fn examine(data: &Path, emergency: Option<&Path>) -> Vec<Finding> {
    let (mut findings, usable) = directory(data);
    if usable {
        findings.extend(flush::flush(data));
        findings.push(system::kind(data));
        findings.extend(space(data));
    }
    findings.extend(emergency.map(|base| elsewhere(data, base)));
    findings
}

/// Is there, or is made; ours alone.
fn directory(data: &Path) -> (Vec<Finding>, bool) {
    let place = data.display();
    let bad = |what: String| {
        let mend = "name a directory that you may write with --data, STANCH_DATA or `data` in the \
                    configuration";
        (vec![Finding::mend(GROUP, "directory", Verdict::Bad, what, mend)], false)
    };
    let there = data.is_dir();
    if !there && let Err(error) = DirBuilder::new().recursive(true).mode(0o700).create(data) {
        return bad(format!("{place} cannot be made: {error}"));
    }
    let mode = match std::fs::metadata(data) {
        Ok(facts) => facts.permissions().mode() & 0o7777,
        Err(error) => return bad(format!("{place} cannot be looked at: {error}")),
    };
    let added = if there { "" } else { ", made now" };
    let for_others = mode & 0o077;
    let finding = if for_others == 0 {
        Finding::good(GROUP, "directory", format!("{place}, mode {mode:o}{added}"))
    } else {
        let what = format!("{place} is open to others, mode {mode:o}");
        let mend = format!("chmod 700 {place}");
        Finding::mend(GROUP, "directory", Verdict::Warning, what, mend)
    };
    (vec![finding], true)
}

/// Bytes and files that are free.
fn space(data: &Path) -> Vec<Finding> {
    let facts = match rustix::fs::statvfs(data) {
        Ok(facts) => facts,
        Err(error) => {
            let error = io::Error::from(error);
            let what = format!("the room on the disk cannot be asked: {error}");
            let mend = format!("look yourself: df {}", data.display());
            return vec![Finding::mend(GROUP, "space", Verdict::Unknown, what, mend)];
        }
    };
    let free = facts.f_bavail.saturating_mul(facts.f_frsize);
    let words = format!("{} MiB are free", free / MIB);
    let mut findings =
        vec![judged("space", free, LITTLE_ROOM, NO_ROOM, words).with("free_bytes", free)];
    // Some file systems make them as they need them, and count none.
    if facts.f_files > 0 {
        let files = facts.f_favail;
        let words = format!("{files} more can be made");
        let finding = judged("files", files, FEW_FILES, NO_FILES, words);
        findings.push(finding.with("free_inodes", files));
    }
    findings
}

fn judged(name: &str, free: u64, little: u64, none: u64, words: String) -> Finding {
    let verdict = match free {
        free if free < none => Verdict::Bad,
        free if free < little => Verdict::Warning,
        _ => return Finding::good(GROUP, name, words),
    };
    let mend = "remove what is not needed there, or name another disk with --data";
    Finding::mend(GROUP, name, verdict, words, mend)
}

/// Where outcomes go that the record can no longer take.
fn elsewhere(data: &Path, base: &Path) -> Finding {
    let name = "emergency file";
    let place = base.display();
    if let Err(error) = try_directory(base) {
        let what = format!("no directory can be made in {place}: {error}");
        let mend = "let XDG_RUNTIME_DIR, or TMPDIR without it, name a directory that you may write";
        return Finding::mend(GROUP, name, Verdict::Bad, what, mend);
    }
    let device = |path: &Path| std::fs::metadata(path).map(|facts| facts.dev()).ok();
    match (device(&nearest(data)), device(base)) {
        (Some(one), Some(other)) if one != other => {
            Finding::good(GROUP, name, format!("it would be in {place}, on another disk"))
        }
        (Some(_), Some(_)) => Finding::mend(
            GROUP,
            name,
            Verdict::Warning,
            format!("it would be in {place}, on the same disk as the record"),
            "let XDG_RUNTIME_DIR name a directory on another disk, or keep the record on another \
             with --data",
        ),
        _ => Finding::mend(
            GROUP,
            name,
            Verdict::Unknown,
            format!("it would be in {place}; which disk that is cannot be told"),
            "see that the directory is there",
        ),
    }
}

fn try_directory(base: &Path) -> io::Result<()> {
    let scratch = base.join(format!(".stanch-doctor-{}", std::process::id()));
    DirBuilder::new().mode(0o700).create(&scratch)?;
    std::fs::remove_dir(&scratch)
}

/// The path, or what is there of it.
fn nearest(path: &Path) -> PathBuf {
    path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_judged_by_two_bounds() {
        let verdict = |free| judged("space", free, LITTLE_ROOM, NO_ROOM, String::new()).verdict;
        assert_eq!(verdict(NO_ROOM - 1), Verdict::Bad);
        assert_eq!(verdict(NO_ROOM), Verdict::Warning);
        assert_eq!(verdict(LITTLE_ROOM - 1), Verdict::Warning);
        assert_eq!(verdict(LITTLE_ROOM), Verdict::Good);
    }

    #[test]
    fn a_directory_that_others_may_read_is_told() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("a/b");
        let verdict = || directory(&data).0.remove(0).verdict;
        assert_eq!(verdict(), Verdict::Good, "it is made");
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(verdict(), Verdict::Warning);
    }
}
