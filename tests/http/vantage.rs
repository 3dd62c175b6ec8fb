//! Proofs from a vantage point: a back end that is closed to it is an answer, a vantage point that
//! is cut off is none.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rstest::rstest;
use stanch::backend::{Http, HttpOptions, Proxy, Vantage};
use stanch::incident::{CheckResult, Finding, Request};

use crate::server::{ask, closed_address, options, question, request};

/// How the proxy tells that nothing came about.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// 502 for a refusal, 504 for silence.
    Says,
    /// It waits as long as its client does.
    Hangs,
    /// It lets nobody through to the back end.
    Forbids,
}

/// A proxy that really connects; its line to the world can be cut.
struct Outpost {
    url: String,
    cut: Arc<AtomicBool>,
}

impl Outpost {
    fn new(manner: Manner, back_end: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cut = Arc::new(AtomicBool::new(false));
        let seen = cut.clone();
        // Ends with the test's process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let cut = seen.clone();
                std::thread::spawn(move || serve(client, manner, back_end, &cut));
            }
        });
        Self { url, cut }
    }
}

fn serve(mut client: TcpStream, manner: Manner, back_end: SocketAddr, cut: &AtomicBool) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let place = head.split(' ').nth(1).unwrap();
    let port = place.rsplit(':').next().unwrap().parse().unwrap();
    let place = SocketAddr::from(([127, 0, 0, 1], port));
    let status = if matches!(manner, Manner::Forbids) && place == back_end {
        "403 Forbidden"
    } else if cut.load(Ordering::SeqCst) {
        "503 Service Unavailable"
    } else {
        match TcpStream::connect_timeout(&place, Duration::from_millis(100)) {
            Ok(_) => "200 Connection established",
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => "502 Bad Gateway",
            Err(_) if matches!(manner, Manner::Hangs) => {
                // Until the client gives up.
                let _ = client.read(&mut byte);
                return;
            }
            Err(_) => "504 Gateway Timeout",
        }
    };
    let _ = client.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes());
}

/// A port whose connections come to nothing, as behind a firewall that drops: its queue is full,
/// and the kernel drops what would be one more.
struct Dropping {
    listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl Dropping {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        loop {
            match TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
                Ok(stream) => queued.push(stream),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
                    return Self { listener, _queued: queued };
                }
            }
        }
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }
}

/// The question of the shipped playbook, from outside.
fn ask_from(outpost: &Outpost, control: Option<SocketAddr>, back_end: SocketAddr) -> CheckResult {
    let url = format!("https://localhost:{}", back_end.port());
    let patience = Duration::from_millis(500);
    let control = control.map(|address| address.to_string());
    let proxy = Proxy { patience, ..Proxy::new(&outpost.url, control) };
    let network = Http::new(HttpOptions {
        vantages: BTreeMap::from([("outside".to_owned(), Vantage::Proxy(proxy))]),
        ..options(&url)
    })
    .unwrap();
    let request =
        Request { via: Some("outside".to_owned()), timeout_ms: 2_000, ..request("GET", &url) };
    ask(&network, &request, &question("refused or timed_out or status in [401, 403]"))
}

fn open() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

#[rstest]
fn a_firewall_that_drops_turns_the_proof_green_and_a_cut_vantage_point_does_not(
    #[values(Manner::Says, Manner::Hangs)] manner: Manner,
) {
    let (dropping, control) = (Dropping::new(), open());
    let outpost = Outpost::new(manner, dropping.address());
    let at = Some(control.local_addr().unwrap());
    let found = ask_from(&outpost, at, dropping.address());
    assert_eq!(found.finding, Finding::Passed, "{}", found.why);
    assert!(found.why.as_str().contains("reaches its control"), "{}", found.why);

    outpost.cut.store(true, Ordering::SeqCst);
    let found = ask_from(&outpost, at, dropping.address());
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert!(found.why.as_str().contains("cannot be reached either"), "{}", found.why);
}

#[test]
fn a_back_end_that_refuses_is_refused_from_there_too() {
    let (closed, control) = (closed_address(), open());
    let outpost = Outpost::new(Manner::Says, closed);
    let found = ask_from(&outpost, Some(control.local_addr().unwrap()), closed);
    assert_eq!(found.finding, Finding::Passed, "{}", found.why);
}

#[test]
fn a_proxy_that_forbids_proves_nothing() {
    let (dropping, control) = (Dropping::new(), open());
    let outpost = Outpost::new(Manner::Forbids, dropping.address());
    let found = ask_from(&outpost, Some(control.local_addr().unwrap()), dropping.address());
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert!(found.why.as_str().contains("allow CONNECT"), "{}", found.why);
}

#[test]
fn without_a_control_or_a_proxy_nothing_is_known() {
    let dropping = Dropping::new();
    let outpost = Outpost::new(Manner::Says, dropping.address());
    let found = ask_from(&outpost, None, dropping.address());
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert!(found.why.as_str().contains("add `control`"), "{}", found.why);

    let control = open();
    let unplugged = Outpost { url: format!("http://{}", closed_address()), ..outpost };
    let found = ask_from(&unplugged, Some(control.local_addr().unwrap()), dropping.address());
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
}
