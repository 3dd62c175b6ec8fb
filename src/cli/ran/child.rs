//! The process: its output passes through and is caught, and it gets the signals that are meant for
//! it.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::harden::Before;
use crate::engine::wire::{KEEP_LIMIT, KEEP_OVERLAP};

/// What it left behind may hold its output open; that is not waited for longer.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// A process that came to its end, or to no beginning.
pub(super) struct Ran {
    pub(super) ended: io::Result<Ended>,
    pub(super) stdout: Caught,
    pub(super) stderr: Caught,
}

/// How it ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ended {
    Code(i32),
    Signal(i32),
}

/// What it wrote to one end.
#[derive(Default)]
pub(super) struct Caught {
    /// All of it, bytes.
    pub(super) bytes: u64,
    /// The beginning.
    pub(super) kept: Vec<u8>,
}

impl Caught {
    fn take(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        let room = (KEEP_LIMIT + KEEP_OVERLAP).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }
}

/// Runs it to its end.
pub(super) fn run(argv: &[OsString], before: &Before) -> Ran {
    let (mut stdout, mut stderr) = (Caught::default(), Caught::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended =
        runtime.and_then(|runtime| runtime.block_on(watch(argv, before, &mut stdout, &mut stderr)));
    Ran { ended, stdout, stderr }
}

async fn watch(
    argv: &[OsString],
    before: &Before,
    stdout: &mut Caught,
    stderr: &mut Caught,
) -> io::Result<Ended> {
    // Before it is there, so that none of them ends us instead of it.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut child = start(argv, before)?;
    let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    // A terminal tells all in the foreground; what comes otherwise was meant for the command.
    let is_told = io::stdin().is_terminal();
    let pass = |signal: Signal, told: bool| {
        if let Some(id) = id.filter(|_| !told) {
            // It may have ended meanwhile.
            let _ = kill_process(id, signal);
        }
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let pipes = async {
        tokio::join!(tee(out, io::stdout(), stdout), tee(err, io::stderr(), stderr));
    };
    tokio::pin!(pipes);
    let mut are_drained = false;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            () = &mut pipes, if !are_drained => are_drained = true,
            _ = interrupt.recv() => pass(Signal::INT, is_told),
            _ = quit.recv() => pass(Signal::QUIT, is_told),
            _ = terminate.recv() => pass(Signal::TERM, false),
            _ = hangup.recv() => pass(Signal::HUP, false),
        }
    };
    if !are_drained {
        let _ = tokio::time::timeout(AFTERWARDS, pipes).await;
    }
    Ok(ended(status))
}

fn start(argv: &[OsString], before: &Before) -> io::Result<Child> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    before.as_before(|| command.spawn())
}

/// Passes through and catches what comes. Where nobody reads what is passed through any more, it is
/// still caught.
async fn tee(from: Option<impl AsyncRead + Unpin>, mut to: impl Write, caught: &mut Caught) {
    let Some(mut from) = from else { return };
    let mut piece = vec![0; 16 * 1024];
    let mut is_read = true;
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let piece = piece.get(..count).unwrap_or_default();
        caught.take(piece);
        is_read = is_read && to.write_all(piece).and_then(|()| to.flush()).is_ok();
    }
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, signal) => Ended::Signal(signal.unwrap_or(0)),
    }
}
