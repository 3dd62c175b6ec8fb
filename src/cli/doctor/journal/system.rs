//! The kind of file system that the record is on.

use std::path::Path;

use super::{Finding, GROUP, Verdict};

/// Some keep nothing, or keep it elsewhere.
pub(super) fn kind(data: &Path) -> Finding {
    let name = "file system";
    match word(data) {
        None => Finding::mend(
            GROUP,
            name,
            Verdict::Unknown,
            "the system does not say what kind it is",
            format!("look yourself: df {}", data.display()),
        ),
        Some(word) => match doubt(&word) {
            None => Finding::good(GROUP, name, word),
            Some((why, mend)) => {
                Finding::mend(GROUP, name, Verdict::Warning, format!("{word}: {why}"), mend)
            }
        },
    }
}

/// Why a record should not be there, and what to do.
fn doubt(word: &str) -> Option<(&'static str, &'static str)> {
    match word {
        "tmpfs" | "ramfs" => Some((
            "it is in memory, and gone with the power",
            "keep the record on a disk; name it with --data",
        )),
        "overlay" => Some((
            "it is gone with the container",
            "keep the record on a volume that outlives the container; name it with --data",
        )),
        "nfs" | "smb" | "9p" => Some((
            "another machine keeps it: locks and flushes are as good as that machine and the way \
             there, which an incident may cut",
            "keep the record on a local disk; name it with --data",
        )),
        "fuse" => Some((
            "a program keeps it: flushes are as good as that program",
            "keep the record on a local disk; name it with --data",
        )),
        _ => None,
    }
}

/// The magic numbers of `statfs(2)`.
#[cfg(target_os = "linux")]
fn word(data: &Path) -> Option<String> {
    const KNOWN: [(u32, &str); 15] = [
        (0xef53, "ext4"),
        (0x5846_5342, "xfs"),
        (0x9123_683e, "btrfs"),
        (0x2fc1_2fc1, "zfs"),
        (0xf2f5_2010, "f2fs"),
        (0xca45_1a4e, "bcachefs"),
        (0x0102_1994, "tmpfs"),
        (0x8584_58f6, "ramfs"),
        (0x794c_7630, "overlay"),
        (0x6969, "nfs"),
        (0x517b, "smb"),
        (0xff53_4d42, "smb"),
        (0xfe53_4d42, "smb"),
        (0x0102_1997, "9p"),
        (0x6573_5546, "fuse"),
    ];
    let number = u32::try_from(rustix::fs::statfs(data).ok()?.f_type).ok()?;
    let known = KNOWN.iter().find(|(magic, _)| *magic == number);
    Some(known.map_or_else(|| format!("of kind {number:#x}"), |(_, word)| (*word).to_owned()))
}

#[cfg(not(target_os = "linux"))]
fn word(_data: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_keep_is_doubted() {
        for word in ["tmpfs", "overlay", "nfs", "smb", "fuse"] {
            assert!(doubt(word).is_some(), "{word}");
        }
        for word in ["ext4", "xfs", "btrfs", "of kind 0x1"] {
            assert!(doubt(word).is_none(), "{word}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kind_is_told() {
        assert_eq!(word(Path::new("/dev/shm")).as_deref(), Some("tmpfs"));
    }
}
