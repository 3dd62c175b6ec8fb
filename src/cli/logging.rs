//! What went wrong behind the screen: a log file beside the record, for whoever mends stanch. It is
//! no record, and nothing reads it.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Mutex;

use tracing::Level;

/// The file's name in the directory of an incident.
const LOG: &str = "stanch.log";

/// Logs warnings, and what the engine left out, to the file. Where that cannot be opened, the
/// incident still has to be run: there is no log then.
pub(super) fn start(dir: &Path) {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    let file = made.and_then(|()| {
        OpenOptions::new().create(true).append(true).mode(0o600).open(dir.join(LOG))
    });
    if let Ok(file) = file {
        // Somebody who uses the library may have a log of their own already.
        let _ = tracing_subscriber::fmt()
            .with_max_level(Level::INFO)
            .with_ansi(false)
            // A full disk must not write over the screen.
            .log_internal_errors(false)
            .with_writer(Mutex::new(file))
            .try_init();
    }
}
