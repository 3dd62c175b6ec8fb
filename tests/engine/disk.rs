//! A disk in memory: what no flush made durable is lost with the power, sometimes in part; any call
//! can be made to fail; and it can lie as a careless program would.
//!
//! Single sectors and their fates are the matter of the record's own tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use stanch::journal::{BALLAST, Disk, DiskFile, JOURNAL, Open};

/// What a careless program would do, played by the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Nothing is ever flushed, every flush says that it was.
    NoFlush,
    /// A flush is answered first, and made at the next call.
    LateFlush,
}

/// Calls that fail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    /// From 1, counted over the whole disk.
    pub(crate) at: u64,
    pub(crate) kind: io::ErrorKind,
    /// Every later call on the incident's own directory fails too; or the disk is full from then on.
    pub(crate) lasting: bool,
}

/// The directory of the incident; a lasting failure is one of the disk that it stands on.
pub(crate) const DIR: &str = "/data/incident";

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, new) => {
                let end = offset + new.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(new);
            }
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }
}

#[derive(Clone, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// Since the last flush, in order.
    pending: Vec<Change>,
    flush_is_due: bool,
    /// The ballast is millions of bytes that nobody reads: only their number is kept.
    hollow: Option<u64>,
}

impl Content {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.live);
        self.pending.push(change);
    }

    fn flush(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable);
        }
        self.flush_is_due = false;
    }

    fn length(&self) -> u64 {
        self.hollow.unwrap_or(self.live.len() as u64)
    }

    /// What a power cut leaves: `share` of 256 parts of the changes that were not flushed arrived.
    fn after_power_cut(&self, share: u8) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let scaled = self.pending.len() * usize::from(share);
        for change in &self.pending[..scaled / 256] {
            change.apply(&mut bytes);
        }
        if let Some(Change::Write(offset, new)) = self.pending.get(scaled / 256) {
            let part = new.len() * (scaled % 256) / 256;
            // One write is torn anywhere: where there is one, by the share itself.
            let part =
                if self.pending.len() == 1 { new.len() * usize::from(share) / 256 } else { part };
            Change::Write(*offset, new[..part].to_vec()).apply(&mut bytes);
        }
        bytes
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Dir,
    File(usize),
}

#[derive(Clone, Default)]
pub(crate) struct Inside {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, Node>,
    durable_names: BTreeMap<PathBuf, Node>,
    pub(crate) calls: u64,
    /// From this call on nothing reaches the disk any more.
    pub(crate) power_ends_at: Option<u64>,
    pub(crate) failure: Option<Failure>,
    /// So many bytes more fit; removing the ballast makes room.
    pub(crate) free: Option<u64>,
    pub(crate) lie: Option<Lie>,
    /// Flushes of a record that were asked for.
    pub(crate) flushes: u64,
    /// A flush of the record, or a write that was not for want of room, was answered with an error.
    pub(crate) record_failed: bool,
}

#[derive(Clone, Default)]
pub(crate) struct FaultDisk(Arc<Mutex<Inside>>);

struct FaultFile {
    disk: FaultDisk,
    id: usize,
    path: PathBuf,
    append: bool,
}

impl FaultDisk {
    pub(crate) fn new() -> Self {
        let disk = Self::default();
        disk.inside().names.insert("/".into(), Node::Dir);
        disk.inside().durable_names.insert("/".into(), Node::Dir);
        disk
    }

    pub(crate) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    /// Nothing fails any more; what is held in memory only is still there.
    pub(crate) fn mend(&self) {
        let mut inside = self.inside();
        (inside.power_ends_at, inside.failure, inside.record_failed) = (None, None, false);
        inside.free = None;
    }

    /// The same content on another disk.
    pub(crate) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.inside().clone())))
    }

    /// What is there when the power comes back.
    pub(crate) fn after_power_cut(&self, share: u8) -> Self {
        let old = self.inside();
        let names = old.durable_names.clone();
        let files = old.files.iter().map(|content| {
            let live = content.after_power_cut(share);
            Content { durable: live.clone(), live, hollow: content.hollow, ..Content::default() }
        });
        let inside = Inside {
            files: files.collect(),
            durable_names: names.clone(),
            names,
            lie: old.lie,
            ..Inside::default()
        };
        Self(Arc::new(Mutex::new(inside)))
    }

    /// What a file holds, as programs see it.
    pub(crate) fn bytes(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let inside = self.inside();
        match inside.names.get(path.as_ref()) {
            Some(Node::File(id)) => inside.files[*id].live.clone(),
            _ => Vec::new(),
        }
    }

    /// The lines of every record whose bytes and name are durable.
    pub(crate) fn durable_lines(&self) -> Vec<serde_json::Value> {
        let inside = self.inside();
        let mut lines = Vec::new();
        for (path, node) in &inside.durable_names {
            if let (true, Node::File(id)) = (path.ends_with(JOURNAL), node) {
                lines.extend(parse(&inside.files[*id].durable));
            }
        }
        lines
    }
}

/// The whole lines of a file of JSON objects.
pub(crate) fn parse(bytes: &[u8]) -> impl Iterator<Item = serde_json::Value> + '_ {
    bytes.split_inclusive(|byte| *byte == b'\n').map_while(|line| serde_json::from_slice(line).ok())
}

impl Inside {
    /// Whether this call fails, and how.
    fn turn(&mut self, path: &Path) -> Option<io::Error> {
        self.calls += 1;
        if self.lie == Some(Lie::LateFlush) {
            self.files.iter_mut().filter(|file| file.flush_is_due).for_each(Content::flush);
        }
        if self.power_ends_at.is_some_and(|end| self.calls >= end) {
            return Some(io::Error::other("the power is off"));
        }
        let Failure { at, kind, lasting } = self.failure?;
        if at == self.calls && lasting && kind == io::ErrorKind::StorageFull {
            self.free = Some(0);
        }
        let lasting = lasting
            && kind != io::ErrorKind::StorageFull
            && at < self.calls
            && path.starts_with("/data");
        (at == self.calls || lasting).then(|| kind.into())
    }

    fn whole_turn(&mut self, path: &Path) -> io::Result<()> {
        self.turn(path).map_or(Ok(()), Err)
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

impl Disk for FaultDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut inside = self.inside();
        inside.whole_turn(path)?;
        if inside.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if !inside.names.contains_key(parent(path)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        inside.names.insert(path.to_owned(), Node::Dir);
        Ok(())
    }

    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>> {
        let mut inside = self.inside();
        inside.whole_turn(path)?;
        let id = match (inside.names.get(path).copied(), how) {
            (Some(Node::Dir), _) => return Err(io::ErrorKind::IsADirectory.into()),
            (Some(_), Open::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Some(Node::File(id)), _) => id,
            (None, Open::CreateNew | Open::CreateOrRewrite)
                if inside.names.contains_key(parent(path)) =>
            {
                let hollow = path.ends_with(BALLAST).then_some(0);
                inside.files.push(Content { hollow, ..Content::default() });
                let id = inside.files.len() - 1;
                inside.names.insert(path.to_owned(), Node::File(id));
                id
            }
            (None, _) => return Err(io::ErrorKind::NotFound.into()),
        };
        let append = matches!(how, Open::Append | Open::CreateNew);
        Ok(Box::new(FaultFile { disk: self.clone(), id, path: path.to_owned(), append }))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut inside = self.inside();
        inside.whole_turn(path)?;
        if inside.lie == Some(Lie::NoFlush) {
            return Ok(());
        }
        let here = |name: &PathBuf| name.parent() == Some(path);
        let Inside { names, durable_names, .. } = &mut *inside;
        durable_names.retain(|name, _| !here(name));
        durable_names
            .extend(names.iter().filter(|(name, _)| here(name)).map(|(n, at)| (n.clone(), *at)));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut inside = self.inside();
        inside.whole_turn(from)?;
        let node = inside.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        inside.names.insert(to.to_owned(), node);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut inside = self.inside();
        inside.whole_turn(path)?;
        let node = inside.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        if let (Some(free), Node::File(id)) = (inside.free, node) {
            inside.free = Some(free + inside.files[id].hollow.unwrap_or(0));
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut inside = self.inside();
        inside.whole_turn(path)?;
        let inside = inside.names.keys().filter(|name| name.parent() == Some(path));
        Ok(inside.map(|name| name.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }
}

impl FaultFile {
    fn is_record(&self) -> bool {
        self.append && self.path.ends_with(JOURNAL)
    }

    fn put(&self, bytes: &[u8], offset: Option<u64>) -> io::Result<usize> {
        let mut inside = self.disk.inside();
        if let Some(length) = inside.files[self.id].hollow
            && length > 0
        {
            // One call, for the count: it is one thing in many pieces.
            inside.calls -= 1;
        }
        let error = inside.turn(&self.path);
        let end =
            offset.map_or(inside.files[self.id].length(), |offset| offset) + bytes.len() as u64;
        let growth = end.saturating_sub(inside.files[self.id].length());
        let mut bytes = bytes;
        let limited = inside.free.filter(|_| self.path.starts_with("/data"));
        if let Some(free) = limited.filter(|free| *free < growth) {
            // A part of it fits, and the next call hears of it.
            let fits = bytes.len() - usize::try_from(growth - free).unwrap();
            if fits == 0 {
                return Err(error.unwrap_or(io::ErrorKind::StorageFull.into()));
            }
            (bytes, inside.free) = (&bytes[..fits], Some(0));
        } else if let Some(free) = limited {
            inside.free = Some(free - growth);
        }
        let content = &mut inside.files[self.id];
        if let Some(length) = &mut content.hollow {
            *length += bytes.len() as u64;
            return error.map_or(Ok(bytes.len()), Err);
        }
        let offset = offset.map_or(content.live.len(), |offset| usize::try_from(offset).unwrap());
        let Some(error) = error else {
            content.change(Change::Write(offset, bytes.to_vec()));
            return Ok(bytes.len());
        };
        content.change(Change::Write(offset, bytes[..bytes.len() / 2].to_vec()));
        inside.record_failed |= self.is_record() && error.kind() != io::ErrorKind::StorageFull;
        Err(error)
    }

    fn flush(&self) -> io::Result<()> {
        let mut inside = self.disk.inside();
        let error = inside.turn(&self.path);
        inside.flushes += u64::from(self.is_record());
        if let Some(error) = error {
            inside.record_failed |= self.is_record();
            if inside.power_ends_at.is_none() {
                // As Linux does: the pages are called clean, their content is on no disk.
                inside.files[self.id].pending.clear();
            }
            return Err(error);
        }
        let lie = inside.lie;
        let content = &mut inside.files[self.id];
        match lie {
            Some(Lie::NoFlush) => {}
            Some(Lie::LateFlush) => content.flush_is_due = true,
            None => content.flush(),
        }
        Ok(())
    }
}

impl DiskFile for FaultFile {
    fn len(&self) -> io::Result<u64> {
        let mut inside = self.disk.inside();
        inside.whole_turn(&self.path)?;
        Ok(inside.files[self.id].length())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut inside = self.disk.inside();
        inside.whole_turn(&self.path)?;
        let live = &inside.files[self.id].live;
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
        let mut inside = self.disk.inside();
        inside.whole_turn(&self.path)?;
        let content = &mut inside.files[self.id];
        content.change(Change::Length(usize::try_from(length).unwrap()));
        Ok(())
    }

    fn try_lock(&mut self) -> io::Result<bool> {
        self.disk.inside().whole_turn(&self.path)?;
        Ok(true)
    }
}
