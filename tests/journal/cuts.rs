//! One run of a writer on a simulated disk whose power is cut, and what must hold afterwards.

use std::collections::BTreeSet;
use std::path::Path;

use stanch::incident::Seq;
use stanch::journal::{
    CommitError, Draft, Entry, JournalError, LineHash, Opening, Urgency, Writer,
};

use crate::common::{note, now, opened, options};
use crate::sim::{Dice, SimDisk};

pub(crate) const DIR: &str = "/data/incidents/amber-heron";

/// What a program knows that used the disk.
#[derive(Default, Clone)]
pub(crate) struct Witness {
    /// Every line that was ever handed to a commit.
    pub(crate) pushed: BTreeSet<[u8; 64]>,
    /// Acknowledged, or read back when the record was opened: all of it was acted on.
    pub(crate) known: Vec<(Seq, LineHash)>,
}

pub(crate) fn digits(hash: LineHash) -> [u8; 64] {
    hash.to_string().as_bytes().try_into().unwrap()
}

impl Witness {
    pub(crate) fn push(&mut self, writer: &mut Writer, draft: &Draft) -> (Seq, LineHash) {
        let entry = writer.push(draft, now(1)).unwrap();
        self.pushed.insert(digits(entry.hash));
        (entry.seq, entry.hash)
    }

    /// One commit of random lines; remembers them once they are acknowledged.
    pub(crate) fn commit(
        &mut self,
        writer: &mut Writer,
        dice: &mut Dice,
        urgency: Urgency,
    ) -> Result<(), CommitError> {
        let mut lines = Vec::new();
        if writer.head().is_none() {
            lines.push(self.push(writer, &opened()));
        }
        for _ in 0..=dice.below(3) {
            let length = [3, 40, 400, 1200][dice.below(4)];
            let text: String =
                (0..length).map(|_| char::from(b'a' + (dice.next() % 26) as u8)).collect();
            lines.push(self.push(writer, &note(&text)));
        }
        writer.commit(urgency)?;
        self.known.extend(lines);
        Ok(())
    }

    /// What must hold of the entries of a record that was opened.
    pub(crate) fn check(&self, entries: &[Entry]) -> Result<(), String> {
        for (seq, hash) in &self.known {
            match entries.get(usize::try_from(*seq).unwrap()) {
                Some(entry) if entry.hash == *hash => {}
                Some(_) => return Err(format!("record {seq} is another one")),
                None => return Err(format!("record {seq} was acknowledged and is lost")),
            }
        }
        match entries.iter().find(|entry| !self.pushed.contains(&digits(entry.hash))) {
            Some(entry) => Err(format!("record {} is damaged and was accepted", entry.seq)),
            None => Ok(()),
        }
    }

    /// Opens the record as a program does after a crash, and goes on with it. Returns how many torn
    /// ends were recovered; stops where the power is cut meanwhile.
    pub(crate) fn resume(&mut self, disk: &SimDisk, dice: &mut Dice) -> Result<u64, String> {
        let mut entries = Vec::new();
        let opening = Writer::recover(disk.as_disk(), Path::new(DIR), &options(), &mut |entry| {
            entries.push(entry);
        });
        let off = || {
            let state = disk.state();
            state.power_ends_at.is_some_and(|end| state.calls >= end)
        };
        let (mut writer, recovered) = match opening {
            _ if off() => return Ok(0),
            Ok(Opening::Writable(writer, recovered)) => (writer, recovered),
            Ok(Opening::ReadOnly(read_only)) => return Err(read_only.finding.to_string()),
            Err(JournalError::NoRecord { .. }) if self.known.is_empty() => return Ok(0),
            Err(error) => return Err(error.to_string()),
        };
        self.check(&entries)?;
        self.known = entries.iter().map(|entry| (entry.seq, entry.hash)).collect();
        let mut lines = Vec::new();
        for torn in &recovered.torn {
            let draft = Draft { record: torn.record(), ..note("") };
            lines.push(self.push(&mut writer, &draft));
        }
        if lines.is_empty() || writer.commit(Urgency::Result).is_ok() {
            self.known.extend(lines);
        }
        match self.commit(&mut writer, dice, Urgency::Result) {
            Err(error) if !off() => Err(error.to_string()),
            _ => Ok(recovered.torn.len() as u64),
        }
    }
}

/// A run from nothing until the power ends, at a random call; also over a full disk where `full`.
pub(crate) fn run(disk: &SimDisk, dice: &mut Dice, last_call: usize) -> Witness {
    disk.state().power_ends_at = Some(1 + dice.below(last_call) as u64);
    let mut witness = Witness::default();
    let Ok(mut writer) = Writer::create(disk.as_disk(), Path::new(DIR), &options()) else {
        return witness;
    };
    loop {
        if dice.below(4) == 0 {
            // A full disk in the middle of a write: nothing of that commit counts.
            disk.leave_room(dice.below(800));
            let full = witness.commit(&mut writer, dice, Urgency::Intent);
            disk.state().capacity = None;
            if matches!(full, Err(CommitError::Poisoned { .. })) {
                return witness;
            }
        }
        if witness.commit(&mut writer, dice, Urgency::Result).is_err() {
            return witness;
        }
    }
}

/// Runs, cuts the power in many ways, opens again, cuts again while opening, and opens again.
/// Returns the states that were tried and the torn ends that were recovered.
pub(crate) fn power_cuts(
    seeds: std::ops::Range<u64>,
    states: u64,
    fault: Option<crate::sim::Fault>,
) -> Result<(u64, u64), String> {
    let (mut tried, mut torn) = (0, 0);
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let disk = SimDisk::new(fault);
        let witness = run(&disk, &mut dice, 60);
        for _ in 0..states {
            let say = |what: String| format!("seed {seed}, state {tried}: {what}");
            let mut witness = witness.clone();
            let mut disk = disk.after_power_cut(&mut dice);
            for _ in 0..dice.below(3) {
                disk.state().power_ends_at = Some(1 + dice.below(40) as u64);
                torn += witness.resume(&disk, &mut dice).map_err(say)?;
                disk = disk.after_power_cut(&mut dice);
            }
            torn += witness.resume(&disk, &mut dice).map_err(say)?;
            tried += 1;
        }
    }
    Ok((tried, torn))
}
