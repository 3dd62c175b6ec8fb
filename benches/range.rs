//! How many requests a second the range answers, each over a connection of its own as in a drill:
//! reads, changes (each flushed before its answer), and nine reads to a change.
//!
//! `cargo bench --bench range [REQUESTS]`. The scenario is the shipped one of the longest night. The
//! clients are threads with bare sockets: they write fixed bytes, read to the end, and look at the
//! status. Beside it stands a server that answers fixed bytes to the same clients: what the
//! connections alone cost, clients included.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run says so by panicking")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stanch::drill::{Range, shipped};

const ROUNDS: usize = 7;
/// Clients at the same time.
const CLIENTS: usize = 32;

/// One kind of request, as it goes over the wire, and how its answer begins.
#[derive(Clone, Copy)]
struct Kind {
    request: &'static str,
    answer: &'static str,
}

const READ: Kind = Kind {
    request: "GET /v1/integrations/alexa/links HTTP/1.1\r\nhost: links.example.com\r\n\
              authorization: Bearer drill:links-admin\r\naccept: */*\r\n\r\n",
    answer: "HTTP/1.1 200",
};
const CHANGE: Kind = Kind {
    request: "DELETE /v1/integrations/alexa/links HTTP/1.1\r\nhost: links.example.com\r\n\
              authorization: Bearer drill:links-admin\r\naccept: */*\r\n\r\n",
    answer: "HTTP/1.1 202",
};

/// Which kind of request the one of this number is.
type Chosen = fn(usize) -> Kind;

fn main() {
    let requests = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(10_000);
    // Not in the memory file system that a temporary directory may be: a flush would cost nothing.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let document = shipped::drill("first-walk").unwrap();
    let scenario = shipped::scenario(&document).unwrap();
    let range = Range::start(scenario, home.path()).unwrap();
    let links = range.address("links", None).unwrap();
    let bare = bare();
    let runs: [(&str, SocketAddr, Chosen); 4] = [
        ("fixed bytes, no range", bare, |_| READ),
        ("the range: reads", links, |_| READ),
        ("the range: changes", links, |_| CHANGE),
        ("the range: one change in ten", links, |at| if at % 10 == 0 { CHANGE } else { READ }),
    ];
    let mut rates: [Vec<f64>; 4] = Default::default();
    for round in 0..=ROUNDS {
        for ((_, address, kind), rates) in runs.iter().zip(&mut rates) {
            let time = storm(*address, requests, *kind);
            // The first round warms up.
            if round > 0 {
                rates.push(f64::from(u32::try_from(requests).unwrap()) / time.as_secs_f64());
            }
        }
    }
    println!("{requests} requests, {CLIENTS} clients, {ROUNDS} rounds in turn; requests a second");
    println!("{:<32} {:>8} {:>8} {:>8}", "", "min", "median", "max");
    for ((name, ..), mut rates) in runs.iter().zip(rates) {
        rates.sort_by(f64::total_cmp);
        let (least, most) = (rates[0], rates[rates.len() - 1]);
        println!("{name:<32} {least:>8.0} {:>8.0} {most:>8.0}", rates[rates.len() / 2]);
    }
    assert_eq!(range.unknown_requests(), 0);
}

/// All requests, from all clients at once.
fn storm(address: SocketAddr, requests: usize, kind: fn(usize) -> Kind) -> Duration {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut answer = Vec::with_capacity(4096);
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= requests {
                        break;
                    }
                    let Kind { request, answer: wanted } = kind(at);
                    let mut stream = TcpStream::connect(address).unwrap();
                    stream.write_all(request.as_bytes()).unwrap();
                    answer.clear();
                    stream.read_to_end(&mut answer).unwrap();
                    assert!(answer.starts_with(wanted.as_bytes()));
                }
            });
        }
    });
    begun.elapsed()
}

/// A server that reads a request and answers the same bytes, whatever it is.
fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                      content-length: 26\r\nconnection: close\r\n\r\n{\"total\":24000,\"links\":[]}";
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}
