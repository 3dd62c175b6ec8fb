//! Flushes the range's log on a thread of its own: all that was written while a flush ran shares the
//! next one, so that many changes at once do not wait one behind the other.

use std::fs::File;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::watch;

/// How far the log is on the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flushed {
    /// Entries up to this one are.
    pub(super) up_to: u64,
    /// The disk said no: nothing more will be.
    pub(super) failed: bool,
}

/// What waits to be flushed.
#[derive(Debug, Default)]
struct Wanted {
    up_to: u64,
    over: bool,
}

#[derive(Debug, Default)]
struct Desk {
    wanted: Mutex<Wanted>,
    more: Condvar,
}

impl Desk {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread; dropping it flushes what is left, and ends it.
#[derive(Debug)]
pub(super) struct Flusher {
    desk: Arc<Desk>,
    flushed: watch::Receiver<Flushed>,
    thread: Option<JoinHandle<()>>,
}

impl Flusher {
    /// For a log whose entries up to `up_to` are on the disk.
    pub(super) fn new(file: File, up_to: u64) -> io::Result<Self> {
        let desk =
            Arc::new(Desk { wanted: Mutex::new(Wanted { up_to, over: false }), ..Desk::default() });
        let (tell, flushed) = watch::channel(Flushed { up_to, failed: false });
        let at_work = desk.clone();
        let thread = std::thread::Builder::new()
            .name("range-log".to_owned())
            .spawn(move || work(&file, &at_work, &tell))?;
        Ok(Self { desk, flushed, thread: Some(thread) })
    }

    /// The entry with this number was written.
    pub(super) fn want(&self, up_to: u64) {
        self.desk.wanted().up_to = up_to;
        self.desk.more.notify_one();
    }

    /// Tells how far it is.
    pub(super) fn flushed(&self) -> watch::Receiver<Flushed> {
        self.flushed.clone()
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.desk.wanted().over = true;
        self.desk.more.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by its own hook.
            let _ = thread.join();
        }
    }
}

fn work(file: &File, desk: &Desk, tell: &watch::Sender<Flushed>) {
    let mut done = tell.borrow().up_to;
    loop {
        let up_to = {
            let idle = |wanted: &mut Wanted| wanted.up_to == done && !wanted.over;
            let wanted = desk.more.wait_while(desk.wanted(), idle);
            wanted.unwrap_or_else(PoisonError::into_inner).up_to
        };
        if up_to == done {
            return;
        }
        if let Err(error) = file.sync_data() {
            tracing::warn!(%error, "the range's log cannot be flushed");
            tell.send_replace(Flushed { up_to: done, failed: true });
            return;
        }
        done = up_to;
        tell.send_replace(Flushed { up_to, failed: false });
    }
}
