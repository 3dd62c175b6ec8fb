//! Raw servers on loopback, and the other half of the tests' tools: requests, judges, answers.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use stanch::backend::{Http, HttpOptions, Network as _, Secrets};
use stanch::incident::{
    CallOutcome, CallResult, CheckResult, Judge, Mode, Question, Request, Verdict,
};
use stanch::playbook::{Auth, Expression, Values};

/// A server that counts, and lets `behave` do with each request what it wants.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// `behave` gets the connection after a whole request was read, and its number from 0; it says
    /// whether the connection goes on.
    pub(crate) fn new(
        behave: impl Fn(&mut TcpStream, &str, usize) -> bool + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let connections: Arc<AtomicUsize> = Arc::default();
        let behave = Arc::new(behave);
        let (seen, count) = (requests.clone(), connections.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                count.fetch_add(1, Ordering::SeqCst);
                let (seen, behave) = (seen.clone(), behave.clone());
                std::thread::spawn(move || {
                    while let Some(request) = read_request(&mut stream) {
                        let number = {
                            let mut seen = seen.lock().unwrap();
                            seen.push(request.clone());
                            seen.len() - 1
                        };
                        if !behave(&mut stream, &request, number) {
                            break;
                        }
                    }
                });
            }
        });
        Self { address, requests, connections }
    }

    /// Answers every request with these bytes.
    pub(crate) fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::new(move |stream, _, _| stream.write_all(&answer).is_ok())
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Header lines and body (by `Content-Length`) of one request, as text.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A whole answer with a body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

/// A live network with one back end, `search`, at `url`.
pub(crate) fn network(url: &str) -> Http {
    Http::new(options(url)).unwrap()
}

pub(crate) fn options(url: &str) -> HttpOptions {
    HttpOptions {
        mode: Mode::Live,
        backends: BTreeMap::from([("search".to_owned(), url.to_owned())]),
        addresses: BTreeMap::new(),
        vantages: BTreeMap::new(),
        hosts: BTreeMap::new(),
        dialling: None,
        secrets: Secrets::default(),
        authorities: BTreeMap::new(),
    }
}

pub(crate) fn request(method: &str, url: &str) -> Request {
    Request {
        backend: "search".to_owned(),
        method: method.to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        auth: Auth::None,
        via: None,
        timeout_ms: 10_000,
    }
}

pub(crate) fn judge() -> Judge {
    Judge {
        ok: None,
        not_done: None,
        save: Vec::new(),
        discover: None,
        reads: false,
        keep_body: false,
        values: Values::default(),
    }
}

pub(crate) fn expression(source: &str) -> Expression {
    Expression::parse(source).unwrap()
}

pub(crate) fn question(ok: &str) -> Question {
    Question {
        ok: expression(ok),
        every_ms: 1_000,
        times: 1,
        within_ms: 1_000,
        once: false,
        values: Values::default(),
    }
}

pub(crate) fn send(network: &Http, request: &Request, judge: &Judge) -> CallResult {
    let (sender, receiver) = channel();
    network.send(request, judge, Box::new(move |result| sender.send(result).unwrap()));
    receiver.recv().unwrap()
}

pub(crate) fn ask(network: &Http, request: &Request, question: &Question) -> CheckResult {
    let (sender, receiver) = channel();
    network.ask(request, question, Box::new(move |result| sender.send(result).unwrap()));
    receiver.recv().unwrap()
}

pub(crate) const fn known(verdict: Verdict) -> CallOutcome {
    CallOutcome::Known { verdict }
}

/// An address where nobody listens.
pub(crate) fn closed_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
