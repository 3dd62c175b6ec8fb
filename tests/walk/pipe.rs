//! The plain face at the two ends of a pipe, talked to as a person would: read, then answer.

use std::io::Write as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use crate::harness::{Ended, PATIENCE, wait_for};

/// A process whose output grows in another thread.
pub(crate) struct Pipe {
    child: Child,
    input: Option<ChildStdin>,
    out: Arc<(Mutex<Vec<u8>>, Condvar)>,
    err: Arc<(Mutex<Vec<u8>>, Condvar)>,
    readers: Vec<std::thread::JoinHandle<()>>,
    /// Up to here the output was answered.
    read: usize,
}

impl Pipe {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (out, err) = (Arc::default(), Arc::default());
        let readers = vec![
            collect(child.stdout.take().unwrap(), &out),
            collect(child.stderr.take().unwrap(), &err),
        ];
        Self { input: child.stdin.take(), child, out, err, readers, read: 0 }
    }

    /// Waits until this was said since the last answer; what was said up to its end.
    pub(crate) fn expect(&mut self, said: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let (bytes, grown) = &*self.out;
        let mut bytes = bytes.lock().unwrap();
        loop {
            let new = String::from_utf8_lossy(&bytes[self.read..]).into_owned();
            if let Some(at) = new.find(said) {
                let end = at + said.len();
                self.read += end;
                return new[..end].to_owned();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let err = String::from_utf8_lossy(&self.err.0.lock().unwrap()).into_owned();
            assert!(!left.is_zero(), "never said {said:?}: {new}\n{err}");
            bytes = grown.wait_timeout(bytes, left).unwrap().0;
        }
    }

    pub(crate) fn say(&mut self, line: impl AsRef<[u8]>) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_ref()).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Nothing more is said to it; waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        drop(self.input.take());
        let status = wait_for("the end of the process", || self.child.try_wait().unwrap());
        let code = status.code().unwrap_or(-1);
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        let take = |bytes: &(Mutex<Vec<u8>>, Condvar)| bytes.0.lock().unwrap().clone();
        Ended { code, out: take(&self.out), err: take(&self.err) }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Gone already where the test came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(
    mut from: impl std::io::Read + Send + 'static,
    to: &Arc<(Mutex<Vec<u8>>, Condvar)>,
) -> std::thread::JoinHandle<()> {
    let to = Arc::clone(to);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            to.0.lock().unwrap().extend_from_slice(&buffer[..read]);
            to.1.notify_all();
        }
    })
}
