//! What the process itself must not give away, and what must not kill it.

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit};
use tokio::signal::unix::{SignalKind, signal};

/// A file grew over the limit of its size: without a handler the process dies of it, with one the
/// write fails, which the record knows how to tell.
const FILE_SIZE_EXCEEDED: i32 = 25;

/// No core dumps and no reading by other processes of the same user, since secrets are in memory;
/// new files for the owner alone; a full file-size limit is an error, not death.
///
/// `for_good`: the limit on core dumps can never be lifted again, not even for a command that is run.
pub(super) fn harden(for_good: bool) -> anyhow::Result<Before> {
    std::panic::set_hook(Box::new(|panic| {
        // The place, never the values: they may hold what nobody must see.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        super::out::note(format!(
            "stanch met a defect of its own at {place}. The record is whole up to its last flushed \
             line: `stanch resume` goes on from there."
        ));
    }));
    let umask = rustix::process::umask(PRIVATE);
    let core = rustix::process::getrlimit(Resource::Core);
    let none = Rlimit { current: Some(0), maximum: if for_good { Some(0) } else { core.maximum } };
    // Where the system does not allow it, the incident still has to be run.
    let _ = rustix::process::setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the signal handler cannot be set")?;
    let _inside = runtime.enter();
    // The handler stays when its stream is dropped.
    let handled = signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED));
    drop(handled.context("the signal handler cannot be set")?);
    Ok(Before { umask, core, none })
}

const PRIVATE: rustix::fs::Mode = rustix::fs::Mode::from_raw_mode(0o077);

/// How the process was before.
pub(super) struct Before {
    umask: rustix::fs::Mode,
    core: Rlimit,
    none: Rlimit,
}

impl Before {
    /// Does something as if nothing had been hardened, such as starting a command that inherits it.
    pub(super) fn as_before<T>(&self, act: impl FnOnce() -> T) -> T {
        rustix::process::umask(self.umask);
        let _ = rustix::process::setrlimit(Resource::Core, self.core);
        let done = act();
        rustix::process::umask(PRIVATE);
        let _ = rustix::process::setrlimit(Resource::Core, self.none);
        done
    }
}
