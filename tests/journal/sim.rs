//! A disk in memory whose power can be cut: what was not flushed may be old, new, zero or garbage,
//! sector by sector; names that were not flushed may be gone. It can also fail at the Nth call, be
//! full, and have one of the faults that a careless program would amount to.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use sha2::{Digest, Sha256};
use stanch::incident::hex;
use stanch::journal::{Disk, DiskFile, JOURNAL, Open};

pub(crate) const SECTOR: usize = 512;

/// Numbers from a seed: every failure can be run again.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }
}

/// What a careless program would do, played by the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Files are never flushed.
    NoFlush,
    /// Directories are never flushed.
    NoDirectoryFlush,
    /// A flush is answered first and made at the next call.
    LateFlush,
    /// A line's own hash is taken on faith: every line comes with the one that fits its bytes.
    TrustedHash,
    /// Half a line stays after the disk was full.
    NoCut,
}

/// What one call answers instead of working.
#[derive(Clone, Copy)]
pub(crate) struct Failure {
    /// From 1.
    pub(crate) at: u64,
    pub(crate) kind: io::ErrorKind,
    /// Every later call fails too.
    pub(crate) lasting: bool,
}

#[derive(Clone, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors written since the last flush, and which bytes of each. The rest of such a sector is
    /// taken to survive, as if a disk wrote a sector whole or not at all: else no append could.
    dirty: BTreeMap<usize, (usize, usize)>,
    flush_is_due: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Dir,
    File(usize),
}

#[derive(Clone)]
enum NameChange {
    Add(PathBuf, Node),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
}

#[derive(Clone, Default)]
pub(crate) struct State {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, Node>,
    durable_names: BTreeMap<PathBuf, Node>,
    unflushed_names: BTreeMap<PathBuf, Vec<NameChange>>,
    pub(crate) calls: u64,
    pub(crate) power_ends_at: Option<u64>,
    pub(crate) failure: Option<Failure>,
    pub(crate) capacity: Option<usize>,
    pub(crate) fault: Option<Fault>,
    /// Flushes of the record that were answered with an error.
    pub(crate) failed_flushes: u64,
}

#[derive(Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

struct SimFile {
    disk: SimDisk,
    id: usize,
    append: bool,
    is_journal: bool,
}

/// How one call goes on.
enum Turn {
    Work,
    /// Only a part of it takes place, and the answer is an error.
    Half(io::Error),
}

impl SimDisk {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        let disk = Self::default();
        disk.state().fault = fault;
        disk.state().names.insert("/".into(), Node::Dir);
        disk.state().durable_names.insert("/".into(), Node::Dir);
        disk
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn as_disk(&self) -> Arc<dyn Disk> {
        Arc::new(self.clone())
    }

    /// The same machine, with power.
    pub(crate) fn power_on(&self) {
        let mut state = self.state();
        (state.power_ends_at, state.failure) = (None, None);
    }

    /// Only so many bytes more fit on the disk.
    pub(crate) fn leave_room(&self, bytes: usize) {
        let mut state = self.state();
        state.capacity = Some(state.used() + bytes);
    }

    /// The bytes of a file that no flush has made durable.
    pub(crate) fn unflushed(&self, path: &str) -> usize {
        let state = self.state();
        match state.names.get(Path::new(path)) {
            Some(Node::File(id)) => {
                let content = &state.files[*id];
                content.live.len().saturating_sub(content.durable.len())
            }
            _ => 0,
        }
    }

    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        let state = self.state();
        match state.names.get(Path::new(path)) {
            Some(Node::File(id)) => state.files[*id].live.clone(),
            _ => Vec::new(),
        }
    }

    /// What is there after a power cut, one of many possibilities.
    pub(crate) fn after_power_cut(&self, dice: &mut Dice) -> Self {
        self.reborn(dice, Content::after_power_cut)
    }

    /// After a power cut that let the first `kept` unflushed bytes of each file through.
    pub(crate) fn after_prefix(&self, kept: usize, dice: &mut Dice) -> Self {
        self.reborn(dice, |content, _| {
            let length = content.live.len().min(content.durable.len() + kept);
            content.live[..length].to_vec()
        })
    }

    fn reborn(&self, dice: &mut Dice, survive: impl Fn(&Content, &mut Dice) -> Vec<u8>) -> Self {
        let old = self.state();
        let mut names = old.durable_names.clone();
        for changes in old.unflushed_names.values() {
            let mood = dice.below(4);
            let cut = dice.below(changes.len() + 1);
            for (index, change) in changes.iter().enumerate() {
                let stays = match mood {
                    0 => false,
                    1 => true,
                    2 => index < cut,
                    _ => dice.below(2) == 0,
                };
                if stays {
                    change.apply(&mut names);
                }
            }
        }
        let all = names.clone();
        names.retain(|path, _| {
            path.ancestors().skip(1).all(|parent| all.get(parent) == Some(&Node::Dir))
        });
        let files = old.files.iter().map(|content| {
            let live = survive(content, dice);
            Content { durable: live.clone(), live, ..Content::default() }
        });
        let files = files.collect();
        let fault = old.fault;
        let state = State { files, durable_names: names.clone(), names, fault, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Add(path, node) => {
                names.insert(path.clone(), *node);
            }
            Self::Remove(path) => {
                names.remove(path);
            }
            // Both names change, or none.
            Self::Rename(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
        }
    }
}

impl Content {
    fn after_power_cut(&self, dice: &mut Dice) -> Vec<u8> {
        let (low, high) = match self.live.len().cmp(&self.durable.len()) {
            std::cmp::Ordering::Equal => (self.live.len(), self.live.len()),
            std::cmp::Ordering::Less => (self.live.len(), self.durable.len()),
            std::cmp::Ordering::Greater => (self.durable.len(), self.live.len()),
        };
        let length = match dice.below(3) {
            0 => low,
            1 => high,
            _ => low + dice.below(high - low + 1),
        };
        let mut bytes = self.durable.clone();
        bytes.resize(low.max(high), 0);
        // In some cuts nearly everything arrived, in others nearly nothing.
        let bias = dice.below(4);
        for (start, end) in self.dirty.values() {
            let end = (*end).min(bytes.len());
            let start = (*start).min(end);
            let fate = if dice.below(8) < bias * 2 { 1 } else { dice.below(4) };
            let live = self.live.get(start..).unwrap_or_default();
            for (index, byte) in bytes[start..end].iter_mut().enumerate() {
                *byte = match fate {
                    0 => *byte,
                    1 => live.get(index).copied().unwrap_or(*byte),
                    2 => 0,
                    _ if dice.below(40) == 0 => b'\n',
                    _ => dice.next().to_le_bytes()[0],
                };
            }
        }
        bytes.truncate(length);
        bytes
    }

    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.live.len() < end {
            self.live.resize(end, 0);
        }
        self.live[offset..end].copy_from_slice(bytes);
        for sector in offset / SECTOR..end.div_ceil(SECTOR) {
            let start = offset.max(sector * SECTOR);
            let end = end.min((sector + 1) * SECTOR);
            let dirty = self.dirty.entry(sector).or_insert((start, end));
            *dirty = (dirty.0.min(start), dirty.1.max(end));
        }
    }

    fn flush(&mut self) {
        // Sectors that an earlier failed flush marked clean do not come along.
        self.durable.resize(self.live.len(), 0);
        for (start, end) in std::mem::take(&mut self.dirty).into_values() {
            let end = end.min(self.live.len());
            if start < end {
                self.durable[start..end].copy_from_slice(&self.live[start..end]);
            }
        }
        self.flush_is_due = false;
    }
}

impl State {
    fn turn(&mut self) -> io::Result<Turn> {
        self.calls += 1;
        if self.fault == Some(Fault::LateFlush) {
            self.files.iter_mut().filter(|file| file.flush_is_due).for_each(Content::flush);
        }
        if self.power_ends_at.is_some_and(|end| self.calls > end) {
            return Err(io::Error::other("the power is off"));
        }
        if self.power_ends_at == Some(self.calls) {
            return Ok(Turn::Half(io::Error::other("the power went off")));
        }
        match self.failure {
            Some(Failure { at, kind, .. }) if at == self.calls => Ok(Turn::Half(kind.into())),
            Some(Failure { at, kind, lasting: true }) if at < self.calls => {
                Ok(Turn::Half(kind.into()))
            }
            _ => Ok(Turn::Work),
        }
    }

    /// For calls that take place or do not.
    fn whole_turn(&mut self) -> io::Result<()> {
        match self.turn()? {
            Turn::Work => Ok(()),
            Turn::Half(error) => Err(error),
        }
    }

    fn change(&mut self, dir: &Path, change: NameChange) {
        change.apply(&mut self.names);
        self.unflushed_names.entry(dir.to_owned()).or_default().push(change);
    }

    fn used(&self) -> usize {
        let named = self.names.values().filter_map(|node| match node {
            Node::File(id) => Some(self.files[*id].live.len()),
            Node::Dir => None,
        });
        named.sum()
    }

    fn room(&self) -> usize {
        self.capacity.map_or(usize::MAX, |capacity| capacity.saturating_sub(self.used()))
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

impl Disk for SimDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.whole_turn()?;
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if !state.names.contains_key(parent(path)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(parent(path), NameChange::Add(path.to_owned(), Node::Dir));
        Ok(())
    }

    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.whole_turn()?;
        let id = match (state.names.get(path).copied(), how) {
            (Some(Node::Dir), _) => return Err(io::ErrorKind::IsADirectory.into()),
            (Some(_), Open::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Some(Node::File(id)), _) => id,
            (None, Open::CreateNew | Open::CreateOrRewrite)
                if state.names.contains_key(parent(path)) =>
            {
                state.files.push(Content::default());
                let id = state.files.len() - 1;
                state.change(parent(path), NameChange::Add(path.to_owned(), Node::File(id)));
                id
            }
            (None, _) => return Err(io::ErrorKind::NotFound.into()),
        };
        let append = matches!(how, Open::Append | Open::CreateNew);
        let is_journal = path.ends_with(JOURNAL);
        Ok(Box::new(SimFile { disk: self.clone(), id, append, is_journal }))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.whole_turn()?;
        if state.fault == Some(Fault::NoDirectoryFlush) {
            return Ok(());
        }
        for change in state.unflushed_names.remove(path).unwrap_or_default() {
            change.apply(&mut state.durable_names);
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.whole_turn()?;
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(parent(from), NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.whole_turn()?;
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(parent(path), NameChange::Remove(path.to_owned()));
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut state = self.state();
        state.whole_turn()?;
        let inside = state.names.keys().filter(|name| parent(name) == path && *name != path);
        Ok(inside.map(|name| name.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }
}

impl SimFile {
    fn put(&mut self, bytes: &[u8], offset: Option<u64>) -> io::Result<usize> {
        let mut state = self.disk.state();
        let turn = state.turn()?;
        let room = state.room();
        let content = &mut state.files[self.id];
        let offset = offset.map_or(content.live.len(), |offset| usize::try_from(offset).unwrap());
        let growth = (offset + bytes.len()).saturating_sub(content.live.len());
        let fits = bytes.len() - growth.saturating_sub(room);
        if let Turn::Half(error) = turn {
            content.write(&bytes[..fits / 2], offset);
            return Err(error);
        }
        if fits == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        content.write(&bytes[..fits], offset);
        Ok(fits)
    }

    fn flush(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let turn = state.turn()?;
        let (fault, off) = (state.fault, state.power_ends_at == Some(state.calls));
        if let Turn::Half(error) = turn {
            if !off {
                // As Linux does: the pages are called clean, their content is on no disk.
                state.files[self.id].dirty.clear();
                state.failed_flushes += u64::from(self.is_journal && self.append);
            }
            return Err(error);
        }
        let content = &mut state.files[self.id];
        match fault {
            Some(Fault::NoFlush) => {}
            Some(Fault::LateFlush) => content.flush_is_due = true,
            _ => content.flush(),
        }
        Ok(())
    }
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        let mut state = self.disk.state();
        state.whole_turn()?;
        Ok(state.files[self.id].live.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.disk.state();
        state.whole_turn()?;
        let trusted;
        let mut live = &state.files[self.id].live;
        if self.is_journal && state.fault == Some(Fault::TrustedHash) {
            trusted = with_fitting_hashes(live);
            live = &trusted;
        }
        let offset = usize::try_from(offset).unwrap().min(live.len());
        let read = buffer.len().min(live.len() - offset);
        buffer[..read].copy_from_slice(&live[offset..offset + read]);
        Ok(read)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(self.append, "not opened to append");
        self.put(bytes, None)
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        assert!(!self.append, "a file opened to append writes at its end");
        self.put(bytes, Some(offset))
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.flush()
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.flush()
    }

    fn set_len(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.whole_turn()?;
        if state.fault == Some(Fault::NoCut) && self.append {
            return Ok(());
        }
        let content = &mut state.files[self.id];
        content.live.resize(usize::try_from(length).unwrap(), 0);
        Ok(())
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        self.disk.state().whole_turn()?;
        Ok(true)
    }
}

fn with_fitting_hashes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let body = line.len().checked_sub(73).map(|end| &line[..end]);
        match body {
            Some(body) if line[body.len()..].starts_with(b",\"h\":\"") => {
                out.extend_from_slice(body);
                let hash = hex(&Sha256::digest(body));
                out.extend_from_slice(format!(",\"h\":\"{hash}\"}}\n").as_bytes());
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}
