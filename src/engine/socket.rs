//! The door to a running engine: a socket that faces in other processes attach to, and tools write
//! through.
//!
//! What was asked goes in, that it is flushed or why it was refused comes back; the record itself is
//! read from its file by whoever attaches. One thread serves all who are attached, and none of them
//! can hold up the engine or another: what is not read in time is not waited for.

mod guest;
mod lines;
mod place;
mod presence;
pub mod wire;

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::UnixListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::handle::{Handle, Present};
pub use place::{SocketError, place_of};
use presence::Presence;

/// So many can be connected at a time.
const SEATS: usize = 64;

/// A socket that is listened on, until this is dropped.
pub struct Listening {
    path: PathBuf,
    phase: watch::Sender<Phase>,
    presence: Arc<Presence>,
    thread: Option<JoinHandle<()>>,
}

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Nobody new comes in; who is there sees the rest.
    Shut,
    Over,
}

/// What all who are attached have in common.
struct Room {
    handle: Handle,
    /// Of the record, as it is told to those who attach.
    record: PathBuf,
    presence: Arc<Presence>,
    seats: Arc<Semaphore>,
    phase: watch::Receiver<Phase>,
}

/// Listens for the engine of `handle`, which writes the record in `record`, in the directory
/// `runtime`; `own` is the face in this process, if there is one.
///
/// To be called while the engine holds the lock of its record: a socket that is there already was
/// left by a dead one, and is replaced.
///
/// # Errors
///
/// The directory is not ours alone, or the path is too long for a socket.
pub fn listen(
    handle: &Handle,
    runtime: &Path,
    record: &Path,
    own: Option<Present>,
) -> Result<Listening, SocketError> {
    place::prepare(runtime)?;
    let path = place_of(runtime, record)?;
    let failed = |what: &'static str| {
        let path = path.clone();
        move |source| SocketError::Io { what, path, source }
    };
    remove_stale(&path).map_err(failed("replace"))?;
    let listener = std::os::unix::net::UnixListener::bind(&path).map_err(failed("listen on"))?;
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&path, private).map_err(failed("protect"))?;
    listener.set_nonblocking(true).map_err(failed("listen on"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(SEATS)
        .build()
        .map_err(failed("serve"))?;
    let (phase, seen) = watch::channel(Phase::Open);
    let presence = Arc::new(Presence::new(handle.clone(), own));
    let room = Arc::new(Room {
        handle: handle.clone(),
        record: record.to_owned(),
        presence: presence.clone(),
        seats: Arc::new(Semaphore::new(SEATS)),
        phase: seen,
    });
    let thread = std::thread::Builder::new()
        .name("socket".to_owned())
        .spawn(move || {
            runtime.block_on(serve(listener, room));
            runtime.shutdown_background();
        })
        .map_err(failed("serve"))?;
    Ok(Listening { path, phase, presence, thread: Some(thread) })
}

/// What a dead engine left.
fn remove_stale(path: &Path) -> std::io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.file_type().is_socket() => std::fs::remove_file(path),
        Ok(_) => Err(std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            "something that is no socket has its name",
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

impl Listening {
    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The faces that are attached from elsewhere.
    pub fn guests(&self) -> Vec<Present> {
        self.presence.guests()
    }

    /// The face in this process was left.
    pub fn own_left(&self) {
        self.presence.own_left();
    }

    /// Lets nobody new in. To be called before the engine is stopped: its record is free soon
    /// after, and the next engine listens under the same name.
    pub fn shut(&self) {
        let is_first = self.phase.send_if_modified(|phase| {
            let is_open = *phase == Phase::Open;
            if is_open {
                *phase = Phase::Shut;
            }
            is_open
        });
        if is_first {
            // Gone already is as good.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.shut();
        self.phase.send_replace(Phase::Over);
        if let Some(thread) = self.thread.take() {
            // It ends by itself, within the patience that each one who is attached is met with.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: std::os::unix::net::UnixListener, room: Arc<Room>) {
    let Ok(listener) = UnixListener::from_std(listener) else { return };
    let mut guests = JoinSet::new();
    let mut phase = room.phase.clone();
    while *phase.borrow_and_update() == Phase::Open {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(guests.spawn(guest::serve(stream, room.clone()))),
                // No descriptors are left: those who leave give theirs back.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            },
            // Those that ended need not be kept until the last.
            Some(_) = guests.join_next() => {}
            _ = phase.changed() => {}
        }
    }
    drop(listener);
    while guests.join_next().await.is_some() {}
}
