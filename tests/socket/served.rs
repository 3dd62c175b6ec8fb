//! An engine without a face, faces line by line, and connections by hand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::harness::{Ended, Home, PATIENCE, small, wait_for};
use crate::pipe::Pipe;

/// `stanch serve`, once it listens.
pub(crate) struct Served {
    pub(crate) pipe: Pipe,
    pub(crate) socket: PathBuf,
}

impl Served {
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        let mut command = home.command(&["serve"]);
        command.args(arguments);
        let mut pipe = Pipe::start(command);
        pipe.expect("Listening on ");
        let socket = pipe.expect("\n").trim_end().into();
        Self { pipe, socket }
    }

    /// On the small drill.
    pub(crate) fn drill(home: &Home) -> Self {
        Self::start(home, &["--drill", &small("drills/small.toml")])
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pipe.id(), signal);
    }

    /// Ends it as a service manager would.
    pub(crate) fn end(self) -> Ended {
        self.signal(Signal::TERM);
        self.pipe.end()
    }
}

pub(crate) fn kill(id: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(id).unwrap()).unwrap(), signal).unwrap();
}

/// A face line by line, as this person; up to its first prompt.
pub(crate) fn attach(home: &Home, who: &str, more: &[&str]) -> Pipe {
    let mut command = home.command(&["--who", who, "attach", "--plain"]);
    command.args(more);
    let mut pipe = Pipe::start(command);
    pipe.expect("> ");
    pipe
}

/// Looks at the incident until this is told.
pub(crate) fn sees(face: &mut Pipe, words: &str) -> String {
    wait_for(words, || {
        face.say("show");
        let said = face.expect("Say a number, or ? for help.");
        let rest = face.expect("> ");
        let said = format!("{said}{rest}");
        said.contains(words).then_some(said)
    })
}

/// A connection by hand.
pub(crate) struct Wire {
    pub(crate) stream: UnixStream,
    from: BufReader<UnixStream>,
}

impl Wire {
    pub(crate) fn connect(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let from = BufReader::new(stream.try_clone().unwrap());
        Self { stream, from }
    }

    /// After the hello.
    pub(crate) fn attach(socket: &Path, who: &str, may_act: bool) -> Self {
        let mut wire = Self::connect(socket);
        wire.say(&json!({"hello": {"version": 1, "who": who, "may_act": may_act, "stays": true}}));
        wire.expect("hello");
        wire
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.raw(format!("{message}\n").as_bytes());
    }

    /// It may be gone; what it said before tells why.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// The next message; `None` at the end.
    pub(crate) fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.from.read_line(&mut line) {
            Ok(1..) => Some(serde_json::from_str(&line).unwrap()),
            _ => None,
        }
    }

    /// The next message of this kind, whatever comes between.
    pub(crate) fn expect(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear().unwrap_or_else(|| unreachable!("no {kind} came"));
            if let Some(found) = message.get(kind) {
                return found.clone();
            }
        }
    }

    /// Why it was ended.
    pub(crate) fn bye(&mut self) -> String {
        self.expect("bye")["words"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn note(id: u64, text: &str) -> Value {
    json!({"ask": {"id": id, "ask": {"ask": "note", "text": text, "occurred": null}}})
}
