//! What every test of the record writes and opens.
#![allow(
    dead_code,
    clippy::panic,
    clippy::allow_attributes,
    reason = "each test binary uses its own part"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use stanch::incident::{By, Mode, Now, Opened, Record};
use stanch::journal::{Disk, Draft, Entry, Holder, Opening, Options, ReadOnly, Recovered, Writer};

/// A small ballast, so that a test does not spend its time on writing it.
pub(crate) const BALLAST_SIZE: u64 = 1 << 10;

pub(crate) fn options() -> Options {
    Options { holder: Holder::this_process("Ada".into()), ballast: BALLAST_SIZE }
}

pub(crate) fn now(seconds: i64) -> Now {
    let start = DateTime::<Utc>::from_timestamp(1_795_000_000, 123_456_789).unwrap();
    let at = start + TimeDelta::seconds(seconds);
    Now { at, up: u64::try_from(seconds).unwrap() * 1_000_000 }
}

pub(crate) fn note(text: &str) -> Draft {
    let by = By { who: "Ada".into(), role: Some("responder".into()) };
    Draft { record: Record::Noted { text: text.into(), source: None }, by, occurred: None }
}

pub(crate) fn opened() -> Draft {
    let record = Record::Opened(Opened {
        incident: "0f3c7a5e9b1d".into(),
        codename: "amber-heron".into(),
        mode: Mode::Drill,
        playbook: "exposed-database".into(),
        title: "Customer database exposed".into(),
        playbook_sha256: "ab".repeat(32),
        sub_playbooks: BTreeMap::new(),
        scenario_sha256: None,
        exercise: None,
        version: "0.1.0".into(),
        boot: "boot-1".into(),
        inputs: BTreeMap::new(),
        backends: BTreeMap::new(),
    });
    Draft { record, ..note("") }
}

/// Recovers a record that must be writable.
pub(crate) fn writable(disk: Arc<dyn Disk>, dir: &Path) -> (Writer, Recovered, Vec<Entry>) {
    let mut entries = Vec::new();
    let opening = Writer::recover(disk, dir, &options(), &mut |entry| entries.push(entry));
    match opening.unwrap() {
        Opening::Writable(writer, recovered) => (writer, recovered, entries),
        Opening::ReadOnly(read_only) => panic!("read-only: {}", read_only.finding),
    }
}

/// Recovers a record that must not be writable.
pub(crate) fn refused(disk: Arc<dyn Disk>, dir: &Path) -> (ReadOnly, Vec<Entry>) {
    let mut entries = Vec::new();
    let opening = Writer::recover(disk, dir, &options(), &mut |entry| entries.push(entry));
    match opening.unwrap() {
        Opening::ReadOnly(read_only) => (read_only, entries),
        Opening::Writable(..) => panic!("it was taken for good"),
    }
}
